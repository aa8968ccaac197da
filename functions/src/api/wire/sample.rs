//! Ready webhooks to begin with.

use serde::Serialize;
use utoipa::ToSchema;

use crate::samples::Sample;

/// Every sample.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Samples {
    /// The samples, those that fire early in a call first.
    pub(crate) samples: Vec<Sample>,
}
