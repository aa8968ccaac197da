//! A call as the oracle sees it at one moment, from what was accepted until then.

use std::collections::BTreeSet;

use hookline::call::{CallEvent, Moment};
use hookline::tag::TagSet;

use crate::simulation::plan::{Condition, Seen, Tags, WebhookPlan};

/// Milliseconds since 1970, by some clock.
pub(super) type Clock = i64;

/// What is known of a call.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// Its tags.
    pub(super) tags: Tags,
    /// Buyers chosen or answered, by the platform's clock.
    pub(super) buyers: BTreeSet<(Clock, bool, String)>,
    /// How it ended.
    pub(super) end: Option<Ended>,
    /// The last word of a postback about conversion.
    pub(super) posted: Option<bool>,
    /// What was decided, and when.
    pub(super) decision: Option<(bool, Clock)>,
    /// Whether a de-dupe window refused its conversion.
    pub(super) deduped: bool,
}

/// How a call ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ended {
    /// When, by the platform's clock.
    pub(super) at: Clock,
    /// When that was taken in.
    pub(super) reported_at: Clock,
    /// The connected seconds that the platform counted.
    pub(super) counted: Option<i64>,
}

impl State {
    /// Takes an event in.
    pub(super) fn take(&mut self, event: &CallEvent, now: Clock) {
        self.tags.extend(tags_of(&event.tags));
        let at = event.occurred_at.as_millis();
        match &event.moment {
            Moment::Start | Moment::Recording(_) => {}
            Moment::Selected(choice) => {
                self.buyers.insert((at, false, choice.buyer.id.clone()));
            }
            Moment::Answered(choice) => {
                self.buyers.insert((at, true, choice.buyer.id.clone()));
            }
            Moment::Ended(hang_up) => {
                let counted = hang_up.connected_seconds.map(i64::from);
                self.end.get_or_insert(Ended { at, reported_at: now, counted });
            }
        }
    }

    /// When a buyer first answered.
    pub(super) fn answered_at(&self) -> Option<Clock> {
        self.buyers.iter().find(|(_, answered, _)| *answered).map(|(at, ..)| *at)
    }

    /// Whether it reached a buyer.
    pub(super) fn connected(&self) -> bool {
        let counted = self.end.and_then(|end| end.counted);
        self.answered_at().is_some() || counted.is_some_and(|seconds| seconds > 0)
    }

    /// Its connected seconds, once it has ended.
    pub(super) fn connected_seconds(&self) -> i64 {
        let Some(end) = self.end else { return 0 };
        let between = |from: Clock| (end.at - from).max(0) / 1_000;
        end.counted.unwrap_or_else(|| self.answered_at().map_or(0, between))
    }

    /// Until when it was connected, once it has ended.
    pub(super) fn connected_until(&self) -> Option<Clock> {
        let end = self.end?;
        let counted = self.answered_at().zip(end.counted);
        Some(counted.map_or(end.at, |(from, seconds)| from + seconds * 1_000))
    }

    /// The buyer who answered last, or else the one chosen last.
    fn reached_buyer(&self) -> Option<&str> {
        let answered = self.buyers.iter().rfind(|(_, answered, _)| *answered);
        answered.or(self.buyers.last()).map(|(.., buyer)| buyer.as_str())
    }

    fn converted(&self) -> bool {
        // A postback that converts the call late does so from when it is applied, unless the
        // caller's own conversion not long ago refused this one.
        let decided = self.decision.is_some_and(|(converted, _)| converted);
        decided || (!self.deduped && self.posted == Some(true))
    }

    /// Whether conditions hold, speaking of a buyer or else of the one that was reached.
    pub(super) fn meets(&self, conditions: &[Condition], buyer: Option<&str>) -> bool {
        let seen = Seen {
            tags: &self.tags,
            buyer: buyer.or(self.reached_buyer()),
            connected: self.connected(),
            converted: self.converted(),
        };
        conditions.iter().all(|condition| condition.holds(seen))
    }

    /// Whether a webhook's matches hold.
    pub(super) fn suits(&self, webhook: &WebhookPlan) -> bool {
        self.meets(&webhook.matches, None)
    }
}

/// Tags in the oracle's form.
pub(super) fn tags_of(tags: &TagSet) -> Tags {
    let pairs = tags.iter().flat_map(|(key, values)| values.iter().map(move |value| (key, value)));
    pairs.map(|(key, value)| (key.as_str().to_owned(), value.as_str().to_owned())).collect()
}
