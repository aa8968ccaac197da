//! What the call platform reports (spec section 11).

use serde_json::Value;

use super::{Buyer, BuyerEvent, CallId};
use crate::campaign::CampaignId;
use crate::fault::Faults;
use crate::fields::{Fields, list, owner_tags, string, text, whole};
use crate::geo::Place;
use crate::phone::E164;
use crate::tag::TagSet;
use crate::time::Timestamp;
use crate::trigger::Trigger;

/// How far a platform's clock may be ahead of ours: a call dated later would stay its caller's
/// latest.
const MAX_AHEAD_SECONDS: i64 = 86400;

/// One report of the platform about a call, valid as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct CallEvent {
    /// The call.
    pub call: CallId,
    /// Its campaign; a `start` always names it.
    pub campaign: Option<CampaignId>,
    /// When it happened, by the platform's clock.
    pub occurred_at: Timestamp,
    /// Who calls; `None` when the number is withheld or not said again.
    pub caller: Option<E164>,
    /// The number that was called.
    pub called: Option<E164>,
    /// The platform's name for that number.
    pub number_name: Option<String>,
    /// Tags the platform puts on the call.
    pub tags: TagSet,
    /// Where the platform says that the caller is.
    pub place: Option<Place>,
    /// What happened.
    pub moment: Moment,
}

/// What happened to the call.
#[derive(Debug, Clone, PartialEq)]
pub enum Moment {
    /// It was received.
    Start,
    /// A buyer was chosen.
    Selected(Choice),
    /// A buyer answered.
    Answered(Choice),
}

/// A buyer, and the how-many-eth attempt at reaching one this is.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The buyer.
    pub buyer: Buyer,
    /// The platform's count of its attempts, from 1; `None` when it does not count.
    pub attempt: Option<u32>,
}

impl Moment {
    /// The trigger of the webhooks that it fires.
    #[must_use]
    pub fn trigger(&self) -> Trigger {
        match self {
            Self::Start => Trigger::Start,
            Self::Selected(_) => Trigger::Selected,
            Self::Answered(_) => Trigger::Answered,
        }
    }

    /// The buyer it is about.
    #[must_use]
    pub fn buyer(&self) -> Option<&Buyer> {
        match self {
            Self::Start => None,
            Self::Selected(choice) | Self::Answered(choice) => Some(&choice.buyer),
        }
    }

    fn buyer_event(&self, at: Timestamp) -> Option<BuyerEvent> {
        match self {
            Self::Start => None,
            Self::Selected(choice) => {
                Some(BuyerEvent { at, answered: false, buyer: choice.buyer.clone() })
            }
            Self::Answered(choice) => {
                Some(BuyerEvent { at, answered: true, buyer: choice.buyer.clone() })
            }
        }
    }
}

impl CallEvent {
    /// What it reports of a buyer.
    #[must_use]
    pub fn buyer_event(&self) -> Option<BuyerEvent> {
        self.moment.buyer_event(self.occurred_at)
    }

    /// What tells this event from others of the same call, and is the same each time the platform
    /// sends it: the buyer and the attempt, or the time when the platform does not count its attempts.
    #[must_use]
    pub fn occurrence(&self) -> String {
        match &self.moment {
            Moment::Start => "1".to_owned(),
            Moment::Selected(choice) | Moment::Answered(choice) => match choice.attempt {
                Some(attempt) => format!("{attempt}.{}", choice.buyer.id),
                None => format!("at{}.{}", self.occurred_at.as_millis(), choice.buyer.id),
            },
        }
    }

    /// Reads an event of a kind that came in `now`. Fields that the spec does not know are let be.
    ///
    /// # Errors
    /// Every field at fault.
    pub fn from_json(
        kind: EventKind,
        call: CallId,
        body: &Value,
        now: Timestamp,
    ) -> Result<Self, Faults> {
        let mut fields = Fields::of(body)?;
        let campaign = match kind {
            EventKind::Start => fields.required("campaign_id", CampaignId::from_json),
            _ => fields.optional("campaign_id", CampaignId::from_json),
        };
        let occurred_at = fields.required("occurred_at", |value| {
            let at = Timestamp::from_json(value)?;
            let latest = now.plus_seconds(MAX_AHEAD_SECONDS);
            if at <= latest { Ok(at) } else { Err(Faults::here("is more than a day ahead")) }
        });
        let from = fields.optional("caller_number", number).flatten();
        let to = fields.optional("called_number", number).flatten();
        let number_name = fields.optional("number_name", text(200));
        let tags = fields.optional("tags", tags_and_place);
        let moment = match kind {
            EventKind::Start => Some(Moment::Start),
            EventKind::Selected => choice(&mut fields).map(Moment::Selected),
            EventKind::Answered => choice(&mut fields).map(Moment::Answered),
        };
        let (tags, place) = tags.unwrap_or_default();
        let built = occurred_at.zip(moment).map(|(occurred_at, moment)| Self {
            call,
            campaign,
            occurred_at,
            caller: from,
            called: to,
            number_name,
            tags,
            place,
            moment,
        });
        fields.finish(built)
    }
}

/// Which event a platform reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// `start`
    Start,
    /// `selected`
    Selected,
    /// `answered`
    Answered,
}

/// A phone number; an empty one is a withheld one.
fn number(value: &Value) -> Result<Option<E164>, Faults> {
    let text = string(value)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    E164::parse(text).map(Some).map_err(Faults::of)
}

fn choice(fields: &mut Fields<'_>) -> Option<Choice> {
    let buyer = fields.required("buyer", buyer);
    let attempt = fields.optional("attempt", whole(1, 10_000));
    let attempt = attempt.and_then(|attempt| u32::try_from(attempt).ok());
    buyer.map(|buyer| Choice { buyer, attempt })
}

fn buyer(value: &Value) -> Result<Buyer, Faults> {
    let mut fields = Fields::of(value)?;
    let id = fields.required("id", |id| match id {
        Value::Number(number) => Ok(number.to_string()),
        other => text(128)(other),
    });
    let name = fields.optional("name", text(200));
    let tags = fields.optional("tags", owner_tags).unwrap_or_default();
    fields.finish(id.map(|id| Buyer { id, name, tags }))
}

/// The platform's tags; `geo` and `caller_zip` say where the caller is instead of being tags.
fn tags_and_place(value: &Value) -> Result<(TagSet, Option<Place>), Faults> {
    let mut object =
        value.as_object().cloned().ok_or_else(|| Faults::here("must be an object of tags"))?;
    let mut faults = Faults::default();
    let mut place = None;
    for (name, read) in [("geo", Place::parse as fn(&str) -> _), ("caller_zip", Place::from_zip)] {
        let values = object.remove(name).map_or(Ok(Vec::new()), |value| texts(&value));
        for text in values.map_err(|faults| faults.under(name))? {
            // Answers give `geo` back with the area code in it, which is the number's own.
            if text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit()) {
                continue;
            }
            match read(&text) {
                Ok(found) => {
                    place = Some(Place::finer(place, found));
                }
                Err(fault) => faults.extend(Faults::at(name, fault.to_string())),
            }
        }
    }
    match owner_tags(&Value::Object(object)) {
        Ok(tags) if faults.is_empty() => Ok((tags, place)),
        Ok(_) => Err(faults),
        Err(found) => {
            faults.extend(found);
            Err(faults)
        }
    }
}

fn texts(value: &Value) -> Result<Vec<String>, Faults> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Number(number) => Ok(vec![number.to_string()]),
        Value::Array(_) => Ok(list(50, texts)(value)?.into_iter().flatten().collect()),
        _ => Err(Faults::here("must be a string or an array of strings")),
    }
}
