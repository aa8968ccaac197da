//! The forms that make keys: what was typed into them, as the documents that the API takes, and what
//! is wrong with it at the fields that people see.

use hookline::fault::Faults;
use hookline::key::Scope;
use serde_json::{Map, Value, json};

use super::field_faults::{FieldFaults, segments};
use super::form::Filled;

/// The most hours that data may wait for a call: ten years of them.
const MAX_HOURS: i64 = 87_600;
/// The most minutes that a call may be written to after its end: ten years of them.
const MAX_MINUTES: i64 = MAX_HOURS * 60;

/// The form for an API key.
#[derive(Debug)]
pub(super) struct KeyForm {
    pub(super) name: String,
    pub(super) scope: String,
    pub(super) faults: FieldFaults,
}

/// Somebody who has just set Hookline up has a platform to connect.
impl Default for KeyForm {
    fn default() -> Self {
        let scope = Scope::Calls.as_str().to_owned();
        Self { name: String::new(), scope, faults: FieldFaults::default() }
    }
}

impl KeyForm {
    /// Reads what was posted.
    pub(super) fn of_typed(fields: &Filled) -> Self {
        let [name, scope] = ["name", "scope"].map(|name| fields.text(name).to_owned());
        Self { name, scope, faults: FieldFaults::default() }
    }

    /// What is asked for; what is left empty is left out.
    pub(super) fn document(&self) -> Value {
        said([("name", &self.name), ("scope", &self.scope)]).into()
    }

    /// The same form with what is wrong with its document.
    pub(super) fn refused(mut self, faults: &Faults) -> Self {
        place(faults, &mut self.faults, |name| name);
        self
    }
}

/// The form for a postback key.
#[derive(Debug, Default)]
pub(super) struct PostbackKeyForm {
    pub(super) name: String,
    pub(super) tag_prefix: String,
    pub(super) storage_hours: String,
    pub(super) cutoff_minutes: String,
    pub(super) faults: FieldFaults,
}

impl PostbackKeyForm {
    /// Reads what was posted. Hours and minutes are judged here, so that nobody who typed them is told
    /// of seconds.
    pub(super) fn of_typed(fields: &Filled) -> Self {
        let names = ["name", "tag_prefix", "storage_hours", "cutoff_minutes"];
        let [name, tag_prefix, storage_hours, cutoff_minutes] =
            names.map(|name| fields.text(name).to_owned());
        let mut faults = FieldFaults::default();
        let limits = [
            ("storage_hours", &storage_hours, 1, MAX_HOURS),
            ("cutoff_minutes", &cutoff_minutes, 0, MAX_MINUTES),
        ];
        for (name, text, least, most) in limits {
            let fits = text.parse().is_ok_and(|number: i64| (least..=most).contains(&number));
            if !text.is_empty() && !fits {
                faults.add(name, format!("must be a whole number from {least} to {most}"));
            }
        }
        Self { name, tag_prefix, storage_hours, cutoff_minutes, faults }
    }

    /// What is asked for, in seconds; what is left empty or is no such number is left out.
    pub(super) fn document(&self) -> Value {
        let mut document = said([("name", &self.name), ("tag_prefix", &self.tag_prefix)]);
        let spans = [
            ("storage_seconds", "storage_hours", &self.storage_hours, 3600),
            ("cutoff_seconds", "cutoff_minutes", &self.cutoff_minutes, 60),
        ];
        for (name, field, text, unit) in spans {
            let number = text.parse::<i64>().ok().filter(|_| !self.faults.has(field));
            if let Some(seconds) = number.and_then(|number| number.checked_mul(unit)) {
                document.insert(name.to_owned(), json!(seconds));
            }
        }
        document.into()
    }

    /// The same form with what is wrong with its document.
    pub(super) fn refused(mut self, faults: &Faults) -> Self {
        place(faults, &mut self.faults, |name| match name {
            "storage_seconds" => "storage_hours",
            "cutoff_seconds" => "cutoff_minutes",
            other => other,
        });
        self
    }
}

fn said<const N: usize>(fields: [(&str, &String); N]) -> Map<String, Value> {
    let said = fields.into_iter().filter(|(_, text)| !text.is_empty());
    said.map(|(name, text)| (name.to_owned(), json!(text))).collect()
}

fn place(faults: &Faults, at: &mut FieldFaults, field: impl Fn(&str) -> &str) {
    for fault in faults.iter() {
        let names = segments(&fault.pointer);
        at.add(names.first().map_or("", |name| field(name)), &fault.detail);
    }
}

#[cfg(test)]
mod tests {
    use hookline::campaign::CampaignId;
    use hookline::use_cases::{KeyRequest, PostbackKeyRequest};

    use super::*;

    fn postback(form: &[u8]) -> PostbackKeyForm {
        PostbackKeyForm::of_typed(&Filled::parse(form))
    }

    fn refused(form: PostbackKeyForm) -> PostbackKeyForm {
        let campaign = CampaignId::parse("solar").unwrap();
        match PostbackKeyRequest::from_json(campaign, &form.document()) {
            Ok(_) => form,
            Err(faults) => form.refused(&faults),
        }
    }

    #[test]
    fn hours_and_minutes_become_seconds_and_what_is_empty_is_left_out() {
        let empty = postback(b"name=&tag_prefix=&storage_hours=&cutoff_minutes=");
        assert_eq!(empty.document(), json!({}));
        let full = postback(b"name=CRM&tag_prefix=crm_&storage_hours=2&cutoff_minutes=0");
        assert_eq!(
            full.document(),
            json!({"name": "CRM", "tag_prefix": "crm_", "storage_seconds": 7200, "cutoff_seconds": 0})
        );
        assert!(refused(full).faults.is_empty());
    }

    #[test]
    fn what_is_wrong_stands_at_the_field_in_its_own_unit_and_what_was_typed_stays() {
        let form = refused(postback(b"name=CRM&tag_prefix=a/b&storage_hours=0&cutoff_minutes=ten"));
        assert_eq!(form.faults.at("storage_hours"), ["must be a whole number from 1 to 87600"]);
        assert_eq!(form.faults.at("cutoff_minutes"), ["must be a whole number from 0 to 5256000"]);
        assert_eq!((form.faults.at("tag_prefix").len(), form.faults.count()), (1, 3));
        let typed = [&form.name, &form.tag_prefix, &form.storage_hours, &form.cutoff_minutes];
        assert_eq!(typed, ["CRM", "a/b", "0", "ten"]);
    }

    #[test]
    fn the_longest_spans_are_those_of_the_api() {
        let form = |hours, minutes| {
            let form = format!("storage_hours={hours}&cutoff_minutes={minutes}");
            refused(postback(form.as_bytes()))
        };
        assert!(form(MAX_HOURS, MAX_MINUTES).faults.is_empty());
        assert_eq!(form(MAX_HOURS + 1, MAX_MINUTES + 1).faults.count(), 2);
    }

    #[test]
    fn a_scope_that_is_none_is_refused_at_its_field() {
        let form = KeyForm::of_typed(&Filled::parse(b"name=&scope=all"));
        let faults = KeyRequest::from_json(&form.document()).unwrap_err();
        let form = form.refused(&faults);
        assert_eq!(form.faults.at("scope"), ["must be calls or admin"]);
        assert!(KeyRequest::from_json(&KeyForm::default().document()).is_ok());
    }
}
