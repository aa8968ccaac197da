//! The queues: each feeds the function of its name and no other, hides a message for as long as the
//! function may need, and keeps what no run of it could do.

use std::collections::{BTreeMap, BTreeSet};

use hookline::adapters::sqs::Queue;
use hookline_local::queues::{DEAD_LETTER_SECONDS, MAX_RECEIVES, VISIBILITY_SECONDS};
use serde_json::{Value, json};

use crate::policy::queues_granted;
use hookline_tests::template::{Template, text};

/// What the names of dead-letter queues end with.
const DEAD_LETTERS: &str = "-dead-letters";
/// What the names of queues begin with of which `amazon_connect` tells.
const OF_AMAZON_CONNECT: &str = "amazon-connect-";
/// Seconds in 14 days, the longest that SQS keeps a message.
const TWO_WEEKS: u32 = 14 * 24 * 60 * 60;
/// How many timeouts of its function a queue has to hide a message for, as Lambda advises.
const TIMEOUTS_HIDDEN: u64 = 6;
/// The function that hints again what is past due.
const SWEEP: &str = "sweep";

#[test]
fn queues_are_those_of_the_local_stack() {
    let template = Template::read();
    let queues: BTreeSet<String> = queues(&template).into_keys().collect();
    assert_eq!(queues, Queue::ALL.map(|queue| queue.name().to_owned()).into());
}

#[test]
fn every_queue_has_dead_letters_of_its_own_that_are_kept_for_two_weeks() {
    let template = Template::read();
    let dead_letters = dead_letters(&template);
    let mut used = BTreeSet::new();
    for (name, (_, properties)) in queues(&template) {
        let own = format!("{name}{DEAD_LETTERS}");
        let (resource, kept) = dead_letters[&own];

        let redrive = json!({
            "deadLetterTargetArn": {"Fn::GetAtt": format!("{resource}.Arn")},
            "maxReceiveCount": MAX_RECEIVES,
        });
        assert_eq!(properties["RedrivePolicy"], redrive, "{name}");
        assert_eq!(kept["MessageRetentionPeriod"], TWO_WEEKS, "{name}");
        assert!(kept["RedrivePolicy"].is_null(), "{name}: dead letters go nowhere else");
        used.insert(own);
    }
    assert_eq!(used, dead_letters.into_keys().collect());
    assert_eq!(TWO_WEEKS, DEAD_LETTER_SECONDS, "the local stack keeps them as long");
}

#[test]
fn every_queue_is_encrypted_and_in_no_order() {
    for (name, (_, properties)) in declared(&Template::read()) {
        assert_eq!(properties["SqsManagedSseEnabled"], true, "{name}");
        assert!(properties["FifoQueue"].is_null(), "{name}");
    }
}

#[test]
fn messages_stay_hidden_for_six_timeouts_of_their_function() {
    let template = Template::read();
    let functions = template.functions();
    for (name, (_, properties)) in queues(&template) {
        let hidden = properties["VisibilityTimeout"].as_u64().unwrap();
        let timeout = functions[&name].1["Timeout"].as_u64().unwrap();
        assert!(hidden >= TIMEOUTS_HIDDEN * timeout, "{name}: {hidden} s for {timeout} s");
        assert_eq!(hidden, u64::from(VISIBILITY_SECONDS), "{name}: as in the local stack");
    }
}

#[test]
fn every_queue_feeds_the_function_of_its_name_and_no_other() {
    let template = Template::read();
    let queues = queues(&template);
    let mut fed = BTreeSet::new();
    for (binary, (_, properties)) in template.functions() {
        for source in events(&properties, "SQS") {
            let (queue, _) = queues[&binary];
            let batches = json!({
                "Queue": {"Fn::GetAtt": format!("{queue}.Arn")},
                "BatchSize": 10,
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
                "ScalingConfig": {"MaximumConcurrency": {"Ref": "MaxConcurrency"}},
            });
            assert_eq!(*source, batches, "{binary}");
            assert!(fed.insert(binary.clone()), "{binary} is fed twice");
        }
    }
    assert_eq!(fed, queues.into_keys().collect());
    let mut mappings = template.resources("AWS::Lambda::EventSourceMapping").into_keys();
    let others = mappings.find(|name| !name.starts_with("AmazonConnect"));
    assert_eq!(others, None, "nothing else feeds a function but its own events");
}

#[test]
fn concurrency_is_between_the_bounds_of_event_sources() {
    let template = Template::read();
    let concurrency = template.at("/Parameters/MaxConcurrency");
    let bounds = (&concurrency["MinValue"], &concurrency["MaxValue"]);
    assert_eq!(bounds, (&json!(2), &json!(1000)));
}

#[test]
fn every_function_is_told_where_every_queue_is() {
    let template = Template::read();
    let queues: BTreeMap<String, Value> = queues(&template)
        .into_iter()
        .map(|(name, (queue, _))| {
            (format!("{}_QUEUE_URL", name.to_uppercase()), json!({"Ref": queue}))
        })
        .collect();
    for (binary, (_, properties)) in template.functions() {
        let variables = properties["Environment"]["Variables"].as_object().unwrap();
        let told: BTreeMap<String, Value> = variables
            .iter()
            .filter(|(name, _)| name.ends_with("_QUEUE_URL"))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        assert_eq!(told, queues, "{binary}");
    }
}

#[test]
fn the_sweep_runs_every_minute_and_nothing_tries_a_run_again() {
    for (binary, (_, properties)) in Template::read().functions() {
        let runs = events(&properties, "Schedule");
        if binary != SWEEP {
            assert!(runs.is_empty(), "{binary} runs by itself");
            continue;
        }
        let minutes = json!({
            "Schedule": "rate(1 minute)",
            "RetryPolicy": {"MaximumRetryAttempts": 0},
        });
        assert_eq!(runs, [&minutes]);
        assert_eq!(properties["EventInvokeConfig"]["MaximumRetryAttempts"], 0);
        assert!(properties["Timeout"].as_u64().unwrap() < 60, "two sweeps never meet");
    }
}

#[test]
fn functions_take_from_their_own_queue_and_send_to_no_dead_letters() {
    let template = Template::read();
    let queues = queues(&template);
    let all: BTreeSet<&str> = queues.values().map(|(queue, _)| *queue).collect();
    for binary in template.functions().keys() {
        let own: BTreeSet<&str> = queues.get(binary).map(|(queue, _)| *queue).into_iter().collect();
        let takes = queues_granted(&template, binary, "sqs:ReceiveMessage");
        assert_eq!(takes, own, "{binary}");
        let sends = queues_granted(&template, binary, "sqs:SendMessage");
        assert!(sends.is_subset(&all), "{binary} sends to {sends:?}");
    }
    let hints = queues_granted(&template, SWEEP, "sqs:SendMessage");
    assert_eq!(hints, all, "whatever waits can be hinted again");
}

/// What a function's events of a type say.
fn events<'a>(properties: &'a Value, kind: &str) -> Vec<&'a Value> {
    let events = properties["Events"].as_object().into_iter().flatten();
    events.map(|(_, event)| event).filter(|e| e["Type"] == kind).map(|e| &e["Properties"]).collect()
}

/// Queues by what follows the stack's in their names: the name of the resource, and its properties.
type Queues<'a> = BTreeMap<String, (&'a str, &'a Value)>;

/// The queues that functions are fed from.
fn queues(template: &Template) -> Queues<'_> {
    let declared = of_triggers(template).into_iter();
    declared.filter(|(name, _)| !name.ends_with(DEAD_LETTERS)).collect()
}

/// The queues that keep what failed in others.
fn dead_letters(template: &Template) -> Queues<'_> {
    let declared = of_triggers(template).into_iter();
    declared.filter(|(name, _)| name.ends_with(DEAD_LETTERS)).collect()
}

/// The queues that a trigger or the outcome has, whatever platform reports calls.
fn of_triggers(template: &Template) -> Queues<'_> {
    let declared = declared(template).into_iter();
    declared.filter(|(name, _)| !name.starts_with(OF_AMAZON_CONNECT)).collect()
}

fn declared(template: &Template) -> Queues<'_> {
    let resources = template.resources("AWS::SQS::Queue");
    let count = resources.len();
    let queues: Queues<'_> = resources
        .into_iter()
        .map(|(resource, queue)| {
            let properties = &queue["Properties"];
            let name = text(&properties["QueueName"]["Fn::Sub"]);
            let name = name.strip_prefix("${AWS::StackName}-").expect("a queue is of its stack");
            (name.to_owned(), (resource, properties))
        })
        .collect();
    assert_eq!(queues.len(), count, "each queue has a name of its own");
    queues
}
