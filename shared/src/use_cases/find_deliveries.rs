//! Looks for the deliveries of a campaign on a day that stand at a status, newest first.
//!
//! Those that failed are listed by themselves. For any other status the calls of the day are gone
//! through, some at a time and each whole; so what is found may end early and go on all the same, and
//! the day is the one on which calls started.

use crate::campaign::{CampaignId, WebhookId};
use crate::delivery::{Delivery, DeliveryStatus};
use crate::ports::call_log::{CallLog, Cursor, Page, PageRefusal, PageRequest};
use crate::ports::calls::Calls;
use crate::time::Day;

/// How many pages one search goes through at the most.
const MAX_PAGES: usize = 10;
/// How many calls are gone through at a time.
const CALLS_AT_A_TIME: usize = 10;
/// How many deliveries of one call are found.
const MAX_OF_A_CALL: usize = 100;

/// Which deliveries are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliverySearch {
    /// The day: on which they were created when they failed, else on which their calls started.
    pub day: Day,
    /// Where they stand.
    pub status: DeliveryStatus,
    /// The webhook; `None` for any.
    pub webhook: Option<WebhookId>,
    /// How many are found before the search ends; with another status than failed, the call at which
    /// it ends is taken whole.
    pub limit: usize,
    /// Where the search before ended; `None` for the first.
    pub after: Option<Cursor>,
}

/// What a search found.
#[derive(Debug, Default, PartialEq)]
pub struct FoundDeliveries {
    /// The deliveries, newest first, or those of the newest call first.
    pub deliveries: Vec<Delivery>,
    /// How many more of these calls match.
    pub left_out: usize,
    /// Where the search goes on; `None` at its end.
    pub next: Option<Cursor>,
}

/// Looks for deliveries, page by page.
///
/// # Errors
/// When the search goes on at a place that is none of its own, or our own store failed.
pub async fn find_deliveries(
    store: &(impl CallLog + Calls),
    campaign: &CampaignId,
    search: &DeliverySearch,
) -> Result<FoundDeliveries, PageRefusal> {
    let mut found = FoundDeliveries { next: search.after.clone(), ..FoundDeliveries::default() };
    for _ in 0..MAX_PAGES {
        let after = found.next.take();
        found.next = if search.status == DeliveryStatus::Failed {
            failed(store, campaign, search, after, &mut found).await?
        } else {
            through_calls(store, campaign, search, after, &mut found).await?
        };
        if found.next.is_none() || found.deliveries.len() >= search.limit {
            break;
        }
    }
    Ok(found)
}

/// Takes a page of failed deliveries from their list.
async fn failed(
    store: &impl CallLog,
    campaign: &CampaignId,
    search: &DeliverySearch,
    after: Option<Cursor>,
    found: &mut FoundDeliveries,
) -> Result<Option<Cursor>, PageRefusal> {
    let limit = search.limit - found.deliveries.len();
    let page = store.failed_of(campaign, search.day, &PageRequest { limit, after }).await?;
    found.deliveries.extend(page.items.into_iter().filter(|one| search.is_of_webhook(one)));
    Ok(page.next)
}

/// Goes through some of the day's calls.
async fn through_calls(
    store: &(impl CallLog + Calls),
    campaign: &CampaignId,
    search: &DeliverySearch,
    after: Option<Cursor>,
    found: &mut FoundDeliveries,
) -> Result<Option<Cursor>, PageRefusal> {
    let asked = PageRequest { limit: CALLS_AT_A_TIME, after };
    let Page { items, next } = store.calls_of(campaign, search.day, &asked).await?;
    for call in &items {
        // A call may be forgotten between the page and now.
        let Some((_, mut all)) = store.history(&call.id).await? else { continue };
        all.retain(|one| one.status() == search.status && search.is_of_webhook(one));
        found.left_out += all.len().saturating_sub(MAX_OF_A_CALL);
        found.deliveries.extend(all.into_iter().take(MAX_OF_A_CALL));
    }
    Ok(next)
}

impl DeliverySearch {
    fn is_of_webhook(&self, delivery: &Delivery) -> bool {
        self.webhook.as_ref().is_none_or(|webhook| webhook == delivery.webhook())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Call, CallId, CallKey, Posting};
    use crate::course::Step;
    use crate::delivery::{DeliveryKey, ONCE, Report};
    use crate::ports::StoreError;
    use crate::ports::calls::Posted;
    use crate::time::Timestamp;
    use crate::trigger::Trigger;

    /// The calls of one day with their deliveries, all of which are listed as failed.
    struct DayOfCalls {
        calls: Vec<(Call, Vec<Delivery>)>,
    }

    fn delivery(call: usize, webhook: &str, occurrence: usize) -> Delivery {
        let at = Timestamp::from_millis(1_795_453_200_000).unwrap();
        let key = DeliveryKey {
            call: CallId::parse(&format!("c{call}")).unwrap(),
            trigger: Trigger::Postback,
            webhook: WebhookId::parse(webhook).unwrap(),
            occurrence: if occurrence == 0 { ONCE.to_owned() } else { occurrence.to_string() },
        };
        let report = Report::skipped(key.webhook.clone(), "a note");
        Delivery::ended(key, 0, report, at)
    }

    fn store(deliveries: impl IntoIterator<Item = Vec<Delivery>>) -> DayOfCalls {
        let campaign = CampaignId::parse("solar").unwrap();
        let calls = deliveries.into_iter().enumerate().map(|(n, all)| {
            let id = CallId::parse(&format!("c{n}")).unwrap();
            let key = CallKey::from_random([0; 24]);
            (Call::new(id, campaign.clone(), format!("u{n}"), key), all)
        });
        DayOfCalls { calls: calls.collect() }
    }

    /// So many of these from where the cursor says, and the next cursor.
    fn page<T: Clone>(all: &[T], asked: &PageRequest) -> Result<Page<T>, PageRefusal> {
        let from = match &asked.after {
            Some(cursor) => cursor.as_str().parse().map_err(|_| PageRefusal::Cursor)?,
            None => 0,
        };
        let items: Vec<T> = all.iter().skip(from).take(asked.limit).cloned().collect();
        let end = from + items.len();
        Ok(Page { items, next: (end < all.len()).then(|| Cursor::given(end.to_string())) })
    }

    impl CallLog for DayOfCalls {
        async fn calls_of(
            &self,
            _: &CampaignId,
            _: Day,
            asked: &PageRequest,
        ) -> Result<Page<Call>, PageRefusal> {
            let calls: Vec<Call> = self.calls.iter().map(|(call, _)| call.clone()).collect();
            page(&calls, asked)
        }

        async fn failed_of(
            &self,
            _: &CampaignId,
            _: Day,
            asked: &PageRequest,
        ) -> Result<Page<Delivery>, PageRefusal> {
            let all: Vec<Delivery> =
                self.calls.iter().flat_map(|(_, deliveries)| deliveries.clone()).collect();
            page(&all, asked)
        }
    }

    impl Calls for DayOfCalls {
        async fn call(&self, _: &CallId) -> Result<Option<Call>, StoreError> {
            unreachable!("only histories are read")
        }

        async fn history(&self, id: &CallId) -> Result<Option<(Call, Vec<Delivery>)>, StoreError> {
            Ok(self.calls.iter().find(|(call, _)| call.id == *id).cloned())
        }

        async fn advance(&self, _: &Call, _: &Step, _: Timestamp) -> Result<bool, StoreError> {
            unreachable!("nothing is changed")
        }

        async fn post(
            &self,
            _: &Call,
            _: &Posting,
            _: &[Delivery],
            _: Timestamp,
        ) -> Result<Posted, StoreError> {
            unreachable!("nothing is changed")
        }
    }

    /// The calls and webhooks of what is found, how much is left out, and where it goes on.
    async fn found(
        store: &DayOfCalls,
        status: DeliveryStatus,
        webhook: Option<&str>,
        limit: usize,
        after: Option<&str>,
    ) -> (Vec<String>, usize, Option<String>) {
        let search = DeliverySearch {
            day: Day::parse("2026-11-23").unwrap(),
            status,
            webhook: webhook.map(|id| WebhookId::parse(id).unwrap()),
            limit,
            after: after.map(|after| Cursor::given(after.to_owned())),
        };
        let campaign = CampaignId::parse("solar").unwrap();
        let FoundDeliveries { deliveries, left_out, next } =
            find_deliveries(store, &campaign, &search).await.unwrap();
        let told = deliveries.iter().map(|one| format!("{} {}", one.key.call, one.webhook()));
        (told.collect(), left_out, next.map(|next| next.as_str().to_owned()))
    }

    #[tokio::test]
    async fn failed_deliveries_of_a_webhook_are_found_across_pages_and_no_page_is_too_full() {
        let of_a = |n| vec![delivery(n, "b", 0), delivery(n, "a", 0), delivery(n, "b", 1)];
        let store = store((0..4).map(of_a));
        let failed = DeliveryStatus::Failed;
        let (first, left_out, next) = found(&store, failed, Some("a"), 2, None).await;
        assert_eq!((first, left_out), (vec!["c0 a".to_owned(), "c1 a".to_owned()], 0));
        let (rest, _, end) = found(&store, failed, Some("a"), 2, next.as_deref()).await;
        assert_eq!(
            (rest, end),
            (vec!["c2 a".to_owned(), "c3 a".to_owned()], Some("11".to_owned()))
        );
        let (any, _, next) = found(&store, failed, None, 2, None).await;
        assert_eq!((any.len(), next), (2, Some("2".to_owned())));
    }

    #[tokio::test]
    async fn a_search_that_finds_nothing_ends_and_says_where_it_goes_on() {
        let store = store((0..30).map(|n| vec![delivery(n, "b", 0)]));
        let (found, _, next) = found(&store, DeliveryStatus::Failed, Some("a"), 1, None).await;
        assert_eq!((found, next), (Vec::new(), Some("10".to_owned())));
    }

    #[tokio::test]
    async fn other_statuses_are_found_in_calls_each_taken_whole_up_to_a_hundred() {
        let many = |n| (0..105).map(|occurrence| delivery(n, "a", occurrence)).collect();
        let store = store((0..12).map(many));
        let skipped = DeliveryStatus::Skipped;
        let (first, left_out, next) = found(&store, skipped, Some("a"), 1, None).await;
        assert_eq!((first.len(), left_out, next), (1000, 50, Some("10".to_owned())));
        let (rest, left_out, next) = found(&store, skipped, None, 1, Some("10")).await;
        assert_eq!((rest.len(), left_out, next), (200, 10, None));
        assert_eq!(found(&store, DeliveryStatus::Pending, None, 1, None).await.0, [""; 0]);
    }

    #[tokio::test]
    async fn a_place_that_is_none_of_the_search_is_refused() {
        let search = DeliverySearch {
            day: Day::parse("2026-11-23").unwrap(),
            status: DeliveryStatus::Failed,
            webhook: None,
            limit: 1,
            after: Some(Cursor::given("elsewhere".to_owned())),
        };
        let campaign = CampaignId::parse("solar").unwrap();
        let refused = find_deliveries(&store([]), &campaign, &search).await;
        assert!(matches!(refused, Err(PageRefusal::Cursor)), "{refused:?}");
    }
}
