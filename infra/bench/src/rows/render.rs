//! `render`: how fast templates are filled in and matches decided, and what that allocates.
//!
//! All of it on one thread, in short blocks that take turns with the baseline: pushing pieces of the
//! same text onto an empty string for templates, comparing as many texts for matches.

use std::hint::black_box;

use hookline::call::{Call, CallEvent, CallFacts, CallId, CallKey, EventKind, Firing};
use hookline::campaign::{Campaign, Webhook};
use hookline::delivery::{DeliveryId, DeliveryKey, ONCE};
use hookline::time::Timestamp;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::bench::{Bench, BenchError};
use crate::row::{Figure, Row, Unit};
use crate::spread::Spread;

/// When the call is looked at, in milliseconds: the 24th of November 2026, noon.
const NOW: i64 = 1_795_521_600_000;

/// Tokens and conditions a microsecond, and allocations of each.
///
/// # Errors
/// When the campaign of the bench is none, or a template does not render.
pub fn measure(bench: &Bench) -> Result<Vec<Row>, BenchError> {
    let world = World::new()?;
    let cases = [
        Case::of_url(&world, "a URL with 8 tokens", "url")?,
        Case::of_body(&world, "a JSON body with 20 tokens and filters", "json")?,
        Case::of_body(&world, "a form with 10 tokens", "form")?,
    ];
    let mut render =
        Row::new("render", "How many tokens are rendered a microsecond?", Unit::PerMicro);
    let question = "How many conditions are decided a microsecond?";
    let mut matches = Row::new("matches", question, Unit::PerMicro);
    let question =
        "How often is memory allocated for one render, and for all matches of a webhook?";
    let mut allocations = Row::new("allocations", question, Unit::Units);
    for case in &cases {
        render.figures.push(taking_turns(bench, case, "pushing the same text")?);
        allocations.figures.push(counted(case));
    }
    for (name, webhook) in [("8 conditions that hold", "url"), ("the last of 8 does not", "form")] {
        let case = Case::of_matches(&world, name, webhook)?;
        matches.figures.push(taking_turns(bench, &case, "comparing as many texts")?);
        allocations.figures.push(counted(&case));
    }
    render
        .notes
        .push("One thread; a block has some hundred renders, and blocks take turns.".into());
    Ok(vec![render, matches, allocations])
}

/// A call in a campaign.
struct World {
    campaign: Campaign,
    call: Call,
    now: Timestamp,
    delivery: DeliveryId,
}

impl World {
    fn new() -> Result<Self, BenchError> {
        let unexpected = |fault: String| BenchError::Unexpected(fault);
        let campaign = Campaign::from_document(&document());
        let campaign = campaign.map_err(|faults| unexpected(faults.to_string()))?;
        let now = Timestamp::from_millis(NOW).ok_or_else(|| unexpected("no time".to_owned()))?;
        let id = CallId::parse("c-0123456789").map_err(BenchError::during("naming a call"))?;
        let (key, uuid) = (CallKey::from_random([7; 24]), "0f9a7b3e".to_owned());
        let mut call = Call::new(id.clone(), campaign.id.clone(), uuid, key);
        for (kind, body) in [(EventKind::Start, start()), (EventKind::Answered, answered())] {
            let event = CallEvent::from_json(kind, id.clone(), &body, now);
            call.take_in(&event.map_err(|faults| unexpected(faults.to_string()))?, now);
        }
        let webhook = webhook_of(&campaign, "url")?;
        let (trigger, webhook) = (webhook.trigger, webhook.id.clone());
        let key = DeliveryKey { call: id, trigger, webhook, occurrence: ONCE.to_owned() };
        Ok(Self { campaign, call, now, delivery: key.id() })
    }

    fn firing<'a>(&'a self, webhook: &'a Webhook) -> Firing<'a> {
        let facts = CallFacts::of(&self.call, &self.campaign, self.now);
        Firing { facts, webhook, delivery: &self.delivery, attempt: 1 }
    }
}

fn webhook_of<'a>(campaign: &'a Campaign, id: &str) -> Result<&'a Webhook, BenchError> {
    let found = campaign.webhooks.iter().find(|webhook| webhook.id.as_str() == id);
    found.ok_or_else(|| BenchError::Unexpected(format!("there is no webhook {id}")))
}

/// A unit of work, and its baseline.
struct Case<'a> {
    name: &'static str,
    /// Tokens, or conditions, of one.
    parts: usize,
    ours: Box<dyn Fn() + 'a>,
    baseline: Box<dyn Fn() + 'a>,
}

impl<'a> Case<'a> {
    fn of_url(world: &'a World, name: &'static str, id: &str) -> Result<Self, BenchError> {
        let webhook = webhook_of(&world.campaign, id)?;
        let render = || webhook.url.render(&world.firing(webhook));
        let (url, _) = render().map_err(BenchError::during("rendering a URL"))?;
        let parts = webhook.url.tokens().count();
        Ok(Self {
            name,
            parts,
            ours: Box::new(move || {
                let _ = black_box(webhook.url.render(&world.firing(webhook)));
            }),
            baseline: pushing(url.as_str(), parts),
        })
    }

    fn of_body(world: &'a World, name: &'static str, id: &str) -> Result<Self, BenchError> {
        let webhook = webhook_of(&world.campaign, id)?;
        let body = webhook.body.as_ref();
        let template = &body.ok_or_else(|| BenchError::Unexpected("no body".to_owned()))?.template;
        let rendered = template.render(&world.firing(webhook));
        let text = rendered.map_err(BenchError::during("rendering a body"))?.text;
        let parts = template.tokens().count();
        Ok(Self {
            name,
            parts,
            ours: Box::new(move || {
                let _ = black_box(template.render(&world.firing(webhook)));
            }),
            baseline: pushing(&text, parts),
        })
    }

    fn of_matches(world: &'a World, name: &'static str, id: &str) -> Result<Self, BenchError> {
        let webhook = webhook_of(&world.campaign, id)?;
        let parts = webhook.matches.iter().count();
        let texts: Vec<(String, String)> = webhook
            .matches
            .iter()
            .map(|condition| (condition.key().to_string(), condition.key().to_string()))
            .collect();
        Ok(Self {
            name,
            parts,
            ours: Box::new(move || {
                black_box(webhook.matches.hold(&world.firing(webhook)));
            }),
            baseline: Box::new(move || {
                black_box(texts.iter().all(|(one, other)| black_box(one) == black_box(other)));
            }),
        })
    }

    /// How long so many of one kind take, in microseconds.
    fn block(count: u32, work: &dyn Fn()) -> f64 {
        let began = Instant::now();
        for _ in 0..count {
            work();
        }
        began.elapsed().as_secs_f64() * 1e6
    }
}

/// Pushes a text onto an empty string in as many pieces as a template with so many tokens has.
fn pushing<'a>(text: &str, tokens: usize) -> Box<dyn Fn() + 'a> {
    let characters: Vec<char> = text.chars().collect();
    let pieces = characters.chunks(characters.len().div_ceil(2 * tokens + 1).max(1));
    let pieces: Vec<String> = pieces.map(|piece| piece.iter().collect()).collect();
    Box::new(move || {
        let mut whole = String::new();
        for piece in black_box(&pieces) {
            whole.push_str(piece);
        }
        black_box(whole);
    })
}

#[expect(clippy::cast_precision_loss, reason = "there are few tokens and few iterations")]
fn taking_turns(bench: &Bench, case: &Case<'_>, name: &str) -> Result<Figure, BenchError> {
    let (blocks, a_block) = bench.sized((400, 200_u32), (3, 5));
    let (mut ours, mut baseline) = (Vec::new(), Vec::new());
    for _ in 0..blocks {
        let parts = case.parts as f64 * f64::from(a_block);
        ours.push(parts / Case::block(a_block, &*case.ours));
        baseline.push(parts / Case::block(a_block, &*case.baseline));
    }
    let both = Spread::of(ours).zip(Spread::of(baseline));
    let (ours, baseline) = both.ok_or_else(|| BenchError::Unexpected("no blocks".to_owned()))?;
    Ok(Figure::new(case.name, ours).beside(name, baseline))
}

/// What one of a kind allocates, beside its baseline.
#[expect(clippy::cast_precision_loss, reason = "allocations of one render are few")]
fn counted(case: &Case<'_>) -> Figure {
    let count = |work: &dyn Fn()| {
        // The first time may set up what stays.
        work();
        allocation_counter::measure(work).count_total as f64
    };
    let (ours, baseline) = (count(&*case.ours), count(&*case.baseline));
    let figure = Figure::new(case.name, Spread::exactly(ours));
    figure.beside("baseline", Spread::exactly(baseline)).unlisted()
}

fn document() -> Value {
    let common = [
        "geo:us-oh",
        "geo:us-ny",
        "sub_id:exists",
        "publisher_id:!=1234",
        "age:>=21",
        "age:<70",
        "source:=~^(web|app)-[a-z0-9]+$",
    ];
    let with = |last: &'static str| common.iter().copied().chain([last]).collect::<Vec<_>>();
    json!({
        "id": "solar", "name": "Solar leads", "secrets": {"partner": "0123456789abcdef"},
        "webhooks": [
            {"id": "url", "trigger": "start", "matches": with("language:missing"),
             "url": "https://crm.example/v2/lookup/[call_id]?phone=[caller_number]\
                     &first=[first_name|trim]&last=[last_name]&sub=[sub_id]&pub=[publisher_id]\
                     &geo=[geo]&at=[call_start_time]"},
            {"id": "json", "trigger": "start", "method": "POST",
             "url": "https://crm.example/v2/leads",
             "body": {"content_type": "application/json", "template": json_body()}},
            {"id": "form", "trigger": "start", "method": "POST", "matches": with("vertical:roofs"),
             "url": "https://net.example/post",
             "body": {"content_type": "application/x-www-form-urlencoded", "template":
                 "id=[call_id]&phone=[caller_number]&first=[first_name]&last=[last_name]\
                  &email=[email]&state=[caller_state|upper]&sub=[sub_id]&pub=[publisher_id]\
                  &age=[age]&interest=[interest]"}},
        ],
    })
}

fn json_body() -> &'static str {
    r#"{"call":{"id":"[call_id]","uuid":"[call_uuid]","campaign":"[campaign_id]",
  "started":[call_start_time],"at":"[call_start_time|date:%Y-%m-%dT%H:%M:%SZ,UTC]"},
 "caller":{"number":"[caller_number]","national":"[caller_number|nanp]",
  "hash":"[caller_number|sha256]","signature":"[caller_number|hmac_sha256:partner]",
  "state":"[caller_state|upper]","geo":[geo|json],"first":"[first_name|default:unknown]",
  "last":"[last_name|upper]","email":"[email|lower|trim]"},
 "age":[age],"interest":[interest|json],"source":"[source]","sub":"[sub_id|left:20]",
 "publisher":"[publisher_id]","buyer":"[buyer_name|default:nobody]"}"#
}

fn start() -> Value {
    json!({
        "campaign_id": "solar", "caller_number": "+16145550123", "called_number": "+18005550100",
        "occurred_at": "2026-11-24T11:58:00Z",
        "tags": {"first_name": "Jason", "last_name": "O'Kay", "email": " Jason@Example.com ",
            "sub_id": "fb-ad-22-spring & summer", "publisher_id": "77", "age": 43,
            "source": "web-landing7", "vertical": "solar", "interest": ["mortgage", "insurance"]},
    })
}

fn answered() -> Value {
    json!({"occurred_at": "2026-11-24T11:58:20Z", "attempt": 1,
        "buyer": {"id": "b1", "name": "Sunny & Sons"}})
}
