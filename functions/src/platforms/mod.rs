//! The shapes in which call platforms report events and wait for answers.
//!
//! A module a platform: it turns what came into what was [`Reported`], in the plain shape of spec
//! section 13, and what is answered into the platform's own. All that a call is decided by happens
//! behind this, so an event means the same whoever reports it.

pub(crate) mod amazon_connect;
pub(crate) mod cloud_events;
mod header_text;
pub(crate) mod plain;
pub(crate) mod twilio;
mod unknown;

use hookline::call::{CallId, EventKind};
use serde_json::Value;

/// An event that a platform reported, whatever shape it came in.
#[derive(Debug)]
pub(crate) struct Reported {
    /// Which event.
    pub(crate) kind: EventKind,
    /// The call it is about.
    pub(crate) call: CallId,
    /// Its fields in the plain shape; what that shape does not know stands beside them under the
    /// platform's own names.
    pub(crate) body: Value,
}
