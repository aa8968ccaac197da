//! A gate before the database that does what IAM does before DynamoDB: it lets a request pass if a
//! role grants it, and keeps what was asked.
//!
//! A batch or a transaction is decided action by action over all the keys that it brings for that
//! action, the strictest way to read "for all values".

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use serde_json::Value;

use crate::policy::Grant;
use hookline_tests::template::text;

/// Actions by the kinds of items that they are for.
pub(crate) type Asked = BTreeMap<String, BTreeSet<String>>;

/// A gate; clones share what they keep.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    grants: Vec<Grant>,
    asked: Arc<Mutex<Asked>>,
}

impl Gate {
    /// A gate that grants nothing else.
    pub(crate) fn new(grants: Vec<Grant>) -> Self {
        Self { grants, asked: Arc::default() }
    }

    /// What was asked of it so far, granted or not.
    pub(crate) fn asked(&self) -> Asked {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn decide(&self, request: Asked) -> Result<(), BoxError> {
        for (action, kinds) in request {
            let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            asked.entry(action.clone()).or_default().extend(kinds.clone());
            let granted = |grant: &Grant| grant.action == action && kinds.is_subset(&grant.kinds);
            if !self.grants.iter().any(granted) {
                return Err(format!("the role does not grant {action} on {kinds:?}").into());
            }
        }
        Ok(())
    }
}

impl Intercept for Gate {
    fn name(&self) -> &'static str {
        "Gate"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let target = request.headers().get("x-amz-target").ok_or("a request names its target")?;
        let (_, operation) = target.split_once('.').ok_or("a target names its operation")?;
        let body = request.body().bytes().ok_or("a request is sent whole")?;
        self.decide(asked_by(operation, &serde_json::from_slice(body)?))
    }
}

/// A gate before the queues: it lets a message pass to those that a role grants.
#[derive(Debug)]
pub(crate) struct SendGate {
    granted: BTreeSet<String>,
}

impl SendGate {
    /// A gate that lets messages pass to the queues of these functions.
    pub(crate) fn new(granted: BTreeSet<String>) -> Self {
        Self { granted }
    }
}

impl Intercept for SendGate {
    fn name(&self) -> &'static str {
        "SendGate"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.request().body().bytes().ok_or("a request is sent whole")?;
        let body: Value = serde_json::from_slice(body)?;
        let (_, queue) = text(&body["QueueUrl"]).rsplit_once('/').ok_or("a queue has a name")?;
        // Hints that are not sent are no error of the function's, so this is one of the test's.
        assert!(self.granted.contains(queue), "the role does not grant sending to {queue}");
        Ok(())
    }
}

/// The actions that IAM sees in a request, with the kinds of items that they are for.
fn asked_by(operation: &str, body: &Value) -> Asked {
    let mut asked = Asked::new();
    let mut ask = |action: &str, key: &Value| {
        let key = text(&key["S"]);
        let kind =
            key.split_once('#').map_or_else(|| key.to_owned(), |(kind, _)| format!("{kind}#*"));
        asked.entry(action.to_owned()).or_default().insert(kind);
    };
    match operation {
        "DeleteItem" | "GetItem" | "UpdateItem" => ask(operation, &body["Key"]["pk"]),
        "PutItem" => ask(operation, &body["Item"]["pk"]),
        "Query" if body["IndexName"].is_string() => {
            let index = format!("index/{}", text(&body["IndexName"]));
            asked.entry(operation.to_owned()).or_default().insert(index);
        }
        "Query" => {
            let condition = text(&body["KeyConditionExpression"]);
            let whole = condition == "pk = :pk";
            assert!(whole || condition.starts_with("pk = :pk AND "), "{condition}");
            ask(operation, &body["ExpressionAttributeValues"][":pk"]);
        }
        "BatchGetItem" => {
            let tables = body["RequestItems"].as_object().expect("a batch names its tables");
            for key in
                tables.values().flat_map(|asked| asked["Keys"].as_array().into_iter().flatten())
            {
                ask(operation, &key["pk"]);
            }
        }
        "BatchWriteItem" => {
            let tables = body["RequestItems"].as_object().expect("a batch names its tables");
            for write in tables.values().flat_map(|writes| writes.as_array().into_iter().flatten())
            {
                ask(operation, &write["PutRequest"]["Item"]["pk"]);
            }
        }
        "TransactWriteItems" => {
            for item in body["TransactItems"].as_array().into_iter().flatten() {
                for (part, request) in item.as_object().into_iter().flatten() {
                    let action = match part.as_str() {
                        "Update" => "UpdateItem",
                        "Put" => "PutItem",
                        "Delete" => "DeleteItem",
                        "ConditionCheck" => "ConditionCheckItem",
                        other => panic!("a transaction with {other} is not understood"),
                    };
                    let key = if part == "Put" { &request["Item"] } else { &request["Key"] };
                    ask(action, &key["pk"]);
                }
            }
        }
        other => panic!("{other} is not understood"),
    }
    asked
}
