//! What a preview and a test fire show.

use askama::Template;
use hookline::template::TokenValue;
use hookline::use_cases::ShownRequest;

use super::super::field_faults::FieldFaults;

/// What would be sent, and from what.
#[derive(Debug, Default, Template)]
#[template(path = "console/editor/preview.html")]
pub(super) struct Preview {
    /// What has to be put right first.
    pub(super) faults: Vec<(String, String)>,
    /// Which call it is for, in words.
    pub(super) call: String,
    /// Whether it would be fired for that call.
    pub(super) fires: bool,
    /// Why it would not.
    pub(super) not_fired: Option<String>,
    /// Why no request can be made of it.
    pub(super) problem: Option<String>,
    pub(super) request: Option<ShownRequest>,
    pub(super) tokens: Vec<TokenValue>,
}

/// What came of a test fire.
#[derive(Debug, Default, Template)]
#[template(path = "console/editor/tested.html")]
pub(super) struct TestResult {
    /// What has to be put right first.
    pub(super) faults: Vec<(String, String)>,
    /// Nothing before it was fired.
    pub(super) fired: Option<Fired>,
}

/// One exchange with a partner.
#[derive(Debug)]
pub(super) struct Fired {
    /// How it ended, in a word or two, and the class of its badge.
    pub(super) outcome: String,
    pub(super) class: &'static str,
    pub(super) latency_ms: Option<u64>,
    pub(super) notes: Vec<String>,
    /// The request as it went out; none when none did.
    pub(super) sent: Option<String>,
    /// The answer as it came.
    pub(super) answered: Option<String>,
    /// The tags that it would put on a call.
    pub(super) tags: Vec<(String, String)>,
}

/// Faults as a list, each with its field.
pub(super) fn listed(placed: &FieldFaults) -> Vec<(String, String)> {
    placed.iter().map(|(field, detail)| (field.to_owned(), detail.to_owned())).collect()
}
