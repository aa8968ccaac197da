//! Endpoints that an operator or the platform names as `host:port`.
//!
//! Hosts go through the same parser as webhook URLs, so every spelling of an address is the same
//! endpoint; names compare without case and without the dot at their end.

use std::net::IpAddr;

use url::Host;

use super::address::{Reach, reach};

/// One host and one port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) host: Host<String>,
    pub(super) port: u16,
}

impl Endpoint {
    fn parse(text: &str) -> Result<Self, EndpointProblem> {
        let (host, port) = text.rsplit_once(':').ok_or(EndpointProblem::NoPort)?;
        if host.ends_with(':') || (host.contains(':') && !host.ends_with(']')) {
            return Err(EndpointProblem::Brackets);
        }
        let port = match port.parse::<u16>() {
            Ok(0) | Err(_) => return Err(EndpointProblem::Port),
            Ok(port) => port,
        };
        if host.contains('*') {
            return Err(EndpointProblem::Wildcard);
        }
        let host = Host::parse(host).map_err(|_| EndpointProblem::Host)?;
        Ok(Self { host: canonical(&host), port })
    }

    pub(super) fn is(&self, host: &Host<&str>, port: u16) -> bool {
        self.port == port && self.host == canonical(host)
    }

    /// Whether the host is an address of this machine.
    pub(super) fn is_loopback(&self) -> bool {
        literal(&self.host).is_some_and(|ip| reach(ip) == Reach::Loopback)
    }
}

/// The one spelling of a host: the parser has lower-cased it, the dot at its end goes here.
fn canonical<S: AsRef<str>>(host: &Host<S>) -> Host<String> {
    match host {
        Host::Domain(name) => Host::Domain(without_last_dot(name.as_ref()).to_owned()),
        Host::Ipv4(ip) => Host::Ipv4(*ip),
        Host::Ipv6(ip) => Host::Ipv6(*ip),
    }
}

fn without_last_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

/// The address that a host is, if it is one.
pub(super) fn literal<S>(host: &Host<S>) -> Option<IpAddr> {
    match host {
        Host::Domain(_) => None,
        Host::Ipv4(ip) => Some(IpAddr::V4(*ip)),
        Host::Ipv6(ip) => Some(IpAddr::V6(*ip)),
    }
}

/// Whether a name is `localhost` or stands under it (RFC 6761 section 6.3).
pub(super) fn is_local_name(name: &str) -> bool {
    let name = without_last_dot(name);
    name == "localhost" || name.ends_with(".localhost")
}

/// The exact endpoints in private networks, or of this machine by address, that an operator lets
/// webhooks reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrivateEndpoints(pub(super) Vec<Endpoint>);

impl PrivateEndpoints {
    /// Reads `host:port` pairs with commas between: `10.0.0.5:8080,crm.internal:443`. A name has
    /// to lead to private or public addresses when it is used; nothing is an empty list.
    ///
    /// # Errors
    /// Names the first entry that is no exact endpoint, or one that may never be listed.
    pub fn parse(text: &str) -> Result<Self, EndpointFault> {
        let entries = text.split(',').map(str::trim);
        let endpoints = entries.filter(|entry| !entry.is_empty()).map(|entry| {
            let fault = |problem| EndpointFault { entry: entry.to_owned(), problem };
            let endpoint = Endpoint::parse(entry).map_err(fault)?;
            listable(&endpoint).map_err(fault)?;
            Ok(endpoint)
        });
        endpoints.collect::<Result<_, _>>().map(Self)
    }
}

fn listable(endpoint: &Endpoint) -> Result<(), EndpointProblem> {
    let reach = match &endpoint.host {
        Host::Domain(name) if is_local_name(name) => Reach::Loopback,
        Host::Domain(_) => return Ok(()),
        Host::Ipv4(ip) => reach((*ip).into()),
        Host::Ipv6(ip) => reach((*ip).into()),
    };
    match reach {
        Reach::Private => Ok(()),
        Reach::Loopback if endpoint.is_loopback() => Ok(()),
        Reach::Public => Err(EndpointProblem::Public),
        Reach::Loopback => Err(EndpointProblem::Loopback),
        Reach::Forbidden => Err(EndpointProblem::Forbidden),
    }
}

/// The endpoint through which the Lambda runtime feeds this very process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuntimeApi(pub(super) Endpoint);

impl RuntimeApi {
    /// Reads `host:port` as the runtime gives it in `AWS_LAMBDA_RUNTIME_API`.
    ///
    /// # Errors
    /// When it is no such pair.
    pub fn parse(text: &str) -> Result<Self, EndpointFault> {
        let fault = |problem| EndpointFault { entry: text.to_owned(), problem };
        Endpoint::parse(text.trim()).map(Self).map_err(fault)
    }
}

/// An entry that is no endpoint, or none that may be listed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{entry:?}: {problem}")]
pub struct EndpointFault {
    /// The entry as it was written.
    pub entry: String,
    /// What is wrong with it.
    pub problem: EndpointProblem,
}

/// What is wrong with an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EndpointProblem {
    /// There is no colon.
    #[error("a port has to follow the host, as in crm.internal:443")]
    NoPort,
    /// The port is no number from 1 to 65535.
    #[error("the port has to be a number from 1 to 65535")]
    Port,
    /// The host is neither a name nor an address.
    #[error("the host is neither a name nor an address")]
    Host,
    /// An IPv6 address stands without its brackets.
    #[error("an IPv6 address stands in brackets, as in [fd12::1]:443")]
    Brackets,
    /// A star.
    #[error("an endpoint is one exact host; there are no wildcards")]
    Wildcard,
    /// The address is public.
    #[error("the address is public and needs no exception")]
    Public,
    /// The host is a name for this machine.
    #[error("this machine is listed by its address, as in 127.0.0.1:8080, not by a name")]
    Loopback,
    /// The address may never be sent to.
    #[error("the address may never be sent to, listed or not")]
    Forbidden,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> EndpointProblem {
        PrivateEndpoints::parse(text).unwrap_err().problem
    }

    #[test]
    fn a_list_is_read_whatever_the_spelling() {
        let list = " 10.0.0.5:8080, CRM.Internal.:443,,[FD12:0::1]:80,0x0a.5:1 ,127.1:80,";

        let endpoints = PrivateEndpoints::parse(list).unwrap();

        let same = "10.0.0.5:8080,crm.internal:443,[fd12::1]:80,10.0.0.5:1,127.0.0.1:80";
        assert_eq!(endpoints, PrivateEndpoints::parse(same).unwrap());
        assert_eq!(PrivateEndpoints::parse(" ").unwrap(), PrivateEndpoints::default());
    }

    #[test]
    fn what_is_no_exact_private_endpoint_is_refused() {
        assert_eq!(problem("crm.internal"), EndpointProblem::NoPort);
        assert_eq!(problem("crm.internal:"), EndpointProblem::Port);
        assert_eq!(problem("crm.internal:0"), EndpointProblem::Port);
        assert_eq!(problem("crm.internal:65536"), EndpointProblem::Port);
        assert_eq!(problem("crm.internal:http"), EndpointProblem::Port);
        assert_eq!(problem(":443"), EndpointProblem::Host);
        assert_eq!(problem("a b:443"), EndpointProblem::Host);
        assert_eq!(problem("https://crm.internal:443"), EndpointProblem::Brackets);
        assert_eq!(problem("10.0.0.0/8:443"), EndpointProblem::Host);
        assert_eq!(problem("fd12::1:443"), EndpointProblem::Brackets);
        assert_eq!(problem("*.internal:443"), EndpointProblem::Wildcard);
        assert_eq!(problem("8.8.8.8:443"), EndpointProblem::Public);
        for host in ["localhost", "a.localhost."] {
            assert_eq!(problem(&format!("{host}:443")), EndpointProblem::Loopback, "{host}");
        }
        for host in ["169.254.169.254", "0", "[fd00:ec2::254]", "[::ffff:10.0.0.5]"] {
            assert_eq!(problem(&format!("{host}:80")), EndpointProblem::Forbidden, "{host}");
        }
    }

    #[test]
    fn a_fault_names_its_entry() {
        let fault = PrivateEndpoints::parse("10.0.0.5:80,crm").unwrap_err();
        assert_eq!(
            fault.to_string(),
            "\"crm\": a port has to follow the host, as in crm.internal:443"
        );
    }

    #[test]
    fn the_runtimes_endpoint_is_read_as_the_runtime_writes_it() {
        for text in ["127.0.0.1:9001", "169.254.100.1:9001", "localhost:9001", "[::1]:9001"] {
            assert!(RuntimeApi::parse(text).is_ok(), "{text}");
        }
        assert_eq!(RuntimeApi::parse("").unwrap_err().problem, EndpointProblem::NoPort);
    }
}
