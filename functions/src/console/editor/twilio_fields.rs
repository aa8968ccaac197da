//! The part of a campaign's settings that is about Twilio.

use hookline::secret::MASK;
use serde_json::{Map, Value, json};

use super::super::field_faults::FieldFaults;
use super::super::form::Filled;
use super::typed::shown;
use super::webhook_form::TYPE_AGAIN;

/// What a campaign takes calls from Twilio with; all empty when it takes none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TwilioFields {
    pub(super) auth_token: String,
    pub(super) secondary_auth_token: String,
    pub(super) twiml: String,
    pub(super) after_dial: String,
}

/// Its fields by the members of the document that they are.
const FIELDS: [(&str, &str); 4] = [
    ("auth_token", "twilio_auth_token"),
    ("secondary_auth_token", "twilio_secondary_auth_token"),
    ("twiml", "twilio_twiml"),
    ("after_dial", "twilio_after_dial"),
];

impl TwilioFields {
    /// Reads what was posted.
    pub(super) fn of_typed(typed: &Filled) -> Self {
        Self {
            auth_token: typed.one("twilio_auth_token"),
            secondary_auth_token: typed.one("twilio_secondary_auth_token"),
            twiml: typed.whole("twilio_twiml"),
            after_dial: typed.whole("twilio_after_dial"),
        }
    }

    /// Shows what a campaign's document has, its tokens masked.
    pub(super) fn of_document(document: &Value) -> Self {
        let twilio = document.get("twilio").unwrap_or(&Value::Null);
        Self {
            auth_token: shown(twilio, "auth_token"),
            secondary_auth_token: shown(twilio, "secondary_auth_token"),
            twiml: shown(twilio, "twiml"),
            after_dial: shown(twilio, "after_dial"),
        }
    }

    /// Whether the campaign takes no calls from Twilio.
    pub(super) fn is_blank(&self) -> bool {
        self.values().iter().all(|(_, value)| value.trim().is_empty())
    }

    /// What stands in the campaign's document; nothing when all fields are empty.
    pub(super) fn document(&self) -> Option<Value> {
        let said = self.values().into_iter().filter(|(_, value)| !value.trim().is_empty());
        let said: Map<String, Value> =
            said.map(|(name, value)| (name.to_owned(), json!(value))).collect();
        (!said.is_empty()).then_some(Value::Object(said))
    }

    /// The field of a member of the document.
    pub(super) fn field_of(member: &str) -> Option<String> {
        let (_, field) = FIELDS.iter().find(|(name, _)| *name == member)?;
        Some((*field).to_owned())
    }

    /// Takes out tokens that were typed, and says so at their fields. Whoever overlooks it keeps what is
    /// stored.
    pub(super) fn hide_secrets(&mut self, placed: &mut FieldFaults) {
        let tokens = [
            ("twilio_auth_token", &mut self.auth_token),
            ("twilio_secondary_auth_token", &mut self.secondary_auth_token),
        ];
        for (field, token) in tokens {
            if !token.is_empty() && token != MASK {
                MASK.clone_into(token);
                placed.add(field, TYPE_AGAIN);
            }
        }
    }

    fn values(&self) -> [(&'static str, &str); 4] {
        [
            ("auth_token", &self.auth_token),
            ("secondary_auth_token", &self.secondary_auth_token),
            ("twiml", &self.twiml),
            ("after_dial", &self.after_dial),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(fields: &[(&str, &str)]) -> TwilioFields {
        TwilioFields::of_typed(&Filled::of(fields))
    }

    #[test]
    fn what_is_typed_is_the_document_and_comes_back() {
        let fields = typed(&[
            ("twilio_auth_token", MASK),
            ("twilio_twiml", "<Response/>"),
            ("twilio_after_dial", "<Response> </Response>"),
        ]);
        let document = json!({"auth_token": MASK, "twiml": "<Response/>",
            "after_dial": "<Response> </Response>"});
        assert_eq!(fields.document(), Some(document.clone()));
        assert_eq!(TwilioFields::of_document(&json!({"twilio": document})), fields);
        assert_eq!(typed(&[]).document(), None);
        assert!(typed(&[]).is_blank() && !fields.is_blank());
    }

    #[test]
    fn a_token_that_was_typed_is_not_sent_back() {
        let mut fields =
            typed(&[("twilio_auth_token", MASK), ("twilio_secondary_auth_token", "the next one")]);
        let mut placed = FieldFaults::default();
        fields.hide_secrets(&mut placed);
        let tokens = (fields.auth_token.as_str(), fields.secondary_auth_token.as_str());
        assert_eq!(tokens, (MASK, MASK));
        assert_eq!(placed.at("twilio_secondary_auth_token"), [TYPE_AGAIN]);
        assert_eq!(placed.count(), 1);
    }

    #[test]
    fn faults_stand_at_its_fields() {
        assert_eq!(TwilioFields::field_of("twiml").as_deref(), Some("twilio_twiml"));
        assert_eq!(TwilioFields::field_of("other"), None);
    }
}
