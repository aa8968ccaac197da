//! Lists calls and failed deliveries by campaign and day: the parts of the list are read side by
//! side and merged, and what stands on the page is read from the table.

use futures_util::future::try_join_all;

use super::DynamoDb;
use super::call_item::{call_of, partition};
use super::delivery_item::delivery_of;
use super::failure::{failed, unreadable};
use super::item::{Item, get_millis, get_text, number, primary_key, text};
use super::log::{LOG_SHARDS, Log, Logged};
use super::log_cursor::{Place, Taken, cursor_after, taken_before};
use crate::call::{Call, CallId};
use crate::campaign::CampaignId;
use crate::delivery::Delivery;
use crate::ports::StoreError;
use crate::ports::call_log::{CallLog, Page, PageRefusal, PageRequest};
use crate::time::{Day, Timestamp};

/// The most that stands on a page.
const MAX_LIMIT: usize = 100;

/// Where a page goes on in one part of a list.
enum Onward<'a> {
    /// At its newest: it is the first page.
    Newest,
    /// At whatever is as old as the oldest on the pages before, none of which was of this part: what is
    /// newer has come since.
    NoLater(Timestamp),
    /// After what was the last of this part on those pages.
    After(&'a Place),
}

impl CallLog for DynamoDb {
    async fn calls_of(
        &self,
        campaign: &CampaignId,
        day: Day,
        asked: &PageRequest,
    ) -> Result<Page<Call>, PageRefusal> {
        let log = Log { logged: Logged::Calls, campaign, day };
        self.page(&log, asked, call_of, "list calls").await
    }

    async fn failed_of(
        &self,
        campaign: &CampaignId,
        day: Day,
        asked: &PageRequest,
    ) -> Result<Page<Delivery>, PageRefusal> {
        let log = Log { logged: Logged::Failures, campaign, day };
        self.page(&log, asked, delivery_of, "list failed deliveries").await
    }
}

impl DynamoDb {
    /// A page of a list, each item read by `read`. What is gone, or is off the list by now, is left
    /// out: the index is a moment behind the table.
    async fn page<T>(
        &self,
        log: &Log<'_>,
        asked: &PageRequest,
        read: impl Fn(&CallId, &Item) -> Option<T>,
        action: &'static str,
    ) -> Result<Page<T>, PageRefusal> {
        let limit = asked.limit.clamp(1, MAX_LIMIT);
        let mut taken = match &asked.after {
            Some(cursor) => taken_before(log, cursor).ok_or(PageRefusal::Cursor)?,
            None => Taken::default(),
        };
        let oldest = taken.iter().flatten().map(|place| place.at).min();
        let parts = (0..LOG_SHARDS).zip(&taken).map(|(shard, after)| {
            let from = match (after, oldest) {
                (Some(place), _) => Onward::After(place),
                (None, Some(oldest)) => Onward::NoLater(oldest),
                (None, None) => Onward::Newest,
            };
            // One more than fits tells whether there is another page.
            self.part_of(log.partition(shard), from, limit + 1, action)
        });
        let parts = try_join_all(parts).await?.into_iter().enumerate();
        let mut places: Vec<(usize, Place)> =
            parts.flat_map(|(part, found)| found.into_iter().map(move |one| (part, one))).collect();
        places.sort_by_key(|(_, place)| std::cmp::Reverse(place.at));
        let has_more = places.len() > limit;
        places.truncate(limit);
        let keys = places.iter().map(|(_, place)| primary_key_of(place)).collect();
        for (part, place) in &places {
            if let Some(last) = taken.get_mut(*part) {
                *last = Some(place.clone());
            }
        }
        let found = self.read_all(keys, action).await?;
        let items = found.into_iter().zip(&places).filter_map(|(item, (_, place))| {
            let item = item.filter(|item| item.contains_key("log"))?;
            read(&place.call, &item)
        });
        let next = has_more.then(|| cursor_after(log, taken));
        Ok(Page { items: items.collect(), next })
    }

    /// What comes next in one part of a list, newest first.
    async fn part_of(
        &self,
        partition: String,
        from: Onward<'_>,
        limit: usize,
        action: &'static str,
    ) -> Result<Vec<Place>, StoreError> {
        let request = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("log")
            .expression_attribute_names("#log", "log")
            .expression_attribute_values(":log", text(partition.clone()))
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let request = match from {
            Onward::Newest => request.key_condition_expression("#log = :log"),
            Onward::NoLater(at) => request
                .key_condition_expression("#log = :log AND logged_at <= :at")
                .expression_attribute_values(":at", number(at.as_millis())),
            Onward::After(place) => {
                let mut key = primary_key_of(place);
                key.insert("log".to_owned(), text(partition));
                key.insert("logged_at".to_owned(), number(place.at.as_millis()));
                request.key_condition_expression("#log = :log").set_exclusive_start_key(Some(key))
            }
        };
        let answer = request.send().await.map_err(failed(action))?;
        let places = answer.items().iter().map(place_of).collect::<Option<_>>();
        places.ok_or_else(|| unreadable(action, "the index"))
    }
}

fn place_of(item: &Item) -> Option<Place> {
    Some(Place {
        call: CallId::parse(get_text(item, "pk")?.strip_prefix("CALL#")?).ok()?,
        sort: get_text(item, "sk")?.to_owned(),
        at: get_millis(item, "logged_at")?,
    })
}

fn primary_key_of(place: &Place) -> Item {
    primary_key(partition(&place.call), place.sort.clone())
}
