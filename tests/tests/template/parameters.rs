//! The parameters: what the operator is asked, and how.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use hookline_functions::environment::Environment;
use hookline_tests::template::{Template, list, repository, text};

/// The names of all parameters.
fn declared(template: &Template) -> BTreeSet<&str> {
    template.at("/Parameters").as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn every_parameter_is_explained_and_can_be_left_as_it_is() {
    let template = Template::read();
    for (name, parameter) in template.at("/Parameters").as_object().unwrap() {
        assert!(!parameter["Default"].is_null(), "{name}");
        assert!(parameter["Description"].is_string(), "{name}");
        if parameter["AllowedPattern"].is_string() {
            assert!(parameter["ConstraintDescription"].is_string(), "{name}");
        }
    }
}

#[test]
fn every_parameter_has_its_place_and_its_label_in_the_console() {
    let template = Template::read();
    let shown = template.at("/Metadata/AWS::CloudFormation::Interface");
    let mut placed = BTreeSet::new();
    for group in list(&shown["ParameterGroups"]) {
        assert!(group["Label"]["default"].is_string(), "{group}");
        for name in list(&group["Parameters"]) {
            assert!(placed.insert(text(name)), "{name} is placed twice");
        }
    }
    let labelled = shown["ParameterLabels"].as_object().unwrap();
    assert!(labelled.values().all(|label| label["default"].is_string()));

    assert_eq!(placed, declared(&template));
    let labelled: BTreeSet<&str> = labelled.keys().map(String::as_str).collect();
    assert_eq!(labelled, declared(&template));
}

/// `sam deploy --guided` asks for each by its name and says nothing more.
#[test]
fn every_parameter_is_explained_in_the_guide() {
    let guide = std::fs::read_to_string(repository().join("infra/guides/deploying.md")).unwrap();
    for name in declared(&Template::read()) {
        assert!(guide.contains(name), "the guide says nothing of the parameter {name}");
    }
}

/// What the sections of `infra/samconfig.toml` set is there to be set.
#[test]
fn the_sections_of_samconfig_set_parameters_that_there_are() {
    let template = Template::read();
    let file = std::fs::read_to_string(repository().join("infra/samconfig.toml")).unwrap();
    let config: toml::Table = file.parse().unwrap();
    let config: Value = json!(config);

    for (section, stage) in [("default", "dev"), ("prod", "prod")] {
        let parameters = &config[section]["deploy"]["parameters"];
        assert_eq!(parameters["stack_name"], format!("hookline-{stage}"));
        assert_eq!(parameters["capabilities"], "CAPABILITY_IAM");
        let set: Vec<(&str, &str)> = list(&parameters["parameter_overrides"])
            .iter()
            .map(|one| text(one).split_once('=').unwrap())
            .collect();
        assert!(set.contains(&("Stage", stage)), "{set:?}");
        for (name, value) in set {
            let allowed = &template.at(&format!("/Parameters/{name}"))["AllowedValues"];
            let as_text = |one: &Value| one.as_str().map_or_else(|| one.to_string(), str::to_owned);
            let allowed: Vec<String> = list(allowed).iter().map(as_text).collect();
            assert!(allowed.iter().any(|one| one == value), "{section}: {name} cannot be {value}");
        }
    }
}

/// What the operator may give is what the functions take.
#[test]
fn a_public_url_that_is_admitted_is_one_that_the_functions_take() {
    let template = Template::read();
    let pattern = template.at("/Parameters/PublicUrl/AllowedPattern");
    for (address, is_good) in [
        ("https://hooks.example", true),
        ("https://hooks.example/", true),
        ("http://127.0.0.1:8787", true),
        ("https://hooks.example/v1", false),
        ("https://hooks.example?a=b", false),
        ("https://hooks.example/#a", false),
        ("https://a:b@hooks.example", false),
        ("https://hooks.example\\v1", false),
        ("ftp://hooks.example", false),
        ("hooks.example", false),
    ] {
        let environment = Environment::from_variables(|name| match name {
            "PUBLIC_URL" => Some(address.to_owned()),
            "LOG_LEVEL" | "ALLOWED_PRIVATE_ENDPOINTS" | "AWS_LAMBDA_RUNTIME_API" => None,
            _ => Some("set".to_owned()),
        });
        assert_eq!(environment.is_ok(), is_good, "{address}: {environment:?}");
        let schema = json!({"pattern": pattern});
        assert_eq!(jsonschema::is_valid(&schema, &json!(address)), is_good, "{address}");
    }
}
