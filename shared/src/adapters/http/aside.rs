//! A thread for the connections of one exchange.
//!
//! Policy: a partner's answer is taken apart on this thread and on no other. A connection reads on
//! for as long as more has come, up to the 128 reads that tokio lets a task make at a stretch, each
//! of up to 400 KiB or so; and there is framing that never ends: announcements before an answer,
//! zeros or spaces around the size of a chunk. A partner who pushes that fast enough keeps a thread
//! busy for a second and more at a time. So deadlines are looked at elsewhere, other exchanges have
//! threads of their own, and no connection outlives its exchange by more than that.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::thread;

use tokio::runtime;
use tokio::sync::oneshot;

/// Does `work` here, and lets what it spawns and connects go on beside it, on a thread that ends
/// when it is done or dropped.
///
/// # Errors
/// When the system gives no thread.
pub(super) async fn aside<T>(work: impl Future<Output = T>) -> io::Result<T> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let there = runtime.handle().clone();
    let (_until_the_end, end) = oneshot::channel::<Infallible>();
    thread::Builder::new().name("exchange".to_owned()).spawn(move || {
        let _ = runtime.block_on(end);
        // Without waiting for a name that still resolves.
        runtime.shutdown_background();
    })?;
    let mut work = pin!(work);
    let done = poll_fn(|cx| {
        let _there = there.enter();
        work.as_mut().poll(cx)
    });
    Ok(done.await)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::super::partner::{Act, Partner, get, local_sender};
    use super::*;
    use crate::ports::sender::{Outcome, Sender};

    #[tokio::test]
    async fn framing_that_never_ends_does_not_put_a_deadline_off() {
        let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        for (first, again) in [("", "HTTP/1.1 100 Continue\r\n\r\n"), (chunked, "0")] {
            let act = Act::Flood(first.into(), again.repeat(64 * 1024).into());
            let mut request = get(Partner::playing(vec![act]).url("/"));
            request.timeout = Duration::from_millis(200);
            let begun = Instant::now();

            let exchange = local_sender().send(request).await;

            assert_eq!(exchange.outcome, Outcome::TimedOut, "{again:?}");
            assert!(begun.elapsed() < Duration::from_millis(1200), "{:?}", begun.elapsed());
        }
    }

    #[tokio::test]
    async fn what_is_spawned_runs_on_the_other_thread_and_ends_with_the_work() {
        let (until_dropped, dropped) = oneshot::channel::<Infallible>();

        let there = aside(async {
            tokio::spawn(async move {
                let _until_dropped = until_dropped;
                std::future::pending::<()>().await;
            });
            tokio::spawn(async { thread::current().id() }).await.unwrap()
        });

        assert_ne!(there.await.unwrap(), thread::current().id());
        assert!(dropped.await.is_err());
    }
}
