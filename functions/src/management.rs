//! The function that people manage Hookline with: an HTTP API for programs and a console for
//! browsers. Directly invoked, it makes the first admin key.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use hookline::adapters::dynamodb::DynamoDb;
use hookline::adapters::http::{AddressPolicy, HttpSender};
use hookline::adapters::sqs::SqsHints;
use http_body_util::BodyExt;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tower::ServiceExt;

use crate::console::ErrorPage;
use crate::envelope::{Answer, Envelope, FunctionError, HttpAnswer, HttpRequest, direct};
use crate::problem::Problem;
use crate::public_url::PublicUrl;
use crate::{api, console, first_key};

/// What may not stand in a path as it is (RFC 3986, section 3.3), and the percent sign.
const NOT_IN_PATHS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// What requests act on.
#[derive(Debug)]
pub(crate) struct Backend {
    /// Everything that is kept.
    pub(crate) store: DynamoDb,
    /// Sends test fires.
    pub(crate) sender: HttpSender,
    /// Says that replayed deliveries are due.
    pub(crate) hints: SqsHints,
    /// Where webhooks may go.
    pub(crate) policy: AddressPolicy,
    /// The address that people see.
    pub(crate) public_url: PublicUrl,
}

/// The management function.
#[derive(Debug)]
pub struct Management {
    backend: Arc<Backend>,
    /// Made when the first request is here: the API's whole document is made along with it, which
    /// takes longer than all else of a start.
    router: OnceLock<Router>,
}

impl Management {
    /// The function before a store, a sender and queues; campaigns may have webhooks at addresses that
    /// `policy` admits, and people see it at `public_url`.
    #[must_use]
    pub fn new(
        store: DynamoDb,
        sender: HttpSender,
        hints: SqsHints,
        policy: AddressPolicy,
        public_url: PublicUrl,
    ) -> Self {
        let backend = Arc::new(Backend { store, sender, hints, policy, public_url });
        Self { backend, router: OnceLock::new() }
    }

    fn router(&self) -> Router {
        let made = || {
            let routes = Router::new().merge(console::routes()).merge(api::routes(&self.backend));
            routes.with_state(Arc::clone(&self.backend))
        };
        self.router.get_or_init(made).clone()
    }

    /// Takes one invocation.
    ///
    /// # Errors
    /// When the payload has the looks of an HTTP event and does not read, and when the store did not
    /// answer a direct invoke.
    pub async fn take(&self, payload: Value) -> Answer {
        match Envelope::open(payload)? {
            Envelope::Http(request) => Ok(self.answer(*request).await?.into_payload()),
            // Boxed, since it is rare and the compiler gives up on a future that is this deep.
            Envelope::Direct(payload) => {
                direct(Box::pin(first_key::take(&self.backend.store, &payload)).await)
            }
        }
    }

    async fn answer(&self, request: HttpRequest) -> Result<HttpAnswer, FunctionError> {
        let response = match request.check_size() {
            Ok(()) => self.routed(request).await,
            Err(_) if console::has(&request.path) => ErrorPage::too_large().into_response(),
            Err(problem) => problem.into_response(),
        };
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| FunctionError(error.to_string()))?;
        let (status, headers) = (parts.status.as_u16(), parts.headers);
        Ok(HttpAnswer { status, headers, body: body.to_bytes() }.within_limit())
    }

    async fn routed(&self, request: HttpRequest) -> Response {
        match routed(request) {
            Ok(request) => match self.router().oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            },
            Err(_) => Problem::new(400, "bad_address", "the address does not read").into_response(),
        }
    }
}

/// The request as the router takes it: its path comes decoded and is encoded again.
fn routed(request: HttpRequest) -> Result<Request, http::Error> {
    let mut address = utf8_percent_encode(&request.path, NOT_IN_PATHS).to_string();
    if let Some(query) = request.query {
        address.push('?');
        address.push_str(&query);
    }
    let mut routed =
        Request::builder().method(request.method).uri(address).body(Body::from(request.body))?;
    *routed.headers_mut() = request.headers;
    Ok(routed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn address(path: &str, query: &str) -> String {
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
            "requestContext": {"http": {"method": "GET", "path": path}},
        });
        let Ok(Envelope::Http(request)) = Envelope::open(event) else { panic!("it is HTTP") };
        routed(*request).unwrap().uri().to_string()
    }

    #[test]
    fn a_path_that_came_decoded_is_encoded_again_and_a_query_stays_as_it_is() {
        assert_eq!(address("/calls/a:b@c-1.x~y", ""), "/calls/a:b@c-1.x~y");
        assert_eq!(address("/calls/a b?c#d%20\n", ""), "/calls/a%20b%3Fc%23d%2520%0A");
        assert_eq!(address("/calls/é", "day=%20&x"), "/calls/%C3%A9?day=%20&x");
    }
}
