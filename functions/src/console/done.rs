//! What was done just now, in the address of the page that somebody is led to: a reload does not do it
//! again.

use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::page::Notice;

/// The part of a query that says it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct DoneQuery {
    done: Option<Done>,
}

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Done {
    /// A webhook was saved.
    WebhookSaved,
    /// A webhook was deleted.
    WebhookDeleted,
    /// A campaign's settings were saved.
    SettingsSaved,
    /// A campaign was deleted.
    CampaignDeleted,
    /// A key was paused.
    KeyPaused,
    /// A key was let work again.
    KeyResumed,
    /// A key was deleted.
    KeyDeleted,
}

impl DoneQuery {
    /// The sentence over the page.
    pub(super) fn notice(&self) -> Option<Notice> {
        self.done.map(|done| Notice::good(done.sentence()))
    }
}

impl Done {
    /// Leads to a page that says so.
    pub(super) fn told_at(self, page: &str) -> Response {
        Redirect::to(&format!("{page}?done={}", self.name())).into_response()
    }

    fn name(self) -> &'static str {
        match self {
            Self::WebhookSaved => "webhook-saved",
            Self::WebhookDeleted => "webhook-deleted",
            Self::SettingsSaved => "settings-saved",
            Self::CampaignDeleted => "campaign-deleted",
            Self::KeyPaused => "key-paused",
            Self::KeyResumed => "key-resumed",
            Self::KeyDeleted => "key-deleted",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::WebhookSaved => "Saved. Calls go by it within 30 seconds.",
            Self::WebhookDeleted => "The webhook is deleted.",
            Self::SettingsSaved => "The settings are saved. Calls go by them within 30 seconds.",
            Self::CampaignDeleted => "The campaign is deleted.",
            Self::KeyPaused => "The key is paused. It may go on working for up to 30 seconds.",
            Self::KeyResumed => "The key works again, within 30 seconds at most.",
            Self::KeyDeleted => "The key is deleted. It may go on working for up to 30 seconds.",
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::extract::Query;
    use http::Uri;

    use super::*;

    #[test]
    fn what_was_done_is_read_from_the_address_that_told_it() {
        for done in [
            Done::WebhookSaved,
            Done::WebhookDeleted,
            Done::SettingsSaved,
            Done::CampaignDeleted,
            Done::KeyPaused,
            Done::KeyResumed,
            Done::KeyDeleted,
        ] {
            let answer = done.told_at("/console/");
            let address: Uri = answer.headers()["location"].to_str().unwrap().parse().unwrap();
            let Query(read): Query<DoneQuery> = Query::try_from_uri(&address).unwrap();
            assert_eq!(read.done, Some(done));
        }
    }
}
