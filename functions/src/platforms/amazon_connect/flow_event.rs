//! What a flow's block "AWS Lambda function" sends.
//!
//! Input parameters of the block say what Hookline cannot see: the campaign, the buyer, the attempt.
//! All other input parameters become tags of the call: whoever built the flow typed each one to be
//! sent. Contact attributes do not travel by themselves, for they hold whatever the flow has asked the
//! caller, and tags go to partners; the parameter `tags_from_attributes` names those that shall, or
//! `*` for all. What cannot be a tag, by its name or its value, is kept with the event as it came.
//!
//! The event has no time, so it is dated by our clock, and nothing that tells one event from another
//! depends on that: an attempt without a number is the first of its contact.

use hookline::call::{CallId, EventKind};
use hookline::fault::Faults;
use hookline::phone::E164;
use hookline::time::Timestamp;
use serde_json::{Map, Value, json};

use super::flow_tags::FlowTags;
use super::{attempt_of, call_of, contact_id, id_of_arn};
use crate::platforms::Reported;
use crate::problem::Problem;

const PARAMETERS: &str = "/Details/Parameters";
const CONTACT: &str = "/Details/ContactData";

/// Whether an invocation is by a flow.
pub(crate) fn is_flow_event(event: &Value) -> bool {
    event.get("Name").is_some_and(|name| name == "ContactFlowEvent")
}

/// Reads an invocation that came in `now`.
///
/// # Errors
/// When it names no contact, or no buyer where one is reported, by pointers into the event.
pub(super) fn read(kind: EventKind, event: &Value, now: Timestamp) -> Result<Reported, Problem> {
    let contact = object(event.pointer(CONTACT));
    let call = call_of(contact.get("InitialContactId"), contact.get("ContactId"));
    let missing = || at(&format!("{CONTACT}/ContactId"), "is required");
    let call = call.ok_or_else(missing)?;
    let mut parameters = Parameters(object(event.pointer(PARAMETERS)));
    let attributes = object(contact.get("Attributes"));

    let mut body = Map::new();
    body.insert("occurred_at".to_owned(), json!(now.to_string()));
    if let Some(campaign) = attributes.get("campaign_id").filter(|value| is_said(value)) {
        body.insert("campaign_id".to_owned(), campaign.clone());
    }
    parameters.move_to(&mut body, &["campaign_id", "occurred_at", "number_name"]);
    match kind {
        EventKind::Start => {}
        EventKind::Selected | EventKind::Answered => {
            body.insert("buyer".to_owned(), buyer(&mut parameters, &contact)?);
            let attempt = parameters.number("attempt");
            body.insert(
                "attempt".to_owned(),
                attempt.unwrap_or_else(|| attempt_in(&contact, &call)),
            );
        }
        EventKind::Ended | EventKind::Recording => {
            let said = ["hung_up_by", "recording_url", "revenue", "payout"];
            parameters.move_to(&mut body, &said);
            if let Some(seconds) = parameters.number("connected_seconds") {
                body.insert("connected_seconds".to_owned(), seconds);
            }
        }
    }

    let mut kept = contact;
    for (field, endpoint) in
        [("caller_number", "CustomerEndpoint"), ("called_number", "SystemEndpoint")]
    {
        if let Some(number) = kept.get(endpoint).and_then(number_of) {
            body.insert(field.to_owned(), json!(number.as_str()));
            kept.remove(endpoint);
        }
    }
    kept.remove("Attributes");
    kept.retain(|_, value| !value.is_null());

    let wanted = parameters.take("tags_from_attributes");
    let mut tags = FlowTags::default();
    let parameters_left = tags.take_in(parameters.0);
    let attributes_left = tags.take_in(wanted_of(attributes, wanted.as_ref()));
    body.insert("tags".to_owned(), tags.into_json());
    let left =
        [("ContactData", kept), ("Parameters", parameters_left), ("Attributes", attributes_left)];
    for (name, left) in left.into_iter().filter(|(_, left)| !left.is_empty()) {
        body.insert(name.to_owned(), Value::Object(left));
    }
    Ok(Reported { kind, call, body: Value::Object(body) })
}

/// Faults of the plain shape, at the places that the flow's builder can see.
pub(super) fn faults_in_event(faults: &Faults, event: &Value) -> Faults {
    let parameter = format!("{PARAMETERS}/campaign_id");
    let attribute = format!("{CONTACT}/Attributes/campaign_id");
    let is_there = |place: &str| event.pointer(place).is_some_and(is_said);
    let by_attribute = is_there(&attribute) && !is_there(&parameter);
    faults.clone().moved(|pointer| match pointer {
        pointer if pointer.starts_with("/Details/") => pointer.to_owned(),
        "/campaign_id" if by_attribute => attribute.clone(),
        pointer => match pointer.strip_prefix("/buyer/") {
            Some(field) => format!("{PARAMETERS}/buyer_{field}"),
            None => format!("{PARAMETERS}{pointer}"),
        },
    })
}

/// The block's input parameters that nobody has read yet.
struct Parameters(Map<String, Value>);

impl Parameters {
    /// A parameter that says something. An attribute that is not set comes as an empty text.
    fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(is_said)
    }

    /// The same as a number, where it is one; parameters are texts.
    fn number(&mut self, name: &str) -> Option<Value> {
        let value = self.take(name)?;
        let number = value.as_str().and_then(|text| text.trim().parse::<u64>().ok());
        Some(number.map_or(value, |number| json!(number)))
    }

    fn move_to(&mut self, body: &mut Map<String, Value>, names: &[&str]) {
        for name in names {
            if let Some(value) = self.take(name) {
                body.insert((*name).to_owned(), value);
            }
        }
    }
}

/// The buyer: as the flow says, or else the queue that it has set.
fn buyer(parameters: &mut Parameters, contact: &Map<String, Value>) -> Result<Value, Problem> {
    let (id, name) = (parameters.take("buyer_id"), parameters.take("buyer_name"));
    if let Some(id) = id.or_else(|| name.clone()) {
        return Ok(json!({"id": id, "name": name}));
    }
    let queue = contact.get("Queue").unwrap_or(&Value::Null);
    let name = queue.get("Name").unwrap_or(queue).as_str().filter(|name| !name.trim().is_empty());
    let id = queue.get("ARN").and_then(Value::as_str).and_then(id_of_arn).or(name);
    match id {
        Some(id) => Ok(json!({"id": id, "name": name})),
        None => Err(at(
            &format!("{PARAMETERS}/buyer_id"),
            "is required, since the contact is in no queue that could be the buyer",
        )),
    }
}

/// The attempt at reaching a buyer, where the flow does not count: one for each contact.
fn attempt_in(contact: &Map<String, Value>, call: &CallId) -> Value {
    let contact = contact.get("ContactId").and_then(contact_id);
    json!(attempt_of(contact.as_ref().unwrap_or(call), call))
}

/// The attributes that the flow wants to be tags.
fn wanted_of(mut attributes: Map<String, Value>, wanted: Option<&Value>) -> Map<String, Value> {
    let wanted = wanted.and_then(Value::as_str).unwrap_or_default();
    let names: Vec<&str> = wanted.split(',').map(str::trim).collect();
    // It names the campaign, which is no tag.
    attributes.remove("campaign_id");
    if !names.contains(&"*") {
        attributes.retain(|name, _| names.contains(&name.as_str()));
    }
    attributes
}

/// The telephone number of an endpoint; addresses of other kinds, and words for a withheld number,
/// are none.
fn number_of(endpoint: &Value) -> Option<E164> {
    E164::parse(endpoint.get("Address")?.as_str()?).ok()
}

fn object(value: Option<&Value>) -> Map<String, Value> {
    value.and_then(Value::as_object).cloned().unwrap_or_default()
}

fn is_said(value: &Value) -> bool {
    !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty())
}

fn at(pointer: &str, detail: &str) -> Problem {
    let mut faults = Faults::default();
    faults.push(pointer, detail);
    Problem::invalid(faults)
}
