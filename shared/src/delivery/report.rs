//! What became of a webhook: the report a platform gets, and the record of one exchange.

use serde::{Deserialize, Serialize};

use super::kept::KeptMessage;
use crate::campaign::WebhookId;
use crate::tag::TagSet;
use crate::time::Timestamp;

/// How a webhook ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Verdict {
    /// A 2xx answer came in time.
    Ok,
    /// No usable answer.
    Failed {
        /// Why.
        kind: FailureKind,
    },
    /// No whole answer within the webhook's deadline.
    TimedOut,
    /// The address is not one that Hookline talks to.
    Blocked,
    /// Not sent; the notes say why.
    Skipped,
}

impl Verdict {
    /// Whether what was to be delivered was not.
    #[must_use]
    pub fn is_failure(self) -> bool {
        !matches!(self, Self::Ok | Self::Skipped)
    }
}

/// Why a delivery failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The name did not resolve.
    Dns,
    /// No connection.
    Connect,
    /// No TLS session.
    Tls,
    /// What came back is not HTTP.
    Protocol,
    /// The answer is a 2xx, and larger than the cap.
    TooLarge,
    /// A status other than 2xx, however large the answer.
    Http,
    /// No request could be made of the template and the call's values.
    Invalid,
}

impl FailureKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Dns,
        Self::Connect,
        Self::Tls,
        Self::Protocol,
        Self::TooLarge,
        Self::Http,
        Self::Invalid,
    ];

    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Protocol => "protocol",
            Self::TooLarge => "too_large",
            Self::Http => "http",
            Self::Invalid => "invalid",
        }
    }
}

/// What the platform is told of one webhook (spec section 13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The webhook.
    pub id: WebhookId,
    /// How it ended.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// The status of the answer, when one came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// Milliseconds from the first byte sent to the verdict; absent when nothing was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<u64>,
    /// The tags that its answer put on the call; absent when nothing was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<TagSet>,
    /// What a person should know, one sentence each.
    pub notes: Vec<String>,
}

impl Report {
    /// The report of a webhook that is not sent.
    #[must_use]
    pub fn skipped(id: WebhookId, note: impl Into<String>) -> Self {
        Self {
            id,
            verdict: Verdict::Skipped,
            http_status: None,
            latency_ms: None,
            tags: None,
            notes: vec![note.into()],
        }
    }
}

/// One HTTP exchange of a delivery, as it is kept. The call key never stands in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The attempt's number, from 1.
    pub attempt: u32,
    /// When it was sent.
    pub at: Timestamp,
    /// The method.
    pub method: String,
    /// The URL as sent, keys masked; cut where it is over 2 KiB.
    pub url: String,
    /// How it ended.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// The status of the answer, when one came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// Milliseconds it took.
    pub latency_ms: u64,
    /// Tokens that rendered to nothing, as many as are kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub empty_tokens: Vec<String>,
    /// What was sent, besides method and URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<KeptMessage>,
    /// What was answered, besides the status; `None` when no answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<KeptMessage>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reports_look_as_the_spec_shows_them() {
        let id = WebhookId::parse("crm").unwrap();
        let failed = Report {
            verdict: Verdict::Failed { kind: FailureKind::TooLarge },
            http_status: Some(200),
            latency_ms: Some(41),
            tags: Some(TagSet::new()),
            notes: Vec::new(),
            id: id.clone(),
        };
        let json = json!({"id": "crm", "status": "failed", "kind": "too_large",
            "http_status": 200, "latency_ms": 41, "tags": {}, "notes": []});
        assert_eq!(serde_json::to_value(&failed).unwrap(), json);
        assert_eq!(serde_json::from_value::<Report>(json).unwrap(), failed);
        assert_eq!(
            serde_json::to_value(Report::skipped(id, "matches: geo:us-ca")).unwrap(),
            json!({"id": "crm", "status": "skipped", "notes": ["matches: geo:us-ca"]})
        );
    }

    #[test]
    fn kinds_of_failure_have_one_name_each() {
        for kind in FailureKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), json!(kind.as_str()));
        }
    }
}
