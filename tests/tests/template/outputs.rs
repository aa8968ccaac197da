//! The outputs: where operators, platforms and partners find everything.

use serde_json::{Value, json};

use hookline_tests::template::Template;

/// `CloudFormation`'s limit.
const MAX_OUTPUTS: usize = 200;

/// The value of an output.
fn value<'a>(template: &'a Template, output: &str) -> &'a Value {
    template.at(&format!("/Outputs/{output}/Value"))
}

/// Names of resources and parameters that a value is made of.
fn named(value: &Value) -> Vec<String> {
    match value {
        Value::Object(parts) => parts
            .iter()
            .flat_map(|(function, part)| match (function.as_str(), part) {
                ("Ref", Value::String(name)) => vec![name.clone()],
                ("Fn::GetAtt", Value::String(path)) => vec![first(path)],
                ("Fn::Sub", Value::String(text)) => in_braces(text),
                ("Fn::Sub", Value::Array(parts)) => named(&parts[1]),
                ("Fn::If", Value::Array(parts)) => parts[1..].iter().flat_map(named).collect(),
                (_, part) => named(part),
            })
            .collect(),
        Value::Array(parts) => parts.iter().flat_map(named).collect(),
        _ => Vec::new(),
    }
}

/// The names between `${` and `}`.
fn in_braces(text: &str) -> Vec<String> {
    let names = text.split("${").skip(1).map(|rest| rest.split('}').next().unwrap());
    names.filter(|name| !name.starts_with("AWS::")).map(first).collect()
}

/// What stands before the dot.
fn first(path: &str) -> String {
    path.split('.').next().unwrap().to_owned()
}

#[test]
fn outputs_are_made_of_what_is_there_and_said_to_people() {
    let template = Template::read();
    let outputs = template.at("/Outputs").as_object().unwrap();

    assert!(outputs.len() <= MAX_OUTPUTS);
    for (output, declared) in outputs {
        let names = named(&declared["Value"]);
        assert!(!names.is_empty(), "{output} is made of nothing");
        for name in names {
            let there =
                ["Resources", "Parameters"].map(|part| &template.at(&format!("/{part}"))[&name]);
            assert!(there.iter().any(|one| one.is_object()), "{output}: there is no {name}");
        }
        assert!(declared["Description"].is_string(), "{output}");
    }
}

#[test]
fn platforms_that_invoke_are_told_the_names_and_arns_of_functions() {
    let template = Template::read();
    for binary in ["start", "selected", "answered", "ended"] {
        let (function, _) = template.functions()[binary].clone();
        assert_eq!(*value(&template, &format!("{function}Name")), json!({"Ref": function}));
        let arn = json!({"Fn::GetAtt": format!("{function}.Arn")});
        assert_eq!(*value(&template, &format!("{function}Arn")), arn);
    }
}

#[test]
fn operators_are_told_of_the_table_and_who_makes_the_first_key() {
    let template = Template::read();
    let (api, _) = template.functions()["api"].clone();
    assert_eq!(*value(&template, "ApiFunctionName"), json!({"Ref": api}));
    assert_eq!(*value(&template, "TableName"), json!({"Ref": "Table"}));
}

#[test]
fn addresses_are_of_the_custom_domain_where_there_is_one() {
    let template = Template::read();
    let own = json!({"Fn::Sub": "https://${CustomDomainName}"});
    let given = json!({"Fn::GetAtt": "HttpApi.ApiEndpoint"});
    let url = json!({"Fn::If": ["HasCustomDomain", own, given]});

    assert_eq!(*value(&template, "ApiUrl"), url);
    for (output, path) in
        [("PostbackUrl", "/postback/"), ("DataUrl", "/data/"), ("ConsoleUrl", "/console/")]
    {
        let wanted = json!({"Fn::Sub": [format!("${{Url}}{path}"), {"Url": url}]});
        assert_eq!(*value(&template, output), wanted);
    }
}
