//! Virtual time: it stands still while anything can be done, and then jumps to whatever is next.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Milliseconds since the run began.
pub type Millis = u64;

/// The time of a run, and who sleeps until when.
#[derive(Debug, Clone, Default)]
pub struct Timeline(Arc<Mutex<State>>);

/// When a sleeper wakes, and which one it is of those that wake then.
type Place = (Millis, u64);

#[derive(Debug, Default)]
struct State {
    now: Millis,
    sleepers: BTreeMap<Place, Waker>,
    count: u64,
}

impl Timeline {
    /// The time.
    #[must_use]
    pub fn now(&self) -> Millis {
        self.lock().now
    }

    /// Sleeps for a span.
    #[must_use]
    pub fn sleep(&self, span: Millis) -> Sleep {
        self.sleep_until(self.now().saturating_add(span))
    }

    /// Sleeps until a time; not at all when it has come.
    #[must_use]
    pub fn sleep_until(&self, at: Millis) -> Sleep {
        Sleep { timeline: self.clone(), at, place: None }
    }

    /// When the next sleeper wakes.
    #[must_use]
    pub fn next_wake(&self) -> Option<Millis> {
        self.lock().sleepers.keys().next().map(|(at, _)| *at)
    }

    /// Lets the time be later from the start.
    pub(super) fn jump_to(&self, at: Millis) {
        self.lock().now = at;
    }

    /// Moves on to the next sleeper and wakes all that sleep until then; says whether there is one.
    pub(super) fn move_on(&self) -> bool {
        let mut state = self.lock();
        let Some((at, _)) = state.sleepers.keys().next().copied() else { return false };
        state.now = at;
        let later = state.sleepers.split_off(&(at + 1, 0));
        let woken = std::mem::replace(&mut state.sleepers, later);
        drop(state);
        woken.into_values().for_each(Waker::wake);
        true
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A sleep. Dropped, it leaves nothing that time would stop at.
#[derive(Debug)]
pub struct Sleep {
    timeline: Timeline,
    at: Millis,
    place: Option<Place>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        let mut state = this.timeline.lock();
        if state.now >= this.at {
            return Poll::Ready(());
        }
        let place = this.place.unwrap_or_else(|| {
            state.count += 1;
            (this.at, state.count)
        });
        state.sleepers.insert(place, context.waker().clone());
        drop(state);
        this.place = Some(place);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.timeline.lock().sleepers.remove(&place);
        }
    }
}
