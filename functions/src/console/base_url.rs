//! Where the deployment answers, as the browser that asks knows it.

use http::HeaderMap;
use http::header::HOST;
use url::Url;

/// The deployment's address without a slash at the end, for commands and addresses to copy.
pub(super) fn base_url_of(headers: &HeaderMap) -> String {
    let scheme = if is_this_machine(headers) { "http" } else { "https" };
    format!("{scheme}://{}", host(headers))
}

/// Whether the request came to a loopback name: one machine has no TLS.
pub(super) fn is_this_machine(headers: &HeaderMap) -> bool {
    let Ok(url) = Url::parse(&format!("http://{}/", host(headers))) else { return false };
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn host(headers: &HeaderMap) -> &str {
    headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn loopback_names_are_this_machine_and_have_no_tls() {
        let cases = [
            ("localhost:8787", "http://localhost:8787"),
            ("127.0.0.1:8787", "http://127.0.0.1:8787"),
            ("[::1]:8787", "http://[::1]:8787"),
            ("hooks.example", "https://hooks.example"),
            ("localhost.example", "https://localhost.example"),
            ("10.0.0.1", "https://10.0.0.1"),
        ];
        for (host, origin) in cases {
            let headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static(host))]);
            assert_eq!(base_url_of(&headers), origin);
        }
    }
}
