//! The course of a call: what it owes its webhooks besides pings, and the next step towards it
//! (spec sections 1, 2 and 8).
//!
//! Policy: everything is derived from the call as it stands and its campaign, so that whoever looks
//! at a call, and however often, takes the same next step. A step is one write, and holds only if
//! nothing changed what the call owes since it was read.

mod conversion;
mod readiness;
#[cfg(test)]
mod tests;

pub use conversion::{Weighed, weigh};
pub use readiness::{Readiness, readiness};

use crate::call::{Call, CallFacts, Decision, Firing, MAX_CALL_SECONDS};
use crate::campaign::{Amounts, Campaign, Webhook};
use crate::delivery::{Delivery, DeliveryKey, ONCE, Report};
use crate::time::Timestamp;
use crate::trigger::Trigger;
use crate::window::{OpenWindow, Windows};

/// A call in its campaign at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Standpoint<'a> {
    /// The call.
    pub call: &'a Call,
    /// Its campaign.
    pub campaign: &'a Campaign,
    /// The de-dupe windows that are open for its caller.
    pub windows: &'a Windows,
    /// Now, by our clock.
    pub now: Timestamp,
}

/// What is to be done about a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// A step.
    Step(Box<Step>),
    /// Nothing now.
    Rest {
        /// When to look again; `None` when only its deliveries, or a later event, go on.
        due_at: Option<Timestamp>,
    },
}

/// One change of what a call owes, made whole or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// Whether its timers are set by it.
    pub sets_timers: bool,
    /// Whether its `connect` webhooks are fired by it.
    pub fires_connect: bool,
    /// What it decides.
    pub decision: Option<Decision>,
    /// What the call is worth, where nobody has said otherwise.
    pub amounts: Amounts,
    /// The window that a conversion opens for the caller; the step does not hold if it is open.
    pub window: Option<OpenWindow>,
    /// The deliveries it creates.
    pub created: Vec<Delivery>,
    /// When to look at the call again.
    pub due_at: Option<Timestamp>,
}

impl Call {
    /// Takes a step, as the store does.
    pub fn take_step(&mut self, step: &Step) {
        self.course.version += 1;
        self.course.timers_set |= step.sets_timers;
        self.course.connect_fired |= step.fires_connect;
        self.course.decision = step.decision.or(self.course.decision);
        self.course.due_at = step.due_at;
        self.amounts = self.amounts.or(step.amounts);
        self.pending.extend(step.created.iter().filter_map(Delivery::pending));
    }
}

impl Standpoint<'_> {
    /// What is to be done now.
    #[must_use]
    pub fn next(&self) -> Next {
        let course = &self.call.course;
        if let Some(step) = self.set_timers() {
            return Next::Step(Box::new(step));
        }
        let Some(end) = &self.call.end else { return Next::Rest { due_at: None } };
        let Some(decision) = course.decision else {
            let settled_at = end.settles_at(self.campaign);
            if self.now < settled_at {
                return Next::Rest { due_at: Some(settled_at) };
            }
            return match weigh(self) {
                Weighed::Waits { until } => Next::Rest { due_at: Some(until) },
                weighed => Next::Step(Box::new(self.decide(weighed))),
            };
        };
        if self.call.is_connected() && !course.connect_fired {
            let created = self.fire(Trigger::Connect, self.call, 0);
            return Next::Step(Box::new(Step { fires_connect: true, created, ..Step::default() }));
        }
        let may_convert = !decision.converted && !decision.deduped;
        if may_convert && self.call.posted_conversion == Some(true) {
            return Next::Step(Box::new(self.convert_late(decision)));
        }
        Next::Rest { due_at: None }
    }

    /// Sets the timers of a call that was answered, all of them while it is up and those that were
    /// reached once it has ended.
    fn set_timers(&self) -> Option<Step> {
        let call = self.call;
        if call.course.timers_set || !call.is_connected() {
            return None;
        }
        let mut timers: Vec<&Webhook> = self.campaign.webhooks_of(Trigger::Timer).collect();
        let due_at = match call.ended_at() {
            // Reached they are, whatever is still reported of start and answer: due before either.
            Some(ended_at) => {
                let connected = call.connected_seconds(self.now);
                timers.retain(|webhook| i64::from(webhook.seconds) <= connected);
                timers.sort_by_key(|webhook| webhook.seconds);
                let longest_ago = ended_at.plus_seconds(-i64::from(MAX_CALL_SECONDS));
                call.started_at.map_or(longest_ago, |started_at| started_at.min(ended_at))
            }
            None => call.answered_at()?,
        };
        let is_up = call.end.is_none();
        let created: Vec<Delivery> = timers
            .into_iter()
            .zip(0..)
            .map(|(webhook, position)| {
                let wait = if is_up { i64::from(webhook.seconds) } else { 0 };
                let key = self.key(Trigger::Timer, webhook);
                Delivery::due(key, position, due_at.plus_seconds(wait), self.now)
            })
            .collect();
        let due_at = call.course.due_at.filter(|_| !is_up);
        let step = Step { sets_timers: true, created, due_at, ..Step::default() };
        (!step.created.is_empty()).then_some(step)
    }

    /// Decides about an ended call and creates all that follows from it.
    fn decide(&self, weighed: Weighed) -> Step {
        let (decision, conversion) = Self::decision(weighed, self.now);
        let Converted { amounts, window } = conversion;
        let call = self.decided(decision, amounts);
        let connected = call.is_connected();

        let mut created = Vec::new();
        let decided = if decision.converted { Trigger::Conversion } else { Trigger::NonConversion };
        for trigger in connected.then_some(Trigger::Connect).into_iter().chain([decided]) {
            let fired = self.fire(trigger, &call, created.len());
            created.extend(fired);
        }
        // Due at once, so that no lost hint holds it up; its turn comes when the others had theirs.
        let always = self.campaign.webhooks_of(Trigger::Always).zip(created.len()..);
        let always: Vec<Delivery> = always
            .map(|(webhook, position)| {
                let key = self.key(Trigger::Always, webhook);
                Delivery::due(key, position_of(position), self.now, self.now)
            })
            .collect();
        created.extend(always);

        Step {
            sets_timers: connected,
            fires_connect: connected,
            decision: Some(decision),
            amounts,
            window,
            created,
            due_at: None,
        }
    }

    /// A postback converts a call that was decided as not converted, unless its caller converted not
    /// long ago.
    fn convert_late(&self, decided: Decision) -> Step {
        let (decision, conversion) = Self::decision(weigh(self), decided.at);
        let Converted { amounts, window } = conversion;
        let mut step = Step { decision: Some(decision), amounts, window, ..Step::default() };
        if decision.converted {
            step.created = self.fire(Trigger::Conversion, &self.decided(decision, amounts), 0);
        }
        step
    }

    /// What is decided, and by what the call converts if it does.
    fn decision(weighed: Weighed, at: Timestamp) -> (Decision, Converted) {
        let deduped = weighed == Weighed::Deduped;
        match weighed {
            Weighed::Converts(by) => (Decision { converted: true, deduped, at }, by),
            _ => (Decision { converted: false, deduped, at }, Converted::default()),
        }
    }

    /// The call as it stands once that is decided.
    fn decided(&self, decision: Decision, amounts: Amounts) -> Call {
        let mut call = self.call.clone();
        call.course.decision = Some(decision);
        call.amounts = call.amounts.or(amounts);
        call
    }

    /// The deliveries of a trigger that `call` has once, due now; those that are not for it are
    /// skipped.
    fn fire(&self, trigger: Trigger, call: &Call, first: usize) -> Vec<Delivery> {
        fire(&Standpoint { call, ..*self }, trigger, ONCE, first)
    }

    fn key(&self, trigger: Trigger, webhook: &Webhook) -> DeliveryKey {
        DeliveryKey {
            call: self.call.id.clone(),
            trigger,
            webhook: webhook.id.clone(),
            occurrence: ONCE.to_owned(),
        }
    }
}

/// What a call converted by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Converted {
    /// What that is worth.
    pub amounts: Amounts,
    /// The window it opens for the caller.
    pub window: Option<OpenWindow>,
}

/// The deliveries that an accepted postback fires, as the call stands with what it brought.
#[must_use]
pub fn postback_deliveries(
    call: &Call,
    campaign: &Campaign,
    occurrence: &str,
    now: Timestamp,
) -> Vec<Delivery> {
    let windows = Windows::default();
    let standpoint = Standpoint { call, campaign, windows: &windows, now };
    fire(&standpoint, Trigger::Postback, occurrence, 0)
}

fn fire(
    standpoint: &Standpoint<'_>,
    trigger: Trigger,
    occurrence: &str,
    first: usize,
) -> Vec<Delivery> {
    let Standpoint { call, campaign, now, .. } = *standpoint;
    let facts = CallFacts::of(call, campaign, now);
    let created = campaign.webhooks_of(trigger).zip(first..).map(|(webhook, position)| {
        let key =
            DeliveryKey { occurrence: occurrence.to_owned(), ..standpoint.key(trigger, webhook) };
        let position = position_of(position);
        let id = key.id();
        match (Firing { facts, webhook, delivery: &id, attempt: 1 }).why_not() {
            Some(note) => {
                Delivery::ended(key, position, Report::skipped(webhook.id.clone(), note), now)
            }
            None => Delivery::due(key, position, now, now),
        }
    });
    created.collect()
}

fn position_of(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
