use hookline::campaign::{Campaign, SecretsShown};

use super::*;
use crate::samples;

fn typed(fields: &[(&str, &str)]) -> Filled {
    Filled::of(fields)
}

/// The webhook's document as the campaign keeps it, or what is wrong with it.
fn admitted(webhook: &Value) -> Result<Value, Faults> {
    let document = json!({"id": "c", "name": "c", "webhooks": [webhook], "secrets": {"k": "s"}});
    match Campaign::from_document(&document) {
        Ok(campaign) => {
            let kept = campaign.document(SecretsShown::Masked);
            Ok(kept.pointer("/webhooks/0").cloned().unwrap_or_default())
        }
        Err(faults) => {
            let mut own = Faults::default();
            for fault in faults.iter() {
                own.push(fault.pointer.trim_start_matches("/webhooks/0"), &fault.detail);
            }
            Err(own)
        }
    }
}

fn faults_of(form: &WebhookForm) -> FieldFaults {
    form.placed(&admitted(&form.document()).err().unwrap_or_default())
}

const LEAST: [(&str, &str); 4] =
    [("id", "crm"), ("trigger", "start"), ("url", "https://crm.example/"), ("enabled", "on")];

fn form(more: &[(&str, &str)]) -> WebhookForm {
    let replaced = |name: &str| more.iter().any(|(other, _)| *other == name);
    let kept = LEAST.into_iter().filter(|(name, _)| !replaced(name));
    let fields: Vec<_> = kept.chain(more.iter().copied()).collect();
    WebhookForm::of_typed(&typed(&fields))
}

#[test]
fn what_is_left_empty_takes_its_default() {
    let form = form(&[("name", ""), ("timeout_ms", ""), ("retry", ""), ("parse_response", "")]);
    assert_eq!(
        form.document(),
        json!({"id": "crm", "trigger": "start", "url": "https://crm.example/", "enabled": true,
            "headers": {}, "response_map": {}, "matches": []})
    );
    assert_eq!(faults_of(&form), FieldFaults::default());
}

#[test]
fn seconds_that_were_typed_for_a_timer_do_not_stand_in_the_way_of_another_trigger() {
    let form = form(&[("trigger", "start"), ("seconds", "90")]);
    assert_eq!(form.document().get("seconds"), None);
    assert_eq!(faults_of(&form), FieldFaults::default());
    assert_eq!(form.seconds, "90");
}

#[test]
fn a_full_form_says_a_full_document() {
    let form = form(&[
        ("name", "CRM"),
        ("trigger", "timer"),
        ("seconds", "90"),
        ("method", "POST"),
        ("header_name", "x-source"),
        ("header_value", "[campaign_id]"),
        ("header_name", ""),
        ("header_value", ""),
        ("content_type", "application/json"),
        ("body", "{\r\n\"a\":\"[call_id]\"}"),
        ("match_key", "geo"),
        ("match_op", "=="),
        ("match_values", "us-ny\r\nus-ca\r\n"),
        ("match_key", "sub_id"),
        ("match_op", "exists"),
        ("match_values", ""),
        ("timeout_ms", "2000"),
        ("dedupe_seconds", "-1"),
        ("parse_response", "true"),
        ("map_tag", "score"),
        ("map_path", "lead.score"),
        ("tag_prefix", "crm_"),
        ("retry", "extended"),
        ("order", "3"),
    ]);
    let document = json!({"id": "crm", "name": "CRM", "trigger": "timer", "seconds": 90,
        "enabled": true, "url": "https://crm.example/", "method": "POST",
        "headers": {"x-source": "[campaign_id]"},
        "body": {"content_type": "application/json", "template": "{\n\"a\":\"[call_id]\"}"},
        "matches": [{"key": "geo", "op": "==", "values": ["us-ny", "us-ca"]},
                    {"key": "sub_id", "op": "exists", "values": []}],
        "timeout_ms": 2000, "dedupe_seconds": -1, "parse_response": true,
        "response_map": {"score": "lead.score"}, "tag_prefix": "crm_", "retry": "extended",
        "order": 3});
    assert_eq!(form.document(), document);
    assert_eq!(faults_of(&form), FieldFaults::default());
}

#[test]
fn a_document_comes_back_from_its_form_unchanged() {
    let hostile = json!({"id": "h", "trigger": "always", "url": "https://a.example/[x|hmac_sha256:k]",
        "method": "POST", "signing_secret": "0123456789abcdef",
        "body": {"content_type": "text/plain", "template": "\n <b> \"[call_id]\" "},
        "matches": ["time:10:30", {"key": "note", "op": "=~", "values": ["a,b|c", "^x "]},
                    "age:>=21.5", "vip:missing", {"key": "w", "op": "!=", "values": ["a b", "c"]}]});
    for webhook in samples::all().into_iter().map(|it| it.webhook).chain([hostile]) {
        let kept = admitted(&webhook).unwrap();
        let shown = WebhookForm::of_document(&kept);
        let mut said = shown.document();
        if kept.get("signing_secret").is_some() {
            said["signing_secret"] = json!("0123456789abcdef");
        }
        assert_eq!(admitted(&said), Ok(kept));
    }
}

#[test]
fn what_is_no_number_is_a_fault_of_its_field_and_stays_as_typed() {
    let form = form(&[("timeout_ms", "5 s"), ("dedupe_seconds", "one day"), ("order", "first")]);
    let placed = faults_of(&form);
    assert_eq!(placed.at("timeout_ms"), ["must be a whole number from 50 to 5000"]);
    assert!(placed.has("dedupe_seconds") && placed.has("order"));
    assert_eq!(placed.count(), 3);
    assert_eq!(form.timeout_ms, "5 s");
}

#[test]
fn a_missing_address_and_a_bad_token_are_faults_of_the_url() {
    assert_eq!(faults_of(&form(&[("url", "")])).at("url"), ["is required"]);
    let placed = faults_of(&form(&[("url", "https://a.example/?x=[caller|shout]")]));
    assert!(placed.at("url")[0].contains("there is no filter \"shout\""));
}

#[test]
fn faults_of_matches_stand_at_their_rows_though_empty_rows_are_dropped() {
    let form = form(&[
        ("match_key", ""),
        ("match_op", "=="),
        ("match_values", ""),
        ("match_key", "age"),
        ("match_op", ">"),
        ("match_values", "old"),
        ("match_key", ""),
        ("match_op", "=="),
        ("match_values", "x"),
        ("match_key", "note"),
        ("match_op", "exists"),
        ("match_values", "x"),
    ]);
    let placed = faults_of(&form);
    assert_eq!(placed.at("matches.1.values"), ["> compares numbers, and \"old\" is not one"]);
    assert_eq!(placed.at("matches.2.key"), ["a tag key must not be empty"]);
    assert_eq!(placed.at("matches.3.values"), ["exists takes no value"]);
    assert_eq!(placed.count(), 3);
}

#[test]
fn faults_of_headers_and_paths_stand_at_their_rows() {
    let form = form(&[
        ("header_name", ""),
        ("header_value", ""),
        ("header_name", "x-a"),
        ("header_value", "1"),
        ("header_name", "Cookie"),
        ("header_value", "a=b"),
        ("header_name", "x-a"),
        ("header_value", "2"),
        ("header_name", ""),
        ("header_value", "nameless"),
        ("map_tag", "bid"),
        ("map_path", "bids["),
    ]);
    let placed = faults_of(&form);
    assert_eq!(placed.at("headers.2"), ["is a header that the connection itself decides"]);
    assert_eq!(placed.at("headers.3"), ["is there twice"]);
    assert_eq!(placed.at("headers.4"), ["is no header name"]);
    assert_eq!(placed.at("response_map.0"), ["'[' is not closed (at character 5)"]);
    assert_eq!(placed.count(), 4);
}

#[test]
fn a_list_without_end_is_cut_and_says_so() {
    let rows =
        |names: [&'static str; 2], count: usize| [(names[0], "x"), (names[1], "y")].repeat(count);
    let all = [
        rows(["header_name", "header_value"], 9000),
        rows(["match_key", "match_values"], 9000),
        rows(["map_tag", "map_path"], 9000),
    ];
    let form = form(&all.concat());
    let kept = [form.headers.len(), form.matches.len(), form.response_map.len()];
    assert_eq!(kept, [MAX_HEADERS + 1, MAX_MATCHES + 1, MAX_PATHS + 1]);
    let placed = form.placed(&Faults::default());
    for (list, most) in [("headers", "50"), ("matches", "100"), ("response_map", "100")] {
        assert!(placed.at(list)[0].starts_with(&format!("at most {most} rows")), "{placed:?}");
    }
}

#[test]
fn a_body_is_judged_by_its_type_and_method() {
    let placed = faults_of(&form(&[("body", "{"), ("content_type", "application/json")]));
    assert_eq!(placed.at("body").len(), 2, "{placed:?}");
    let placed = faults_of(&form(&[("method", "POST"), ("body", "x")]));
    assert_eq!(placed.at("content_type"), ["must not be empty"]);
}

#[test]
fn a_fault_of_no_field_stands_at_the_top() {
    let mut faults = Faults::at("colour", "is not a field of this object");
    faults.push("", "is too large");
    let placed = form(&[]).placed(&faults);
    assert_eq!(placed.at(""), ["/colour: is not a field of this object", "is too large"]);
}

#[test]
fn a_typed_secret_is_not_shown_back_and_a_stored_one_stays_masked() {
    let mut placed = FieldFaults::default();
    let mut typed = form(&[("signing_secret", "0123456789abcdef")]);
    typed.hide_secret(&mut placed);
    assert_eq!(
        (typed.signing_secret.as_str(), placed.at("signing_secret")),
        (MASK, &[TYPE_AGAIN.to_owned()][..])
    );

    let mut placed = FieldFaults::default();
    let mut stored = form(&[("signing_secret", MASK)]);
    stored.hide_secret(&mut placed);
    assert_eq!((stored.signing_secret.as_str(), placed), (MASK, FieldFaults::default()));
}
