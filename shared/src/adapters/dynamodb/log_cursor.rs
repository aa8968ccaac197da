//! Where a page of the log ends: of each part of the list the last that was taken, as text.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::log::{LOG_SHARDS, Log};
use crate::call::CallId;
use crate::ports::call_log::Cursor;
use crate::time::Timestamp;

/// Something listed: the call, the sort key, when it was logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) call: CallId,
    pub(super) sort: String,
    pub(super) at: Timestamp,
}

/// Of each part the last that was taken; `None` where nothing was.
pub(super) type Taken = [Option<Place>; LOG_SHARDS as usize];

/// A cursor before it is dressed as text.
#[derive(Serialize, Deserialize)]
struct Written {
    /// The list that it belongs to.
    list: String,
    after: Taken,
}

/// A cursor that goes on after these.
pub(super) fn cursor_after(log: &Log<'_>, after: Taken) -> Cursor {
    let written = Written { list: list_of(log), after };
    let json = serde_json::to_vec(&written).unwrap_or_default();
    Cursor::given(URL_SAFE_NO_PAD.encode(json))
}

/// Reads a cursor of this list; `None` when it is of another, or none at all.
pub(super) fn taken_before(log: &Log<'_>, cursor: &Cursor) -> Option<Taken> {
    let json = URL_SAFE_NO_PAD.decode(cursor.as_str()).ok()?;
    let Written { list, after } = serde_json::from_slice(&json).ok()?;
    // The table refuses a start without a sort key. Which part a place is of is where it stands in the
    // cursor: what was written when there were fewer parts is in another than its call would be today.
    let is_whole = |place: &Option<Place>| {
        place.as_ref().is_none_or(|place| (1..=1024).contains(&place.sort.len()))
    };
    (list == list_of(log) && after.iter().all(is_whole)).then_some(after)
}

/// A list's name: that of its first part.
fn list_of(log: &Log<'_>) -> String {
    log.partition(0)
}

#[cfg(test)]
mod tests {
    use super::super::log::Logged;
    use super::*;
    use crate::campaign::CampaignId;
    use crate::time::Day;

    #[test]
    fn a_cursor_is_of_one_list_and_whatever_else_comes_is_none() {
        let (solar, roofs) = ["solar", "roofs"].map(|id| CampaignId::parse(id).unwrap()).into();
        let day = |text| Day::parse(text).unwrap();
        let log = Log { logged: Logged::Calls, campaign: &solar, day: day("2026-11-23") };
        let place = |id: &str| Place {
            call: CallId::parse(id).unwrap(),
            sort: "CALL".to_owned(),
            at: Timestamp::from_millis(1_795_453_200_123).unwrap(),
        };
        let mut after = Taken::default();
        for id in ["c1", "c2"] {
            let shard = usize::try_from(place(id).call.part(LOG_SHARDS)).unwrap();
            after[shard] = Some(place(id));
        }
        let cursor = cursor_after(&log, after.clone());

        assert_eq!(taken_before(&log, &cursor), Some(after.clone()));
        let others = [
            Log { campaign: &roofs, ..log },
            Log { day: day("2026-11-24"), ..log },
            Log { logged: Logged::Failures, ..log },
        ];
        for other in &others {
            assert_eq!(taken_before(other, &cursor), None, "{other:?}");
        }
        let mut unsorted = after.clone();
        unsorted.iter_mut().flatten().for_each(|place| place.sort.clear());
        let unsorted = cursor_after(&log, unsorted);
        let cut = Cursor::given(cursor.as_str().trim_end_matches(char::is_alphanumeric).to_owned());
        for wrong in [unsorted, cut, Cursor::given("é".to_owned()), Cursor::given(String::new())] {
            assert_eq!(taken_before(&log, &wrong), None, "{wrong:?}");
        }
    }
}
