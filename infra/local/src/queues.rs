//! SQS on this machine: an embedded queue service that the SDK talks to inside the process.
//!
//! Delays, visibility, long polls and the move to the dead-letter queue behave as on AWS. Limits
//! do not: a delay over 900 s, a batch over ten entries or a message over 1 MiB pass here and are
//! refused there, so whoever sends keeps the limits. Messages are gone when the process ends,
//! which loses nothing: the table holds what is due and the sweep sends the hint again.

use std::collections::BTreeMap;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_sqs::types::QueueAttributeName;
use hookline::adapters::sqs::{Queue, QueueUrls, SqsHints};
use winterbaume_core::MockAws;
use winterbaume_sqs::SqsService;

/// How long a received message stays hidden, in seconds: six times the longest function timeout
/// of 30 s, as AWS advises for queues that feed functions.
pub const VISIBILITY_SECONDS: u32 = 180;
/// How often a message is received before it moves to the dead-letter queue.
pub const MAX_RECEIVES: u32 = 5;
/// How long dead letters are kept, in seconds: 14 days, the most SQS takes.
pub const DEAD_LETTER_SECONDS: u32 = 14 * 24 * 60 * 60;

/// A name for the SDK's sake; requests never leave the process.
const REGION: &str = "us-east-1";

/// Queues with their dead-letter queues, empty at the start.
#[derive(Debug)]
pub struct Queues {
    config: Config,
    client: Client,
    urls: BTreeMap<Queue, Urls>,
}

/// Where a queue and its dead letters are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Urls {
    /// The queue itself.
    pub queue: String,
    /// What was received [`MAX_RECEIVES`] times and never deleted.
    pub dead_letters: String,
}

/// A queue that could not be made.
#[derive(Debug, thiserror::Error)]
#[error("queue {name} cannot be made")]
pub struct QueuesError {
    name: &'static str,
    source: Box<aws_sdk_sqs::Error>,
}

impl Queues {
    /// Makes each queue, and its dead-letter queue with `-dead-letters` behind its name.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn start() -> Result<Self, QueuesError> {
        let service = MockAws::builder().with_service(SqsService::new()).build();
        let config = Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(REGION))
            .credentials_provider(Credentials::new("local", "local", None, None, "local"))
            .http_client(service.http_client())
            .build();
        let client = Client::from_conf(config.clone());
        let mut urls = BTreeMap::new();
        for queue in Queue::ALL {
            let made = create(&client, queue.name()).await;
            let source = |error| QueuesError { name: queue.name(), source: Box::new(error) };
            urls.insert(queue, made.map_err(source)?);
        }
        Ok(Self { config, client, urls })
    }

    /// The SDK client that reaches these queues; its clones do too.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What the functions send their hints through.
    #[must_use]
    pub fn hints(&self) -> SqsHints {
        SqsHints::new(self.config.clone(), self.send_urls())
    }

    /// How the SDK reaches these queues.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Where the functions send their hints.
    #[must_use]
    pub fn send_urls(&self) -> QueueUrls {
        self.all().map(|(queue, urls)| (queue, urls.queue.clone())).collect()
    }

    /// Where each queue and its dead letters are.
    pub fn all(&self) -> impl Iterator<Item = (Queue, &Urls)> {
        self.urls.iter().map(|(queue, urls)| (*queue, urls))
    }

    /// Where a queue and its dead letters are.
    #[must_use]
    pub fn urls(&self, queue: Queue) -> Option<&Urls> {
        self.urls.get(&queue)
    }
}

async fn create(client: &Client, name: &str) -> Result<Urls, aws_sdk_sqs::Error> {
    let dead_letters = client
        .create_queue()
        .queue_name(format!("{name}-dead-letters"))
        .attributes(QueueAttributeName::MessageRetentionPeriod, DEAD_LETTER_SECONDS.to_string())
        .send()
        .await?
        .queue_url
        .unwrap_or_default();
    let target = client
        .get_queue_attributes()
        .queue_url(&dead_letters)
        .attribute_names(QueueAttributeName::QueueArn)
        .send()
        .await?
        .attributes
        .and_then(|mut attributes| attributes.remove(&QueueAttributeName::QueueArn))
        .unwrap_or_default();
    let redrive = serde_json::json!({
        "deadLetterTargetArn": target,
        "maxReceiveCount": MAX_RECEIVES,
    });
    let queue = client
        .create_queue()
        .queue_name(name)
        .attributes(QueueAttributeName::VisibilityTimeout, VISIBILITY_SECONDS.to_string())
        .attributes(QueueAttributeName::RedrivePolicy, redrive.to_string())
        .send()
        .await?
        .queue_url
        .unwrap_or_default();
    Ok(Urls { queue, dead_letters })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_sdk_sqs::types::Message;
    use tokio::time::{Instant, timeout};

    use super::*;

    /// Polls until a message comes; the service checks ten times a second.
    async fn receive(client: &Client, url: &str) -> Message {
        let poll = async {
            loop {
                let answer = client.receive_message().queue_url(url).wait_time_seconds(1);
                let mut messages = answer.send().await.unwrap().messages.unwrap_or_default();
                if let Some(message) = messages.pop() {
                    return message;
                }
            }
        };
        timeout(Duration::from_secs(10), poll).await.unwrap()
    }

    async fn send(client: &Client, url: &str, body: &str, delay_seconds: i32) {
        let message = client.send_message().queue_url(url).message_body(body);
        message.delay_seconds(delay_seconds).send().await.unwrap();
    }

    #[tokio::test]
    async fn a_message_arrives_after_its_delay_and_once_deleted_is_gone() {
        let queues = Queues::start().await.unwrap();
        let url = &queues.urls(Queue::Timer).unwrap().queue;

        send(queues.client(), url, "now", 0).await;
        let first = receive(queues.client(), url).await;
        let sent = Instant::now();
        send(queues.client(), url, "later", 1).await;
        let second = receive(queues.client(), url).await;

        let waited = sent.elapsed();
        assert_eq!((first.body(), second.body()), (Some("now"), Some("later")));
        // The service counts whole milliseconds.
        assert!(waited > Duration::from_millis(998), "{waited:?}");

        for message in [first, second] {
            let delete = queues.client().delete_message().queue_url(url);
            delete.receipt_handle(message.receipt_handle.unwrap()).send().await.unwrap();
        }
        let left = queues.client().receive_message().queue_url(url).send().await.unwrap();
        assert_eq!(left.messages, None);
    }

    #[tokio::test]
    async fn a_message_never_deleted_moves_to_the_dead_letters() {
        let queues = Queues::start().await.unwrap();
        let urls = queues.urls(Queue::Outcome).unwrap();
        send(queues.client(), &urls.queue, "poison", 0).await;

        for _ in 0..MAX_RECEIVES {
            let message = receive(queues.client(), &urls.queue).await;
            let give_back = queues.client().change_message_visibility().queue_url(&urls.queue);
            let give_back = give_back.receipt_handle(message.receipt_handle.unwrap());
            give_back.visibility_timeout(0).send().await.unwrap();
        }
        let none = queues.client().receive_message().queue_url(&urls.queue).send().await.unwrap();

        assert_eq!(none.messages, None);
        let dead = receive(queues.client(), &urls.dead_letters).await;
        assert_eq!(dead.body(), Some("poison"));
    }

    #[tokio::test]
    async fn queues_of_two_starts_are_apart() {
        let (one, other) = (Queues::start().await.unwrap(), Queues::start().await.unwrap());
        send(one.client(), &one.urls(Queue::Always).unwrap().queue, "mine", 0).await;

        let url = &other.urls(Queue::Always).unwrap().queue;
        let seen = other.client().receive_message().queue_url(url).send().await.unwrap();

        assert_eq!(seen.messages, None);
    }
}
