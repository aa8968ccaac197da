//! Calls.

use hookline::call::{self, RawEvent, tag_origins};
use hookline::campaign::Amounts;
use serde::Serialize;
use utoipa::ToSchema;

use super::delivery::Delivery;
use super::shown_deliveries::ShownDeliveries;
use super::story::{Event, TagOrigin, told, within};
use super::{Amount, Tags, Time};

/// A call as it stands. The call key is not in it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Call {
    /// The platform's id.
    #[serde(rename = "call_id")]
    id: String,
    /// Hookline's own random id.
    #[serde(rename = "call_uuid")]
    uuid: String,
    /// The campaign.
    campaign_id: String,
    /// Who calls; absent when the number is withheld.
    #[serde(skip_serializing_if = "Option::is_none")]
    caller_number: Option<String>,
    /// The number that was called.
    #[serde(skip_serializing_if = "Option::is_none")]
    called_number: Option<String>,
    /// The platform's name for that number.
    #[serde(skip_serializing_if = "Option::is_none")]
    number_name: Option<String>,
    /// When it was received, by the platform's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<Time>,
    /// When a buyer was last chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    selected_at: Option<Time>,
    /// When a buyer first answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_at: Option<Time>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Time>,
    /// How long the caller was connected, once the call has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    connected_seconds: Option<i64>,
    /// Who hung up, in the platform's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    hung_up_by: Option<String>,
    /// Where the recording is; of several, the one made last.
    #[serde(skip_serializing_if = "Option::is_none")]
    recording_url: Option<String>,
    /// The buyer of the latest try.
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer: Option<Buyer>,
    /// Every buyer that was chosen or answered, in the order it happened.
    buyer_events: Vec<BuyerEvent>,
    /// Its tags, with where the caller is under `geo`.
    tags: Tags,
    /// What was decided about it.
    outcome: Decision,
    /// What told its story on, oldest first.
    events: Vec<Event>,
    /// Where its tags came from, as far as is known, by key and value.
    tag_origins: Vec<TagOrigin>,
    /// Of how many more tags it could be said; absent when it is said of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    tag_origins_left_out: Option<usize>,
    /// Its deliveries, oldest first, at most 100 of them and as many as there is room for.
    deliveries: Vec<Delivery>,
    /// How many more deliveries there are; absent when all are shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    deliveries_left_out: Option<usize>,
    /// `true` when the tags of their reports weigh too much to be shown here; each delivery still
    /// shows its own.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    report_tags_left_out: bool,
    /// `true` when what attempts sent and were answered weighs too much to be shown here; each
    /// delivery still shows its own.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    exchanges_left_out: bool,
}

/// Who a call is sent to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Buyer {
    /// The platform's id of the buyer.
    id: String,
    /// The buyer's name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// What the platform says of this buyer.
    #[serde(skip_serializing_if = "Tags::is_empty")]
    #[schema(required = false)]
    tags: Tags,
}

/// A buyer chosen, or a buyer who answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BuyerEvent {
    /// When.
    at: Time,
    /// Whether the buyer answered; else chosen only.
    answered: bool,
    /// Who.
    buyer: Buyer,
}

/// What was decided about a call, and what it earns.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Decision {
    /// Whether it converted; absent before the decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    converted: Option<bool>,
    /// `true` when it would have converted, had its caller not converted not long ago.
    #[serde(skip_serializing_if = "Option::is_none")]
    deduped: Option<bool>,
    /// When it was first decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<Time>,
    /// What a postback said about conversion, the last word.
    #[serde(skip_serializing_if = "Option::is_none")]
    posted_conversion: Option<bool>,
    /// What the call earns.
    #[serde(skip_serializing_if = "Option::is_none")]
    revenue: Option<Amount>,
    /// What the publisher is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    payout: Option<Amount>,
}

/// A call as a list shows it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CallSummary {
    /// The platform's id.
    call_id: String,
    /// Who calls; absent when the number is withheld.
    #[serde(skip_serializing_if = "Option::is_none")]
    caller_number: Option<String>,
    /// The number that was called.
    #[serde(skip_serializing_if = "Option::is_none")]
    called_number: Option<String>,
    /// When it was received, by the platform's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<Time>,
    /// When a buyer first answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_at: Option<Time>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Time>,
    /// How long the caller was connected, once the call has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    connected_seconds: Option<i64>,
    /// The buyer of the latest try.
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer: Option<Buyer>,
    /// What was decided about it.
    outcome: Decision,
}

impl Call {
    /// The call with its deliveries, oldest first, and what else its events said.
    pub(crate) fn of(
        call: &call::Call,
        deliveries: &[hookline::delivery::Delivery],
        said: Vec<RawEvent>,
    ) -> Self {
        let end = call.end.as_ref();
        let shown = ShownDeliveries::of(deliveries);
        let left_out = deliveries.len() - shown.deliveries.len();
        let (tag_origins, untold) = within(tag_origins(call, deliveries));
        Self {
            id: call.id.to_string(),
            uuid: call.uuid.clone(),
            campaign_id: call.campaign.to_string(),
            caller_number: call.caller.as_ref().map(ToString::to_string),
            called_number: call.called.as_ref().map(ToString::to_string),
            number_name: call.number_name.clone(),
            started_at: call.started_at.map(Time),
            selected_at: call.selected_at().map(Time),
            answered_at: call.answered_at().map(Time),
            ended_at: call.ended_at().map(Time),
            connected_seconds: end.map(|end| call.connected_seconds(end.at)),
            hung_up_by: end.and_then(|end| end.hung_up_by.clone()),
            recording_url: call.recording_url().map(str::to_owned),
            buyer: call.buyer().map(Buyer::from),
            buyer_events: call.buyer_events.iter().map(BuyerEvent::from).collect(),
            tags: call.shown_tags().into(),
            outcome: Decision::of(call),
            events: told(call, said),
            tag_origins,
            tag_origins_left_out: (untold > 0).then_some(untold),
            deliveries: shown.deliveries,
            deliveries_left_out: (left_out > 0).then_some(left_out),
            report_tags_left_out: shown.report_tags_left_out,
            exchanges_left_out: shown.exchanges_left_out,
        }
    }
}

impl Decision {
    fn of(call: &call::Call) -> Self {
        let decision = call.course.decision;
        let Amounts { revenue, payout } = call.amounts;
        Self {
            converted: decision.map(|decision| decision.converted),
            deduped: decision.and_then(|decision| decision.deduped.then_some(true)),
            decided_at: decision.map(|decision| decision.at.into()),
            posted_conversion: call.posted_conversion,
            revenue: revenue.map(|amount| Amount(amount.to_string())),
            payout: payout.map(|amount| Amount(amount.to_string())),
        }
    }
}

impl From<&call::Call> for CallSummary {
    fn from(call: &call::Call) -> Self {
        Self {
            call_id: call.id.to_string(),
            caller_number: call.caller.as_ref().map(ToString::to_string),
            called_number: call.called.as_ref().map(ToString::to_string),
            started_at: call.started_at.map(Time),
            answered_at: call.answered_at().map(Time),
            ended_at: call.ended_at().map(Time),
            connected_seconds: call.end.as_ref().map(|end| call.connected_seconds(end.at)),
            buyer: call.buyer().map(|buyer| Buyer { tags: Tags::default(), ..buyer.into() }),
            outcome: Decision::of(call),
        }
    }
}

impl From<&call::Buyer> for Buyer {
    fn from(buyer: &call::Buyer) -> Self {
        let call::Buyer { id, name, tags } = buyer.clone();
        Self { id, name, tags: tags.into() }
    }
}

impl From<&call::BuyerEvent> for BuyerEvent {
    fn from(event: &call::BuyerEvent) -> Self {
        Self { at: event.at.into(), answered: event.answered, buyer: (&event.buyer).into() }
    }
}
