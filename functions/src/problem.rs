//! What is answered to a request that is at fault, in each envelope's shape.

use hookline::campaign::Campaign;
use hookline::campaign::SecretsShown;
use hookline::fault::Faults;
use hookline::key::KeyRefusal;
use hookline::ports::StoreError;
use hookline::ports::call_log::PageRefusal;
use hookline::ports::intake::ClaimError;
use hookline::use_cases::{ChangeRefusal, ReplayRefusal, SaveRefusal};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// A refusal: a status, a code for programs, a sentence for people and, field by field, what is
/// wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// A short constant name.
    pub code: &'static str,
    /// One sentence.
    pub message: String,
    /// What is wrong, by JSON pointer.
    pub errors: Faults,
    /// What stands instead, where that helps.
    pub current: Option<Value>,
}

/// A refusal as it is answered over HTTP (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument<'a> {
    /// The code again.
    title: &'a str,
    /// The HTTP status.
    status: u16,
    /// One sentence.
    detail: &'a str,
    /// A short constant name.
    code: &'a str,
    /// What is wrong, by JSON pointer; parameters of the address are named alike.
    #[schema(value_type = Vec<FieldFault>)]
    errors: &'a Faults,
    /// What stands instead, where that helps: with 409, the campaign as it is saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    current: Option<&'a Value>,
}

/// One thing wrong at one place.
#[derive(Debug, ToSchema)]
#[schema(as = Fault)]
#[expect(dead_code, reason = "the domain writes it; this says how it looks")]
struct FieldFault {
    /// RFC 6901 pointer from the root of what was sent; empty for the whole.
    #[schema(example = "/webhooks/0/url")]
    pointer: String,
    /// What is wrong.
    detail: String,
}

impl Problem {
    /// A problem that is no single field's.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), errors: Faults::default(), current: None }
    }

    /// Fields at fault.
    #[must_use]
    pub fn invalid(errors: Faults) -> Self {
        let message = "the request has fields at fault";
        Self { errors, ..Self::new(422, "invalid", message) }
    }

    /// The body is not JSON.
    #[must_use]
    pub fn not_json(error: &serde_json::Error) -> Self {
        Self::new(400, "not_json", format!("the body is not JSON: {error}"))
    }

    /// Our own store failed; what was asked may be asked again.
    #[must_use]
    pub fn store(error: &StoreError) -> Self {
        tracing::error!(action = error.action, cause = error.cause, "the store failed");
        Self::new(503, "unavailable", "the store did not answer; try again")
    }

    /// Whether it is ours rather than the sender's.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.status >= 500
    }

    /// The document of RFC 9457, without a type since the code says it.
    #[must_use]
    pub fn document(&self) -> ProblemDocument<'_> {
        ProblemDocument {
            title: self.code,
            status: self.status,
            detail: &self.message,
            code: self.code,
            errors: &self.errors,
            current: self.current.as_ref(),
        }
    }

    /// The answer to a direct invoke.
    #[must_use]
    pub fn direct(&self) -> Value {
        json!({"error": {"code": self.code, "message": self.message, "errors": self.errors}})
    }
}

impl From<KeyRefusal> for Problem {
    fn from(refusal: KeyRefusal) -> Self {
        let (status, code) = match refusal {
            KeyRefusal::Missing | KeyRefusal::Unknown => (401, "unauthorized"),
            KeyRefusal::Paused => (403, "key_paused"),
            KeyRefusal::Scope => (403, "forbidden"),
        };
        Self::new(status, code, refusal.to_string())
    }
}

impl From<ClaimError> for Problem {
    fn from(error: ClaimError) -> Self {
        let message = error.to_string();
        match error {
            ClaimError::Key(refusal) => refusal.into(),
            ClaimError::UnknownCampaign(_) => {
                let errors = Faults::at("campaign_id", message.clone());
                Self { errors, ..Self::new(404, "unknown_campaign", message) }
            }
            ClaimError::UnknownCall => Self::new(404, "unknown_call", message),
            ClaimError::OtherCampaign => {
                let errors = Faults::at("campaign_id", message.clone());
                Self { errors, ..Self::new(409, "other_campaign", message) }
            }
            ClaimError::Full => Self::new(409, "call_full", message),
            ClaimError::Store(error) => Self::store(&error),
        }
    }
}

impl From<SaveRefusal> for Problem {
    fn from(refusal: SaveRefusal) -> Self {
        let message = refusal.to_string();
        match refusal {
            SaveRefusal::Invalid(faults) => Self::invalid(faults),
            SaveRefusal::Stale(current) => Self {
                errors: Faults::at("version", "is not the version that is stored"),
                current: current
                    .as_deref()
                    .map(|campaign: &Campaign| campaign.document(SecretsShown::Masked)),
                ..Self::new(409, "stale_version", message)
            },
            SaveRefusal::Store(error) => Self::store(&error),
        }
    }
}

impl From<ChangeRefusal> for Problem {
    fn from(refusal: ChangeRefusal) -> Self {
        let message = refusal.to_string();
        match refusal {
            ChangeRefusal::UnknownCampaign(_) => Self::new(404, "unknown_campaign", message),
            ChangeRefusal::UnknownWebhook(_) => Self::new(404, "unknown_webhook", message),
            ChangeRefusal::Save(refusal) => refusal.into(),
        }
    }
}

impl From<PageRefusal> for Problem {
    fn from(refusal: PageRefusal) -> Self {
        match refusal {
            PageRefusal::Store(error) => Self::store(&error),
            PageRefusal::Cursor => Self::invalid(Faults::at("cursor", refusal.to_string())),
        }
    }
}

impl From<ReplayRefusal> for Problem {
    fn from(refusal: ReplayRefusal) -> Self {
        let message = refusal.to_string();
        let (status, code) = match refusal {
            ReplayRefusal::Store(error) => return Self::store(&error),
            ReplayRefusal::UnknownCall => (404, "unknown_call"),
            ReplayRefusal::UnknownDelivery => (404, "unknown_delivery"),
            ReplayRefusal::Ping => (409, "is_ping"),
            ReplayRefusal::WebhookDeleted => (409, "webhook_deleted"),
            ReplayRefusal::WebhookDisabled => (409, "webhook_disabled"),
            ReplayRefusal::AttemptsExhausted => (409, "attempts_exhausted"),
        };
        Self::new(status, code, message)
    }
}
