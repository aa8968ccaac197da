//! Ready webhooks to begin with.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::webhook::Webhook;
use crate::samples;

/// Every sample.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Samples {
    /// The samples, those that fire early in a call first.
    pub(crate) samples: Vec<Sample>,
}

/// A webhook that somebody can begin with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sample {
    /// Its id among the samples.
    id: String,
    /// What it is for, in a few words.
    title: String,
    /// What it does and what has to be put in.
    about: String,
    /// Where the partner documents its side.
    #[serde(skip_serializing_if = "Option::is_none")]
    docs: Option<String>,
    /// The webhook.
    #[schema(value_type = Webhook)]
    webhook: Value,
}

impl From<samples::Sample> for Sample {
    fn from(sample: samples::Sample) -> Self {
        let samples::Sample { id, title, about, docs, webhook } = sample;
        Self { id, title, about, docs, webhook }
    }
}
