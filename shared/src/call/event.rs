//! What the call platform reports (spec section 11).

use serde_json::{Map, Value};

use super::event_fields::{choice, hang_up, number, recording_url, tags_and_place};
use super::{Buyer, BuyerEvent, CallId, End, Raw, Recording};
use crate::campaign::{Amounts, CampaignId};
use crate::delivery::ONCE;
use crate::fault::Faults;
use crate::fields::{Fields, text};
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
pub const MAX_CALL_SECONDS: u32 = 31 * 86400;

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

/// A buyer, and which attempt at reaching one this is.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The buyer.
    pub buyer: Buyer,
    /// The platform's count of its attempts, from 1, or its own name for this one; `None` when it
    /// tells no attempts apart.
    pub attempt: Option<String>,
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
        let (answered, choice) = match self {
            Self::Start | Self::Ended(_) | Self::Recording(_) => return None,
            Self::Selected(choice) => (false, choice),
            Self::Answered(choice) => (true, choice),
        };
        let Choice { buyer, attempt } = choice.clone();
        Some(BuyerEvent { at, answered, buyer, attempt })
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
    /// sends it: the buyer and the attempt, or the time when the platform tells no attempts apart;
    /// of a recording, its time and its address.
    #[must_use]
    pub fn occurrence(&self) -> String {
        match &self.moment {
            Moment::Start | Moment::Ended(_) => ONCE.to_owned(),
            Moment::Selected(choice) | Moment::Answered(choice) => match &choice.attempt {
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
