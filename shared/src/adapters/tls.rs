//! The TLS configuration of everything here that connects, made once a process.
//!
//! Policy: roots are compiled in, since scanning the system's costs a cold start tens of
//! milliseconds; one crypto provider; and one memory of sessions, so that a server that was met a
//! moment ago is met again with half a handshake.

use std::sync::{Arc, OnceLock};

use rustls::{ClientConfig, RootCertStore};

static CONFIG: OnceLock<ClientConfig> = OnceLock::new();

/// The configuration, to be spoken over it what `protocols` names (RFC 7301), most wanted first.
///
/// # Errors
/// When the provider and its protocols do not hold together.
pub(super) fn config(protocols: &[&[u8]]) -> Result<ClientConfig, rustls::Error> {
    let mut config = made()?.clone();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    Ok(config)
}

fn made() -> Result<&'static ClientConfig, rustls::Error> {
    if let Some(made) = CONFIG.get() {
        return Ok(made);
    }
    let made = make()?;
    Ok(CONFIG.get_or_init(|| made))
}

fn make() -> Result<ClientConfig, rustls::Error> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}
