//! A client without Hookline, on one thread as a function is: what partners and the store take by
//! themselves.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::try_join_all;
use reqwest::redirect::Policy;
use tokio::runtime::{Builder, Runtime};
use tokio::task::block_in_place;
use tokio::time::Instant;

use crate::bench::BenchError;
use crate::world::World;

/// How many attributes a written item has.
const ATTRIBUTES: usize = 16;
/// How long each of them is, in bytes: together as much as a call with a few tags.
const ATTRIBUTE_BYTES: usize = 48;

/// The sender's own window over HTTP/2, in bytes.
const WINDOW: u32 = 128 * 1024;

/// The client.
#[derive(Debug)]
pub struct Bare {
    http: reqwest::Client,
    store: Client,
    table: String,
    writes: u64,
    runtime: Frozen,
}

impl Bare {
    /// A client of that world's store, with the sender's connection settings.
    ///
    /// # Errors
    /// When it cannot be built.
    pub fn new(world: &World) -> Result<Self, BenchError> {
        let http = client().map_err(BenchError::during("building a client"))?;
        let (store, table) = (world.settings.client(), world.settings.table.clone());
        Ok(Self { http, store, table, writes: 0, runtime: Frozen::new()? })
    }

    /// Asks these addresses at the same time and reads every answer: how long the slowest took.
    ///
    /// # Errors
    /// When one does not answer 2xx.
    pub fn slowest(&self, addresses: &[String]) -> Result<Duration, BenchError> {
        let one = async |address: &String| {
            let asked = Instant::now();
            let answer = self.http.get(address).send().await?.error_for_status()?;
            answer.bytes().await?;
            Ok(asked.elapsed())
        };
        let all = self.runtime.run(try_join_all(addresses.iter().map(one)))?;
        let all = all.map_err(BenchError::during::<reqwest::Error>("asking a partner"))?;
        Ok(all.into_iter().max().unwrap_or_default())
    }

    /// Writes items of a call's size, one after the other: how long that many took.
    ///
    /// # Errors
    /// When the store does not take one.
    pub fn writes(&mut self, count: u64) -> Result<Duration, BenchError> {
        let first = self.writes;
        self.writes += count;
        let written = self.runtime.run(async {
            let asked = Instant::now();
            for number in first..self.writes {
                self.write(number).await?;
            }
            Ok(asked.elapsed())
        })?;
        written.map_err(|fault: aws_sdk_dynamodb::Error| BenchError::during("writing")(fault))
    }

    async fn write(&self, number: u64) -> Result<(), aws_sdk_dynamodb::Error> {
        let assignments = (0..ATTRIBUTES).map(|index| format!("a{index} = :a{index}"));
        let assignments = assignments.collect::<Vec<_>>().join(", ");
        let value = AttributeValue::S("x".repeat(ATTRIBUTE_BYTES));
        let values: HashMap<String, AttributeValue> =
            (0..ATTRIBUTES).map(|index| (format!(":a{index}"), value.clone())).collect();
        self.store
            .update_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(format!("BARE#{number}")))
            .key("sk", AttributeValue::S("CALL".to_owned()))
            .update_expression(format!("SET {assignments}"))
            .set_expression_attribute_values(Some(values))
            .send()
            .await?;
        Ok(())
    }
}

/// A client with the settings of the sender's own, but for the roots, which plain HTTP has no use
/// for.
///
/// # Errors
/// When it cannot be built.
#[expect(clippy::disallowed_methods, reason = "this is what the sender is measured beside")]
pub fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .pool_max_idle_per_host(0)
        .http2_initial_stream_window_size(WINDOW)
        .http2_initial_connection_window_size(WINDOW)
        .tcp_nodelay(true)
        .build()
}

/// A runtime on the caller's thread for as long as that waits, and frozen in between, as a function's
/// is.
#[derive(Debug)]
struct Frozen(Option<Runtime>);

impl Frozen {
    fn new() -> Result<Self, BenchError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        runtime.map(|runtime| Self(Some(runtime))).map_err(BenchError::during("making a runtime"))
    }

    /// Runs this on it and waits.
    fn run<T>(&self, work: impl Future<Output = T>) -> Result<T, BenchError> {
        let runtime = self.0.as_ref().ok_or_else(|| BenchError::Unexpected("it ended".into()))?;
        Ok(block_in_place(|| runtime.block_on(work)))
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        // Not waited for: this may be dropped where nothing may block.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
