//! The table's shape, as `template.yaml` declares it for the cloud.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};

use super::failure::failed;
use crate::ports::StoreError;

/// Key attributes with their types.
const ATTRIBUTES: [(&str, ScalarAttributeType); 6] = [
    ("pk", ScalarAttributeType::S),
    ("sk", ScalarAttributeType::S),
    ("due_shard", ScalarAttributeType::N),
    ("due_at", ScalarAttributeType::N),
    ("log", ScalarAttributeType::S),
    ("logged_at", ScalarAttributeType::N),
];

/// The indexes.
const INDEXES: [&str; 2] = ["due", "log"];
const ACTION: &str = "create the table";

/// Makes the table unless it is there: for one machine and for tests; in the cloud SAM makes it.
///
/// # Errors
/// When the store refuses, or has a table of that name that lacks an index.
pub async fn create_table(client: &Client, table: &str) -> Result<(), StoreError> {
    let unbuilt =
        |_: BuildError| StoreError { action: ACTION, cause: "its shape is incomplete".to_owned() };
    let mut request = client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .set_key_schema(Some(key_schema("pk", "sk").map_err(unbuilt)?))
        .global_secondary_indexes(
            index("due", "due_shard", "due_at", ProjectionType::KeysOnly).map_err(unbuilt)?,
        )
        .global_secondary_indexes(
            index("log", "log", "logged_at", ProjectionType::KeysOnly).map_err(unbuilt)?,
        );
    for (name, kind) in ATTRIBUTES {
        let attribute = AttributeDefinition::builder().attribute_name(name).attribute_type(kind);
        request = request.attribute_definitions(attribute.build().map_err(unbuilt)?);
    }
    match request.send().await {
        Ok(_) => Ok(()),
        Err(error)
            if error.as_service_error().is_some_and(aws_sdk_dynamodb::operation::create_table::CreateTableError::is_resource_in_use_exception) =>
        {
            has_its_indexes(client, table).await
        }
        Err(error) => Err(failed(ACTION)(error)),
    }
}

/// Asks that a table that is there be of this version's shape.
async fn has_its_indexes(client: &Client, table: &str) -> Result<(), StoreError> {
    let told = client.describe_table().table_name(table).send().await.map_err(failed(ACTION))?;
    let made = told.table.and_then(|table| table.global_secondary_indexes).unwrap_or_default();
    let made: Vec<&str> = made.iter().filter_map(|index| index.index_name()).collect();
    match INDEXES.iter().find(|index| !made.contains(index)) {
        None => Ok(()),
        Some(index) => {
            let cause = format!(
                "it was made by an older version and has no index {index}; remove the folder of \
                 its data"
            );
            Err(StoreError { action: ACTION, cause })
        }
    }
}

fn index(
    name: &str,
    partition: &str,
    sort: &str,
    projection: ProjectionType,
) -> Result<GlobalSecondaryIndex, BuildError> {
    GlobalSecondaryIndex::builder()
        .index_name(name)
        .set_key_schema(Some(key_schema(partition, sort)?))
        .projection(Projection::builder().projection_type(projection).build())
        .build()
}

fn key_schema(partition: &str, sort: &str) -> Result<Vec<KeySchemaElement>, BuildError> {
    [(partition, KeyType::Hash), (sort, KeyType::Range)]
        .into_iter()
        .map(|(name, kind)| KeySchemaElement::builder().attribute_name(name).key_type(kind).build())
        .collect()
}
