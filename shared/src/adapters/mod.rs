//! What stands behind the ports in the cloud and on one machine.

pub mod dynamodb;
pub mod http;
pub mod sqs;
pub mod system;
