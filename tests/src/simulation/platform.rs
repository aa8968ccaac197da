//! The call platform: tells of each event late, twice or out of order, and again when Hookline
//! failed.

use std::sync::Arc;

use hookline::call::{CallEvent, CallId};
use hookline::ports::clock::Clock;
use hookline::use_cases::{Arrival, take_event};

use super::executor::Spawner;
use super::function::{Ending, Function, invoke};
use super::journal::{Task, What};
use super::partners::Partners;
use super::plan::{CallPlan, EventPlan};
use super::queue::Queue;
use super::store::Store;
use super::timeline::Millis;
use super::world::{World, clock_at};

/// How long a function that takes an event may run.
const LIMIT: Millis = 15_000;

/// Plays all calls of a run.
pub(super) fn play(world: &Arc<World>, spawner: &Spawner) {
    for call in &world.plan.calls {
        for (place, event) in call.events.iter().enumerate() {
            for after in &event.told_after {
                let at = event.at.saturating_add(*after);
                let (world, call, event) = (Arc::clone(world), call.clone(), event.clone());
                spawner.spawn(async move {
                    world.timeline.sleep_until(at).await;
                    tell(&world, &call, place, &event).await;
                });
            }
        }
    }
}

async fn tell(world: &Arc<World>, call: &CallPlan, place: usize, event: &EventPlan) {
    let mut taken = false;
    for _ in 0..event.tries {
        let task = Task::Event(call.id.clone(), event.kind.as_str());
        let ending =
            invoke(world, task, LIMIT, async |function| take(function, call, event).await).await;
        let (deaf, pause) = {
            let rates = world.rates();
            let mut dice = world.dice();
            (dice.happens(rates.deaf), dice.between(200, 20_000))
        };
        taken |= matches!(ending, Ending::Done(()));
        if taken && !deaf {
            break;
        }
        world.timeline.sleep(pause).await;
    }
    world.write(What::Told(call.id.clone(), place, taken));
}

async fn take(function: &Function, call: &CallPlan, event: &EventPlan) -> Result<(), String> {
    let occurred_at = clock_at(event.at, function.world.plan.platform_skew).to_string();
    let id = CallId::parse(&call.id).map_err(|fault| fault.to_string())?;
    let body = event.body(call, &occurred_at);
    let event = CallEvent::from_json(event.kind, id, &body, function.now())
        .map_err(|faults| faults.to_string())?;
    let (store, queue, partners) = (&Store(function), &Queue::of(function), &Partners(function));
    let taken =
        take_event(store, partners, queue, function, function, &event, Arrival::default()).await;
    taken.map(drop).map_err(|error| error.to_string())
}
