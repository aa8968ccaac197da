//! Judges a run: what had to happen by the spec, what must never happen, each as one invariant.
//!
//! The oracle reads the plan and the journal. Of Hookline's own thinking it takes nothing: what
//! applies, when it is due and what it brings are worked out here once more, from what the store did
//! and what went over the wire.

mod attempted;
mod changes;
mod claims;
mod conversion;
mod cookies;
mod exchange;
mod fitting;
mod history;
mod last;
mod made_good;
mod notes;
mod owed;
mod postings;
mod remembered;
mod replays;
mod rest;
mod spacing;
mod state;
mod tags;
mod timers;
mod windows;

use super::Run;
use super::aftermath::Aftermath;
use history::History;

/// Something that must hold after every run.
pub struct Invariant {
    /// What must hold, as a sentence.
    pub name: &'static str,
    judge: fn(&History<'_>) -> Vec<String>,
}

/// What came of an invariant in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What must hold.
    pub name: &'static str,
    /// Where it did not; nothing when it held.
    pub broken: Vec<String>,
}

/// Everything that must hold.
pub const INVARIANTS: &[Invariant] = &[
    Invariant { name: "every applicable delivery is attempted", judge: attempted::judge },
    Invariant { name: "nothing fires that is not for the call", judge: fitting::judge },
    Invariant { name: "a timer fires in its time and once", judge: timers::judge },
    Invariant { name: "always is last and exactly once", judge: last::judge },
    Invariant { name: "at most one claim is live at any time", judge: claims::judge },
    Invariant {
        name: "an attempt is sent again only where its end was not told, under the same id",
        judge: exchange::judge,
    },
    Invariant { name: "attempts keep to the retry schedule", judge: spacing::judge },
    Invariant { name: "tags are the union of what was accepted", judge: tags::judge },
    Invariant { name: "callers are remembered as the campaign says", judge: remembered::judge },
    Invariant { name: "a call is decided once and rightly", judge: conversion::judge },
    Invariant { name: "what was posted is on its call", judge: postings::judge },
    Invariant {
        name: "first attempts of browser requests do not overlap",
        judge: cookies::overlap,
    },
    Invariant { name: "cookies of earlier first attempts are sent", judge: cookies::kept },
    Invariant { name: "what is lost is made good within two ticks", judge: made_good::judge },
    Invariant { name: "nothing stays due for ever", judge: rest::judge },
    Invariant { name: "nothing fails of itself", judge: rest::failures },
];

/// Judges a run by every invariant.
#[must_use]
pub fn judge(run: &Run) -> Vec<Verdict> {
    let history = History::of(run);
    INVARIANTS
        .iter()
        .map(|invariant| Verdict { name: invariant.name, broken: (invariant.judge)(&history) })
        .collect()
}

/// Judges what became of replays.
#[must_use]
pub fn judge_aftermath(aftermath: &Aftermath) -> Vec<Verdict> {
    let history = History::of(&aftermath.run);
    vec![
        Verdict {
            name: "what is replayed is sent anew, and nothing else is",
            broken: replays::judge(&history, aftermath),
        },
        Verdict {
            name: "at most one claim is live at any time after a replay",
            broken: claims::judge(&history),
        },
        Verdict { name: "no replay fails of itself", broken: rest::failures(&history) },
    ]
}
