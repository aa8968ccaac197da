//! The sender on the wire: the one place that connects to addresses other people chose.
//!
//! Policy: a URL is admitted before every request, each redirect included; what its name leads to
//! is vetted when it is resolved; and the connection goes to what was vetted. One deadline covers
//! it all, one cap bounds what is read, and whatever goes wrong is an outcome.

mod address;
mod admission;
mod browser;
mod client;
mod endpoint;
mod exchange;
mod failure;
mod lanes;
mod ping;
mod policy;
mod resolver;

#[cfg(test)]
pub(super) mod partner;

use std::sync::Arc;

use client::Clients;
use lanes::Lanes;
use resolver::{Lookup, SystemLookup};

pub use endpoint::{EndpointFault, EndpointProblem, PrivateEndpoints, RuntimeApi};
pub use policy::{AddressPolicy, Loopback, RuntimePortListed};

/// Sends pings and browser requests; built once, at start.
#[derive(Debug)]
pub struct HttpSender {
    reach: Arc<Reach>,
    lanes: Lanes,
}

/// What may be reached, and what reaches it; every exchange has it.
#[derive(Debug)]
struct Reach {
    policy: AddressPolicy,
    clients: Clients,
}

/// Why a sender could not be built.
#[derive(Debug, thiserror::Error)]
pub enum SenderFault {
    /// The TLS configuration does not hold together.
    #[error("the TLS configuration does not hold together")]
    Tls(#[from] rustls::Error),
    /// The HTTP client does not accept its configuration.
    #[error("the HTTP client does not accept its configuration")]
    Client(#[from] reqwest::Error),
}

impl HttpSender {
    /// A sender that reaches what `policy` lets it reach.
    ///
    /// # Errors
    /// When TLS or the client cannot be set up; nothing that a webhook or a partner can cause.
    pub fn new(policy: AddressPolicy) -> Result<Self, SenderFault> {
        Self::with_lookup(policy, SystemLookup)
    }

    fn with_lookup<L: Lookup>(policy: AddressPolicy, lookup: L) -> Result<Self, SenderFault> {
        let clients = Clients::new(&policy, lookup)?;
        Ok(Self { reach: Arc::new(Reach { policy, clients }), lanes: Lanes::default() })
    }
}

/// Verdicts on addresses and spellings that every version has to keep.
#[cfg(test)]
const VECTORS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/ssrf.json"));
