//! Twilio: voice webhooks and status callbacks as Twilio sends them, at `/twilio/{campaign_id}/…`.
//!
//! Twilio has no key: it signs its requests with the account's auth token, which the campaign has.
//! Nothing is stored, and no parameter is looked at, before the signature is good. A start is answered
//! with the campaign's TwiML, whatever became of its webhooks, and so is what asks how a call goes on
//! after a dial, even when its recording could not be taken or its call not be read. When our own store
//! fails otherwise it is a 503, upon which Twilio asks its fallback address.
//! Twilio waits 15 seconds, which is more than pings may take.

mod buyer;
mod callback;
mod form;
mod signature;
mod twiml;

use std::sync::Arc;

use hookline::adapters::system::SystemClock;
use hookline::call::{Call, CallId};
use hookline::campaign::{Campaign, CampaignId, TwilioSettings};
use hookline::ports::calls::Calls;
use hookline::ports::campaigns::Campaigns;
use hookline::ports::clock::Clock;
use hookline::ports::intake::ClaimError;
use hookline::use_cases::Arrival;

use self::callback::{SignedCallback, with_twilio_names};
use self::form::Form;
use self::twiml::Known;
use super::Reported;
use crate::envelope::{HttpAnswer, HttpRequest};
use crate::event_handler::EventHandler;
use crate::problem::Problem;

/// The header with the signature.
const SIGNATURE: &str = "x-twilio-signature";
/// The header that says that something else than an auth token has signed.
const SIGNATURE_SETTINGS: &str = "x-twilio-webhooks-signature-settings";
/// The header with what is the same each time that Twilio sends a request.
const IDEMPOTENCY: &str = "i-twilio-idempotency-token";

/// What Twilio asks an address for.
#[derive(Debug, Clone, Copy)]
enum Callback {
    /// A call comes in.
    Start,
    /// Something happened to a dialled leg.
    Leg,
    /// Something happened to the call.
    Status,
    /// Something happened to a recording.
    Recording,
    /// A dial or a recording is over, and the call goes on.
    Dialed,
}

impl Callback {
    fn of_route(route: &str) -> Option<Self> {
        match route {
            "/twilio/{campaign_id}/start" => Some(Self::Start),
            "/twilio/{campaign_id}/leg" => Some(Self::Leg),
            "/twilio/{campaign_id}/status" => Some(Self::Status),
            "/twilio/{campaign_id}/recording" => Some(Self::Recording),
            "/twilio/{campaign_id}/dialed" => Some(Self::Dialed),
            _ => None,
        }
    }
}

/// Takes a request of Twilio's; `None` when it came to another address than Twilio's.
pub(crate) async fn take(handler: &EventHandler, request: &HttpRequest) -> Option<HttpAnswer> {
    let callback = Callback::of_route(&request.route)?;
    let answer = match taken(handler, callback, request).await {
        Ok(answer) => answer,
        Err(problem) => HttpAnswer::problem(&with_twilio_names(problem)),
    };
    Some(answer)
}

async fn taken(
    handler: &EventHandler,
    callback: Callback,
    request: &HttpRequest,
) -> Result<HttpAnswer, Problem> {
    request.check_size()?;
    let campaign = campaign(handler, request.parameter("campaign_id")).await?;
    let form = Form::parse(&request.body);
    let settings = admit(handler, &campaign, request, &form)?;
    let signed = SignedCallback {
        campaign: &campaign.id,
        form,
        query: Form::parse(request.query.as_deref().unwrap_or_default().as_bytes()),
        idempotency: header(request, IDEMPOTENCY),
        now: SystemClock.now(),
    };
    match callback {
        Callback::Start => {
            let taken = handler.take_whole(signed.start()?, Arrival::default()).await?;
            let (call, now) = (Some(&taken.call), signed.now);
            let known = Known { call, campaign: &taken.campaign, dial_call_status: None, now };
            Ok(HttpAnswer::xml(twiml::made(&settings.twiml, known)?))
        }
        Callback::Leg => pass_on(handler, signed.leg()?).await,
        Callback::Status => pass_on(handler, signed.status()?).await,
        Callback::Recording => pass_on(handler, signed.recording()?).await,
        Callback::Dialed => go_on(handler, &campaign, settings, &signed).await,
    }
}

/// Takes what there is to take; callbacks are answered with nothing.
async fn pass_on(
    handler: &EventHandler,
    reported: Option<Reported>,
) -> Result<HttpAnswer, Problem> {
    if let Some(reported) = reported {
        handler.take_whole(reported, Arrival::default()).await?;
    }
    Ok(HttpAnswer::no_content())
}

/// Says how a call goes on after a dial or a recording, whatever became of the recording that it may
/// bring: Twilio hangs up on an error, and somebody is on the line.
async fn go_on(
    handler: &EventHandler,
    campaign: &Campaign,
    settings: &TwilioSettings,
    signed: &SignedCallback<'_>,
) -> Result<HttpAnswer, Problem> {
    let told = "a recording that came with a dial was not taken";
    let recorded = match signed.dialed() {
        Ok(Some(reported)) => match handler.take_whole(reported, Arrival::default()).await {
            Ok(taken) => Some(taken.call),
            Err(problem) => not_told(signed, problem, told),
        },
        Ok(None) => None,
        Err(problem) => not_told(signed, problem, told),
    };
    let Some(template) = &settings.after_dial else {
        return Ok(HttpAnswer::xml(twiml::EMPTY.to_owned()));
    };
    let call = match recorded {
        Some(call) => Some(call),
        None => stored(handler, signed).await.unwrap_or_else(|problem| {
            not_told(signed, problem, "the TwiML after a dial is made without its call")
        }),
    };
    let known = Known {
        call: call.as_ref().filter(|call: &&Call| call.campaign == campaign.id),
        campaign,
        dial_call_status: Some(signed.dial_call_status()),
        now: signed.now,
    };
    Ok(HttpAnswer::xml(twiml::made(template, known)?))
}

async fn stored(
    handler: &EventHandler,
    signed: &SignedCallback<'_>,
) -> Result<Option<Call>, Problem> {
    Ok(handler.store().call(&signed.call_id()?).await.map_err(ClaimError::from)?)
}

/// A problem that the caller is spared. Logs it; there is no call by it.
fn not_told(signed: &SignedCallback<'_>, problem: Problem, told: &str) -> Option<Call> {
    let problem = with_twilio_names(problem);
    let (code, faults) = (problem.code, problem.errors.to_string());
    let (campaign_id, call) = (signed.campaign.as_str(), signed.call_id().ok());
    let correlation_id = call.as_ref().map(CallId::as_str);
    tracing::error!(correlation_id, campaign_id, code, faults, "{told}");
    None
}

async fn campaign(handler: &EventHandler, id: &str) -> Result<Arc<Campaign>, Problem> {
    let unknown = || Problem::new(404, "unknown_campaign", "there is no campaign of this address");
    let id = CampaignId::parse(id).map_err(|_| unknown())?;
    let campaign = handler.store().campaign(&id).await.map_err(ClaimError::from)?;
    campaign.ok_or_else(unknown)
}

/// Lets in what Twilio has signed for the campaign. Why something is not let in is for the log: whoever
/// asks learns nothing of the campaign.
fn admit<'c>(
    handler: &EventHandler,
    campaign: &'c Campaign,
    request: &HttpRequest,
    form: &Form,
) -> Result<&'c TwilioSettings, Problem> {
    let refused = |reason: &str| {
        let (campaign_id, route) = (campaign.id.as_str(), request.route.as_str());
        tracing::warn!(campaign_id, route, reason, "a request for Twilio was refused");
        Problem::new(
            403,
            "forbidden",
            "the request is not signed as Twilio would for this campaign",
        )
    };
    let settings = campaign.twilio.as_ref();
    let settings = settings.ok_or_else(|| refused("the campaign takes no calls from Twilio"))?;
    let signature = header(request, SIGNATURE);
    let signature = signature.ok_or_else(|| refused("the request has no X-Twilio-Signature"))?;
    let urls = handler.urls_of(request);
    if signature::is_good(signature, &urls, form, settings.auth_tokens()) {
        return Ok(settings);
    }
    Err(refused(if request.headers.contains_key(SIGNATURE_SETTINGS) {
        "X-Twilio-Webhooks-Signature-Settings names a shared key, and only auth tokens are known here"
    } else {
        "X-Twilio-Signature is not that of this request"
    }))
}

fn header<'r>(request: &'r HttpRequest, name: &str) -> Option<&'r str> {
    request.headers.get(name).and_then(|value| value.to_str().ok())
}
