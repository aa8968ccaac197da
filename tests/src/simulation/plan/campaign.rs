//! The campaign of a run.

use std::fmt::Write as _;

use hookline::trigger::{Class, Trigger};
use serde_json::{Value, json};

use super::{CAMPAIGN, CallPlan, Condition, Conduct, Tags, some_tags};
use crate::simulation::dice::Dice;
use crate::simulation::timeline::Millis;

/// A campaign.
#[derive(Debug, Clone)]
pub struct CampaignPlan {
    /// Its webhooks, in firing order.
    pub webhooks: Vec<WebhookPlan>,
    /// What makes its calls convert.
    pub entries: Vec<EntryPlan>,
    /// Tags of calls that bring none of the key.
    pub default_tags: Tags,
    /// What it remembers of callers.
    pub memory: Memory,
    /// Seconds from the end of a call to the decision about it.
    pub settle_seconds: u64,
    /// The longest that `always` waits, in seconds.
    pub always_max_wait: u64,
}

/// What is remembered of callers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Memory {
    /// Nothing.
    Nothing,
    /// All.
    All,
    /// What stands under these keys.
    Keys(Vec<&'static str>),
}

/// A webhook.
#[derive(Debug, Clone)]
pub struct WebhookPlan {
    /// Its id.
    pub id: String,
    /// When it fires.
    pub trigger: Trigger,
    /// Which calls it is for.
    pub matches: Vec<Condition>,
    /// The host it goes to.
    pub host: String,
    /// The connected seconds of a timer.
    pub seconds: u64,
    /// How long it is not fired again: 0 off, −1 for ever.
    pub dedupe_seconds: i64,
    /// Whether its answers become tags, where the campaign says so.
    pub parse_response: Option<bool>,
    /// How it is tried again.
    pub retry: RetryPlan,
    /// The deadline of an attempt.
    pub timeout: Millis,
    /// Whether it is signed.
    pub signed: bool,
    /// How its partner behaves.
    pub conduct: Conduct,
}

/// How a delivery is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryPlan {
    /// It is not.
    None,
    /// Seven times.
    Standard,
    /// Ten times.
    Extended,
}

/// A conversion entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPlan {
    /// Which calls it is for.
    pub matches: Vec<Condition>,
    /// The connected seconds that it asks for; `None` when it asks for a postback.
    pub seconds: Option<u64>,
    /// How long it waits for that postback, in seconds.
    pub postback_timeout: u64,
    /// How long a caller does not convert by it again, in seconds; 0 for no such limit.
    pub dedupe_seconds: i64,
}

impl CampaignPlan {
    pub(super) fn draw(dice: &mut Dice, calls: &[CallPlan]) -> Self {
        let lengths: Vec<u64> = calls.iter().filter_map(CallPlan::connected_span).collect();
        let count = dice.one_of(&[1, 2, 3, 4, 5, 6, 8, 12]);
        let webhooks =
            (0_u64..count).map(|place| WebhookPlan::draw(dice, place, &lengths)).collect();
        let mut entries: Vec<EntryPlan> = Vec::new();
        for _ in 0..dice.one_of(&[0, 0, 1, 2, 3]) {
            let entry = EntryPlan::draw(dice, &lengths);
            if !entries.iter().any(|known| known.is_alike(&entry)) {
                entries.push(entry);
            }
        }
        Self {
            webhooks,
            entries,
            default_tags: some_tags(dice, 2),
            memory: match dice.between(0, 3) {
                0 => Memory::All,
                1 => Memory::Keys(vec!["k1", "k2"]),
                _ => Memory::Nothing,
            },
            settle_seconds: dice.one_of(&[0, 5, 5, 30, 900]),
            always_max_wait: dice.one_of(&[0, 5, 60, 60, 900]),
        }
    }

    /// The webhooks of a trigger, in firing order.
    pub fn of(&self, trigger: Trigger) -> impl Iterator<Item = &WebhookPlan> {
        self.webhooks.iter().filter(move |webhook| webhook.trigger == trigger)
    }

    /// The webhook of an id.
    #[must_use]
    pub fn webhook(&self, id: &str) -> Option<&WebhookPlan> {
        self.webhooks.iter().find(|webhook| webhook.id == id)
    }

    /// As it is saved.
    #[must_use]
    pub fn document(&self) -> Value {
        let mut default_tags = json!({});
        for (key, value) in &self.default_tags {
            if let Some(values) = default_tags.as_object_mut() {
                let values = values.entry(key).or_insert_with(|| json!([]));
                values.as_array_mut().into_iter().for_each(|values| values.push(json!(value)));
            }
        }
        let mut document = json!({
            "id": CAMPAIGN, "name": "Solar", "version": 1,
            "webhooks": self.webhooks.iter().map(WebhookPlan::document).collect::<Vec<_>>(),
            "conversion": self.entries.iter().map(EntryPlan::document).collect::<Vec<_>>(),
            "default_tags": default_tags,
            "settle_seconds": self.settle_seconds,
            "always_max_wait": self.always_max_wait,
        });
        let remember = match &self.memory {
            Memory::Nothing => return document,
            Memory::All => json!("all"),
            Memory::Keys(keys) => json!(keys),
        };
        if let Some(fields) = document.as_object_mut() {
            let rule = json!({"remember": remember, "days": 60});
            fields.insert("return_callers".to_owned(), rule);
        }
        document
    }
}

impl Memory {
    /// Whether it covers a key.
    #[must_use]
    pub fn covers(&self, key: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::All => true,
            Self::Keys(keys) => keys.contains(&key),
        }
    }
}

impl WebhookPlan {
    fn draw(dice: &mut Dice, place: u64, lengths: &[u64]) -> Self {
        let trigger = dice.one_of(&[
            Trigger::Start,
            Trigger::Selected,
            Trigger::Answered,
            Trigger::Connect,
            Trigger::Conversion,
            Trigger::NonConversion,
            Trigger::Timer,
            Trigger::Timer,
            Trigger::Postback,
            Trigger::Postback,
            Trigger::Always,
            Trigger::Always,
        ]);
        let about_conversion = matches!(trigger, Trigger::Postback | Trigger::Always);
        let seconds = match dice.between(0, 3) {
            0 => dice.between(1, 30),
            1 if !lengths.is_empty() => dice.one_of(lengths).max(1),
            2 => dice.between(20, 200),
            _ => dice.one_of(&[90, 2_000, 7_200]),
        };
        let retry = match trigger.class() {
            Class::Ping => RetryPlan::None,
            Class::Browser => dice.one_of(&[
                RetryPlan::None,
                RetryPlan::Standard,
                RetryPlan::Standard,
                RetryPlan::Extended,
            ]),
        };
        Self {
            id: format!("w{place}"),
            trigger,
            matches: Condition::draw(dice, about_conversion),
            host: dice.one_of(&["one.example", "one.example", "two.example"]).to_owned(),
            seconds,
            dedupe_seconds: dice.one_of(&[0, 0, 0, 0, 20, 3_600, -1]),
            parse_response: dice.one_of(&[None, None, Some(true), Some(false)]),
            retry,
            timeout: dice.one_of(&[1_000, 5_000]),
            signed: dice.happens(300),
            conduct: Conduct::draw(dice),
        }
    }

    /// Whether its answers become tags.
    #[must_use]
    pub fn parses_response(&self) -> bool {
        self.parse_response.unwrap_or(self.trigger.class() == Class::Ping)
    }

    fn document(&self) -> Value {
        let mut url = format!("https://{}/{}", self.host, self.id);
        // What the partner, and with it the oracle, is told of the attempt.
        let _ = write!(url, "?call=[call_id]&delivery=[delivery_id]&attempt=[attempt]");
        let _ = write!(url, "&trigger=[trigger]&webhook=[webhook_id]");
        let matches: Vec<Value> = self.matches.iter().flat_map(Condition::documents).collect();
        let mut document = json!({
            "id": self.id, "trigger": self.trigger, "url": url, "matches": matches,
            "dedupe_seconds": self.dedupe_seconds, "timeout_ms": self.timeout,
            "parse_response": self.parse_response,
        });
        let Some(fields) = document.as_object_mut() else { return document };
        if self.trigger == Trigger::Timer {
            fields.insert("seconds".to_owned(), json!(self.seconds));
        }
        if self.trigger.class() == Class::Browser {
            let retry = match self.retry {
                RetryPlan::None => "none",
                RetryPlan::Standard => "standard",
                RetryPlan::Extended => "extended",
            };
            fields.insert("retry".to_owned(), json!(retry));
        }
        if self.signed {
            fields.insert("signing_secret".to_owned(), json!("a secret of the simulation"));
        }
        document
    }
}

impl EntryPlan {
    fn draw(dice: &mut Dice, lengths: &[u64]) -> Self {
        let seconds = match dice.between(0, 4) {
            0 => Some(0),
            1 if !lengths.is_empty() => Some(dice.one_of(lengths)),
            2 => Some(dice.between(1, 120)),
            _ => None,
        };
        Self {
            matches: Condition::draw(dice, false),
            seconds,
            postback_timeout: dice.one_of(&[20, 60, 600, 3_600]),
            dedupe_seconds: dice.one_of(&[0, 0, 300, 86_400]),
        }
    }

    /// Whether two entries are one for the de-dupe window of a caller.
    #[must_use]
    pub fn is_alike(&self, other: &Self) -> bool {
        self.matches == other.matches && self.seconds == other.seconds
    }

    fn document(&self) -> Value {
        let matches: Vec<Value> = self.matches.iter().flat_map(Condition::documents).collect();
        let dedupe = self.dedupe_seconds;
        match self.seconds {
            Some(seconds) => {
                json!({"matches": matches, "seconds": seconds, "dedupe_seconds": dedupe})
            }
            None => json!({"matches": matches, "postback": true,
                "postback_timeout": self.postback_timeout, "dedupe_seconds": dedupe}),
        }
    }
}
