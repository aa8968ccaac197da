//! Webhooks that are tried.

use std::collections::BTreeMap;

use hookline::template::TokenValue;
use hookline::use_cases::{DryRun, ShownRequest, TestFired};
use serde::Serialize;
use utoipa::ToSchema;

use super::attempt::{Attempt, Header, Report};
use super::campaign::GivenTag;
use super::webhook::UnnamedWebhook;

/// What is tried on what. It names either `webhook` or `webhook_id`, and at most one of `call_id` and
/// `call`; with neither, a call is made up.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"webhook_id": "crm", "call": {"tags": {"sub_id": "x"}}}))]
#[expect(dead_code, reason = "the handler reads it field by field; this says what it takes")]
pub(crate) struct Trial {
    /// A webhook that is not saved.
    webhook: Option<UnnamedWebhook>,
    /// A webhook of the campaign.
    #[schema(pattern = r"^[A-Za-z0-9_-]{1,64}$")]
    webhook_id: Option<String>,
    /// A call of the campaign.
    #[schema(pattern = r"^[A-Za-z0-9._:-]{1,128}$")]
    call_id: Option<String>,
    /// A call to be made up, as far along as the webhook's trigger needs it.
    call: Option<MadeUpCall>,
}

/// What a made-up call is to be; what is left out is made up too.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the domain reads it; this says what it takes")]
pub(crate) struct MadeUpCall {
    /// Who calls; a number that nobody has, in New York, when left out.
    #[schema(example = "+16145550100")]
    caller_number: Option<String>,
    /// The number that is called.
    #[schema(example = "+18005550199")]
    called_number: Option<String>,
    /// Its tags; `geo` and `caller_zip` say where the caller is.
    tags: Option<BTreeMap<String, GivenTag>>,
    /// The buyer.
    buyer: Option<GivenBuyer>,
}

/// Who a call is sent to.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "the domain reads it; this says what it takes")]
pub(crate) struct GivenBuyer {
    /// The platform's id of the buyer.
    #[schema(min_length = 1, max_length = 128)]
    id: String,
    /// The buyer's name for people.
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// What the platform says of this buyer.
    tags: Option<BTreeMap<String, GivenTag>>,
}

/// What a webhook would send.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rendered {
    /// The request, with keys and credentials masked; absent when none can be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<RenderedRequest>,
    /// Why no request can be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    /// Every token of URL, headers and body, in that order, with what it comes to.
    tokens: Vec<Token>,
    /// The names of tokens that come to nothing.
    empty_tokens: Vec<String>,
    /// Why it would not be fired for this call; absent when it would.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_fired: Option<String>,
}

/// A request as it would be sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RenderedRequest {
    /// The method.
    method: String,
    /// Where it goes.
    url: String,
    /// Its headers in order.
    headers: Vec<Header>,
    /// Its body; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
}

/// A token and what it comes to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Token {
    /// As it is written, filters included.
    #[schema(example = "[first_name|default:unknown]")]
    token: String,
    /// Its name.
    name: String,
    /// What it comes to, before it is escaped for where it stands.
    value: String,
}

/// What came of a test.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TestResult {
    /// What would be reported, with the tags that would be put on the call.
    report: Report,
    /// The exchange; absent when no request could be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<Attempt>,
    /// Why it would not be fired for this call; absent when it would.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_fired: Option<String>,
}

impl From<DryRun> for Rendered {
    fn from(run: DryRun) -> Self {
        let (request, fault) = match run.request {
            Ok(request) => (Some(request.into()), None),
            Err(fault) => (None, Some(fault)),
        };
        Self {
            request,
            fault,
            tokens: run.tokens.into_iter().map(Token::from).collect(),
            empty_tokens: run.empty.into_iter().collect(),
            not_fired: run.not_fired,
        }
    }
}

impl From<ShownRequest> for RenderedRequest {
    fn from(request: ShownRequest) -> Self {
        let ShownRequest { method, url, headers, body } = request;
        let headers = headers.iter().map(|(name, value)| Header::of(name, value)).collect();
        Self { method, url, headers, body }
    }
}

impl From<TokenValue> for Token {
    fn from(TokenValue { token, name, value }: TokenValue) -> Self {
        Self { token, name, value }
    }
}

impl From<TestFired> for TestResult {
    fn from(TestFired { report, attempt, not_fired }: TestFired) -> Self {
        let attempt = attempt.as_ref().map(Attempt::from);
        Self { report: (&report).into(), attempt, not_fired }
    }
}
