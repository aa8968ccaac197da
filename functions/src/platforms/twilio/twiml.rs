//! The TwiML that a campaign answers a call with.

use std::borrow::Cow;

use hookline::call::CallFacts;
use hookline::campaign::{Campaign, Twilio};
use hookline::template::Values;
use hookline::time::Timestamp;
use hookline::use_cases::TakenEvent;

use crate::problem::Problem;

/// The largest document that Twilio takes, in bytes (error 11750 of its reference).
const MAX_BYTES: usize = 64 * 1024;

/// A document that says nothing: Twilio goes on with what it was doing.
pub(super) const EMPTY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>";

/// A call of which nothing is known, so that every token has its default.
struct Nothing<'a>(&'a Campaign);

impl Values for Nothing<'_> {
    fn values(&self, _: &str) -> Vec<Cow<'_, str>> {
        Vec::new()
    }

    fn secret(&self, name: &str) -> Option<Cow<'_, str>> {
        self.0.secret(name).map(|secret| secret.expose().into())
    }
}

/// The campaign's TwiML with what is known of the call. Where partners have said more than Twilio
/// would take, it is made without: a caller is better served by defaults than not at all.
///
/// # Errors
/// When it does not come to a document that Twilio takes even so.
pub(super) fn answer(
    twilio: &Twilio,
    taken: &TakenEvent,
    now: Timestamp,
) -> Result<String, Problem> {
    let facts = CallFacts::of(&taken.call, &taken.campaign, now);
    let fits = |text: &String| text.len() <= MAX_BYTES;
    let made = twilio.twiml.render(&facts).map(|made| made.text).ok().filter(fits);
    if let Some(text) = made {
        return Ok(text);
    }
    tracing::error!(correlation_id = taken.answer.call_id, "the TwiML cannot be made of this call");
    let bare = twilio.twiml.render(&Nothing(&taken.campaign)).map(|made| made.text);
    bare.ok().filter(fits).ok_or_else(|| {
        Problem::new(500, "twiml_not_made", "the campaign's TwiML is longer than Twilio takes")
    })
}
