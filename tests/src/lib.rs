//! What the black-box suites stand on.

pub mod partner;
pub mod runtime_api;
