//! Partners who post back: by the call's key or the campaign's, again when Hookline failed.

use std::sync::Arc;

use futures_util::FutureExt;
use hookline::call::CallId;
use hookline::key::BearerKey;
use hookline::ports::calls::Calls;
use hookline::use_cases::{Parameters, PostbackAnswer, take_postback, write_data};

use super::executor::Spawner;
use super::function::{Ending, Function, invoke};
use super::journal::{Task, What};
use super::plan::{About, PostingPlan};
use super::queue::Queue;
use super::store::Store;
use super::timeline::Millis;
use super::world::World;

/// How long a function that takes a posting may run.
const LIMIT: Millis = 15_000;
/// How often a partner tries.
const TRIES: u32 = 40;
/// The campaign's postback key.
pub(super) const KEY: &str = "hlp_simulation";

/// Posts all that is posted in a run.
pub(super) fn post(world: &Arc<World>, spawner: &Spawner) {
    for posting in &world.plan.postings {
        for after in std::iter::once(&0).chain(&posting.again_after) {
            let at = posting.at.saturating_add(*after);
            let (world, posting) = (Arc::clone(world), posting.clone());
            spawner.spawn(async move {
                world.timeline.sleep_until(at).await;
                see_through(&world, &posting).await;
            });
        }
    }
}

async fn see_through(world: &Arc<World>, posting: &PostingPlan) {
    for _ in 0..TRIES {
        let (deaf, pause) = {
            let rates = world.rates();
            let mut dice = world.dice();
            (dice.happens(rates.deaf), dice.between(500, 60_000))
        };
        let key = match &posting.about {
            About::Handler(call) => call_key(world, call),
            _ => Some(String::new()),
        };
        if let Some(key) = key {
            let task = Task::Posting(posting.number);
            let work = async |function: &Function| take(function, posting, &key).await;
            if let Ending::Done(answer) = invoke(world, task, LIMIT, work).await {
                world.write(What::Heard(posting.number, answer.result));
                if !deaf && answer.result.status() < 300 {
                    return;
                }
            }
        }
        world.timeline.sleep(pause).await;
    }
    world.write(What::GaveUp(posting.number));
}

/// The key that the platform handed on to whoever posts about the call.
fn call_key(world: &World, call: &str) -> Option<String> {
    let id = CallId::parse(call).ok()?;
    let call = world.memory.call(&id).now_or_never()?.ok()??;
    Some(call.key.expose().to_owned())
}

async fn take(
    function: &Function,
    posting: &PostingPlan,
    key: &str,
) -> Result<PostbackAnswer, String> {
    let parameters = Parameters::of_form(Some(&posting.query(Some(key))));
    let (store, queue) = (&Store(function), &Queue::of(function));
    let taken = match &posting.about {
        About::Handler(call) => {
            take_postback(store, queue, function, function, call, parameters).await
        }
        About::Call(_) | About::Caller(_) => {
            let bearer = BearerKey::given(KEY.to_owned());
            write_data(store, queue, function, function, &bearer, parameters).await
        }
    };
    taken.map_err(|error| error.to_string())
}
