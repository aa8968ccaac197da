//! Pages of lists.

use hookline::ports::call_log::Cursor;
use hookline::time::Day;
use serde::Serialize;
use utoipa::ToSchema;

use super::call::CallSummary;
use super::delivery::DeliverySummary;

/// A page of the calls that a campaign had on a day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CallPage {
    /// The day, in UTC.
    #[schema(format = Date, example = "2026-11-24")]
    day: String,
    /// The calls, newest first.
    calls: Vec<CallSummary>,
    /// Where the next page begins, to be sent as `cursor`; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A page of the deliveries that a campaign had on a day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryPage {
    /// The day, in UTC.
    #[schema(format = Date, example = "2026-11-24")]
    day: String,
    /// The deliveries, newest first; with another status than `failed`, those of the newest call
    /// first. There may be none on a page that has a next one.
    deliveries: Vec<DeliverySummary>,
    /// How many more deliveries of these calls match that are not shown; their calls show them.
    /// Absent when there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<usize>,
    /// Where the next page begins, to be sent as `cursor`; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl CallPage {
    /// The page of that day.
    pub(crate) fn of(day: Day, calls: Vec<CallSummary>, next: Option<&Cursor>) -> Self {
        Self { day: day.to_string(), calls, next: next.map(carried) }
    }
}

impl DeliveryPage {
    /// The page of that day.
    pub(crate) fn of(
        day: Day,
        deliveries: Vec<DeliverySummary>,
        left_out: usize,
        next: Option<&Cursor>,
    ) -> Self {
        let left_out = (left_out > 0).then_some(left_out);
        Self { day: day.to_string(), deliveries, left_out, next: next.map(carried) }
    }
}

fn carried(cursor: &Cursor) -> String {
    cursor.as_str().to_owned()
}
