//! Amazon Connect: nothing of it without an instance; with one, its flows may invoke what takes
//! events, and what its contacts go through is either done or kept.

use std::collections::BTreeSet;

use hookline::call::EventKind;
use hookline_functions::event_handler::EventHandler;
use hookline_local::queues::MAX_RECEIVES;
use serde_json::{Value, json};

use hookline_tests::template::{Template, list, text};

/// What the names of all that is about Amazon Connect begin with. `Connect` alone is a trigger.
const PREFIX: &str = "AmazonConnect";
const DEAD_LETTERS: &str = "AmazonConnectDeadLetters";
/// The functions that flows invoke.
const TAKE_EVENTS: [&str; 4] = ["Answered", "Ended", "Selected", "Start"];
/// The functions that contact events are for.
const TOLD: [&str; 2] = ["Answered", "Ended"];
const ENDS: &str = "AmazonConnectEndsQueue";
/// The seconds for which an end is held back, so that what happened by then was told: Lambda tries an
/// asynchronous invoke again after one minute, then after two more.
const HELD_BACK: u32 = 120;
/// How many timeouts of its function a queue has to hide a message for, as Lambda advises.
const TIMEOUTS_HIDDEN: u64 = 6;
/// Seconds in 14 days, the longest that SQS keeps a message.
const TWO_WEEKS: u32 = 14 * 24 * 60 * 60;

/// A transfer of a call, from an agent's answer to its end, told to the functions that it is for.
pub(crate) async fn tell_contacts(answered: &EventHandler, ended: &EventHandler, call: &str) {
    let other = format!("{call}-transferred");
    for (kind, contact, happened) in [
        (EventKind::Answered, call, "CONNECTED_TO_AGENT"),
        (EventKind::Ended, &other, "INITIATED"),
        (EventKind::Ended, call, "DISCONNECTED"),
        (EventKind::Ended, &other, "DISCONNECTED"),
    ] {
        let handler = if kind == EventKind::Answered { answered } else { ended };
        let method = if contact == call { "INBOUND" } else { "TRANSFER" };
        let event = json!({
            "source": "aws.connect",
            "detail-type": "Amazon Connect Contact Event",
            "time": "2026-11-23T17:00:30Z",
            "detail": {
                "eventType": happened, "contactId": contact, "initialContactId": call,
                "initiationMethod": method, "channel": "VOICE",
                "queueInfo": {"queueArn": "arn:aws:connect:::instance/i/queue/q"},
                "recordings": [{"storageType": "S3", "location": format!("b/{contact}.wav")}],
            },
        });
        let is_end = happened == "DISCONNECTED";
        let sent = if is_end { batch_of(&event) } else { event };
        let answer = handler.take(kind, sent).await.unwrap();
        let wanted = match happened {
            "DISCONNECTED" => json!({"batchItemFailures": []}),
            "INITIATED" => json!({"status": "noted", "reason": "the caller goes on in it"}),
            _ => json!({"status": "taken", "call_id": call}),
        };
        assert_eq!(answer, wanted, "{happened} of {contact}");
    }
}

/// An event as the queue of ends brings it.
fn batch_of(event: &Value) -> Value {
    json!({"Records": [{
        "messageId": "m", "eventSource": "aws:sqs", "body": event.to_string(),
    }]})
}

fn arn(resource: &str) -> Value {
    json!({"Fn::GetAtt": format!("{resource}.Arn")})
}

/// What is left of a part of the template where it chooses by whether there is an instance.
fn without_instance(part: &Value) -> Value {
    match part {
        Value::Object(_) if part.pointer("/Fn::If/0") == Some(&json!("HasAmazonConnect")) => {
            part["Fn::If"][2].clone()
        }
        Value::Object(named) => {
            named.iter().map(|(name, value)| (name.clone(), without_instance(value))).collect()
        }
        Value::Array(parts) => parts.iter().map(without_instance).collect(),
        other => other.clone(),
    }
}

#[test]
fn nothing_of_it_is_there_without_an_instance() {
    let template = Template::read();
    assert_eq!(template.at("/Parameters/AmazonConnectInstanceArn/Default"), "");
    let given = json!({"Fn::Not": [{"Fn::Equals": [{"Ref": "AmazonConnectInstanceArn"}, ""]}]});
    assert_eq!(*template.at("/Conditions/HasAmazonConnect"), given);

    for (name, resource) in template.at("/Resources").as_object().unwrap() {
        let left = without_instance(resource).to_string();
        let of_connect = left.contains("AmazonConnectInstanceArn")
            || left.contains(PREFIX)
            || name.starts_with(PREFIX);
        let conditional = resource["Condition"] == "HasAmazonConnect";
        assert_eq!(of_connect, conditional, "{name}");
        assert_eq!(of_connect, name.starts_with(PREFIX), "{name}");
    }
}

#[test]
fn flows_of_the_instance_and_of_no_other_invoke_what_takes_events() {
    let template = Template::read();
    let permissions = template.resources("AWS::Lambda::Permission");
    let rules = template.resources("AWS::Events::Rule");
    let ours = permissions.keys().filter(|name| name.starts_with(PREFIX)).count();
    let to_queue = 1;
    assert_eq!(ours, TAKE_EVENTS.len() + rules.len() - to_queue);
    let to_connect = permissions
        .values()
        .filter(|permission| permission["Properties"]["Principal"] == "connect.amazonaws.com");
    let mut allowed = BTreeSet::new();
    for permission in to_connect {
        let properties = &permission["Properties"];
        let function = &properties["FunctionName"];
        let whole = json!({
            "Action": "lambda:InvokeFunction",
            "FunctionName": function,
            "Principal": "connect.amazonaws.com",
            "SourceAccount": {"Ref": "AWS::AccountId"},
            "SourceArn": {"Ref": "AmazonConnectInstanceArn"},
        });
        assert_eq!(*properties, whole);
        allowed.insert(text(&function["Ref"]).to_owned());
    }
    let added: BTreeSet<String> = template
        .resources("AWS::Connect::IntegrationAssociation")
        .values()
        .map(|association| {
            let properties = &association["Properties"];
            assert_eq!(properties["InstanceId"], json!({"Ref": "AmazonConnectInstanceArn"}));
            assert_eq!(properties["IntegrationType"], "LAMBDA_FUNCTION");
            let function = text(&properties["IntegrationArn"]["Fn::GetAtt"]);
            function.strip_suffix(".Arn").unwrap().to_owned()
        })
        .collect();
    let wanted: BTreeSet<String> =
        TAKE_EVENTS.iter().map(|function| format!("{function}Function")).collect();
    assert_eq!((&allowed, &added), (&wanted, &wanted));
}

/// The rules by the types of event, with what else they ask and the function they tell; ends go to a
/// queue first.
#[test]
fn rules_bring_the_instances_voice_contacts_to_the_functions_they_are_for() {
    let template = Template::read();
    let rules = template.resources("AWS::Events::Rule");
    let mut told = BTreeSet::new();
    for (name, rule) in rules {
        let properties = &rule["Properties"];
        let detail = &properties["EventPattern"]["detail"];
        let kinds: Vec<&str> = list(&detail["eventType"]).iter().map(text).collect();
        let (function, methods) = match kinds[..] {
            ["CONNECTED_TO_AGENT"] => (Some("Answered"), Value::Null),
            ["INITIATED"] => (Some("Ended"), json!(["TRANSFER", "QUEUE_TRANSFER"])),
            ["DISCONNECTED", "COMPLETED"] => (None, Value::Null),
            _ => panic!("nobody asked for {kinds:?}"),
        };
        let mut pattern = json!({
            "source": ["aws.connect"],
            "detail-type": ["Amazon Connect Contact Event"],
            "detail": {
                "instanceArn": [{"Ref": "AmazonConnectInstanceArn"}],
                "eventType": kinds,
                "channel": ["VOICE", "Voice"],
            },
        });
        if !methods.is_null() {
            pattern["detail"]["initiationMethod"] = methods;
        }
        assert_eq!(properties["EventPattern"], pattern, "{name}");
        let (id, brought_to) = match function {
            Some(function) => (function.to_lowercase(), format!("{function}Function")),
            None => ("ends".to_owned(), ENDS.to_owned()),
        };
        let target = json!([{
            "Id": id,
            "Arn": arn(&brought_to),
            "RetryPolicy": {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185},
            "DeadLetterConfig": {"Arn": arn(DEAD_LETTERS)},
        }]);
        assert_eq!(properties["Targets"], target, "{name}");

        told.extend(kinds);
        if function.is_none() {
            assert_may_send(&template, ENDS, &[name.to_owned()]);
            continue;
        }
        let permission = template.at(&format!("/Resources/{name}Permission/Properties"));
        let wanted = json!({
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Ref": brought_to},
            "Principal": "events.amazonaws.com",
            "SourceArn": arn(name),
        });
        assert_eq!(*permission, wanted, "{name}");
    }
    let all = BTreeSet::from(["COMPLETED", "CONNECTED_TO_AGENT", "DISCONNECTED", "INITIATED"]);
    assert_eq!(told, all);
}

/// The policy of a queue lets those rules send to it, and nobody else.
fn assert_may_send(template: &Template, queue: &str, rules: &[String]) {
    let policies = template.resources("AWS::SQS::QueuePolicy").into_values();
    let its = policies.filter(|policy| policy["Properties"]["Queues"] == json!([{"Ref": queue}]));
    let [policy] = its.collect::<Vec<_>>()[..] else { panic!("one policy of {queue}") };
    let statement = json!([{
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn(queue),
        "Condition": {"ArnEquals": {
            "aws:SourceArn": rules.iter().map(|rule| arn(rule)).collect::<Vec<_>>(),
        }},
    }]);
    assert_eq!(policy["Properties"]["PolicyDocument"]["Statement"], statement);
}

#[test]
fn ends_are_held_back_and_then_feed_the_function_ended() {
    let template = Template::read();
    let timeout = template.functions()["ended"].1["Timeout"].as_u64().unwrap();
    let queue = template.at(&format!("/Resources/{ENDS}/Properties"));
    let wanted = json!({
        "QueueName": {"Fn::Sub": "${AWS::StackName}-amazon-connect-ends"},
        "DelaySeconds": HELD_BACK,
        "VisibilityTimeout": TIMEOUTS_HIDDEN * timeout,
        "MessageRetentionPeriod": TWO_WEEKS,
        "RedrivePolicy": {"deadLetterTargetArn": arn(DEAD_LETTERS), "maxReceiveCount": MAX_RECEIVES},
        "SqsManagedSseEnabled": true,
    });
    assert_eq!(*queue, wanted);

    let mappings = template.resources("AWS::Lambda::EventSourceMapping");
    let [mapping] = mappings.into_values().collect::<Vec<_>>()[..] else { panic!("one mapping") };
    assert_eq!(mapping["DependsOn"], "AmazonConnectEndedPolicy");
    let wanted = json!({
        "FunctionName": {"Ref": "EndedFunction"},
        "EventSourceArn": arn(ENDS),
        "BatchSize": 10,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "ScalingConfig": {"MaximumConcurrency": {"Ref": "MaxConcurrency"}},
    });
    assert_eq!(mapping["Properties"], wanted);
}

#[test]
fn what_can_neither_be_brought_nor_be_done_is_kept() {
    let template = Template::read();
    let queue = template.at(&format!("/Resources/{DEAD_LETTERS}/Properties"));
    let kept = json!({
        "QueueName": {"Fn::Sub": "${AWS::StackName}-amazon-connect-dead-letters"},
        "MessageRetentionPeriod": TWO_WEEKS,
        "SqsManagedSseEnabled": true,
    });
    assert_eq!(*queue, kept);

    let rules = ["Answered", "Transferred", "Ended"].map(|what| format!("{PREFIX}{what}Rule"));
    let all: BTreeSet<&str> = template.resources("AWS::Events::Rule").into_keys().collect();
    assert_eq!(all, rules.iter().map(String::as_str).collect());
    assert_may_send(&template, DEAD_LETTERS, &rules);
    let policies = template.resources("AWS::SQS::QueuePolicy");
    assert_eq!(policies.len(), 2, "one for each queue of Amazon Connect");
}

/// Lambda takes ends and puts dead letters in by the role of the function, and the role's policy
/// grants no more.
#[test]
fn runs_that_fail_for_good_are_kept_and_roles_let_them() {
    let template = Template::read();
    let configurations = template.resources("AWS::Lambda::EventInvokeConfig");
    let policies = template.resources("AWS::IAM::Policy");
    let names = |what: &str| TOLD.map(|function| format!("{PREFIX}{function}{what}"));
    assert!(configurations.keys().copied().eq(names("Invokes")), "{:?}", configurations.keys());
    assert!(policies.keys().copied().eq(names("Policy")), "{:?}", policies.keys());
    for function in TOLD {
        let configuration = configurations[format!("{PREFIX}{function}Invokes").as_str()];
        assert_eq!(configuration["DependsOn"], format!("{PREFIX}{function}Policy"));
        let wanted = json!({
            "FunctionName": {"Ref": format!("{function}Function")},
            "Qualifier": "$LATEST",
            "MaximumEventAgeInSeconds": 21600,
            "MaximumRetryAttempts": 2,
            "DestinationConfig": {"OnFailure": {"Destination": arn(DEAD_LETTERS)}},
        });
        assert_eq!(configuration["Properties"], wanted, "{function}");

        let policy = policies[format!("{PREFIX}{function}Policy").as_str()];
        let send = json!({
            "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn(DEAD_LETTERS),
        });
        let take = json!({
            "Effect": "Allow",
            "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            "Resource": arn(ENDS),
        });
        let (name, statements) = match function {
            "Ended" => ("amazon-connect-queues", json!([send, take])),
            _ => ("amazon-connect-dead-letters", json!([send])),
        };
        let wanted = json!({
            "PolicyName": name,
            "Roles": [{"Ref": format!("{function}Role")}],
            "PolicyDocument": {"Version": "2012-10-17", "Statement": statements},
        });
        assert_eq!(policy["Properties"], wanted, "{function}");
    }
}
