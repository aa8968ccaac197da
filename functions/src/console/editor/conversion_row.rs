//! One conversion entry as a row of the campaign's form.
//!
//! Conditions stand one a line as text, `geo:us-ny`; what text cannot say stands as JSON, in a line
//! that begins with a brace.

use serde_json::{Map, Value, json};

use super::super::form::Filled;
use super::typed::{lines, number, shown};

/// One conversion entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ConversionRow {
    /// Conditions, one a line.
    pub(super) matches: String,
    /// `seconds` or `postback`.
    pub(super) criterion: String,
    pub(super) seconds: String,
    pub(super) postback_timeout: String,
    pub(super) revenue: String,
    pub(super) payout: String,
    pub(super) dedupe_seconds: String,
}

impl ConversionRow {
    /// The rows that were posted.
    pub(super) fn of_typed(typed: &Filled) -> Vec<Self> {
        let names = [
            "conversion_matches",
            "conversion_criterion",
            "conversion_seconds",
            "conversion_postback_timeout",
            "conversion_revenue",
            "conversion_payout",
            "conversion_dedupe_seconds",
        ];
        let row = |cells: [String; 7]| {
            let [matches, criterion, seconds, postback_timeout, revenue, payout, dedupe_seconds] =
                cells.map(|cell| cell.trim().to_owned());
            Self { matches, criterion, seconds, postback_timeout, revenue, payout, dedupe_seconds }
        };
        typed.rows(names).into_iter().map(row).collect()
    }

    /// Shows an entry of a campaign's document.
    pub(super) fn of_entry(entry: &Value) -> Self {
        let conditions = entry.get("matches").and_then(Value::as_array).into_iter().flatten();
        let line = |condition: &Value| match condition {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let posts = entry.get("postback") == Some(&Value::Bool(true));
        Self {
            matches: conditions.map(line).collect::<Vec<_>>().join("\n"),
            criterion: if posts { "postback" } else { "seconds" }.to_owned(),
            seconds: shown(entry, "seconds"),
            postback_timeout: shown(entry, "postback_timeout"),
            revenue: shown(entry, "revenue"),
            payout: shown(entry, "payout"),
            dedupe_seconds: shown(entry, "dedupe_seconds"),
        }
    }

    /// Whether somebody left this row alone.
    pub(super) fn is_blank(&self) -> bool {
        !self.posts() && Self { criterion: String::new(), ..self.clone() } == Self::default()
    }

    /// Whether a postback is what converts.
    pub(super) fn posts(&self) -> bool {
        self.criterion == "postback"
    }

    /// The entry that the row says; of seconds and timeout the one that its criterion needs.
    pub(super) fn entry(&self) -> Value {
        let condition = |line: &str| match serde_json::from_str(line) {
            Ok(object) if line.starts_with('{') => object,
            _ => json!(line),
        };
        let mut entry = Map::new();
        let mut put = |name: &str, value: Value| {
            entry.insert(name.to_owned(), value);
        };
        put("matches", lines(&self.matches).map(condition).collect());
        let span = if self.posts() {
            put("postback", json!(true));
            ("postback_timeout", &self.postback_timeout)
        } else {
            ("seconds", &self.seconds)
        };
        for (name, text) in [span, ("dedupe_seconds", &self.dedupe_seconds)] {
            if !text.is_empty() {
                put(name, number(text));
            }
        }
        for (name, text) in [("revenue", &self.revenue), ("payout", &self.payout)] {
            if !text.is_empty() {
                put(name, json!(text));
            }
        }
        Value::Object(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_comes_back_from_its_row() {
        let entries = [
            json!({"matches": ["geo:us-ny", {"key": "a", "op": "!=", "values": ["x", "y, z"]}],
                "seconds": 90, "revenue": "30.00", "payout": "0", "dedupe_seconds": 86400}),
            json!({"matches": [], "postback": true, "postback_timeout": 600}),
        ];
        for entry in entries {
            assert_eq!(ConversionRow::of_entry(&entry).entry(), entry);
        }
    }

    #[test]
    fn a_row_left_alone_is_no_entry_and_one_for_a_postback_is() {
        let row = |criterion: &str| ConversionRow {
            criterion: criterion.to_owned(),
            ..ConversionRow::default()
        };
        assert!(row("seconds").is_blank());
        assert!(!row("postback").is_blank());
    }

    #[test]
    fn what_does_not_read_is_left_for_the_campaign_to_judge() {
        let row = ConversionRow {
            matches: "{\"key\": broken\ngeo".to_owned(),
            seconds: "ninety".to_owned(),
            ..ConversionRow::default()
        };
        let said = json!({"matches": ["{\"key\": broken", "geo"], "seconds": "ninety"});
        assert_eq!(row.entry(), said);
    }
}
