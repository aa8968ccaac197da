//! Work on threads of its own, so that what is measured and what it is measured with do not wait for
//! each other.

use std::future::Future;

use tokio::runtime::{Builder, Runtime};
use tokio::task::block_in_place;

use crate::bench::BenchError;

/// A runtime beside the bench's own; what runs on it ends when this is dropped.
#[derive(Debug)]
pub struct Apart(Option<Runtime>);

impl Apart {
    /// One thread that runs on whatever is asked of it or not: for servers.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn server() -> Result<Self, BenchError> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        runtime.map(|runtime| Self(Some(runtime))).map_err(BenchError::during("starting a thread"))
    }

    /// The caller's thread for as long as it waits, and frozen in between, as a function is: for what
    /// is measured within this process.
    ///
    /// # Errors
    /// When the system gives no poll descriptor.
    pub fn function() -> Result<Self, BenchError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        runtime.map(|runtime| Self(Some(runtime))).map_err(BenchError::during("making a runtime"))
    }

    /// Runs this on it and waits.
    ///
    /// # Errors
    /// Never while this lives; a dropped one has no runtime.
    pub fn run<T>(&self, work: impl Future<Output = T>) -> Result<T, BenchError> {
        let runtime = self.0.as_ref().ok_or_else(|| BenchError::Unexpected("it ended".into()))?;
        Ok(block_in_place(|| runtime.block_on(work)))
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        // Not waited for: this may be dropped where nothing may block.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
