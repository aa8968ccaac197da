//! What a partner is told of a postback (spec section 7).

use std::collections::BTreeMap;

use serde::Serialize;

use super::Refused;
use crate::call::CallId;
use crate::fault::Faults;
use crate::tag::TagSet;

/// What a partner is told of a postback (spec section 7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PostbackAnswer {
    /// What became of it.
    pub result: PostbackResult,
    /// The call it was applied to, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_id: Option<String>,
    /// The tags that this postback put, never those of others.
    pub tags: TagSet,
    /// What was left out and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What is wrong with it, by field.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub errors: BTreeMap<String, String>,
}

/// What became of a postback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PostbackResult {
    /// It is on the call.
    Applied,
    /// One with its id came before.
    Duplicate,
    /// It waits for the caller's next call.
    Stored,
    /// There is no such call.
    UnknownCall,
    /// The call takes no more.
    Expired,
    /// The key is not good for it.
    Forbidden,
    /// Something in it is wrong.
    Invalid,
}

impl PostbackResult {
    /// The HTTP status that says the same.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::Applied | Self::Duplicate => 200,
            Self::Stored => 202,
            Self::Forbidden => 403,
            Self::UnknownCall => 404,
            Self::Expired => 410,
            Self::Invalid => 422,
        }
    }
}

impl PostbackAnswer {
    pub(super) fn of(result: PostbackResult) -> Self {
        Self {
            result,
            call_id: None,
            tags: TagSet::new(),
            notes: Vec::new(),
            errors: BTreeMap::new(),
        }
    }

    /// A refusal that names what it is about.
    pub(super) fn refused(result: PostbackResult, field: &str, detail: impl Into<String>) -> Self {
        let errors = BTreeMap::from([(field.to_owned(), detail.into())]);
        Self { errors, ..Self::of(result) }
    }

    /// The same answer, naming the call.
    pub(super) fn about(self, call: &CallId) -> Self {
        Self { call_id: Some(call.to_string()), ..self }
    }

    pub(super) fn invalid(faults: &Faults) -> Self {
        let name =
            |pointer: &str| pointer.trim_start_matches('/').replace("~1", "/").replace("~0", "~");
        let errors = faults.iter().map(|fault| (name(&fault.pointer), fault.detail.clone()));
        Self { errors: errors.collect(), ..Self::of(PostbackResult::Invalid) }
    }

    /// The answer to a body that cannot be read.
    #[must_use]
    pub fn unreadable(refused: &Refused) -> Self {
        Self::refused(PostbackResult::Invalid, "body", refused.to_string())
    }
}
