//! Tries a webhook that is being edited: shows what would be sent for a call, or sends it once. Neither
//! changes anything that is kept.

use hookline::adapters::system::{SystemClock, SystemRandom};
use hookline::call::{Call, CallId};
use hookline::campaign::Campaign;
use hookline::fault::Faults;
use hookline::phone::E164;
use hookline::ports::calls::Calls;
use hookline::ports::clock::Clock;
use hookline::ports::random::Random;
use hookline::use_cases::{
    ChangeRefusal, Draft, DraftAsked, DryRun, SaveRefusal, draft, dry_run, fire_test, made_up_call,
};

use super::super::error_page::ErrorPage;
use super::super::field_faults::FieldFaults;
use super::call_form::CallForm;
use super::preview::{Fired, Preview, TestResult, listed};
use super::webhook_form::WebhookForm;
use crate::management::Backend;

/// What is tried, or what has to be put right first.
type Tried = Result<(Draft, Call, String), FieldFaults>;

/// Makes the same call up every time, so that a preview changes only by what is typed.
struct FixedRandom;

impl Random for FixedRandom {
    fn key_bytes(&self) -> [u8; 24] {
        [0; 24]
    }

    fn fraction(&self) -> f64 {
        0.0
    }

    fn uuid(&self) -> String {
        "00000000-0000-4000-8000-000000000000".to_owned()
    }
}

/// Shows what would be sent.
pub(super) async fn preview(
    backend: &Backend,
    campaign: &Campaign,
    form: &WebhookForm,
    call: &CallForm,
) -> Result<(Preview, FieldFaults), ErrorPage> {
    Ok(match tried(backend, campaign, form, call, &FixedRandom).await? {
        Ok((draft, call, words)) => {
            let shown = shown(dry_run(&draft, &call, SystemClock.now()), words);
            (shown, FieldFaults::default())
        }
        Err(placed) => (Preview { faults: listed(&placed), ..Preview::default() }, placed),
    })
}

/// Sends it once.
pub(super) async fn test(
    backend: &Backend,
    campaign: &Campaign,
    form: &WebhookForm,
    call: &CallForm,
) -> Result<(TestResult, FieldFaults), ErrorPage> {
    Ok(match tried(backend, campaign, form, call, &SystemRandom).await? {
        Ok((draft, call, _)) => {
            let fired = fire_test(&backend.sender, &SystemClock, &draft, &call).await;
            let shown = TestResult { fired: Some(Fired::of(fired)), ..TestResult::default() };
            (shown, FieldFaults::default())
        }
        Err(placed) => (TestResult { faults: listed(&placed), ..TestResult::default() }, placed),
    })
}

async fn tried(
    backend: &Backend,
    campaign: &Campaign,
    form: &WebhookForm,
    asked: &CallForm,
    random: &impl Random,
) -> Result<Tried, ErrorPage> {
    let mut placed = form.placed(&Faults::default());
    let unsaved = DraftAsked::Unsaved(form.document());
    let drafted = match draft(&backend.store, &backend.policy, &campaign.id, unsaved).await {
        Ok(draft) => Some(draft),
        Err(ChangeRefusal::Save(SaveRefusal::Invalid(faults))) => {
            placed = form.placed(&faults);
            None
        }
        Err(ChangeRefusal::Save(SaveRefusal::Store(error))) => return Err(error.into()),
        Err(refusal) => return Err(ErrorPage::unknown(refusal.to_string())),
    };
    let Some(draft) = drafted.filter(|_| placed.is_empty()) else { return Ok(Err(placed)) };
    let called = if asked.call_id.is_empty() {
        made_up(&draft, asked, random)
    } else {
        kept(backend, campaign, &asked.call_id).await?
    };
    Ok(called.map(|(call, words)| (draft, call, words)))
}

fn made_up(
    draft: &Draft,
    asked: &CallForm,
    random: &impl Random,
) -> Result<(Call, String), FieldFaults> {
    let Draft { campaign, webhook } = draft;
    let now = SystemClock.now();
    let made = made_up_call(&asked.document(), campaign, webhook, random, now);
    let call = made.map_err(|faults| CallForm::placed(&faults))?;
    let caller = call.caller.as_ref().map_or("a withheld number", E164::as_str);
    let words = format!("a made-up call from {caller}");
    Ok((call, words))
}

async fn kept(
    backend: &Backend,
    campaign: &Campaign,
    id: &str,
) -> Result<Result<(Call, String), FieldFaults>, ErrorPage> {
    let refused = |detail: &str| {
        let mut placed = FieldFaults::default();
        placed.add("call_id", detail);
        Ok(Err(placed))
    };
    let Ok(id) = CallId::parse(id) else { return refused("is no id of a call") };
    match backend.store.call(&id).await? {
        Some(call) if call.campaign == campaign.id => Ok(Ok((call, format!("the call {id}")))),
        Some(_) => refused("is a call of another campaign"),
        None => refused("nothing is known of this call"),
    }
}

fn shown(run: DryRun, call: String) -> Preview {
    let (request, problem) = match run.request {
        Ok(request) => (Some(request), None),
        Err(problem) => (None, Some(problem)),
    };
    Preview {
        faults: Vec::new(),
        call,
        fires: run.not_fired.is_none(),
        not_fired: run.not_fired,
        problem,
        request,
        tokens: run.tokens,
    }
}

#[cfg(test)]
mod tests {
    use hookline::campaign::{Campaign, WebhookId};
    use serde_json::json;

    use super::*;

    fn draft_of(webhook: &serde_json::Value) -> Draft {
        let document = json!({"id": "c", "name": "c", "webhooks": [webhook]});
        let campaign = Campaign::from_document(&document).unwrap();
        let webhook = campaign.webhook(&WebhookId::parse("w").unwrap()).unwrap().clone();
        Draft { campaign, webhook }
    }

    fn pane_of(webhook: &serde_json::Value, asked: &CallForm) -> Preview {
        let draft = draft_of(webhook);
        let (call, words) = made_up(&draft, asked, &FixedRandom).unwrap();
        shown(dry_run(&draft, &call, SystemClock.now()), words)
    }

    #[test]
    fn a_preview_shows_the_request_its_tokens_and_whether_it_would_be_fired() {
        let webhook = json!({"id": "w", "trigger": "start", "matches": ["sub_id:exists"],
            "url": "https://a.example/?from=[caller_number]&sub=[sub_id|upper]"});
        let unmet = pane_of(&webhook, &CallForm::default());
        assert_eq!(unmet.not_fired.as_deref(), Some("matches: sub_id:exists"));
        assert_eq!(unmet.call, "a made-up call from +12125550100");
        let request = unmet.request.unwrap();
        assert_eq!(request.url, "https://a.example/?from=%2B12125550100&sub=");
        let values: Vec<_> = unmet.tokens.iter().map(|it| (&*it.token, &*it.value)).collect();
        assert_eq!(values, [("[caller_number]", "+12125550100"), ("[sub_id|upper]", "")]);

        let asked = CallForm { tags: "sub_id: x".to_owned(), ..CallForm::default() };
        let met = pane_of(&webhook, &asked);
        assert!(met.fires && met.not_fired.is_none());
        assert!(met.request.unwrap().url.ends_with("&sub=X"));
    }

    #[test]
    fn a_call_that_cannot_be_made_up_says_what_is_wrong_with_it() {
        let draft = draft_of(&json!({"id": "w", "trigger": "start", "url": "https://a.example/"}));
        let asked = CallForm { caller_number: "nobody".to_owned(), ..CallForm::default() };
        let placed = made_up(&draft, &asked, &FixedRandom).unwrap_err();
        assert!(placed.has("call_caller_number") && placed.count() == 1, "{placed:?}");
    }
}
