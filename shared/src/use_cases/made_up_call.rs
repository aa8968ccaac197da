//! Makes a call up, to try a webhook on: as far along as its trigger needs it, from a number that nobody
//! has.

use std::time::Duration;

use serde_json::{Value, json};

use crate::call::{Call, CallEvent, CallFacts, CallId, CallKey, Decision, EventKind};
use crate::campaign::{Campaign, Webhook};
use crate::fault::Faults;
use crate::fields::Fields;
use crate::ports::random::Random;
use crate::time::Timestamp;
use crate::trigger::Trigger;

/// Where such a caller is, unless the asker says otherwise.
const PLACE: &str = "us-10001";
/// How long such a call was connected, unless a timer needs it to be longer.
const CONNECTED: Duration = Duration::from_secs(90);
/// How long it rang before.
const RANG: Duration = Duration::from_secs(12);

/// Makes a call of the campaign up that has come to where `webhook` fires. `asked` may say
/// `caller_number`, `called_number`, `tags` and `buyer`, as events do; what it does not say is 212-555-01XX
/// in New York 10001, a toll-free number, and a test buyer.
///
/// # Errors
/// Every field at fault.
pub fn made_up_call(
    asked: &Value,
    campaign: &Campaign,
    webhook: &Webhook,
    random: &impl Random,
    now: Timestamp,
) -> Result<Call, Faults> {
    let trigger = webhook.trigger;
    let mut fields = Fields::of(asked)?;
    let mut said = |name| fields.optional(name, |value| Ok(value.clone()));
    let (from, to) = (said("caller_number"), said("called_number"));
    let (tags, buyer) = (said("tags"), said("buyer"));
    fields.refuse_others();
    fields.finish(Some(()))?;

    let id = CallId::parse(&format!("test-{}", random.uuid())).map_err(Faults::of)?;
    let key = CallKey::from_random(random.key_bytes());
    let mut call = Call::new(id.clone(), campaign.id.clone(), random.uuid(), key);
    let mut tags = tags.unwrap_or_else(|| json!({}));
    let tells_place =
        from.is_some() || ["geo", "caller_zip"].iter().any(|key| tags.get(key).is_some());
    if let Some(tags) = tags.as_object_mut().filter(|_| !tells_place) {
        tags.insert("geo".to_owned(), json!(PLACE));
    }
    let connected = CONNECTED.max(Duration::from_secs(u64::from(webhook.seconds)));
    let answered = now.minus(connected);
    let started = answered.minus(RANG);
    let buyer = buyer.unwrap_or_else(|| json!({"id": "test-buyer", "name": "Test Buyer"}));
    let choice = |at| json!({"occurred_at": at, "attempt": 1, "buyer": buyer});
    let events = [
        (
            EventKind::Start,
            json!({
                "campaign_id": campaign.id,
                "occurred_at": started,
                "caller_number": from.unwrap_or_else(|| json!(nobodys_number(random))),
                "called_number": to.unwrap_or_else(|| json!("+18005550199")),
                "tags": tags,
            }),
        ),
        (EventKind::Selected, choice(started)),
        (EventKind::Answered, choice(answered)),
        (EventKind::Ended, json!({"occurred_at": now, "hung_up_by": "caller"})),
    ];
    for (kind, body) in events.into_iter().take(events_before(trigger)) {
        call.take_in(&CallEvent::from_json(kind, id.clone(), &body, now)?, now);
    }
    let mut defaults = campaign.default_tags.clone();
    defaults.retain(|key| !call.tags.contains_key(key.as_str()));
    call.tags.merge(defaults);
    decide(&mut call, campaign, trigger, now);
    Ok(call)
}

/// How many of the four events come before what the trigger fires.
fn events_before(trigger: Trigger) -> usize {
    match trigger {
        Trigger::Start => 1,
        Trigger::Selected => 2,
        Trigger::Answered | Trigger::Timer | Trigger::Postback => 3,
        Trigger::Connect | Trigger::Conversion | Trigger::NonConversion | Trigger::Always => 4,
    }
}

/// Decides about an ended call as its trigger needs it, worth what the entry for such calls says.
fn decide(call: &mut Call, campaign: &Campaign, trigger: Trigger, now: Timestamp) {
    if !matches!(trigger, Trigger::Conversion | Trigger::NonConversion | Trigger::Always) {
        return;
    }
    let converted = trigger != Trigger::NonConversion;
    call.course.decision = Some(Decision { converted, deduped: false, at: now });
    let facts = CallFacts::of(call, campaign, now);
    let entry = campaign.conversion.iter().find(|entry| entry.matches.unmet(&facts).is_none());
    if let Some(entry) = entry.filter(|_| converted) {
        call.amounts = call.amounts.or(entry.amounts);
    }
}

/// One of the hundred numbers of New York that are kept free for fiction.
fn nobodys_number(random: &impl Random) -> String {
    let [first, ..] = random.key_bytes();
    format!("+1212555{:04}", 100 + u16::from(first) % 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Facts;

    struct Fixed;

    impl Random for Fixed {
        fn key_bytes(&self) -> [u8; 24] {
            [42; 24]
        }
        fn fraction(&self) -> f64 {
            0.0
        }
        fn uuid(&self) -> String {
            "u-1".to_owned()
        }
    }

    fn campaign() -> Campaign {
        let document = json!({"id": "solar", "name": "Solar", "default_tags": {"vertical": "solar"},
        "conversion": [{"matches": ["geo:us-tx"], "seconds": 60, "revenue": "99.00"},
            {"seconds": 60, "revenue": "30.00"}],
        "webhooks": Trigger::ALL.map(|trigger| {
            let mut hook = json!({"id": trigger, "trigger": trigger, "url": "https://a.example/"});
            if trigger == Trigger::Timer {
                hook["seconds"] = json!(300);
            }
            hook
        })});
        Campaign::from_document(&document).unwrap()
    }

    fn made_up(asked: &Value, trigger: Trigger, now: Timestamp) -> Result<Call, Faults> {
        let campaign = campaign();
        let webhook = campaign.webhooks_of(trigger).next().unwrap();
        made_up_call(asked, &campaign, webhook, &Fixed, now)
    }

    fn said(asked: &Value, trigger: Trigger, names: &[&str]) -> Vec<String> {
        let (campaign, now) = (campaign(), Timestamp::from_millis(1_795_453_200_000).unwrap());
        let call = made_up(asked, trigger, now).unwrap();
        let facts = CallFacts::of(&call, &campaign, now);
        names.iter().map(|name| facts.values(name).join(",")).collect()
    }

    #[test]
    fn a_caller_nobody_is_calls_from_new_york() {
        let names = ["caller_number", "caller_zip", "geo", "vertical", "buyer_id", "call_id"];
        assert_eq!(
            said(&json!({}), Trigger::Start, &names),
            ["+12125550142", "10001", "212,us,us-10001,us-ny", "solar", "", "test-u-1"]
        );
    }

    #[test]
    fn the_call_has_come_to_where_its_trigger_fires() {
        let names = ["buyer_id", "connected_seconds", "hung_up_by", "converted", "revenue"];
        let at = |trigger| said(&json!({}), trigger, &names).join(" ");
        assert_eq!(at(Trigger::Selected), "test-buyer 0  no ");
        assert_eq!(at(Trigger::Timer), "test-buyer 300  no ");
        assert_eq!(at(Trigger::Connect), "test-buyer 90 caller no ");
        assert_eq!(at(Trigger::Conversion), "test-buyer 90 caller yes 30.00");
        assert_eq!(at(Trigger::NonConversion), "test-buyer 90 caller no ");
    }

    #[test]
    fn what_is_said_counts_and_what_is_wrong_is_named() {
        let asked = json!({"caller_number": "+16145550100", "tags": {"sub_id": "x"}});
        let names = ["caller_number", "geo", "sub_id"];
        assert_eq!(said(&asked, Trigger::Start, &names), ["+16145550100", "614,us,us-oh", "x"]);

        let asked = json!({"caller_number": 7, "tags": {"call_id": "x"}});
        let now = Timestamp::from_millis(0).unwrap();
        let faults = made_up(&asked, Trigger::Start, now).unwrap_err();
        let pointers: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers, ["/caller_number", "/tags/call_id"]);
        let faults = made_up(&json!({"age": 3}), Trigger::Start, now);
        assert_eq!(faults.unwrap_err().to_string(), "/age: is not a field of this object");
    }
}
