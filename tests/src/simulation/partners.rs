//! The partners: they behave as the plan says, and take down what reaches them.

use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::time::Duration;

use bytes::Bytes;
use hookline::ports::sender::{
    Answer, Browser, CookieJar, Exchange, FailureKind, Outcome, Request, Sender,
};
use http::{HeaderMap, HeaderValue, header};
use serde_json::json;

use super::function::Function;
use super::journal::{Answered, Sent, What};
use super::plan::{Conduct, Manner};
use super::timeline::Millis;

/// The partners as a function reaches them.
pub(super) struct Partners<'a>(pub(super) &'a Function);

impl Sender for Partners<'_> {
    async fn send(&self, request: Request) -> Exchange {
        self.exchange(&request, None).await.0
    }
}

impl Browser for Partners<'_> {
    async fn browse(&self, request: Request, cookies: &mut CookieJar) -> Exchange {
        let sent = cookies.header_for(&request.url);
        let sent = sent.as_ref().and_then(|value| value.to_str().ok()).unwrap_or_default();
        let sent = sent.split("; ").filter(|cookie| !cookie.is_empty()).map(str::to_owned);
        let (exchange, headers) = self.exchange(&request, Some(sent.collect())).await;
        cookies.fill(&request.url, &headers);
        exchange
    }
}

/// What a partner is about to do.
struct Reaction {
    outcome: Outcome,
    latency: Millis,
    told: Answered,
}

impl Partners<'_> {
    async fn exchange(
        &self,
        request: &Request,
        cookies: Option<Vec<String>>,
    ) -> (Exchange, HeaderMap) {
        let function = self.0;
        function.pass().await;
        let sent = sent(request, cookies);
        let Reaction { outcome, latency, told } = self.react(&sent, request.timeout);
        function.write(What::Sent(sent));
        function.world.timeline.sleep(latency).await;
        function.write(What::Answered(told));
        let headers = match &outcome {
            Outcome::Answered(answer) => answer.headers.clone(),
            _ => HeaderMap::new(),
        };
        function.pass().await;
        (Exchange { outcome, latency: Duration::from_millis(latency) }, headers)
    }

    fn react(&self, sent: &Sent, timeout: Duration) -> Reaction {
        let world = &self.0.world;
        let timeout = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
        let asked = {
            let mut asked = world.asked.lock().unwrap_or_else(PoisonError::into_inner);
            let count = asked.entry(sent.delivery.clone()).or_default();
            *count += 1;
            *count
        };
        let Some(webhook) = world.plan.campaign.webhook(&sent.webhook) else {
            return silence(
                sent,
                Outcome::Blocked(hookline::ports::sender::BlockReason::Scheme),
                0,
            );
        };
        let conduct = &webhook.conduct;
        let latency = {
            let (low, high) = match conduct.manner {
                Manner::Slow => (timeout / 2, timeout * 3 / 2),
                _ => conduct.latency,
            };
            world.dice().between(low, high)
        };
        let refused = Outcome::Failed { kind: FailureKind::Connect, detail: "refused".to_owned() };
        match conduct.manner {
            Manner::Dead => silence(sent, Outcome::TimedOut, timeout),
            _ if latency >= timeout => silence(sent, Outcome::TimedOut, timeout),
            Manner::Closed => silence(sent, refused, latency),
            Manner::Flapping(times) if asked <= times => answer(sent, conduct, 500, latency, None),
            Manner::Busy(status, after, times) if asked <= times => {
                answer(sent, conduct, status, latency, Some(after))
            }
            Manner::Gone => answer(sent, conduct, 410, latency, None),
            Manner::Refusing => answer(sent, conduct, 400, latency, None),
            _ => answer(sent, conduct, 200, latency, None),
        }
    }
}

fn sent(request: &Request, cookies: Option<Vec<String>>) -> Sent {
    let query: BTreeMap<String, String> = request.url.query_pairs().into_owned().collect();
    let said = |name: &str| query.get(name).cloned().unwrap_or_default();
    let webhook_id = request.headers.get("webhook-id").and_then(|id| id.to_str().ok());
    Sent {
        call: said("call"),
        trigger: said("trigger"),
        webhook: said("webhook"),
        delivery: said("delivery"),
        attempt: said("attempt").parse().unwrap_or(0),
        host: request.url.host_str().unwrap_or_default().to_owned(),
        cookies,
        webhook_id: webhook_id.map(str::to_owned),
    }
}

fn silence(sent: &Sent, outcome: Outcome, latency: Millis) -> Reaction {
    let told = Answered {
        delivery: sent.delivery.clone(),
        status: None,
        retry_after: None,
        tags: Vec::new(),
        cookie: None,
    };
    Reaction { outcome, latency, told }
}

fn answer(
    sent: &Sent,
    conduct: &Conduct,
    status: u16,
    latency: Millis,
    retry_after: Option<u64>,
) -> Reaction {
    let mut body = serde_json::Map::new();
    let mut tags: Vec<(String, String)> = conduct.tags.iter().cloned().collect();
    // One of its own, so that an answer that is lost is missed.
    tags.push((sent.webhook.clone(), sent.attempt.to_string()));
    for (key, value) in &tags {
        let values = body.entry(key).or_insert_with(|| json!([]));
        if let Some(values) = values.as_array_mut() {
            values.push(json!(value));
        }
    }
    let mut headers = HeaderMap::new();
    let mut add = |name, text: String| {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.append(name, value);
        }
    };
    let cookie = conduct.sets_cookie.then(|| format!("{}={}", sent.webhook, sent.attempt));
    if let Some(cookie) = &cookie {
        add(header::SET_COOKIE, format!("{cookie}; Path=/"));
    }
    if let Some(seconds) = retry_after {
        add(header::RETRY_AFTER, seconds.to_string());
    }
    let told = Answered {
        delivery: sent.delivery.clone(),
        status: Some(status),
        retry_after,
        tags: if status == 200 { tags } else { Vec::new() },
        cookie,
    };
    let body = Bytes::from(serde_json::Value::Object(body).to_string());
    Reaction { outcome: Outcome::Answered(Answer { status, headers, body }), latency, told }
}
