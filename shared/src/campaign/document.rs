//! The campaign as a JSON document: what is saved, stored and read back (spec section 13).
//!
//! Secrets leave only masked, save for the store. A mask that comes back in a save means "keep what
//! is stored", so that a document can be read, edited and sent again.

use serde_json::{Map, Value, json};
use url::Url;

use super::templates::Surroundings;
use super::{
    Campaign, CampaignId, Conversion, MAX_WEBHOOKS, Remember, ReturnCallers, TwilioSettings,
    Webhook, WebhookId,
};
use crate::fault::Faults;
use crate::fields::{Fields, flag, list, owner_tags, string, text, whole};
use crate::ports::sender::BlockReason;
use crate::secret::{MASK, Secret};
use crate::signature::SigningSecret;
use crate::tag::TagKey;

/// Whether a document shows its secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretsShown {
    /// In full: for the store only.
    Plain,
    /// As [`MASK`]: for everybody else.
    Masked,
}

pub(super) fn shown(secret: &Secret, secrets: SecretsShown) -> &str {
    match secrets {
        SecretsShown::Plain => secret.expose(),
        SecretsShown::Masked => MASK,
    }
}

impl Campaign {
    /// Reads a campaign's document as it was stored.
    ///
    /// # Errors
    /// Every fault, each with its pointer.
    pub fn from_document(document: &Value) -> Result<Self, Faults> {
        Self::admitted(document, &|_| Ok(()))
    }

    /// Reads a campaign's document and checks all of it, the addresses of its webhooks by `admit`.
    ///
    /// # Errors
    /// Every fault, each with its pointer.
    pub fn admitted(
        document: &Value,
        admit: &dyn Fn(&Url) -> Result<(), BlockReason>,
    ) -> Result<Self, Faults> {
        let mut fields = Fields::of(document)?;
        let named = document.get("secrets").and_then(Value::as_object);
        let secrets = named.into_iter().flat_map(Map::keys).map(String::as_str).collect();
        let surroundings = Surroundings { admit, secrets };
        let id = fields.required("id", CampaignId::from_json);
        let name = fields.required("name", text(200));
        let enabled = fields.optional("enabled", flag).unwrap_or(true);
        let version = fields.optional("version", whole(0, i64::MAX)).unwrap_or(0);
        let mut webhooks =
            fields.optional("webhooks", |value| webhooks(value, &surroundings)).unwrap_or_default();
        let default_tags = fields.optional("default_tags", owner_tags).unwrap_or_default();
        let conversion =
            fields.optional("conversion", list(50, Conversion::from_json)).unwrap_or_default();
        let return_callers = fields.optional("return_callers", return_callers);
        let settle_seconds = fields.optional("settle_seconds", whole(0, 900)).unwrap_or(5);
        let always_max_wait = fields.optional("always_max_wait", whole(0, 900)).unwrap_or(60);
        let secrets = fields.optional("secrets", named_secrets).unwrap_or_default();
        let twilio =
            fields.optional("twilio", |value| TwilioSettings::from_json(value, &surroundings));
        fields.refuse_others();

        webhooks.sort_by_key(|webhook| webhook.order);
        fields.finish(id.zip(name).map(|(id, name)| Self {
            id,
            name,
            enabled,
            version: version.unsigned_abs(),
            webhooks,
            default_tags,
            conversion,
            return_callers,
            settle_seconds: u16::try_from(settle_seconds).unwrap_or(5),
            always_max_wait: u16::try_from(always_max_wait).unwrap_or(60),
            secrets,
            twilio,
        }))
    }

    /// The campaign's document, every default filled in.
    #[must_use]
    pub fn document(&self, secrets: SecretsShown) -> Value {
        let named: Map<String, Value> = self
            .secrets
            .iter()
            .map(|(name, secret)| (name.clone(), json!(shown(secret, secrets))))
            .collect();
        let webhooks: Vec<Value> =
            self.webhooks.iter().map(|hook| hook.document(secrets)).collect();
        let conversion: Vec<Value> = self.conversion.iter().map(Conversion::document).collect();
        let mut document = json!({
            "id": self.id,
            "name": self.name,
            "enabled": self.enabled,
            "version": self.version,
            "webhooks": webhooks,
            "default_tags": self.default_tags,
            "conversion": conversion,
            "return_callers": self.return_callers.as_ref().map(ReturnCallers::document),
            "settle_seconds": self.settle_seconds,
            "always_max_wait": self.always_max_wait,
            "secrets": named,
            "twilio": self.twilio.as_ref().map(|twilio| twilio.document(secrets)),
        });
        if let Some(document) = document.as_object_mut() {
            document.retain(|_, value| !value.is_null());
        }
        document
    }

    /// The document of the webhook of that id, as it stands in the campaign's.
    #[must_use]
    pub fn webhook_document(&self, id: &WebhookId, secrets: SecretsShown) -> Option<Value> {
        self.webhook(id).map(|webhook| webhook.document(secrets))
    }
}

/// Puts stored secrets back where a document to be saved has the mask.
///
/// # Errors
/// For each mask with nothing stored behind it.
pub(crate) fn unmask(document: &mut Value, stored: Option<&Campaign>) -> Result<(), Faults> {
    let mut faults = Faults::default();
    let webhooks = document.get_mut("webhooks").and_then(Value::as_array_mut);
    for (index, webhook) in webhooks.into_iter().flatten().enumerate() {
        let id = webhook.get("id").and_then(Value::as_str).map(str::to_owned);
        let Some(place) = webhook.get_mut("signing_secret") else { continue };
        let kept = stored
            .and_then(|campaign| {
                campaign.webhooks.iter().find(|hook| Some(hook.id.as_str()) == id.as_deref())
            })
            .and_then(|hook| hook.signing_secret.as_ref().map(SigningSecret::secret));
        if let Err(fault) = unmask_one(place, kept) {
            // The mask itself is not to be judged as a secret.
            *place = Value::Null;
            faults.extend(fault.under("signing_secret").under(index.to_string()).under("webhooks"));
        }
    }
    let secrets = document.get_mut("secrets").and_then(Value::as_object_mut);
    for (name, place) in secrets.into_iter().flatten() {
        let kept = stored.and_then(|campaign| campaign.secret(name));
        if let Err(fault) = unmask_one(place, kept) {
            faults.extend(fault.under(name).under("secrets"));
        }
    }
    let twilio = document.get_mut("twilio").and_then(Value::as_object_mut);
    for (name, place) in twilio.into_iter().flatten() {
        let stored = stored.and_then(|campaign| campaign.twilio.as_ref());
        let kept = match name.as_str() {
            "auth_token" => stored.map(|twilio| &twilio.auth_token),
            "secondary_auth_token" => {
                stored.and_then(|twilio| twilio.secondary_auth_token.as_ref())
            }
            _ => continue,
        };
        if let Err(fault) = unmask_one(place, kept) {
            faults.extend(fault.under(name).under("twilio"));
        }
    }
    faults.or(())
}

fn unmask_one(place: &mut Value, kept: Option<&Secret>) -> Result<(), Faults> {
    if place.as_str() != Some(MASK) {
        return Ok(());
    }
    match kept {
        Some(secret) => {
            *place = json!(secret.expose());
            Ok(())
        }
        None => Err(Faults::here(format!("is {MASK}, but no secret is stored to keep"))),
    }
}

impl ReturnCallers {
    fn document(&self) -> Value {
        let remember = match &self.remember {
            Remember::All => json!("all"),
            Remember::Keys(keys) => json!(keys),
        };
        json!({"remember": remember, "days": self.days})
    }
}

fn webhooks(value: &Value, surroundings: &Surroundings<'_>) -> Result<Vec<Webhook>, Faults> {
    let items = value.as_array().ok_or_else(|| Faults::here("must be an array"))?;
    if items.len() > MAX_WEBHOOKS {
        return Err(Faults::here(format!("has at most {MAX_WEBHOOKS} webhooks")));
    }
    let mut faults = Faults::default();
    let mut webhooks: Vec<Webhook> = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let id = item.get("id").filter(|id| id.is_string());
        if id.is_some() && items.iter().take(index).any(|earlier| earlier.get("id") == id) {
            let twice = Faults::at("id", "is the id of an earlier webhook");
            faults.extend(twice.under(index.to_string()));
        }
        match Webhook::from_json(item, index, surroundings) {
            Ok(webhook) => webhooks.push(webhook),
            Err(found) => faults.extend(found.under(index.to_string())),
        }
    }
    faults.or(webhooks)
}

fn return_callers(value: &Value) -> Result<ReturnCallers, Faults> {
    let mut fields = Fields::of(value)?;
    let remember = fields.required("remember", |value| match value {
        Value::String(all) if all == "all" => Ok(Remember::All),
        Value::Array(_) => {
            list(100, |item| TagKey::parse(string(item)?).map_err(Faults::of))(value)
                .map(Remember::Keys)
        }
        _ => Err(Faults::here("must be \"all\" or an array of tag keys")),
    });
    let days = fields.required("days", whole(1, 3650));
    fields.refuse_others();
    fields.finish(
        remember.zip(days).map(|(remember, days)| ReturnCallers {
            remember,
            days: u16::try_from(days).unwrap_or(1),
        }),
    )
}

fn named_secrets(value: &Value) -> Result<Vec<(String, Secret)>, Faults> {
    let object = value.as_object().ok_or_else(|| Faults::here("must be an object of secrets"))?;
    let mut faults = Faults::default();
    let mut secrets = Vec::with_capacity(object.len());
    for (name, value) in object {
        let rest = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_.-".contains(&b);
        let fits = name.len() <= 64
            && name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.bytes().all(rest);
        if !fits {
            let detail =
                "must be named like a token, a-z then a-z, 0-9, '_', '.' and '-', at most 64";
            faults.extend(Faults::at(name, detail));
            continue;
        }
        match text(200)(value) {
            Ok(secret) => secrets.push((name.clone(), Secret::new(secret))),
            Err(found) => faults.extend(found.under(name)),
        }
    }
    faults.or(secrets)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The campaign of section 13 of the spec.
    fn solar() -> Value {
        json!({"id": "solar", "name": "Solar leads", "enabled": true, "version": 0,
         "default_tags": {"vertical": ["solar"]},
         "webhooks": [
          {"id": "crm", "name": "CRM lookup", "trigger": "start", "order": 0,
           "url": "https://crm.example/lookup?phone=[caller_number]", "method": "GET",
           "headers": {"x-source": "[campaign_id]"},
           "matches": ["geo:us-ny", {"key": "sub_id", "op": "exists"}], "timeout_ms": 5000,
           "response_map": {"score": "lead.score"}, "tag_prefix": "crm_", "retry": "none",
           "enabled": true},
          {"id": "sale", "trigger": "conversion", "retry": "standard",
           "url": "https://net.example/p?id=[sub_id]&amount=[revenue]"},
          {"id": "t90", "trigger": "timer", "seconds": 90, "url": "https://net.example/t"},
          {"id": "sync", "trigger": "always", "method": "POST", "url": "https://crm.example/calls",
           "body": {"content_type": "application/json",
                    "template": "{\"call\":\"[call_id]\",\"name\":\"[first_name|default:unknown]\"}"}}],
         "conversion": [
          {"matches": ["credit_offer:yes"], "seconds": 120, "revenue": "30.00", "payout": "15.00"},
          {"matches": [], "seconds": 90, "revenue": "20.00", "payout": "10.00",
           "dedupe_seconds": 86400}],
         "return_callers": {"remember": "all", "days": 90},
         "settle_seconds": 5, "always_max_wait": 60})
    }

    fn told(faults: &Faults) -> Vec<(&str, &str)> {
        faults.iter().map(|fault| (fault.pointer.as_str(), fault.detail.as_str())).collect()
    }

    #[test]
    fn a_document_read_and_written_twice_is_the_same() {
        let once = Campaign::from_document(&solar()).unwrap().document(SecretsShown::Plain);
        let twice = Campaign::from_document(&once).unwrap().document(SecretsShown::Plain);
        assert_eq!(once, twice);
        for (name, value) in solar().as_object().unwrap() {
            if name != "webhooks" && name != "conversion" {
                assert_eq!(once.get(name), Some(value), "{name}");
            }
        }
        assert_eq!(once["webhooks"][0]["matches"], json!(["geo:us-ny", "sub_id:exists"]));
        assert_eq!(once["conversion"][0]["revenue"], json!("30.00"));
        assert_eq!(once["webhooks"][1]["retry"], json!("standard"));
        assert_eq!(once["webhooks"][0]["retry"], json!("none"));
    }

    #[test]
    fn a_webhook_has_the_document_that_stands_in_its_campaigns() {
        let campaign = Campaign::from_document(&solar()).unwrap();
        let whole = campaign.document(SecretsShown::Masked);
        let document = |id: &str| {
            campaign.webhook_document(&WebhookId::parse(id).unwrap(), SecretsShown::Masked)
        };
        assert_eq!(document("sale"), Some(whole["webhooks"][1].clone()));
        assert_eq!(document("none"), None);
    }

    #[test]
    fn webhooks_fire_in_their_order() {
        let hook = |id: &str, order: i64| json!({"id": id, "trigger": "start", "url": "https://a.example/", "order": order});
        let document =
            json!({"id": "c", "name": "C", "webhooks": [hook("last", 5), hook("first", -1)]});
        let campaign = Campaign::from_document(&document).unwrap();
        let ids: Vec<&str> = campaign.webhooks.iter().map(|hook| hook.id.as_str()).collect();
        assert_eq!(ids, ["first", "last"]);
    }

    #[test]
    fn faults_of_every_part_are_told_at_once() {
        let document = json!({"name": "C", "webhooks": [
            {"id": "a", "trigger": "timer", "url": "https://[x].example/"},
            {"id": "a", "trigger": "start", "url": "http://10.0.0.1/[x|hmac_sha256:salt]",
             "retry": "standard", "body": {"content_type": "text/plain", "template": "x"}}],
            "conversion": [{"seconds": 5, "postback": true}], "settle_seconds": 901});
        let blocked = &|url: &Url| match url.host_str() {
            Some("10.0.0.1") => Err(BlockReason::NotPublic),
            _ => Ok(()),
        };
        let faults = Campaign::admitted(&document, blocked).unwrap_err();
        let pointers: Vec<&str> = told(&faults).into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(
            pointers,
            [
                "/id",
                "/webhooks/0/url",
                "/webhooks/0/seconds",
                "/webhooks/1/id",
                "/webhooks/1/url",
                "/webhooks/1/url",
                "/webhooks/1/body",
                "/webhooks/1/retry",
                "/conversion/0/postback",
                "/settle_seconds"
            ]
        );
    }

    #[test]
    fn a_masked_secret_is_kept_where_one_is_stored() {
        let mut document = json!({"id": "c", "name": "C", "secrets": {"salt": "s1"}, "webhooks": [
            {"id": "a", "trigger": "start", "url": "https://a.example/", "signing_secret": "s2 of sixteen bytes"}]});
        let stored = Campaign::from_document(&document).unwrap();
        let mut shown = stored.document(SecretsShown::Masked);
        assert!(!shown.to_string().contains("s1") && !shown.to_string().contains("s2"));

        unmask(&mut shown, Some(&stored)).unwrap();
        assert_eq!(shown, stored.document(SecretsShown::Plain));

        document["secrets"]["pepper"] = json!(MASK);
        let faults = unmask(&mut document, Some(&stored)).unwrap_err();
        assert_eq!(told(&faults)[0].0, "/secrets/pepper");
    }
}
