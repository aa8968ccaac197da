//! What a request's path names.
//!
//! Anything that cannot be the id of a campaign is a fault; anything that cannot be another id names
//! nothing that there is.

use axum::extract::{FromRequestParts, Path};
use hookline::call::CallId;
use hookline::campaign::{CampaignId, WebhookId};
use hookline::fault::Faults;
use hookline::key::KeyHash;
use http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::problem::Problem;

/// What the path names, read into a structure.
pub(super) struct ApiPath<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for ApiPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(named)) => Ok(Self(named)),
            Err(_) => Err(Problem::new(400, "bad_address", "the address does not read")),
        }
    }
}

/// A campaign.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct CampaignPath {
    /// The campaign's id.
    #[param(pattern = r"^[A-Za-z0-9_-]{1,64}$", example = "solar")]
    id: String,
}

/// A webhook of a campaign.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct WebhookPath {
    /// The campaign's id.
    #[param(pattern = r"^[A-Za-z0-9_-]{1,64}$", example = "solar")]
    id: String,
    /// The webhook's id.
    #[param(pattern = r"^[A-Za-z0-9_-]{1,64}$", example = "crm")]
    webhook_id: String,
}

/// A postback key of a campaign.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct PostbackKeyPath {
    /// The campaign's id.
    #[param(pattern = r"^[A-Za-z0-9_-]{1,64}$", example = "solar")]
    id: String,
    /// The key's id, its SHA-256.
    #[param(pattern = r"^[0-9a-f]{64}$")]
    key_id: String,
}

/// An API key.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct ApiKeyPath {
    /// The key's id, its SHA-256.
    #[param(pattern = r"^[0-9a-f]{64}$")]
    key_id: String,
}

/// A call.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct CallPath {
    /// The platform's id of the call.
    #[param(pattern = r"^[A-Za-z0-9._:-]{1,128}$", example = "call-1")]
    call_id: String,
}

/// A delivery of a call.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct DeliveryPath {
    /// The platform's id of the call.
    #[param(pattern = r"^[A-Za-z0-9._:-]{1,128}$", example = "call-1")]
    call_id: String,
    /// The delivery's id, which partners get as `webhook-id`.
    #[param(pattern = r"^dl_[0-9a-f]{32}$", example = "dl_0123456789abcdef0123456789abcdef")]
    pub(super) delivery_id: String,
}

impl CampaignPath {
    pub(super) fn campaign(&self) -> Result<CampaignId, Problem> {
        campaign(&self.id)
    }
}

impl WebhookPath {
    pub(super) fn campaign(&self) -> Result<CampaignId, Problem> {
        campaign(&self.id)
    }

    pub(super) fn webhook(&self) -> Result<WebhookId, Problem> {
        WebhookId::parse(&self.webhook_id).map_err(|_| unknown_webhook(&self.webhook_id))
    }
}

impl PostbackKeyPath {
    pub(super) fn campaign(&self) -> Result<CampaignId, Problem> {
        campaign(&self.id)
    }

    pub(super) fn key(&self) -> Result<KeyHash, Problem> {
        KeyHash::parse(&self.key_id).ok_or_else(unknown_key)
    }
}

impl ApiKeyPath {
    pub(super) fn key(&self) -> Result<KeyHash, Problem> {
        KeyHash::parse(&self.key_id).ok_or_else(unknown_key)
    }
}

impl CallPath {
    pub(super) fn call(&self) -> Result<CallId, Problem> {
        CallId::parse(&self.call_id).map_err(|_| unknown_call())
    }
}

impl DeliveryPath {
    pub(super) fn call(&self) -> Result<CallId, Problem> {
        CallId::parse(&self.call_id).map_err(|_| unknown_call())
    }
}

fn campaign(text: &str) -> Result<CampaignId, Problem> {
    CampaignId::parse(text).map_err(|fault| Problem::invalid(Faults::at("id", fault.to_string())))
}

/// There is no such campaign.
pub(super) fn unknown_campaign(id: &CampaignId) -> Problem {
    Problem::new(404, "unknown_campaign", format!("there is no campaign {id}"))
}

/// The campaign has no such webhook.
pub(super) fn unknown_webhook(id: &str) -> Problem {
    Problem::new(404, "unknown_webhook", format!("the campaign has no webhook {id:?}"))
}

/// There is no such key there.
pub(super) fn unknown_key() -> Problem {
    Problem::new(404, "unknown_key", "there is no such key")
}

/// There is no such call.
pub(super) fn unknown_call() -> Problem {
    Problem::new(404, "unknown_call", "nothing is known of this call")
}

/// The call has no such delivery.
pub(super) fn unknown_delivery() -> Problem {
    Problem::new(404, "unknown_delivery", "the call has no such delivery")
}
