//! Twilio: voice webhooks and status callbacks as Twilio sends them, at `/twilio/{campaign_id}/…`.
//!
//! Twilio has no key: it signs its requests with the account's auth token, which the campaign has.
//! Nothing is stored, and no parameter is looked at, before the signature is good. A start is answered
//! with the campaign's TwiML, whatever became of its webhooks; when our own store fails it is a 503,
//! upon which Twilio asks its fallback address. Twilio waits 15 seconds, which is more than pings
//! may take.

mod form;
mod signature;
mod told;
mod twiml;

use std::sync::Arc;

use hookline::adapters::system::SystemClock;
use hookline::campaign::{Campaign, CampaignId, Twilio};
use hookline::ports::campaigns::Campaigns;
use hookline::ports::clock::Clock;
use hookline::ports::intake::ClaimError;
use hookline::use_cases::Arrival;

use self::form::Form;
use self::told::{Told, in_twilios_words};
use super::Reported;
use crate::envelope::{HttpAnswer, HttpRequest};
use crate::event_handler::EventHandler;
use crate::problem::Problem;

/// The header with the signature.
const SIGNATURE: &str = "x-twilio-signature";
/// The header with what is the same each time that Twilio sends a request.
const IDEMPOTENCY: &str = "i-twilio-idempotency-token";

/// Whether a request came to one of Twilio's addresses.
pub(crate) fn is_for(request: &HttpRequest) -> bool {
    request.route.starts_with("/twilio/")
}

/// Takes a request of Twilio's.
pub(crate) async fn take(handler: &EventHandler, request: &HttpRequest) -> HttpAnswer {
    match taken(handler, request).await {
        Ok(answer) => answer,
        Err(problem) => HttpAnswer::problem(&in_twilios_words(problem)),
    }
}

async fn taken(handler: &EventHandler, request: &HttpRequest) -> Result<HttpAnswer, Problem> {
    request.check_size()?;
    let campaign = campaign(handler, request.parameter("campaign_id")).await?;
    let form = Form::parse(&request.body);
    let twilio = admit(handler, &campaign, request, &form)?;
    let header = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok());
    let told = Told {
        campaign: &campaign.id,
        form,
        query: Form::parse(request.query.as_deref().unwrap_or_default().as_bytes()),
        idempotency: header(IDEMPOTENCY),
        now: SystemClock.now(),
    };
    match request.route.rsplit('/').next() {
        Some("start") => {
            let taken = handler.take_whole(told.start()?, Arrival::default()).await?;
            Ok(HttpAnswer::xml(twiml::answer(twilio, &taken, told.now)?))
        }
        Some("leg") => pass_on(handler, told.leg()?).await,
        Some("recording") => pass_on(handler, told.recording()?).await,
        // Twilio asks the `action` of a `<Dial>` what to do next, and takes no answer for an error.
        _ if told.form.get("DialCallStatus").is_some() => {
            pass_on(handler, told.status()?).await?;
            Ok(HttpAnswer::xml(twiml::EMPTY.to_owned()))
        }
        _ => pass_on(handler, told.status()?).await,
    }
}

/// Takes what there is to take; callbacks are answered with nothing.
async fn pass_on(handler: &EventHandler, told: Option<Reported>) -> Result<HttpAnswer, Problem> {
    if let Some(reported) = told {
        handler.take_whole(reported, Arrival::default()).await?;
    }
    Ok(HttpAnswer::no_content())
}

async fn campaign(handler: &EventHandler, id: &str) -> Result<Arc<Campaign>, Problem> {
    let unknown = || Problem::new(404, "unknown_campaign", "there is no campaign of this address");
    let id = CampaignId::parse(id).map_err(|_| unknown())?;
    let campaign = handler.store().campaign(&id).await.map_err(ClaimError::from)?;
    campaign.ok_or_else(unknown)
}

/// Lets in what Twilio has signed for the campaign.
fn admit<'c>(
    handler: &EventHandler,
    campaign: &'c Campaign,
    request: &HttpRequest,
    form: &Form,
) -> Result<&'c Twilio, Problem> {
    let refused = |message: &str| {
        let (campaign_id, route) = (campaign.id.as_str(), request.route.as_str());
        tracing::warn!(campaign_id, route, reason = message, "a request for Twilio was refused");
        Problem::new(403, "forbidden", message)
    };
    let twilio = campaign.twilio.as_ref();
    let twilio = twilio.ok_or_else(|| refused("the campaign takes no calls from Twilio"))?;
    let signature = request.headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
    let signature = signature.ok_or_else(|| refused("the request has no X-Twilio-Signature"))?;
    let url = handler.public_url_of(request);
    if signature::is_good(signature, &url, form, twilio.auth_tokens()) {
        return Ok(twilio);
    }
    Err(refused("X-Twilio-Signature is not that of this request"))
}
