//! What alarms and the dashboard read is there to be read: metrics that the code has a name for, of
//! functions that the template has, and metrics of AWS about the template's own resources.

use std::collections::{BTreeMap, BTreeSet};

use hookline_functions::metrics::{DIMENSION, Metric, NAMESPACE};
use hookline_tests::template::{Dimension, Reading, Template, list, text};

/// The metrics of AWS that are read, by namespace, as their documents name them (November 2026).
const OF_AWS: [(&str, &[&str]); 4] = [
    ("AWS/Lambda", &["Duration", "Errors", "Invocations", "Throttles"]),
    ("AWS/SQS", &["ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"]),
    (
        "AWS/DynamoDB",
        &[
            "ConsumedReadCapacityUnits",
            "ConsumedWriteCapacityUnits",
            "ReadThrottleEvents",
            "SystemErrors",
            "WriteThrottleEvents",
        ],
    ),
    ("AWS/ApiGateway", &["4xx", "5xx", "Count", "Latency"]),
];
/// The operations that the code asks of DynamoDB, each counted for itself where it fails.
const OPERATIONS: [&str; 8] = [
    "BatchGetItem",
    "BatchWriteItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "TransactWriteItems",
    "UpdateItem",
];

/// The resource or attribute that a dimension refers to, which has to be the only one.
fn only<'a>(reading: &'a Reading, name: &str) -> &'a str {
    let dimensions: Vec<(&String, &Dimension)> = reading.dimensions.iter().collect();
    let [(found, Dimension::Reference(reference))] = dimensions.as_slice() else {
        panic!("{reading:?} is not told apart by {name} alone")
    };
    assert_eq!(*found, name, "{reading:?}");
    reference
}

#[test]
fn metrics_of_our_own_are_those_that_the_code_names_of_functions_that_are_there() {
    let template = Template::read();
    let functions = template.resources("AWS::Serverless::Function");
    let mut read = BTreeSet::new();
    for reading in template.readings().into_iter().filter(|one| one.namespace == NAMESPACE) {
        let known = Metric::ALL.into_iter().find(|metric| metric.name() == reading.metric);
        read.insert(known.unwrap_or_else(|| panic!("nobody measures {reading:?}")));
        assert!(functions.contains_key(only(&reading, DIMENSION)), "{reading:?}");
    }
    assert_eq!(read, Metric::ALL.into(), "what nobody reads is paid for in vain");
}

#[test]
fn metrics_of_aws_are_about_resources_of_the_template() {
    let template = Template::read();
    let known: BTreeMap<&str, &[&str]> = OF_AWS.into();
    let mut read: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for reading in template.readings().into_iter().filter(|one| one.namespace != NAMESPACE) {
        let (namespace, names) = known
            .get_key_value(reading.namespace.as_str())
            .unwrap_or_else(|| panic!("{reading:?} is of no namespace that is known"));
        assert!(names.contains(&reading.metric.as_str()), "{reading:?}");
        match *namespace {
            "AWS/Lambda" => {
                let functions = template.resources("AWS::Serverless::Function");
                assert!(functions.contains_key(only(&reading, "FunctionName")), "{reading:?}");
            }
            "AWS/SQS" => {
                assert!(names_of_queues(&template).contains(&reading.dimensions), "{reading:?}");
            }
            "AWS/DynamoDB" => of_table(&template, &reading),
            _ => {
                let apis = template.resources("AWS::ApiGatewayV2::Api");
                assert!(apis.contains_key(only(&reading, "ApiId")), "{reading:?}");
            }
        }
        read.entry(*namespace).or_default().insert(reading.metric);
    }
    let known = known.into_iter();
    let known: BTreeMap<&str, BTreeSet<String>> = known
        .map(|(namespace, names)| {
            (namespace, names.iter().map(|name| (*name).to_owned()).collect())
        })
        .collect();
    assert_eq!(read, known, "what is known is read");
}

/// How queues may be named: by a reference, and where one is there under a condition alone, which the
/// dashboard cannot refer to, by what it is called.
fn names_of_queues(template: &Template) -> BTreeSet<BTreeMap<String, Dimension>> {
    let queues = template.resources("AWS::SQS::Queue").into_iter();
    let names = queues.flat_map(|(resource, queue)| {
        let called = text(&queue["Properties"]["QueueName"]["Fn::Sub"]).to_owned();
        let called = queue["Condition"].is_string().then_some(Dimension::Text(called));
        [Some(Dimension::Reference(format!("{resource}.QueueName"))), called]
    });
    names.flatten().map(|name| BTreeMap::from([("QueueName".to_owned(), name)])).collect()
}

/// Asserts that a metric is about the table: about an index where it is counted by index, about an
/// operation where it is counted by operation.
fn of_table(template: &Template, reading: &Reading) {
    let mut dimensions = reading.dimensions.clone();
    let table = dimensions.remove("TableName");
    assert_eq!(table, Some(Dimension::Reference("Table".to_owned())), "{reading:?}");
    let mut told_apart = |name: &str| match dimensions.remove(name) {
        Some(Dimension::Text(text)) => Some(text),
        None => None,
        Some(other) => panic!("{reading:?} has {other:?}"),
    };
    let (index, operation) = (told_apart("GlobalSecondaryIndexName"), told_apart("Operation"));
    let indexes = list(template.at("/Resources/Table/Properties/GlobalSecondaryIndexes"));
    if let Some(index) = &index {
        assert!(indexes.iter().any(|known| text(&known["IndexName"]) == index), "{reading:?}");
    }
    let by_operation = reading.metric == "SystemErrors";
    assert_eq!(operation.is_some(), by_operation, "{reading:?}");
    if let Some(operation) = operation {
        assert!(OPERATIONS.contains(&operation.as_str()), "{reading:?}");
    }
    assert!(dimensions.is_empty(), "{reading:?}");
}
