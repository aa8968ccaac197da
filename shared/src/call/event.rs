//! What the call platform reports (spec section 11).

use serde_json::{Map, Value};

use super::{Buyer, BuyerEvent, CallId, End, Raw, Recording};
use crate::campaign::{Amounts, CampaignId};
use crate::delivery::ONCE;
use crate::fault::Faults;
use crate::fields::{Fields, amount, list, owner_tags, string, text, whole};
use crate::geo::Place;
use crate::phone::{CallerNumber, E164};
use crate::secret;
use crate::tag::TagSet;
use crate::time::Timestamp;
use crate::trigger::Trigger;

/// How far a platform's clock may be ahead of ours: a call dated later would stay its caller's
/// latest.
const MAX_AHEAD_SECONDS: i64 = 86400;
/// The longest call there is: 31 days.
pub(crate) const MAX_CALL_SECONDS: u32 = 31 * 86400;

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
    /// What else the platform says.
    pub raw: Raw,
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
    /// It ended.
    Ended(HangUp),
    /// A recording of it is there, at this address.
    Recording(String),
}

/// How a call ended, as far as the platform says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HangUp {
    /// How long the caller was connected, in whole seconds.
    pub connected_seconds: Option<u32>,
    /// Who hung up.
    pub hung_up_by: Option<String>,
    /// Where the recording is.
    pub recording_url: Option<String>,
    /// What the call earns and costs.
    pub amounts: Amounts,
}

impl HangUp {
    /// The end of a call that happened `at` and was reported at `reported_at`.
    #[must_use]
    pub fn end(&self, at: Timestamp, reported_at: Timestamp) -> End {
        End {
            at,
            reported_at,
            connected_seconds: self.connected_seconds,
            hung_up_by: self.hung_up_by.clone(),
        }
    }
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
    /// The trigger of the pings that it fires; what the end fires waits for a decision.
    #[must_use]
    pub fn trigger(&self) -> Option<Trigger> {
        match self {
            Self::Start => Some(Trigger::Start),
            Self::Selected(_) => Some(Trigger::Selected),
            Self::Answered(_) => Some(Trigger::Answered),
            Self::Ended(_) | Self::Recording(_) => None,
        }
    }

    /// Which event it is.
    #[must_use]
    pub fn kind(&self) -> EventKind {
        match self {
            Self::Start => EventKind::Start,
            Self::Selected(_) => EventKind::Selected,
            Self::Answered(_) => EventKind::Answered,
            Self::Ended(_) => EventKind::Ended,
            Self::Recording(_) => EventKind::Recording,
        }
    }

    /// The event's name on the wire.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.kind().as_str()
    }

    /// Whether it changes what the call owes besides its pings: timers, or all that follows its end.
    #[must_use]
    pub fn changes_what_is_owed(&self) -> bool {
        matches!(self, Self::Answered(_) | Self::Ended(_))
    }

    /// The buyer it is about.
    #[must_use]
    pub fn buyer(&self) -> Option<&Buyer> {
        match self {
            Self::Start | Self::Ended(_) | Self::Recording(_) => None,
            Self::Selected(choice) | Self::Answered(choice) => Some(&choice.buyer),
        }
    }

    fn buyer_event(&self, at: Timestamp) -> Option<BuyerEvent> {
        match self {
            Self::Start | Self::Ended(_) | Self::Recording(_) => None,
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

    /// What it reports of a recording.
    #[must_use]
    pub fn recording(&self) -> Option<Recording> {
        let url = match &self.moment {
            Moment::Ended(hang_up) => hang_up.recording_url.clone(),
            Moment::Recording(url) => Some(url.clone()),
            Moment::Start | Moment::Selected(_) | Moment::Answered(_) => None,
        };
        url.map(|url| Recording { at: self.occurred_at, url })
    }

    /// What tells this event from others of the same call, and is the same each time the platform
    /// sends it: the buyer and the attempt, or the time when the platform does not count its attempts;
    /// of a recording, its time and its address.
    #[must_use]
    pub fn occurrence(&self) -> String {
        match &self.moment {
            Moment::Start | Moment::Ended(_) => ONCE.to_owned(),
            Moment::Selected(choice) | Moment::Answered(choice) => match choice.attempt {
                Some(attempt) => format!("{attempt}.{}", choice.buyer.id),
                None => format!("at{}.{}", self.occurred_at.as_millis(), choice.buyer.id),
            },
            Moment::Recording(url) => {
                let hash: String = secret::sha256_hex(url).chars().take(16).collect();
                format!("at{}.{hash}", self.occurred_at.as_millis())
            }
        }
    }

    /// Reads an event of a kind that came in `now`. Fields that the spec does not know are no faults and kept as
    /// they are.
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
        fields.read_elsewhere("call_id");
        let campaign = match kind {
            EventKind::Start => fields.required("campaign_id", CampaignId::from_json),
            _ => fields.optional("campaign_id", CampaignId::from_json),
        };
        let occurred_at = fields.required("occurred_at", |value| {
            let at = Timestamp::from_json(value)?;
            let latest = now.plus_seconds(MAX_AHEAD_SECONDS);
            if at <= latest { Ok(at) } else { Err(Faults::here("is more than a day ahead")) }
        });
        let from = fields.optional("caller_number", number).and_then(CallerNumber::known);
        let to = fields.optional("called_number", number).and_then(CallerNumber::known);
        let number_name = fields.optional("number_name", text(200));
        let tags = fields.optional("tags", tags_and_place);
        let mut others = Map::new();
        let moment = match kind {
            EventKind::Start => Some(Moment::Start),
            EventKind::Selected => choice(&mut fields, &mut others).map(Moment::Selected),
            EventKind::Answered => choice(&mut fields, &mut others).map(Moment::Answered),
            EventKind::Ended => Some(Moment::Ended(hang_up(&mut fields))),
            EventKind::Recording => {
                fields.required("recording_url", recording_url).map(Moment::Recording)
            }
        };
        let (tags, place) = tags.unwrap_or_default();
        others.extend(fields.others().map(|(name, value)| (name.clone(), value.clone())));
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
            raw: Raw::of(others),
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
    /// `ended`
    Ended,
    /// `recording`
    Recording,
}

impl EventKind {
    /// Its name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Selected => "selected",
            Self::Answered => "answered",
            Self::Ended => "ended",
            Self::Recording => "recording",
        }
    }
}

fn number(value: &Value) -> Result<CallerNumber, Faults> {
    CallerNumber::parse(string(value)?).map_err(Faults::of)
}

/// Reads who was chosen; what else is said of the buyer goes to `others`.
fn choice(fields: &mut Fields<'_>, others: &mut Map<String, Value>) -> Option<Choice> {
    let buyer = fields.required("buyer", buyer).map(|(buyer, more)| {
        others.extend((!more.is_empty()).then(|| ("buyer".to_owned(), Value::Object(more))));
        buyer
    });
    let attempt = fields.optional("attempt", whole(1, 10_000));
    let attempt = attempt.and_then(|attempt| u32::try_from(attempt).ok());
    buyer.map(|buyer| Choice { buyer, attempt })
}

fn hang_up(fields: &mut Fields<'_>) -> HangUp {
    HangUp {
        connected_seconds: fields.optional("connected_seconds", connected_seconds),
        hung_up_by: fields.optional("hung_up_by", text(200)),
        recording_url: fields.optional("recording_url", recording_url),
        amounts: Amounts {
            revenue: fields.optional("revenue", amount),
            payout: fields.optional("payout", amount),
        },
    }
}

/// Seconds, of which whole ones count: a timer is reached by a full second.
fn connected_seconds(value: &Value) -> Result<u32, Faults> {
    let whole = match value {
        Value::Number(number) => number.as_f64().and_then(|seconds| {
            let whole = seconds.floor();
            format!("{whole}").parse().ok().filter(|seconds| *seconds <= MAX_CALL_SECONDS)
        }),
        _ => None,
    };
    let detail = || Faults::here(format!("must be seconds, 0 to {MAX_CALL_SECONDS}"));
    whole.ok_or_else(detail)
}

fn recording_url(value: &Value) -> Result<String, Faults> {
    let text = text(2048)(value)?;
    match url::Url::parse(&text) {
        Ok(url) if matches!(url.scheme(), "http" | "https" | "s3") => Ok(text),
        _ => Err(Faults::here("must be an http, https or s3 URL")),
    }
}

/// A buyer, and what else is said of it.
fn buyer(value: &Value) -> Result<(Buyer, Map<String, Value>), Faults> {
    let mut fields = Fields::of(value)?;
    let id = fields.required("id", |id| match id {
        Value::Number(number) => Ok(number.to_string()),
        other => text(128)(other),
    });
    let name = fields.optional("name", text(200));
    let tags = fields.optional("tags", owner_tags).unwrap_or_default();
    let others = fields.others().filter(|(_, value)| !value.is_null());
    let others = others.map(|(name, value)| (name.clone(), value.clone())).collect();
    fields.finish(id.map(|id| (Buyer { id, name, tags }, others)))
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
