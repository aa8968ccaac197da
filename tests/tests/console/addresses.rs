//! Addresses, methods and bodies that no page takes: each refused by a page of the console.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::visitor::{Seen, Visitor};

fn is_a_page(seen: &Seen) {
    assert_eq!(seen.content_type, "text/html; charset=utf-8", "{}", seen.text);
    assert!(seen.policy.starts_with("default-src 'none'"), "{}", seen.policy);
}

#[tokio::test]
async fn a_query_that_does_not_read_is_none() {
    let visitor = Visitor::signed_in(&json!({"id": "solar", "name": "Solar", "version": 0})).await;
    for path in [
        "/console/campaigns/solar/deliveries?again=many",
        "/console/campaigns/solar/calls?day=1&day=2",
        "/console/keys?done=1&done=2",
    ] {
        let seen = visitor.get(path).await;
        assert_eq!(seen.status, StatusCode::OK, "{path}");
        is_a_page(&seen);
    }
    visitor.leave().await;
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_sent_to_the_door_whatever_the_address() {
    let visitor = Visitor::at_the_door().await;
    for path in ["/console/calls/%ff", "/console/campaigns/solar/deliveries?again=many"] {
        let seen = visitor.get(path).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{path}");
        assert!(seen.location.starts_with("/console/sign-in?next="), "{}", seen.location);
    }
    visitor.leave().await;
}

#[tokio::test]
async fn a_method_that_a_page_does_not_take_is_refused_with_those_that_it_does() {
    let visitor = Visitor::at_the_door().await;
    let cases = [
        (Method::PUT, "/console/keys", "GET,HEAD,POST"),
        (Method::DELETE, "/console/campaigns/solar/webhooks/crm", "GET,HEAD,POST"),
        (Method::GET, "/console/sign-out", "POST"),
    ];
    for (method, path, allow) in cases {
        let seen = visitor.ask(method, path, &[]).await;
        assert_eq!((seen.status, &*seen.allow), (StatusCode::METHOD_NOT_ALLOWED, allow), "{path}");
        is_a_page(&seen);
    }
    let nowhere = visitor.ask(Method::PUT, "/console/nowhere", &[]).await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    visitor.leave().await;
}

#[tokio::test]
async fn a_form_that_is_too_large_is_refused_by_a_page() {
    let visitor = Visitor::at_the_door().await;
    let large = "x".repeat(1024 * 1024);
    let seen = visitor.ask(Method::POST, "/console/keys", &[("name", &large)]).await;
    assert_eq!(seen.status, StatusCode::PAYLOAD_TOO_LARGE);
    is_a_page(&seen);
    visitor.leave().await;
}
