//! A stand-in for SQS that keeps what it was sent, so that whoever plays a call decides what arrives
//! and when.

use std::io;

use hookline::adapters::sqs::Queue;
use serde_json::{Value, json};

use crate::partner::{Partner, Reply};

/// The queues of a deployment, as far as senders see them.
#[derive(Debug)]
pub struct Queues {
    service: Partner,
}

/// A message as it was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// The function that the queue feeds.
    pub to: String,
    /// The message.
    pub hint: Value,
    /// How long it is to be held back, in seconds.
    pub delay: u64,
}

impl Queues {
    /// Queues that take every message.
    ///
    /// # Errors
    /// When no loopback port is free.
    pub async fn start() -> io::Result<Self> {
        let service = Partner::start().await?;
        service.on("/", Reply::json(&json!({"Successful": [], "Failed": []})));
        Ok(Self { service })
    }

    /// Where the service answers.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.service.address())
    }

    /// The URL of the queue that feeds a function.
    #[must_use]
    pub fn url(&self, function: &str) -> String {
        format!("{}/000000000000/{function}", self.endpoint())
    }

    /// What `template.yaml` sets on a function before these queues, with the partner let in; the table
    /// is at the address `store`.
    #[must_use]
    pub fn environment(
        &self,
        table: &str,
        store: &str,
        partner: &Partner,
    ) -> Vec<(String, String)> {
        let urls =
            Queue::ALL.map(|queue| (queue.url_variable().to_owned(), self.url(queue.name())));
        let others = [
            ("TABLE_NAME", table.to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB", store.to_owned()),
            ("AWS_ENDPOINT_URL_SQS", self.endpoint()),
            ("ALLOWED_PRIVATE_ENDPOINTS", partner.address().to_string()),
        ];
        let others = others.map(|(name, value)| (name.to_owned(), value));
        others.into_iter().chain(urls).collect()
    }

    /// What was sent so far, batch by batch. What is no batch of messages is passed over.
    #[must_use]
    pub fn batches(&self) -> Vec<Vec<Sent>> {
        let requests = self.service.requests();
        let batches = requests.iter().map(|request| serde_json::from_slice(&request.body).ok());
        batches.filter_map(|batch| messages(&batch?)).collect()
    }

    /// What was sent so far.
    #[must_use]
    pub fn sent(&self) -> Vec<Sent> {
        self.batches().into_iter().flatten().collect()
    }
}

fn messages(batch: &Value) -> Option<Vec<Sent>> {
    let (_, to) = batch.get("QueueUrl")?.as_str()?.rsplit_once('/')?;
    let entries = batch.get("Entries")?.as_array()?.iter();
    let message = |entry: &Value| {
        Some(Sent {
            to: to.to_owned(),
            hint: serde_json::from_str(entry.get("MessageBody")?.as_str()?).ok()?,
            delay: entry.get("DelaySeconds")?.as_u64()?,
        })
    };
    entries.map(message).collect()
}

/// Messages as Lambda hands them to a function.
#[must_use]
pub fn batch(bodies: &[&str]) -> Value {
    let message = |(index, body): (usize, &&str)| {
        json!({"messageId": format!("m{index}"), "receiptHandle": "r", "body": body,
            "attributes": {}, "messageAttributes": {}, "eventSource": "aws:sqs",
            "awsRegion": "us-east-1"})
    };
    json!({"Records": bodies.iter().enumerate().map(message).collect::<Vec<_>>()})
}
