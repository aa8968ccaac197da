//! Which URLs may be sent to, judged by what stands in them.
//!
//! The same judgement at save and at send, over the same parser, so that no spelling means one
//! thing here and another on the wire. Hosts that are addresses are judged here because a resolver
//! never sees them; what names lead to is judged by [`super::resolver`] at the moment of use.

use url::{Host, Url};

use super::endpoint::{RuntimeApi, is_local_name, literal};
use super::policy::{AddressPolicy, Clearance};
use crate::ports::sender::{Admission, BlockReason};

/// A URL that may be sent to, with what its host may lead to.
#[derive(Debug)]
pub(super) struct AdmittedUrl {
    url: Url,
    clearance: Clearance,
}

impl AdmittedUrl {
    /// The URL.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// What its host may lead to.
    pub(super) fn clearance(&self) -> Clearance {
        self.clearance
    }
}

impl AddressPolicy {
    /// Admits a URL, or says why not.
    pub(super) fn admit_url(&self, url: Url) -> Result<AdmittedUrl, BlockReason> {
        let clearance = self.judge(&url)?;
        Ok(AdmittedUrl { url, clearance })
    }

    fn judge(&self, url: &Url) -> Result<Clearance, BlockReason> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(BlockReason::Scheme);
        }
        // With these two schemes the parser always gives a host and a port.
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(BlockReason::Scheme);
        };
        let clearance = self.clearance(&host, port);
        if self.runtime_api.as_ref().is_some_and(|RuntimeApi(own)| own.is(&host, port)) {
            return Err(BlockReason::RuntimeApi);
        }
        match (&host, literal(&host)) {
            (Host::Domain(name), _) if is_local_name(name) && !clearance.permits_local_names() => {
                Err(BlockReason::LocalName)
            }
            (_, Some(ip)) if !clearance.permits(ip) => Err(BlockReason::NotPublic),
            _ => Ok(clearance),
        }
    }
}

impl Admission for AddressPolicy {
    fn admit(&self, url: &Url) -> Result<(), BlockReason> {
        self.judge(url).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use proptest::prelude::*;
    use serde::Deserialize;

    use super::super::address::special;
    use super::super::endpoint::PrivateEndpoints;
    use super::super::policy::Loopback;
    use super::*;

    fn admit(text: &str) -> Result<(), BlockReason> {
        AddressPolicy::default().admit(&Url::parse(text).unwrap())
    }

    #[derive(Deserialize)]
    struct Spelling {
        url: String,
        host_ip: IpAddr,
    }

    #[derive(Deserialize)]
    struct Vectors {
        #[serde(rename = "url_normalises_to_ip (url crate 2.5.8, verified)")]
        spellings: Vec<Spelling>,
        url_parse_error: Vec<String>,
        scheme_must_reject: Vec<String>,
        allow_but_trap: Vec<String>,
    }

    fn vectors() -> Vectors {
        serde_json::from_str(super::super::VECTORS).unwrap()
    }

    #[test]
    fn every_spelling_of_an_address_is_that_address() {
        for Spelling { url, host_ip } in vectors().spellings {
            let parsed = Url::parse(&url).unwrap();
            assert_eq!(literal(&parsed.host().unwrap()), Some(host_ip), "{url}");
            assert_eq!(admit(&url), Err(BlockReason::NotPublic), "{url}");
        }
    }

    #[test]
    fn what_cannot_be_parsed_is_no_url_at_all() {
        for url in vectors().url_parse_error {
            assert!(Url::parse(&url).is_err(), "{url}");
        }
    }

    #[test]
    fn other_schemes_are_refused() {
        for url in vectors().scheme_must_reject {
            assert_eq!(admit(&url), Err(BlockReason::Scheme), "{url}");
        }
        assert_eq!(admit("data:text/plain,x"), Err(BlockReason::Scheme));
    }

    #[test]
    fn userinfo_that_looks_like_a_host_is_userinfo() {
        for line in vectors().allow_but_trap {
            let (url, _) = line.split_once(" -> ").unwrap();
            assert_eq!(Url::parse(url).unwrap().host_str(), Some("example.com"));
            assert_eq!(admit(url), Ok(()), "{url}");
        }
    }

    #[test]
    fn localhost_and_what_is_under_it_is_refused() {
        for host in ["localhost", "LOCALHOST.", "a.localhost", "ｌocalhost"] {
            assert_eq!(admit(&format!("http://{host}/")), Err(BlockReason::LocalName), "{host}");
        }
        assert_eq!(admit("http://localhost.example/"), Ok(()));
        assert_eq!(admit("http://notlocalhost/"), Ok(()));
    }

    #[test]
    fn the_runtimes_endpoint_is_refused_even_where_loopback_is_allowed() {
        let policy = AddressPolicy::new(
            Loopback::Allowed,
            PrivateEndpoints::default(),
            Some(RuntimeApi::parse("127.0.0.1:9001").unwrap()),
        )
        .unwrap();
        let admit = |text: &str| policy.admit(&Url::parse(text).unwrap());

        for own in ["127.0.0.1", "2130706433", "0x7f.1", "127.1.", "①②⑦.⓪.⓪.①"] {
            let url = format!("http://{own}:9001/2018-06-01/runtime/invocation/next");
            assert_eq!(admit(&url), Err(BlockReason::RuntimeApi), "{own}");
        }
        for alias in ["127.0.0.2", "[::1]", "10.0.0.5"] {
            let url = format!("http://{alias}:9001/");
            assert_eq!(admit(&url), Err(BlockReason::NotPublic), "{alias}");
        }
        for never in ["[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254"] {
            for port in [80, 9001] {
                let url = format!("http://{never}:{port}/");
                assert_eq!(admit(&url), Err(BlockReason::NotPublic), "{never}");
            }
        }
        assert_eq!(admit("http://localhost:9001/"), Err(BlockReason::LocalName));
        assert_eq!(admit("http://127.0.0.1:9002/"), Ok(()));
        assert_eq!(admit("http://localhost:9002/"), Ok(()));
    }

    #[test]
    fn metadata_named_by_the_operator_stays_refused() {
        let private = PrivateEndpoints::parse("10.0.0.5:80,metadata.internal:80").unwrap();
        let policy = AddressPolicy::new(Loopback::Allowed, private, None).unwrap();
        let admit = |text: &str| policy.admit(&Url::parse(text).unwrap());

        for ip in ["169.254.169.254", "169.254.170.2", "169.254.170.23", "169.254.79.129"] {
            assert_eq!(admit(&format!("http://{ip}/")), Err(BlockReason::NotPublic), "{ip}");
        }
        for ip in ["fd00:ec2::254", "fd00:ec2::23", "::ffff:169.254.169.254"] {
            assert_eq!(admit(&format!("http://[{ip}]/")), Err(BlockReason::NotPublic), "{ip}");
        }
        assert_eq!(admit("http://10.0.0.5/"), Ok(()));
        assert_eq!(admit("https://10.0.0.5/"), Err(BlockReason::NotPublic));
    }

    /// One of an address's numbers, as a URL may write it.
    fn number(value: u32) -> impl Strategy<Value = String> {
        prop_oneof![
            Just(value.to_string()),
            Just(format!("0{value:o}")),
            Just(format!("0x{value:x}")),
            Just(format!("0X{value:08X}")),
            Just(format!("0000{value:o}")),
        ]
    }

    /// The ways to write one IPv4 address: all four parts, or the last of fewer parts swallowing
    /// the rest; each part in its own base; then other digits, dots and escapes.
    fn spelling(ip: Ipv4Addr) -> impl Strategy<Value = String> {
        let [a, b, c, d] = ip.octets().map(u32::from);
        let whole = u32::from(ip);
        let parts = prop_oneof![
            Just(vec![a, b, c, d]),
            Just(vec![a, b, whole & 0xffff]),
            Just(vec![a, whole & 0xff_ffff]),
            Just(vec![whole]),
        ];
        let numbers = parts
            .prop_flat_map(|parts| parts.into_iter().map(number).collect::<Vec<_>>())
            .prop_map(|numbers| numbers.join("."));
        (numbers, 0..6_u8, any::<bool>()).prop_map(|(host, dress, dot)| {
            let host = if dot { format!("{host}.") } else { host };
            match dress {
                0 => host.chars().map(full_width).collect(),
                1 => host.replace('.', "。"),
                2 => host.bytes().flat_map(escaped).collect(),
                3 => format!("user:example.com@{host}"),
                4 => host.to_uppercase(),
                _ => host,
            }
        })
    }

    fn escaped(byte: u8) -> Vec<char> {
        format!("%{byte:02x}").chars().collect()
    }

    fn full_width(c: char) -> char {
        match c {
            '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c),
            other => other,
        }
    }

    fn spelled(ip: impl Strategy<Value = Ipv4Addr>) -> impl Strategy<Value = (Ipv4Addr, String)> {
        ip.prop_flat_map(|ip| (Just(ip), spelling(ip)))
    }

    fn dressed_url() -> impl Strategy<Value = (&'static str, &'static str)> {
        let scheme = prop::sample::select(&["http://", "https:", "HTTP:\\\\", "http:///"][..]);
        (scheme, prop::sample::select(&["", "/x?y#z", ":8080/", "\\@example.com"][..]))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn no_spelling_of_a_special_ipv4_address_is_admitted(
            (ip, host) in spelled(special::v4()), (before, after) in dressed_url()
        ) {
            let text = format!("{before}{host}{after}");
            let url = Url::parse(&text).unwrap();
            prop_assert_eq!(literal(&url.host().unwrap()), Some(IpAddr::V4(ip)));
            prop_assert_eq!(admit(&text), Err(BlockReason::NotPublic));
        }

        #[test]
        fn no_spelling_of_a_special_ipv6_address_is_admitted(
            ip in special::v6(), form in 0..4_u8, (before, after) in dressed_url()
        ) {
            let groups = ip.segments();
            let host = match form {
                0 => ip.to_string(),
                1 => groups.map(|group| format!("{group:04X}")).join(":"),
                2 => groups.map(|group| format!("{group:x}")).join(":"),
                _ => {
                    let [.., a, b, c, d] = ip.octets();
                    let front = groups[..6].iter().map(|group| format!("{group:x}"));
                    format!("{}:{a}.{b}.{c}.{d}", front.collect::<Vec<_>>().join(":"))
                }
            };
            prop_assert_eq!(admit(&format!("{before}[{host}]{after}")), Err(BlockReason::NotPublic));
        }

        #[test]
        fn a_special_ipv4_address_hides_in_no_ipv6_one(ip in special::v4(), form in 0..7_u8) {
            let [a, b, c, d] = ip.octets();
            let host = match form {
                0 => format!("[::ffff:{ip}]"),
                1 => format!("[::{ip}]"),
                2 => format!("[::ffff:0:{ip}]"),
                3 => format!("[64:ff9b::{ip}]"),
                4 => format!("[64:ff9b:1::{ip}]"),
                5 => format!("[2002:{a:02x}{b:02x}:{c:02x}{d:02x}::1]"),
                _ => format!("[::ffff:{a:x}{b:02x}:{c:x}{d:02x}]"),
            };
            prop_assert_eq!(admit(&format!("http://{host}/")), Err(BlockReason::NotPublic));
        }

        /// The spellings above are real ones: with a public address in them they are admitted.
        #[test]
        fn every_spelling_of_a_public_address_is_admitted(
            (ip, host) in spelled((1..=9_u8, any::<[u8; 3]>()).prop_map(|(a, [b, c, d])| {
                Ipv4Addr::new(a, b, c, d)
            })),
            (before, after) in dressed_url()
        ) {
            let text = format!("{before}{host}{after}");
            prop_assert_eq!(literal(&Url::parse(&text).unwrap().host().unwrap()), Some(ip.into()));
            prop_assert_eq!(admit(&text), Ok(()));
        }
    }
}
