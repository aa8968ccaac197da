//! The way through the door: whoever is not signed in is sent there, and from there on to where they
//! were going, which is only ever a page of the console.

use axum::response::Redirect;
use http::Method;
use http::request::Parts;
use url::Url;

const HOME: &str = "/console/";

/// Sends somebody to the door.
pub(super) fn to_sign_in(parts: &Parts) -> Redirect {
    // What a form was to change is not asked for again by going to its address.
    let next = match (&parts.method, parts.uri.path_and_query()) {
        (&Method::GET, Some(there)) => return_path(there.as_str()),
        _ => HOME.to_owned(),
    };
    let query: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    Redirect::to(&format!("/console/sign-in?next={query}"))
}

/// Where to go after the door: where somebody was going, if that is a page of the console.
pub(super) fn return_path(asked: &str) -> String {
    const HERE: &str = "http://console.invalid";
    let there = Url::parse(HERE).and_then(|here| here.join(asked)).ok();
    let there = there.filter(|there| {
        there.origin().ascii_serialization() == HERE && there.path().starts_with(HOME)
    });
    let Some(there) = there else { return HOME.to_owned() };
    match there.query() {
        Some(query) => format!("{}?{query}", there.path()),
        None => there.path().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use http::Request;

    use super::*;

    #[test]
    fn the_door_leads_only_to_pages_of_the_console() {
        assert_eq!(return_path("/console/keys?made=1"), "/console/keys?made=1");
        assert_eq!(return_path("/console/calls/a%2Fb"), "/console/calls/a%2Fb");
        let elsewhere = [
            "",
            "/",
            "/campaigns/solar",
            "/consolex",
            "//evil.example/console/",
            "/\\evil.example/console/",
            "https://evil.example/console/",
            "javascript:alert(1)",
            "/console/../campaigns",
            "/console/%2e%2e/campaigns",
            "\t//evil.example/console/",
        ];
        for asked in elsewhere {
            assert_eq!(return_path(asked), "/console/", "{asked}");
        }
    }

    #[test]
    fn whoever_was_sending_a_form_comes_back_to_the_start() {
        let door = |method: &str| {
            let request = Request::builder().method(method).uri("/console/keys?a=1&b=2");
            let (parts, ()) = request.body(()).unwrap().into_parts();
            to_sign_in(&parts).into_response().headers()["location"].clone()
        };
        assert_eq!(door("GET"), "/console/sign-in?next=%2Fconsole%2Fkeys%3Fa%3D1%26b%3D2");
        assert_eq!(door("POST"), "/console/sign-in?next=%2Fconsole%2F");
    }
}
