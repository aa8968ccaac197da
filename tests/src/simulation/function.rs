//! One invocation of a function: its clock, its randomness, and its death.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use hookline::ports::clock::Clock;
use hookline::ports::random::Random;
use hookline::time::Timestamp;

use super::journal::{By, Death, Entry, Task, What};
use super::timeline::{Millis, Sleep};
use super::world::World;

/// An invocation while it runs.
pub(super) struct Function {
    pub(super) world: Arc<World>,
    pub(super) by: By,
    /// How far its clock is ahead.
    skew: i64,
    crashed: AtomicBool,
}

/// How an invocation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending<T> {
    /// Well.
    Done(T),
    /// With an error.
    Failed(String),
    /// It died over it.
    Died,
}

/// Starts a function that may run for `limit`, and waits for its end.
pub(super) async fn invoke<T>(
    world: &Arc<World>,
    task: Task,
    limit: Millis,
    work: impl AsyncFnOnce(&Function) -> Result<T, String>,
) -> Ending<T> {
    let function = Function::new(world);
    function.write(What::Began(task));
    let rates = world.rates();
    let doomed_in = {
        let mut dice = world.dice();
        dice.happens(rates.doom).then(|| dice.between(0, 4_000))
    };
    let (span, death) = match doomed_in {
        Some(span) if span < limit => (span, Death::Crash),
        _ => (limit, Death::Timeout),
    };
    let end = world.timeline.sleep(span);
    let ending = Life { work: pin!(work(&function)), end: pin!(end), death, function: &function };
    let ending = ending.await;
    function.write(match &ending {
        Ok(Ok(_)) => What::Done,
        Ok(Err(error)) => What::Failed(error.clone()),
        Err(death) => What::Died(*death),
    });
    match ending {
        Ok(Ok(done)) => Ending::Done(done),
        Ok(Err(error)) => Ending::Failed(error),
        Err(_) => Ending::Died,
    }
}

/// The work of a function for as long as it lives. Once it has died, its work is not touched again.
struct Life<'a, W> {
    work: Pin<&'a mut W>,
    end: Pin<&'a mut Sleep>,
    death: Death,
    function: &'a Function,
}

impl<W: Future> Future for Life<'_, W> {
    type Output = Result<W::Output, Death>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        if this.end.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(this.death));
        }
        let polled = this.work.as_mut().poll(context);
        if this.function.crashed.load(Ordering::Relaxed) {
            return Poll::Ready(Err(Death::Crash));
        }
        polled.map(Ok)
    }
}

impl Function {
    fn new(world: &Arc<World>) -> Self {
        let most = i64::try_from(world.faults.skew).unwrap_or(0);
        let spread = world.dice().between(0, world.faults.skew * 2);
        Self {
            world: Arc::clone(world),
            by: world.next_invocation(),
            skew: i64::try_from(spread).unwrap_or(0) - most,
            crashed: AtomicBool::new(false),
        }
    }

    /// Writes what it did.
    pub(super) fn write(&self, what: What) {
        let at = self.world.timeline.now();
        self.world.journal.write(Entry { at, by: self.by, clock: self.now(), what });
    }

    /// Lets time pass on the way to the store or back, and perhaps dies there.
    pub(super) async fn pass(&self) {
        let (crashes, span) = {
            let rates = self.world.rates();
            let mut dice = self.world.dice();
            let most = if dice.happens(rates.slow) { rates.slowness } else { 12 };
            (dice.happens(rates.crash), dice.between(1, most))
        };
        self.world.timeline.sleep(span).await;
        if crashes {
            self.crashed.store(true, Ordering::Relaxed);
            // Whoever polls this life sees that it has ended.
            std::future::pending::<()>().await;
        }
    }
}

impl Clock for Function {
    fn now(&self) -> Timestamp {
        self.world.clock(self.skew)
    }
}

impl Random for Function {
    fn key_bytes(&self) -> [u8; 24] {
        let mut dice = self.world.dice();
        std::array::from_fn(|_| dice.bits().to_le_bytes()[0])
    }

    fn fraction(&self) -> f64 {
        let parts = u32::try_from(self.world.dice().between(0, 1_000_000)).unwrap_or(0);
        f64::from(parts) / 1_000_000.0
    }

    fn uuid(&self) -> String {
        let mut dice = self.world.dice();
        let [a, b] = [dice.bits(), dice.bits()];
        format!(
            "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
            a >> 32,
            a & 0xffff,
            (a >> 16) & 0xfff,
            b >> 52,
            b & 0xffff_ffff_ffff
        )
    }
}
