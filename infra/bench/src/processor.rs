//! What this process, and single threads of it, use of the processor.

use std::fs::{read_link, read_to_string};
use std::path::{Path, PathBuf};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use tokio::runtime;
use tokio::sync::oneshot;

use crate::bench::BenchError;

/// A tick of the processor's clock, of which there are 100 a second (proc(5), `USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// What this process has used, in user and system mode, to within some ticks.
///
/// # Errors
/// When the system does not tell.
pub fn of_process() -> Result<Duration, BenchError> {
    used(Path::new("/proc/self/stat"))
}

/// A thread of its own for what is asked by what is measured. It ends when dropped.
#[derive(Debug)]
pub struct Aside {
    statistics: PathBuf,
    /// Never sent to: dropping it is the signal to stop.
    running: Option<oneshot::Sender<()>>,
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
        let (running, stopped) = oneshot::channel::<()>();
        let (tell, told) = oneshot::channel();
        let body = move || {
            let Ok(runtime) = runtime::Builder::new_current_thread().enable_all().build() else {
                return;
            };
            runtime.block_on(async {
                let here = read_link("/proc/thread-self");
                let here = here.map_err(BenchError::during("asking for a thread's name"));
                let (kept, answer) = match make().await {
                    Ok((kept, value)) => (Some(kept), here.map(|here| (here, value))),
                    Err(fault) => (None, Err(fault)),
                };
                let _ = tell.send(answer);
                let _ = stopped.await;
                drop(kept);
            });
        };
        let thread = Builder::new().name("aside".to_owned()).spawn(body);
        let thread = thread.map_err(BenchError::during("starting a thread"))?;
        let (here, value) = told.await.map_err(BenchError::during("starting a thread"))??;
        let statistics = Path::new("/proc").join(here).join("stat");
        Ok((Self { statistics, running: Some(running), thread: Some(thread) }, value))
    }

    /// What the thread has used.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn used(&self) -> Result<Duration, BenchError> {
        used(&self.statistics)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        drop(self.running.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// User and system time by a `stat` file: the 14th and 15th fields.
fn used(statistics: &Path) -> Result<Duration, BenchError> {
    let told = read_to_string(statistics);
    let told = told.map_err(BenchError::during(format!("reading {}", statistics.display())))?;
    // A name in parentheses, which may hold anything, is the second.
    let after = told.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks = after.split_whitespace().skip(11).take(2).map(str::parse::<u32>);
    let ticks: Vec<u32> = ticks.filter_map(Result::ok).collect();
    match ticks[..] {
        [user, system] => Ok(TICK * (user + system)),
        _ => Err(BenchError::Unexpected(format!("{} says {told}", statistics.display()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_thread_keeps_what_was_made_and_tells_what_it_used() {
        let (aside, told) = Aside::start(async || Ok(((), 7))).await.unwrap();

        assert_eq!(told, 7);
        assert!(aside.used().unwrap() <= of_process().unwrap());
    }

    #[tokio::test]
    async fn what_cannot_be_made_is_told() {
        let failing = async || Err::<((), ()), _>(BenchError::Unexpected("no".to_owned()));

        assert_eq!(Aside::start(failing).await.unwrap_err().to_string(), "no");
    }
}
