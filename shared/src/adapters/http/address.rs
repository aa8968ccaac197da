//! Where an IP address leads, as a pure function.
//!
//! Policy: IPv4 is public unless a special block says otherwise; IPv6 is public only inside
//! `2000::/3`, less its special blocks. An IPv6 address that carries an IPv4 one (mapped, NAT64,
//! 6to4, …) is refused whatever it carries: the plain spelling exists for what is public.
//! Blocks: IANA special-purpose address registries (read 2026), RFC 6890, RFC 9637, RFC 9780, and
//! the cloud providers' own pages for the addresses their machines get their secrets from.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where an address leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Out into the Internet.
    Public,
    /// Back to this machine.
    Loopback,
    /// Into an operator's own network, if they have one there.
    Private,
    /// To metadata, tunnels, groups, documentation or nowhere: never sent to.
    Forbidden,
}

/// Where `ip` leads.
pub(super) fn reach(ip: IpAddr) -> Reach {
    match ip {
        IpAddr::V4(ip) => reach_v4(ip),
        IpAddr::V6(ip) => reach_v6(ip),
    }
}

fn reach_v4(ip: Ipv4Addr) -> Reach {
    let inside = |block: &&V4Block| (u32::from(ip) ^ u32::from(block.0)) >> (32 - block.1) == 0;
    V4_BLOCKS.iter().find(inside).map_or(Reach::Public, |block| block.2)
}

fn reach_v6(ip: Ipv6Addr) -> Reach {
    let inside = |block: &&V6Block| (u128::from(ip) ^ u128::from(block.0)) >> (128 - block.1) == 0;
    V6_BLOCKS.iter().find(inside).map_or(Reach::Forbidden, |block| block.2)
}

/// First address, prefix length (at least 1), where it leads.
type V4Block = (Ipv4Addr, u32, Reach);
/// First address, prefix length (at least 1), where it leads.
type V6Block = (Ipv6Addr, u32, Reach);

/// The first block that holds an address decides; outside them all an address is public.
const V4_BLOCKS: [V4Block; 20] = [
    // Metadata inside wider blocks, or at addresses that look public.
    (Ipv4Addr::new(100, 100, 100, 200), 32, Reach::Forbidden), // Alibaba Cloud
    (Ipv4Addr::new(168, 63, 129, 16), 32, Reach::Forbidden),   // Azure
    (Ipv4Addr::UNSPECIFIED, 8, Reach::Forbidden),
    (Ipv4Addr::new(10, 0, 0, 0), 8, Reach::Private),
    (Ipv4Addr::new(100, 64, 0, 0), 10, Reach::Private),
    (Ipv4Addr::new(127, 0, 0, 0), 8, Reach::Loopback),
    (Ipv4Addr::new(169, 254, 0, 0), 16, Reach::Forbidden), // AWS and others
    (Ipv4Addr::new(172, 16, 0, 0), 12, Reach::Private),
    (Ipv4Addr::new(192, 0, 0, 0), 24, Reach::Forbidden), // Oracle Cloud among them
    (Ipv4Addr::new(192, 0, 2, 0), 24, Reach::Forbidden),
    (Ipv4Addr::new(192, 31, 196, 0), 24, Reach::Forbidden),
    (Ipv4Addr::new(192, 52, 193, 0), 24, Reach::Forbidden),
    (Ipv4Addr::new(192, 88, 99, 0), 24, Reach::Forbidden),
    (Ipv4Addr::new(192, 168, 0, 0), 16, Reach::Private),
    (Ipv4Addr::new(192, 175, 48, 0), 24, Reach::Forbidden),
    (Ipv4Addr::new(198, 18, 0, 0), 15, Reach::Forbidden),
    (Ipv4Addr::new(198, 51, 100, 0), 24, Reach::Forbidden),
    (Ipv4Addr::new(203, 0, 113, 0), 24, Reach::Forbidden),
    (Ipv4Addr::new(224, 0, 0, 0), 4, Reach::Forbidden),
    (Ipv4Addr::new(240, 0, 0, 0), 4, Reach::Forbidden),
];

/// The first block that holds an address decides; outside them all an address is forbidden.
const V6_BLOCKS: [V6Block; 11] = [
    (Ipv6Addr::LOCALHOST, 128, Reach::Loopback),
    (Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0), 32, Reach::Forbidden), // AWS
    (Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0), 32, Reach::Forbidden),  // Google Cloud
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, Reach::Private),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, Reach::Forbidden),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, Reach::Forbidden),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, Reach::Forbidden),
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48, Reach::Forbidden),
    (Ipv6Addr::new(0x3ffe, 0, 0, 0, 0, 0, 0, 0), 16, Reach::Forbidden),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, Reach::Forbidden),
    (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3, Reach::Public),
];

/// Random addresses outside public space, for the laws of the modules around.
#[cfg(test)]
pub(super) mod special {
    use proptest::prelude::*;

    use super::*;

    /// An IPv4 address inside one of the special blocks.
    pub(in super::super) fn v4() -> impl Strategy<Value = Ipv4Addr> {
        (prop::sample::select(&V4_BLOCKS[..]), any::<u32>()).prop_map(|((first, bits, _), low)| {
            let low = low.checked_shr(bits).unwrap_or(0);
            Ipv4Addr::from(u32::from(first) | low)
        })
    }

    /// An IPv6 address inside a special block, or outside `2000::/3`.
    pub(in super::super) fn v6() -> impl Strategy<Value = Ipv6Addr> {
        let block = (prop::sample::select(&V6_BLOCKS[..10]), any::<u128>());
        let inside = block.prop_map(|((first, bits, _), low)| {
            Ipv6Addr::from(u128::from(first) | low.checked_shr(bits).unwrap_or(0))
        });
        let outside = any::<u128>().prop_map(|bits| {
            let top = bits >> 125;
            Ipv6Addr::from(if top == 1 { bits ^ (1 << 125) } else { bits })
        });
        prop_oneof![inside, outside]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(serde::Deserialize)]
    struct Vector {
        ip: IpAddr,
        why: String,
        must_block: bool,
    }

    #[derive(serde::Deserialize)]
    struct Vectors {
        ips: Vec<Vector>,
    }

    #[test]
    fn every_vector_holds() {
        let vectors: Vectors = serde_json::from_str(super::super::VECTORS).unwrap();
        for Vector { ip, why, must_block } in vectors.ips {
            assert_eq!(reach(ip) != Reach::Public, must_block, "{ip}: {why}");
        }
    }

    #[test]
    fn only_own_networks_could_ever_be_listed() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        for text in ["10.1.2.3", "172.31.0.1", "192.168.0.1", "100.64.0.1", "fd12::1"] {
            assert_eq!(reach(ip(text)), Reach::Private, "{text}");
        }
        for text in ["127.0.0.1", "127.9.9.9", "::1"] {
            assert_eq!(reach(ip(text)), Reach::Loopback, "{text}");
        }
        for text in [
            "169.254.169.254",
            "169.254.170.23",
            "100.100.100.200",
            "fd00:ec2::254",
            "fd20:ce::254",
            "::ffff:10.1.2.3",
            "::ffff:8.8.8.8",
            "0.0.0.0",
            "::",
        ] {
            assert_eq!(reach(ip(text)), Reach::Forbidden, "{text}");
        }
    }

    #[test]
    fn blocks_end_where_they_end() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        for text in [
            "9.255.255.255",
            "11.0.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.17",
            "169.253.255.255",
            "169.255.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "2001:db7:ffff::",
            "2001:db9::",
            "2003::",
            "2620:4f:7fff::",
            "2620:4f:8001::",
            "3ffd::",
        ] {
            assert_eq!(reach(ip(text)), Reach::Public, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_special_address_is_public(v4 in special::v4(), v6 in special::v6()) {
            prop_assert_ne!(reach(v4.into()), Reach::Public);
            prop_assert_ne!(reach(v6.into()), Reach::Public);
        }

        #[test]
        fn what_the_standard_library_calls_special_is_not_public(bits in any::<u32>()) {
            let ip = Ipv4Addr::from(bits);
            let special = ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_multicast()
                || ip.is_broadcast()
                || ip.is_documentation()
                || ip.is_unspecified();
            prop_assert!(!special || reach(ip.into()) != Reach::Public);
        }

        #[test]
        fn an_ipv6_address_that_carries_an_ipv4_one_is_forbidden(bits in any::<u32>()) {
            let ip = Ipv4Addr::from(bits);
            let [a, b, c, d] = ip.octets();
            let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            for carrier in [
                ip.to_ipv6_mapped(),
                Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, high, low),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
                Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, !high, !low),
            ] {
                prop_assert_eq!(reach(carrier.into()), Reach::Forbidden);
            }
        }
    }
}
