//! A table in an embedded database, and what lies in it.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use hookline::adapters::dynamodb::{DynamoDb, create_table};
use hookline_local::database::Database;

/// How long a request may take. A machine that is busy with other tests is not the store's fault, and
/// one that is sent again after a second would find that it was done.
const PATIENCE: Duration = Duration::from_mins(1);

/// One table in memory.
pub(crate) struct Table {
    name: String,
    client: Client,
    _database: Database,
}

impl Table {
    /// A table with nothing in it.
    pub(crate) async fn empty() -> Self {
        let database = Database::start(None).await.unwrap();
        let settings = database.store_settings("hookline");
        let timeouts = TimeoutConfig::builder()
            .operation_timeout(PATIENCE)
            .operation_attempt_timeout(PATIENCE)
            .build();
        let config = settings.client().config().to_builder().timeout_config(timeouts).build();
        let (client, name) = (Client::from_conf(config), settings.table);
        create_table(&client, &name).await.unwrap();
        Self { name, client, _database: database }
    }

    /// An adapter that remembers nothing.
    pub(crate) fn adapter(&self) -> DynamoDb {
        DynamoDb::new(self.client.clone(), self.name.clone())
    }

    /// Everything in the table, by its key, as text.
    pub(crate) async fn items(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        let scanned = self.client.scan().table_name(&self.name).send().await.unwrap();
        assert_eq!(scanned.last_evaluated_key, None, "more than one page");
        let items = scanned.items.unwrap_or_default().into_iter().map(|item| {
            let place = format!("{} {}", item["pk"].as_s().unwrap(), item["sk"].as_s().unwrap());
            let text = |(name, value)| (name, format!("{value:?}"));
            (place, item.into_iter().map(text).collect())
        });
        items.collect()
    }

    /// Takes an item away, as the table does with one whose time is over.
    pub(crate) async fn delete(&self, pk: &str, sk: &str) {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let delete = self.client.delete_item().table_name(&self.name);
        delete.key("pk", text(pk)).key("sk", text(sk)).send().await.unwrap();
    }

    /// Sets an attribute of an item, as an older version may have written it.
    pub(crate) async fn set(&self, pk: &str, sk: &str, name: &str, value: &str) {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let update = self.client.update_item().table_name(&self.name);
        let update = update.key("pk", text(pk)).key("sk", text(sk));
        let update = update.update_expression("SET #name = :value");
        let update = update.expression_attribute_names("#name", name);
        update.expression_attribute_values(":value", text(value)).send().await.unwrap();
    }

    /// A whole number in an item of the table.
    pub(crate) async fn number(&self, pk: &str, sk: &str, name: &str) -> i64 {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let get = self.client.get_item().table_name(&self.name);
        let found = get.key("pk", text(pk)).key("sk", text(sk)).send().await.unwrap();
        found.item.unwrap()[name].as_n().unwrap().parse().unwrap()
    }
}
