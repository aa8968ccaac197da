//! What a webhook's matches and tokens see of a call.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::{Buyer, Call};
use crate::campaign::{Campaign, Webhook};
use crate::delivery::DeliveryId;
use crate::facts::Facts;
use crate::template::Values;
use crate::time::Timestamp;
use crate::token::SystemToken;

/// A call in its campaign at one moment, as matches see it.
#[derive(Debug, Clone, Copy)]
pub struct CallFacts<'a> {
    /// The call.
    pub call: &'a Call,
    /// Its campaign.
    pub campaign: &'a Campaign,
    /// The buyer that is spoken of: that of the event being taken, or else the one reached.
    pub buyer: Option<&'a Buyer>,
    /// Now, by our clock.
    pub now: Timestamp,
}

/// A webhook that is about to be fired for a call, as its matches and tokens see it.
#[derive(Debug, Clone, Copy)]
pub struct Firing<'a> {
    /// The call.
    pub facts: CallFacts<'a>,
    /// The webhook.
    pub webhook: &'a Webhook,
    /// The id of the delivery, the same on every attempt.
    pub delivery: &'a DeliveryId,
    /// The attempt, from 1.
    pub attempt: u32,
}

impl<'a> Firing<'a> {
    /// Why the webhook is not for this call; `None` when it is.
    #[must_use]
    pub fn why_not(&self) -> Option<String> {
        if !self.facts.campaign.enabled {
            return Some("the campaign is disabled".to_owned());
        }
        if !self.webhook.enabled {
            return Some("the webhook is disabled".to_owned());
        }
        self.webhook.matches.unmet(self).map(|unmet| format!("matches: {unmet}"))
    }

    fn system(&self, token: SystemToken) -> Option<Cow<'a, str>> {
        match token {
            SystemToken::Trigger => Some(self.webhook.trigger.as_str().into()),
            SystemToken::DeliveryId => Some(self.delivery.as_str().into()),
            SystemToken::Attempt => Some(self.attempt.to_string().into()),
            SystemToken::WebhookId => Some(self.webhook.id.as_str().into()),
            SystemToken::WebhookName => Some(self.webhook.name.as_str().into()),
            _ => None,
        }
    }
}

impl<'a> CallFacts<'a> {
    /// The facts of a call, speaking of the buyer that it reached.
    #[must_use]
    pub fn of(call: &'a Call, campaign: &'a Campaign, now: Timestamp) -> Self {
        Self { call, campaign, buyer: call.reached_buyer(), now }
    }

    fn system(&self, token: SystemToken) -> Option<Cow<'a, str>> {
        let call = self.call;
        match token {
            SystemToken::CallId => Some(call.id.as_str().into()),
            SystemToken::CallUuid => Some(call.uuid.as_str().into()),
            SystemToken::CallKey => Some(call.key.expose().into()),
            SystemToken::CampaignId => Some(self.campaign.id.as_str().into()),
            SystemToken::CampaignName => Some(self.campaign.name.as_str().into()),
            SystemToken::CallerNumber => call.caller.as_ref().map(|n| n.as_str().into()),
            SystemToken::CallerId => call.caller.as_ref().map(|n| n.digits().into()),
            SystemToken::NanpCallerNumber => {
                call.caller.as_ref().and_then(|n| n.nanp()).map(Cow::from)
            }
            SystemToken::CallerZip => call.location.caller_zip().map(Cow::from),
            SystemToken::CallerState => call.location.caller_state().map(Cow::from),
            SystemToken::CallerCountry => call.location.caller_country().map(Cow::from),
            SystemToken::CalledNumber => call.called.as_ref().map(|n| n.as_str().into()),
            SystemToken::NumberName => call.number_name.as_deref().map(Cow::from),
            SystemToken::CallStartTime => call.started_at.map(|at| number(at.as_seconds())),
            SystemToken::CallDuration => call
                .started_at
                .map(|at| number(call.ended_at().unwrap_or(self.now).seconds_since(at))),
            SystemToken::ConnectedSeconds => Some(number(call.connected_seconds(self.now))),
            SystemToken::Connected => Some(yes_or_no(call.is_connected())),
            SystemToken::Converted => Some(yes_or_no(call.is_converted())),
            SystemToken::RecordingUrl => call.recording_url().map(Cow::from),
            SystemToken::HungUpBy => {
                call.end.as_ref().and_then(|end| end.hung_up_by.as_deref()).map(Cow::from)
            }
            SystemToken::BuyerId => self.buyer.map(|buyer| buyer.id.as_str().into()),
            SystemToken::BuyerName => {
                self.buyer.and_then(|buyer| buyer.name.as_deref()).map(Cow::from)
            }
            SystemToken::Revenue => call.amounts.revenue.map(decimal),
            SystemToken::Payout => call.amounts.payout.map(decimal),
            SystemToken::Timestamp => Some(number(self.now.as_seconds())),
            // The platform sends the first two as tags; the others are a firing's.
            SystemToken::PublisherId
            | SystemToken::SubId
            | SystemToken::Trigger
            | SystemToken::DeliveryId
            | SystemToken::Attempt
            | SystemToken::WebhookId
            | SystemToken::WebhookName => None,
        }
    }
}

impl CallFacts<'_> {
    /// The values of a name, `token` being what that is to Hookline itself.
    fn values_of(&self, name: &str, token: Option<SystemToken>) -> Vec<Cow<'_, str>> {
        if name == "geo" {
            return self.call.location.geo_values().into_iter().map(Cow::from).collect();
        }
        if let Some(value) = token.and_then(|token| self.system(token)) {
            return if value.is_empty() { Vec::new() } else { vec![value] };
        }
        let mut values: Vec<Cow<'_, str>> = self.call.tags.values(name).map(Cow::from).collect();
        let of_call = values.len();
        let buyer = self.buyer.into_iter().flat_map(|buyer| buyer.tags.values(name));
        values.extend(buyer.map(Cow::from));
        // Either's are in order by themselves.
        if (1..values.len()).contains(&of_call) {
            values.sort_unstable();
            values.dedup();
        }
        values
    }
}

impl Facts for CallFacts<'_> {
    fn values(&self, name: &str) -> Vec<Cow<'_, str>> {
        self.values_of(name, SystemToken::from_name(name))
    }
}

impl Facts for Firing<'_> {
    fn values(&self, name: &str) -> Vec<Cow<'_, str>> {
        let token = SystemToken::from_name(name);
        match token.and_then(|token| self.system(token)) {
            Some(value) => vec![value],
            None => self.facts.values_of(name, token),
        }
    }
}

impl Values for Firing<'_> {
    fn values(&self, name: &str) -> Vec<Cow<'_, str>> {
        Facts::values(self, name)
    }

    fn secret(&self, name: &str) -> Option<Cow<'_, str>> {
        Values::secret(&self.facts, name)
    }
}

impl Values for CallFacts<'_> {
    fn values(&self, name: &str) -> Vec<Cow<'_, str>> {
        Facts::values(self, name)
    }

    fn secret(&self, name: &str) -> Option<Cow<'_, str>> {
        self.campaign.secret(name).map(|secret| secret.expose().into())
    }
}

/// What stands for the call key; plain letters, which every context leaves as they are.
const HIDDEN: &str = "hidden";

/// The same with the call key masked, for what is kept and shown of a request.
#[derive(Debug, Clone, Copy)]
pub struct Masked<'a>(pub Firing<'a>);

impl Values for Masked<'_> {
    fn values(&self, name: &str) -> Vec<Cow<'_, str>> {
        match SystemToken::from_name(name) {
            Some(SystemToken::CallKey) => vec![HIDDEN.into()],
            _ => Facts::values(&self.0, name),
        }
    }

    fn secret(&self, name: &str) -> Option<Cow<'_, str>> {
        Values::secret(&self.0, name)
    }
}

fn number<'a>(value: i64) -> Cow<'a, str> {
    value.to_string().into()
}

fn decimal<'a>(value: Decimal) -> Cow<'a, str> {
    value.to_string().into()
}

fn yes_or_no<'a>(yes: bool) -> Cow<'a, str> {
    Cow::from(if yes { "yes" } else { "no" })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::call::{CallEvent, CallId, CallKey, EventKind};

    #[test]
    fn tokens_speak_of_the_call_the_campaign_and_the_buyer() {
        let now = Timestamp::from_millis(1_070_000).unwrap();
        let campaign = json!({"id": "solar", "name": "Solar leads"});
        let campaign = Campaign::from_document(&campaign).unwrap();
        let id = CallId::parse("c1").unwrap();
        let key = CallKey::from_random([7; 24]);
        let mut call = Call::new(id.clone(), campaign.id.clone(), "u-1".to_owned(), key);
        let events = [
            (
                EventKind::Start,
                json!({"campaign_id": "solar", "caller_number": "+16145550100",
                "occurred_at": 1_000, "tags": {"sub_id": "x", "color": ["red", "blue"]}}),
            ),
            (
                EventKind::Answered,
                json!({"occurred_at": 1_010,
                "buyer": {"id": "b1", "name": "B", "tags": {"color": "green"}}}),
            ),
        ];
        for (kind, body) in events {
            call.take_in(&CallEvent::from_json(kind, id.clone(), &body, now).unwrap(), now);
        }
        let facts = CallFacts::of(&call, &campaign, now);

        let said = |name| Facts::values(&facts, name).join(",");
        let expected = [
            ("call_id", "c1"),
            ("call_uuid", "u-1"),
            ("campaign_name", "Solar leads"),
            ("caller_number", "+16145550100"),
            ("caller_id", "16145550100"),
            ("nanp_caller_number", "6145550100"),
            ("caller_state", "oh"),
            ("caller_zip", ""),
            ("geo", "614,us,us-oh"),
            ("call_start_time", "1000"),
            ("call_duration", "70"),
            ("connected", "yes"),
            ("connected_seconds", "60"),
            ("converted", "no"),
            ("buyer_id", "b1"),
            ("buyer_name", "B"),
            ("sub_id", "x"),
            ("publisher_id", ""),
            ("color", "blue,green,red"),
            ("timestamp", "1070"),
            ("webhook_id", ""),
            ("other", ""),
        ];
        for (name, value) in expected {
            assert_eq!(said(name), value, "{name}");
        }
    }
}
