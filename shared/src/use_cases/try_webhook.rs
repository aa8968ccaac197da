//! Tries a webhook, stored or a draft, on a call: what would be sent, or what comes of sending it. No
//! call is touched and nothing is kept.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change_webhook::{ChangeRefusal, stored, with_draft};
use super::exchange::{Findings, ShownRequest, findings_of, prepare, shown_request};
use super::render_request::{Rendering, render_request};
use super::save_campaign::SaveRefusal;
use crate::call::{Call, CallFacts, Firing, Masked};
use crate::campaign::{Campaign, CampaignId, Webhook, WebhookId};
use crate::delivery::{Attempt, DeliveryId, DeliveryKey, ONCE, Report};
use crate::ports::campaigns::Campaigns;
use crate::ports::clock::Clock;
use crate::ports::sender::{Admission, Browser, CookieJar, Sender};
use crate::template::TokenValue;
use crate::time::Timestamp;
use crate::trigger::{Class, Trigger};

/// Which webhook is to be tried.
#[derive(Debug, Clone, PartialEq)]
pub enum DraftAsked {
    /// One of the campaign's.
    Stored(WebhookId),
    /// A document that is not saved.
    Unsaved(Value),
}

/// A webhook to be tried, in its campaign.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The campaign; a draft is in it as if it had been saved.
    pub campaign: Campaign,
    /// The webhook.
    pub webhook: Webhook,
}

/// Finds or checks the webhook that is to be tried.
///
/// # Errors
/// Every fault of a draft at once, or that there is no such campaign or webhook.
pub async fn draft(
    campaigns: &impl Campaigns,
    admission: &impl Admission,
    campaign: &CampaignId,
    asked: DraftAsked,
) -> Result<Draft, ChangeRefusal> {
    let stored = stored(campaigns, campaign).await?;
    let (campaign, id) = match asked {
        DraftAsked::Stored(id) => (Campaign::clone(&stored), id),
        DraftAsked::Unsaved(document) => {
            with_draft(&stored, admission, document).map_err(SaveRefusal::Invalid)?
        }
    };
    match campaign.webhook(&id).cloned() {
        Some(webhook) => Ok(Draft { campaign, webhook }),
        None => Err(ChangeRefusal::UnknownWebhook(id)),
    }
}

/// What would be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct DryRun {
    /// The request, or why none can be made.
    pub request: Result<ShownRequest, String>,
    /// Every token in URL, headers and body, in that order, with what it comes to.
    pub tokens: Vec<TokenValue>,
    /// The names of tokens that come to nothing.
    pub empty: BTreeSet<String>,
    /// Why it would not be fired for this call; `None` when it would, unless its de-dupe window were
    /// open for the caller.
    pub not_fired: Option<String>,
}

/// Renders a webhook for a call, with the call's key and credentials masked.
#[must_use]
pub fn dry_run(draft: &Draft, call: &Call, now: Timestamp) -> DryRun {
    let id = delivery_id(draft, call);
    let firing = firing(draft, call, &id, now);
    let values = Masked(firing);
    let request = match prepare(&firing, now) {
        Ok((request, _)) => Ok(shown_request(&firing, &request)),
        Err(unsent) => Err(unsent.report.notes.join("; ")),
    };
    let Webhook { url, headers, body, .. } = &draft.webhook;
    let mut tokens = url.token_values(&values);
    let templates = headers.iter().map(|(_, template)| template);
    let templates = templates.chain(body.iter().map(|body| &body.template));
    tokens.extend(templates.flat_map(|template| template.token_values(&values)));
    let empty = match render_request(&draft.webhook, &values) {
        Ok(Rendering { empty, .. }) => empty,
        Err(_) => BTreeSet::new(),
    };
    DryRun { request, tokens, empty, not_fired: firing.why_not() }
}

/// What came of a test.
#[derive(Debug, Clone, PartialEq)]
pub struct TestFired {
    /// What would be reported, with the tags that would be put on the call.
    pub report: Report,
    /// The exchange; `None` when no request could be made.
    pub attempt: Option<Attempt>,
    /// Why it would not be fired for this call; `None` when it would.
    pub not_fired: Option<String>,
}

/// Fires a webhook for real, once, whatever its matches say.
pub async fn fire_test(
    sender: &(impl Sender + Browser + Sync),
    clock: &impl Clock,
    draft: &Draft,
    call: &Call,
) -> TestFired {
    let now = clock.now();
    let id = delivery_id(draft, call);
    let firing = firing(draft, call, &id, now);
    let Findings { report, attempt, .. } = match prepare(&firing, now) {
        Ok((request, outgoing)) => {
            let exchange = match draft.webhook.trigger.class() {
                Class::Ping => sender.send(request).await,
                Class::Browser => sender.browse(request, &mut CookieJar::default()).await,
            };
            findings_of(&draft.webhook, outgoing, exchange)
        }
        Err(unsent) => *unsent,
    };
    TestFired { report, attempt, not_fired: firing.why_not() }
}

fn firing<'a>(
    Draft { campaign, webhook }: &'a Draft,
    call: &'a Call,
    delivery: &'a DeliveryId,
    now: Timestamp,
) -> Firing<'a> {
    // As it is when it fires: what is chosen speaks of the latest choice, all else of who was reached.
    let buyer = match webhook.trigger {
        Trigger::Selected => call.buyer(),
        _ => call.reached_buyer(),
    };
    Firing { facts: CallFacts { call, campaign, buyer, now }, webhook, delivery, attempt: 1 }
}

fn delivery_id(Draft { webhook, .. }: &Draft, call: &Call) -> DeliveryId {
    let (call, webhook_id) = (call.id.clone(), webhook.id.clone());
    let occurrence = ONCE.to_owned();
    DeliveryKey { call, trigger: webhook.trigger, webhook: webhook_id, occurrence }.id()
}
