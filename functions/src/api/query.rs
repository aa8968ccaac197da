//! Queries of addresses, read like documents: every fault at once, each named by its parameter, and
//! nothing that is misspelt passes for nothing.

use axum::extract::{FromRequestParts, RawQuery};
use hookline::campaign::WebhookId;
use hookline::delivery::DeliveryStatus;
use hookline::fault::Faults;
use hookline::fields::{Fields, string, text};
use hookline::ports::call_log::Cursor;
use hookline::time::Day;
use http::request::Parts;
use serde_json::{Map, Value};
use utoipa::IntoParams;

use super::wire;
use crate::problem::Problem;

/// How much a page lists unless asked otherwise.
const DEFAULT_LIMIT: usize = 50;
/// The most that a page lists.
const MAX_LIMIT: usize = 100;
/// The longest cursor that is looked at, in characters.
const MAX_CURSOR: usize = 4096;

/// A query that reads itself from its parameters, which are all strings.
pub(super) trait Query: Sized {
    /// Reads the query.
    ///
    /// # Errors
    /// Every parameter at fault.
    fn read(parameters: &Value) -> Result<Self, Faults>;
}

/// The query of the address.
pub(super) struct ApiQuery<T>(pub(super) T);

impl<S: Send + Sync, T: Query> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let RawQuery(query) = match RawQuery::from_request_parts(parts, state).await {
            Ok(query) => query,
            Err(never) => match never {},
        };
        let parameters = parameters(query.as_deref().unwrap_or_default());
        parameters.and_then(|all| T::read(&all)).map(Self).map_err(Problem::invalid)
    }
}

fn parameters(query: &str) -> Result<Value, Faults> {
    let mut faults = Faults::default();
    let mut all = Map::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if all.insert(name.clone().into_owned(), Value::String(value.into_owned())).is_some() {
            faults.extend(Faults::at(&name, "is there twice"));
        }
    }
    faults.or(Value::Object(all))
}

/// The version that is to be replaced.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct VersionQuery {
    /// The version of the campaign that was read.
    #[param(minimum = 0)]
    pub(super) version: u64,
}

/// Which calls are listed.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CallsQuery {
    /// The day on which they started, in UTC; today unless said.
    #[param(value_type = Option<String>, format = Date, example = "2026-11-24")]
    pub(super) day: Option<Day>,
    /// The most that the page lists.
    #[param(value_type = Option<usize>, minimum = 1, maximum = 100, default = 50)]
    pub(super) limit: usize,
    /// Where the page begins: `next` of the page before.
    #[param(value_type = Option<String>, min_length = 1, max_length = 4096)]
    pub(super) cursor: Option<Cursor>,
}

/// Which deliveries are listed.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DeliveriesQuery {
    /// The day: on which they were created for `failed`, else on which their calls started. In UTC;
    /// today unless said.
    #[param(value_type = Option<String>, format = Date, example = "2026-11-24")]
    pub(super) day: Option<Day>,
    /// Where they stand; `failed` unless said, which alone is found without going through the day's
    /// calls.
    #[param(value_type = Option<wire::DeliveryStatus>, inline)]
    pub(super) status: DeliveryStatus,
    /// The webhook; any unless said.
    #[param(value_type = Option<String>, pattern = r"^[A-Za-z0-9_-]{1,64}$")]
    pub(super) webhook: Option<WebhookId>,
    /// How many the page lists before it ends.
    #[param(value_type = Option<usize>, minimum = 1, maximum = 100, default = 50)]
    pub(super) limit: usize,
    /// Where the page begins: `next` of the page before.
    #[param(value_type = Option<String>, min_length = 1, max_length = 4096)]
    pub(super) cursor: Option<Cursor>,
}

impl Query for VersionQuery {
    fn read(parameters: &Value) -> Result<Self, Faults> {
        let mut fields = Fields::of(parameters)?;
        let version = fields.required("version", |value| {
            let text = string(value)?;
            let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            let number = digits.then(|| text.parse().ok()).flatten();
            number.ok_or_else(|| Faults::here("must be a whole number, 0 or more"))
        });
        fields.refuse_others();
        fields.finish(version.map(|version| Self { version }))
    }
}

impl Query for CallsQuery {
    fn read(parameters: &Value) -> Result<Self, Faults> {
        let mut fields = Fields::of(parameters)?;
        let day = fields.optional("day", day);
        let limit = fields.optional("limit", limit).unwrap_or(DEFAULT_LIMIT);
        let cursor = fields.optional("cursor", cursor);
        fields.refuse_others();
        fields.finish(Some(Self { day, limit, cursor }))
    }
}

impl Query for DeliveriesQuery {
    fn read(parameters: &Value) -> Result<Self, Faults> {
        let mut fields = Fields::of(parameters)?;
        let day = fields.optional("day", day);
        let status = fields.optional("status", |value| {
            let name = string(value)?;
            DeliveryStatus::ALL.into_iter().find(|one| one.as_str() == name).ok_or_else(|| {
                let names = DeliveryStatus::ALL.map(DeliveryStatus::as_str).join(", ");
                Faults::here(format!("must be one of {names}"))
            })
        });
        let webhook = fields.optional("webhook", WebhookId::from_json);
        let limit = fields.optional("limit", limit).unwrap_or(DEFAULT_LIMIT);
        let cursor = fields.optional("cursor", cursor);
        fields.refuse_others();
        let status = status.unwrap_or(DeliveryStatus::Failed);
        fields.finish(Some(Self { day, status, webhook, limit, cursor }))
    }
}

fn day(value: &Value) -> Result<Day, Faults> {
    let named = Day::parse(string(value)?);
    named.ok_or_else(|| Faults::here("must be a day such as 2026-11-24"))
}

fn limit(value: &Value) -> Result<usize, Faults> {
    let text = string(value)?;
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let number = digits.then(|| text.parse().ok()).flatten();
    number
        .filter(|number| (1..=MAX_LIMIT).contains(number))
        .ok_or_else(|| Faults::here(format!("must be a whole number from 1 to {MAX_LIMIT}")))
}

/// Reads where a page begins.
pub(super) fn cursor(value: &Value) -> Result<Cursor, Faults> {
    text(MAX_CURSOR)(value).map(Cursor::given)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults<T: Query + std::fmt::Debug>(query: &str) -> String {
        parameters(query).and_then(|all| T::read(&all)).unwrap_err().to_string()
    }

    #[test]
    fn a_query_names_every_parameter_at_fault() {
        let query = "day=2026-11-31&limit=101&status=late&webhook=a/b&typo=1";
        let told = [
            "/day: must be a day such as 2026-11-24",
            "/status: must be one of pending, retrying, ok, failed, skipped",
            "/webhook: must be 1 to 64 of A-Z, a-z, 0-9, '_' and '-'",
            "/limit: must be a whole number from 1 to 100",
            "/typo: is not a field of this object",
        ];
        assert_eq!(faults::<DeliveriesQuery>(query), told.join("; "));
        assert_eq!(
            faults::<CallsQuery>("limit=%2B5"),
            "/limit: must be a whole number from 1 to 100"
        );
        assert_eq!(faults::<CallsQuery>("limit=5&limit=6"), "/limit: is there twice");
        assert_eq!(faults::<VersionQuery>(""), "/version: is required");
        assert_eq!(
            faults::<VersionQuery>("version=-1"),
            "/version: must be a whole number, 0 or more"
        );
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        let read = parameters("").and_then(|all| DeliveriesQuery::read(&all)).unwrap();
        assert_eq!((read.day, read.status, read.limit), (None, DeliveryStatus::Failed, 50));
        let read = parameters("day=2026-11-24&limit=1&cursor=a%2Bb");
        let read = read.and_then(|all| CallsQuery::read(&all)).unwrap();
        assert_eq!((read.day, read.limit), (Day::parse("2026-11-24"), 1));
        assert_eq!(read.cursor, Some(Cursor::given("a+b".to_owned())));
    }
}
