//! Sends hints through SQS, to the queue of the function that is to look.
//!
//! AWS's limits are kept here, since the embedded service of one machine does not refuse what is over
//! them: ten entries a batch, 900 seconds of delay. A hint is far below the size limit.

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

/// Where the queues are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueUrls {
    /// Of calls that may owe something.
    pub outcome: String,
    /// Of `timer` deliveries.
    pub timer: String,
    /// Of `connect` deliveries.
    pub connect: String,
    /// Of `conversion` deliveries.
    pub conversion: String,
    /// Of `non_conversion` deliveries.
    pub non_conversion: String,
    /// Of `postback` deliveries.
    pub postback_webhook: String,
    /// Of `always` deliveries.
    pub always: String,
}

impl QueueUrls {
    /// The queue that a hint goes through; `None` for pings, which nobody waits for.
    fn of(&self, hint: &Hint) -> Option<&str> {
        let url = match hint {
            Hint::Call { .. } => &self.outcome,
            Hint::Delivery(key) => match key.trigger {
                Trigger::Timer => &self.timer,
                Trigger::Connect => &self.connect,
                Trigger::Conversion => &self.conversion,
                Trigger::NonConversion => &self.non_conversion,
                Trigger::Postback => &self.postback_webhook,
                Trigger::Always => &self.always,
                Trigger::Start | Trigger::Selected | Trigger::Answered => return None,
            },
        };
        Some(url)
    }

    fn all(&self) -> [&str; 7] {
        [
            &self.outcome,
            &self.timer,
            &self.connect,
            &self.conversion,
            &self.non_conversion,
            &self.postback_webhook,
            &self.always,
        ]
    }
}

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

    async fn send_batch(&self, url: &str, hints: &[&DelayedHint]) {
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
        let queues = self.urls.all().map(|url| {
            let ours: Vec<&DelayedHint> =
                hints.iter().filter(|hint| self.urls.of(&hint.hint) == Some(url)).collect();
            (url, ours)
        });
        let batches = queues
            .iter()
            .flat_map(|(url, ours)| ours.chunks(A_BATCH).map(|batch| self.send_batch(url, batch)));
        join_all(batches).await;
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

    fn urls() -> QueueUrls {
        let url = |name: &str| format!("https://sqs.example/{name}");
        QueueUrls {
            outcome: url("outcome"),
            timer: url("timer"),
            connect: url("connect"),
            conversion: url("conversion"),
            non_conversion: url("non_conversion"),
            postback_webhook: url("postback_webhook"),
            always: url("always"),
        }
    }

    fn delivery(trigger: Trigger) -> Hint {
        let (call, webhook) = (CallId::parse("c").unwrap(), WebhookId::parse("w").unwrap());
        Hint::Delivery(DeliveryKey { call, trigger, webhook, occurrence: "1".to_owned() })
    }

    #[test]
    fn each_trigger_has_its_queue_and_pings_have_none() {
        let urls = urls();
        let queue =
            |trigger| urls.of(&delivery(trigger)).map(|url| url.rsplit('/').next().unwrap());
        for trigger in Trigger::ALL {
            let expected = match trigger {
                Trigger::Start | Trigger::Selected | Trigger::Answered => None,
                Trigger::Postback => Some("postback_webhook"),
                trigger => Some(trigger.as_str()),
            };
            assert_eq!(queue(trigger), expected);
        }
        let call = Hint::Call { call: CallId::parse("c").unwrap() };
        assert_eq!(urls.of(&call), Some("https://sqs.example/outcome"));
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
