//! An attempt is sent again only where its end was not told, under the same id: a function died, or
//! the store failed it, between claiming and telling. What it does tell is kept. Attempts count up by one, pings are sent once,
//! and `webhook-id` is the delivery's id on every attempt.

use std::collections::BTreeMap;

use hookline::ports::deliveries::Recorded;

use super::history::{Exchange, History};
use super::windows::kept;
use crate::simulation::journal::What;

/// The most that an attempt is sent: once, and once for each takeover.
const MOST: usize = 6;

pub(super) fn judge(history: &History<'_>) -> Vec<String> {
    let mut broken = Vec::new();
    let mut deliveries: BTreeMap<&str, Vec<&Exchange<'_>>> = BTreeMap::new();
    for exchange in &history.exchanges {
        deliveries.entry(&exchange.sent.delivery).or_default().push(exchange);
        if exchange.is_browser()
            && exchange.sent.webhook_id.as_ref() != Some(&exchange.sent.delivery)
        {
            broken.push(history.say(exchange.at, "webhook-id is not the delivery's id"));
        }
    }
    for exchanges in deliveries.into_values() {
        broken.extend(one_after_another(history, &exchanges));
    }
    broken.extend(unheard(history));
    broken
}

/// What a function tells of an attempt is kept: nobody ends a delivery over its living claimant.
fn unheard(history: &History<'_>) -> Vec<String> {
    let entries = history.run.journal.iter().enumerate();
    let unheard = entries.filter_map(|(index, entry)| match &entry.what {
        What::Recorded { key, attempt: Some(_), result: Recorded::Overtaken, .. } => {
            Some(history.say(index, format!("what came of {key:?} was not kept")))
        }
        _ => None,
    });
    unheard.collect()
}

fn one_after_another(history: &History<'_>, exchanges: &[&Exchange<'_>]) -> Vec<String> {
    let mut broken = Vec::new();
    let mut told = 0;
    let mut sends = 0;
    for exchange in exchanges {
        let wanted = told + 1;
        if exchange.sent.attempt != wanted {
            let why = format!("attempt {} where {wanted} was next", exchange.sent.attempt);
            broken.push(history.say(exchange.at, why));
        }
        sends += 1;
        let again = sends > 1;
        if again && !exchange.is_browser() {
            broken.push(history.say(exchange.at, "a ping was sent again"));
        }
        if sends > MOST {
            broken.push(history.say(exchange.at, format!("sent for the {sends}th time")));
        }
        if kept(history, exchange).is_some() {
            told = exchange.sent.attempt;
            sends = 0;
        }
    }
    broken
}
