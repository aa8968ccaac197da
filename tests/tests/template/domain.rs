//! The custom domain: made only where the operator has one, and never half of it.

use serde_json::{Value, json};

use hookline_tests::template::{Template, list};

fn given(parameter: &str) -> Value {
    json!({"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, ""]}]})
}

#[test]
fn it_is_made_under_its_conditions_only() {
    let template = Template::read();
    let has_domain = template.at("/Conditions/HasCustomDomain");
    let has_zone = json!({"Fn::And": [
        {"Fn::Condition": "HasCustomDomain"}, given("HostedZoneId"),
    ]});

    assert_eq!(*has_domain, given("CustomDomainName"));
    assert_eq!(*template.at("/Conditions/HasHostedZone"), has_zone);
    for (resource, condition) in [
        ("HttpApiDomain", "HasCustomDomain"),
        ("HttpApiMapping", "HasCustomDomain"),
        ("HttpApiIpv4Record", "HasHostedZone"),
        ("HttpApiIpv6Record", "HasHostedZone"),
    ] {
        assert_eq!(template.at(&format!("/Resources/{resource}"))["Condition"], condition);
    }
}

#[test]
fn it_answers_with_current_encryption_and_leads_to_the_stage() {
    let template = Template::read();
    let domain = template.at("/Resources/HttpApiDomain/Properties");
    let configuration = json!([{
        "CertificateArn": {"Ref": "CertificateArn"}, "EndpointType": "REGIONAL",
        "SecurityPolicy": "TLS_1_2", "IpAddressType": "dualstack",
    }]);
    assert_eq!(domain["DomainNameConfigurations"], configuration);
    let mapping = json!({
        "ApiId": {"Ref": "HttpApi"}, "DomainName": {"Ref": "HttpApiDomain"},
        "Stage": {"Ref": "HttpApiStage"},
    });
    assert_eq!(*template.at("/Resources/HttpApiMapping/Properties"), mapping);

    for (record, kind) in [("HttpApiIpv4Record", "A"), ("HttpApiIpv6Record", "AAAA")] {
        let wanted = json!({
            "HostedZoneId": {"Ref": "HostedZoneId"}, "Name": {"Ref": "CustomDomainName"}, "Type": kind,
            "AliasTarget": {
                "DNSName": {"Fn::GetAtt": "HttpApiDomain.RegionalDomainName"},
                "HostedZoneId": {"Fn::GetAtt": "HttpApiDomain.RegionalHostedZoneId"},
            },
        });
        assert_eq!(*template.at(&format!("/Resources/{record}/Properties")), wanted);
    }
}

#[test]
fn half_of_it_is_refused_before_anything_is_made() {
    let template = Template::read();
    let rules = template.at("/Rules").as_object().unwrap();
    let needs: Vec<(Value, Value)> = rules
        .values()
        .map(|rule| {
            let [assertion] = list(&rule["Assertions"]) else { panic!("{rule}") };
            assert!(assertion["AssertDescription"].is_string(), "{rule}");
            (rule["RuleCondition"].clone(), assertion["Assert"].clone())
        })
        .collect();

    for (one, other) in [
        ("CustomDomainName", "CertificateArn"),
        ("CertificateArn", "CustomDomainName"),
        ("HostedZoneId", "CustomDomainName"),
    ] {
        assert!(needs.contains(&(given(one), given(other))), "{one} needs {other}");
    }
}
