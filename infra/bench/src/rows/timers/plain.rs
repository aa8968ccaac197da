//! Plain messages with delays, through an embedded queue, received by a loop on a thread of its own
//! that notes when they came and deletes them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, SendMessageBatchRequestEntry};
use futures_util::future::try_join_all;
use hookline::adapters::sqs::Queue;
use hookline::adapters::system::SystemClock;
use hookline::ports::clock::Clock;
use hookline::time::Timestamp;
use hookline_local::queues::Queues;
use tokio::time::Instant;

use crate::bench::BenchError;
use crate::processor::Aside;

/// Messages in a batch (a limit of the service).
const A_BATCH: usize = 10;
/// How long a look into the queue waits for messages, in seconds: as the stack's pollers wait.
const LONG_POLL: i32 = 20;

/// When each message came first.
type Arrivals = Arc<Mutex<BTreeMap<String, Instant>>>;

/// A queue with its poller.
#[derive(Debug, Clone)]
pub(super) struct Plain {
    client: Client,
    url: String,
    arrivals: Arrivals,
}

impl Plain {
    /// Starts the poller; it ends with the thread.
    pub(super) async fn start() -> Result<(Aside, Self), BenchError> {
        Aside::start(async || {
            let queues = Queues::start().await.map_err(BenchError::during("starting queues"))?;
            let urls = queues.urls(Queue::Timer);
            let url = urls.map(|urls| urls.queue.clone()).unwrap_or_default();
            let client = queues.client().clone();
            let plain = Self { client, url, arrivals: Arrivals::default() };
            let poller = tokio::spawn(plain.clone().poll());
            Ok(((queues, poller), plain))
        })
        .await
    }

    /// Sends a message for each of these times.
    pub(super) async fn send(&self, due: Vec<(String, Timestamp)>) -> Result<(), BenchError> {
        let now = SystemClock.now();
        let entries = due.iter().zip(0..).map(|((name, at), index): (_, u32)| {
            let delay = now.until(*at).as_millis().div_ceil(1000);
            let entry = SendMessageBatchRequestEntry::builder().id(index.to_string());
            let entry = entry.message_body(name).delay_seconds(i32::try_from(delay).unwrap_or(0));
            entry.build().map_err(BenchError::during("making a message"))
        });
        let entries: Vec<_> = entries.collect::<Result<_, _>>()?;
        try_join_all(entries.chunks(A_BATCH).map(async |batch| {
            let request = self.client.send_message_batch().queue_url(&self.url);
            let sent = request.set_entries(Some(batch.to_vec())).send().await;
            sent.map(|_| ()).map_err(BenchError::during("sending messages"))
        }))
        .await?;
        Ok(())
    }

    /// When each message came.
    pub(super) fn arrived(&self) -> BTreeMap<String, Instant> {
        self.lock().clone()
    }

    async fn poll(self) {
        loop {
            let request = self.client.receive_message().queue_url(&self.url);
            let request = request.max_number_of_messages(10).wait_time_seconds(LONG_POLL);
            // Whatever fails shows in what has not come.
            let Ok(answer) = request.send().await else { return };
            let now = Instant::now();
            let mut deleted = Vec::new();
            for (message, index) in answer.messages.unwrap_or_default().into_iter().zip(0..) {
                let index: u32 = index;
                self.lock().entry(message.body.unwrap_or_default()).or_insert(now);
                let entry = DeleteMessageBatchRequestEntry::builder().id(index.to_string());
                deleted.extend(entry.set_receipt_handle(message.receipt_handle).build().ok());
            }
            if !deleted.is_empty() {
                let request = self.client.delete_message_batch().queue_url(&self.url);
                let _ = request.set_entries(Some(deleted)).send().await;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Instant>> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
