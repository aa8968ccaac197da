//! The table: of the shape that the code makes on one machine, and safe from accidents.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Intercept, Region};
use aws_sdk_dynamodb::types::{KeySchemaElement, TableDescription};
use hookline::adapters::dynamodb::create_table;
use hookline_local::database::Database;
use serde_json::{Value, json};

use hookline_tests::template::{Template, list, repository, text};

/// The table's name in these tests.
pub(crate) const TABLE: &str = "hookline";

/// A client of the database whose requests pass by `watcher`.
pub(crate) fn client(database: &Database, watcher: impl Intercept + 'static) -> Client {
    Client::from_conf(
        Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("local", "local", None, None, "test"))
            .endpoint_url(database.endpoint())
            .interceptor(watcher)
            .build(),
    )
}

/// Watches nothing.
#[derive(Debug)]
pub(crate) struct Unwatched;

impl Intercept for Unwatched {
    fn name(&self) -> &'static str {
        "Unwatched"
    }
}

#[tokio::test]
async fn the_table_is_the_one_that_the_code_makes() {
    let database = Database::start(None).await.unwrap();
    let client = client(&database, Unwatched);
    create_table(&client, TABLE).await.unwrap();

    let made = client.describe_table().table_name(TABLE).send().await.unwrap().table.unwrap();

    let template = Template::read();
    let declared = template.at("/Resources/Table/Properties");
    assert_eq!(shape_declared(declared), shape_made(&made));
    let billing = made.billing_mode_summary.unwrap().billing_mode.unwrap();
    assert_eq!(declared["BillingMode"], billing.as_str());
}

#[test]
fn the_table_expires_recovers_is_encrypted_and_outlives_the_stack() {
    let template = Template::read();
    let table = template.at("/Resources/Table");
    let properties = &table["Properties"];
    let expiry = json!({"AttributeName": "expires_at", "Enabled": true});
    assert_eq!(properties["TimeToLiveSpecification"], expiry);
    let recovery = json!({"PointInTimeRecoveryEnabled": true});
    assert_eq!(properties["PointInTimeRecoverySpecification"], recovery);
    assert_eq!(properties["SSESpecification"], json!({"SSEEnabled": true}));
    assert_eq!(table["DeletionPolicy"], "Retain");
    assert_eq!(table["UpdateReplacePolicy"], "Retain");
    let in_prod = json!({"Fn::If": ["IsProd", true, false]});
    assert_eq!(properties["DeletionProtectionEnabled"], in_prod);
}

fn shape_declared(properties: &Value) -> Value {
    let key = |schema: &Value| -> Vec<Value> {
        list(schema).iter().map(|part| json!([part["AttributeName"], part["KeyType"]])).collect()
    };
    let index = |index: &Value| {
        json!([index["IndexName"], key(&index["KeySchema"]), index["Projection"]["ProjectionType"]])
    };
    let attribute =
        |attribute: &Value| json!([attribute["AttributeName"], attribute["AttributeType"]]);
    json!({
        "key": key(&properties["KeySchema"]),
        "indexes": sorted(list(&properties["GlobalSecondaryIndexes"]).iter().map(index)),
        "attributes": sorted(list(&properties["AttributeDefinitions"]).iter().map(attribute)),
    })
}

fn shape_made(table: &TableDescription) -> Value {
    let key = |schema: &[KeySchemaElement]| -> Vec<Value> {
        schema.iter().map(|part| json!([part.attribute_name(), part.key_type().as_str()])).collect()
    };
    json!({
        "key": key(table.key_schema()),
        "indexes": sorted(table.global_secondary_indexes().iter().map(|index| {
            let projection = index.projection().and_then(|all| all.projection_type()).unwrap();
            json!([index.index_name(), key(index.key_schema()), projection.as_str()])
        })),
        "attributes": sorted(table.attribute_definitions().iter().map(|attribute| {
            json!([attribute.attribute_name(), attribute.attribute_type().as_str()])
        })),
    })
}

fn sorted(entries: impl Iterator<Item = Value>) -> Vec<Value> {
    let mut entries: Vec<Value> = entries.collect();
    entries.sort_by(|a, b| text(&a[0]).cmp(text(&b[0])));
    entries
}

/// Whoever goes on with a restored table replaces each way in which the template names the one it has.
#[test]
fn the_runbooks_replacements_leave_nothing_that_names_the_table() {
    let read = |path: &str| std::fs::read_to_string(repository().join(path)).unwrap();
    let (mut template, runbook) = (read("template.yaml"), read("infra/RUNBOOK.md"));
    let replaced: Vec<String> = runbook
        .split("-e \"s|")
        .skip(1)
        .filter_map(|rest| rest.split_once('|'))
        .map(|(pattern, _)| pattern.replace("\\.", ".").replace("\\b", "").replace("\\$", "$"))
        .collect();
    assert_eq!(replaced, ["!GetAtt Table.Arn", "${Table.Arn}", "!Ref Table", "${Table}"]);
    for name in &replaced {
        assert!(template.contains(name), "the template has no {name}");
        template = template.replace(name, "restored");
    }
    let names =
        |line: &&str| line.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == "Table");
    let left: Vec<&str> = template.lines().filter(names).map(str::trim).collect();
    assert_eq!(left, ["Table:", "Type: AWS::DynamoDB::Table"], "these still name it");
}
