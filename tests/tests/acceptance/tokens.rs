//! Spec section 4: replacement tokens, where they stand and what becomes of their values.

use hookline_tests::partner::{Received, Reply};
use serde_json::{Value, json};

use crate::world::{World, faults, report, text};

/// A value that would break out of anything.
const WILD: &str = "J \"K\" <&> 'é'/?=+\\%5B[sub_id]";

/// Starts a call with these tags and one webhook; its report and what came of it.
async fn sent(webhook: Value, tags: Value) -> (Value, Vec<Received>) {
    let world = World::new().await;
    world.partner.on("/p", Reply::status(204));
    let path = webhook.get("path").map_or_else(|| "/p".to_owned(), text);
    let mut more = webhook;
    more.as_object_mut().unwrap().remove("path");
    world.save([world.webhook("p", &path, more)]).await;
    let answer = world.start("call", json!({"tags": tags})).await.of_status(200);
    (report(&answer, "p"), world.partner.requests())
}

/// The body that a template of that type makes for a call with these tags.
async fn body(content_type: &str, template: &str, tags: Value) -> String {
    let body = json!({"content_type": content_type, "template": template});
    let (report, came) = sent(json!({"method": "POST", "body": body}), tags).await;
    assert_eq!(report["status"], "ok", "{report}");
    assert_eq!(came[0].header("content-type"), Some(content_type));
    String::from_utf8(came[0].body.clone()).unwrap()
}

#[tokio::test]
async fn values_in_a_url_are_percent_encoded() {
    let path = "/p/[wild]/x?q=[wild]&[wild]=1";
    let world = World::new().await;
    world.save([world.webhook("p", path, json!({}))]).await;

    let _ = world.start("call", json!({"tags": {"wild": WILD}})).await.of_status(200);

    let encoded = "J%20%22K%22%20%3C%26%3E%20%27%C3%A9%27%2F%3F%3D%2B%5C%255B%5Bsub_id%5D";
    let wanted = format!("/p/{encoded}/x?q={encoded}&{encoded}=1");
    assert_eq!(world.partner.requests()[0].target, wanted);
}

#[tokio::test]
async fn a_value_leads_nowhere_else() {
    let world = World::new().await;
    let elsewhere = hookline_tests::partner::Partner::start().await.unwrap();
    let host = elsewhere.address();
    world.save([world.webhook("p", "/[x]?y=[x]", json!({}))]).await;
    let values = [
        format!("/{host}/"),
        format!("@{host}/"),
        format!("\\\\{host}\\"),
        format!("http://{host}/"),
        "../../x".to_owned(),
        "#".to_owned(),
    ];

    for (index, value) in values.iter().enumerate() {
        let answer = world.start(&format!("n{index}"), json!({"tags": {"x": value}})).await;
        assert_eq!(report(&answer.of_status(200), "p")["http_status"], 404, "{value}");
    }

    assert_eq!(elsewhere.requests(), []);
    assert_eq!(world.partner.requests().len(), values.len());
}

#[tokio::test]
async fn values_in_json_strings_are_escaped_and_outside_them_are_values() {
    let template = r#"{"name":"<[wild]>","age":[age],"zip":[zip],"vip":[vip],"none":[none],
        "list":[ [age], [many] ],"[wild]":1}"#;
    let tags = json!({"wild": WILD, "age": 23, "zip": "01234", "vip": true, "many": ["b", "a\"c"]});

    let body = body("application/json; charset=utf-8", template, tags).await;

    let read: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        read,
        json!({
            "name": format!("<{WILD}>"), "age": 23, "zip": "01234", "vip": true, "none": null,
            "list": [23, "a\"c,b"], WILD: 1,
        })
    );
}

#[tokio::test]
async fn values_in_forms_are_form_encoded() {
    let tags = json!({"wild": WILD});
    let body = body("application/x-www-form-urlencoded", "a=[wild]&b=1", tags).await;
    let encoded = "J+%22K%22+%3C%26%3E+%27%C3%A9%27%2F%3F%3D%2B%5C%255B%5Bsub_id%5D";
    assert_eq!(body, format!("a={encoded}&b=1"));
}

#[tokio::test]
async fn values_in_xml_are_escaped_and_in_plain_text_are_not() {
    let escaped = "J &quot;K&quot; &lt;&amp;&gt; &apos;é&apos;/?=+\\%5B[sub_id]";
    for (content_type, wanted) in
        [("text/xml", escaped), ("application/soap+xml", escaped), ("text/plain", WILD)]
    {
        let body = body(content_type, "<a b=\"[wild]\">[wild]</a>", json!({"wild": WILD})).await;
        assert_eq!(body, format!("<a b=\"{wanted}\">{wanted}</a>"));
    }
}

#[tokio::test]
async fn header_values_take_tokens_and_refuse_control_characters() {
    let hook = json!({"headers": {"X-Name": "<[wild]>", "authorization": "Key [sub_id]"}});
    let tags = |wild: &str| json!({"wild": wild, "sub_id": "s1"});

    let (_, came) = sent(hook.clone(), tags("J \"K\" <&>")).await;
    assert_eq!(came[0].header("x-name"), Some("<J \"K\" <&>>"));
    assert_eq!(came[0].header("authorization"), Some("Key s1"));

    for wild in ["a\r\nx-evil: 1", "a\nb", "a\u{0}b", "a\u{7f}b"] {
        let (report, came) = sent(hook.clone(), tags(wild)).await;
        assert_eq!(came, []);
        assert_eq!((&report["status"], &report["tags"]), (&json!("failed"), &json!({})));
        let note = text(&report["notes"][0]);
        assert!(note.contains("x-name") && note.contains("wild"), "{note}");
        assert!(!note.contains("evil"), "{note}");
    }
}

#[tokio::test]
async fn names_have_no_case_and_other_brackets_stay() {
    let template = "[Sub_ID] [0] [a b] [] [[sub_id] [[[sub_id]] [é] %5Bsub_id%5D";
    let body = body("text/plain", template, json!({"sub_id": "s"})).await;
    assert_eq!(body, "s [0] [a b] [] [sub_id] [s] [é] %5Bsub_id%5D");
}

#[tokio::test]
async fn percent_encoded_and_numbered_brackets_in_a_url_are_no_tokens() {
    let hook = json!({"path": "/p?a=%5Bsub_id%5D&items[0]=[sub_id]&b=[[sub_id]"});
    let (_, came) = sent(hook, json!({"sub_id": "s"})).await;
    assert_eq!(came[0].target, "/p?a=%5Bsub_id%5D&items[0]=s&b=[sub_id]");
}

#[tokio::test]
async fn a_missing_value_is_empty_and_named_in_the_log() {
    let world = World::new().await;
    world.partner.on("/p", Reply::status(204));
    let more = json!({
        "method": "POST",
        "headers": {"x-a": "<[in_header]>"},
        "body": {"content_type": "text/plain", "template": "<[in_body][Here|default:d][sub_id]>"},
    });
    world.save([world.webhook("p", "/p?q=[in_url]&r=[in_url]", more)]).await;

    let answer = world.start("call", json!({"tags": {"sub_id": "s"}})).await.of_status(200);

    let came = &world.partner.requests()[0];
    assert_eq!(came.target, "/p?q=&r=");
    assert_eq!(came.header("x-a"), Some("<>"));
    assert_eq!(came.body, b"<ds>");
    let named = ["in_body", "in_header", "in_url"];
    assert_eq!(
        report(&answer, "p")["notes"],
        json!([format!("empty tokens: {}", named.join(", "))])
    );
    let attempt = &world.call("call").await["deliveries"][0]["attempts"][0];
    assert_eq!(attempt["empty_tokens"], json!(named));
}

#[tokio::test]
async fn several_values_are_sorted_joined_by_commas_and_then_escaped() {
    let tags = json!({"x": ["c d", "a", "b&"]});
    let (_, came) = sent(json!({"path": "/p?x=[x]"}), tags.clone()).await;
    assert_eq!(came[0].target, "/p?x=a%2Cb%26%2Cc%20d");
    assert_eq!(body("text/xml", "[x]", tags.clone()).await, "a,b&amp;,c d");
    assert_eq!(body("application/json", "[x]", tags).await, "\"a,b&,c d\"");
}

#[tokio::test]
async fn a_bad_template_is_refused_with_the_position_of_each_fault() {
    let world = World::new().await;
    let more = json!({
        "method": "POST",
        "headers": {"x-a": "é[a|nope]"},
        "body": {"content_type": "application/json", "template": "{\"a\":[a|left:x],\"b\":[b|up]}"},
    });
    let mut hook = world.webhook("p", "/p?[a|upper:x]&[b", more);
    hook["url"] = json!("https://a.example/p?[a|upper:x]&[b");

    let refused = world.save_as(&world.campaign(), json!({"webhooks": [hook]})).await;

    let faults = faults(&refused.of_status(422));
    let starts = [
        "/webhooks/0/body/template: character 14: the filter left needs",
        "/webhooks/0/body/template: character 24: there is no filter \"up\"",
        "/webhooks/0/headers/x-a: character 5: there is no filter \"nope\"",
        "/webhooks/0/url: character 30: the filter upper takes no argument",
        "/webhooks/0/url: character 33: the token \"b\" has no closing bracket",
    ];
    assert_eq!(faults.len(), starts.len(), "{faults:#?}");
    for (fault, start) in faults.iter().zip(starts) {
        assert!(fault.starts_with(start), "{fault}");
    }
}

#[tokio::test]
async fn a_token_before_the_path_is_refused_with_its_position() {
    let world = World::new().await;
    let cases: [(&str, &[usize]); 6] = [
        ("https://[host]/p", &[9]),
        ("https://crm.[zone].example/p", &[13]),
        ("https://crm.example:[port]/p", &[21]),
        ("https://[user]:[pass]@crm.example/p", &[9, 16]),
        ("[scheme]://crm.example/p", &[1]),
        ("[base]/p", &[1]),
    ];
    for (url, positions) in cases {
        let hook = json!({"id": "p", "trigger": "start", "url": url});
        let refused = world.save_as(&world.campaign(), json!({"webhooks": [hook]})).await;
        let only = "tokens may stand in the path and query only";
        let fault = |at: &usize| format!("/webhooks/0/url: character {at}: {only}");
        let mut wanted: Vec<String> = positions.iter().map(fault).collect();
        wanted.sort();
        assert_eq!(faults(&refused.of_status(422)), wanted, "{url}");
    }
    assert_eq!(world.get(&format!("/campaigns/{}", world.campaign())).await.status, 404);
}
