//! The two loops that are measured beside each other.

use std::cell::Cell;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::future::try_join_all;
use hookline::adapters::http::{AddressPolicy, HttpSender, Loopback, PrivateEndpoints};
use hookline::ports::sender::{BODY_CAP, Outcome, Request, Sender, outgoing_headers};
use hookline::trigger::Class;
use http::{HeaderMap, Method};
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;
use url::Url;

use super::answering::BODY;
use crate::bare::client;
use crate::bench::BenchError;
use crate::processor::of_process;

/// Whose loop.
#[derive(Debug, Clone, Copy)]
pub(super) enum Side {
    /// The sender's.
    Ours,
    /// The client's alone.
    Bare,
}

/// What some requests in a row came to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    /// Requests a second.
    pub(super) per_second: f64,
    /// Microseconds of the processor a request.
    pub(super) cpu_micros: f64,
}

/// The sender and the client, both on the caller's thread, as they are in a function.
#[derive(Debug)]
pub(super) struct Loops {
    runtime: Runtime,
    sender: HttpSender,
    client: reqwest::Client,
    url: Url,
}

impl Loops {
    /// Both of them, for that partner.
    pub(super) fn new(partner: &Url) -> Result<Self, BenchError> {
        let failed = "making a sender and a client";
        let policy = AddressPolicy::new(Loopback::Allowed, PrivateEndpoints::default(), None);
        let policy = policy.map_err(BenchError::during(failed))?;
        Ok(Self {
            runtime: Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(BenchError::during(failed))?,
            sender: HttpSender::new(policy).map_err(BenchError::during(failed))?,
            client: client().map_err(BenchError::during(failed))?,
            url: partner.clone(),
        })
    }

    /// Does that many requests, so many of them at the same time.
    #[expect(clippy::cast_precision_loss, reason = "there are thousands of requests at most")]
    pub(super) fn block(
        &self,
        side: Side,
        at_once: usize,
        requests: usize,
    ) -> Result<Block, BenchError> {
        let left = Cell::new(requests);
        let one = async || {
            while let Some(fewer) = left.get().checked_sub(1) {
                left.set(fewer);
                match side {
                    Side::Ours => self.send().await?,
                    Side::Bare => self.ask().await?,
                }
            }
            Ok::<_, BenchError>(())
        };
        let (begun, before) = (Instant::now(), of_process());
        self.runtime.block_on(try_join_all((0..at_once).map(|_| one())))?;
        let (took, cpu) = (begun.elapsed(), of_process().saturating_sub(before));
        let requests = requests as f64;
        Ok(Block {
            per_second: requests / took.as_secs_f64(),
            cpu_micros: cpu.as_secs_f64() * 1e6 / requests,
        })
    }

    async fn send(&self) -> Result<(), BenchError> {
        let request = Request {
            method: Method::GET,
            url: self.url.clone(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            timeout: Duration::from_secs(5),
        };
        match self.sender.send(request).await.outcome {
            Outcome::Answered(answer) => expected(answer.status, &answer.body),
            other => Err(BenchError::Unexpected(format!("an exchange came to {other:?}"))),
        }
    }

    async fn ask(&self) -> Result<(), BenchError> {
        let failed = "asking a partner";
        let headers = outgoing_headers(&HeaderMap::new(), Class::Ping);
        let sent = self.client.get(self.url.clone()).headers(headers).send().await;
        let mut response = sent.map_err(BenchError::during(failed))?;
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(BenchError::during(failed))? {
            if body.len() + chunk.len() > BODY_CAP {
                break;
            }
            body.extend_from_slice(&chunk);
        }
        expected(response.status().as_u16(), &body)
    }
}

fn expected(status: u16, body: &[u8]) -> Result<(), BenchError> {
    if (status, body) == (200, BODY.as_bytes()) {
        return Ok(());
    }
    let body = String::from_utf8_lossy(body);
    Err(BenchError::Unexpected(format!("a partner answered {status} {body}")))
}
