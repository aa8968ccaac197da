//! The store in memory, for simulation alone: many lives of many calls, fast, in one process, gone
//! with it.
//!
//! It is no second store to trust. It has to pass the same conformance suite as the one in
//! `DynamoDB`, and what that suite does not ask is promised by neither.
//!
//! - Every method does its work under one lock, never held across an await, and so holds whole or
//!   not at all.
//! - Calls, deliveries and callers are kept as the domain's own values, and events and postings
//!   merge as the domain merges them.
//! - Nothing is read anew or late: what one copy wrote, every copy reads at once. Calls are kept for
//!   as long as the store is; what has a time of its own is over when a method is told so.
//! - No order depends on chance, so that a simulation replays.

mod advance;
mod callers;
mod calls;
mod campaigns;
mod contacts;
mod deliveries;
mod due;
mod intake;
mod kept_call;
mod kept_caller;
mod keys;
mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use state::State;

/// A store in memory; a copy of it is the same store.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    state: Arc<Mutex<State>>,
}

impl Memory {
    /// A store with nothing in it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
