//! Signs requests, so that a partner can tell them from anybody else's (spec section 12).
//!
//! The headers are those of [Standard Webhooks](https://www.standardwebhooks.com) 1.0: `webhook-id`,
//! `webhook-timestamp` of this attempt and `webhook-signature`, over `id.timestamp.body`. Since a GET
//! has no body, `hookline-signature` signs `id.timestamp.METHOD.url.body` besides.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderName, HeaderValue};
use sha2::Sha256;

use crate::delivery::DeliveryId;
use crate::ports::sender::Request;
use crate::secret::Secret;
use crate::time::Timestamp;

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");
const WHOLE: HeaderName = HeaderName::from_static("hookline-signature");
/// What a secret starts with whose rest is the key in base64.
const ENCODED: &str = "whsec_";

/// What requests of a webhook are signed with.
#[derive(Debug, Clone)]
pub struct SigningSecret {
    secret: Secret,
    key: Key,
}

#[derive(Clone)]
struct Key(Hmac<Sha256>);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(crate::secret::MASK)
    }
}

/// A text that is no signing secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SigningSecretFault {
    /// What follows `whsec_` is not base64.
    #[error("must have base64 after {ENCODED}")]
    Base64,
    /// The key is too short to be safe, or longer than anybody's.
    #[error("must give a key of 16 to 200 bytes")]
    Length,
}

impl SigningSecret {
    /// Reads a secret: `whsec_` and the key in base64, or else the text itself as the key.
    ///
    /// # Errors
    /// When the base64 does not read, or the key is not 16 to 200 bytes long.
    pub fn parse(text: String) -> Result<Self, SigningSecretFault> {
        let bytes = match text.strip_prefix(ENCODED) {
            Some(encoded) => STANDARD.decode(encoded).map_err(|_| SigningSecretFault::Base64)?,
            None => text.as_bytes().to_vec(),
        };
        if !(16..=200).contains(&bytes.len()) {
            return Err(SigningSecretFault::Length);
        }
        let key = Hmac::new_from_slice(&bytes).map_err(|_| SigningSecretFault::Length)?;
        Ok(Self { secret: Secret::new(text), key: Key(key) })
    }

    /// The text it was read from.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// Adds the headers that sign this attempt of a delivery.
    pub fn sign(&self, request: &mut Request, delivery: &DeliveryId, at: Timestamp) {
        let id = delivery.as_str();
        let at = at.as_seconds().to_string();
        let (method, url) = (request.method.as_str(), request.url.as_str());
        let body = &request.body;
        let standard = self.signature(&[id.as_bytes(), at.as_bytes(), body]);
        let parts = [id.as_bytes(), at.as_bytes(), method.as_bytes(), url.as_bytes(), body];
        let whole = self.signature(&parts);
        for (name, text) in [(ID, id), (TIMESTAMP, &at), (SIGNATURE, &standard), (WHOLE, &whole)] {
            if let Ok(value) = HeaderValue::from_str(text) {
                request.headers.insert(name, value);
            }
        }
    }

    /// `v1,` and the HMAC-SHA256 of the parts with dots between, in base64.
    fn signature(&self, parts: &[&[u8]]) -> String {
        let Key(mut mac) = self.key.clone();
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                mac.update(b".");
            }
            mac.update(part);
        }
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// Names the delivery in its request, so that a partner can tell a repeat from another; the same on
/// every attempt, signed or not.
pub fn identify(request: &mut Request, delivery: &DeliveryId) {
    if let Ok(value) = HeaderValue::from_str(delivery.as_str()) {
        request.headers.insert(ID, value);
    }
}

/// Whether a header is one that a signature sets, so that nobody else may.
#[must_use]
pub fn is_signature_header(name: &HeaderName) -> bool {
    [ID, TIMESTAMP, SIGNATURE, WHOLE].contains(name)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use http::{HeaderMap, Method};
    use url::Url;

    use super::*;
    use crate::call::CallId;
    use crate::campaign::WebhookId;
    use crate::delivery::{DeliveryKey, ONCE};
    use crate::trigger::Trigger;

    /// The example that the Standard Webhooks libraries are tested with.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const MESSAGE: [&[u8]; 3] =
        [b"msg_p5jXN8AQM9LWM0D4loKWxJek", b"1614265330", br#"{"test": 2432232314}"#];

    fn secret(text: &str) -> Result<SigningSecret, SigningSecretFault> {
        SigningSecret::parse(text.to_owned())
    }

    #[test]
    fn the_published_example_is_signed_as_published() {
        let signature = secret(SECRET).unwrap().signature(&MESSAGE);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_get_is_signed_with_its_method_and_url() {
        let key = DeliveryKey {
            call: CallId::parse("c1").unwrap(),
            trigger: Trigger::Start,
            webhook: WebhookId::parse("crm").unwrap(),
            occurrence: ONCE.to_owned(),
        };
        let delivery = key.id();
        let mut request = Request {
            method: Method::GET,
            url: Url::parse("https://crm.example/?a=1").unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            timeout: Duration::from_secs(5),
        };
        let secret = secret(SECRET).unwrap();

        secret.sign(&mut request, &delivery, Timestamp::from_millis(1_614_265_330_900).unwrap());

        let sent = |name: &str| request.headers[name].to_str().unwrap().to_owned();
        assert_eq!(sent("webhook-id"), delivery.as_str());
        assert_eq!(sent("webhook-timestamp"), "1614265330");
        let id = delivery.as_str().as_bytes();
        assert_eq!(sent("webhook-signature"), secret.signature(&[id, b"1614265330", b""]));
        let whole: [&[u8]; 5] = [id, b"1614265330", b"GET", b"https://crm.example/?a=1", b""];
        assert_eq!(sent("hookline-signature"), secret.signature(&whole));
    }

    #[test]
    fn a_secret_is_long_enough_and_reads() {
        assert!(secret("a text of sixteen").is_ok());
        assert_eq!(secret("too short").unwrap_err(), SigningSecretFault::Length);
        assert_eq!(secret("whsec_no base64!").unwrap_err(), SigningSecretFault::Base64);
        assert!(!format!("{:?}", secret(SECRET).unwrap()).contains("MfKQ"));
    }
}
