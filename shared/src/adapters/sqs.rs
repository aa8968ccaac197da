//! Sends hints through SQS, to the queue of the function that is to look.
//!
//! AWS's limits are kept here, since the embedded service of one machine does not refuse what is over
//! them: ten entries a batch, 900 seconds of delay. A hint is far below the size limit.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use aws_sdk_sqs::{Client, Config};
use futures_util::future::join_all;

use crate::ports::hints::{DelayedHint, Hint, Hints, MAX_DELAY};
use crate::trigger::Trigger;

/// Entries in one batch (a limit of the service).
const A_BATCH: usize = 10;

/// A queue, named like the function that it feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Queue {
    /// Of calls that may owe something.
    Outcome,
    /// Of `timer` deliveries.
    Timer,
    /// Of `connect` deliveries.
    Connect,
    /// Of `conversion` deliveries.
    Conversion,
    /// Of `non_conversion` deliveries.
    NonConversion,
    /// Of `postback` deliveries.
    PostbackWebhook,
    /// Of `always` deliveries.
    Always,
}

impl Queue {
    /// Every queue.
    pub const ALL: [Self; 7] = [
        Self::Outcome,
        Self::Timer,
        Self::Connect,
        Self::Conversion,
        Self::NonConversion,
        Self::PostbackWebhook,
        Self::Always,
    ];

    /// The name of the function that it feeds.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Outcome => "outcome",
            Self::Timer => "timer",
            Self::Connect => "connect",
            Self::Conversion => "conversion",
            Self::NonConversion => "non_conversion",
            Self::PostbackWebhook => "postback_webhook",
            Self::Always => "always",
        }
    }

    /// The environment variable that holds its URL.
    #[must_use]
    pub fn url_variable(self) -> &'static str {
        match self {
            Self::Outcome => "OUTCOME_QUEUE_URL",
            Self::Timer => "TIMER_QUEUE_URL",
            Self::Connect => "CONNECT_QUEUE_URL",
            Self::Conversion => "CONVERSION_QUEUE_URL",
            Self::NonConversion => "NON_CONVERSION_QUEUE_URL",
            Self::PostbackWebhook => "POSTBACK_WEBHOOK_QUEUE_URL",
            Self::Always => "ALWAYS_QUEUE_URL",
        }
    }

    /// The queue that a hint goes through; `None` for pings, which nobody waits for.
    #[must_use]
    pub fn of(hint: &Hint) -> Option<Self> {
        let Hint::Delivery(key) = hint else { return Some(Self::Outcome) };
        match key.trigger {
            Trigger::Start | Trigger::Selected | Trigger::Answered => None,
            Trigger::Timer => Some(Self::Timer),
            Trigger::Connect => Some(Self::Connect),
            Trigger::Conversion => Some(Self::Conversion),
            Trigger::NonConversion => Some(Self::NonConversion),
            Trigger::Postback => Some(Self::PostbackWebhook),
            Trigger::Always => Some(Self::Always),
        }
    }
}

/// Batches that are under way at a time: a sweep may have hundreds.
const CONNECTIONS: usize = 16;

/// Where the queues are.
pub type QueueUrls = BTreeMap<Queue, String>;

/// The queues. Their client is made when the first hint is sent: most pings never send one.
#[derive(Debug)]
pub struct SqsHints {
    config: Config,
    client: OnceLock<Client>,
    urls: QueueUrls,
}

impl SqsHints {
    /// The queues at these addresses, reached as `config` says.
    #[must_use]
    pub fn new(config: Config, urls: QueueUrls) -> Self {
        Self { config, client: OnceLock::new(), urls }
    }

    fn client(&self) -> &Client {
        self.client.get_or_init(|| Client::from_conf(self.config.clone()))
    }

    async fn send_batch(&self, url: &str, hints: &[DelayedHint]) {
        let entries = hints.iter().zip(0..).filter_map(|(hint, index)| entry(index, hint));
        let request = self.client().send_message_batch().queue_url(url);
        let sent = request.set_entries(Some(entries.collect())).send().await;
        let (lost, cause) = match sent {
            Ok(answer) if answer.failed.is_empty() => return,
            Ok(answer) => {
                let cause = answer.failed.first().map(|failed| failed.code().to_owned());
                (answer.failed.len(), cause.unwrap_or_default())
            }
            Err(error) => (hints.len(), cause_of(&error)),
        };
        tracing::warn!(lost, cause, "hints were not sent; the sweep will send them");
    }
}

impl Hints for SqsHints {
    async fn send(&self, hints: Vec<DelayedHint>) {
        let mut queues: BTreeMap<Queue, Vec<DelayedHint>> = BTreeMap::new();
        for hint in hints {
            if let Some(queue) = Queue::of(&hint.hint) {
                queues.entry(queue).or_default().push(hint);
            }
        }
        let mut batches: Vec<(&str, &[DelayedHint])> = Vec::new();
        for (queue, hints) in &queues {
            let url = self.urls.get(queue).map_or("", String::as_str);
            batches.extend(hints.chunks(A_BATCH).map(|batch| (url, batch)));
        }
        for some in batches.chunks(CONNECTIONS) {
            join_all(some.iter().map(|(url, batch)| self.send_batch(url, batch))).await;
        }
    }
}

fn entry(index: usize, hint: &DelayedHint) -> Option<SendMessageBatchRequestEntry> {
    SendMessageBatchRequestEntry::builder()
        .id(index.to_string())
        .message_body(serde_json::to_string(&hint.hint).ok()?)
        .delay_seconds(delay_seconds(hint.delay))
        .build()
        .ok()
}

/// Whole seconds, rounded up so that nothing comes early.
fn delay_seconds(delay: Duration) -> i32 {
    let seconds = delay.min(MAX_DELAY).as_millis().div_ceil(1000);
    i32::try_from(seconds).unwrap_or(i32::MAX)
}

fn cause_of<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    code.unwrap_or("the queue could not be reached").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::CallId;
    use crate::campaign::WebhookId;
    use crate::delivery::DeliveryKey;

    fn delivery(trigger: Trigger) -> Hint {
        let (call, webhook) = (CallId::parse("c").unwrap(), WebhookId::parse("w").unwrap());
        Hint::Delivery(DeliveryKey { call, trigger, webhook, occurrence: "1".to_owned() })
    }

    #[test]
    fn each_trigger_has_its_queue_and_pings_have_none() {
        for trigger in Trigger::ALL {
            let expected = match trigger {
                Trigger::Start | Trigger::Selected | Trigger::Answered => None,
                Trigger::Postback => Some("postback_webhook"),
                trigger => Some(trigger.as_str()),
            };
            assert_eq!(Queue::of(&delivery(trigger)).map(Queue::name), expected);
        }
        let call = Hint::Call { call: CallId::parse("c").unwrap() };
        assert_eq!(Queue::of(&call), Some(Queue::Outcome));
        for queue in Queue::ALL {
            let variable = format!("{}_QUEUE_URL", queue.name().to_uppercase());
            assert_eq!(queue.url_variable(), variable);
        }
    }

    #[test]
    fn a_hint_reads_back() {
        let call = Hint::Call { call: CallId::parse("c").unwrap() };
        for hint in [call, delivery(Trigger::Timer)] {
            let text = serde_json::to_string(&hint).unwrap();
            assert_eq!(serde_json::from_str::<Hint>(&text).unwrap(), hint, "{text}");
        }
    }

    #[test]
    fn delays_are_rounded_up_and_kept_below_the_limit() {
        assert_eq!(delay_seconds(Duration::ZERO), 0);
        assert_eq!(delay_seconds(Duration::from_millis(1)), 1);
        assert_eq!(delay_seconds(Duration::from_secs(2)), 2);
        assert_eq!(delay_seconds(Duration::from_hours(3)), 900);
    }
}
