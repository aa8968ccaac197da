//! What is kept of a caller of a campaign. What has a time of its own is over at that time, whether
//! or not it still lies there.

use std::collections::BTreeMap;

use crate::call::CallId;
use crate::geo::Place;
use crate::ports::callers::{CallerMemory, MAX_REMEMBERED_BYTES, Remembering, Waiting};
use crate::tag::TagSet;
use crate::time::Timestamp;
use crate::window::{OpenWindow, Window, Windows};

/// A caller between calls.
#[derive(Debug, Default)]
pub(super) struct KeptCaller {
    last_call: Option<LastCall>,
    remembered: Option<Remembered>,
    waiting: BTreeMap<String, Waiting>,
    windows: BTreeMap<Window, Timestamp>,
}

/// The latest call by its start.
#[derive(Debug)]
struct LastCall {
    id: CallId,
    started_at: Timestamp,
}

/// What the next call starts with.
#[derive(Debug)]
struct Remembered {
    tags: TagSet,
    place: Option<Place>,
    until: Timestamp,
}

impl KeptCaller {
    /// The latest call.
    pub(super) fn last_call(&self) -> Option<&CallId> {
        self.last_call.as_ref().map(|last| &last.id)
    }

    /// Makes a call the latest, unless a later one is; says whether it is the latest now.
    pub(super) fn name_last_call(&mut self, call: &CallId, started_at: Timestamp) -> bool {
        let is_latest = self.last_call.as_ref().is_none_or(|last| last.started_at <= started_at);
        if is_latest {
            self.last_call = Some(LastCall { id: call.clone(), started_at });
        }
        is_latest
    }

    /// What a call that starts `at` is given. Data waits for the next call: one that started before
    /// the latest does not get it.
    pub(super) fn memory(&self, at: Timestamp, now: Timestamp) -> CallerMemory {
        let is_next = self.last_call.as_ref().is_none_or(|last| last.started_at <= at);
        let remembered = self.remembered.as_ref().filter(|remembered| remembered.until > now);
        CallerMemory {
            tags: remembered.map(|remembered| remembered.tags.clone()).unwrap_or_default(),
            place: remembered.and_then(|remembered| remembered.place),
            waiting: if is_next { self.waiting(now) } else { Vec::new() },
            windows: self.windows(now),
        }
    }

    /// Adds to what is remembered. What has expired, or has grown too heavy, is forgotten for what
    /// is new.
    pub(super) fn remember(&mut self, new: &Remembering<'_>, now: Timestamp) {
        let known = self.remembered.take().filter(|known| known.until > now);
        let (mut tags, place) = known.map(|known| (known.tags, known.place)).unwrap_or_default();
        tags.merge(new.tags.clone());
        let fits = |tags: &TagSet| tags.weight() <= MAX_REMEMBERED_BYTES;
        let (tags, place) = if fits(&tags) {
            (tags, new.place.or(place))
        } else {
            (Some(&new.tags).filter(|tags| fits(tags)).cloned().unwrap_or_default(), new.place)
        };
        self.remembered = Some(Remembered { tags, place, until: new.until });
    }

    /// The postings that wait, oldest first.
    pub(super) fn waiting(&self, now: Timestamp) -> Vec<Waiting> {
        let waiting = self.waiting.values().filter(|waiting| waiting.expires_at > now);
        let mut waiting: Vec<Waiting> = waiting.cloned().collect();
        waiting.sort_by_key(|waiting| waiting.since);
        waiting
    }

    /// Lets a posting wait; says whether it is new.
    pub(super) fn wait(&mut self, waiting: &Waiting, now: Timestamp) -> bool {
        let is_new = self.waiting.get(&waiting.id).is_none_or(|known| known.expires_at <= now);
        if is_new {
            self.waiting.insert(waiting.id.clone(), waiting.clone());
        }
        is_new
    }

    /// Takes a posting away.
    pub(super) fn settle(&mut self, id: &str) {
        self.waiting.remove(id);
    }

    /// The windows that are open.
    pub(super) fn windows(&self, now: Timestamp) -> Windows {
        let open = self.windows.iter().filter(|(_, until)| **until > now);
        open.map(|(window, _)| window.clone()).collect()
    }

    /// Whether a window is open.
    pub(super) fn is_open(&self, window: &Window, now: Timestamp) -> bool {
        self.windows.get(window).is_some_and(|until| *until > now)
    }

    /// Opens a window.
    pub(super) fn open(&mut self, opens: &OpenWindow) {
        self.windows.insert(opens.window.clone(), opens.until);
    }
}
