//! The processor: what this process, and single threads of it, take of it, and how much of it a thread
//! may use.

use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use tokio::runtime;
use tokio::sync::{mpsc, oneshot};

use crate::bench::BenchError;

/// What all threads of this process, also those that ended, took of the processor so far.
#[must_use]
pub fn of_process() -> Duration {
    taken(ClockId::ProcessCPUTime)
}

fn taken(clock: ClockId) -> Duration {
    let taken = clock_gettime(clock);
    let seconds = u64::try_from(taken.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(taken.tv_nsec).unwrap_or_default())
}

/// Keeps the calling thread, and those that it starts, to one core; whether that could be done.
#[cfg(target_os = "linux")]
#[must_use]
pub fn only_one_core() -> bool {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    let Ok(allowed) = sched_getaffinity(None) else { return false };
    let Some(core) = (0..CpuSet::MAX_CPU).find(|core| allowed.is_set(*core)) else { return false };
    let mut one = CpuSet::new();
    one.set(core);
    sched_setaffinity(None, &one).is_ok()
}

/// There is no such thing here.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn only_one_core() -> bool {
    false
}

/// A thread of its own for what is asked by what is measured. It ends when dropped.
#[derive(Debug)]
pub struct Aside {
    /// What is asked of the thread is what it used; dropping it is the signal to stop.
    asks: Option<mpsc::UnboundedSender<oneshot::Sender<Duration>>>,
    thread: Option<JoinHandle<()>>,
}

impl Aside {
    /// Starts a thread, keeps there what `make` makes first, and answers with what it tells of it.
    ///
    /// # Errors
    /// What came of `make`, or when there is no thread to be had.
    pub async fn start<K, T, M, F>(make: M) -> Result<(Self, T), BenchError>
    where
        M: FnOnce() -> F + Send + 'static,
        F: Future<Output = Result<(K, T), BenchError>>,
        T: Send + 'static,
    {
        let (asks, mut asked) = mpsc::unbounded_channel::<oneshot::Sender<Duration>>();
        let (tell, told) = oneshot::channel();
        let body = move || {
            let Ok(runtime) = runtime::Builder::new_current_thread().enable_all().build() else {
                return;
            };
            runtime.block_on(async {
                let (kept, answer) = match make().await {
                    Ok((kept, value)) => (Some(kept), Ok(value)),
                    Err(fault) => (None, Err(fault)),
                };
                let _ = tell.send(answer);
                while let Some(ask) = asked.recv().await {
                    let _ = ask.send(taken(ClockId::ThreadCPUTime));
                }
                drop(kept);
            });
        };
        let thread = Builder::new().name("aside".to_owned()).spawn(body);
        let thread = thread.map_err(BenchError::during("starting a thread"))?;
        let value = told.await.map_err(BenchError::during("starting a thread"))??;
        Ok((Self { asks: Some(asks), thread: Some(thread) }, value))
    }

    /// What the thread has used.
    ///
    /// # Errors
    /// When it has ended.
    pub async fn used(&self) -> Result<Duration, BenchError> {
        let (ask, told) = oneshot::channel();
        // Not sent, it is dropped, and nothing is told.
        let _ = self.asks.as_ref().map(|asks| asks.send(ask));
        told.await.map_err(BenchError::during("asking a thread what it used"))
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        drop(self.asks.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_thread_keeps_what_was_made_and_tells_what_it_used() {
        let (aside, told) = Aside::start(async || Ok(((), 7))).await.unwrap();

        assert_eq!(told, 7);
        assert!(aside.used().await.unwrap() <= of_process());
    }

    #[tokio::test]
    async fn what_cannot_be_made_is_told() {
        let failing = async || Err::<((), ()), _>(BenchError::Unexpected("no".to_owned()));

        assert_eq!(Aside::start(failing).await.unwrap_err().to_string(), "no");
    }
}
