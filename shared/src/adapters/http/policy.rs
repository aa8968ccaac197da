//! Which addresses a sender may reach, decided for each host and port.
//!
//! Policy: public addresses always; loopback where the whole process says so (the local stack);
//! private ones, and this machine's own by address, at exactly the listed endpoints. On the port of the Lambda Runtime API neither
//! exception holds, whatever spelling, alias or name leads there: the runtime answers anyone who
//! can connect. Metadata addresses are reached by nothing (see [`super::address`]).

use std::net::IpAddr;

use url::Host;

use super::address::{Reach, reach};
use super::endpoint::{PrivateEndpoints, RuntimeApi, literal};

/// Whether this machine's own addresses may be sent to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Loopback {
    /// No: everywhere but on a developer's machine.
    #[default]
    Refused,
    /// Yes: the local stack, whose partners run beside it.
    Allowed,
}

/// What a sender may reach besides public addresses. By default nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressPolicy {
    loopback: Loopback,
    private: PrivateEndpoints,
    pub(super) runtime_api: Option<RuntimeApi>,
}

/// A listed endpoint is on the Runtime API's port, where no exception holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("port {port} is the runtime's own, no private endpoint can be allowed on it")]
pub struct RuntimePortListed {
    /// The port.
    pub port: u16,
}

impl AddressPolicy {
    /// Puts a policy together.
    ///
    /// # Errors
    /// When a private endpoint is on the Runtime API's port.
    pub fn new(
        loopback: Loopback,
        private: PrivateEndpoints,
        runtime_api: Option<RuntimeApi>,
    ) -> Result<Self, RuntimePortListed> {
        let runtime_port = runtime_api.as_ref().map(|RuntimeApi(endpoint)| endpoint.port);
        match private.0.iter().find(|endpoint| Some(endpoint.port) == runtime_port) {
            Some(endpoint) => Err(RuntimePortListed { port: endpoint.port }),
            None => Ok(Self { loopback, private, runtime_api }),
        }
    }

    /// What one host and port may lead to.
    pub(super) fn clearance(&self, host: &Host<&str>, port: u16) -> Clearance {
        match &self.runtime_api {
            Some(RuntimeApi(runtime)) if runtime.port == port => self.runtime_port(),
            _ => match self.private.0.iter().find(|endpoint| endpoint.is(host, port)) {
                Some(endpoint) if endpoint.is_loopback() => self.listed_loopback(),
                Some(_) => self.listed(),
                None => self.unlisted(),
            },
        }
    }

    /// Every clearance that a name can have, without repeats; addresses need no resolver.
    pub(super) fn clearances(&self) -> Vec<Clearance> {
        let mut all = vec![self.unlisted()];
        let listed =
            self.private.0.iter().any(|endpoint| !endpoint.is_loopback()).then(|| self.listed());
        let runtime_port = self.runtime_api.as_ref().map(|_| self.runtime_port());
        for clearance in listed.into_iter().chain(runtime_port) {
            if !all.contains(&clearance) {
                all.push(clearance);
            }
        }
        all
    }

    fn unlisted(&self) -> Clearance {
        Clearance { loopback: self.loopback == Loopback::Allowed, private: false, never: None }
    }

    fn listed(&self) -> Clearance {
        Clearance { private: true, ..self.unlisted() }
    }

    /// An address of this machine is listed as such, so that no name can lead to it.
    fn listed_loopback(&self) -> Clearance {
        Clearance { loopback: true, ..self.unlisted() }
    }

    fn runtime_port(&self) -> Clearance {
        let own = self.runtime_api.as_ref().and_then(|RuntimeApi(runtime)| literal(&runtime.host));
        // Its address needs naming only where being public would let it through.
        let never = own.filter(|ip| reach(*ip) == Reach::Public);
        Clearance { never, ..Clearance::PUBLIC_ONLY }
    }
}

/// What one destination may lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clearance {
    loopback: bool,
    private: bool,
    never: Option<IpAddr>,
}

impl Clearance {
    /// Public addresses and no other.
    pub(super) const PUBLIC_ONLY: Self = Self { loopback: false, private: false, never: None };

    /// Whether a destination with this clearance may lead to `ip`.
    pub(super) fn permits(self, ip: IpAddr) -> bool {
        self.never != Some(ip)
            && match reach(ip) {
                Reach::Public => true,
                Reach::Loopback => self.loopback,
                Reach::Private => self.private,
                Reach::Forbidden => false,
            }
    }

    /// Whether `localhost` may be asked for.
    pub(super) fn permits_local_names(self) -> bool {
        self.loopback
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::address::special;
    use super::*;

    fn policy(loopback: Loopback, private: &str, runtime_api: Option<&str>) -> AddressPolicy {
        let private = PrivateEndpoints::parse(private).unwrap();
        let runtime_api = runtime_api.map(|text| RuntimeApi::parse(text).unwrap());
        AddressPolicy::new(loopback, private, runtime_api).unwrap()
    }

    #[test]
    fn this_machine_is_reached_at_a_listed_address_alone() {
        let policy = policy(Loopback::Refused, "127.0.0.1:8080", Some("127.0.0.1:9001"));
        let permits = |url: &str| {
            let url = url::Url::parse(url).unwrap();
            crate::ports::sender::Admission::admit(&policy, &url).is_ok()
        };

        assert!(permits("http://127.0.0.1:8080/"));
        for refused in ["http://127.0.0.1:8081/", "http://localhost:8080/", "http://10.0.0.1:8080/"]
        {
            assert!(!permits(refused), "{refused}");
        }
    }

    #[test]
    fn private_addresses_are_reached_at_the_listed_endpoint_alone() {
        let policy = policy(Loopback::Refused, "10.0.0.5:8080,crm.internal:443", None);
        let ip = "10.0.0.5".parse().unwrap();
        let permits = |host: Host<&str>, port| policy.clearance(&host, port).permits(ip);

        assert!(permits(Host::Ipv4([10, 0, 0, 5].into()), 8080));
        assert!(permits(Host::Domain("crm.internal"), 443));
        assert!(permits(Host::Domain("crm.internal."), 443));
        assert!(!permits(Host::Ipv4([10, 0, 0, 5].into()), 8081));
        assert!(!permits(Host::Ipv4([10, 0, 0, 6].into()), 8080));
        assert!(!permits(Host::Domain("crm.internal"), 80));
        assert!(!permits(Host::Domain("a.crm.internal"), 443));
    }

    #[test]
    fn no_exception_holds_on_the_runtimes_port() {
        let policy = policy(Loopback::Allowed, "crm.internal:443", Some("127.0.0.1:9001"));
        let clearance = |port| policy.clearance(&Host::Domain("crm.internal"), port);

        assert_eq!(clearance(9001), Clearance::PUBLIC_ONLY);
        assert!(clearance(9002).permits("127.0.0.1".parse().unwrap()));
        assert!(clearance(443).permits("10.0.0.5".parse().unwrap()));
    }

    #[test]
    fn a_runtime_at_a_public_address_is_refused_too() {
        let policy = policy(Loopback::Refused, "", Some("8.8.8.8:9001"));
        let permits = |port| {
            policy.clearance(&Host::Domain("a.example"), port).permits("8.8.8.8".parse().unwrap())
        };

        assert!(!permits(9001));
        assert!(permits(9002));
    }

    #[test]
    fn an_endpoint_on_the_runtimes_port_is_a_fault() {
        let private = PrivateEndpoints::parse("10.0.0.5:9001").unwrap();
        let runtime_api = RuntimeApi::parse("127.0.0.1:9001").unwrap();

        let policy = AddressPolicy::new(Loopback::Refused, private, Some(runtime_api));

        assert_eq!(policy, Err(RuntimePortListed { port: 9001 }));
    }

    #[test]
    fn one_clearance_is_enough_on_lambda() {
        let plain = policy(Loopback::Refused, "", Some("127.0.0.1:9001"));
        let local = policy(Loopback::Allowed, "10.0.0.5:80", Some("127.0.0.1:9001"));

        assert_eq!(plain.clearances(), [Clearance::PUBLIC_ONLY]);
        assert_eq!(local.clearances().len(), 3);
    }

    proptest! {
        #[test]
        fn metadata_and_the_rest_are_never_permitted(
            ip in prop_oneof![
                special::v4().prop_map(IpAddr::V4),
                special::v6().prop_map(IpAddr::V6),
            ],
        ) {
            prop_assume!(reach(ip) == Reach::Forbidden);
            let policy = policy(Loopback::Allowed, "crm.internal:80", Some("127.0.0.1:9001"));
            for clearance in policy.clearances() {
                prop_assert!(!clearance.permits(ip));
            }
        }
    }
}
