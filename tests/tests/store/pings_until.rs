//! Pings of an event for which a platform waits less long than they may take.

use std::sync::Mutex;
use std::time::Duration;

use hookline::adapters::system::SystemRandom;
use hookline::campaign::Campaign;
use hookline::ports::campaigns::{Campaigns, Saved};
use hookline::ports::sender::{Exchange, Outcome, Request, Sender};
use hookline::use_cases::{Arrival, take_event};
use serde_json::json;

use super::kind::{Kind, on_each_store};
use super::use_cases::{At, Deaf};
use super::world::{World, at, start, stored};

on_each_store! {
    #[tokio::test]
    pings_take_no_longer_than_the_platform_waits_and_the_rest_is_recorded,
}

/// Answers nothing, and keeps how long it was given.
#[derive(Default)]
struct Silent(Mutex<Vec<Duration>>);

impl Sender for Silent {
    async fn send(&self, request: Request) -> Exchange {
        self.0.lock().unwrap().push(request.timeout);
        Exchange { outcome: Outcome::TimedOut, latency: request.timeout }
    }
}

async fn pings_take_no_longer_than_the_platform_waits_and_the_rest_is_recorded(kind: Kind) {
    let world = World::new(kind).await;
    let store = world.cold();
    let webhook = |timeout: u64| {
        json!({"id": format!("w{timeout}"), "trigger": "start", "url": "https://crm.example/",
            "timeout_ms": timeout})
    };
    let document = json!({"id": "solar", "name": "Solar", "version": 2,
        "default_tags": {"tier": "gold"}, "webhooks": [webhook(5000), webhook(300)]});
    let campaign = Campaign::from_document(&document).unwrap();
    assert_eq!(store.save(&campaign).await.unwrap(), Saved::Stored);

    for (call, waits, given) in [("c1", None, [5000, 300]), ("c2", Some(2), [2000, 300])] {
        let sender = Silent::default();
        let event = start(call, 0);
        let arrival = Arrival { bearer: None, pings_until: waits.map(at) };
        let clock = At(event.occurred_at);
        let taking = take_event(&store, &sender, &Deaf, &clock, &SystemRandom, &event, arrival);
        let answer = Box::pin(taking).await.unwrap().answer;

        assert_eq!(*sender.0.lock().unwrap(), given.map(Duration::from_millis), "{call}");
        let reports = serde_json::to_value(&answer.webhooks).unwrap();
        assert_eq!(reports[0]["status"], "timed_out", "{reports}");
        assert!(stored(&world, call).await.tags.contains_key("tier"), "{call}");
    }
}
