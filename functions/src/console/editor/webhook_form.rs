//! The form of a webhook, to its document and back.
//!
//! Every field is text as somebody typed it; the campaign's own rules judge the document that comes
//! of it, and their faults find their way back to the fields here. Values of a match stand one a
//! line, so that they may hold commas; one with a line break in it, which only the API can write,
//! would be read as two.

use hookline::answer::MAX_KEYS;
use hookline::fault::Faults;
use hookline::matching::Condition;
use hookline::secret::MASK;
use hookline::trigger::Trigger;
use serde_json::{Map, Value, json};

use super::super::field_faults::FieldFaults;
use super::super::form::Filled;
use super::pairs::{Pair, named_row, object_of, pairs_of};
use super::typed::{bounded, number, shown, too_many};

/// What is said of a secret that the person has to type once more.
pub(super) const TYPE_AGAIN: &str = "type it once more: a secret is never shown back";

/// The most headers that a webhook has.
const MAX_HEADERS: usize = 50;
/// The most conditions that a webhook has.
const MAX_MATCHES: usize = 100;
/// The most values that a form picks out of an answer: as many as an answer may have keys.
const MAX_PATHS: usize = MAX_KEYS;

/// A webhook as a form shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct WebhookForm {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) trigger: String,
    pub(super) enabled: bool,
    pub(super) url: String,
    pub(super) method: String,
    pub(super) headers: Vec<Pair>,
    pub(super) content_type: String,
    pub(super) body: String,
    pub(super) matches: Vec<MatchRow>,
    pub(super) seconds: String,
    pub(super) timeout_ms: String,
    pub(super) dedupe_seconds: String,
    /// Empty for what the trigger says, else `true` or `false`.
    pub(super) parse_response: String,
    pub(super) response_map: Vec<Pair>,
    pub(super) tag_prefix: String,
    /// Empty for what the trigger says.
    pub(super) retry: String,
    pub(super) signing_secret: String,
    pub(super) order: String,
}

/// One condition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct MatchRow {
    pub(super) key: String,
    pub(super) op: String,
    /// One a line.
    pub(super) values: String,
}

/// The fields of one value, which have the same name in the form and in the document.
const PLAIN: [&str; 12] = [
    "id",
    "name",
    "trigger",
    "url",
    "method",
    "seconds",
    "timeout_ms",
    "dedupe_seconds",
    "parse_response",
    "tag_prefix",
    "retry",
    "order",
];

impl WebhookForm {
    /// Reads what was posted.
    pub(super) fn of_typed(typed: &Filled) -> Self {
        let matches = typed.rows(["match_key", "match_op", "match_values"]).into_iter();
        let matches = matches.map(MatchRow::of_cells).collect();
        let rows = |name, value, most| bounded(typed.pairs(name, value), most, Pair::is_blank);
        Self {
            id: typed.one("id"),
            name: typed.one("name"),
            trigger: typed.one("trigger"),
            enabled: typed.ticked("enabled"),
            url: typed.one("url"),
            method: typed.one("method"),
            headers: rows("header_name", "header_value", MAX_HEADERS),
            content_type: typed.one("content_type"),
            body: typed.whole("body"),
            matches: bounded(matches, MAX_MATCHES, MatchRow::is_blank),
            seconds: typed.one("seconds"),
            timeout_ms: typed.one("timeout_ms"),
            dedupe_seconds: typed.one("dedupe_seconds"),
            parse_response: typed.one("parse_response"),
            response_map: rows("map_tag", "map_path", MAX_PATHS),
            tag_prefix: typed.one("tag_prefix"),
            retry: typed.one("retry"),
            signing_secret: typed.one("signing_secret"),
            order: typed.one("order"),
        }
    }

    /// Shows a webhook's document, which may leave out what has a default.
    pub(super) fn of_document(document: &Value) -> Self {
        let text = |member| shown(document, member);
        let body = document.get("body").unwrap_or(&Value::Null);
        let matches = document.get("matches").and_then(Value::as_array).into_iter().flatten();
        Self {
            id: text("id"),
            name: text("name"),
            trigger: text("trigger"),
            enabled: document.get("enabled") != Some(&Value::Bool(false)),
            url: text("url"),
            method: text("method"),
            headers: pairs_of(document.get("headers")),
            content_type: shown(body, "content_type"),
            body: shown(body, "template"),
            matches: matches.map(MatchRow::of_condition).collect(),
            seconds: text("seconds"),
            timeout_ms: text("timeout_ms"),
            dedupe_seconds: text("dedupe_seconds"),
            parse_response: text("parse_response"),
            response_map: pairs_of(document.get("response_map")),
            tag_prefix: text("tag_prefix"),
            retry: text("retry"),
            signing_secret: text("signing_secret"),
            order: text("order"),
        }
    }

    /// The document that the form says; fields left empty are left out.
    pub(super) fn document(&self) -> Value {
        let mut document = Map::new();
        let mut put = |name: &str, value: Value| {
            document.insert(name.to_owned(), value);
        };
        put("enabled", json!(self.enabled));
        let texts = [
            ("id", &self.id),
            ("name", &self.name),
            ("trigger", &self.trigger),
            ("url", &self.url),
            ("method", &self.method),
            ("tag_prefix", &self.tag_prefix),
            ("retry", &self.retry),
            ("signing_secret", &self.signing_secret),
        ];
        for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
            put(name, json!(text));
        }
        // On the page of any other trigger the field is hidden, with whatever is in it.
        let no_seconds = String::new();
        let is_timer = self.trigger == Trigger::Timer.as_str();
        let numbers = [
            ("seconds", if is_timer { &self.seconds } else { &no_seconds }),
            ("timeout_ms", &self.timeout_ms),
            ("dedupe_seconds", &self.dedupe_seconds),
            ("order", &self.order),
        ];
        for (name, text) in numbers.into_iter().filter(|(_, text)| !text.is_empty()) {
            put(name, number(text));
        }
        match self.parse_response.as_str() {
            "" => {}
            "true" => put("parse_response", json!(true)),
            "false" => put("parse_response", json!(false)),
            other => put("parse_response", json!(other)),
        }
        if !self.content_type.is_empty() || !self.body.is_empty() {
            put("body", json!({"content_type": self.content_type, "template": self.body}));
        }
        put("headers", object_of(&self.headers));
        put("response_map", object_of(&self.response_map));
        let rows = self.matches.iter().filter(|row| !row.is_blank());
        put("matches", rows.map(MatchRow::condition).collect());
        Value::Object(document)
    }

    /// Faults of the document at their fields, and those that no document can show.
    pub(super) fn placed(&self, faults: &Faults) -> FieldFaults {
        let mut placed = FieldFaults::of(faults, |segments| self.field_of(segments));
        let lists = [
            ("headers", self.headers.len(), MAX_HEADERS),
            ("matches", self.matches.len(), MAX_MATCHES),
            ("response_map", self.response_map.len(), MAX_PATHS),
        ];
        for (list, _, most) in lists.into_iter().filter(|(_, rows, most)| rows > most) {
            placed.add(list, too_many(most));
        }
        for (list, rows) in [("headers", &self.headers), ("response_map", &self.response_map)] {
            placed.add_repeated(list, rows);
        }
        placed
    }

    /// Takes out a secret that was typed, and says so at its field.
    pub(super) fn hide_secret(&mut self, placed: &mut FieldFaults) {
        if !self.signing_secret.is_empty() && self.signing_secret != MASK {
            // Whoever overlooks it keeps what is stored, and does not switch signing off.
            MASK.clone_into(&mut self.signing_secret);
            placed.add("signing_secret", TYPE_AGAIN);
        }
    }

    fn field_of(&self, segments: &[String]) -> Option<String> {
        let names: Vec<&str> = segments.iter().map(String::as_str).collect();
        match names.as_slice() {
            [name] if PLAIN.contains(name) => Some((*name).to_owned()),
            [list @ ("headers" | "matches" | "response_map" | "signing_secret")] => {
                Some((*list).to_owned())
            }
            ["body", "content_type", ..] => Some("content_type".to_owned()),
            ["body", ..] => Some("body".to_owned()),
            ["headers", name] => named_row(&self.headers, name).map(|row| format!("headers.{row}")),
            ["response_map", tag] => {
                named_row(&self.response_map, tag).map(|row| format!("response_map.{row}"))
            }
            ["matches", nth, rest @ ..] => {
                let mut rows = self.matches.iter().enumerate().filter(|(_, row)| !row.is_blank());
                let (row, _) = rows.nth(nth.parse().ok()?)?;
                let cell = rest.first().map(|cell| format!(".{cell}")).unwrap_or_default();
                Some(format!("matches.{row}{cell}"))
            }
            _ => None,
        }
    }
}

impl MatchRow {
    fn of_cells([key, op, values]: [String; 3]) -> Self {
        Self { key: key.trim().to_owned(), op: op.trim().to_owned(), values }
    }

    fn of_condition(document: &Value) -> Self {
        match Condition::from_json(document) {
            Ok(condition) => Self {
                key: condition.key().to_string(),
                op: condition.operator().to_string(),
                values: condition.values().join("\n"),
            },
            Err(_) => Self { key: document.to_string(), ..Self::default() },
        }
    }

    /// Whether somebody left this row alone; an operator is always chosen.
    pub(super) fn is_blank(&self) -> bool {
        self.key.is_empty() && self.values.trim().is_empty()
    }

    fn condition(&self) -> Value {
        let op = if self.op.is_empty() { "==" } else { &self.op };
        let values: Vec<&str> =
            self.values.lines().filter(|line| !line.trim().is_empty()).collect();
        json!({"key": self.key, "op": op, "values": values})
    }
}

#[cfg(test)]
mod tests;
