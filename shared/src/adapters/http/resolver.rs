//! Names to addresses, vetted at the moment of use.
//!
//! Policy: a name is refused if any of its addresses is, so that no answer order or later retry
//! picks the bad one; and the connection goes to the very addresses that were vetted, so that a
//! name cannot lead elsewhere the second time it is asked (rebinding).

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::policy::Clearance;

/// Asks for the addresses of a name.
pub(super) trait Lookup: Send + Sync + 'static {
    /// The addresses of `name`, in order of preference.
    fn lookup(&self, name: &str) -> impl Future<Output = io::Result<Vec<IpAddr>>> + Send;
}

/// The operating system's own resolver.
#[derive(Debug)]
pub(super) struct SystemLookup;

impl Lookup for SystemLookup {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((name, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

/// Resolves for one client: every destination of that client has the same clearance.
#[derive(Debug)]
pub(super) struct VettingResolver<L> {
    lookup: Arc<L>,
    clearance: Clearance,
}

impl<L: Lookup> VettingResolver<L> {
    pub(super) fn new(lookup: Arc<L>, clearance: Clearance) -> Self {
        Self { lookup, clearance }
    }
}

/// Why a name leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum ResolveFault {
    /// It has no address, or nobody could tell.
    #[error("the name does not resolve")]
    NoAddress,
    /// One of its addresses is not permitted.
    #[error("the name leads to an address that is not permitted")]
    NotPermitted,
}

async fn vetted<L: Lookup>(
    lookup: &L,
    name: &str,
    clearance: Clearance,
) -> Result<Vec<IpAddr>, ResolveFault> {
    let addresses = lookup.lookup(name).await.map_err(|_| ResolveFault::NoAddress)?;
    if addresses.is_empty() {
        return Err(ResolveFault::NoAddress);
    }
    if !addresses.iter().all(|ip| clearance.permits(*ip)) {
        return Err(ResolveFault::NotPermitted);
    }
    Ok(addresses)
}

impl<L: Lookup> Resolve for VettingResolver<L> {
    fn resolve(&self, name: Name) -> Resolving {
        let (lookup, clearance) = (Arc::clone(&self.lookup), self.clearance);
        Box::pin(async move {
            let addresses = vetted(&*lookup, name.as_str(), clearance).await?;
            // Port 0 stands for the port of the URL.
            let addresses = addresses.into_iter().map(|ip| SocketAddr::new(ip, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Answering(Vec<&'static str>);

    impl Lookup for Answering {
        async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
            Ok(self.0.iter().map(|ip| ip.parse().unwrap()).collect())
        }
    }

    async fn resolved(addresses: &[&'static str]) -> Result<usize, ResolveFault> {
        let lookup = Answering(addresses.to_vec());
        vetted(&lookup, "a.example", Clearance::PUBLIC_ONLY).await.map(|found| found.len())
    }

    #[tokio::test]
    async fn one_bad_address_spoils_the_name() {
        assert_eq!(resolved(&["8.8.8.8", "2600::1"]).await, Ok(2));
        for bad in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:8.8.8.8"] {
            assert_eq!(resolved(&[bad]).await, Err(ResolveFault::NotPermitted), "{bad}");
            assert_eq!(resolved(&["8.8.8.8", bad]).await, Err(ResolveFault::NotPermitted), "{bad}");
            assert_eq!(resolved(&[bad, "8.8.8.8"]).await, Err(ResolveFault::NotPermitted), "{bad}");
        }
    }

    #[tokio::test]
    async fn no_address_is_a_fault() {
        assert_eq!(resolved(&[]).await, Err(ResolveFault::NoAddress));
    }
}
