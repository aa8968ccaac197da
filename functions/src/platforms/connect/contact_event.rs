//! Contact events as EventBridge hands them to a function.
//!
//! Names within `detail` are read whatever their case: the samples that AWS gives do not agree on it.

use hookline::call::{Buyer, BuyerEvent, Call, CallId};
use hookline::tag::{TagKey, TagSet, TagValue};
use hookline::time::Timestamp;
use serde_json::{Map, Value, json};
use url::Url;

use super::{call_of, contact_id, id_of_arn};

/// How a contact comes about in which a caller goes on whose call has been another contact.
const TRANSFERS: [&str; 2] = ["TRANSFER", "QUEUE_TRANSFER"];

/// Who hung up, by the reasons that Connect gives.
const HUNG_UP_BY: [(&str, &str); 6] = [
    ("CUSTOMER_DISCONNECT", "caller"),
    ("AGENT_DISCONNECT", "agent"),
    ("THIRD_PARTY_DISCONNECT", "third_party"),
    ("CONTACT_FLOW_DISCONNECT", "flow"),
    ("TELECOM_PROBLEM", "network"),
    ("BARGED", "supervisor"),
];

/// Addresses that a recording can have.
const RECORDED_AT: [&str; 3] = ["https", "http", "s3"];
/// The longest address of a recording.
const MAX_URL_BYTES: usize = 2048;

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
    /// The contact, which is a leg of the call.
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
    Disconnected,
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
            Some("DISCONNECTED") => Happening::Disconnected,
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

    /// Whether the caller has left, and not only this contact.
    pub(super) fn caller_left(&self) -> bool {
        self.detail.text("disconnectReason") == Some("CUSTOMER_DISCONNECT")
    }

    /// The answer of an agent as an event in the plain shape; `None` when nobody is named.
    ///
    /// In the first contact it was the buyer that a flow had chosen by then, so that a flow which
    /// reports the answer too reports the same one; a contact that the caller was transferred to is
    /// told from others by its time.
    pub(super) fn answered(&self, call: &Call) -> Option<Value> {
        let queue = self.id_in("queueInfo", "queueArn");
        let agent = self.id_in("agentInfo", "agentArn");
        let at = self.time_of("agentInfo", "connectedToAgentTimestamp");
        let chosen = at.filter(|_| self.contact == self.call).and_then(|at| chosen_by(call, at));
        let (id, name, mut tags) = match chosen {
            Some(chosen) => {
                let Buyer { id, name, tags } = chosen.buyer.clone();
                (id, name, tags)
            }
            None => (queue.or(agent)?.to_owned(), None, TagSet::new()),
        };
        for (key, id) in [("agent_id", agent), ("queue_id", queue)] {
            if let (Ok(key), Some(Ok(id))) = (TagKey::parse(key), id.map(TagValue::parse)) {
                tags.insert(key, id);
            }
        }
        Some(json!({
            "occurred_at": at.map(|at| at.to_string()),
            "buyer": {"id": id, "name": name, "tags": tags},
            "attempt": (self.contact == self.call).then_some(1),
            "detail": self.detail.0,
        }))
    }

    /// The end of the call as an event in the plain shape. How long the caller was connected is told
    /// of a call of one contact alone; after a transfer it counts from the first answer.
    pub(super) fn ended(&self, transferred: bool) -> Value {
        let at = self.detail.time("disconnectTimestamp").or_else(|| self.time());
        let answered_at = self
            .detail
            .part("agentInfo")
            .and_then(|agent| agent.time("connectedToAgentTimestamp"))
            .filter(|_| !transferred && self.contact == self.call);
        let seconds = answered_at.zip(at).map(|(from, to)| to.seconds_since(from).max(0));
        let reason = self.detail.text("disconnectReason").filter(|reason| !reason.is_empty());
        let by = HUNG_UP_BY.iter().find(|(known, _)| Some(*known) == reason).map(|(_, by)| *by);
        let by = by.map(str::to_owned).or_else(|| reason.map(str::to_ascii_lowercase));
        json!({
            "occurred_at": at.map(|at| at.to_string()),
            "connected_seconds": seconds,
            "hung_up_by": by,
            "recording_url": self.recording_url(),
            "detail": self.detail.0,
        })
    }

    /// Where the recording will be: Connect names the place before the file is there.
    fn recording_url(&self) -> Option<String> {
        let recordings = self.detail.get("recordings")?.as_array()?;
        recordings.iter().filter_map(Value::as_object).find_map(|one| {
            let one = Detail(one);
            let location = one.text("location")?;
            let url = match one.text("storageType") {
                Some("S3") if !location.contains("://") => format!("s3://{location}"),
                _ => location.to_owned(),
            };
            // A place in another form must not cost the end of the call.
            let is_url = Url::parse(&url).is_ok_and(|url| RECORDED_AT.contains(&url.scheme()));
            (is_url && url.len() <= MAX_URL_BYTES).then_some(url)
        })
    }

    fn id_in(&self, part: &str, arn: &str) -> Option<&'a str> {
        self.detail.part(part)?.text(arn).and_then(id_of_arn)
    }

    fn time_of(&self, part: &str, time: &str) -> Option<Timestamp> {
        self.detail.part(part).and_then(|part| part.time(time)).or_else(|| self.time())
    }

    /// When the event was made.
    fn time(&self) -> Option<Timestamp> {
        Timestamp::from_json(self.event.get("time")?).ok()
    }
}

/// The buyer that was chosen last by a time.
fn chosen_by(call: &Call, at: Timestamp) -> Option<&BuyerEvent> {
    call.buyer_events.iter().rfind(|event| !event.answered && event.at <= at)
}

/// An object of the event, read by names whatever their case.
#[derive(Debug, Clone, Copy)]
struct Detail<'a>(&'a Map<String, Value>);

impl<'a> Detail<'a> {
    fn get(self, name: &str) -> Option<&'a Value> {
        let mut members = self.0.iter().filter(|(member, _)| member.eq_ignore_ascii_case(name));
        members.next().map(|(_, value)| value)
    }

    fn text(self, name: &str) -> Option<&'a str> {
        self.get(name)?.as_str()
    }

    fn time(self, name: &str) -> Option<Timestamp> {
        Timestamp::from_json(self.get(name)?).ok()
    }

    fn part(self, name: &str) -> Option<Self> {
        self.get(name)?.as_object().map(Self)
    }
}
