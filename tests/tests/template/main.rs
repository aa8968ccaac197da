//! `template.yaml` against the code that it deploys: what has to hold between the two and no tool
//! for templates can know.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a template that does not read fails the test"
)]

mod alarms;
mod amazon_connect;
mod api;
mod asks;
mod dashboard;
mod domain;
mod functions;
mod gate;
mod managed;
mod metrics;
mod outputs;
mod parameters;
mod policy;
mod queues;
mod roles;
mod table;
