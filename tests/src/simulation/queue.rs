//! The queues: what is hinted reaches a function after its delay and never before, but late, twice or
//! not at all. What a function fails at comes again after the visibility timeout, five times in all.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use hookline::ports::hints::{DelayedHint, Hint, Hints, MAX_DELAY};
use hookline::use_cases::{advance_call, deliver};

use super::executor::Spawner;
use super::function::{Ending, Function, invoke};
use super::journal::{Task, What};
use super::partners::Partners;
use super::store::Store;
use super::timeline::Millis;
use super::world::World;

/// How long a function on a queue may run.
pub(super) const LIMIT: Millis = 30_000;
const VISIBILITY: Millis = 180_000;
const RECEIVES: u32 = 5;

/// Sends hints for a function.
pub(super) struct Queue<'a> {
    function: &'a Function,
    /// Whether this is the sweep, whose hints are not lost once the faults are over.
    sweeps: bool,
}

/// What was hinted and is to be taken on.
#[derive(Default)]
pub(super) struct Inbox(Mutex<(VecDeque<Message>, Option<Waker>)>);

struct Message {
    hint: Hint,
    delay: Millis,
}

impl<'a> Queue<'a> {
    /// The queues for a function.
    pub(super) fn of(function: &'a Function) -> Self {
        Self { function, sweeps: false }
    }

    /// The queues for the sweep.
    pub(super) fn of_sweep(function: &'a Function) -> Self {
        Self { function, sweeps: true }
    }
}

impl Hints for Queue<'_> {
    async fn send(&self, hints: Vec<DelayedHint>) {
        if hints.is_empty() {
            return;
        }
        let function = self.function;
        function.pass().await;
        let world = &function.world;
        let rates = world.rates();
        let is_safe = self.sweeps && world.timeline.now() >= world.faults.horizon;
        let lost = if is_safe { 0 } else { rates.lost };
        for DelayedHint { hint, delay } in hints {
            let delay = u64::try_from(delay.min(MAX_DELAY).as_millis()).unwrap_or(u64::MAX);
            // Queues count whole seconds.
            let delay = delay.div_ceil(1_000) * 1_000;
            let (lost, doubled) = {
                let mut dice = world.dice();
                (dice.happens(lost), dice.happens(rates.doubled))
            };
            if lost {
                function.write(What::Lost(hint));
                continue;
            }
            function.write(What::Hinted(hint.clone(), delay));
            for hint in std::iter::once(hint.clone()).chain(doubled.then_some(hint)) {
                world.inbox.push(Message { hint, delay });
            }
        }
        function.pass().await;
    }
}

impl Inbox {
    fn push(&self, message: Message) {
        let mut inbox = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inbox.0.push_back(message);
        if let Some(waker) = inbox.1.take() {
            waker.wake();
        }
    }

    async fn next(&self) -> Message {
        std::future::poll_fn(|context| {
            let mut inbox = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(message) = inbox.0.pop_front() {
                return Poll::Ready(message);
            }
            inbox.1 = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }
}

/// Takes on whatever is hinted, for ever.
pub(super) async fn attend(world: Arc<World>, spawner: Spawner) {
    loop {
        let message = world.inbox.next().await;
        spawner.spawn(see_through(Arc::clone(&world), message));
    }
}

async fn see_through(world: Arc<World>, Message { hint, delay }: Message) {
    let lateness = {
        let rates = world.rates();
        let mut dice = world.dice();
        let most = if dice.happens(rates.late) { rates.lateness } else { 50 };
        dice.between(1, most)
    };
    world.timeline.sleep(delay.saturating_add(lateness)).await;
    for _ in 0..RECEIVES {
        let received_at = world.timeline.now();
        if matches!(handle(&world, &hint).await, Ending::Done(())) {
            return;
        }
        world.timeline.sleep_until(received_at.saturating_add(VISIBILITY)).await;
    }
}

async fn handle(world: &Arc<World>, hint: &Hint) -> Ending<()> {
    match hint {
        Hint::Delivery(key) => {
            invoke(world, Task::Deliver(key.clone()), LIMIT, async |function| {
                let (store, queue) = (&Store(function), &Queue::of(function));
                let partners = &Partners(function);
                let remaining = Duration::from_millis(LIMIT);
                let delivered =
                    deliver(store, partners, queue, function, function, key, remaining).await;
                delivered.map(drop).map_err(|error| error.to_string())
            })
            .await
        }
        Hint::Call { call } => {
            invoke(world, Task::Advance(call.clone()), LIMIT, async |function| {
                let (store, queue) = (&Store(function), &Queue::of(function));
                advance_call(store, queue, function, call).await.map_err(|error| error.to_string())
            })
            .await
        }
    }
}
