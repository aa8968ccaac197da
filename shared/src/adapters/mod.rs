//! What stands behind the ports: in the cloud, on one machine, and in simulation.

pub mod aws_http;
pub mod dynamodb;
pub mod http;
pub mod memory;
pub mod sqs;
pub mod system;
mod tls;
