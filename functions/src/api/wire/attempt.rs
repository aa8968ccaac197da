//! What became of webhooks, and the exchanges of a delivery.

use hookline::delivery::{self, Verdict};
use serde::Serialize;
use utoipa::ToSchema;

use super::{FailureKind, Tags, Time};

/// What became of a webhook.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Report {
    /// The webhook.
    id: String,
    /// How it ended.
    status: Outcome,
    /// Why it failed, with `failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<FailureKind>,
    /// The status of the answer, when one came.
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    /// Milliseconds it took; absent when nothing was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    latency_ms: Option<u64>,
    /// The tags that its answer put on the call; absent when nothing was sent, and where the call says
    /// that they are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Tags>,
    /// What a person should know, one sentence each.
    notes: Vec<String>,
}

/// How a webhook, or one attempt at it, ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// A 2xx answer came in time.
    Ok,
    /// No usable answer; `kind` says why.
    Failed,
    /// No whole answer within the deadline.
    TimedOut,
    /// The address is not one that Hookline talks to.
    Blocked,
    /// Not sent; the notes say why.
    Skipped,
}

/// One HTTP exchange. Keys and credentials are masked in it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Attempt {
    /// Its number, from 1.
    #[serde(rename = "attempt")]
    number: u32,
    /// When it was sent.
    at: Time,
    /// The method.
    method: String,
    /// The URL as sent.
    url: String,
    /// How it ended.
    status: Outcome,
    /// Why it failed, with `failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<FailureKind>,
    /// The status of the answer, when one came.
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    /// Milliseconds it took.
    latency_ms: u64,
    /// Tokens that rendered to nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    empty_tokens: Vec<String>,
    /// What was sent, besides method and URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Message>,
    /// What was answered, besides the status; absent when no answer came.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<Message>,
}

/// What is kept of a request or an answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Message {
    /// Its headers in order; those that carry credentials are masked.
    headers: Vec<Header>,
    /// The beginning of its body.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<KeptBody>,
}

/// One header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Header {
    /// Its name.
    name: String,
    /// Its value.
    value: String,
}

/// The beginning of a body.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct KeptBody {
    /// At most 4 KiB of it as text.
    text: String,
    /// How many bytes the whole body has.
    bytes: usize,
    /// `true` when the text is not all of it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    cut: bool,
}

impl Report {
    /// Takes the tags out of it.
    pub(super) fn leave_out_tags(&mut self) {
        self.tags = None;
    }
}

impl Attempt {
    /// Takes what was sent and answered out of it.
    pub(super) fn leave_out_exchange(&mut self) {
        self.request = None;
        self.answer = None;
    }
}

impl Message {
    fn of(headers: &[(String, String)], body: Option<&delivery::KeptBody>) -> Self {
        let header = |(name, value): &(String, String)| Header::of(name, value);
        let body =
            body.map(|body| KeptBody { text: body.text.clone(), bytes: body.bytes, cut: body.cut });
        Self { headers: headers.iter().map(header).collect(), body }
    }
}

impl Header {
    /// A header of that name and value.
    pub(crate) fn of(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), value: value.to_owned() }
    }
}

impl From<&delivery::Report> for Report {
    fn from(report: &delivery::Report) -> Self {
        let (status, kind) = ended(report.verdict);
        Self {
            id: report.id.to_string(),
            status,
            kind,
            http_status: report.http_status,
            latency_ms: report.latency_ms,
            tags: report.tags.clone().map(Tags::from),
            notes: report.notes.clone(),
        }
    }
}

impl From<&delivery::Attempt> for Attempt {
    fn from(attempt: &delivery::Attempt) -> Self {
        let (status, kind) = ended(attempt.verdict);
        let request = attempt.request.as_ref();
        let answer = attempt.answer.as_ref();
        Self {
            number: attempt.attempt,
            at: attempt.at.into(),
            method: attempt.method.clone(),
            url: attempt.url.clone(),
            status,
            kind,
            http_status: attempt.http_status,
            latency_ms: attempt.latency_ms,
            empty_tokens: attempt.empty_tokens.clone(),
            request: request.map(|sent| Message::of(&sent.headers, sent.body.as_ref())),
            answer: answer.map(|got| Message::of(&got.headers, got.body.as_ref())),
        }
    }
}

/// A verdict in the two words that the wire has for it.
pub(super) fn ended(verdict: Verdict) -> (Outcome, Option<FailureKind>) {
    match verdict {
        Verdict::Ok => (Outcome::Ok, None),
        Verdict::Failed { kind } => (Outcome::Failed, Some(kind.into())),
        Verdict::TimedOut => (Outcome::TimedOut, None),
        Verdict::Blocked => (Outcome::Blocked, None),
        Verdict::Skipped => (Outcome::Skipped, None),
    }
}
