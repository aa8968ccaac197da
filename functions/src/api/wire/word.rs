//! Enumerations of the domain, by the names that they have on the wire.

use std::borrow::Cow;

use hookline::delivery;
use hookline::key;
use hookline::trigger;
use serde::{Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// What fires a webhook.
pub(crate) type Trigger = Word<trigger::Trigger>;
/// Why an attempt failed.
pub(crate) type FailureKind = Word<delivery::FailureKind>;
/// Where a delivery stands.
pub(crate) type DeliveryStatus = Word<delivery::DeliveryStatus>;
/// What an API key may do.
pub(crate) type KeyScope = Word<key::Scope>;

/// One of an enumeration of the domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word<T>(T);

/// An enumeration whose every member has a name.
pub(crate) trait Named: Copy + Send + Sync + 'static {
    /// What the enumeration is called in the document.
    const NAME: &str;
    /// What its members mean.
    const MEANING: &str;
    /// Every member.
    const ALL: &[Self];

    /// The member's name.
    fn as_str(self) -> &'static str;
}

impl Named for trigger::Trigger {
    const NAME: &str = "Trigger";
    const MEANING: &str = "What fires a webhook.";
    const ALL: &[Self] = &Self::ALL;

    fn as_str(self) -> &'static str {
        self.as_str()
    }
}

impl Named for delivery::FailureKind {
    const NAME: &str = "FailureKind";
    const MEANING: &str = "Why an attempt failed: the name did not resolve, there was no connection \
        or no TLS session, what came back is not HTTP, the answer is a 2xx and larger than the cap, \
        its status is no 2xx, or no request could be made of the template and the call's values.";
    const ALL: &[Self] = &Self::ALL;

    fn as_str(self) -> &'static str {
        self.as_str()
    }
}

impl Named for delivery::DeliveryStatus {
    const NAME: &str = "DeliveryStatus";
    const MEANING: &str = "Where a delivery stands: its first attempt is to come, an attempt failed \
        and another is to come, it was delivered, it was not and no attempt is left, or there was \
        nothing to deliver.";
    const ALL: &[Self] = &Self::ALL;

    fn as_str(self) -> &'static str {
        self.as_str()
    }
}

impl Named for key::Scope {
    const NAME: &str = "KeyScope";
    const MEANING: &str = "What an API key may do: report call events, or everything.";
    const ALL: &[Self] = &Self::ALL;

    fn as_str(self) -> &'static str {
        self.as_str()
    }
}

impl<T> From<T> for Word<T> {
    fn from(member: T) -> Self {
        Self(member)
    }
}

impl<T: Named> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl<T: Named> PartialSchema for Word<T> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(T::MEANING))
            .enum_values(Some(T::ALL.iter().map(|member| member.as_str())))
            .into()
    }
}

impl<T: Named> ToSchema for Word<T> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed(T::NAME)
    }
}
