//! A table of the embedded engine in a file, filled past the wire with copies of a call that was
//! really played.

use std::net::Ipv4Addr;

use aws_sdk_dynamodb::types::AttributeValue as Told;
use dynoxide::server::serve_with_shutdown;
use dynoxide::{AttributeValue, Database, ImportOptions, Item};
use hookline::adapters::dynamodb::{CallPartitions, create_table};
use hookline::campaign::CampaignId;
use hookline::phone::E164;
use hookline::ports::callers::Caller;
use hookline::time::Day;
use hookline_functions::environment::StoreSettings;
use hookline_local::database::store_settings;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::block_in_place;

use crate::bench::BenchError;
use crate::handlers::call_id;
use crate::processor::Aside;

const TABLE: &str = "hookline";
/// The call that is copied, and its caller: as long as the names of the copies.
pub(super) const EXAMPLE: &str = "filled-example";
pub(super) const CALLER: &str = "+16140000000";
/// Calls that are copied in one transaction of the engine.
const AT_ONCE: u32 = 5_000;

/// A table that grows. Its file goes when it is dropped.
pub(super) struct Table {
    /// How it is reached.
    pub(super) settings: StoreSettings,
    engine: Database,
    calls: u32,
    /// Dropped in order: what is never sent to is the signal to stop.
    _kept: (oneshot::Sender<()>, Aside, TempDir),
}

impl Table {
    /// An empty one.
    pub(super) async fn create() -> Result<Self, BenchError> {
        let folder = tempfile::tempdir().map_err(BenchError::during("making a folder"))?;
        let file = folder.path().join("table.sqlite");
        let engine = Database::new(&file.to_string_lossy());
        let engine = engine.map_err(BenchError::during("opening a table"))?;
        // What it holds is of use to this run alone.
        engine.enable_bulk_loading().map_err(BenchError::during("opening a table"))?;
        let (running, stopped) = oneshot::channel::<()>();
        let behind = engine.clone();
        let (thread, endpoint) = Aside::start(async move || {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
            let listener = listener.map_err(BenchError::during("listening"))?;
            let address = listener.local_addr().map_err(BenchError::during("listening"))?;
            let stopped = async {
                let _ = stopped.await;
            };
            let server = tokio::spawn(serve_with_shutdown(listener, behind, stopped));
            Ok((server, format!("http://{address}")))
        })
        .await?;
        let settings = store_settings(endpoint, TABLE);
        let made = create_table(&settings.client(), TABLE).await;
        made.map_err(BenchError::during("making the table"))?;
        let kept = (running, thread, folder);
        Ok(Self { settings, engine, calls: 0, _kept: kept })
    }

    /// The items of the call [`EXAMPLE`] and of its caller in that campaign.
    pub(super) async fn example(&self, campaign: &str) -> Result<Vec<Item>, BenchError> {
        let client = self.settings.client();
        let mut items = Vec::new();
        for partition in [format!("CALL#{EXAMPLE}"), format!("CALLER#{campaign}#{CALLER}")] {
            let found = client
                .query()
                .table_name(TABLE)
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", Told::S(partition))
                .send()
                .await
                .map_err(BenchError::during("reading the example"))?;
            for item in found.items.unwrap_or_default() {
                let attributes = item.into_iter().filter_map(|(name, value)| {
                    let value = match value {
                        Told::S(text) => AttributeValue::S(text),
                        Told::N(number) => AttributeValue::N(number),
                        Told::Bool(flag) => AttributeValue::BOOL(flag),
                        Told::Ss(set) => AttributeValue::SS(set),
                        _ => return None,
                    };
                    Some((name, value))
                });
                items.push(attributes.collect());
            }
        }
        match items.len() {
            3.. => Ok(items),
            found => Err(BenchError::Unexpected(format!("the example left {found} items"))),
        }
    }

    /// Fills it with copies of the example until it has so many calls.
    pub(super) fn fill(&mut self, example: &[Item], calls: u32) -> Result<(), BenchError> {
        while self.calls < calls {
            let until = calls.min(self.calls + AT_ONCE);
            let copies =
                (self.calls..until).flat_map(|n| example.iter().map(move |item| copy(item, n)));
            let copies = copies.collect::<Result<Vec<Item>, BenchError>>()?;
            let options = ImportOptions::default();
            let imported = block_in_place(|| self.engine.import_items(TABLE, copies, options));
            imported.map_err(BenchError::during("filling the table"))?;
            self.calls = until;
        }
        Ok(())
    }
}

/// The item as the call with that number, of a caller of its own, has it.
fn copy(item: &Item, number: u32) -> Result<Item, BenchError> {
    let (call, caller) = (format!("filled-{number:07}"), format!("+1614{number:07}"));
    let named = |text: &str| text.replace(EXAMPLE, &call).replace(CALLER, &caller);
    let attribute = |(name, value): (&String, &AttributeValue)| {
        let value = match value {
            AttributeValue::S(text) if name == "log" => {
                AttributeValue::S(log_partition(text, &call, &caller)?)
            }
            AttributeValue::S(text) => AttributeValue::S(named(text)),
            AttributeValue::N(time) if name == "logged_at" => {
                let time: i64 = time.parse().unwrap_or_default();
                AttributeValue::N((time - i64::from(number)).to_string())
            }
            AttributeValue::SS(set) => {
                AttributeValue::SS(set.iter().map(|text| named(text)).collect())
            }
            other => other.clone(),
        };
        Ok((name.clone(), value))
    };
    item.iter().map(attribute).collect()
}

/// The partition of a caller's call in the index `log`, among those of the same campaign and day as
/// `example`.
fn log_partition(example: &str, call: &str, caller: &str) -> Result<String, BenchError> {
    let mut parts = example.split('#');
    let campaign = CampaignId::parse(parts.next().unwrap_or_default());
    let campaign = campaign.map_err(BenchError::during("naming a campaign"))?;
    let day = Day::parse(parts.next().unwrap_or_default());
    let day = day.ok_or_else(|| BenchError::Unexpected(format!("no day in {example}")))?;
    let number = E164::parse(caller).map_err(BenchError::during("numbering a caller"))?;
    let caller = Caller { campaign: &campaign, number: &number };
    Ok(CallPartitions::of(&call_id(call)?, caller, day).log)
}
