//! The demo: one call, played through a stack of its own with a partner beside it, and told as a
//! timeline. It fails unless every tag is as the spec says (section 5).

mod partner;
mod platform;
mod timeline;

use std::io::Write;

use serde_json::{Value, json};

use crate::stack::{Settings, Stack, StackError};
use partner::Partner;
use platform::{Platform, PlatformError};
use timeline::Timeline;

/// Why the demo did not end well.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The stack did not start.
    #[error(transparent)]
    Stack(#[from] StackError),
    /// No temporary folder, no port for the partner, or nowhere to write.
    #[error("{0}")]
    Machine(#[from] std::io::Error),
    /// The stack refused something or did not answer.
    #[error(transparent)]
    Platform(#[from] PlatformError),
    /// Something is not as the spec says.
    #[error("{what} should be\n{expected:#}\nbut {what} came out as\n{actual:#}")]
    Unlike {
        /// What was looked at.
        what: &'static str,
        /// What the spec says.
        expected: Value,
        /// What was found.
        actual: Value,
    },
}

/// Plays the demo and tells it on `out`.
///
/// # Errors
/// When anything is not as the spec says.
pub async fn play(out: &mut impl Write) -> Result<(), DemoError> {
    let folder = tempfile::tempdir()?;
    let data = Some(folder.path().to_owned());
    let stack = Stack::start(Settings { data, ..Settings::default() }).await?;
    let timeline = Timeline::default();
    let partner = Partner::start(timeline.clone()).await?;
    let platform = Platform::new(&stack, timeline.clone())?;

    writeln!(out, "One call through Hookline at {}\n", stack.url())?;
    platform.put("/campaigns/solar", &campaign(&partner)).await?;
    timeline.print(out)?;

    let body = json!({"campaign_id": "solar", "caller_number": "+16145550100",
        "called_number": "+18005550199", "occurred_at": "2026-11-23T17:00:00Z",
        "tags": {"sub_id": "spring-ad"}});
    let started = platform.post("/calls/demo/start", &body).await?;
    tell(out, &timeline, &Value::Null, &started)?;
    compare(
        "the reports of start",
        statuses(&started),
        json!([["crm", "ok"], ["interests", "ok"], ["slow", "timed_out"], ["texas", "skipped"]]),
    )?;
    compare("the tags after start", tags(&started), after_start())?;

    let buyer = json!({"occurred_at": "2026-11-23T17:00:06Z", "attempt": 1,
        "buyer": {"id": "b7", "name": "Bright Homes"}});
    let selected = platform.post("/calls/demo/selected", &buyer).await?;
    tell(out, &timeline, &started, &selected)?;
    compare("the reports of selected", statuses(&selected), json!([["screen", "ok"]]))?;

    let answered = platform.post("/calls/demo/answered", &buyer).await?;
    tell(out, &timeline, &selected, &answered)?;
    compare("the reports of answered", statuses(&answered), json!([["desk", "ok"]]))?;

    let key = started.get("call_key").and_then(Value::as_str).unwrap_or_default();
    let posted = partner.post_back(&stack.url(), "demo", key).await?;
    compare("the postback's result", posted, json!("applied"))?;
    let call = platform.get("/calls/demo").await?;
    tell(out, &timeline, &answered, &call)?;
    compare("the tags after the postback", tags(&call), after_postback())?;
    writeln!(out, "Every tag is as the spec says.")?;
    Ok(())
}

fn campaign(partner: &Partner) -> Value {
    let url = |path: &str| partner.url(path);
    json!({
        "id": "solar", "name": "Solar leads", "version": 0,
        "webhooks": [
            {"id": "crm", "trigger": "start", "url": url("/crm?phone=[caller_number]")},
            {"id": "interests", "trigger": "start", "url": url("/interests?caller=[nanp_caller_number]")},
            {"id": "slow", "trigger": "start", "url": url("/slow")},
            {"id": "texas", "trigger": "start", "url": url("/crm"), "matches": ["geo:us-tx"]},
            {"id": "screen", "trigger": "selected", "method": "POST", "url": url("/screen"),
             "matches": ["geo:us-ny"],
             "body": {"content_type": "application/json",
                      "template": "{\"caller\":\"[first_name] [last_name]\",\"age\":[age]}"}},
            {"id": "desk", "trigger": "answered", "tag_prefix": "desk_",
             "url": url("/desk?buyer=[buyer_name]&key=[call_key]")},
        ],
    })
}

/// What section 5 of the spec says of Jason Kay's call: the area code stays, the rest of `geo`
/// follows the ZIP code of the answer, and `slow` put nothing.
fn after_start() -> Value {
    json!({
        "age": ["23"],
        "first_name": ["Jason"],
        "gender": ["m"],
        "geo": ["614", "us", "us-10101", "us-ny"],
        "last_name": ["Kay"],
        "product_interest": ["insurance", "mortgage"],
        "sub_id": ["spring-ad"],
    })
}

/// The same with what the buyer's desk and the postback added.
fn after_postback() -> Value {
    let mut tags = after_start();
    if let Some(tags) = tags.as_object_mut() {
        tags.insert("desk_agent".to_owned(), json!(["Ann"]));
        tags.insert("credit_offer".to_owned(), json!(["yes"]));
    }
    tags
}

fn tags(answer: &Value) -> Value {
    answer.get("tags").cloned().unwrap_or_default()
}

fn statuses(answer: &Value) -> Value {
    let reports = answer.get("webhooks").and_then(Value::as_array);
    let status = |report: &Value| json!([report.get("id"), report.get("status")]);
    reports.into_iter().flatten().map(status).collect()
}

fn compare(what: &'static str, actual: Value, expected: Value) -> Result<(), DemoError> {
    if actual == expected { Ok(()) } else { Err(DemoError::Unlike { what, expected, actual }) }
}

/// Prints what happened since, and what that changed in the call's tags.
fn tell(
    out: &mut impl Write,
    timeline: &Timeline,
    before: &Value,
    answer: &Value,
) -> std::io::Result<()> {
    timeline.print(out)?;
    for (key, values) in tags(answer).as_object().into_iter().flatten() {
        if tags(before).get(key) == Some(values) {
            continue;
        }
        let values: Vec<&str> =
            values.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        writeln!(out, "{:>25}+ {key}: {}", "", values.join(", "))?;
    }
    writeln!(out)
}
