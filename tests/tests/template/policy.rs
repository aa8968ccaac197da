//! What the roles of the template grant.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use hookline_tests::template::{Template, list, one_or_more, text};

/// One action on items of some kinds, told apart by the start of their partition key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    /// The action without its service.
    pub(crate) action: String,
    /// Patterns of partition keys: `CALL#*`.
    pub(crate) kinds: BTreeSet<String>,
}

/// The indexes, each with the function that alone may query it. They stand among the kinds of items.
const INDEXES: [(&str, &str); 2] = [("index/due", "sweep"), ("index/log", "api")];

/// What the role of a function lets it do with the table.
pub(crate) fn grants_of(template: &Template, binary: &str) -> Vec<Grant> {
    statements(template, binary)
        .into_iter()
        .filter_map(|statement| {
            let keys = &statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"];
            let kinds: BTreeSet<String> = match &statement["Resource"] {
                table if *table == json!({"Fn::GetAtt": "Table.Arn"}) => {
                    list(keys).iter().map(|k| text(k).to_owned()).collect()
                }
                other => {
                    let indexes = INDEXES.iter().map(|(index, _)| *index);
                    let index = indexes.into_iter().find(|index| *other == arn_of(index))?;
                    BTreeSet::from([index.to_owned()])
                }
            };
            Some((statement, kinds))
        })
        .flat_map(|(statement, kinds)| {
            one_or_more(&statement["Action"]).iter().map(move |action| Grant {
                action: text(action).strip_prefix("dynamodb:").unwrap().to_owned(),
                kinds: kinds.clone(),
            })
        })
        .collect()
}

/// How a role names an index.
fn arn_of(index: &str) -> Value {
    json!({"Fn::Sub": format!("${{Table.Arn}}/{index}")})
}

/// The functions whose queues the role of a function lets it send to.
pub(crate) fn queue_names_granted(template: &Template, binary: &str) -> BTreeSet<String> {
    queues_granted(template, binary, "sqs:SendMessage")
        .into_iter()
        .map(|resource| {
            let name = template.at(&format!("/Resources/{resource}/Properties/QueueName/Fn::Sub"));
            text(name).strip_prefix("${AWS::StackName}-").unwrap().to_owned()
        })
        .collect()
}

/// The queues on which the role of a function grants an action, by the names of their resources.
pub(crate) fn queues_granted<'a>(
    template: &'a Template,
    binary: &str,
    action: &str,
) -> BTreeSet<&'a str> {
    statements(template, binary)
        .into_iter()
        .filter(|statement| one_or_more(&statement["Action"]).iter().any(|one| one == action))
        .flat_map(|statement| one_or_more(&statement["Resource"]))
        .map(|queue| text(&queue["Fn::GetAtt"]).strip_suffix(".Arn").unwrap())
        .collect()
}

/// The statements of a function's role.
fn statements<'a>(template: &'a Template, binary: &str) -> Vec<&'a Value> {
    let name = role_of(template, binary);
    let policies = template.at(&format!("/Resources/{name}/Properties/Policies"));
    let statements = list(policies).iter().map(|policy| &policy["PolicyDocument"]["Statement"]);
    statements.flat_map(list).collect()
}

/// The name of a function's role.
fn role_of(template: &Template, binary: &str) -> String {
    let (_, properties) = &template.functions()[binary];
    let arn = text(&properties["Role"]["Fn::GetAtt"]);
    arn.strip_suffix(".Arn").unwrap().to_owned()
}

/// Whether a statement lets its role take from queues or send to queues, and nothing else.
fn is_of_queues(statement: &Value) -> bool {
    let take = json!(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]);
    let send = json!("sqs:SendMessage");
    [take, send].into_iter().any(|action| {
        let whole = json!({"Effect": "Allow", "Action": action, "Resource": statement["Resource"]});
        *statement == whole
    })
}

#[test]
fn every_function_has_a_role_of_its_own_that_only_lambda_may_take() {
    let template = Template::read();
    let functions = template.functions();
    let used: BTreeSet<String> =
        functions.keys().map(|binary| role_of(&template, binary)).collect();
    let roles = template.resources("AWS::IAM::Role");

    assert_eq!(used.len(), functions.len());
    assert_eq!(
        used.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        roles.keys().copied().collect()
    );
    for (name, role) in roles {
        let properties = role["Properties"].as_object().unwrap();
        let parts: Vec<&str> = properties.keys().map(String::as_str).collect();
        assert_eq!(parts, ["AssumeRolePolicyDocument", "Policies"], "{name}");
        let taken_by = list(&role["Properties"]["AssumeRolePolicyDocument"]["Statement"]);
        let by_lambda = json!([{
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "lambda.amazonaws.com"},
        }]);
        assert_eq!(json!(taken_by), by_lambda, "{name}");
    }
}

#[test]
fn every_role_has_its_own_log_its_traces_queues_and_kinds_of_items_of_the_table() {
    let template = Template::read();
    for (binary, (_, properties)) in template.functions() {
        let group = text(&properties["LoggingConfig"]["LogGroup"]["Ref"]);
        let log = json!({
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": {"Fn::GetAtt": format!("{group}.Arn")},
        });
        // X-Ray's puts know no resources.
        let traces = json!({
            "Effect": "Allow",
            "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
            "Resource": "*",
        });

        // Patterns of partition keys are for those that begin with a kind, and those of the indexes
        // do not.
        let indexes = INDEXES.map(|(index, by)| {
            let query = json!({
                "Effect": "Allow",
                "Action": "dynamodb:Query",
                "Resource": arn_of(index),
            });
            (query, usize::from(by == binary))
        });

        let mut statements = statements(&template, &binary);

        for (statement, count) in [(log, 1), (traces, 1)].into_iter().chain(indexes) {
            let held = statements.iter().filter(|one| ***one == statement).count();
            assert_eq!(held, count, "{binary}: {statement}");
            statements.retain(|one| **one != statement);
        }
        statements.retain(|statement| !is_of_queues(statement));
        for statement in statements {
            let table = json!({
                "Effect": "Allow",
                "Action": statement["Action"],
                "Resource": {"Fn::GetAtt": "Table.Arn"},
                "Condition": {"ForAllValues:StringLike": {
                    "dynamodb:LeadingKeys":
                        statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"],
                }},
            });
            assert_eq!(*statement, table, "{binary}");
        }
        let on_table = grants_of(&template, &binary).into_iter();
        let on_table =
            on_table.filter(|grant| !grant.kinds.iter().any(|k| k.starts_with("index/")));
        let actions: Vec<String> = on_table.map(|grant| grant.action).collect();
        let apart: BTreeSet<&String> = actions.iter().collect();
        assert_eq!(apart.len(), actions.len(), "{binary} has an action in two statements");
        assert!(!actions.iter().any(|action| action.contains('*')), "{binary}: {actions:?}");
    }
}
