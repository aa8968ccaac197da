//! What Twilio tells of a call, in the plain shape.
//!
//! | address | parameters | event |
//! |---|---|---|
//! | `start` | of a voice webhook | `start` |
//! | `leg` | of a dialled number's status callback: `initiated`, then `in-progress` | `selected`, `answered` |
//! | `status` | of the number's own status callback, when the call is over | `ended` |
//! | `dialed` | of the `action` of a `<Dial>` or a `<Record>`, when it brings a recording | `recording` |
//! | `recording` | of a recording's status callback: `completed` | `recording` |
//!
//! A call is named by its `CallSid`, an attempt at reaching a buyer by the `CallSid` of the leg, a
//! recording by its `RecordingSid`, so that whatever Twilio sends again is the same event. Where
//! Twilio gives no time, it is now.

use std::time::Duration;

use hookline::call::{CallId, EventKind};
use hookline::campaign::CampaignId;
use hookline::fault::Faults;
use hookline::phone::E164;
use hookline::time::Timestamp;
use serde_json::{Map, Value, json};

use super::super::Reported;
use super::buyer::Buyer;
use super::form::Form;
use crate::problem::Problem;

/// Statuses of a call that is over.
const OVER: [&str; 5] = ["completed", "busy", "failed", "no-answer", "canceled"];
/// Fields of the plain shape by where Twilio, or the address that it asked, says the same.
const TWILIO_NAMES: [(&str, &str); 7] = [
    ("/occurred_at", "/Timestamp"),
    ("/recording_id", "/RecordingSid"),
    ("/recording_url", "/RecordingUrl"),
    ("/attempt", "/CallSid"),
    ("/buyer/id", "/buyer_id"),
    ("/buyer/name", "/buyer_name"),
    ("/campaign_id", "/campaign_id"),
];

/// A request whose signature is good.
#[derive(Debug)]
pub(super) struct SignedCallback<'a> {
    /// The campaign in its address.
    pub(super) campaign: &'a CampaignId,
    /// What Twilio posted.
    pub(super) form: Form,
    /// The query of its address.
    pub(super) query: Form,
    /// What is the same each time that Twilio sends this.
    pub(super) idempotency: Option<&'a str>,
    /// Now.
    pub(super) now: Timestamp,
}

impl SignedCallback<'_> {
    /// A call came in. The query becomes tags.
    pub(super) fn start(&self) -> Result<Reported, Problem> {
        let mut tags = self.query.tags(&[]);
        if let Some(name) = self.form.get("CallerName") {
            tags.entry("caller_name").or_insert_with(|| json!(name));
        }
        let mut body = self.body(self.now);
        body.extend(self.numbers());
        body.insert("tags".to_owned(), Value::Object(tags));
        Ok(reported(EventKind::Start, self.call_id()?, body))
    }

    /// A dialled number rings, or was answered; `None` for what else happens to it.
    pub(super) fn leg(&self) -> Result<Option<Reported>, Problem> {
        let kind = match self.required("CallStatus")? {
            "initiated" => EventKind::Selected,
            "in-progress" | "answered" => EventKind::Answered,
            _ => return Ok(None),
        };
        let (call, attempt) = (self.call("ParentCallSid")?, self.required("CallSid")?);
        let dialled = self.form.get("To").or(self.form.get("Called"));
        let id = self.query.get("buyer_id").or(dialled);
        let buyer = Buyer::named(id.ok_or_else(|| missing("buyer_id"))?, &self.query);
        let mut body = self.body(self.time("Timestamp").unwrap_or(self.now));
        body.insert("attempt".to_owned(), json!(attempt));
        body.insert("buyer".to_owned(), buyer.document);
        if !buyer.left_out.is_empty() {
            body.insert("query".to_owned(), Value::Object(buyer.left_out));
        }
        Ok(Some(reported(kind, call, body)))
    }

    /// The call is over, or has a recording; `None` while it is neither. What asks how the call goes
    /// on after a dial says nothing of its end: that comes by itself, with its time.
    pub(super) fn status(&self) -> Result<Option<Reported>, Problem> {
        let status = self.required("CallStatus")?;
        if self.form.get("ParentCallSid").is_some() {
            let detail = "is that of a dialled leg, whose callbacks go to …/leg";
            return Err(Problem::invalid(Faults::at("ParentCallSid", detail)));
        }
        if !OVER.contains(&status) || self.form.get("DialCallStatus").is_some() {
            return self.dialed();
        }
        let mut body = self.body(self.time("Timestamp").unwrap_or(self.now));
        body.extend(self.numbers());
        if let Some(url) = self.form.get("RecordingUrl") {
            body.insert("recording_url".to_owned(), json!(url));
        }
        Ok(Some(reported(EventKind::Ended, self.call_id()?, body)))
    }

    /// Something that the call did is over, a dial or a recording, which the call itself is not by
    /// that; `None` when it brings no recording.
    pub(super) fn dialed(&self) -> Result<Option<Reported>, Problem> {
        let Some(url) = self.form.get("RecordingUrl") else { return Ok(None) };
        let body = self.recording_body(url, self.time("Timestamp").unwrap_or(self.now));
        Ok(Some(reported(EventKind::Recording, self.call_id()?, body)))
    }

    /// How the dial ended that is over; blank when it was none.
    pub(super) fn dial_call_status(&self) -> &str {
        self.form.get("DialCallStatus").unwrap_or_default()
    }

    /// A recording is there; `None` while it is not, or when it came to nothing.
    pub(super) fn recording(&self) -> Result<Option<Reported>, Problem> {
        if self.required("RecordingStatus")? != "completed" {
            return Ok(None);
        }
        let (url, call) = (self.required("RecordingUrl")?, self.call_of_recording()?);
        let seconds = self.form.get("RecordingDuration").and_then(|text| text.trim().parse().ok());
        let began = self.time("RecordingStartTime");
        let made = began.map(|at| at.plus(Duration::from_secs(seconds.unwrap_or(0))));
        let at = made.or_else(|| self.time("Timestamp")).unwrap_or(self.now);
        let body = self.recording_body(url, at);
        Ok(Some(reported(EventKind::Recording, call, body)))
    }

    /// Recordings are of the call that came in; one of a dialled leg names it as its parent.
    fn call_of_recording(&self) -> Result<CallId, Problem> {
        let is_of_leg = self.form.get("ParentCallSid").is_some();
        self.call(if is_of_leg { "ParentCallSid" } else { "CallSid" })
    }

    /// The call that is spoken of.
    pub(super) fn call_id(&self) -> Result<CallId, Problem> {
        self.call("CallSid")
    }

    fn call(&self, name: &str) -> Result<CallId, Problem> {
        let fault = |detail: String| Problem::invalid(Faults::at(name, detail));
        CallId::parse(self.required(name)?).map_err(|found| fault(found.to_string()))
    }

    fn required(&self, name: &str) -> Result<&str, Problem> {
        self.form.get(name).ok_or_else(|| missing(name))
    }

    /// A time as RFC 2822 has it.
    fn time(&self, name: &str) -> Option<Timestamp> {
        Timestamp::from_http_date(self.form.get(name)?)
    }

    /// Who calls whom. What is no number, `client:…` or `sip:…` say, stays under Twilio's own name.
    fn numbers(&self) -> impl Iterator<Item = (String, Value)> {
        let numbers = [("caller_number", ["From", "Caller"]), ("called_number", ["To", "Called"])];
        numbers.into_iter().filter_map(|(field, names)| {
            let given = names.iter().find_map(|name| self.form.get(name));
            let number = given.filter(|text| E164::parse(text).is_ok())?;
            Some((field.to_owned(), json!(number)))
        })
    }

    /// All that was posted, with what the event of a recording says.
    fn recording_body(&self, url: &str, at: Timestamp) -> Map<String, Value> {
        let mut body = self.body(at);
        body.insert("recording_url".to_owned(), json!(url));
        if let Some(id) = self.form.get("RecordingSid") {
            body.insert("recording_id".to_owned(), json!(id));
        }
        body
    }

    /// All that was posted, with what every event says.
    fn body(&self, at: Timestamp) -> Map<String, Value> {
        let mut body = self.form.raw();
        if let Some(idempotency) = self.idempotency {
            body.insert("IdempotencyId".to_owned(), json!(idempotency));
        }
        body.insert("campaign_id".to_owned(), json!(self.campaign));
        body.insert("occurred_at".to_owned(), json!(at));
        body
    }
}

fn reported(kind: EventKind, call: CallId, body: Map<String, Value>) -> Reported {
    Reported { kind, call, body: Value::Object(body) }
}

fn missing(name: &str) -> Problem {
    Problem::invalid(Faults::at(name, "is required"))
}

/// The problem with its faults where Twilio, or the address that it asked, has them.
pub(super) fn with_twilio_names(problem: Problem) -> Problem {
    let errors = problem.errors.moved(|pointer| {
        let known = TWILIO_NAMES.iter().find(|(plain, _)| *plain == pointer);
        let tag = ["/tags", "/buyer/tags"].iter().find_map(|at| pointer.strip_prefix(at));
        known.map_or(tag.unwrap_or(pointer), |(_, own)| own).to_owned()
    });
    Problem { errors, ..problem }
}
