//! Spec section 12: deliveries are replayed under the same id.

use hookline_tests::client::Answer;
use hookline_tests::partner::Reply;
use serde_json::{Value, json};

use crate::world::{World, delivery, faults, merged, text};

impl World {
    async fn replay(&self, call: &str, delivery: &Value) -> Answer {
        let (call, id) = (self.named(call), text(&delivery["id"]));
        self.post(&format!("/calls/{call}/deliveries/{id}/replay"), &Value::Null).await
    }

    async fn replay_range(&self, range: Value) -> Answer {
        self.post(&format!("/campaigns/{}/replays", self.campaign()), &range).await
    }

    /// Saves a campaign with a `connect` webhook that its partner refuses, tried once.
    async fn save_refused(&self) {
        let once = json!({"retry": "none"});
        self.save_hasty(
            [merged(self.hook("connect", ""), once), self.hook("always", "")],
            json!({}),
        )
        .await;
        self.partner.on("/connect", Reply::status(500));
    }

    /// A whole call whose `connect` has failed.
    async fn failed_call(&self, call: &str) -> Value {
        let _ = self.whole_call(call, json!({})).await;
        self.until(call, |call| {
            crate::world::is_over(call) && delivery(call, "connect")["status"] == "failed"
        })
        .await
    }
}

#[tokio::test]
async fn a_failed_delivery_is_sent_again_under_its_id() {
    let world = World::new().await;
    world.save_refused().await;
    let call = world.failed_call("call").await;
    let failed = delivery(&call, "connect");
    world.partner.on("/connect", Reply::status(204));

    let replayed = world.replay("call", failed).await.of_status(200);

    assert_eq!(replayed, json!({"result": "started"}));
    let came = world.came("/connect", 2).await;
    let ids = [0, 1].map(|at| came[at].header("webhook-id").unwrap().to_owned());
    assert_eq!(ids, [text(&failed["id"]), text(&failed["id"])]);
    let after = world.until("call", |call| delivery(call, "connect")["status"] == "ok").await;
    let connect = delivery(&after, "connect");
    assert!(!text(&connect["replayed_at"]).is_empty());
    let attempts = connect["attempts"].as_array().unwrap();
    let numbers: Vec<&Value> = attempts.iter().map(|attempt| &attempt["attempt"]).collect();
    assert_eq!(numbers, [&json!(1), &json!(2)]);
}

#[tokio::test]
async fn one_that_is_on_its_way_stays_one_delivery() {
    let world = World::new().await;
    world.save_hasty([world.hook("connect", ""), world.hook("always", "")], json!({})).await;
    let slow = Reply::status(204).after(std::time::Duration::from_secs(2));
    world.partner.on("/connect", slow);
    let _ = world.whole_call("call", json!({})).await;
    let pending =
        world.until("call", |call| !crate::world::deliveries(call, "connect").is_empty()).await;
    world.partner.await_requests_to("/connect", 1, std::time::Duration::from_secs(10)).await;

    let replayed = world.replay("call", delivery(&pending, "connect")).await.of_status(200);

    assert_eq!(replayed, json!({"result": "in_progress"}));
    let _ = world.over("call").await;
    assert_eq!(world.came("/connect", 1).await.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_replayed_says_why() {
    let world = World::new().await;
    let hooks = [
        world.hook("start", ""),
        world.hook("connect", ""),
        merged(world.hook("connect", ""), json!({"id": "gone"})),
        world.hook("always", ""),
    ];
    world.save_hasty(hooks, json!({})).await;
    let _ = world.whole_call("call", json!({})).await;
    let call = world.over("call").await;
    let campaign = format!("/campaigns/{}", world.campaign());
    let mut document = world.get(&campaign).await.of_status(200);
    let hooks = document["webhooks"].as_array_mut().unwrap();
    hooks.retain(|hook| hook["id"] != "gone");
    for hook in hooks {
        hook["enabled"] = json!(false);
    }
    let _ = world.put(&campaign, &document).await.of_status(200);

    let refused = |id: &'static str| {
        let (world, delivery) = (&world, delivery(&call, id).clone());
        async move { world.replay("call", &delivery).await.of_status(409)["code"].clone() }
    };
    assert_eq!(refused("start").await, "is_ping");
    assert_eq!(refused("gone").await, "webhook_deleted");
    assert_eq!(refused("connect").await, "webhook_disabled");
    let lost = json!({"id": format!("dl_{}", "0".repeat(32))});
    assert_eq!(world.replay("call", &lost).await.of_status(404)["code"], "unknown_delivery");
    assert_eq!(world.replay("lost", &lost).await.of_status(404)["code"], "unknown_call");
}

#[tokio::test]
async fn what_failed_in_a_range_is_replayed_together() {
    let world = World::new().await;
    world.save_refused().await;
    let one = world.failed_call("one").await;
    let two = world.failed_call("two").await;
    world.partner.on("/connect", Reply::status(204));
    let created = |call: &Value| text(&delivery(call, "connect")["created_at"]);
    let from = created(&one);
    let to: jiff::Timestamp = created(&two).parse().unwrap();
    let to = to + jiff::SignedDuration::from_secs(1);

    let other = json!({"from": from, "to": to.to_string(), "webhook": "always"});
    let other = world.replay_range(other).await.of_status(200);
    let before = world.replay_range(json!({"from": 0, "to": from})).await.of_status(200);
    let mut sum = 0;
    let mut range = json!({"from": from, "to": to.to_string(), "webhook": "connect"});
    loop {
        let answer = world.replay_range(range.clone()).await.of_status(200);
        sum += answer["replayed"].as_u64().unwrap();
        assert_eq!(answer["left_alone"], json!(0));
        let Some(next) = answer.get("next") else { break };
        range["cursor"] = next.clone();
    }

    assert_eq!((&other["replayed"], &before["replayed"]), (&json!(0), &json!(0)));
    assert_eq!(sum, 2);
    let _ = world.came("/connect", 4).await;
    for call in ["one", "two"] {
        let _ = world.until(call, |call| delivery(call, "connect")["status"] == "ok").await;
    }
    let failed = format!("/campaigns/{}/deliveries", world.campaign());
    assert_eq!(world.get(&failed).await.of_status(200)["deliveries"], json!([]));
}

#[tokio::test]
async fn a_range_at_fault_is_refused() {
    let world = World::new().await;
    world.save([]).await;

    let refused = json!({"from": "2026-11-24T00:00:00Z", "to": "2026-11-23T00:00:00Z", "a": 1});
    let refused = world.replay_range(refused).await.of_status(422);

    assert_eq!(
        faults(&refused),
        ["/a: is not a field of this object", "/to: must be later than from"]
    );
}
