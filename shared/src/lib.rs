//! Hookline: campaign webhooks for phone calls.
//!
//! The domain (campaigns, calls and their course, deliveries, tags, matches, templates, answers,
//! geography) is pure; the [`use_cases`] act on it through [`ports`]; [`adapters`] put `DynamoDB`, SQS
//! and HTTP behind those.
//! Arrows run one way: use cases → domain, adapters → ports.

pub mod adapters;
pub mod allowance;
pub mod answer;
pub mod call;
pub mod campaign;
pub mod course;
pub mod credential;
pub mod delivery;
pub mod facts;
pub mod fault;
pub mod fields;
pub mod geo;
pub mod key;
pub mod matching;
pub mod phone;
pub mod ports;
pub mod secret;
pub mod signature;
pub mod tag;
pub mod template;
pub mod time;
pub mod token;
pub mod trigger;
pub mod use_cases;
pub mod window;
