//! Where the deployment answers, as the browser that asks knows it.

use http::HeaderMap;
use http::header::HOST;

use crate::origin;

/// The deployment's address without a slash at the end, for commands and addresses to copy.
pub(super) fn base_url_of(headers: &HeaderMap) -> String {
    origin::origin_of(host(headers))
}

/// Whether the request came to a loopback name: one machine has no TLS.
pub(super) fn is_this_machine(headers: &HeaderMap) -> bool {
    origin::is_this_machine(host(headers))
}

fn host(headers: &HeaderMap) -> &str {
    headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()
}
