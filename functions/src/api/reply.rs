//! Bodies in and answers out.

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;

use crate::envelope::HttpAnswer;
use crate::problem::Problem;

/// A document with its status.
pub(super) struct Reply<T>(pub(super) StatusCode, pub(super) T);

impl<T> Reply<T> {
    /// What was asked for.
    pub(super) fn ok(document: T) -> Self {
        Self(StatusCode::OK, document)
    }

    /// What was made.
    pub(super) fn created(document: T) -> Self {
        Self(StatusCode::CREATED, document)
    }
}

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        // Every document here has text for keys, so there is none that does not serialise.
        let document = serde_json::to_value(&self.1).unwrap_or_default();
        HttpAnswer::json(self.0.as_u16(), &document).into_response()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        HttpAnswer::problem(&self).into_response()
    }
}

impl IntoResponse for HttpAnswer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        *response.headers_mut() = self.headers;
        response
    }
}

/// Reads a body as JSON.
pub(super) fn json_of(body: &Bytes) -> Result<Value, Problem> {
    serde_json::from_slice(body).map_err(|error| Problem::not_json(&error))
}
