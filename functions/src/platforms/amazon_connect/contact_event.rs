//! Contact events as EventBridge hands them to a function.

use std::time::Duration;

use hookline::call::{Buyer, BuyerEvent, Call, CallId, ContactEnd, MAX_CALL_SECONDS};
use hookline::tag::{TagKey, TagSet, TagValue};
use hookline::time::Timestamp;
use serde_json::{Value, json};

use super::detail::Detail;
use super::{attempt_of, call_of, contact_id, id_of_arn};

/// How a contact comes about in which a caller goes on whose call has been another contact.
const TRANSFERS: [&str; 2] = ["TRANSFER", "QUEUE_TRANSFER"];

/// The reason of a contact whose customer hung up.
const CUSTOMER: &str = "CUSTOMER_DISCONNECT";
/// Who hung up, by the reasons that Connect gives.
const HUNG_UP_BY: [(&str, &str); 6] = [
    (CUSTOMER, "caller"),
    ("AGENT_DISCONNECT", "agent"),
    ("THIRD_PARTY_DISCONNECT", "third_party"),
    ("CONTACT_FLOW_DISCONNECT", "flow"),
    ("TELECOM_PROBLEM", "network"),
    ("BARGED", "supervisor"),
];
/// The most characters of any other reason.
const MAX_REASON_CHARACTERS: usize = 200;

/// How far Connect's clock and ours may be apart: what flows report is dated by ours.
const CLOCK_SKEW: Duration = Duration::from_secs(5);
/// The longest that a contact can have gone on.
const LONGEST: Duration = Duration::from_secs(MAX_CALL_SECONDS as u64);

/// Whether an invocation is a contact event.
pub(crate) fn is_contact_event(event: &Value) -> bool {
    event.get("source").is_some_and(|source| source == "aws.connect")
        && event.get("detail-type").is_some()
}

/// A contact event that may be about a call of ours.
#[derive(Debug)]
pub(super) struct ContactEvent<'a> {
    /// The call.
    pub(super) call: CallId,
    /// The contact, one of those of the call.
    pub(super) contact: CallId,
    /// What happened.
    pub(super) happening: Happening,
    event: &'a Value,
    detail: Detail<'a>,
}

/// What happened to a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happening {
    /// A caller is being transferred to it.
    Transferred,
    /// It was connected to an agent.
    Answered,
    /// It is over.
    Over,
}

impl<'a> ContactEvent<'a> {
    /// Reads a contact event.
    ///
    /// # Errors
    /// Why it is none of ours.
    pub(super) fn read(event: &'a Value) -> Result<Self, &'static str> {
        if event.get("detail-type").is_none_or(|kind| kind != "Amazon Connect Contact Event") {
            return Err("it is no contact event");
        }
        let detail = event.get("detail").and_then(Value::as_object).ok_or("it has no detail")?;
        let detail = Detail(detail);
        let is_voice = detail.text("channel").is_some_and(|it| it.eq_ignore_ascii_case("VOICE"));
        if !is_voice {
            return Err("it is no voice contact");
        }
        let happening = match detail.text("eventType") {
            Some("CONNECTED_TO_AGENT") => Happening::Answered,
            // The second says the same again, after the agent's work, and comes where the first is lost.
            Some("DISCONNECTED" | "COMPLETED") => Happening::Over,
            Some("INITIATED") => Happening::Transferred,
            _ => return Err("events of its type say nothing of a call"),
        };
        let contact = detail.get("contactId");
        let call = call_of(detail.get("initialContactId"), contact).ok_or("it names no contact")?;
        let contact = contact.and_then(contact_id).ok_or("it names no contact")?;
        let is_transfer =
            detail.text("initiationMethod").is_none_or(|method| TRANSFERS.contains(&method));
        if contact != call && !is_transfer {
            return Err("it is no transfer of its first contact");
        }
        if contact == call && happening == Happening::Transferred {
            return Err("calls begin by a flow");
        }
        Ok(Self { call, contact, happening, event, detail })
    }

    /// The answer of an agent as an event in the plain shape; `None` when nobody is named.
    ///
    /// It was the buyer that a flow had chosen last in this contact by then, and the attempt is that
    /// choice's, so that a flow which reports the answer too reports the same one.
    pub(super) fn answered(&self, call: &Call) -> Option<Value> {
        let queue = self.id_in("queueInfo", "queueArn");
        let agent = self.id_in("agentInfo", "agentArn");
        let at = self.connected_at().or_else(|| self.time());
        let chosen = at.and_then(|at| self.chosen_by(call, at)).cloned();
        let (id, name, mut tags, attempt) = match chosen {
            Some(BuyerEvent { buyer: Buyer { id, name, tags }, attempt, .. }) => {
                (id, name, tags, attempt)
            }
            None => (queue.or(agent)?.to_owned(), None, TagSet::new(), None),
        };
        for (key, id) in [("agent_id", agent), ("queue_id", queue)] {
            if let (Ok(key), Some(Ok(id))) = (TagKey::parse(key), id.map(TagValue::parse)) {
                tags.insert(key, id);
            }
        }
        Some(json!({
            "occurred_at": at.map(|at| at.to_string()),
            "buyer": {"id": id, "name": name, "tags": tags},
            "attempt": attempt.unwrap_or_else(|| attempt_of(&self.contact, &self.call)),
            "detail": self.detail.worth_keeping(&self.call),
        }))
    }

    /// How the contact ended; `None` when no time is told.
    pub(super) fn contact_end(&self) -> Option<ContactEnd> {
        let at = self.possible("disconnectTimestamp", self.detail).or_else(|| self.time())?;
        let reason = self.detail.text("disconnectReason").filter(|reason| !reason.is_empty());
        let by = HUNG_UP_BY.iter().find(|(known, _)| Some(*known) == reason).map(|(_, by)| *by);
        let other = || reason.map(|reason| reason.chars().take(MAX_REASON_CHARACTERS).collect());
        let hung_up_by = by.map(str::to_owned);
        let hung_up_by = hung_up_by.or_else(|| other().map(|it: String| it.to_ascii_lowercase()));
        Some(ContactEnd { at, hung_up_by, customer_left: reason == Some(CUSTOMER) })
    }

    /// The end of the call as an event in the plain shape. How long the caller was connected is told
    /// of a call of one contact alone; after a transfer it counts from the first answer.
    pub(super) fn ended(
        &self,
        end: &ContactEnd,
        transferred: bool,
        recording: Option<&str>,
    ) -> Value {
        let answered_at = self.connected_at().filter(|_| !transferred && self.contact == self.call);
        let seconds = answered_at.filter(|from| *from <= end.at).map(|it| end.at.seconds_since(it));
        json!({
            "occurred_at": end.at.to_string(),
            "connected_seconds": seconds.filter(|it| *it <= i64::from(MAX_CALL_SECONDS)),
            "hung_up_by": end.hung_up_by,
            "recording_url": recording,
            "detail": self.detail.worth_keeping(&self.call),
        })
    }

    /// The recording of a contact that ended `at`, as an event of its own in the plain shape.
    pub(super) fn recorded(&self, at: Timestamp, recording: &str) -> Value {
        json!({
            "occurred_at": at.to_string(),
            "recording_url": recording,
            "detail": self.detail.worth_keeping(&self.call),
        })
    }

    /// Where the contact's recording will be.
    pub(super) fn recording_url(&self) -> Option<String> {
        self.detail.recording_url()
    }

    /// The buyer that was chosen last in this contact by a time.
    fn chosen_by<'c>(&self, call: &'c Call, at: Timestamp) -> Option<&'c BuyerEvent> {
        let by = at.plus(CLOCK_SKEW);
        let since = if self.contact == self.call {
            None
        } else {
            Some(self.detail.time("initiationTimestamp")?.minus(CLOCK_SKEW))
        };
        let is_in = |at: Timestamp| at <= by && since.is_none_or(|since| since <= at);
        call.buyer_events.iter().rfind(|event| !event.answered && is_in(event.at))
    }

    fn id_in(&self, part: &str, arn: &str) -> Option<&'a str> {
        self.detail.part(part)?.text(arn).and_then(id_of_arn)
    }

    /// When an agent was connected.
    fn connected_at(&self) -> Option<Timestamp> {
        self.possible("connectedToAgentTimestamp", self.detail.part("agentInfo")?)
    }

    /// A time that part of the event tells, if it can be: Connect writes one of 1970 where there is
    /// none.
    fn possible(&self, name: &str, part: Detail<'_>) -> Option<Timestamp> {
        let began = self.detail.time("initiationTimestamp");
        let earliest = began.max(self.time().map(|time| time.minus(LONGEST)));
        part.time(name).filter(|at| earliest.is_none_or(|earliest| earliest <= *at))
    }

    /// When the event was made.
    fn time(&self) -> Option<Timestamp> {
        Timestamp::from_json(self.event.get("time")?).ok()
    }
}
