//! The table as it is made, and one that is there already.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use hookline::adapters::dynamodb::create_table;
use hookline_local::database::Database;

#[tokio::test]
async fn a_table_is_made_once() {
    let database = Database::start(None).await.unwrap();
    let settings = database.store_settings("hookline");
    let client = settings.client();

    for _ in 0..2 {
        create_table(&client, &settings.table).await.unwrap();
    }
}

#[tokio::test]
async fn a_table_of_an_older_version_is_called_that() {
    let database = Database::start(None).await.unwrap();
    let settings = database.store_settings("hookline");
    let client = settings.client();
    let mut old =
        client.create_table().table_name(&settings.table).billing_mode(BillingMode::PayPerRequest);
    for (name, kind) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
        let attribute = AttributeDefinition::builder().attribute_name(name);
        let attribute = attribute.attribute_type(ScalarAttributeType::S).build().unwrap();
        let key = KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap();
        old = old.attribute_definitions(attribute).key_schema(key);
    }
    old.send().await.unwrap();

    let refused = create_table(&client, &settings.table).await.unwrap_err();

    let wanted = "the store failed to create the table: it was made by an older version and has no \
                  index due; remove the folder of its data";
    assert_eq!(refused.to_string(), wanted);
}
