//! Calls such as people have them, for sums of what a call uses.
//!
//! Each is answered within seconds of its start, lasts three minutes, and its platform reports all
//! four events. Its times lie in the past when it is played, so that whatever they make due is due.

use hookline::adapters::system::SystemClock;
use hookline::ports::clock::Clock;
use hookline::time::Timestamp;
use hookline_tests::api_gateway::Request;
use serde_json::{Value, json};

/// How long after its start a call has its other events, in seconds.
const SELECTED: i64 = 2;
const ANSWERED: i64 = 8;
const ENDED: i64 = 188;
/// How long a call is settled after its end: as short as there is a wait at all, since the wait is
/// waited for while nothing is measured. The default is five seconds.
const SETTLE_SECONDS: u32 = 1;

/// A campaign with its calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typical {
    /// Nothing is configured.
    Nothing,
    /// One `start` ping.
    OnePing,
    /// Three `start` pings, one `selected`, one `answered`, and an `always` webhook at the end.
    Pings,
    /// The same with two timers, `conversion` and `non_conversion`, return callers, and a partner who
    /// posts a sale back.
    Whole,
}

/// An event with the function that takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    /// The function.
    pub to: &'static str,
    /// What it is invoked with.
    pub payload: Value,
}

impl Typical {
    /// All of them, the least first.
    pub const ALL: [Self; 4] = [Self::Nothing, Self::OnePing, Self::Pings, Self::Whole];

    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing configured",
            Self::OnePing => "one start ping",
            Self::Pings => "five pings and always",
            Self::Whole => "five pings, two timers, conversion, always, a postback",
        }
    }

    /// The campaign's document, whose partner answers at that address, such as
    /// `http://127.0.0.1:1234`.
    #[must_use]
    pub fn campaign(self, partner: &str) -> Value {
        let url = |path: &str| format!("{partner}{path}");
        let lookup = json!({"id": "crm", "name": "CRM lookup", "trigger": "start", "order": 0,
            "url": url("/lookup?phone=[caller_number]&source=[sub_id|default:none]"),
            "headers": {"x-source": "[campaign_id]"}});
        let pings = json!([
            {"id": "score", "trigger": "start", "order": 1, "url": url("/lookup?n=[caller_number|e164]"),
             "response_map": {"score": "lead.score"}},
            {"id": "suppress", "trigger": "start", "order": 2, "method": "POST", "url": url("/lookup"),
             "body": {"content_type": "application/json", "template": "{\"phone\":\"[caller_number]\"}"}},
            {"id": "bid", "trigger": "selected", "method": "POST", "url": url("/lookup"),
             "response_map": {"bid": "lead.bid"},
             "body": {"content_type": "application/json",
                      "template": "{\"name\":\"[first_name]\",\"state\":\"[caller_state]\"}"}},
            {"id": "notify", "trigger": "answered", "url": url("/lookup?key=[call_key]&buyer=[buyer_id]")},
            {"id": "sync", "trigger": "always", "method": "POST", "url": url("/done"), "retry": "standard",
             "body": {"content_type": "application/json",
                      "template": "{\"call\":\"[call_id]\",\"name\":\"[first_name|default:unknown]\"}"}},
        ]);
        let late = json!([
            {"id": "t60", "trigger": "timer", "seconds": 60, "url": url("/done?t=60")},
            {"id": "t120", "trigger": "timer", "seconds": 120, "url": url("/done?t=120")},
            {"id": "sale", "trigger": "conversion", "retry": "standard",
             "url": url("/done?id=[sub_id]&amount=[revenue]")},
            {"id": "lost", "trigger": "non_conversion", "url": url("/done?id=[sub_id]")},
        ]);
        let webhooks: Vec<Value> = match self {
            Self::Nothing => Vec::new(),
            Self::OnePing => vec![lookup],
            Self::Pings => [vec![lookup], listed(pings)].concat(),
            Self::Whole => [vec![lookup], listed(pings), listed(late)].concat(),
        };
        let mut campaign = json!({"id": "solar", "name": "Solar leads", "version": 1,
            "default_tags": {"vertical": ["solar"]}, "webhooks": webhooks,
            "settle_seconds": SETTLE_SECONDS});
        if self == Self::Whole
            && let Some(fields) = campaign.as_object_mut()
        {
            let conversion =
                json!([{"matches": [], "seconds": 90, "revenue": "20.00", "payout": "10.00"}]);
            fields.insert("conversion".to_owned(), conversion);
            fields.insert("return_callers".to_owned(), json!({"remember": "all", "days": 90}));
        }
        campaign
    }

    /// What happens while the call is up, in order.
    #[must_use]
    pub fn while_up(self, call: &str, caller: &str) -> [Reported; 3] {
        let start = json!({"call_id": call, "campaign_id": "solar", "occurred_at": at(0),
            "caller_number": caller, "called_number": "+18005550100",
            "tags": {"sub_id": "aff-1234", "publisher_id": "77", "utm_source": "search"}});
        let buyer = |seconds| {
            json!({"call_id": call, "occurred_at": at(seconds), "attempt": 1,
                "buyer": {"id": "b7", "name": "Sunny Roofs", "tags": {"tier": "gold"}}})
        };
        [
            Reported { to: "start", payload: start },
            Reported { to: "selected", payload: buyer(SELECTED) },
            Reported { to: "answered", payload: buyer(ANSWERED) },
        ]
    }

    /// The end of the call.
    #[must_use]
    pub fn end(self, call: &str) -> Reported {
        let payload = json!({"call_id": call, "occurred_at": at(ENDED),
            "connected_seconds": ENDED - ANSWERED, "hung_up_by": "caller"});
        Reported { to: "ended", payload }
    }

    /// What a partner posts back to the call with its key, as API Gateway hands it over.
    #[must_use]
    pub fn postback(self, call: &str, key: &str) -> Option<Reported> {
        let query = format!("key={key}&sale=yes&plan=annual&revenue=25.00&postback_id=p1");
        let request = Request::new("GET", &format!("/postback/{call}"));
        let payload = request.of("call_id", call).query(&query).payload();
        (self == Self::Whole).then_some(Reported { to: "postback", payload })
    }
}

/// What the partner answers to a ping.
#[must_use]
pub fn lookup_answer() -> Value {
    json!({"first_name": "Jason", "last_name": "Kay", "geo": "us-10101", "age": 23, "gender": "m",
        "product_interest": ["mortgage", "insurance"], "lead": {"score": 71, "bid": 12.5}})
}

/// So long after the start of a call that ends now.
fn at(seconds: i64) -> String {
    let now: Timestamp = SystemClock.now();
    now.plus_seconds(seconds - ENDED).to_string()
}

fn listed(webhooks: Value) -> Vec<Value> {
    match webhooks {
        Value::Array(webhooks) => webhooks,
        one => vec![one],
    }
}
