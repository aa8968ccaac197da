//! Hookline's Lambda functions: what stands between the Lambda runtime and the use cases.
//!
//! A `main` reads the [`environment`], makes the desk that its function sits at and hands it to the
//! [`runtime`]. A desk takes an invocation's payload, whatever [`envelope`] it came in, and answers
//! in kind. The local stack calls the very same desks.

pub mod api;
pub mod envelope;
pub mod environment;
pub mod event_desk;
pub mod log;
pub mod postback_desk;
pub mod problem;
pub mod runtime;
