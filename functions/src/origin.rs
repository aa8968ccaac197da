//! Where the deployment answers, as whoever asks knows it.

use url::Url;

/// The address of a host without a slash at the end; one machine has no TLS.
pub(crate) fn origin_of(host: &str) -> String {
    let scheme = if is_this_machine(host) { "http" } else { "https" };
    format!("{scheme}://{host}")
}

/// Whether a host, with its port or without, is a loopback name.
pub(crate) fn is_this_machine(host: &str) -> bool {
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
        for (host, origin) in cases {
            assert_eq!(origin_of(host), origin);
        }
    }
}
