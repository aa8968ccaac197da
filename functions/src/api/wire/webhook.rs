//! What the domain takes for a webhook and for a condition.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::Trigger;
use super::campaign::GivenValue;

/// A webhook: when it fires, what it sends and what becomes of the answer. Everything but `id`,
/// `trigger` and `url` has a default.
///
/// Token names in brackets are replaced in URL path and query, header values and body, such as
/// `[caller_number]` or `[first_name|default:unknown]`.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "id": "crm", "trigger": "start", "url": "https://crm.example/lookup?phone=[caller_number]",
    "matches": ["geo:us-ny", {"key": "sub_id", "op": "exists"}],
    "response_map": {"score": "lead.score"}, "tag_prefix": "crm_",
}))]
#[expect(dead_code, reason = "the domain reads and writes it; this says what it takes")]
pub(crate) struct Webhook {
    /// Its id in the campaign.
    #[schema(pattern = r"^[A-Za-z0-9_-]{1,64}$")]
    id: String,
    /// Its name for people; the id when left out.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    name: Option<String>,
    /// When it fires. `selected` shows call data to buyers who may not take the call; `answered`
    /// does not.
    trigger: Trigger,
    /// Where the request goes. No token may stand in scheme, host or port.
    #[schema(min_length = 1)]
    url: String,
    /// Whether it fires at all.
    #[schema(default = true)]
    enabled: Option<bool>,
    /// How it is asked.
    method: Option<WebhookMethod>,
    /// Headers of the owner's own, at most 50; their values may hold tokens. They are shown as they are
    /// configured, credentials among them; a campaign's `secrets` and `signing_secret` are not.
    headers: Option<BTreeMap<String, String>>,
    /// The body, with POST, PUT and PATCH.
    body: Option<WebhookBody>,
    /// Which calls it is for: every call when empty. `==` conditions on one key are any-of, all else
    /// must hold.
    #[schema(max_items = 100)]
    matches: Option<Vec<Condition>>,
    /// Connected seconds at which a `timer` fires: required for it, and not taken by others.
    #[schema(minimum = 1, maximum = 86_400)]
    seconds: Option<i64>,
    /// The deadline of one attempt, from name lookup to the end of the answer.
    #[schema(minimum = 50, maximum = 5000, default = 5000)]
    timeout_ms: Option<i64>,
    /// Seconds in which it is not fired again for a caller after it succeeded; 0 off, −1 for ever.
    #[schema(minimum = -1, maximum = 315_360_000, default = 0)]
    dedupe_seconds: Option<i64>,
    /// Whether answers become tags; unless said, those of `start`, `selected` and `answered` do.
    parse_response: Option<bool>,
    /// Nested values of an answer to take instead of its root keys: tag to path, such as
    /// `bidTerms[0].amount`; at most 100.
    response_map: Option<BTreeMap<String, String>>,
    /// Put before the key of every tag that an answer sets.
    #[schema(min_length = 1, max_length = 64)]
    tag_prefix: Option<String>,
    /// How often it is tried again: `none` for `start`, `selected` and `answered`, else `standard`
    /// unless said.
    retry: Option<Retry>,
    /// What its requests are signed with, as Standard Webhooks has it. Answers show `********`; a mask
    /// that is sent keeps what is stored.
    #[schema(min_length = 1, max_length = 300)]
    signing_secret: Option<String>,
    /// Its place in firing order; its place in the list unless said.
    #[schema(minimum = -1_000_000, maximum = 1_000_000)]
    order: Option<i64>,
}

/// A webhook whose id may be left out: the address names it, or it is only tried.
#[derive(Debug)]
pub(crate) struct UnnamedWebhook;

impl PartialSchema for UnnamedWebhook {
    fn schema() -> RefOr<Schema> {
        let mut schema = Webhook::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.required.retain(|name| name != "id");
            let description = "A webhook whose id may be left out: the address names it, or it is \
                               only tried. Else as `Webhook`.";
            object.description = Some(description.to_owned());
        }
        schema
    }
}

impl ToSchema for UnnamedWebhook {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Webhook::schemas(schemas);
    }
}

/// How a webhook is asked.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schema(default = "GET")]
#[expect(dead_code, reason = "the domain reads and writes it; this says what it takes")]
pub(crate) enum WebhookMethod {
    Get,
    Head,
    Post,
    Put,
    Patch,
}

/// How often a delivery is tried again.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "the domain reads and writes it; this says what it takes")]
pub(crate) enum Retry {
    /// One attempt.
    None,
    /// Seven more within nine hours.
    Standard,
    /// Three more after those, within three days.
    Extended,
}

/// What a webhook sends as its body.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the domain reads and writes it; this says what it takes")]
pub(crate) struct WebhookBody {
    /// The media type, which also decides how values are escaped.
    #[schema(max_length = 200, pattern = "/", example = "application/json")]
    content_type: String,
    /// The text with its tokens.
    template: String,
}

/// A condition, `key:op value`: as text (`geo:us-ny`, `age:>=21`, `sub_id:exists`) or as an object.
#[derive(Debug, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the domain reads and writes it; this says what it takes")]
pub(crate) enum Condition {
    /// As text.
    Text(String),
    /// As an object.
    Object(ConditionObject),
}

/// A condition in parts; it has `values`, `value`, or neither for `exists` and `missing`.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the domain reads and writes it; this says what it takes")]
pub(crate) struct ConditionObject {
    /// A tag's key or a system token's name.
    #[schema(min_length = 1, max_length = 128)]
    key: String,
    /// `==` unless said; `=~` takes a regular expression.
    #[schema(required = false)]
    op: Operator,
    /// Values, of which any will do; with `!=` none may equal.
    #[schema(required = false, max_items = 1000)]
    values: Vec<GivenValue>,
    /// The one value.
    #[schema(required = false)]
    value: GivenValue,
}

/// How values are looked at.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "the domain reads and writes it; this says what it takes")]
pub(crate) enum Operator {
    #[schema(rename = "==")]
    Equal,
    #[schema(rename = "!=")]
    NotEqual,
    #[schema(rename = ">")]
    Greater,
    #[schema(rename = ">=")]
    GreaterOrEqual,
    #[schema(rename = "<")]
    Less,
    #[schema(rename = "<=")]
    LessOrEqual,
    #[schema(rename = "=~")]
    Regex,
    #[schema(rename = "exists")]
    Exists,
    #[schema(rename = "missing")]
    Missing,
}

/// A webhook of a campaign, its signing secret masked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StoredWebhook {
    /// The version of its campaign, which a save or a removal carries.
    pub(crate) campaign_version: u64,
    /// The webhook.
    #[schema(value_type = Webhook)]
    pub(crate) webhook: Value,
}
