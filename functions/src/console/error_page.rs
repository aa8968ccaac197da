//! Refusals as pages.

use askama::Template;
use axum::response::{IntoResponse, Response};
use hookline::ports::StoreError;
use hookline::ports::call_log::PageRefusal;
use http::StatusCode;

use super::page::{Layout, page_with};
use crate::problem::Problem;

/// A refusal: a status, a headline and a sentence on what to do now.
#[derive(Debug, Template)]
#[template(path = "console/error.html")]
pub(crate) struct ErrorPage {
    layout: Layout,
    status: StatusCode,
    title: &'static str,
    message: String,
}

impl ErrorPage {
    /// A refusal with a headline.
    pub(super) fn of(status: StatusCode, title: &'static str, message: impl Into<String>) -> Self {
        Self { layout: Layout::default(), status, title, message: message.into() }
    }

    /// There is no such thing.
    pub(super) fn unknown(message: impl Into<String>) -> Self {
        Self::of(StatusCode::NOT_FOUND, "Nothing here", message)
    }

    /// There is no such page.
    pub(super) fn no_page() -> Self {
        Self::unknown("There is no page at this address.")
    }

    /// What was sent is too large to be looked at.
    pub(crate) fn too_large() -> Self {
        let message = "Nothing was changed. What was sent has more than a megabyte: go back and make it \
                       smaller.";
        Self::of(StatusCode::PAYLOAD_TOO_LARGE, "Too large", message)
    }

    /// The form did not come from a page of this session.
    pub(super) fn forged() -> Self {
        let message = "Nothing was changed. The form was not sent from a page of this sign-in, or that \
                       page is out of date: open it again and send it from there.";
        Self::of(StatusCode::FORBIDDEN, "This form was not taken", message)
    }
}

impl From<StoreError> for ErrorPage {
    fn from(error: StoreError) -> Self {
        Problem::store(&error).into()
    }
}

impl From<PageRefusal> for ErrorPage {
    fn from(refusal: PageRefusal) -> Self {
        match refusal {
            PageRefusal::Store(error) => error.into(),
            PageRefusal::Cursor => Self::unknown("This list goes on somewhere else by now."),
        }
    }
}

/// A refusal of the API, told to people.
impl From<Problem> for ErrorPage {
    fn from(problem: Problem) -> Self {
        let status = StatusCode::from_u16(problem.status);
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if problem.is_ours() {
            let message = "The store did not answer in time. Nothing is lost; try again.";
            return Self::of(status, "Not available just now", message);
        }
        Self::of(status, "This was not done", problem.message)
    }
}

impl IntoResponse for ErrorPage {
    fn into_response(self) -> Response {
        page_with(self.status, &self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stores_own_words_are_not_shown() {
        let error =
            StoreError { action: "read a call", cause: "table hookline is away".to_owned() };
        let page = ErrorPage::from(error);
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
        let text = page.render().unwrap();
        assert!(text.contains("Not available just now") && !text.contains("table hookline"));
    }
}
