//! What people do once a run has come to rest: they have deliveries that are over replayed, some of
//! them twice or at once, while all goes wrong as it did before.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::FutureExt;
use hookline::adapters::memory::Memory;
use hookline::call::CallId;
use hookline::campaign::CampaignId;
use hookline::delivery::{Delivery, DeliveryKey};
use hookline::ports::calls::Calls;
use hookline::ports::campaigns::Campaigns;
use hookline::trigger::Class;
use hookline::use_cases::replay_delivery;

use super::dice::Dice;
use super::executor::{Executor, Spawner};
use super::function::{Function, invoke};
use super::journal::Task;
use super::plan::CAMPAIGN;
use super::queue::Queue;
use super::store::Store;
use super::timeline::{Millis, Timeline};
use super::world::World;
use super::{Run, queue, sweeper};

/// How long a function that replays may run.
const LIMIT: Millis = 20_000;
/// Within how long all is replayed.
const SPAN: Millis = 600_000;
/// Sets the dice apart from those of the run before.
const SALT: u64 = 0x0A57_E12A_A7B5_11CE;

/// What came of a run after its end.
#[derive(Debug)]
pub struct Aftermath {
    /// What happened, as a run of its own.
    pub run: Run,
    /// The deliveries as they stood before.
    pub before: Vec<Delivery>,
    /// The webhooks that were disabled before.
    pub disabled: BTreeSet<String>,
}

/// Has some of a run's deliveries replayed, and sees that through to its end.
#[must_use]
pub fn play(run: &Run) -> Aftermath {
    let mut dice = Dice::new(run.seed ^ SALT);
    let timeline = Timeline::default();
    timeline.jump_to(run.ended_at);
    let (before, disabled) = (deliveries(run), disabled(&run.memory));
    let faults = run.faults.going_on_from(run.ended_at);
    let mut executor = Executor::new(timeline.clone(), dice.fork());
    let invocations = run.journal.iter().map(|entry| entry.by).max().unwrap_or(0);
    let world = World::new(timeline.clone(), run.plan.clone(), faults, dice.fork())
        .going_on(run.memory.clone(), invocations);
    let (world, spawner) = (Arc::new(world), executor.spawner());
    spawner.spawn(queue::attend(Arc::clone(&world), spawner.clone()));
    for delivery in before.iter().filter(|one| one.trigger().class() == Class::Browser) {
        for _ in 0..dice.one_of(&[0, 0, 1, 1, 1, 2, 3]) {
            replay(&world, &spawner, &delivery.key, dice.between(0, SPAN));
        }
    }
    spawner.spawn(sweeper::sweep_each_minute(Arc::clone(&world), spawner.clone()));
    let rested = executor.run();
    let run = Run {
        seed: run.seed,
        plan: world.plan.clone(),
        faults,
        journal: world.journal.take(),
        memory: world.memory.clone(),
        rested,
        ended_at: timeline.now(),
    };
    Aftermath { run, before, disabled }
}

/// Has a delivery replayed after a while, by two at once as often as not.
fn replay(world: &Arc<World>, spawner: &Spawner, key: &DeliveryKey, after: Millis) {
    let at = world.timeline.now().saturating_add(after);
    for _ in 0..world.dice().between(1, 2) {
        let (world, key) = (Arc::clone(world), key.clone());
        spawner.spawn(async move {
            world.timeline.sleep_until(at).await;
            let work = async |function: &Function| take(function, &key).await;
            invoke(&world, Task::Replay(key.clone()), LIMIT, work).await;
        });
    }
}

async fn take(function: &Function, key: &DeliveryKey) -> Result<(), String> {
    let (store, queue, id) = (Store(function), Queue::of(function), key.id());
    match replay_delivery(&store, &queue, function, &key.call, id.as_str()).await {
        Ok(_) => Ok(()),
        Err(refusal) => Err(refusal.to_string()),
    }
}

fn deliveries(run: &Run) -> Vec<Delivery> {
    let ids = run.plan.calls.iter().filter_map(|call| CallId::parse(&call.id).ok());
    ids.flat_map(|id| deliveries_of(&run.memory, &id)).collect()
}

/// The deliveries of a call as they stand.
pub(super) fn deliveries_of(memory: &Memory, id: &CallId) -> Vec<Delivery> {
    let history = memory.history(id).now_or_never().and_then(Result::ok).flatten();
    history.map(|(_, deliveries)| deliveries).unwrap_or_default()
}

fn disabled(memory: &Memory) -> BTreeSet<String> {
    let campaign = CampaignId::parse(CAMPAIGN).ok();
    let campaign = campaign.and_then(|id| memory.campaign_now(&id).now_or_never());
    let campaign = campaign.and_then(Result::ok).flatten();
    let webhooks = campaign.iter().flat_map(|campaign| &campaign.webhooks);
    webhooks.filter(|webhook| !webhook.enabled).map(|webhook| webhook.id.to_string()).collect()
}
