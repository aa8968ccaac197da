//! Twilio's signature: the base64 of an HMAC-SHA-1, under the account's auth token, of the address
//! that Twilio asked and of every parameter of the form.
//!
//! What is signed is the address as it stands in Twilio's settings, followed by each parameter's name
//! and value, sorted by name. As Twilio's own libraries do: several values of one name are sorted and
//! repeats are left out, and since Twilio itself has not always agreed on whether a standard port
//! belongs to the address, it is good with its port and without. `@` and `:` in a query are signed as
//! they stand in the settings and sent percent-encoded (twilio-node, pull request 621), so a query is
//! good either way. What stands behind a `#` is for Twilio alone: it is not sent, and the
//! middleware of its library for Node checks the address as it was sent, without one.
//! Sources: "Security", <https://www.twilio.com/docs/usage/security>, and the validators of Twilio's
//! helper libraries for Node and Python, all as of November 2026.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use hookline::secret::{Secret, equal};
use sha1::Sha1;

use super::form::Form;

/// Whether a request to one of the addresses with this form was signed with one of the tokens.
pub(super) fn is_good<'t>(
    signature: &str,
    urls: &[String],
    form: &Form,
    tokens: impl Iterator<Item = &'t Secret>,
) -> bool {
    let parameters: BTreeSet<(&str, &str)> = form.pairs().collect();
    let parameters: String =
        parameters.into_iter().flat_map(|(name, value)| [name, value]).collect();
    let spelled = urls.iter().flat_map(|url| spellings(url));
    let texts: Vec<String> = spelled.map(|url| format!("{url}{parameters}")).collect();
    let of_token = |token: &'t Secret| texts.iter().map(move |text| signed(token.expose(), text));
    let expected: Vec<String> = tokens.flat_map(of_token).collect();
    // Every one is looked at: how long it takes tells nothing.
    expected.iter().fold(false, |good, expected| equal(signature, expected) | good)
}

/// The HMAC-SHA-1 of a text under a key (RFC 2104) in base64.
#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn signed(key: &str, text: &str) -> String {
    let mac: Hmac<Sha1> = Hmac::new_from_slice(key.as_bytes()).expect("any length is taken");
    STANDARD.encode(mac.chain_update(text).finalize().into_bytes())
}

/// The address with its port, the standard one when it names none, and without; each with its query
/// as it came and with `@` and `:` in it as they are.
fn spellings(url: &str) -> [String; 4] {
    let (place, query) = url.find('?').map_or((url, ""), |at| url.split_at(at));
    let plain = query.replace("%40", "@").replace("%3A", ":").replace("%3a", ":");
    let [without, with] = ports(place);
    [
        format!("{without}{query}"),
        format!("{with}{query}"),
        format!("{without}{plain}"),
        format!("{with}{plain}"),
    ]
}

fn ports(url: &str) -> [String; 2] {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let is_port = |port: &&str| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    let host_and_port = authority.rsplit_once(':').filter(|(_, port)| is_port(port));
    let host = host_and_port.map_or(authority, |(host, _)| host);
    let standard = if scheme == "http" { "80" } else { "443" };
    let port = host_and_port.map_or(standard, |(_, port)| port);
    [format!("{scheme}://{host}{path}"), format!("{scheme}://{host}:{port}{path}")]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The request of Twilio's documentation and of its libraries' tests.
    const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
    const TOKEN: &str = "12345";

    fn is_signed(signature: &str, url: &str, form: &str) -> bool {
        let tokens = [Secret::new("other".to_owned()), Secret::new(TOKEN.to_owned())];
        is_good(signature, &[url.to_owned()], &Form::parse(form.as_bytes()), tokens.iter())
    }

    fn form(number: &str) -> String {
        format!(
            "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B{number}&To=%2B18005551212&Caller=%2B{number}"
        )
    }

    #[test]
    fn requests_are_signed_as_twilio_publishes() {
        // The documentation's example ("Security", November 2026).
        assert!(is_signed("GvWf1cFY/Q7PnoempGyD5oXAezc=", URL, &form("14158675310")));
        // twilio-python, tests/unit/test_request_validator.py at 30368b08, and twilio-node's alike.
        let library = form("14158675309");
        let with_port = URL.replace(".com", ".com:1234");
        let http = URL.replace("https", "http");
        let hash = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
        let with_hash = format!("{URL}&bodySHA256={hash}");
        let repeated = "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234";
        for (signature, url, form) in [
            ("RSOYDt4T1cUTdK1PDd93/VVr8B8=", URL, library.as_str()),
            ("RSOYDt4T1cUTdK1PDd93/VVr8B8=", &with_port, &library),
            ("Zmvh+3yNM1Phv2jhDCwEM3q5ebU=", &with_port.replace("https", "http"), &library),
            ("kvajT1Ptam85bY51eRf/AJRuM3w=", URL, &library),
            ("0ZXoZLH/DfblKGATFgpif+LLRf4=", &http, &library),
            ("IK+Dwps556ElfBT0I3Rgjkr1wJU=", URL, repeated),
            ("a9nBmqA0ju/hNViExpshrM61xv4=", &with_hash, ""),
        ] {
            assert!(is_signed(signature, url, form), "{signature} {url}");
        }
    }

    #[test]
    fn each_of_the_addresses_may_be_the_signed_one() {
        let (signature, library) = ("RSOYDt4T1cUTdK1PDd93/VVr8B8=", form("14158675309"));
        let is_signed = |urls: &[&str]| {
            let urls: Vec<String> = urls.iter().copied().map(str::to_owned).collect();
            let tokens = [Secret::new(TOKEN.to_owned())];
            is_good(signature, &urls, &Form::parse(library.as_bytes()), tokens.iter())
        };
        let other = "https://front.example/myapp.php?foo=1&bar=2";
        assert!(is_signed(&[URL, other]) && is_signed(&[other, URL]));
        assert!(!is_signed(&[other]) && !is_signed(&[]));
    }

    #[test]
    fn whatever_differs_is_not_signed() {
        let (good, library) = ("RSOYDt4T1cUTdK1PDd93/VVr8B8=", form("14158675309"));
        for (signature, url, form) in [
            ("", URL, library.as_str()),
            ("RSOYDt4T1cUTdK1PDd93/VVr8B8", URL, &library),
            (good, &URL.replace("https", "http"), &library),
            (good, &URL.replace("bar=2", "bar=3"), &library),
            (good, &URL.replace("?foo=1&bar=2", ""), &library),
            (good, URL, &format!("{library}&More=1")),
            (good, URL, &library.replace("1234&", "1235&")),
            (good, URL, ""),
        ] {
            assert!(!is_signed(signature, url, form), "{signature} {url} {form}");
        }
    }

    #[test]
    fn texts_are_signed_as_published() {
        // RFC 2202, test case 2: effcdf6ae5eb2fa2d27416d5f184df9c259a7c79.
        assert_eq!(signed("Jefe", "what do ya want for nothing?"), "7/zfauXrL6LSdBbV8YTfnCWafHk=");
    }

    #[test]
    fn an_address_is_spelled_with_its_port_and_without() {
        for (url, wanted) in [
            ("http://[::1]:8787/a:1", ["http://[::1]/a:1", "http://[::1]:8787/a:1"]),
            ("https://a.example", ["https://a.example", "https://a.example:443"]),
            ("https://a.example?x=:/1", ["https://a.example?x=:/1", "https://a.example:443?x=:/1"]),
        ] {
            let [without, with] = wanted;
            assert_eq!(spellings(url), [without, with, without, with]);
        }
    }

    #[test]
    fn a_query_is_good_as_it_was_sent_and_as_it_stands_in_the_settings() {
        let wanted = [
            "https://a.example/%40?x=sip%3Ab%40c%20d",
            "https://a.example:443/%40?x=sip%3Ab%40c%20d",
            "https://a.example/%40?x=sip:b@c%20d",
            "https://a.example:443/%40?x=sip:b@c%20d",
        ];
        assert_eq!(spellings(wanted[0]), wanted);
    }
}
