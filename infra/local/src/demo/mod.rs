//! The demo: one call, played to its end through a stack of its own with a partner beside it, and
//! told as a timeline. It fails unless every tag, request and retry is as the spec says.

mod campaign;
mod partner;
mod platform;
mod timeline;

use std::io::Write;

use hookline::adapters::system::SystemClock;
use hookline::ports::clock::Clock;
use serde_json::{Value, json};

use crate::stack::{Settings, Stack, StackError};
use campaign::{after_postback, after_start, campaign, deliveries};
use partner::Partner;
use platform::{Platform, PlatformError};
use timeline::{Timeline, tell_deliveries};

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
    /// The partner was not told of something in time.
    #[error("the partner waited for {0} in vain")]
    Unheard(&'static str),
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
        "called_number": "+18005550199", "occurred_at": SystemClock.now(),
        "tags": {"sub_id": "spring-ad"}});
    let started = platform.post("/calls/demo/start", &body).await?;
    tell(out, &timeline, &Value::Null, &started)?;
    compare(
        "the reports of start",
        statuses(&started),
        json!([["crm", "ok"], ["interests", "ok"], ["slow", "timed_out"], ["texas", "skipped"]]),
    )?;
    compare("the tags after start", tags(&started), after_start())?;

    let buyer = || {
        json!({"occurred_at": SystemClock.now(), "attempt": 1,
            "buyer": {"id": "b7", "name": "Bright Homes"}})
    };
    let selected = platform.post("/calls/demo/selected", &buyer()).await?;
    tell(out, &timeline, &started, &selected)?;
    compare("the reports of selected", statuses(&selected), json!([["screen", "ok"]]))?;

    let answered = platform.post("/calls/demo/answered", &buyer()).await?;
    tell(out, &timeline, &selected, &answered)?;
    compare("the reports of answered", statuses(&answered), json!([["desk", "ok"]]))?;
    partner.heard("/reached").await?;
    timeline.print(out)?;
    writeln!(out)?;

    let key = started.get("call_key").and_then(Value::as_str).unwrap_or_default();
    let posted = partner.post_back(&stack.url(), "demo", key).await?;
    compare("the postback's result", posted, json!("applied"))?;
    partner.heard("/posted").await?;
    timeline.print(out)?;
    writeln!(out)?;

    let hang_up = json!({"occurred_at": SystemClock.now(), "hung_up_by": "caller"});
    let ended = platform.post("/calls/demo/ended", &hang_up).await?;
    tell(out, &timeline, &answered, &ended)?;
    compare("the tags after the end", tags(&ended), after_postback())?;
    partner.heard("/sync").await?;
    timeline.print(out)?;
    writeln!(out, "\n{:>25}now the retries of the sale: 5 s, then 30 s\n", "")?;
    partner.heard_often("/sale", 3).await?;
    let call = platform.settled("/calls/demo").await?;
    timeline.print(out)?;
    writeln!(out)?;
    tell_deliveries(out, &call)?;
    compare("the deliveries", after_pings(&call), deliveries())?;
    let outcome = |name: &str| call.pointer(&format!("/outcome/{name}")).cloned();
    let worth = json!([outcome("converted"), outcome("revenue"), outcome("payout")]);
    compare("the outcome", worth, json!([true, "30.00", "15.00"]))?;
    compare("the order of first requests", json!(partner.order()), json!(ORDER))?;
    writeln!(out, "\nEvery tag, request and retry is as the spec says.")?;
    stack.stop().await;
    Ok(())
}

/// In which order the partner has to be told of what follows pings.
const ORDER: [&str; 5] = ["/reached", "/posted", "/ended", "/sale", "/sync"];

/// What became of each delivery that is no ping, and how often it was attempted.
fn after_pings(call: &Value) -> Value {
    let deliveries = call.get("deliveries").and_then(Value::as_array);
    let pings = ["start", "selected", "answered"].map(Value::from);
    let deliveries = deliveries.into_iter().flatten();
    deliveries
        .filter(|one| one.get("trigger").is_some_and(|trigger| !pings.contains(trigger)))
        .map(|one| {
            let attempts = one.get("attempts").and_then(Value::as_array).map_or(0, Vec::len);
            json!([one.get("webhook"), one.get("status"), attempts])
        })
        .collect()
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
