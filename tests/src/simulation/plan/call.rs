//! A phone call, as it happens and as the platform tells of it.

use hookline::call::EventKind;
use serde_json::{Value, json};

use super::{CAMPAIGN, Tags, some_tags};
use crate::simulation::dice::Dice;
use crate::simulation::timeline::Millis;

/// A call.
#[derive(Debug, Clone)]
pub struct CallPlan {
    /// Its id.
    pub id: String,
    /// Who calls; `None` when the number is withheld.
    pub caller: Option<String>,
    /// What happens, in order.
    pub events: Vec<EventPlan>,
}

/// One thing that happens to a call.
#[derive(Debug, Clone)]
pub struct EventPlan {
    /// What.
    pub kind: EventKind,
    /// When, in virtual time.
    pub at: Millis,
    /// How long after that the platform tells of it, each time that it does.
    pub told_after: Vec<Millis>,
    /// How often the platform tries when Hookline fails, each time.
    pub tries: u32,
    /// Whether the campaign and the caller are named.
    pub names_all: bool,
    /// Tags.
    pub tags: Tags,
    /// The buyer, and which attempt at reaching one it is, unless the platform does not count.
    pub buyer: Option<(&'static str, Option<u32>)>,
    /// The connected seconds that the platform counts.
    pub connected_seconds: Option<u64>,
}

const SECOND: Millis = 1_000;

pub(super) fn draw_all(dice: &mut Dice) -> Vec<CallPlan> {
    let count = dice.one_of(&[1, 1, 2, 2, 3]);
    let persistent = dice.happens(800);
    let jumbled = dice.happens(250);
    let mut at = 0;
    (0..count)
        .map(|number| {
            at += dice.between(0, 30) * dice.one_of(&[SECOND, SECOND, 60 * SECOND]);
            CallPlan::draw(dice, number, at, persistent, jumbled)
        })
        .collect()
}

impl CallPlan {
    fn draw(dice: &mut Dice, number: u32, at: Millis, persistent: bool, jumbled: bool) -> Self {
        let caller = match dice.between(0, 9) {
            0 => None,
            1 => Some("+14165550100".to_owned()),
            _ => Some("+16145550100".to_owned()),
        };
        let tries = if persistent { 1_000 } else { dice.one_of(&[1, 2, 1_000]) };
        let mut call = Self { id: format!("c{number}"), caller, events: Vec::new() };
        let mut at = at;
        let told = |dice: &mut Dice| {
            let latest = if jumbled { 60 * SECOND } else { 300 };
            let mut told_after = vec![dice.between(5, latest)];
            while dice.happens(200) {
                told_after.push(dice.between(5, latest.max(20 * SECOND)));
            }
            told_after
        };
        let event = |dice: &mut Dice, kind, at| EventPlan {
            kind,
            at,
            told_after: told(dice),
            tries,
            names_all: kind == EventKind::Start || dice.happens(if jumbled { 700 } else { 100 }),
            tags: some_tags(dice, 2),
            buyer: None,
            connected_seconds: None,
        };
        call.events.push(event(dice, EventKind::Start, at));
        let mut choice = None;
        let counts = dice.happens(800);
        for attempt in 1..=dice.one_of(&[0, 1, 1, 1, 2]) {
            at += dice.between(1, 15) * SECOND;
            choice = Some((dice.one_of(&["b0", "b1"]), counts.then_some(attempt)));
            call.events.push(EventPlan { buyer: choice, ..event(dice, EventKind::Selected, at) });
        }
        let mut connected = None;
        if let Some((buyer, attempt)) = choice.filter(|_| dice.happens(750)) {
            at += dice.between(1, 20) * SECOND + dice.between(0, 999);
            connected = Some(at);
            let answered = event(dice, EventKind::Answered, at);
            call.events.push(EventPlan { buyer: Some((buyer, attempt)), ..answered });
            if dice.happens(80) {
                // Passed on to another buyer.
                at += dice.between(1, 30) * SECOND;
                let again = event(dice, EventKind::Answered, at);
                call.events
                    .push(EventPlan { buyer: Some(("b1", attempt.map(|a| a + 1))), ..again });
            }
        }
        let length = match dice.between(0, 9) {
            0 => dice.between(1_500, 8_000) * SECOND,
            1 | 2 => dice.between(200, 700) * SECOND,
            _ => dice.between(0, 120) * SECOND + dice.between(0, 999),
        };
        at += length;
        let span = connected.map_or(0, |from| (at - from) / SECOND);
        let counted = match dice.between(0, 7) {
            0..=2 => Some(span),
            3 => Some(span.saturating_sub(dice.between(0, 20))),
            4 if dice.happens(300) => Some(span + dice.between(0, 40)),
            _ => None,
        };
        if dice.happens(950) {
            let ended = event(dice, EventKind::Ended, at);
            call.events.push(EventPlan { connected_seconds: counted, ..ended });
        }
        call
    }

    /// How many whole seconds its caller is connected; `None` when nobody answers or nobody hangs up.
    #[must_use]
    pub fn connected_span(&self) -> Option<u64> {
        let at = |kind| self.events.iter().find(|event| event.kind == kind).map(|event| event.at);
        Some((at(EventKind::Ended)? - at(EventKind::Answered)?) / SECOND)
    }
}

impl EventPlan {
    /// As the platform tells it, with the time by its clock.
    #[must_use]
    pub fn body(&self, call: &CallPlan, occurred_at: &str) -> Value {
        let mut tags = serde_json::Map::new();
        for (key, value) in &self.tags {
            let values = tags.entry(key).or_insert_with(|| json!([]));
            if let Some(values) = values.as_array_mut() {
                values.push(json!(value));
            }
        }
        let mut body = json!({"occurred_at": occurred_at, "tags": tags});
        let Some(fields) = body.as_object_mut() else { return body };
        if self.names_all {
            fields.insert("campaign_id".to_owned(), json!(CAMPAIGN));
            fields.insert("caller_number".to_owned(), json!(call.caller));
        }
        if let Some((id, attempt)) = self.buyer {
            fields.insert("buyer".to_owned(), json!({"id": id}));
            if let Some(attempt) = attempt {
                fields.insert("attempt".to_owned(), json!(attempt));
            }
        }
        if let Some(seconds) = self.connected_seconds {
            fields.insert("connected_seconds".to_owned(), json!(seconds));
        }
        body
    }
}
