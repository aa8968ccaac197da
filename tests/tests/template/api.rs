//! The HTTP API: the routes of the local stack, and a log that no key gets into.

use std::collections::BTreeSet;

use hookline_local::routes::{OTHERS, ROUTES};
use serde_json::{Value, json};

use hookline_tests::template::{Template, text};

/// What the access log may tell. Not among it: whatever holds the path or the query.
const LOGGED: [&str; 10] = [
    "requestTimeEpoch",
    "requestId",
    "routeKey",
    "status",
    "responseLatency",
    "integrationLatency",
    "integrationStatus",
    "integrationErrorMessage",
    "identity.sourceIp",
    "responseLength",
];

#[test]
fn routes_are_those_of_the_local_stack() {
    let template = Template::read();
    let integrations = template.resources("AWS::ApiGatewayV2::Integration");
    let functions = template.functions();
    let mut declared = BTreeSet::new();
    for (name, route) in template.resources("AWS::ApiGatewayV2::Route") {
        let properties = &route["Properties"];
        assert_eq!(properties["ApiId"], json!({"Ref": "HttpApi"}), "{name}");
        let target = text(&properties["Target"]["Fn::Sub"]);
        let integration = target.strip_prefix("integrations/${").unwrap().trim_end_matches('}');
        let integration = &integrations[integration]["Properties"];
        let uri = text(&integration["IntegrationUri"]["Fn::GetAtt"]);
        let function = uri.strip_suffix(".Arn").unwrap();
        let (binary, _) = functions.iter().find(|(_, (name, _))| *name == function).unwrap();
        let key = text(&properties["RouteKey"]).to_owned();
        assert!(declared.insert((key.clone(), binary.clone())), "{key} is declared twice");
    }

    let own = ROUTES.iter().map(|(method, path, function)| (format!("{method} {path}"), function));
    let local: BTreeSet<(String, String)> = own
        .chain([(OTHERS.0.to_owned(), &OTHERS.1)])
        .map(|(route, function)| (route, format!("{function:?}").to_lowercase()))
        .collect();

    assert_eq!(declared, local);
}

#[test]
fn integrations_hand_over_the_payloads_that_the_functions_read() {
    let template = Template::read();
    for (name, integration) in template.resources("AWS::ApiGatewayV2::Integration") {
        let properties = &integration["Properties"];
        assert_eq!(properties["ApiId"], json!({"Ref": "HttpApi"}), "{name}");
        assert_eq!(properties["IntegrationType"], "AWS_PROXY", "{name}");
        assert_eq!(properties["PayloadFormatVersion"], "2.0", "{name}");
    }
}

#[test]
fn this_api_and_no_other_may_invoke_the_functions_behind_it() {
    let template = Template::read();
    let permissions = template.resources("AWS::Lambda::Permission");
    let allowed: BTreeSet<&str> = permissions
        .iter()
        // Those of the platform that comes without the API are looked at in `amazon_connect`.
        .filter(|(name, _)| !name.starts_with("AmazonConnect"))
        .map(|(_, permission)| {
            let properties = &permission["Properties"];
            assert_eq!(properties["Action"], "lambda:InvokeFunction");
            assert_eq!(properties["Principal"], "apigateway.amazonaws.com");
            let source = text(&properties["SourceArn"]["Fn::Sub"]);
            let api =
                "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${HttpApi}/";
            assert!(source.starts_with(api), "{source}");
            text(&properties["FunctionName"]["Ref"])
        })
        .collect();

    let behind: BTreeSet<&str> = template
        .resources("AWS::ApiGatewayV2::Integration")
        .values()
        .map(|integration| text(&integration["Properties"]["IntegrationUri"]["Fn::GetAtt"]))
        .map(|uri| uri.strip_suffix(".Arn").unwrap())
        .collect();

    assert_eq!(allowed, behind);
}

#[test]
fn the_stage_deploys_itself_throttles_and_logs_no_path_and_no_query() {
    let template = Template::read();
    let stages = template.resources("AWS::ApiGatewayV2::Stage");
    assert_eq!(stages.len(), 1);
    let stage = &stages["HttpApiStage"]["Properties"];
    assert_eq!(stage["StageName"], "$default");
    assert_eq!(stage["AutoDeploy"], true);
    let limits = &stage["DefaultRouteSettings"];
    assert_eq!(limits["ThrottlingRateLimit"], json!({"Ref": "ThrottleRate"}));
    assert_eq!(limits["ThrottlingBurstLimit"], json!({"Ref": "ThrottleBurst"}));

    let format = text(&stage["AccessLogSettings"]["Format"]);

    assert!(!format.contains('\n'), "an access log is one line a request");
    let line: Value = serde_json::from_str(format).unwrap();
    let told: BTreeSet<&str> = line
        .as_object()
        .unwrap()
        .values()
        .map(|v| text(v).strip_prefix("$context.").unwrap())
        .collect();
    assert_eq!(told, BTreeSet::from(LOGGED));
}
