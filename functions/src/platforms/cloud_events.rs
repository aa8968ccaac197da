//! `CloudEvents` 1.0.2 (of 2022-02-05): the core, the JSON event format and the HTTP protocol binding,
//! in structured and in binary mode.
//!
//! | attribute | is |
//! |---|---|
//! | `specversion` | `1.0` |
//! | `type` | `hookline.call.` and the event: the one of the address or of the function |
//! | `subject` | the call; over HTTP it may be left out, since the address names it |
//! | `time` | when it happened, where the data does not say `occurred_at` |
//! | `data`, `data_base64` | the fields of the plain shape, JSON |
//! | `id`, `source`, all others | kept under `cloud_event` beside what the plain shape does not know |
//!
//! Batches are not taken: what answers a batch could not tell which event failed. Faults name the
//! attribute, its header in binary mode, or the field within the data.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hookline::call::{CallId, EventKind};
use hookline::fault::Faults;
use http::HeaderMap;
use serde_json::{Map, Value};

use super::header_text::header_text;
use super::{Reported, plain, unknown};
use crate::envelope::HttpRequest;
use crate::problem::Problem;

/// What the types of events start with.
const TYPE: &str = "hookline.call.";
/// What the headers of attributes start with.
const HEADER: &str = "ce-";
/// The headers of which each shows that a request is an event.
const REQUIRED_HEADERS: [&str; 4] = ["ce-specversion", "ce-type", "ce-source", "ce-id"];
/// The media type of one event.
const EVENT: &str = "application/cloudevents+json";

/// An event, and how its parts are named.
#[derive(Debug)]
pub(crate) struct CloudEvent {
    /// What it reports.
    pub(crate) reported: Reported,
    /// Where its parts stood.
    pub(crate) places: Places,
}

/// Where the parts of an event stood.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Places {
    mode: Mode,
    /// Whether its attribute `time` says when it happened.
    timed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Structured,
    Binary,
}

/// The attributes of an event, and the fields of its data.
type Parts = (Map<String, Value>, Map<String, Value>);

/// Which call an event may be about.
enum About {
    /// That of the address.
    Address(CallId),
    /// The one that it names.
    Subject,
}

impl Mode {
    fn attribute(self, name: &str) -> String {
        match self {
            Self::Structured => name.to_owned(),
            Self::Binary => format!("{HEADER}{name}"),
        }
    }
}

impl Places {
    /// The problem with its faults named as the sender knows them.
    pub(crate) fn name(self, problem: Problem) -> Problem {
        let errors = problem.errors.moved(|pointer| match (pointer, self.mode) {
            ("/occurred_at", mode) if self.timed => format!("/{}", mode.attribute("time")),
            (pointer, Mode::Structured) => format!("/data{pointer}"),
            (pointer, Mode::Binary) => pointer.to_owned(),
        });
        Problem { errors, ..problem }
    }
}

/// Reads a request that is an event in one of the modes; `None` when it is none.
///
/// # Errors
/// When it is an event that is not taken, or at fault.
pub(crate) fn of_request(
    kind: EventKind,
    request: &HttpRequest,
) -> Result<Option<CloudEvent>, Problem> {
    let media_type = media_type(request.content_type().unwrap_or_default());
    let mode = if media_type == EVENT {
        Mode::Structured
    } else if media_type.starts_with("application/cloudevents-batch") {
        let message = format!("batches of events are not taken; send each by itself as {EVENT}");
        return Err(unsupported(message));
    } else if media_type.starts_with("application/cloudevents") {
        return Err(unsupported(format!("of the formats of events {EVENT} alone is taken")));
    } else if REQUIRED_HEADERS.iter().any(|name| request.headers.contains_key(*name)) {
        Mode::Binary
    } else {
        return Ok(None);
    };
    let call = CallId::parse(request.parameter("call_id"))
        .map_err(|fault| Problem::invalid(Faults::at("call_id", fault.to_string())))?;
    let kinds = [plain::kind_of_request(kind, request)];
    let (attributes, data) = match mode {
        Mode::Structured => structured(request.json()?)?,
        Mode::Binary => (of_headers(&request.headers)?, binary_data(request, &media_type)?),
    };
    read(mode, &kinds, &About::Address(call), attributes, data).map(Some)
}

/// Whether a direct invoke's payload has the looks of an event.
pub(crate) fn is_one(payload: &Value) -> bool {
    payload.get("specversion").is_some()
}

/// Reads a direct invoke's payload.
///
/// # Errors
/// When it is at fault.
pub(crate) fn of_invoke(kind: EventKind, payload: Value) -> Result<CloudEvent, Problem> {
    let (attributes, data) = structured(payload)?;
    let kinds: &[EventKind] = match kind {
        EventKind::Ended => &[EventKind::Ended, EventKind::Recording],
        EventKind::Start => &[EventKind::Start],
        EventKind::Selected => &[EventKind::Selected],
        EventKind::Answered => &[EventKind::Answered],
        EventKind::Recording => &[EventKind::Recording],
    };
    read(Mode::Structured, kinds, &About::Subject, attributes, data)
}

fn unsupported(message: String) -> Problem {
    Problem::new(415, "unsupported_media_type", message)
}

/// A media type in lower case, without its parameters.
fn media_type(text: &str) -> String {
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a media type is JSON's, as the JSON event format has it.
fn is_json(media_type: &str) -> bool {
    media_type.split_once('/').is_some_and(|(_, sub)| sub == "json" || sub.ends_with("+json"))
}

/// Attributes and data of an event in the JSON event format; what is `null` is not there.
fn structured(event: Value) -> Result<Parts, Problem> {
    let Value::Object(mut attributes) = event else { return Err(unknown::no_object(&event)) };
    attributes.retain(|_, value| !value.is_null());
    let declared = attributes
        .get("datacontenttype")
        .map(|declared| declared.as_str().is_some_and(|declared| is_json(&media_type(declared))));
    if declared == Some(false) {
        let fault = Faults::at("datacontenttype", "must be JSON's, such as \"application/json\"");
        return Err(Problem::invalid(fault));
    }
    let data = match (attributes.remove("data"), attributes.remove("data_base64")) {
        (None, None) => Value::Object(Map::new()),
        (Some(data), None) => data,
        (None, Some(encoded)) => {
            let decoded = encoded.as_str().and_then(|text| STANDARD.decode(text).ok());
            let decoded = decoded.and_then(|bytes| serde_json::from_slice(&bytes).ok());
            let fault = || Faults::at("data_base64", "must be JSON in base64");
            decoded.ok_or_else(|| Problem::invalid(fault()))?
        }
        (Some(_), Some(_)) => {
            let fault = Faults::at("data_base64", "must not stand beside data");
            return Err(Problem::invalid(fault));
        }
    };
    match data {
        Value::Object(data) => Ok((attributes, data)),
        _ => Err(Problem::invalid(Faults::at("data", "must be an object"))),
    }
}

/// The attributes in the headers of an event in binary mode.
fn of_headers(headers: &HeaderMap) -> Result<Map<String, Value>, Problem> {
    let (mut attributes, mut faults) = (Map::new(), Faults::default());
    for (name, value) in headers {
        let Some(attribute) = name.as_str().strip_prefix(HEADER) else { continue };
        match header_text(value.as_bytes()) {
            Some(text) => {
                attributes.insert(attribute.to_owned(), Value::String(text));
            }
            None => faults.extend(Faults::at(name.as_str(), "is not UTF-8, percent-encoded")),
        }
    }
    if attributes.contains_key("datacontenttype") {
        faults.extend(Faults::at("ce-datacontenttype", "is said by the header content-type"));
    }
    faults.or(attributes).map_err(Problem::invalid)
}

fn binary_data(request: &HttpRequest, media_type: &str) -> Result<Map<String, Value>, Problem> {
    if request.body.is_empty() {
        return Ok(Map::new());
    }
    if !media_type.is_empty() && !is_json(media_type) {
        return Err(unsupported("the data of an event must be JSON".to_owned()));
    }
    match request.json()? {
        Value::Object(data) => Ok(data),
        other => Err(unknown::no_object(&other)),
    }
}

/// Reads an event of one of these kinds, all that is wrong with its attributes at once.
fn read(
    mode: Mode,
    kinds: &[EventKind],
    about: &About,
    mut attributes: Map<String, Value>,
    mut data: Map<String, Value>,
) -> Result<CloudEvent, Problem> {
    let mut faults = Faults::default();
    let mut fault = |name: &str, detail: &str| {
        faults.extend(Faults::at(&mode.attribute(name), detail));
    };
    for name in ["id", "source", "specversion", "type"] {
        match attributes.get(name) {
            None => fault(name, "is required"),
            Some(Value::String(text)) if !text.is_empty() => {}
            Some(_) => fault(name, "must be a string that is not empty"),
        }
    }
    if attributes.get("time").is_some_and(|time| !time.is_string()) {
        fault("time", "must be a string such as \"2026-11-23T17:00:00Z\"");
    }
    let version = attributes.remove("specversion");
    if version.is_some_and(|version| version.as_str().is_some_and(|v| !v.is_empty() && v != "1.0"))
    {
        fault("specversion", "must be \"1.0\"");
    }
    let type_of = |kind: &EventKind| format!("{TYPE}{}", kind.as_str());
    let named = attributes.remove("type");
    let named = named.as_ref().and_then(Value::as_str).filter(|named| !named.is_empty());
    let kind = kinds.iter().find(|kind| Some(type_of(kind).as_str()) == named);
    if let (Some(_), None) = (named, kind) {
        let types: Vec<String> = kinds.iter().map(|kind| format!("{:?}", type_of(kind))).collect();
        fault("type", &format!("must be {}", types.join(" or ")));
    }
    let call = call_of(about, attributes.remove("subject").as_ref(), &data)
        .map_err(|(name, detail)| fault(name, &detail));
    let (Some(kind), Ok(call)) = (kind, call) else { return Err(Problem::invalid(faults)) };
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    let timed = data.get("occurred_at").is_none_or(Value::is_null);
    if timed && let Some(time) = attributes.remove("time") {
        data.insert("occurred_at".to_owned(), time);
    }
    let places = Places { mode, timed };
    if data.remove("call_id").is_some_and(|named| named.as_str() != Some(call.as_str())) {
        let problem = Problem::invalid(Faults::at("call_id", "is not the call of the event"));
        return Err(places.name(problem));
    }
    data.insert("cloud_event".to_owned(), Value::Object(attributes));
    let reported = Reported { kind: *kind, call, body: Value::Object(data) };
    Ok(CloudEvent { reported, places })
}

/// The call that an event is about; else the attribute at fault, and what is wrong with it.
fn call_of(
    about: &About,
    subject: Option<&Value>,
    data: &Map<String, Value>,
) -> Result<CallId, (&'static str, String)> {
    let named = match (about, subject) {
        (About::Address(call), None) => return Ok(call.clone()),
        (About::Subject, None) => data.get("call_id"),
        (_, subject) => subject,
    };
    let named = named.ok_or_else(|| ("subject", "is required: the id of the call".to_owned()))?;
    let named = named.as_str().unwrap_or_default();
    let named = CallId::parse(named).map_err(|fault| ("subject", fault.to_string()))?;
    match about {
        About::Address(call) if *call != named => {
            Err(("subject", "is not the call of the address".to_owned()))
        }
        _ => Ok(named),
    }
}
