//! The TwiML that a campaign answers a call with.
//!
//! Where partners have said more than Twilio would take, it is made without: a caller is better
//! served by defaults than not at all. First tags that weigh much go, then all that partners said,
//! at last everything.

use std::borrow::Cow;

use hookline::call::{Call, CallFacts, Source};
use hookline::campaign::Campaign;
use hookline::facts::Facts;
use hookline::template::{Template, Values};
use hookline::time::Timestamp;

use crate::problem::Problem;

/// The largest document that Twilio takes, in bytes (error 11750 of its reference).
const MAX_BYTES: usize = 64 * 1024;
/// The most bytes that the values of one token may have together once a document was too large.
const MAX_TOKEN_BYTES: usize = 1024;
/// The token that says how a dial ended.
const DIAL_CALL_STATUS: &str = "dial_call_status";

/// A document that says nothing: Twilio does no more, and hangs up.
pub(super) const EMPTY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>";

/// What a document is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    /// The call, when anything is kept of it.
    pub(super) call: Option<&'a Call>,
    /// Its campaign.
    pub(super) campaign: &'a Campaign,
    /// How the dial ended that the document comes after.
    pub(super) dial_call_status: Option<&'a str>,
    /// Now.
    pub(super) now: Timestamp,
}

/// How much of it is put in.
#[derive(Debug, Clone, Copy)]
enum Share {
    /// All of it.
    Whole,
    /// All but tokens whose values weigh much.
    Light,
    /// Of those, what the call is and what the platform and the campaign said.
    Own,
    /// Nothing, so that every token has its default.
    Nothing,
}

struct Shared<'a>(Known<'a>, Share);

impl Values for Shared<'_> {
    fn values(&self, name: &str) -> Vec<Cow<'_, str>> {
        let Self(known, share) = self;
        let values = known.values(name);
        let is_light = || values.iter().map(|value| value.len()).sum::<usize>() <= MAX_TOKEN_BYTES;
        match share {
            Share::Whole => values,
            Share::Light if is_light() => values,
            Share::Own if is_light() => {
                values.into_iter().filter(|value| !known.is_partners(name, value)).collect()
            }
            Share::Light | Share::Own | Share::Nothing => Vec::new(),
        }
    }

    fn secret(&self, name: &str) -> Option<Cow<'_, str>> {
        self.0.campaign.secret(name).map(|secret| secret.expose().into())
    }
}

impl<'a> Known<'a> {
    fn values(&self, name: &str) -> Vec<Cow<'a, str>> {
        match (self.dial_call_status, self.call) {
            (Some(""), _) if name == DIAL_CALL_STATUS => Vec::new(),
            (Some(status), _) if name == DIAL_CALL_STATUS => vec![status.into()],
            (_, Some(call)) => {
                let facts = CallFacts::of(call, self.campaign, self.now);
                let owned = |value: Cow<'_, str>| Cow::Owned(value.into_owned());
                Facts::values(&facts, name).into_iter().map(owned).collect()
            }
            (_, None) => Vec::new(),
        }
    }

    /// Whether a value is that of a tag which neither the platform nor the campaign brought.
    fn is_partners(&self, name: &str, value: &str) -> bool {
        let Some(call) = self.call else { return false };
        let is_own = |source: &Source| matches!(source, Source::Event { .. } | Source::Defaults);
        let own = call.journal.iter().filter(|entry| is_own(&entry.source));
        call.tags.values(name).any(|tag| tag == value)
            && !own.flat_map(|entry| entry.tags.values(name)).any(|tag| tag == value)
    }
}

/// A document of the campaign's with what is known of the call.
///
/// # Errors
/// When it does not come to a document that Twilio takes even with nothing.
pub(super) fn made(template: &Template, known: Known<'_>) -> Result<String, Problem> {
    let render = |share: Share| template.render(&Shared(known, share)).map(|made| made.text);
    let taken = |text: &String| text.len() <= MAX_BYTES;
    if let Some(text) = render(Share::Whole).ok().filter(taken) {
        return Ok(text);
    }
    let correlation_id = known.call.map(|call| call.id.as_str());
    tracing::error!(correlation_id, "the TwiML is made without what is too much for Twilio");
    let smaller = [Share::Light, Share::Own, Share::Nothing].into_iter();
    let made = smaller.filter_map(|share| render(share).ok()).find(taken);
    made.ok_or_else(|| {
        Problem::new(500, "twiml_not_made", "the campaign's TwiML is longer than Twilio takes")
    })
}
