//! A stand-in for SQS that keeps what it was sent, so that a test decides what arrives.

use hookline_tests::partner::{Partner, Reply};
use serde_json::{Value, json};

/// The queues of a deployment, as far as senders see them.
pub(crate) struct Queues {
    service: Partner,
}

/// A message as it was sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sent {
    /// The function that the queue feeds.
    pub(crate) to: String,
    /// The message.
    pub(crate) hint: Value,
    /// How long it is to be held back, in seconds.
    pub(crate) delay: u64,
}

impl Queues {
    /// Queues that take every message.
    pub(crate) async fn start() -> Self {
        let service = Partner::start().await.unwrap();
        service.on("/", Reply::json(&json!({"Successful": [], "Failed": []})));
        Self { service }
    }

    /// Where the service answers.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.service.address())
    }

    /// The URL of the queue that feeds a function.
    pub(crate) fn url(&self, function: &str) -> String {
        format!("{}/000000000000/{function}", self.endpoint())
    }

    /// What was sent so far.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        let batches = self.service.requests();
        let batches = batches.iter().map(|request| serde_json::from_slice(&request.body).unwrap());
        batches.flat_map(|batch: Value| messages(&batch)).collect()
    }
}

fn messages(batch: &Value) -> Vec<Sent> {
    let (_, to) = batch["QueueUrl"].as_str().unwrap().rsplit_once('/').unwrap();
    let entries = batch["Entries"].as_array().unwrap().iter();
    let message = |entry: &Value| Sent {
        to: to.to_owned(),
        hint: serde_json::from_str(entry["MessageBody"].as_str().unwrap()).unwrap(),
        delay: entry["DelaySeconds"].as_u64().unwrap(),
    };
    entries.map(message).collect()
}

/// Messages as Lambda hands them to a function.
pub(crate) fn batch(bodies: &[&str]) -> Value {
    let message = |(index, body): (usize, &&str)| {
        json!({"messageId": format!("m{index}"), "receiptHandle": "r", "body": body,
            "attributes": {}, "messageAttributes": {}, "eventSource": "aws:sqs",
            "awsRegion": "us-east-1"})
    };
    json!({"Records": bodies.iter().enumerate().map(message).collect::<Vec<_>>()})
}
