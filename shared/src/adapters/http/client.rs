//! The HTTP clients, built once at start.
//!
//! Policy: no proxy, redirect, retry, referer or cookie of the client's own; no idle connection is kept,
//! because one that was frozen with the function fails when thawed, and a request on a fresh
//! connection is never silently sent twice. What a partner can make a client hold is bounded: a head
//! over HTTP/1.1 by the client itself, about 400 KiB, and a body over HTTP/2 by its window.
//!
//! A resolver sees names without ports, while exceptions are for exact ports; so each clearance
//! that the policy can give has its own client. With no exceptions that is one.

use std::sync::Arc;

use reqwest::redirect;
use rustls::ClientConfig;

use super::SenderFault;
use super::policy::{AddressPolicy, Clearance};
use super::resolver::{Lookup, VettingResolver};
use crate::adapters::tls;

/// How much of a body a partner may send ahead of its being read, over HTTP/2: more than the cap,
/// so that a body over it shows, and not much more.
const WINDOW: u32 = 128 * 1024;

/// A client for each clearance.
#[derive(Debug)]
pub(super) struct Clients {
    public_only: reqwest::Client,
    others: Vec<(Clearance, reqwest::Client)>,
}

impl Clients {
    /// Builds the clients that `policy` can ask for.
    pub(super) fn new<L: Lookup>(policy: &AddressPolicy, lookup: L) -> Result<Self, SenderFault> {
        let lookup = Arc::new(lookup);
        // A configuration of our own is taken as it is, so what is spoken has to be said here.
        let tls = tls::config(&[b"h2", b"http/1.1"])?;
        let cleared =
            |clearance| client(&tls, VettingResolver::new(Arc::clone(&lookup), clearance));
        let mut others = Vec::new();
        for clearance in policy.clearances() {
            if clearance != Clearance::PUBLIC_ONLY {
                others.push((clearance, cleared(clearance)?));
            }
        }
        Ok(Self { public_only: cleared(Clearance::PUBLIC_ONLY)?, others })
    }

    /// The client whose names may lead to what `clearance` permits, and to public addresses alone
    /// should the clearance be an unknown one.
    pub(super) fn cleared_for(&self, clearance: Clearance) -> &reqwest::Client {
        let found = self.others.iter().find(|(of, _)| *of == clearance);
        found.map_or(&self.public_only, |(_, client)| client)
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that builds a client")]
fn client<L: Lookup>(
    tls: &ClientConfig,
    resolver: VettingResolver<L>,
) -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .dns_resolver(resolver)
        .no_proxy()
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .pool_max_idle_per_host(0)
        .http2_initial_stream_window_size(WINDOW)
        .http2_initial_connection_window_size(WINDOW)
        .tcp_nodelay(true)
        .build()
}
