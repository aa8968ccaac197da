//! What the address of a page says. Nobody is shown what a library says of an address that does not
//! read: a path is then of no page, and a query says nothing.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, Query};
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::error_page::ErrorPage;

/// The parts of the path that the route names.
pub(super) struct PagePath<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for PagePath<T> {
    type Rejection = ErrorPage;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ErrorPage> {
        let read: Result<Path<T>, PathRejection> = Path::from_request_parts(parts, state).await;
        read.map(|Path(place)| Self(place)).map_err(|_| ErrorPage::no_page())
    }
}

/// The query; one that does not read is as good as none.
pub(super) struct PageQuery<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequestParts<S> for PageQuery<T> {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let read = Query::try_from_uri(&parts.uri);
        Ok(Self(read.map(|Query(words)| words).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::routing::get;
    use http::{Request, StatusCode};
    use serde::Deserialize;
    use tower::ServiceExt;

    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Asked {
        day: String,
        left: usize,
    }

    async fn answer(address: &str) -> (StatusCode, String) {
        let told = |PagePath(id): PagePath<String>, PageQuery(asked): PageQuery<Asked>| async move {
            format!("{id} {} {}", asked.day, asked.left)
        };
        let router: Router = Router::new().route("/calls/{id}", get(told));
        let request = Request::get(address).body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn an_address_that_does_not_read_is_of_no_page() {
        let (status, text) = answer("/calls/%ff").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(text.starts_with("<!doctype html>") && text.contains("no page"), "{text}");
    }

    #[tokio::test]
    async fn a_query_that_does_not_read_says_nothing() {
        assert_eq!(answer("/calls/a?day=x&left=2").await.1, "a x 2");
        assert_eq!(answer("/calls/a?day=x&left=many").await.1, "a  0");
        assert_eq!(answer("/calls/a?day=x&day=y").await.1, "a  0");
    }
}
