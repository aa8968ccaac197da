//! Ready webhooks to begin with, one file each in `infra/samples`.
//!
//! Whatever a manager has to put in first reads `YOUR-…`, and `about` says what belongs there.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::api::wire::webhook::Webhook;

const FILES: [&str; 9] = [
    include_str!("../../infra/samples/crm-lookup.json"),
    include_str!("../../infra/samples/ringba-rtb.json"),
    include_str!("../../infra/samples/zapier.json"),
    include_str!("../../infra/samples/google-sheets.json"),
    include_str!("../../infra/samples/hubspot.json"),
    include_str!("../../infra/samples/salesforce.json"),
    include_str!("../../infra/samples/slack.json"),
    include_str!("../../infra/samples/meta-conversions.json"),
    include_str!("../../infra/samples/google-ads.json"),
];

/// A webhook that somebody can begin with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Sample {
    /// Its id among the samples.
    pub(crate) id: String,
    /// What it is for, in a few words.
    pub(crate) title: String,
    /// What it does and what has to be put in.
    pub(crate) about: String,
    /// Where the partner documents its side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) docs: Option<String>,
    /// The webhook's document.
    #[schema(value_type = Webhook)]
    pub(crate) webhook: Value,
}

/// Every sample, those that fire early in a call first.
pub(crate) fn all() -> Vec<Sample> {
    FILES.iter().filter_map(|file| serde_json::from_str(file).ok()).collect()
}

/// The sample of that id.
pub(crate) fn sample(id: &str) -> Option<Sample> {
    all().into_iter().find(|sample| sample.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hookline::adapters::http::AddressPolicy;
    use hookline::campaign::Campaign;
    use hookline::ports::sender::Admission;
    use serde_json::json;

    use super::*;

    fn placeholders(text: &str) -> BTreeSet<&str> {
        let in_name = |c: char| c.is_ascii_uppercase() || c == '-';
        let starts = text.match_indices("YOUR-").map(|(at, _)| &text[at..]);
        starts.map(|rest| rest.split(|c| !in_name(c)).next().unwrap_or_default()).collect()
    }

    #[test]
    fn every_file_is_a_sample_with_an_id_of_its_own() {
        let ids: BTreeSet<String> = all().into_iter().map(|sample| sample.id).collect();
        assert_eq!(ids.len(), FILES.len());
    }

    #[test]
    fn every_sample_can_be_saved_as_it_stands() {
        let policy = AddressPolicy::default();
        for sample in all() {
            let document = json!({"id": "c", "name": "c", "webhooks": [sample.webhook]});
            let campaign = Campaign::admitted(&document, &|url| policy.admit(url));
            assert_eq!(campaign.err(), None, "{}", sample.id);
        }
    }

    #[test]
    fn what_has_to_be_put_in_is_explained() {
        for sample in all() {
            let webhook = sample.webhook.to_string();
            let needed = placeholders(&webhook);
            assert!(!needed.is_empty(), "{}", sample.id);
            let explained = placeholders(&sample.about);
            assert!(needed.is_subset(&explained), "{}: {needed:?} {explained:?}", sample.id);
        }
    }
}
