//! What is listed by campaign and day: the calls that started on it, and the deliveries created on it
//! that failed. Newest first, page by page.

use super::StoreError;
use crate::call::Call;
use crate::campaign::CampaignId;
use crate::delivery::Delivery;
use crate::time::Day;

/// Lists calls and failed deliveries.
pub trait CallLog: Sync {
    /// The calls of a campaign that started on a day, as they stand.
    fn calls_of(
        &self,
        campaign: &CampaignId,
        day: Day,
        asked: &PageRequest,
    ) -> impl Future<Output = Result<Page<Call>, PageRefusal>> + Send;

    /// The deliveries of a campaign that were created on a day and have failed, as they stand.
    fn failed_of(
        &self,
        campaign: &CampaignId,
        day: Day,
        asked: &PageRequest,
    ) -> impl Future<Output = Result<Page<Delivery>, PageRefusal>> + Send;
}

/// Which part of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// The most that is listed, 1 to 100.
    pub limit: usize,
    /// Where the page before ended; `None` for the first.
    pub after: Option<Cursor>,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum PageRefusal {
    /// The place that it is asked after is none of this list.
    #[error("is not a cursor that this list was answered with")]
    Cursor,
    /// Our own store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// What is on it; what is gone by now is left out.
    pub items: Vec<T>,
    /// Where the next page begins; `None` when there is none.
    pub next: Option<Cursor>,
}

/// A place in a list, opaque to whoever carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    /// A place as a store wrote it or a reader brings it back; the store refuses one it did not write.
    #[must_use]
    pub fn given(text: String) -> Self {
        Self(text)
    }

    /// The place as text that fits in a query.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
