//! The first invocation of each function, before a store that holds what it needs.

use std::time::Duration;

use hookline::campaign::CampaignId;
use hookline::key::{BearerKey, Grant, PostbackGrant, Scope};
use hookline_tests::api_gateway::Request;
use hookline_tests::queues::batch;
use hookline_tests::runtime_api::{INVOKE_LIMIT, LambdaFunction};
use serde_json::{Value, json};

use crate::bench::{Bench, BenchError};
use crate::events;
use crate::world::World;

/// A campaign without webhooks.
const CAMPAIGN: &str = "solar";

/// Starts functions and invokes each once.
#[derive(Debug)]
pub struct FirstInvocations {
    world: World,
    /// Makes the calls that others need.
    starter: LambdaFunction,
    admin: BearerKey,
    postback: BearerKey,
    calls: usize,
}

/// A function that has just answered for the first time; it runs until this is dropped.
#[derive(Debug)]
pub struct First {
    /// From just before its process was started to its first poll of the Runtime API.
    pub poll: Duration,
    /// From there, less what the bench itself took to hand in the event, to its first answer.
    pub answer: Duration,
    /// The function.
    pub function: LambdaFunction,
}

impl FirstInvocations {
    /// A world with a campaign without webhooks and keys.
    ///
    /// # Errors
    /// When a part of it does not start.
    pub async fn new(bench: &Bench) -> Result<Self, BenchError> {
        let world = World::start().await?;
        world.campaign(CAMPAIGN, &json!([])).await?;
        let campaign = CampaignId::try_from(CAMPAIGN.to_owned())
            .map_err(BenchError::during("naming the campaign"))?;
        let grant = PostbackGrant {
            campaign,
            tag_prefix: None,
            storage: Duration::from_hours(1),
            cutoff: None,
        };
        let admin = world.key(Grant::Api(Scope::Admin)).await?;
        let postback = world.key(Grant::Postback(grant)).await?;
        let starter = world.function(bench, "start").await?;
        Ok(Self { world, starter, admin, postback, calls: 0 })
    }

    /// Starts the echo and has it answer once.
    ///
    /// # Errors
    /// When it does not answer what it was told.
    pub async fn of_echo(&self, bench: &Bench) -> Result<First, BenchError> {
        let spawned = LambdaFunction::spawn(&bench.echo, self.world.environment()).await;
        let function = spawned.map_err(BenchError::during("starting the echo"))?;
        let event = events::start(CAMPAIGN, 0);
        first("echo", function, event.clone(), |answer| *answer == event).await
    }

    /// Starts a function and has it answer once.
    ///
    /// # Errors
    /// When it does not, or not as it has to.
    pub async fn of(&mut self, bench: &Bench, name: &str) -> Result<First, BenchError> {
        let event = self.event(name).await?;
        let function = self.world.function(bench, name).await?;
        first(name, function, event, right).await
    }

    /// What that function is invoked with; a call that it needs is started.
    async fn event(&mut self, name: &str) -> Result<Value, BenchError> {
        self.calls += 1;
        let call = self.calls;
        let id = events::id(call);
        let start = events::start(CAMPAIGN, call);
        if name == "start" {
            return Ok(start);
        }
        let started = self.starter.invoke(start).await;
        let started = started.map_err(BenchError::during("starting a call"))?;
        let key = started.get("call_key").and_then(Value::as_str).unwrap_or_default();
        let query = format!("key={key}&sold=yes");
        let trigger = if name == "postback_webhook" { "postback" } else { name };
        let delivery =
            json!({"call_id": id, "trigger": trigger, "webhook": "crm", "occurrence": "1"});
        Ok(match name {
            "selected" | "answered" => events::buyer(call),
            "ended" => events::ended(call),
            "sweep" => json!({}),
            "outcome" => batch(&[&json!({"call_id": id}).to_string()]),
            "postback" => {
                let request = Request::new("GET", &format!("/postback/{id}"));
                request.of("call_id", &id).query(&query).payload()
            }
            "data" => {
                let key = self.postback.expose();
                let request = Request::new("GET", &format!("/data/{key}"));
                let query = format!("caller_number=%2B1614555{:04}&sold=yes", call % 10_000);
                request.of("postback_key", key).query(&query).payload()
            }
            "api" => {
                let request = Request::new("GET", &format!("/campaigns/{CAMPAIGN}"));
                request.of("id", CAMPAIGN).by(&self.admin).payload()
            }
            _ => batch(&[&delivery.to_string()]),
        })
    }
}

async fn first(
    name: &str,
    function: LambdaFunction,
    event: Value,
    right: impl Fn(&Value) -> bool,
) -> Result<First, BenchError> {
    let answered = function.invoke_timed(INVOKE_LIMIT, event).await;
    let answered = answered.map_err(BenchError::during(format!("invoking {name}")))?;
    if !right(&answered.value) {
        return Err(BenchError::Unexpected(format!("{name} answered {}", answered.value)));
    }
    let poll = function.init();
    Ok(First { poll, answer: poll.saturating_add(answered.took), function })
}

/// Whether that is how a function answers when all went well: tags of a call, messages that were all
/// taken, what was swept, or a page.
fn right(answer: &Value) -> bool {
    if let Some(status) = answer.get("statusCode") {
        return *status == json!(200);
    }
    if let Some(failures) = answer.get("batchItemFailures") {
        return *failures == json!([]);
    }
    answer.get("call_id").or_else(|| answer.get("hinted")).is_some()
        && answer.get("error").is_none()
}
