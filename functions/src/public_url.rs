//! Where the deployment answers, as whoever asks knows it.

use http::HeaderMap;
use http::header::HOST;
use url::Url;

/// The address that partners, platforms and browsers see, when it is another than that of the host
/// that was asked: when something with a host name of its own stands before the API.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicUrl(Option<String>);

impl PublicUrl {
    /// Reads an address of a scheme and a host, with a port or without; `None` when it is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let is_address = matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none();
        is_address.then(|| Self(Some(text.trim_end_matches('/').to_owned())))
    }

    /// The addresses that whoever asked that host may have asked: that of the host, and this one.
    pub(crate) fn all_for_host(&self, host: &str) -> Vec<String> {
        let own = Self::default().for_host(host);
        self.0.iter().cloned().chain([own]).collect()
    }

    /// The address, without a slash at its end, for whoever asked that host.
    pub(crate) fn for_host(&self, host: &str) -> String {
        if let Some(address) = &self.0 {
            return address.clone();
        }
        let scheme = if is_loopback(host) { "http" } else { "https" };
        format!("{scheme}://{host}")
    }

    /// Whether a browser names this address as the origin of its pages.
    pub(crate) fn is_origin(&self, origin: &str) -> bool {
        let own = self.0.as_deref().and_then(|address| Url::parse(address).ok());
        own.is_some_and(|own| own.origin().ascii_serialization() == origin)
    }

    /// Whether whoever sent these headers asked without TLS. One machine has none.
    pub(crate) fn is_in_clear(&self, headers: &HeaderMap) -> bool {
        let is_https = self.0.as_deref().is_some_and(|address| {
            Url::parse(address).is_ok_and(|address| address.scheme() == "https")
        });
        !is_https && is_loopback(host_of(headers))
    }

    /// The same as [`Self::for_host`] for whoever sent these headers.
    pub(crate) fn for_headers(&self, headers: &HeaderMap) -> String {
        self.for_host(host_of(headers))
    }
}

fn host_of(headers: &HeaderMap) -> &str {
    headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()
}

/// Whether a host, with its port or without, is a loopback name.
fn is_loopback(host: &str) -> bool {
    let Ok(url) = Url::parse(&format!("http://{host}/")) else { return false };
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
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
        for (host, address) in cases {
            assert_eq!(PublicUrl::default().for_host(host), address);
        }
    }

    #[test]
    fn an_address_is_the_origin_that_browsers_name() {
        let url = PublicUrl::parse("https://Front.example:443/").unwrap();
        assert!(url.is_origin("https://front.example"));
        for other in ["http://front.example", "https://front.example:8443", "null", ""] {
            assert!(!url.is_origin(other), "{other}");
            assert!(!PublicUrl::default().is_origin(other), "{other}");
        }
    }

    #[test]
    fn an_address_of_its_own_stands_for_every_host() {
        let url = PublicUrl::parse("https://front.example:8443/").unwrap();
        assert_eq!(url.for_host("127.0.0.1:8787"), "https://front.example:8443");
        assert_eq!(url.for_headers(&HeaderMap::new()), "https://front.example:8443");
        for wrong in [
            "front.example",
            "ftp://front.example",
            "https://a.example/v1",
            "https://a.example/?b",
            "https://a.example/#b",
            "https://a:b@a.example",
        ] {
            assert_eq!(PublicUrl::parse(wrong), None, "{wrong}");
        }
    }
}
