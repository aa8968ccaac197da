//! The queue port against the embedded SQS: every hint goes to the function that is to look, none
//! comes early, and what cannot be sent fails nobody.

#![expect(clippy::unwrap_used, reason = "a test's world that cannot be built fails the test")]

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_sqs::types::Message;
use hookline::adapters::sqs::{Queue, SqsHints};
use hookline::call::CallId;
use hookline::campaign::WebhookId;
use hookline::delivery::{DeliveryKey, ONCE};
use hookline::ports::hints::{Hint, Hints};
use hookline::trigger::Trigger;
use hookline_local::queues::Queues;
use tokio::time::{Instant, timeout};

/// Nothing here takes longer unless it hangs.
const PATIENCE: Duration = Duration::from_secs(20);

fn call(id: &str) -> Hint {
    Hint::Call { call: CallId::parse(id).unwrap() }
}

fn delivery(trigger: Trigger, call: &str) -> Hint {
    Hint::Delivery(DeliveryKey {
        call: CallId::parse(call).unwrap(),
        trigger,
        webhook: WebhookId::parse("w").unwrap(),
        occurrence: ONCE.to_owned(),
    })
}

/// The next messages of a queue, at least one.
async fn receive(queues: &Queues, queue: Queue) -> Vec<Message> {
    let url = &queues.urls(queue).unwrap().queue;
    let poll = async {
        loop {
            let request = queues.client().receive_message().queue_url(url).wait_time_seconds(1);
            let request = request.max_number_of_messages(10);
            let messages = request.send().await.unwrap().messages.unwrap_or_default();
            if !messages.is_empty() {
                return messages;
            }
        }
    };
    timeout(PATIENCE, poll).await.unwrap()
}

fn hint_of(message: &Message) -> Hint {
    serde_json::from_str(message.body().unwrap()).unwrap()
}

#[tokio::test]
async fn each_hint_goes_to_the_function_that_is_to_look_and_reads_back() {
    let queues = Queues::start().await.unwrap();
    let all = [
        (Queue::Outcome, call("c")),
        (Queue::Timer, delivery(Trigger::Timer, "c")),
        (Queue::Connect, delivery(Trigger::Connect, "c")),
        (Queue::Conversion, delivery(Trigger::Conversion, "c")),
        (Queue::NonConversion, delivery(Trigger::NonConversion, "c")),
        (Queue::PostbackWebhook, delivery(Trigger::Postback, "c")),
        (Queue::Always, delivery(Trigger::Always, "c")),
    ];

    queues.hints().send(all.iter().map(|(_, hint)| hint.clone().now()).collect()).await;

    for (queue, hint) in all {
        let messages = receive(&queues, queue).await;
        assert_eq!(messages.iter().map(hint_of).collect::<Vec<_>>(), [hint], "{queue:?}");
    }
}

#[tokio::test]
async fn more_hints_than_a_batch_holds_all_arrive() {
    let queues = Queues::start().await.unwrap();
    let sent: BTreeSet<Hint> = (0..23).map(|number| call(&format!("c{number}"))).collect();

    queues.hints().send(sent.iter().cloned().map(Hint::now).collect()).await;

    let mut received = BTreeSet::new();
    while received.len() < sent.len() {
        received.extend(receive(&queues, Queue::Outcome).await.iter().map(hint_of));
    }
    assert_eq!(received, sent);
}

#[tokio::test]
async fn a_hint_comes_no_earlier_than_it_is_to() {
    let queues = Queues::start().await.unwrap();
    let delay = Duration::from_millis(1_200);
    let sent_at = Instant::now();

    queues.hints().send(vec![call("later").after(delay), call("now").now()]).await;

    assert_eq!(hint_of(&receive(&queues, Queue::Outcome).await[0]), call("now"));
    assert_eq!(hint_of(&receive(&queues, Queue::Outcome).await[0]), call("later"));
    assert!(sent_at.elapsed() >= delay, "{:?}", sent_at.elapsed());
}

#[tokio::test]
async fn hints_that_cannot_be_sent_fail_nobody_and_hold_up_no_others() {
    let queues = Queues::start().await.unwrap();
    let nowhere = "http://127.0.0.1/000000000000/nowhere".to_owned();
    let mut urls = queues.send_urls();
    urls.insert(Queue::Timer, nowhere);
    let hints = SqsHints::new(queues.config().clone(), urls);

    hints.send(vec![delivery(Trigger::Timer, "c").now(), call("c").now()]).await;

    assert_eq!(hint_of(&receive(&queues, Queue::Outcome).await[0]), call("c"));
}

#[tokio::test]
async fn pings_are_hinted_to_nobody() {
    let queues = Queues::start().await.unwrap();

    let pings = [Trigger::Start, Trigger::Selected, Trigger::Answered];
    let mut hints: Vec<_> = pings.map(|trigger| delivery(trigger, "c").now()).to_vec();
    hints.push(call("c").now());
    queues.hints().send(hints).await;

    assert_eq!(hint_of(&receive(&queues, Queue::Outcome).await[0]), call("c"));
    for (queue, urls) in queues.all() {
        let url = &urls.queue;
        let left = queues.client().receive_message().queue_url(url).send().await.unwrap();
        assert_eq!(left.messages, None, "{queue:?}");
    }
}
