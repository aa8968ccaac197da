//! The alarms: each says what it means and where it is written what to do, tells somebody, says what
//! silence means, and between them they leave nothing out that can fail.

use std::collections::{BTreeMap, BTreeSet};

use hookline_tests::template::{Dimension, Template, repository, text};
use serde_json::{Value, json};

/// The most metrics that the expression of an alarm may read.
const MAX_METRICS: usize = 10;
/// The alarms for which no data means that what they watch is dead.
const SILENCE_MEANS_DEATH: [&str; 1] = ["SweepSilenceAlarm"];

/// The runbook's headings, as links within it name them.
fn anchors() -> BTreeSet<String> {
    let runbook = std::fs::read_to_string(repository().join("infra/RUNBOOK.md")).unwrap();
    let headings = runbook.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-"))
        .collect()
}

#[test]
fn every_alarm_names_a_part_of_the_runbook_of_its_own() {
    let (template, anchors) = (Template::read(), anchors());
    let mut named = BTreeSet::new();
    for (resource, alarm) in template.alarms() {
        let description = text(&alarm["AlarmDescription"]);
        let (meaning, anchor) = description
            .split_once(" See infra/RUNBOOK.md#")
            .unwrap_or_else(|| panic!("{resource} does not end with its part of the runbook"));
        assert!(meaning.ends_with('.'), "{resource}: {meaning}");
        assert!(anchors.contains(anchor), "{resource}: the runbook has no {anchor}");
        let name = json!({"Fn::Sub": format!("${{AWS::StackName}}-{anchor}")});
        assert_eq!(alarm["AlarmName"], name, "{resource} has the name of its part");
        assert!(named.insert(anchor.to_owned()), "{resource} shares {anchor}");
    }
}

#[test]
fn every_alarm_tells_the_topic_when_it_begins_and_ends() {
    let template = Template::read();
    let told =
        json!({"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]});
    for (resource, alarm) in template.alarms() {
        assert_eq!(alarm["AlarmActions"], told, "{resource}");
        assert_eq!(alarm["OKActions"], told, "{resource}");
    }
    let given = json!({"Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmTopicArn"}, ""]}]});
    assert_eq!(template.at("/Conditions/HasAlarmTopic"), &given);
    assert_eq!(template.default("AlarmTopicArn"), "");
}

#[test]
fn missing_data_is_an_alarm_exactly_where_silence_means_death() {
    for (resource, alarm) in Template::read().alarms() {
        let means =
            if SILENCE_MEANS_DEATH.contains(&resource) { "breaching" } else { "notBreaching" };
        assert_eq!(alarm["TreatMissingData"], means, "{resource}");
    }
}

#[test]
fn every_alarm_looks_at_as_many_periods_as_it_needs() {
    for (resource, alarm) in Template::read().alarms() {
        let (of, needs) = (&alarm["EvaluationPeriods"], &alarm["DatapointsToAlarm"]);
        assert!(needs.as_u64().unwrap() >= 1 && needs.as_u64() <= of.as_u64(), "{resource}");
        assert!(alarm["Threshold"].is_number(), "{resource}");
        let over = if SILENCE_MEANS_DEATH.contains(&resource) {
            "LessThanThreshold"
        } else {
            "GreaterThanThreshold"
        };
        assert_eq!(alarm["ComparisonOperator"], over, "{resource}");
    }
}

/// Metrics come minutes late, and until then a sum that fills in has a 0 as its latest value.
#[test]
fn a_sum_that_fills_in_what_is_not_there_looks_back_for_more_than_it_needs() {
    let mut filled = 0;
    for (resource, alarm) in Template::read().alarms() {
        let queries = Template::queries(alarm);
        let fills =
            |query: &&Value| query["Expression"].as_str().is_some_and(|e| e.contains("FILL"));
        if queries.into_iter().any(|query| fills(&query)) {
            let [of, needs] = ["EvaluationPeriods", "DatapointsToAlarm"].map(|n| alarm[n].as_u64());
            assert!(
                needs < of,
                "{resource} needs all of its {of:?} periods, the latest among them"
            );
            filled += 1;
        }
    }
    assert_eq!(filled, 10, "alarms on sums");
    // The depth of a queue that nothing went through for hours may come a quarter of an hour late.
    let letters = Template::read().alarms()["DeadLettersAlarm"].clone();
    let period = &letters["Metrics"][1]["MetricStat"]["Period"];
    assert_eq!((period, &letters["EvaluationPeriods"]), (&json!(60), &json!(15)));
    assert_eq!(letters["DatapointsToAlarm"], 1);
}

#[test]
fn an_expression_reads_what_it_names_and_no_more_than_it_may() {
    for (resource, alarm) in Template::read().alarms() {
        let queries = Template::queries(alarm);
        if queries.is_empty() {
            assert!(
                alarm["MetricName"].is_string() && alarm["Statistic"].is_string(),
                "{resource}"
            );
            continue;
        }
        let (watched, read): (Vec<&Value>, Vec<&Value>) =
            queries.into_iter().partition(|query| query["Expression"].is_string());
        let [watched] = watched.as_slice() else { panic!("{resource} watches one expression") };
        assert!(watched["ReturnData"].is_null() && watched["Label"].is_string(), "{resource}");
        assert!(!read.is_empty() && read.len() <= MAX_METRICS, "{resource} reads {}", read.len());
        let mut ids = BTreeSet::from([text(&watched["Id"])]);
        let periods: BTreeSet<String> =
            read.iter().map(|query| query["MetricStat"]["Period"].to_string()).collect();
        assert_eq!(periods.len(), 1, "{resource} compares like with like");
        let expression = text(&watched["Expression"]);
        for query in read {
            let id = text(&query["Id"]);
            assert!(ids.insert(id), "{resource} has two of {id}");
            assert_eq!(query["ReturnData"], false, "{resource}: {id}");
            assert!(reads(expression, id), "{resource}: {expression} does not read {id}");
        }
    }
}

/// Whether an expression reads the metric of that id: by its name, among all, or among those whose
/// ids hold some text.
fn reads(expression: &str, id: &str) -> bool {
    let by_name =
        expression.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).any(|word| word == id);
    let held = expression.split("METRICS(\"").skip(1).filter_map(|rest| rest.split('"').next());
    by_name || expression.contains("METRICS()") || held.into_iter().any(|text| id.contains(text))
}

/// The resources that alarms read a metric of.
fn watched(template: &Template, metric: &str) -> BTreeSet<String> {
    let alarms = template.alarms();
    let readings = template.readings().into_iter();
    let of_alarms = readings.filter(|reading| alarms.contains_key(reading.reader.as_str()));
    of_alarms
        .filter(|reading| reading.metric == metric)
        .flat_map(|reading| reading.dimensions.into_values())
        .filter_map(|dimension| match dimension {
            Dimension::Reference(reference) => Some(reference),
            Dimension::Text(_) => None,
        })
        .collect()
}

#[test]
fn every_queue_and_every_function_is_watched() {
    let template = Template::read();
    let functions = template.resources("AWS::Serverless::Function");
    let functions: BTreeSet<String> = functions.into_keys().map(str::to_owned).collect();
    assert_eq!(watched(&template, "Errors"), functions);
    assert_eq!(watched(&template, "Throttles"), functions);

    let (mut fed, mut dead) = (BTreeSet::new(), BTreeSet::new());
    for (resource, queue) in template.resources("AWS::SQS::Queue") {
        let feeds = queue["Properties"]["RedrivePolicy"].is_object();
        let queues = if feeds { &mut fed } else { &mut dead };
        queues.insert(format!("{resource}.QueueName"));
    }
    assert_eq!(watched(&template, "ApproximateAgeOfOldestMessage"), fed);
    assert_eq!(watched(&template, "ApproximateNumberOfMessagesVisible"), dead);
}

#[test]
fn the_runbook_counts_the_letters_of_every_queue() {
    let runbook = std::fs::read_to_string(repository().join("infra/RUNBOOK.md")).unwrap();
    let (_, dead_letters) = runbook.split_once("### Dead letters").unwrap();
    let (_, counted) = dead_letters.split_once("$ for name in ").unwrap();
    let (counted, _) = counted.split_once("; do").unwrap();
    let counted: BTreeSet<String> = counted
        .split_whitespace()
        .map(|name| format!("${{AWS::StackName}}-{name}-dead-letters"))
        .collect();

    let template = Template::read();
    let queues = template.resources("AWS::SQS::Queue").into_values();
    let called = queues.map(|queue| text(&queue["Properties"]["QueueName"]["Fn::Sub"]).to_owned());
    let letters: BTreeSet<String> = called.filter(|name| name.ends_with("-dead-letters")).collect();
    assert_eq!(counted, letters);
}

/// What alarms cost by themselves is told in the runbook, and grows with each metric that they read.
#[test]
fn the_runbook_says_how_many_alarms_there_are_and_how_many_metrics_they_read() {
    let template = Template::read();
    let alarms = template.alarms();
    let mut read: BTreeMap<&str, usize> = BTreeMap::new();
    for (resource, alarm) in &alarms {
        let queries = Template::queries(alarm);
        let metrics = queries.iter().filter(|query| query["MetricStat"].is_object()).count();
        read.insert(resource, metrics.max(1));
    }
    let said =
        format!("{} alarms, which read {} metrics", alarms.len(), read.values().sum::<usize>());
    let runbook = std::fs::read_to_string(repository().join("infra/RUNBOOK.md")).unwrap();
    let runbook = runbook.split_whitespace().collect::<Vec<&str>>().join(" ");
    assert!(runbook.contains(&said), "the runbook does not say: {said}");
}
