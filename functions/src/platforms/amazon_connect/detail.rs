//! What contact events say: an object that is read by names whatever their case, for the samples that
//! AWS gives do not agree on it.

use hookline::call::CallId;
use hookline::time::Timestamp;
use serde_json::{Map, Value};
use url::Url;

use super::contact_id;

/// Members that say what the call holds already, or that are the same for all of an instance.
const HELD: [&str; 6] = [
    "eventType",
    "initialContactId",
    "channel",
    "instanceArn",
    "disconnectTimestamp",
    "disconnectReason",
];
/// Members that name a contact, which is told already if it is the call's first.
const CONTACTS: [&str; 2] = ["contactId", "previousContactId"];
/// What the names of tags begin with that AWS itself sets.
const OF_AWS: &str = "aws:";

/// Addresses that a recording can have.
const RECORDED_AT: [&str; 3] = ["https", "http", "s3"];
/// The longest address of a recording.
const MAX_URL_BYTES: usize = 2048;
/// How recordings are stored that are no files.
const STREAM: &str = "KINESIS_VIDEO_STREAM";

/// An object of the event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Detail<'a>(pub(super) &'a Map<String, Value>);

impl<'a> Detail<'a> {
    /// A member.
    pub(super) fn get(self, name: &str) -> Option<&'a Value> {
        let mut members = self.0.iter().filter(|(member, _)| member.eq_ignore_ascii_case(name));
        members.next().map(|(_, value)| value)
    }

    /// A member that is a text.
    pub(super) fn text(self, name: &str) -> Option<&'a str> {
        self.get(name)?.as_str()
    }

    /// A member that is a time.
    pub(super) fn time(self, name: &str) -> Option<Timestamp> {
        Timestamp::from_json(self.get(name)?).ok()
    }

    /// A member that is an object.
    pub(super) fn part(self, name: &str) -> Option<Self> {
        self.get(name)?.as_object().map(Self)
    }

    /// Where the contact's recording will be: Connect names the place before the file is there, of a
    /// file in S3 without a scheme. A place in another form is none, for it must not cost the end of
    /// the call.
    pub(super) fn recording_url(self) -> Option<String> {
        let recordings = self.get("recordings")?.as_array()?;
        recordings.iter().filter_map(Value::as_object).find_map(|one| {
            let one = Self(one);
            let location = one.text("location").filter(|location| !location.is_empty())?;
            let is_stream =
                one.text("storageType").is_some_and(|kind| kind.eq_ignore_ascii_case(STREAM));
            if is_stream && !location.contains("://") {
                return None;
            }
            let scheme = if location.contains("://") { "" } else { "s3://" };
            let url = format!("{scheme}{location}");
            let is_url = Url::parse(&url).is_ok_and(|url| RECORDED_AT.contains(&url.scheme()));
            (is_url && url.len() <= MAX_URL_BYTES).then_some(url)
        })
    }

    /// What is worth keeping of it beside its call.
    pub(super) fn worth_keeping(self, call: &CallId) -> Map<String, Value> {
        let is =
            |name: &str, names: &[&str]| names.iter().any(|one| one.eq_ignore_ascii_case(name));
        let has_recording = self.recording_url().is_some();
        let is_told = |name: &str, value: &Value| {
            is(name, &HELD)
                || (is(name, &CONTACTS) && contact_id(value).as_ref() == Some(call))
                || (is(name, &["recordings"]) && has_recording)
        };
        let others = self.0.iter().filter(|(name, value)| !is_told(name, value));
        let kept = others.map(|(name, value)| match value {
            Value::Object(tags) if is(name, &["tags"]) => {
                let tags = tags.iter().filter(|(tag, _)| !tag.starts_with(OF_AWS));
                (name, tags.map(|(tag, value)| (tag.clone(), value.clone())).collect())
            }
            value => (name, value.clone()),
        });
        let says_nothing =
            |value: &Value| value.is_null() || value.as_object().is_some_and(Map::is_empty);
        let kept = kept.filter(|(_, value)| !says_nothing(value));
        kept.map(|(name, value)| (name.clone(), value)).collect()
    }
}
