//! The document of a webhook: how it is saved, stored and read back.

use std::time::Duration;

use http::Method;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value, json};

use super::conversion::MAX_SPAN_SECONDS;
use super::document::{SecretsShown, shown};
use super::templates::{Surroundings, headers};
use super::{Retry, Webhook, WebhookBody, WebhookId};
use crate::answer::{Mapping, Path, TagPrefix};
use crate::fault::Faults;
use crate::fields::{Fields, flag, string, text, whole};
use crate::matching::{Condition, Conditions};
use crate::signature::SigningSecret;
use crate::tag::TagKey;
use crate::trigger::{Class, Trigger};

const METHODS: [Method; 5] = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH];
const MAX_CONDITIONS: usize = 100;

impl Webhook {
    /// Reads a webhook; `position` is its index in the campaign, its order unless it names one.
    pub(super) fn from_json(
        value: &Value,
        position: usize,
        surroundings: &Surroundings<'_>,
    ) -> Result<Self, Faults> {
        let mut fields = Fields::of(value)?;
        let id = fields.required("id", WebhookId::from_json);
        let name = fields.optional("name", text(200));
        let trigger = fields.required("trigger", trigger);
        let url = fields.required("url", |value| surroundings.url(value));
        let enabled = fields.optional("enabled", flag).unwrap_or(true);
        let method = fields.optional("method", method).unwrap_or(Method::GET);
        let headers =
            fields.optional("headers", |value| headers(value, surroundings)).unwrap_or_default();
        let body = fields.optional("body", |value| WebhookBody::from_json(value, surroundings));
        let matches = fields.optional("matches", conditions).unwrap_or_default();
        let seconds = fields.optional("seconds", whole(1, 86400));
        let timeout_ms = fields.optional("timeout_ms", whole(50, 5000)).unwrap_or(5000);
        let dedupe_seconds =
            fields.optional("dedupe_seconds", whole(-1, MAX_SPAN_SECONDS)).unwrap_or(0);
        let parse_response = fields.optional("parse_response", flag);
        let prefix = fields.optional("tag_prefix", tag_prefix);
        let paths = fields
            .optional("response_map", |value| response_map(value, prefix.as_ref()))
            .unwrap_or_default();
        let retry = fields.optional("retry", retry);
        let signing_secret = fields.optional("signing_secret", signing_secret);
        let order = fields.optional("order", whole(-1_000_000, 1_000_000));
        fields.refuse_others();

        let has_body = value.get("body").is_some_and(|body| !body.is_null());
        if has_body && matches!(method, Method::GET | Method::HEAD) {
            fields.fault("body", format!("cannot be sent with {method}; use POST, PUT or PATCH"));
        }
        if body.is_some() && headers.iter().any(|(name, _)| name == CONTENT_TYPE) {
            let detail = "is said by body.content_type, which also decides how values are escaped";
            fields.faults(Faults::at(CONTENT_TYPE.as_str(), detail).under("headers"));
        }
        if let Some(trigger) = trigger {
            if trigger == Trigger::Timer && seconds.is_none() {
                fields.fault("seconds", "is required for a timer");
            }
            if trigger != Trigger::Timer && seconds.is_some() {
                fields.fault("seconds", "is for the timer trigger only");
            }
            let ping = trigger.class() == Class::Ping;
            if ping && retry.is_some_and(|retry| retry != Retry::None) {
                fields.fault("retry", "must be \"none\": a ping has one attempt");
            }
        }
        let mapping = Mapping { paths, prefix };
        let built = id.zip(trigger).zip(url).map(|((id, trigger), url)| Self {
            name: name.unwrap_or_else(|| id.as_str().to_owned()),
            id,
            trigger,
            enabled,
            url,
            method,
            headers,
            body,
            matches,
            seconds: seconds.and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(0),
            timeout: Duration::from_millis(timeout_ms.unsigned_abs()),
            dedupe_seconds,
            parse_response,
            mapping,
            retry: retry.unwrap_or(match trigger.class() {
                Class::Ping => Retry::None,
                Class::Browser => Retry::Standard,
            }),
            signing_secret,
            order: order.unwrap_or_else(|| i64::try_from(position).unwrap_or(i64::MAX)),
        });
        fields.finish(built)
    }

    pub(super) fn document(&self, secrets: SecretsShown) -> Value {
        let headers: Map<String, Value> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), json!(value.source())))
            .collect();
        let paths: Map<String, Value> = self
            .mapping
            .paths
            .iter()
            .map(|(key, path)| (key.as_str().to_owned(), json!(path.to_string())))
            .collect();
        let mut document = json!({
            "id": self.id,
            "name": self.name,
            "trigger": self.trigger,
            "enabled": self.enabled,
            "url": self.url.source(),
            "method": self.method.as_str(),
            "headers": headers,
            "body": self.body.as_ref().map(|body| json!({
                "content_type": body.content_type, "template": body.template.source(),
            })),
            "matches": &self.matches,
            "seconds": (self.trigger == Trigger::Timer).then_some(self.seconds),
            "timeout_ms": u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX),
            "dedupe_seconds": self.dedupe_seconds,
            "parse_response": self.parse_response,
            "response_map": paths,
            "tag_prefix": self.mapping.prefix.as_ref().map(TagPrefix::as_str),
            "retry": self.retry.as_str(),
            "signing_secret": self.signing_secret.as_ref().map(|key| shown(key.secret(), secrets)),
            "order": self.order,
        });
        if let Some(document) = document.as_object_mut() {
            document.retain(|_, value| !value.is_null());
        }
        document
    }
}

fn trigger(value: &Value) -> Result<Trigger, Faults> {
    Trigger::from_name(string(value)?).ok_or_else(|| {
        let names = Trigger::ALL.map(Trigger::as_str).join(", ");
        Faults::here(format!("must be one of {names}"))
    })
}

fn method(value: &Value) -> Result<Method, Faults> {
    let name = string(value)?;
    METHODS
        .into_iter()
        .find(|method| method.as_str() == name)
        .ok_or_else(|| Faults::here("must be one of GET, HEAD, POST, PUT, PATCH"))
}

fn retry(value: &Value) -> Result<Retry, Faults> {
    let name = string(value)?;
    [Retry::None, Retry::Standard, Retry::Extended]
        .into_iter()
        .find(|retry| retry.as_str() == name)
        .ok_or_else(|| Faults::here("must be one of none, standard, extended"))
}

fn signing_secret(value: &Value) -> Result<SigningSecret, Faults> {
    let text = text(300)(value)?;
    SigningSecret::parse(text).map_err(Faults::of)
}

fn tag_prefix(value: &Value) -> Result<TagPrefix, Faults> {
    TagPrefix::parse(string(value)?).map_err(Faults::of)
}

fn response_map(value: &Value, prefix: Option<&TagPrefix>) -> Result<Vec<(TagKey, Path)>, Faults> {
    let object = value.as_object().ok_or_else(|| Faults::here("must be an object of paths"))?;
    let mut faults = Faults::default();
    let mut paths = Vec::with_capacity(object.len());
    for (name, value) in object {
        let key = TagKey::parse(name).map_err(Faults::of);
        let path = string(value).and_then(|text| Path::parse(text).map_err(Faults::of));
        match (key, path) {
            (Ok(key), Ok(path)) => paths.push((key, path)),
            (key, path) => {
                for found in [key.err(), path.err()].into_iter().flatten() {
                    faults.extend(found.under(name));
                }
            }
        }
    }
    let mapping = Mapping { paths, prefix: prefix.cloned() };
    faults.extend(mapping.faults());
    faults.or(mapping.paths)
}

/// Reads the `matches` of a webhook or a conversion entry.
pub(super) fn conditions(value: &Value) -> Result<Conditions, Faults> {
    let items = value.as_array().ok_or_else(|| Faults::here("must be an array of conditions"))?;
    if items.len() > MAX_CONDITIONS {
        return Err(Faults::here(format!("has at most {MAX_CONDITIONS} conditions")));
    }
    let mut faults = Faults::default();
    let mut conditions = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        match Condition::from_json(item) {
            Ok(condition) => conditions.push(condition),
            Err(found) => {
                let mut relative = Faults::default();
                for fault in found {
                    relative.push(fault.pointer.clone(), fault.to_string());
                }
                faults.extend(relative.under(index.to_string()));
            }
        }
    }
    faults.or(Conditions::new(conditions))
}
