//! The call that a preview or a test fire is made for: one that was kept, or one made up from a few
//! fields of the form.

use std::collections::BTreeMap;

use hookline::fault::Faults;
use serde_json::{Map, Value, json};

use super::super::field_faults::{FieldFaults, segments};
use super::super::form::Filled;
use super::typed::lines;

/// The fields that say which call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct CallForm {
    /// A kept call; empty for one that is made up.
    pub(super) call_id: String,
    pub(super) caller_number: String,
    pub(super) called_number: String,
    /// Tags, `key: value` one a line.
    pub(super) tags: String,
    pub(super) buyer_id: String,
    pub(super) buyer_name: String,
}

impl CallForm {
    /// Reads what was posted.
    pub(super) fn of_typed(typed: &Filled) -> Self {
        Self {
            call_id: typed.one("call_id"),
            caller_number: typed.one("call_caller_number"),
            called_number: typed.one("call_called_number"),
            tags: typed.whole("call_tags"),
            buyer_id: typed.one("call_buyer_id"),
            buyer_name: typed.one("call_buyer_name"),
        }
    }

    /// The made-up call as JSON; fields left empty are left out.
    pub(super) fn document(&self) -> Value {
        let mut tags: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for line in lines(&self.tags) {
            let (key, value) = line.split_once(':').unwrap_or((line, ""));
            tags.entry(key.trim()).or_default().push(value.trim());
        }
        let said = |fields: [(&str, &String); 2]| {
            let said = fields.into_iter().filter(|(_, text)| !text.is_empty());
            said.map(|(name, text)| (name.to_owned(), json!(text))).collect::<Map<_, _>>()
        };
        let mut document =
            said([("caller_number", &self.caller_number), ("called_number", &self.called_number)]);
        if !tags.is_empty() {
            document.insert("tags".to_owned(), json!(tags));
        }
        let buyer = said([("id", &self.buyer_id), ("name", &self.buyer_name)]);
        if !buyer.is_empty() {
            document.insert("buyer".to_owned(), Value::Object(buyer));
        }
        Value::Object(document)
    }

    /// Faults of the made-up call at their fields.
    pub(super) fn placed(faults: &Faults) -> FieldFaults {
        let mut placed = FieldFaults::default();
        for fault in faults.iter() {
            let path = segments(&fault.pointer);
            let names: Vec<&str> = path.iter().map(String::as_str).collect();
            match names.as_slice() {
                ["tags", key, ..] => placed.add("call_tags", format!("{key}: {}", fault.detail)),
                ["tags"] => placed.add("call_tags", &fault.detail),
                ["buyer", "name", ..] => placed.add("call_buyer_name", &fault.detail),
                ["buyer", ..] => placed.add("call_buyer_id", &fault.detail),
                [name @ ("caller_number" | "called_number")] => {
                    placed.add(format!("call_{name}"), &fault.detail);
                }
                _ => placed.add("call_id", &fault.detail),
            }
        }
        placed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_made_up_from_what_was_typed() {
        let form = CallForm {
            caller_number: "+12125550123".to_owned(),
            tags: "sub_id: spring\n\nplan: gold\nplan: a:b \n".to_owned(),
            buyer_name: "Ann".to_owned(),
            ..CallForm::default()
        };
        let expected = json!({"caller_number": "+12125550123", "buyer": {"name": "Ann"},
            "tags": {"sub_id": ["spring"], "plan": ["gold", "a:b"]}});
        assert_eq!(form.document(), expected);
        assert_eq!(CallForm::default().document(), json!({}));
    }

    #[test]
    fn faults_of_a_call_stand_at_its_fields() {
        let mut faults = Faults::at("caller_number", "no number");
        faults.push("/tags/plan/0", "too long");
        faults.push("/buyer", "must have an id");
        let placed = CallForm::placed(&faults);
        assert_eq!(placed.at("call_caller_number"), ["no number"]);
        assert_eq!(placed.at("call_tags"), ["plan: too long"]);
        assert_eq!(placed.at("call_buyer_id"), ["must have an id"]);
    }
}
