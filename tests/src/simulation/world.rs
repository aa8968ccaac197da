//! What all parts of a run share.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hookline::adapters::memory::Memory;
use hookline::time::Timestamp;

use super::dice::Dice;
use super::faults::{Faults, Rates};
use super::journal::{By, Entry, Journal, What};
use super::plan::Plan;
use super::queue::Inbox;
use super::timeline::{Millis, Timeline};

/// When every run begins: 2026-11-23T17:00:00Z, in milliseconds.
const BEGINNING: i64 = 1_795_453_200_000;

/// The world of a run.
pub(super) struct World {
    pub(super) timeline: Timeline,
    pub(super) memory: Memory,
    pub(super) journal: Journal,
    pub(super) plan: Plan,
    pub(super) faults: Faults,
    pub(super) inbox: Inbox,
    /// How often each partner was asked about a delivery.
    pub(super) asked: Mutex<HashMap<String, u32>>,
    dice: Mutex<Dice>,
    invocations: Mutex<By>,
}

impl World {
    pub(super) fn new(timeline: Timeline, plan: Plan, faults: Faults, dice: Dice) -> Self {
        Self {
            timeline,
            memory: Memory::new(),
            journal: Journal::default(),
            plan,
            faults,
            inbox: Inbox::default(),
            asked: Mutex::default(),
            dice: Mutex::new(dice),
            invocations: Mutex::new(0),
        }
    }

    /// A world in which all goes on where it ended, after so many invocations.
    pub(super) fn going_on(mut self, memory: Memory, invocations: By) -> Self {
        self.memory = memory;
        self.invocations = Mutex::new(invocations);
        self
    }

    /// The dice of the run.
    pub(super) fn dice(&self) -> MutexGuard<'_, Dice> {
        self.dice.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often things go wrong now.
    pub(super) fn rates(&self) -> Rates {
        self.faults.at(self.timeline.now())
    }

    /// A name for a new invocation.
    pub(super) fn next_invocation(&self) -> By {
        let mut last = self.invocations.lock().unwrap_or_else(PoisonError::into_inner);
        *last += 1;
        *last
    }

    /// Writes what the world outside did.
    pub(super) fn write(&self, what: What) {
        let at = self.timeline.now();
        self.journal.write(Entry { at, by: 0, clock: true_time(at), what });
    }

    /// The time by a clock that is ahead by so much.
    pub(super) fn clock(&self, ahead: i64) -> Timestamp {
        clock_at(self.timeline.now(), ahead)
    }
}

/// A moment of virtual time by a clock that is right.
pub(super) fn true_time(at: Millis) -> Timestamp {
    clock_at(at, 0)
}

/// A moment of virtual time by a clock that is ahead by so much.
#[expect(clippy::expect_used, reason = "no run comes near the year 9999")]
pub(super) fn clock_at(at: Millis, ahead: i64) -> Timestamp {
    let millis = i64::try_from(at).unwrap_or(i64::MAX).saturating_add(ahead);
    Timestamp::from_millis(BEGINNING.saturating_add(millis)).expect("a time in range")
}
