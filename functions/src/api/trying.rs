//! Webhooks tried before they are saved, on a call that there is or one that is made up.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use hookline::adapters::system::{SystemClock, SystemRandom};
use hookline::call::{Call, CallId};
use hookline::campaign::{CampaignId, WebhookId};
use hookline::fault::Faults;
use hookline::fields::Fields;
use hookline::ports::calls::Calls;
use hookline::ports::clock::Clock;
use hookline::use_cases::{
    ChangeRefusal, Draft, DraftAsked, SaveRefusal, draft, dry_run, fire_test as fire, made_up_call,
};
use serde_json::{Value, json};

use super::address::{ApiPath, CampaignPath};
use super::refusals::{Invalid, Unknown};
use super::reply::{Reply, json_of};
use super::wire::trial::{Rendered, TestResult, Trial};
use crate::management::Backend;
use crate::problem::Problem;

/// Render a webhook
///
/// Shows what it would send for a call: the request with keys and credentials masked, every token with
/// what it comes to, and whether it would be fired at all. Nothing is sent.
#[utoipa::path(
    post, path = "/campaigns/{id}/render", tag = "Trying out", params(CampaignPath),
    request_body = Trial,
    responses((status = 200, description = "What would be sent.", body = Rendered), Unknown, Invalid),
)]
pub(super) async fn render_webhook(
    State(backend): State<Arc<Backend>>,
    ApiPath(path): ApiPath<CampaignPath>,
    body: Bytes,
) -> Result<Reply<Rendered>, Problem> {
    let (draft, call) = tried(&backend, &path.campaign()?, &json_of(&body)?).await?;
    Ok(Reply::ok(dry_run(&draft, &call, SystemClock.now()).into()))
}

/// Fire a test
///
/// Sends the webhook once, for real, whatever its matches say, and shows what comes back and which
/// tags it would put on the call. No call is touched and nothing is kept.
#[utoipa::path(
    post, path = "/campaigns/{id}/test", tag = "Trying out", params(CampaignPath),
    request_body = Trial,
    responses((status = 200, description = "What came of it.", body = TestResult), Unknown, Invalid),
)]
pub(super) async fn fire_test(
    State(backend): State<Arc<Backend>>,
    ApiPath(path): ApiPath<CampaignPath>,
    body: Bytes,
) -> Result<Reply<TestResult>, Problem> {
    let (draft, call) = tried(&backend, &path.campaign()?, &json_of(&body)?).await?;
    let fired = Box::pin(fire(&backend.sender, &SystemClock, &draft, &call)).await;
    Ok(Reply::ok(fired.into()))
}

/// On what a webhook is tried.
enum Subject<'a> {
    /// A call that there is.
    Known(CallId),
    /// One that is made up, as far as it is said.
    MadeUp(&'a Value),
}

/// Finds the webhook and the call that a body names.
async fn tried(
    backend: &Backend,
    campaign: &CampaignId,
    body: &Value,
) -> Result<(Draft, Call), Problem> {
    let nothing = json!({});
    let (asked, subject) = asked(body, &nothing).map_err(Problem::invalid)?;
    let named = match &asked {
        DraftAsked::Stored(_) => "webhook_id",
        DraftAsked::Unsaved(_) => "webhook",
    };
    let draft = draft(&backend.store, &backend.policy, campaign, asked).await;
    let draft = draft.map_err(|refusal| match refusal {
        ChangeRefusal::Save(SaveRefusal::Invalid(faults)) => Problem::invalid(faults.under(named)),
        ChangeRefusal::UnknownWebhook(_) => {
            Problem::invalid(Faults::at(named, "is no webhook of this campaign"))
        }
        other => other.into(),
    })?;
    let call = match subject {
        Subject::Known(id) => {
            let found = backend.store.call(&id).await.map_err(|error| Problem::store(&error))?;
            let call = found.filter(|call| call.campaign == *campaign);
            let unknown = || Problem::invalid(Faults::at("call_id", "is no call of this campaign"));
            call.ok_or_else(unknown)?
        }
        Subject::MadeUp(said) => {
            let now = SystemClock.now();
            let made = made_up_call(said, &draft.campaign, &draft.webhook, &SystemRandom, now);
            made.map_err(|faults| Problem::invalid(faults.under("call")))?
        }
    };
    Ok((draft, call))
}

fn asked<'a>(body: &'a Value, nothing: &'a Value) -> Result<(DraftAsked, Subject<'a>), Faults> {
    let mut fields = Fields::of(body)?;
    let unsaved = fields.optional("webhook", |value| match value {
        Value::Object(_) => Ok(value.clone()),
        _ => Err(Faults::here("must be an object")),
    });
    let stored = fields.optional("webhook_id", WebhookId::from_json);
    let known = fields.optional("call_id", CallId::from_json);
    let made_up = fields.optional("call", Ok);
    fields.refuse_others();
    let says = |name: &str| body.get(name).is_some_and(|value| !value.is_null());
    match (says("webhook"), says("webhook_id")) {
        (true, true) => fields.fault("webhook", "stands with webhook_id; one of them is tried"),
        (false, false) => fields.fault("webhook", "is required, unless webhook_id is there"),
        _ => {}
    }
    if says("call") && says("call_id") {
        fields.fault("call", "stands with call_id; it is tried on one of them");
    }
    let webhook = unsaved.map(DraftAsked::Unsaved).or(stored.map(DraftAsked::Stored));
    let call = known.map_or(Subject::MadeUp(made_up.unwrap_or(nothing)), Subject::Known);
    fields.finish(webhook.map(|webhook| (webhook, call)))
}
