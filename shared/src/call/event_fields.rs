//! Reads the fields of events.

use serde_json::{Map, Value};

use super::{Buyer, Choice, HangUp, MAX_CALL_SECONDS, Recorded};
use crate::campaign::Amounts;
use crate::fault::Faults;
use crate::fields::{Fields, amount, list, owner_tags, string, text, whole};
use crate::geo::Place;
use crate::phone::CallerNumber;
use crate::tag::TagSet;

/// A phone number, or what stands for a withheld one.
pub(super) fn number(value: &Value) -> Result<CallerNumber, Faults> {
    CallerNumber::parse(string(value)?).map_err(Faults::of)
}

/// Reads who was chosen; what else is said of the buyer goes to `others`.
pub(super) fn choice(fields: &mut Fields<'_>, others: &mut Map<String, Value>) -> Option<Choice> {
    let buyer = fields.required("buyer", buyer).map(|(buyer, more)| {
        others.extend((!more.is_empty()).then(|| ("buyer".to_owned(), Value::Object(more))));
        buyer
    });
    let attempt = fields.optional("attempt", attempt);
    buyer.map(|buyer| Choice { buyer, attempt })
}

/// A count, or a name such as a platform gives to the leg that it dials.
fn attempt(value: &Value) -> Result<String, Faults> {
    match value {
        Value::Number(_) => whole(1, 10_000)(value).map(|count| count.to_string()),
        Value::String(name) if is_name(name) => Ok(name.clone()),
        _ => {
            Err(Faults::here("must be a count from 1, or a name of at most 64 letters and digits"))
        }
    }
}

/// Whether a text may be a platform's own name for a leg or a recording.
fn is_name(text: &str) -> bool {
    let of_names = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
    (1..=64).contains(&text.len()) && text.bytes().all(of_names)
}

/// Reads of which recording an event is.
pub(super) fn recorded(fields: &mut Fields<'_>) -> Option<Recorded> {
    let id = fields.optional("recording_id", |value| match value {
        Value::String(name) if is_name(name) => Ok(name.clone()),
        _ => Err(Faults::here("must be a name of at most 64 letters and digits")),
    });
    let url = fields.required("recording_url", recording_url);
    url.map(|url| Recorded { id, url })
}

/// Reads how the call ended.
pub(super) fn hang_up(fields: &mut Fields<'_>) -> HangUp {
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

/// Where a recording is.
pub(super) fn recording_url(value: &Value) -> Result<String, Faults> {
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
pub(super) fn tags_and_place(value: &Value) -> Result<(TagSet, Option<Place>), Faults> {
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
