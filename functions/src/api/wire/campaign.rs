//! What the domain takes for a campaign, and campaigns as a list shows them.

use std::collections::BTreeMap;

use hookline::ports::campaigns::CampaignSummary as Summary;
use serde::Serialize;
use utoipa::ToSchema;

use super::GivenAmount;
use super::webhook::{Condition, Webhook};

/// A campaign: the webhooks its owner configured and what a call of it earns. Everything but `id` and
/// `name` has a default, and answers have every default filled in. What is read may be saved again.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "id": "solar", "name": "Solar leads", "version": 0,
    "webhooks": [{"id": "crm", "trigger": "start",
        "url": "https://crm.example/lookup?phone=[caller_number]"}],
    "conversion": [{"seconds": 90, "revenue": "20.00", "payout": "10.00"}],
}))]
#[expect(dead_code, reason = "the domain reads and writes it; this says what it takes")]
pub(crate) struct Campaign {
    /// Its id, chosen by its owner: the one in the address.
    #[schema(pattern = r"^[A-Za-z0-9_-]{1,64}$")]
    id: String,
    /// Its name for people.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    name: String,
    /// Whether its webhooks fire.
    #[schema(default = true)]
    enabled: Option<bool>,
    /// How often it has been saved. A save carries the version that was read, 0 for a new campaign.
    #[schema(minimum = 0, default = 0)]
    version: Option<i64>,
    /// Its webhooks, in firing order; no two have the same id.
    #[schema(max_items = 50)]
    webhooks: Option<Vec<Webhook>>,
    /// Tags of calls that bring no value for these keys.
    default_tags: Option<BTreeMap<String, GivenTag>>,
    /// What makes a call convert: the first entry whose matches hold is used, met or not. Without
    /// entries a call that reached a buyer converts.
    #[schema(max_items = 50)]
    conversion: Option<Vec<Conversion>>,
    /// What is kept for a caller's next call; nothing when left out.
    return_callers: Option<ReturnCallers>,
    /// Seconds from the end of a call to the decision about it, so that late events and postbacks
    /// count.
    #[schema(minimum = 0, maximum = 900, default = 5)]
    settle_seconds: Option<i64>,
    /// The longest that first attempts of other deliveries hold `always` back, in seconds; 0 for as
    /// long as they take.
    #[schema(minimum = 0, maximum = 900, default = 60)]
    always_max_wait: Option<i64>,
    /// Named secrets for the filter `hmac_sha256`. Answers show `********`; a mask that is sent keeps
    /// what is stored.
    secrets: Option<BTreeMap<String, String>>,
    /// What it takes calls from Twilio with; none when left out.
    twilio: Option<Twilio>,
}

/// What a campaign takes calls from Twilio with. Answers show tokens as `********`; a mask that is
/// sent keeps what is stored.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the domain reads and writes it; this says what it takes")]
pub(crate) struct Twilio {
    /// The account's auth token, with which Twilio signs its requests.
    #[schema(min_length = 1, max_length = 200)]
    auth_token: String,
    /// The account's other token, while one takes the place of the other.
    #[schema(min_length = 1, max_length = 200)]
    secondary_auth_token: Option<String>,
    /// What Twilio is answered when a call starts: a template that makes a TwiML document, escaped
    /// as XML.
    #[schema(example = "<Response><Dial><Number>[target]</Number></Dial></Response>")]
    twiml: String,
    /// What Twilio is answered when it asks how a call goes on after a dial or a recording: a template
    /// like `twiml`, with the token `[dial_call_status]` too. When left out, Twilio hangs up.
    #[schema(
        example = "<Response><Say>[dial_call_status|map:busy=All lines are busy.]</Say></Response>"
    )]
    after_dial: Option<String>,
}

/// A tag that somebody sets: one value or several.
#[derive(Debug, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the domain reads it; this says what it takes")]
pub(crate) enum GivenTag {
    /// One value.
    One(GivenValue),
    /// Several, at most 50.
    Many(Vec<GivenValue>),
}

/// A value as it is given: a string of 1 to 1024 bytes, a number, `true` or `false`.
#[derive(Debug, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the domain reads it; this says what it takes")]
pub(crate) enum GivenValue {
    /// Text.
    Text(String),
    /// A number, kept as it is written.
    Number(f64),
    /// Kept as `true` or `false`.
    Flag(bool),
}

/// One conversion entry: it has either `seconds` or `postback: true`.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the domain reads and writes it; this says what it takes")]
pub(crate) struct Conversion {
    /// Which calls it is for; every call when empty.
    #[schema(max_items = 100)]
    matches: Option<Vec<Condition>>,
    /// Met when the caller was connected at least so many seconds.
    #[schema(minimum = 0, maximum = 86_400)]
    seconds: Option<i64>,
    /// Met by a postback that says so.
    #[schema(default = false)]
    postback: Option<bool>,
    /// How long such a postback is waited for, in seconds from the end of the call; 600 unless said.
    #[schema(minimum = 1, maximum = 604_800)]
    postback_timeout: Option<i64>,
    /// What the call then earns.
    revenue: Option<GivenAmount>,
    /// What the publisher is then paid.
    payout: Option<GivenAmount>,
    /// Seconds in which a caller does not convert by this entry again; 0 for no such limit.
    #[schema(minimum = 0, maximum = 315_360_000, default = 0)]
    dedupe_seconds: Option<i64>,
}

/// What is kept for a caller's next call.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the domain reads and writes it; this says what it takes")]
pub(crate) struct ReturnCallers {
    /// Which tags are kept.
    remember: Remember,
    /// Days since the caller's last tagged call.
    #[schema(minimum = 1, maximum = 3650)]
    days: i64,
}

/// Which tags are kept for a caller: `all`, or those under some keys.
#[derive(Debug, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the domain reads and writes it; this says what it takes")]
pub(crate) enum Remember {
    /// Every one that a webhook or a postback put on a call.
    All(All),
    /// Those under these keys, at most 100.
    Keys(Vec<String>),
}

/// The word `all`.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "the domain reads and writes it; this says what it takes")]
pub(crate) enum All {
    /// Every one.
    All,
}

/// A campaign as a list shows it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CampaignSummary {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// Whether its webhooks fire.
    enabled: bool,
    /// How often it has been saved.
    version: u64,
    /// How many webhooks it has.
    webhooks: usize,
}

/// Every campaign.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CampaignList {
    /// The campaigns, by name.
    pub(crate) campaigns: Vec<CampaignSummary>,
}

impl From<Summary> for CampaignSummary {
    fn from(summary: Summary) -> Self {
        let Summary { id, name, enabled, version, webhooks } = summary;
        Self { id: id.to_string(), name, enabled, version, webhooks }
    }
}
