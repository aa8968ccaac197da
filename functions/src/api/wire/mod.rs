//! What requests and answers are made of, one file a noun.
//!
//! Answers are structures that serialise as their schema says. Documents that the domain reads and
//! writes itself (campaigns, webhooks, keys to be made) have structures that only say what it takes.

pub(crate) mod attempt;
pub(crate) mod call;
pub(crate) mod campaign;
pub(crate) mod delivery;
pub(crate) mod key;
pub(crate) mod page;
pub(crate) mod replay;
pub(crate) mod sample;
mod scalar;
mod shown_deliveries;
mod story;
pub(crate) mod trial;
pub(crate) mod webhook;
mod word;

pub(crate) use self::scalar::{Amount, GivenAmount, GivenTime, Tags, Time};
pub(crate) use self::word::{DeliveryStatus, FailureKind, KeyScope, Trigger};
