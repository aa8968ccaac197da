//! The whole of Hookline on one machine: the very handlers that the Lambda functions run, before
//! embedded stand-ins for `DynamoDB` and SQS, behind an HTTP front that speaks API Gateway.

pub mod database;
pub mod demo;
mod front;
mod pollers;
pub mod queues;
pub mod routes;
pub mod stack;
