//! The functions: one a binary, built where SAM looks, started with all that they read.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use hookline::call::HANDLING_TIME;
use hookline_functions::environment::Environment;
use serde_json::{Value, json};

use hookline_tests::template::{Template, list, repository, text};

/// Variables that Lambda sets in every function.
const OF_LAMBDA: [(&str, &str); 6] = [
    ("AWS_ACCESS_KEY_ID", "id"),
    ("AWS_SECRET_ACCESS_KEY", "secret"),
    ("AWS_SESSION_TOKEN", "token"),
    ("AWS_REGION", "eu-central-1"),
    ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001"),
    ("AWS_LAMBDA_FUNCTION_NAME", "hookline-start"),
];
/// Variables that lead to another DynamoDB or SQS than the region's own, which no deployment wants.
const NEVER_SET: [&str; 3] =
    ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL"];

/// The longest that a trigger's pings take, in seconds (spec section 6).
const PINGS_SECONDS: u64 = 5;
/// What a function needs at least beside its pings, in seconds.
const MARGIN_SECONDS: u64 = 3;

#[test]
fn every_binary_has_its_function_and_every_function_its_binary() {
    let template = Template::read();
    let sources = std::fs::read_dir(repository().join("functions/src/bin")).unwrap();
    let binaries: BTreeSet<String> = sources
        .map(|source| source.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();

    let functions: BTreeSet<String> = template.functions().into_keys().collect();

    assert_eq!(functions, binaries);
}

#[test]
fn every_function_is_built_by_cargo_lambda_for_arm() {
    let template = Template::read();
    for (binary, (name, properties)) in template.functions() {
        let method = template.at(&format!("/Resources/{name}/Metadata/BuildMethod"));
        let shape = ["Runtime", "Architectures", "CodeUri", "Handler", "Tracing"]
            .map(|property| (property, &properties[property]));

        assert_eq!(method, "rust-cargolambda", "{binary}");
        let expected = [
            ("Runtime", &json!("provided.al2023")),
            ("Architectures", &json!(["arm64"])),
            ("CodeUri", &json!("functions/")),
            ("Handler", &json!("bootstrap")),
            ("Tracing", &json!("Active")),
        ];
        assert_eq!(shape, expected, "{binary}");
    }
}

/// cargo-lambda writes to the workspace's `target`, SAM reads from `target` beside the package.
#[test]
fn what_cargo_lambda_builds_is_found_beside_the_package() {
    let link = std::fs::read_link(repository().join("functions/target")).unwrap();
    assert_eq!(link, Path::new("../target"));
}

#[test]
fn every_function_outlasts_its_pings() {
    for (binary, (_, properties)) in Template::read().functions() {
        let timeout = properties["Timeout"].as_u64().unwrap();
        assert!(timeout >= PINGS_SECONDS + MARGIN_SECONDS, "{binary} has {timeout} s");
    }
}

/// What a call owes by an event is left to others only once the function that took it in is done.
#[test]
fn functions_that_take_events_have_the_time_that_others_leave_them() {
    let template = Template::read();
    let functions = template.functions();
    for binary in ["start", "selected", "answered", "ended"] {
        let (_, properties) = &functions[binary];
        assert_eq!(properties["Timeout"], HANDLING_TIME.as_secs(), "{binary}");
    }
}

#[test]
fn every_function_starts_with_what_lambda_and_the_template_set() {
    let template = Template::read();
    for (binary, (_, properties)) in template.functions() {
        let set = variables(&template, &properties["Environment"]["Variables"]);
        let of_lambda = BTreeMap::from(OF_LAMBDA);
        let asked = RefCell::new(BTreeSet::new());

        let environment = Environment::from_variables(|name| {
            asked.borrow_mut().insert(name);
            let value = of_lambda.get(name).copied().or_else(|| set.get(name).map(String::as_str));
            // As the functions read them: an empty variable is one that is not set.
            value.filter(|value| !value.is_empty()).map(str::to_owned)
        });

        assert!(environment.is_ok(), "{binary}: {environment:?}");
        let mut asked = asked.into_inner();
        asked.retain(|name| !of_lambda.contains_key(name) && !NEVER_SET.contains(name));
        let set: BTreeSet<&str> = set.keys().map(String::as_str).collect();
        assert_eq!(set, asked, "{binary}");
    }
}

#[test]
fn every_log_level_that_can_be_chosen_is_one() {
    let template = Template::read();
    for level in list(template.at("/Parameters/LogLevel/AllowedValues")) {
        let environment = Environment::from_variables(|name| match name {
            "LOG_LEVEL" => Some(text(level).to_owned()),
            "ALLOWED_PRIVATE_ENDPOINTS" | "AWS_LAMBDA_RUNTIME_API" => None,
            _ => Some("set".to_owned()),
        });
        assert_eq!(environment.unwrap().log_level.as_str(), text(level));
    }
}

#[test]
fn every_function_logs_to_a_group_of_its_own_that_forgets() {
    let template = Template::read();
    let groups = template.resources("AWS::Logs::LogGroup");
    let mut used = BTreeSet::new();
    for (binary, (_, properties)) in template.functions() {
        let group = text(&properties["LoggingConfig"]["LogGroup"]["Ref"]).to_owned();
        assert!(groups.contains_key(group.as_str()), "{binary} logs to {group}");
        assert!(used.insert(group), "{binary} has no group of its own");
    }
    for (name, group) in groups {
        let retention = &group["Properties"]["RetentionInDays"];
        assert_eq!(*retention, json!({"Ref": "LogRetentionDays"}), "{name}");
    }
}

/// What variables are set to when no parameter is given.
fn variables(template: &Template, variables: &Value) -> BTreeMap<String, String> {
    let queues = template.resources("AWS::SQS::Queue");
    let value = |value: &Value| match text(&value["Ref"]) {
        "Table" => "hookline-Table-1".to_owned(),
        queue if queues.contains_key(queue) => {
            format!("https://sqs.eu-central-1.amazonaws.com/123456789012/{queue}")
        }
        parameter => template.default(parameter),
    };
    let variables = variables.as_object().expect("variables have names");
    variables.iter().map(|(name, set)| (name.clone(), value(set))).collect()
}
