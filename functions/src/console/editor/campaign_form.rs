//! The form of a campaign's own settings, to its document and back. Webhooks have forms of their own
//! and stay as they are stored.

use std::collections::BTreeMap;

use hookline::fault::Faults;
use hookline::secret::MASK;
use serde_json::{Value, json};

use super::super::field_faults::FieldFaults;
use super::super::form::Filled;
use super::conversion_row::ConversionRow;
use super::pairs::{Pair, object_of, pairs_of};
use super::twilio_fields::TwilioFields;
use super::typed::{bounded, number, shown, too_many};
use super::webhook_form::TYPE_AGAIN;

/// A campaign's settings as a form shows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct CampaignForm {
    pub(super) name: String,
    pub(super) enabled: bool,
    pub(super) settle_seconds: String,
    pub(super) always_max_wait: String,
    /// One value a row; a tag with several has several rows.
    pub(super) default_tags: Vec<Pair>,
    pub(super) conversion: Vec<ConversionRow>,
    /// `off`, `all` or `keys`.
    pub(super) remember: String,
    /// Tag keys, set apart by blanks or commas.
    pub(super) remember_keys: String,
    pub(super) remember_days: String,
    pub(super) secrets: Vec<Pair>,
    pub(super) twilio: TwilioFields,
}

/// The most values that default tags have together.
const MAX_TAG_ROWS: usize = 1000;
/// The most conversion entries that a campaign has.
const MAX_CONVERSION: usize = 50;
/// The most secrets that the form takes.
const MAX_SECRETS: usize = 1000;

/// The members of a campaign that this form decides.
const DECIDED: [&str; 9] = [
    "name",
    "enabled",
    "settle_seconds",
    "always_max_wait",
    "default_tags",
    "conversion",
    "return_callers",
    "secrets",
    "twilio",
];

impl CampaignForm {
    /// Reads what was posted.
    pub(super) fn of_typed(typed: &Filled) -> Self {
        let rows = |name, value, most| bounded(typed.pairs(name, value), most, Pair::is_blank);
        Self {
            name: typed.one("name"),
            enabled: typed.ticked("enabled"),
            settle_seconds: typed.one("settle_seconds"),
            always_max_wait: typed.one("always_max_wait"),
            default_tags: rows("default_tag", "default_value", MAX_TAG_ROWS),
            conversion: bounded(
                ConversionRow::of_typed(typed),
                MAX_CONVERSION,
                ConversionRow::is_blank,
            ),
            remember: typed.one("remember"),
            remember_keys: typed.one("remember_keys"),
            remember_days: typed.one("remember_days"),
            secrets: rows("secret_name", "secret_value", MAX_SECRETS),
            twilio: TwilioFields::of_typed(typed),
        }
    }

    /// Shows a campaign's document, its secrets masked.
    pub(super) fn of_document(document: &Value) -> Self {
        let kept = document.get("return_callers").unwrap_or(&Value::Null);
        let entries = document.get("conversion").and_then(Value::as_array).into_iter().flatten();
        let (remember, remember_keys) = match kept.get("remember") {
            Some(Value::Array(keys)) => {
                ("keys", keys.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "))
            }
            Some(_) => ("all", String::new()),
            None => ("off", String::new()),
        };
        Self {
            name: shown(document, "name"),
            enabled: document.get("enabled") != Some(&Value::Bool(false)),
            settle_seconds: shown(document, "settle_seconds"),
            always_max_wait: shown(document, "always_max_wait"),
            default_tags: tag_rows(document.get("default_tags")),
            conversion: entries.map(ConversionRow::of_entry).collect(),
            remember: remember.to_owned(),
            remember_keys,
            remember_days: shown(kept, "days"),
            secrets: pairs_of(document.get("secrets")),
            twilio: TwilioFields::of_document(document),
        }
    }

    /// The document of the campaign with these settings, everything else as in `stored`.
    pub(super) fn document(&self, stored: &Value) -> Value {
        let mut document = stored.as_object().cloned().unwrap_or_default();
        document.retain(|name, _| !DECIDED.contains(&name.as_str()));
        let mut put = |name: &str, value: Value| {
            document.insert(name.to_owned(), value);
        };
        put("name", json!(self.name));
        put("enabled", json!(self.enabled));
        let waits =
            [("settle_seconds", &self.settle_seconds), ("always_max_wait", &self.always_max_wait)];
        for (name, text) in waits.into_iter().filter(|(_, text)| !text.is_empty()) {
            put(name, number(text));
        }
        put("default_tags", self.tags());
        let entries = self.conversion.iter().filter(|row| !row.is_blank());
        put("conversion", entries.map(ConversionRow::entry).collect());
        if self.remember != "off" && !self.remember.is_empty() {
            let keys = self.remember_keys.split([' ', ',', '\n']).filter(|key| !key.is_empty());
            let remember = match self.remember.as_str() {
                "keys" => keys.collect(),
                all => json!(all),
            };
            let days = Some(&self.remember_days).filter(|days| !days.is_empty());
            put("return_callers", json!({"remember": remember, "days": days.map(|it| number(it))}));
        }
        put("secrets", object_of(&self.secrets));
        if let Some(twilio) = self.twilio.document() {
            put("twilio", twilio);
        }
        Value::Object(document)
    }

    /// Faults of the document at their fields, and those that no document can show.
    pub(super) fn placed(&self, faults: &Faults) -> FieldFaults {
        let mut placed = FieldFaults::of(faults, |segments| self.field_of(segments));
        let lists = [
            ("default_tags", self.default_tags.len(), MAX_TAG_ROWS),
            ("conversion", self.conversion.len(), MAX_CONVERSION),
            ("secrets", self.secrets.len(), MAX_SECRETS),
        ];
        for (list, _, most) in lists.into_iter().filter(|(_, rows, most)| rows > most) {
            placed.add(list, too_many(most));
        }
        placed.add_repeated("secrets", &self.secrets);
        placed
    }

    /// Takes out secrets that were typed, and says so at their rows.
    pub(super) fn hide_secrets(&mut self, placed: &mut FieldFaults) {
        for (row, secret) in self.secrets.iter_mut().enumerate() {
            if !secret.value.is_empty() && secret.value != MASK {
                secret.value.clear();
                placed.add(format!("secrets.{row}"), TYPE_AGAIN);
            }
        }
        self.twilio.hide_secrets(placed);
    }

    /// The values of each tag, in the order they were typed.
    fn tags(&self) -> Value {
        let mut tags: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for row in self.default_tags.iter().filter(|row| !row.is_blank()) {
            tags.entry(&row.name).or_default().push(&row.value);
        }
        json!(tags)
    }

    fn field_of(&self, segments: &[String]) -> Option<String> {
        let names: Vec<&str> = segments.iter().map(String::as_str).collect();
        let row_of = |rows: &[Pair], name: &str, nth: usize| {
            let used = rows.iter().enumerate().filter(|(_, row)| !row.is_blank());
            let mut alike = used.filter(|(_, row)| row.name == name);
            alike.nth(nth).map(|(at, _)| at)
        };
        match names.as_slice() {
            ["return_callers", "days"] => Some("remember_days".to_owned()),
            ["return_callers", "remember", ..] => Some("remember_keys".to_owned()),
            ["default_tags", name, rest @ ..] => {
                let nth = rest.first().and_then(|nth| nth.parse().ok()).unwrap_or(0);
                row_of(&self.default_tags, name, nth).map(|row| format!("default_tags.{row}"))
            }
            ["twilio", name] => TwilioFields::field_of(name),
            ["secrets", name] => row_of(&self.secrets, name, 0).map(|row| format!("secrets.{row}")),
            ["conversion", nth, rest @ ..] => {
                let rows = self.conversion.iter().enumerate();
                let mut rows = rows.filter(|(_, row)| !row.is_blank());
                let (row, _) = rows.nth(nth.parse().ok()?)?;
                let cell = rest.first().map(|cell| format!(".{cell}")).unwrap_or_default();
                Some(format!("conversion.{row}{cell}"))
            }
            [name] if DECIDED.contains(name) => Some((*name).to_owned()),
            _ => None,
        }
    }
}

fn tag_rows(tags: Option<&Value>) -> Vec<Pair> {
    let tags = tags.and_then(Value::as_object).into_iter().flatten();
    let rows = tags.flat_map(|(name, values)| {
        let values = values.as_array().into_iter().flatten().filter_map(Value::as_str);
        values.map(|value| Pair { name: name.clone(), value: value.to_owned() })
    });
    rows.collect()
}

#[cfg(test)]
mod tests;
