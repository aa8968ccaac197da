//! The minute tick. Minutes in which a sweep would find nothing are jumped over.

use std::sync::Arc;

use hookline::use_cases::sweep;

use super::executor::Spawner;
use super::function::invoke;
use super::journal::Task;
use super::queue::{LIMIT, Queue};
use super::store::Store;
use super::timeline::Millis;
use super::world::{World, true_time};

const MINUTE: Millis = 60_000;
/// After so long nothing may be due any more: retries take three days and a half.
pub(super) const LAST: Millis = 10 * 24 * 60 * MINUTE;

/// Sweeps each minute for as long as anything is due or goes on.
pub(super) async fn sweep_each_minute(world: Arc<World>, spawner: Spawner) {
    let last = world.timeline.now().saturating_add(LAST);
    loop {
        while spawner.is_busy() {
            world.timeline.sleep(1).await;
        }
        let now = world.timeline.now();
        let next = match (world.timeline.next_wake(), next_due(&world)) {
            (Some(wake), Some(due)) => wake.min(due),
            (Some(next), None) | (None, Some(next)) => next,
            (None, None) => return,
        };
        let tick = (next.max(now) / MINUTE + 1) * MINUTE;
        if tick > last {
            return;
        }
        world.timeline.sleep_until(tick).await;
        if is_past_due(&world, tick) {
            invoke(&world, Task::Sweep, LIMIT, async |function| {
                let swept = sweep(&Store(function), &Queue::of_sweep(function), function).await;
                swept.map(drop).map_err(|error| error.to_string())
            })
            .await;
        }
    }
}

/// Whether anything is due by a time.
fn is_past_due(world: &World, by: Millis) -> bool {
    world.memory.is_due(true_time(by))
}

/// When something is due next, to the minute; `None` when nothing ever is.
fn next_due(world: &World) -> Option<Millis> {
    if !is_past_due(world, 4 * LAST) {
        return None;
    }
    let (mut before, mut by) = (0, 4 * LAST);
    while by - before > MINUTE {
        let middle = before + (by - before) / 2;
        if is_past_due(world, middle) {
            by = middle;
        } else {
            before = middle;
        }
    }
    Some(before)
}
