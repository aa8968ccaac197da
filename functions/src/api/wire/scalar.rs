//! The small things that many nouns have.

use hookline::tag::TagSet;
use hookline::time::Timestamp;
use serde::Serialize;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, KnownFormat, ObjectBuilder, OneOfBuilder, SchemaFormat,
    Type,
};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(crate) struct Time(pub(crate) Timestamp);

impl PartialSchema for Time {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("A point in time, RFC 3339 in UTC, to the millisecond."))
            .examples(["2026-11-24T17:00:00.25Z"])
            .into()
    }
}

impl ToSchema for Time {}

impl From<Timestamp> for Time {
    fn from(time: Timestamp) -> Self {
        Self(time)
    }
}

/// Tags as they are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Tags(TagSet);

impl Tags {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl PartialSchema for Tags {
    fn schema() -> RefOr<Schema> {
        let values = ArrayBuilder::new().items(ObjectBuilder::new().schema_type(Type::String));
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .additional_properties(Some(AdditionalProperties::from(values)))
            .description(Some("Tags: each key with its values, sorted."))
            .examples([serde_json::json!({"geo": ["614", "us", "us-oh"], "sub_id": ["x"]})])
            .into()
    }
}

impl ToSchema for Tags {}

impl From<TagSet> for Tags {
    fn from(tags: TagSet) -> Self {
        Self(tags)
    }
}

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Amount(pub(crate) String);

impl PartialSchema for Amount {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(r"^[0-9]*\.?[0-9]*$"))
            .description(Some("An amount of money, a decimal that is not negative."))
            .examples(["30.00"])
            .into()
    }
}

impl ToSchema for Amount {}

/// An amount of money as it is given.
#[derive(Debug)]
pub(crate) struct GivenAmount;

impl PartialSchema for GivenAmount {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(r"^\s*([0-9]+(\.[0-9]*)?|\.[0-9]+)\s*$"));
        let number = ObjectBuilder::new().schema_type(Type::Number).minimum(Some(0));
        OneOfBuilder::new()
            .item(text)
            .item(number)
            .description(Some(
                "An amount of money: a decimal that is not negative, up to 28 digits.",
            ))
            .examples([serde_json::json!("30.00"), serde_json::json!(20)])
            .into()
    }
}

impl ToSchema for GivenAmount {}

/// A time as it is given.
#[derive(Debug)]
pub(crate) struct GivenTime;

impl PartialSchema for GivenTime {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
        let seconds = ObjectBuilder::new().schema_type(Type::Number).minimum(Some(0));
        OneOfBuilder::new()
            .item(text)
            .item(seconds)
            .description(Some("A point in time as it is given: RFC 3339, or unix seconds."))
            .examples([serde_json::json!("2026-11-24T00:00:00Z")])
            .into()
    }
}

impl ToSchema for GivenTime {}
