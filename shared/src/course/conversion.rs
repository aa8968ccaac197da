//! Whether a call converts (spec section 8).

use super::{Converted, Standpoint};
use crate::call::CallFacts;
use crate::campaign::{Conversion, Criterion};
use crate::time::Timestamp;
use crate::window::{OpenWindow, Window};

/// What is known of an ended call's conversion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Weighed {
    /// A postback may still decide it.
    Waits {
        /// Not longer than this.
        until: Timestamp,
    },
    /// It converts by this.
    Converts(Converted),
    /// It would, but its caller did by the same entry not long ago.
    Deduped,
    /// It does not.
    Fails,
}

/// Weighs an ended call by the first entry whose matches hold. What a postback says about conversion
/// counts for more than the entry's own criterion; a campaign without entries converts every call
/// that reached a buyer.
#[must_use]
pub fn weigh(standpoint: &Standpoint<'_>) -> Weighed {
    let Standpoint { call, campaign, windows, now } = *standpoint;
    let facts = CallFacts::of(call, campaign, now);
    let entry = campaign.conversion.iter().find(|entry| entry.matches.unmet(&facts).is_none());
    let met = match (call.posted_conversion, entry.map(|entry| entry.criterion)) {
        (Some(posted), _) => posted,
        (None, None) => campaign.conversion.is_empty() && call.is_connected(),
        (None, Some(Criterion::Connected { seconds })) => {
            call.is_connected() && call.connected_seconds(now) >= i64::from(seconds)
        }
        (None, Some(Criterion::Postback { timeout_seconds })) => {
            let ended = call.end.as_ref().map_or(now, |end| end.reported_at);
            let until = ended.plus_seconds(i64::from(timeout_seconds));
            if now < until {
                return Weighed::Waits { until };
            }
            false
        }
    };
    if !met {
        return Weighed::Fails;
    }
    let Some(entry) = entry else { return Weighed::Converts(Converted::default()) };
    let window = entry.window(now);
    if window.as_ref().is_some_and(|window| windows.contains(&window.window)) {
        return Weighed::Deduped;
    }
    Weighed::Converts(Converted { amounts: entry.amounts, window })
}

impl Conversion {
    /// The window that converting by this entry opens; `None` when the entry sets none.
    fn window(&self, now: Timestamp) -> Option<OpenWindow> {
        let until = now.plus_seconds(self.dedupe_seconds);
        let window = || Window::Conversion(self.identity());
        (self.dedupe_seconds > 0).then(|| OpenWindow { window: window(), until })
    }
}
