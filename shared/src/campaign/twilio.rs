//! What a campaign needs to take its calls from Twilio.

use serde_json::{Value, json};

use super::document::{SecretsShown, shown};
use super::templates::{Surroundings, positioned};
use crate::fault::Faults;
use crate::fields::{Fields, text};
use crate::secret::Secret;
use crate::template::{Context, Template};

/// The root element of the documents that Twilio takes.
const ROOT: &str = "Response";

/// A campaign's settings for Twilio.
#[derive(Debug, Clone)]
pub struct TwilioSettings {
    /// What Twilio signs its requests with.
    pub auth_token: Secret,
    /// The account's other token, while one takes the place of the other.
    pub secondary_auth_token: Option<Secret>,
    /// What Twilio is answered when a call starts: a TwiML document, whatever the values are.
    pub twiml: Template,
    /// What Twilio is answered when it asks how a call goes on, after a dial or a recording; `None`
    /// for nothing more, upon which Twilio hangs up.
    pub after_dial: Option<Template>,
}

impl TwilioSettings {
    /// Every token that a request may be signed with.
    pub fn auth_tokens(&self) -> impl Iterator<Item = &Secret> {
        [Some(&self.auth_token), self.secondary_auth_token.as_ref()].into_iter().flatten()
    }

    pub(super) fn from_json(
        value: &Value,
        surroundings: &Surroundings<'_>,
    ) -> Result<Self, Faults> {
        let mut fields = Fields::of(value)?;
        let auth_token = fields.required("auth_token", secret);
        let secondary_auth_token = fields.optional("secondary_auth_token", secret);
        let twiml = fields.required("twiml", |value| document_template(value, surroundings));
        let after_dial =
            fields.optional("after_dial", |value| document_template(value, surroundings));
        fields.refuse_others();
        fields.finish(auth_token.zip(twiml).map(|(auth_token, twiml)| Self {
            auth_token,
            secondary_auth_token,
            twiml,
            after_dial,
        }))
    }

    pub(super) fn document(&self, secrets: SecretsShown) -> Value {
        let secondary = self.secondary_auth_token.as_ref().map(|token| shown(token, secrets));
        let mut document = json!({
            "auth_token": shown(&self.auth_token, secrets),
            "secondary_auth_token": secondary,
            "twiml": self.twiml.source(),
            "after_dial": self.after_dial.as_ref().map(Template::source),
        });
        if let Some(document) = document.as_object_mut() {
            document.retain(|_, value| !value.is_null());
        }
        document
    }
}

/// Reads a template that makes a document for Twilio.
fn document_template(value: &Value, surroundings: &Surroundings<'_>) -> Result<Template, Faults> {
    let template = surroundings.template(value, Context::Xml)?;
    template.check_xml(ROOT).map_err(|faults| positioned(&faults))?;
    Ok(template)
}

fn secret(value: &Value) -> Result<Secret, Faults> {
    text(200)(value).map(Secret::new)
}

#[cfg(test)]
mod tests {
    use super::super::{Campaign, unmask};
    use super::*;
    use crate::secret::MASK;

    fn document() -> Value {
        json!({"id": "solar", "name": "Solar", "secrets": {"salt": "s"}, "twilio": {
            "auth_token": "first", "secondary_auth_token": "second",
            "twiml": "<Response><Say>[first_name|hmac_sha256:salt]</Say></Response>",
            "after_dial": "<Response><Say>[dial_call_status]</Say></Response>"}})
    }

    #[test]
    fn it_is_read_and_written_and_its_tokens_are_masked() {
        let campaign = Campaign::from_document(&document()).unwrap();
        let plain = campaign.document(SecretsShown::Plain);
        let mut masked = campaign.document(SecretsShown::Masked);

        assert_eq!(plain["twilio"], document()["twilio"]);
        let tokens = campaign.twilio.as_ref().unwrap().auth_tokens().map(Secret::expose);
        assert_eq!(tokens.collect::<Vec<_>>(), ["first", "second"]);
        let mut wanted = document()["twilio"].clone();
        wanted["auth_token"] = json!(MASK);
        wanted["secondary_auth_token"] = json!(MASK);
        assert_eq!(masked["twilio"], wanted);
        assert!(!format!("{campaign:?}").contains("first\""));
        unmask(&mut masked, Some(&campaign)).unwrap();
        assert_eq!(masked, plain);
    }

    #[test]
    fn a_mask_needs_something_stored_behind_it() {
        let mut given = document();
        given["twilio"]["secondary_auth_token"] = json!(MASK);
        let mut stored = document();
        stored["twilio"].as_object_mut().unwrap().remove("secondary_auth_token");
        let stored = Campaign::from_document(&stored).unwrap();
        for stored in [None, Some(&stored)] {
            let faults = unmask(&mut given.clone(), stored).unwrap_err();
            let pointers: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
            assert_eq!(pointers, ["/twilio/secondary_auth_token"]);
        }
    }

    /// A sound document of that many bytes.
    fn long(bytes: usize) -> String {
        let (opening, closing) = ("<Response><Say>", "</Say></Response>");
        format!("{opening}{}{closing}", "x".repeat(bytes - opening.len() - closing.len()))
    }

    #[test]
    fn a_document_has_64_kib_at_most() {
        let mut document = document();
        document["twilio"]["twiml"] = json!(long(65_536));
        assert!(Campaign::from_document(&document).is_ok());
    }

    #[test]
    fn every_fault_is_told_with_its_pointer() {
        for (twilio, wanted) in [
            (json!("x"), vec!["/twilio"]),
            (json!({}), vec!["/twilio/auth_token", "/twilio/twiml"]),
            (
                json!({"auth_token": "", "secondary_auth_token": 1, "twiml": "<Respons/>", "x": 1}),
                vec![
                    "/twilio/auth_token",
                    "/twilio/secondary_auth_token",
                    "/twilio/twiml",
                    "/twilio/x",
                ],
            ),
            (
                json!({"auth_token": "t", "twiml": "<Response>[a|hmac_sha256:x][b|y]</Response>"}),
                vec!["/twilio/twiml"],
            ),
            (json!({"auth_token": "t", "twiml": long(65_537)}), vec!["/twilio/twiml"]),
            (
                json!({"auth_token": "t", "twiml": "<Response/>", "after_dial": "<Dial/>"}),
                vec!["/twilio/after_dial"],
            ),
        ] {
            let document = json!({"id": "solar", "name": "Solar", "twilio": twilio});
            let faults = Campaign::from_document(&document).unwrap_err();
            let pointers: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
            assert_eq!(pointers, wanted, "{twilio}");
        }
    }
}
