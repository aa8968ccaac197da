//! Twilio as Hookline sees it: form bodies, signed with the account's auth token.
//!
//! Its own implementation of what Twilio publishes, so that one does not judge itself.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use url::form_urlencoded;

/// The signature of a form that is posted to a URL.
///
/// # Panics
/// Never: HMAC takes keys of any length.
#[must_use]
pub fn signature(auth_token: &str, url: &str, form: &str) -> String {
    let mut parameters: Vec<(String, String)> =
        form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    parameters.sort();
    parameters.dedup();
    let signed =
        parameters.into_iter().fold(url.to_owned(), |text, (name, value)| text + &name + &value);
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mac: Hmac<Sha1> = Hmac::new_from_slice(auth_token.as_bytes()).expect("any length is taken");
    STANDARD.encode(mac.chain_update(signed).finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_signs_as_twilio_documents_it() {
        // "Security", <https://www.twilio.com/docs/usage/security>, November 2026.
        let form = "CallSid=CA1234567890ABCDE&Caller=%2B14158675310&Digits=1234\
                    &From=%2B14158675310&To=%2B18005551212";
        let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
        assert_eq!(signature("12345", url, form), "GvWf1cFY/Q7PnoempGyD5oXAezc=");
    }
}
