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

/// A campaign's dealings with Twilio.
#[derive(Debug, Clone)]
pub struct Twilio {
    /// What Twilio signs its requests with.
    pub auth_token: Secret,
    /// The account's other token, while one takes the place of the other.
    pub secondary_auth_token: Option<Secret>,
    /// What Twilio is answered when a call starts: a TwiML document, whatever the values are.
    pub twiml: Template,
}

impl Twilio {
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
        let twiml = fields.required("twiml", |value| {
            let template = surroundings.template(value, Context::Xml)?;
            template.check_xml(ROOT).map_err(|faults| positioned(&faults))?;
            Ok(template)
        });
        fields.refuse_others();
        fields.finish(auth_token.zip(twiml).map(|(auth_token, twiml)| Self {
            auth_token,
            secondary_auth_token,
            twiml,
        }))
    }

    pub(super) fn document(&self, secrets: SecretsShown) -> Value {
        let mut document = json!({
            "auth_token": shown(&self.auth_token, secrets),
            "twiml": self.twiml.source(),
        });
        if let (Some(token), Some(document)) =
            (&self.secondary_auth_token, document.as_object_mut())
        {
            document.insert("secondary_auth_token".to_owned(), json!(shown(token, secrets)));
        }
        document
    }

    /// What is stored under a name that may be masked.
    pub(super) fn secret(&self, name: &str) -> Option<&Secret> {
        match name {
            "auth_token" => Some(&self.auth_token),
            _ => self.secondary_auth_token.as_ref(),
        }
    }
}

/// The members that hold secrets.
pub(super) const SECRETS: [&str; 2] = ["auth_token", "secondary_auth_token"];

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
            "twiml": "<Response><Say>[first_name|hmac_sha256:salt]</Say></Response>"}})
    }

    #[test]
    fn it_is_read_and_written_and_its_tokens_are_masked() {
        let campaign = Campaign::from_document(&document()).unwrap();
        let plain = campaign.document(SecretsShown::Plain);
        let mut masked = campaign.document(SecretsShown::Masked);

        assert_eq!(plain["twilio"], document()["twilio"]);
        let tokens = campaign.twilio.as_ref().unwrap().auth_tokens().map(Secret::expose);
        assert_eq!(tokens.collect::<Vec<_>>(), ["first", "second"]);
        let twiml = &document()["twilio"]["twiml"];
        let wanted = json!({"auth_token": MASK, "secondary_auth_token": MASK, "twiml": twiml});
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
            (json!({"auth_token": "t", "twiml": "x".repeat(70_000)}), vec!["/twilio/twiml"]),
        ] {
            let document = json!({"id": "solar", "name": "Solar", "twilio": twilio});
            let faults = Campaign::from_document(&document).unwrap_err();
            let pointers: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
            assert_eq!(pointers, wanted, "{twilio}");
        }
    }
}
