//! What tells two versions of a part of a campaign apart, so that a form that was made from an older
//! version of the campaign is still saved when its own part is as it was.
//!
//! Secrets count too: one that somebody replaced in between must not be lost unseen. They go in by a
//! hash that the form's own sign-in keys, so that a page gives nobody a secret to guess at.

use hookline::campaign::{Campaign, SecretsShown, WebhookId};
use hookline::secret::hmac_sha256_hex;
use serde_json::Value;

/// The fingerprint of a webhook; empty when the campaign has none of that id.
pub(super) fn of_webhook(campaign: &Campaign, id: &WebhookId, sign_in: &str) -> String {
    let document = campaign.webhook_document(id, SecretsShown::Plain);
    document.map(|document| hash(&document, sign_in)).unwrap_or_default()
}

/// The fingerprint of all that is not a webhook's.
pub(super) fn of_settings(campaign: &Campaign, sign_in: &str) -> String {
    let mut document = campaign.document(SecretsShown::Plain);
    if let Some(document) = document.as_object_mut() {
        document.retain(|name, _| name != "webhooks" && name != "version");
    }
    hash(&document, sign_in)
}

fn hash(document: &Value, sign_in: &str) -> String {
    hmac_sha256_hex(sign_in, &document.to_string())
}

#[cfg(test)]
mod tests {
    use hookline::secret::Secret;
    use serde_json::json;

    use super::*;

    fn campaign(name: &str, url: &str, secret: &str) -> Campaign {
        let document = json!({"id": "c", "name": name, "webhooks": [
            {"id": "w", "trigger": "start", "url": url, "signing_secret": secret}]});
        Campaign::from_document(&document).unwrap()
    }

    #[test]
    fn a_webhook_is_told_from_another_by_all_it_has_and_by_nothing_else() {
        let of =
            |campaign: &Campaign| of_webhook(campaign, &WebhookId::parse("w").unwrap(), "sign-in");
        let (url, secret) = ("https://a.example/", "0123456789abcdef");
        let seen = of(&campaign("Solar", url, secret));
        assert_eq!(of(&campaign("Roofs", url, secret)), seen);
        assert_ne!(of(&campaign("Solar", "https://b.example/", secret)), seen);
        assert_ne!(of(&campaign("Solar", url, "fedcba9876543210")), seen);
    }

    #[test]
    fn settings_are_told_apart_whatever_became_of_the_webhooks() {
        let of = |campaign: &Campaign| of_settings(campaign, "sign-in");
        let seen = campaign("Solar", "https://a.example/", "0123456789abcdef");
        let mut other = campaign("Solar", "https://b.example/", "0123456789abcdef");
        other.version = 9;
        assert_eq!(of(&other), of(&seen));
        other.secrets = vec![("partner".to_owned(), Secret::new("hush".to_owned()))];
        let with_secret = of(&other);
        assert_ne!(with_secret, of(&seen));
        other.secrets = vec![("partner".to_owned(), Secret::new("loud".to_owned()))];
        assert_ne!(of(&other), with_secret);
    }

    #[test]
    fn a_fingerprint_is_of_one_sign_in_and_there_is_none_of_nothing() {
        let campaign = campaign("Solar", "https://a.example/", "0123456789abcdef");
        let (webhook, other) = (WebhookId::parse("w").unwrap(), WebhookId::parse("x").unwrap());
        assert_ne!(of_webhook(&campaign, &webhook, "a"), of_webhook(&campaign, &webhook, "b"));
        assert_eq!(of_webhook(&campaign, &other, "a"), "");
    }
}
