//! What the black-box suites stand on.

pub mod api_gateway;
pub mod browser;
pub mod client;
pub mod lambda;
pub mod partner;
pub mod queues;
pub mod runtime_api;
pub mod showcase;
pub mod simulation;
pub mod target;
pub mod template;
pub mod twilio;
