//! The ports that partners listen on.
//!
//! A Hookline that runs elsewhere may reach this machine only at endpoints that are listed one by
//! one there; `HOOKLINE_PARTNER_PORTS` names their ports. They are taken in turn, so that one that
//! was given back rests for as long as there are others: what Hookline still sends to a partner
//! that is gone should find nobody.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::time::{Instant, MissedTickBehavior, interval};

/// How long a partner waits for a port when all of the range are taken.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often it looks whether one is free.
const LOOK: Duration = Duration::from_millis(50);

/// How many connections may wait to be taken.
const BACKLOG: u32 = 1024;

/// How many ports of the range were tried so far.
static TRIED: AtomicUsize = AtomicUsize::new(0);

/// Opens a port on which a partner may be reached, one like those of [`super::Partner::start`], for
/// a partner that a test plays itself.
///
/// # Errors
/// When no port is free.
pub async fn open() -> io::Result<TcpListener> {
    take(|address| {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    })
    .await
}

/// Takes such a port and lets nobody in: connections to it are refused until it is dropped.
///
/// # Errors
/// When no port is free.
pub async fn shut() -> io::Result<TcpSocket> {
    take(|address| {
        let socket = TcpSocket::new_v4()?;
        socket.bind(address)?;
        Ok(socket)
    })
    .await
}

async fn take<T>(bind: impl Fn(SocketAddr) -> io::Result<T>) -> io::Result<T> {
    match range()? {
        None => bind((Ipv4Addr::LOCALHOST, 0).into()),
        Some(range) => take_one_of(range, &TRIED, PATIENCE, bind).await,
    }
}

async fn take_one_of<T>(
    range: RangeInclusive<u16>,
    tried: &AtomicUsize,
    patience: Duration,
    bind: impl Fn(SocketAddr) -> io::Result<T>,
) -> io::Result<T> {
    let deadline = Instant::now() + patience;
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        for _ in range.clone() {
            let turn = tried.fetch_add(1, Ordering::Relaxed) % range.len();
            let Some(port) = range.clone().nth(turn) else { continue };
            match bind((Ipv4Addr::LOCALHOST, port).into()) {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                bound => return bound,
            }
        }
        if Instant::now() > deadline {
            let fault = format!("all of the ports {range:?} are taken");
            return Err(io::Error::new(io::ErrorKind::AddrInUse, fault));
        }
    }
}

/// The range of `HOOKLINE_PARTNER_PORTS`, if that is set.
#[expect(clippy::disallowed_methods, reason = "the one place where partners read their settings")]
fn range() -> io::Result<Option<RangeInclusive<u16>>> {
    let Ok(text) = std::env::var("HOOKLINE_PARTNER_PORTS") else { return Ok(None) };
    parsed(&text).map(Some).ok_or_else(|| {
        let fault = format!("HOOKLINE_PARTNER_PORTS is {text:?} and not like 18100-18179");
        io::Error::new(io::ErrorKind::InvalidInput, fault)
    })
}

fn parsed(text: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once('-')?;
    let range = first.trim().parse().ok()?..=last.trim().parse().ok()?;
    (!range.is_empty()).then_some(range)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener as StdListener;

    use tokio::net::TcpStream;

    use super::*;

    /// Two ports in a row that were free a moment ago.
    async fn two_free() -> RangeInclusive<u16> {
        loop {
            let first = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
            let first = first.local_addr().unwrap().port();
            let Some(second) = first.checked_add(1) else { continue };
            if TcpListener::bind((Ipv4Addr::LOCALHOST, second)).await.is_ok() {
                return first..=second;
            }
        }
    }

    #[tokio::test]
    async fn ports_are_taken_in_turn_and_awaited_when_all_are_taken() {
        let (range, tried) = (two_free().await, AtomicUsize::new(0));
        let take = |patience| take_one_of(range.clone(), &tried, patience, StdListener::bind);
        let port = |listener: &StdListener| listener.local_addr().unwrap().port();

        let first = take(PATIENCE).await.unwrap();
        let second = take(PATIENCE).await.unwrap();
        assert_eq!((port(&first), port(&second)), (*range.start(), *range.end()));

        let refused = take(Duration::ZERO).await.unwrap_err();
        assert_eq!(refused.to_string(), format!("all of the ports {range:?} are taken"));

        let given_back = async { drop(second) };
        let (third, ()) = tokio::join!(take(PATIENCE), given_back);
        assert_eq!(port(&third.unwrap()), *range.end());
    }

    #[tokio::test]
    async fn a_shut_port_refuses() {
        let shut = shut().await.unwrap();

        let refused = TcpStream::connect(shut.local_addr().unwrap()).await.unwrap_err();

        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    }

    #[test]
    fn a_range_is_two_ports_in_order() {
        assert_eq!(parsed("18100-18179"), Some(18100..=18179));
        for wrong in ["", "18100", "18179-18100", "18100-", "1-65536"] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }
}
