//! The use cases, as they are, in a world that goes wrong: a virtual clock, a scheduler that a seed
//! decides, functions that die at any await, a store that is throttled or silent, hints that are
//! lost, doubled and late, a platform and partners that behave as they do.
//!
//! A seed decides everything: the [`plan`] of what the world outside does, the [`faults`], and every
//! turn and latency. [`run`] plays a seed to its end and [`oracle`] judges what happened, by the
//! plan and the [`journal`], against its own reading of the spec; [`trial`] does so with many. What
//! people do once all is over has an [`aftermath`] of its own.

pub mod aftermath;
pub mod dice;
mod executor;
pub mod faults;
mod function;
pub mod journal;
pub mod narration;
pub mod oracle;
mod partners;
pub mod plan;
mod platform;
mod posters;
mod queue;
mod store;
mod sweeper;
pub mod timeline;
pub mod trial;
mod world;

use std::sync::Arc;

use dice::Dice;
use executor::Executor;
use faults::Faults;
use futures_util::FutureExt;
use hookline::adapters::memory::Memory;
use hookline::campaign::Campaign;
use hookline::key::{BearerKey, DEFAULT_STORAGE, Grant, Key, PostbackGrant};
use hookline::ports::campaigns::Campaigns;
use hookline::ports::keys::Keys;
use journal::Entry;
use plan::Plan;
use timeline::{Millis, Timeline};
use world::{World, true_time};

/// A run that has come to its end.
#[derive(Debug)]
pub struct Run {
    /// The seed.
    pub seed: u64,
    /// What was played.
    pub plan: Plan,
    /// What went wrong when.
    pub faults: Faults,
    /// What happened.
    pub journal: Vec<Entry>,
    /// The store as it was left.
    pub memory: Memory,
    /// Whether it came to rest of itself.
    pub rested: bool,
    /// When it ended.
    pub ended_at: Millis,
}

/// Plays a seed to its end.
///
/// # Panics
/// When the plan is not one that Hookline takes, which is a fault of the harness.
#[must_use]
pub fn run(seed: u64) -> Run {
    let mut dice = Dice::new(seed);
    let plan = Plan::draw(&mut dice.fork());
    let faults = Faults::draw(&mut dice.fork());
    let timeline = Timeline::default();
    let mut executor = Executor::new(timeline.clone(), dice.fork());
    let world = Arc::new(World::new(timeline.clone(), plan, faults, dice.fork()));
    prepare(&world);
    let spawner = executor.spawner();
    spawner.spawn(queue::attend(Arc::clone(&world), spawner.clone()));
    platform::play(&world, &spawner);
    posters::post(&world, &spawner);
    spawner.spawn(sweeper::sweep_each_minute(Arc::clone(&world), spawner.clone()));
    let rested = executor.run();
    Run {
        seed,
        plan: world.plan.clone(),
        faults,
        journal: world.journal.take(),
        memory: world.memory.clone(),
        rested,
        ended_at: timeline.now(),
    }
}

/// Saves the campaign and makes its postback key.
#[expect(clippy::expect_used, reason = "a plan that cannot be saved is a fault of the harness")]
fn prepare(world: &World) {
    let document = world.plan.campaign.document();
    let campaign = Campaign::from_document(&document).expect("the plan is a campaign");
    let grant = PostbackGrant {
        campaign: campaign.id.clone(),
        tag_prefix: None,
        storage: DEFAULT_STORAGE,
        cutoff: None,
    };
    let key = Key {
        hash: BearerKey::given(posters::KEY.to_owned()).hash(),
        name: "simulation".to_owned(),
        paused: false,
        paused_at: None,
        created_at: true_time(0),
        grant: Grant::Postback(grant),
    };
    let saved = async {
        world.memory.save(&campaign).await?;
        world.memory.store_key(&key).await
    };
    saved.now_or_never().and_then(Result::ok).expect("the store in memory does not fail");
}
