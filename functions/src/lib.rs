//! Hookline's Lambda functions: what stands between the Lambda runtime and the use cases.
//!
//! A `main` reads the [`environment`], makes its function's handler and hands it to the
//! [`runtime`]. A handler takes an invocation's payload, whatever [`envelope`] it came in, and answers
//! in kind. The local stack calls the very same handlers.

mod api;
mod console;
pub mod envelope;
pub mod environment;
pub mod event_handler;
mod first_key;
pub mod hint_handlers;
mod key_lookup;
pub mod log;
pub mod management;
pub mod metrics;
mod platforms;
pub mod postback_handler;
pub mod problem;
pub mod public_url;
pub mod runtime;
mod samples;
