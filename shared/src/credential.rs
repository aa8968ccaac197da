//! What others send that lets somebody in, told by its name and by its looks.
//!
//! A name is read word by word, so that `keyword`, `author` and `passenger` are what they are. Where
//! a word may mean either, rather one too many is hidden than one too few.

mod masking;

pub use masking::{masked, masked_text};
pub(crate) use masking::{may_be_named_by_another, may_name_another};

/// Words of which each makes a name that of a credential, in the singular.
const WORDS: [&str; 31] = [
    "auth",
    "authentication",
    "authorization",
    "bearer",
    "cookie",
    "credential",
    "csrf",
    "cvc",
    "cvv",
    "hmac",
    "jwt",
    "key",
    "mfa",
    "oauth",
    "otp",
    "pass",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "pin",
    "psw",
    "pwd",
    "secret",
    "session",
    "sig",
    "signature",
    "token",
    "totp",
    "xauth",
    "xsrf",
];

/// What words end with that are written together out of several, such as `apikey` and `authtoken`.
const ENDINGS: [&str; 18] = [
    "accesskey",
    "apikey",
    "authkey",
    "callkey",
    "cookie",
    "credential",
    "passwd",
    "password",
    "postbackkey",
    "privatekey",
    "secret",
    "secretkey",
    "sessid",
    "sessionid",
    "sessionkey",
    "signature",
    "signingkey",
    "token",
];

/// Words that a key has before it which opens nothing.
const BEFORE_OPEN_KEYS: [&str; 6] =
    ["foreign", "idempotency", "partition", "pressed", "primary", "sort"];
/// Words that `key` has after it where it is one of a telephone, or part of another word.
const AFTER_OPEN_KEYS: [&str; 4] = ["pad", "press", "pressed", "word"];

/// Names of headers that prove a message and open nothing by themselves.
const OPEN: [&str; 2] = ["hookline-signature", "webhook-signature"];

/// Whether a value goes by the name of a credential, in any case.
#[must_use]
pub fn names_credential(name: &str) -> bool {
    if OPEN.iter().any(|open| name.eq_ignore_ascii_case(open)) {
        return false;
    }
    let words = words(name);
    words.iter().enumerate().any(|(index, word)| {
        let is_among = |others: &[&str], place: Option<usize>| {
            let other = place.and_then(|place| words.get(place));
            other.is_some_and(|other| others.contains(&other.as_str()))
        };
        let is_open_key = is_among(&BEFORE_OPEN_KEYS, index.checked_sub(1))
            || is_among(&AFTER_OPEN_KEYS, index.checked_add(1));
        let singular = word.strip_suffix('s').unwrap_or(word);
        [word.as_str(), singular].into_iter().any(|word| match word {
            "key" => !is_open_key,
            _ => WORDS.contains(&word) || ENDINGS.iter().any(|ending| word.ends_with(ending)),
        })
    })
}

/// The words of a name in lower case: what stands between other characters than letters and digits,
/// and what camel case sets apart; digits at a word's end are no part of it.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = None;
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let after_capital = before.is_some_and(char::is_uppercase);
        let ends_capitals = after_capital && letters.peek().is_some_and(|next| next.is_lowercase());
        let begins = letter.is_uppercase() && (!after_capital || ends_capitals);
        if begins || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        before = Some(letter);
    }
    let bare = words.iter().map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()));
    bare.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_known_by_a_word_of_their_names() {
        for name in [
            "apikey",
            "APIKEY",
            "apiKey",
            "APIKey",
            "api_key",
            "api-key",
            "x-api-key",
            "xApiKey",
            "key",
            "keys",
            "key1",
            "call_key",
            "callKey",
            "accessKeyId",
            "signing.key",
            "KEY_2",
            "auth",
            "authToken",
            "authtoken",
            "AUTHTOKEN",
            "Authorization",
            "proxy-authorization",
            "access_token",
            "accesstoken",
            "csrfToken",
            "token",
            "tokens",
            "StirPassportToken",
            "X-Amz-Security-Token",
            "secret",
            "secretKey",
            "secretkey",
            "client_secret",
            "clientsecret",
            "clientSecrets",
            "password",
            "Password2",
            "userpassword",
            "passwd",
            "pwd",
            "pass",
            "PASS",
            "passphrase",
            "passcode",
            "credentials",
            "X-Amz-Credential",
            "cookie",
            "Set-Cookie",
            "session",
            "php-session-id",
            "PHPSESSID",
            "JSESSIONID",
            "jwt",
            "idJwt",
            "bearer",
            "signature",
            "x-twilio-signature",
            "X-Amz-Signature",
            "sig",
            "pin",
            "account_pin",
            "accountPin",
            "otp",
            "cvv",
            "cvv2",
            "cvc",
            "oauth2",
            "headers[authorization]",
            "xsrf",
            "hmac",
        ] {
            assert!(names_credential(name), "{name}");
        }
    }

    #[test]
    fn names_that_have_such_words_within_others_are_of_business_data() {
        for name in [
            "",
            "_",
            "keyword",
            "utm_keyword",
            "utmKeyword",
            "keyWord",
            "keypress",
            "keyPress",
            "key_pressed",
            "pressed_key",
            "keypad",
            "monkey",
            "turkey",
            "author",
            "authored_by",
            "authority",
            "passenger",
            "passengers",
            "passed",
            "bypass",
            "compass",
            "passport",
            "partitionkey",
            "partition_key",
            "partitionKey",
            "idempotency-key",
            "primary_key",
            "secretary",
            "tokenized",
            "spin",
            "pinned",
            "opinion",
            "shipping",
            "sign",
            "signal",
            "design",
            "assigned",
            "webhook-signature",
            "Hookline-Signature",
            "obsession",
            "content-type",
            "location",
            "date",
            "AccountSid",
            "CallSid",
        ] {
            assert!(!names_credential(name), "{name}");
        }
    }
}
