//! What AWS does between queues and functions: messages become batches for a function, those it took
//! are deleted, the others come again; and every minute the sweep is invoked.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message};
use hookline::adapters::sqs::Queue;
use hookline_functions::envelope::Answer;
use hookline_functions::runtime::Invocation;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::front::Functions;
use crate::queues::Queues;

/// Messages in a batch, as the template has it.
const A_BATCH: i32 = 10;
/// Batches of one queue that are taken at the same time.
const CONCURRENCY: usize = 10;
/// How long a function may run, as the template has it.
const FUNCTION_TIMEOUT: Duration = Duration::from_secs(30);
/// How much time is between two looks into a queue, so that one that fails is not asked in a spin.
const PACE: Duration = Duration::from_millis(10);
/// How long batches may take to end when the stack stops; what is cut off is taken over later.
const STOPPING: Duration = Duration::from_secs(10);

/// Running pollers. They end when dropped.
#[derive(Debug)]
pub(crate) struct Pollers {
    stopping: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Pollers {
    /// Starts a poller for each queue, and the sweep: at once and then every `sweep_every`.
    pub(crate) fn start(
        functions: &Arc<Functions>,
        queues: &Queues,
        sweep_every: Duration,
    ) -> Self {
        let (stopping, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        for (queue, urls) in queues.all() {
            let poller = Poller {
                queue,
                client: queues.client().clone(),
                url: urls.queue.clone(),
                functions: Arc::clone(functions),
            };
            tasks.spawn(poller.run(stopped.clone()));
        }
        tasks.spawn(sweep(Arc::clone(functions), sweep_every, stopped));
        Self { stopping, tasks }
    }

    /// Takes no more messages, and is done when those that were taken have ended.
    pub(crate) async fn stop(mut self) {
        let _ = self.stopping.send(true);
        let ending = async { while self.tasks.join_next().await.is_some() {} };
        let _ = timeout(STOPPING, ending).await;
    }
}

async fn sweep(
    functions: Arc<Functions>,
    sweep_every: Duration,
    mut stopped: watch::Receiver<bool>,
) {
    let mut ticks = interval(sweep_every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = functions.sweep.take().await {
            tracing::error!(%error, "the sweep failed");
        }
    }
}

/// The poller of one queue.
#[derive(Clone)]
struct Poller {
    queue: Queue,
    client: Client,
    url: String,
    functions: Arc<Functions>,
}

impl Poller {
    async fn run(self, mut stopped: watch::Receiver<bool>) {
        let mut batches = JoinSet::new();
        let mut pace = interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            pace.tick().await;
            let messages = tokio::select! {
                _ = stopped.changed() => break,
                messages = self.receive() => messages,
            };
            if messages.is_empty() {
                continue;
            }
            let poller = self.clone();
            batches.spawn(async move { poller.hand_over(messages).await });
            while batches.try_join_next().is_some() {}
            if batches.len() >= CONCURRENCY {
                batches.join_next().await;
            }
        }
        while batches.join_next().await.is_some() {}
    }

    async fn receive(&self) -> Vec<Message> {
        let request = self.client.receive_message().queue_url(&self.url);
        let answer = request.max_number_of_messages(A_BATCH).wait_time_seconds(20).send().await;
        match answer {
            Ok(answer) => answer.messages.unwrap_or_default(),
            Err(error) => {
                let queue = self.queue.name();
                tracing::error!(queue, %error, "the queue cannot be read");
                Vec::new()
            }
        }
    }

    async fn hand_over(&self, messages: Vec<Message>) {
        let payload = batch(self.queue, &messages);
        let invocation = Invocation { payload, remaining: FUNCTION_TIMEOUT };
        let invoking = timeout(FUNCTION_TIMEOUT, self.functions.take_batch(self.queue, invocation));
        // As on AWS, the whole batch comes again when the function fails or runs out of time.
        let Ok(Ok(answer)) = invoking.await else { return };
        let failed = failures(&answer);
        let taken = messages.into_iter().zip(0..).filter_map(|(message, index)| {
            let taken = !failed.contains(message.message_id.as_deref().unwrap_or_default());
            let entry = DeleteMessageBatchRequestEntry::builder()
                .id(index.to_string())
                .set_receipt_handle(message.receipt_handle);
            taken.then(|| entry.build().ok()).flatten()
        });
        let entries: Vec<_> = taken.collect();
        if entries.is_empty() {
            return;
        }
        let request = self.client.delete_message_batch().queue_url(&self.url);
        if let Err(error) = request.set_entries(Some(entries)).send().await {
            // They come again, and find that there is nothing left to do.
            tracing::warn!(queue = self.queue.name(), %error, "messages could not be deleted");
        }
    }
}

impl Functions {
    async fn take_batch(&self, queue: Queue, invocation: Invocation) -> Answer {
        match queue {
            Queue::Outcome => self.outcomes.take(invocation).await,
            Queue::Timer
            | Queue::Connect
            | Queue::Conversion
            | Queue::NonConversion
            | Queue::PostbackWebhook
            | Queue::Always => self.deliveries.take(invocation).await,
        }
    }
}

/// Messages as Lambda hands them over.
fn batch(queue: Queue, messages: &[Message]) -> Value {
    let records: Vec<Value> = messages
        .iter()
        .map(|message| {
            json!({
                "messageId": message.message_id,
                "receiptHandle": message.receipt_handle,
                "body": message.body,
                "attributes": {},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": format!("arn:aws:sqs:us-east-1:000000000000:{}", queue.name()),
                "awsRegion": "us-east-1",
            })
        })
        .collect();
    json!({"Records": records})
}

/// The messages that a function wants again.
fn failures(answer: &Value) -> HashSet<&str> {
    let failures = answer.get("batchItemFailures").and_then(Value::as_array);
    let ids = failures.into_iter().flatten().filter_map(|failure| failure.get("itemIdentifier"));
    ids.filter_map(Value::as_str).collect()
}
