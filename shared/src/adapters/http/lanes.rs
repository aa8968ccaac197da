//! Threads for the connections of exchanges, one exchange on each.
//!
//! Policy: a partner's answer is taken apart on the thread of its exchange and on no other. A
//! connection reads on for as long as more has come, up to the 128 reads that tokio lets a task make
//! at a stretch, each of up to 400 KiB or so; and there is framing that never ends: announcements
//! before an answer, zeros or spaces around the size of a chunk. A partner who pushes that fast
//! enough keeps a thread busy for a second and more at a time. So deadlines are looked at elsewhere,
//! other exchanges have threads of their own, and no connection outlives its exchange by more than
//! that.
//!
//! A thread costs more than an exchange does, so it is kept and used again, as long as nothing can
//! be left of the exchange before: that came to its end by itself, and what it spawned has ended
//! too. Any other thread ends, with all that is on it. Threads are made when they are needed, and an
//! idle one holds no connection, no task and no timer that could go stale while the process stands
//! still.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak, mpsc};
use std::thread;

use tokio::runtime::{self, Handle, Runtime};
use tokio::sync::oneshot::{self, error::RecvError};
use tokio::task;

/// The most threads that are kept idle: more than a call's webhooks that fire together.
const MAX_IDLE: usize = 32;

/// How often what an exchange spawned is let run on before it counts as left over.
const LAST_STEPS: usize = 8;

/// The threads of one sender. They end with it.
#[derive(Default)]
pub(super) struct Lanes {
    idle: Arc<Idle>,
}

/// A way to a thread, which ends when nobody has one any more.
#[derive(Clone)]
struct Lane(mpsc::Sender<Turn>);

/// What a lane does next, and itself, to be put back among the idle ones.
struct Turn {
    work: Pin<Box<dyn Future<Output = End> + Send>>,
    lane: Lane,
}

/// How the work of a turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// By itself.
    Own,
    /// Before its time, because nobody waits for it any more.
    Abandoned,
}

/// Why a lane brought nothing back.
#[derive(Debug, thiserror::Error)]
pub(super) enum LaneFault {
    /// The system gives no thread.
    #[error("there is no thread to connect on")]
    NoThread(#[from] io::Error),
    /// The work panicked.
    #[error("the exchange broke off")]
    BrokeOff(#[from] RecvError),
}

impl Lanes {
    /// Does `work`, and lets what it spawns and connects go on beside it, on a thread where nothing
    /// else goes on. All of it ends when the work is done or this is dropped, as soon as the thread
    /// comes to notice.
    ///
    /// # Errors
    /// When the system gives no thread, or the work panics.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, LaneFault> {
        let (mut hearing, heard) = oneshot::channel();
        let work = Box::pin(async move {
            let done = tokio::select! {
                biased;
                () = hearing.closed() => return End::Abandoned,
                done = work => done,
            };
            hearing.send(done).map_or(End::Abandoned, |()| End::Own)
        });
        let lane = match self.idle.take() {
            Some(lane) => lane,
            None => self.open()?,
        };
        // A lane that is no more drops the work, and that is heard.
        let _ = lane.0.send(Turn { work, lane: lane.clone() });
        Ok(heard.await?)
    }

    fn open(&self) -> io::Result<Lane> {
        self.open_on(thread::Builder::new().name("exchange".to_owned()))
    }

    /// A lane on a thread of this kind. Its runtime is made there: one that a refused thread leaves
    /// behind cannot be dropped where others run.
    fn open_on(&self, thread: thread::Builder) -> io::Result<Lane> {
        let (lane, turns) = mpsc::channel();
        let idle = Arc::downgrade(&self.idle);
        thread.spawn(move || {
            match runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => {
                    serve(&runtime, &turns, &idle);
                    // Without waiting for a name that still resolves.
                    runtime.shutdown_background();
                }
                // The turn is dropped with its channel, and that is heard.
                Err(error) => {
                    let cause = error.to_string();
                    tracing::error!(cause, "a thread for an exchange has nothing to run it on");
                }
            }
        })?;
        Ok(Lane(lane))
    }
}

/// Takes turns until one leaves something behind, or nobody has any more.
fn serve(runtime: &Runtime, turns: &mpsc::Receiver<Turn>, idle: &Weak<Idle>) {
    while let Ok(Turn { work, lane }) = turns.recv() {
        let clear = runtime.block_on(async { work.await == End::Own && is_left_alone().await });
        if !clear || !idle.upgrade().is_some_and(|idle| idle.put(lane)) {
            return;
        }
    }
}

/// Lets what was spawned here end; whether it did.
async fn is_left_alone() -> bool {
    let metrics = Handle::current().metrics();
    for _ in 0..LAST_STEPS {
        if metrics.num_alive_tasks() == 0 {
            return true;
        }
        task::yield_now().await;
    }
    false
}

/// Lanes with nothing on them.
#[derive(Default)]
struct Idle(Mutex<Vec<Lane>>);

impl Idle {
    /// The one that was put here last, whose memory is the warmest.
    fn take(&self) -> Option<Lane> {
        self.lanes().pop()
    }

    /// Whether there was room.
    fn put(&self, lane: Lane) -> bool {
        let mut lanes = self.lanes();
        let room = lanes.len() < MAX_IDLE;
        if room {
            lanes.push(lane);
        }
        room
    }

    fn lanes(&self) -> MutexGuard<'_, Vec<Lane>> {
        // Nothing here panics with the lock held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Lanes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lanes({} idle)", self.idle.lanes().len())
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::future::pending;
    use std::thread::ThreadId;
    use std::time::Duration;

    use tokio::time::{Instant, timeout};

    use super::super::partner::{
        Act, Partner, answer, get, local_sender, redirect, status_and_body,
    };
    use super::*;
    use crate::ports::sender::{BODY_CAP, Outcome, Sender};

    impl Lanes {
        fn idle(&self) -> usize {
            self.idle.lanes().len()
        }

        /// How many threads there are, idle or not.
        fn all(&self) -> usize {
            Arc::weak_count(&self.idle)
        }

        /// Waits until that many are idle, and no other thread is left.
        async fn settled(&self, idle: usize) {
            let settled = async {
                while (self.idle(), self.all()) != (idle, idle) {
                    task::yield_now().await;
                }
            };
            let now = || format!("{} of {} are idle", self.idle(), self.all());
            timeout(Duration::from_secs(20), settled).await.unwrap_or_else(|_| panic!("{}", now()));
        }

        async fn thread(&self) -> ThreadId {
            self.run(async { thread::current().id() }).await.unwrap()
        }
    }

    /// Ends when the second is dropped.
    fn watched() -> (impl Future<Output = ()>, oneshot::Sender<Infallible>) {
        let (until_dropped, dropped) = oneshot::channel::<Infallible>();
        (async { assert!(dropped.await.is_err()) }, until_dropped)
    }

    async fn holding<T>(held: T) {
        pending::<()>().await;
        drop(held);
    }

    #[tokio::test]
    async fn framing_that_never_ends_does_not_put_a_deadline_off() {
        let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        let sender = local_sender();
        for (first, again) in [("", "HTTP/1.1 100 Continue\r\n\r\n"), (chunked, "0")] {
            let act = Act::Flood(first.into(), again.repeat(64 * 1024).into());
            let mut request = get(Partner::playing(vec![act]).url("/"));
            request.timeout = Duration::from_millis(200);
            let begun = Instant::now();

            let exchange = sender.send(request).await;
            let good = Partner::playing(vec![Act::Say(answer("204 No Content", "", ""))]);
            let afterwards = sender.send(get(good.url("/"))).await.outcome;

            assert_eq!(exchange.outcome, Outcome::TimedOut, "{again:?}");
            assert_eq!(status_and_body(&afterwards), (204, &b""[..]));
            assert!(begun.elapsed() < Duration::from_millis(1200), "{:?}", begun.elapsed());
        }
    }

    #[tokio::test]
    async fn a_lane_is_used_again_after_every_end_that_an_exchange_comes_to() {
        let sender = local_sender();
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n";
        for act in [
            Act::Say(answer("200 OK", "", "{}")),
            Act::SayAndHold(answer("200 OK", "", "{}")),
            Act::Say(format!("{head}\r\n2\r\n{{}}\r\n0\r\n\r\n").into_bytes()),
            Act::Say(answer("204 No Content", "", "")),
            redirect("302 Found", "/"),
            Act::SayAndHold(format!("{head}content-encoding: gzip\r\n\r\n").into_bytes()),
            Act::Say(answer("200 OK", "", &"x".repeat(BODY_CAP + 1))),
            Act::Flood(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 1000]),
            Act::Interrupt(b"nonsense\r\n\r\n".to_vec()),
        ] {
            let partner = Partner::playing(vec![act.clone()]);

            sender.send(get(partner.url("/"))).await;

            sender.lanes.settled(1).await;
        }
        let nobody = get(url::Url::parse("http://127.0.0.1:1/").unwrap());
        sender.send(nobody).await;
        sender.lanes.settled(1).await;
    }

    #[tokio::test]
    async fn work_and_what_it_spawns_share_a_thread_that_is_used_again() {
        let lanes = Lanes::default();

        let spawned = async { task::spawn(async { thread::current().id() }).await.unwrap() };
        let there = lanes.run(spawned).await.unwrap();
        lanes.settled(1).await;

        assert_ne!(there, thread::current().id());
        assert_eq!(lanes.thread().await, there);
        lanes.settled(1).await;
    }

    #[tokio::test]
    async fn work_at_the_same_time_has_threads_of_its_own() {
        let lanes = Lanes::default();
        let (free, blocked) = mpsc::channel::<Infallible>();
        let waiting = lanes.run(async move { (thread::current().id(), blocked.recv().is_err()) });
        let (waited, other) = tokio::join!(waiting, async {
            let other = lanes.thread().await;
            drop(free);
            other
        });

        let (first, was_blocked) = waited.unwrap();
        assert!(was_blocked);
        assert_ne!(first, other);
        lanes.settled(2).await;
    }

    #[tokio::test]
    async fn a_lane_with_something_left_on_it_ends() {
        let lanes = Lanes::default();
        let (dropped, until_dropped) = watched();

        lanes.run(async { drop(task::spawn(holding(until_dropped))) }).await.unwrap();

        dropped.await;
        lanes.settled(0).await;
    }

    #[tokio::test]
    async fn a_lane_whose_work_is_given_up_ends_with_what_is_on_it() {
        let lanes = Lanes::default();
        let ((work, until_work), (spawned, until_spawned)) = (watched(), watched());
        let endless = lanes.run(async move {
            task::spawn(holding(until_spawned));
            holding(until_work).await;
        });

        assert!(timeout(Duration::from_millis(50), endless).await.is_err());

        work.await;
        spawned.await;
        lanes.settled(0).await;
    }

    #[tokio::test]
    async fn a_panic_is_work_without_a_result_and_no_more() {
        let lanes = Lanes::default();

        let result = lanes.run(async { panic!("as the test has it") }).await;

        assert!(matches!(result, Err::<(), _>(LaneFault::BrokeOff(_))), "{result:?}");
        lanes.settled(0).await;
        lanes.thread().await;
        lanes.settled(1).await;
    }

    #[tokio::test]
    async fn a_thread_that_the_system_refuses_is_an_error_and_no_more() {
        let lanes = Lanes::default();
        let larger_than_memory = thread::Builder::new().stack_size(1 << 60);

        assert!(lanes.open_on(larger_than_memory).is_err());

        lanes.settled(0).await;
        lanes.thread().await;
        lanes.settled(1).await;
    }

    #[tokio::test]
    async fn idle_lanes_end_with_the_sender() {
        thread_local! {
            static HELD: std::cell::RefCell<Option<oneshot::Sender<Infallible>>> =
                const { std::cell::RefCell::new(None) };
        }
        let lanes = Lanes::default();
        let (ended, until_ended) = watched();
        lanes.run(async { HELD.set(Some(until_ended)) }).await.unwrap();
        lanes.settled(1).await;

        drop(lanes);

        ended.await;
    }

    #[test]
    fn only_so_many_are_kept_idle() {
        let idle = Idle::default();
        let lane = || Lane(mpsc::channel().0);
        assert!((0..MAX_IDLE).all(|_| idle.put(lane())));
        assert!(!idle.put(lane()));
        assert!(idle.take().is_some());
        assert!(idle.put(lane()));
    }
}
