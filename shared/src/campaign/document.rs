//! The campaign as a JSON document: what is saved, stored and read back (spec section 13).
//!
//! Secrets leave only masked, save for the store. A mask that comes back in a save means "keep what
//! is stored", so that a document can be read, edited and sent again.

use serde_json::{Map, Value, json};

use super::{Campaign, CampaignId, Conversion, MAX_WEBHOOKS, Remember, ReturnCallers, Webhook};
use crate::fault::Faults;
use crate::fields::{Fields, flag, list, owner_tags, string, text, whole};
use crate::secret::{MASK, Secret};
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
    /// Reads a campaign's document and checks all of it.
    ///
    /// # Errors
    /// Every fault, each with its pointer.
    pub fn from_document(document: &Value) -> Result<Self, Faults> {
        let mut fields = Fields::of(document)?;
        let id = fields.required("id", CampaignId::from_json);
        let name = fields.required("name", text(200));
        let enabled = fields.optional("enabled", flag).unwrap_or(true);
        let version = fields.optional("version", whole(0, i64::MAX)).unwrap_or(0);
        let webhooks = fields.optional("webhooks", webhooks).unwrap_or_default();
        let default_tags = fields.optional("default_tags", owner_tags).unwrap_or_default();
        let conversion =
            fields.optional("conversion", list(50, Conversion::from_json)).unwrap_or_default();
        let return_callers = fields.optional("return_callers", return_callers);
        let settle_seconds = fields.optional("settle_seconds", whole(0, 900)).unwrap_or(5);
        let always_max_wait = fields.optional("always_max_wait", whole(0, 900)).unwrap_or(60);
        let secrets = fields.optional("secrets", named_secrets).unwrap_or_default();
        fields.refuse_others();

        for (index, webhook) in &webhooks {
            for name in webhook.secrets_used() {
                if !secrets.iter().any(|(known, _)| known == name) {
                    let detail = format!("uses the secret {name:?}, which secrets does not have");
                    fields.faults(Faults::here(detail).under(index.to_string()).under("webhooks"));
                }
            }
        }
        let mut webhooks: Vec<Webhook> = webhooks.into_iter().map(|(_, hook)| hook).collect();
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
        });
        if let Some(document) = document.as_object_mut() {
            document.retain(|_, value| !value.is_null());
        }
        document
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
            .and_then(|hook| hook.signing_secret.as_ref());
        if let Err(fault) = unmask_one(place, kept) {
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
    if faults.is_empty() { Ok(()) } else { Err(faults) }
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

/// Webhooks with their index in the document, so that later faults can point at them.
fn webhooks(value: &Value) -> Result<Vec<(usize, Webhook)>, Faults> {
    let items = value.as_array().ok_or_else(|| Faults::here("must be an array"))?;
    if items.len() > MAX_WEBHOOKS {
        return Err(Faults::here(format!("has at most {MAX_WEBHOOKS} webhooks")));
    }
    let mut faults = Faults::default();
    let mut webhooks: Vec<(usize, Webhook)> = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        match Webhook::from_json(item, index) {
            Ok(hook) if webhooks.iter().any(|(_, earlier)| earlier.id == hook.id) => {
                let twice = Faults::at("id", "is the id of an earlier webhook");
                faults.extend(twice.under(index.to_string()));
            }
            Ok(hook) => webhooks.push((index, hook)),
            Err(found) => faults.extend(found.under(index.to_string())),
        }
    }
    if faults.is_empty() { Ok(webhooks) } else { Err(faults) }
}

fn return_callers(value: &Value) -> Result<ReturnCallers, Faults> {
    let mut fields = Fields::of(value)?;
    let remember = fields.required("remember", |value| match value {
        Value::String(all) if all == "all" => Ok(Remember::All),
        Value::Array(_) => list(100, |item| {
            TagKey::parse(string(item)?).map_err(|fault| Faults::here(fault.to_string()))
        })(value)
        .map(Remember::Keys),
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
        let fits = (1..=64).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        if !fits {
            faults.extend(Faults::at(name, "must be named with 1 to 64 of A-Z, a-z, 0-9, _ and -"));
            continue;
        }
        match text(200)(value) {
            Ok(secret) => secrets.push((name.clone(), Secret::new(secret))),
            Err(found) => faults.extend(found.under(name)),
        }
    }
    if faults.is_empty() { Ok(secrets) } else { Err(faults) }
}
