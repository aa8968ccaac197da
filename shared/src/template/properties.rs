//! Laws that hold for every template and every value.

use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use url::form_urlencoded;

use super::known::Known;
use super::{Context, Template, UrlTemplate};

const CONTEXTS: [Context; 6] =
    [Context::Url, Context::Header, Context::Json, Context::Form, Context::Xml, Context::Text];

/// Text near the grammar: tokens, brackets, quotes and filters more often than chance has them.
fn near_template() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(String::from("[x]")),
        Just(String::from("[y]")),
        Just(String::from("[[")),
        "[\\[\\]|:\"\\\\{},%#/.? ]",
        filtered_token(),
        "\\PC{0,6}",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// A token with some filters, all of them sound.
fn filtered_token() -> impl Strategy<Value = String> {
    let filter = prop::sample::select(vec![
        "default:n/a",
        "upper",
        "lower",
        "trim",
        "digits",
        "e164",
        "nanp",
        "left:2",
        "right:2",
        "mid:1,2",
        "md5",
        "sha256",
        "hmac_sha256:key",
        "base64",
        "date:%Y %B,Europe/Paris",
        "map:a=b,c=",
        "join:;",
        "first",
        "last",
        "urlencode",
        "json",
    ]);
    let filters = prop::collection::vec(filter, 0..4);
    ("[xy]", filters).prop_map(|(name, filters)| {
        let chain = [name.as_str()].into_iter().chain(filters).collect::<Vec<_>>();
        format!("[{}]", chain.join("|"))
    })
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "\\PC{0,8}",
        "-?[0-9]{1,12}(\\.[0-9]{1,3})?(e[0-9]{1,4})?",
        "[./%2eE\\\\?#@:]{0,5}",
        "[<>&'\"\\\\\r\n\t\0]{0,4}",
        Just(String::from("true")),
        Just(String::from("null")),
    ]
}

fn known() -> impl Strategy<Value = Known> {
    let values = || prop::collection::vec(value(), 0..3);
    (values(), values())
        .prop_map(|(x, y)| Known::default().with("x", x).with("y", y).with_secret("key", "sesame"))
}

/// The values as one text, as an unfiltered token joins them.
fn joined(mut values: Vec<String>) -> String {
    values.retain(|value| !value.is_empty());
    values.sort();
    values.join(",")
}

proptest! {
    #[test]
    fn parsing_and_rendering_never_panic(
        source in near_template(),
        known in known(),
    ) {
        for context in CONTEXTS {
            match Template::parse(&source, context) {
                Ok(template) => {
                    prop_assert_eq!(template.source(), &source);
                    let _ = template.render(&known);
                }
                Err(faults) => {
                    prop_assert!(!faults.is_empty());
                    let past_end = source.chars().count() + 1;
                    prop_assert!(faults.iter().all(|f| (1..=past_end).contains(&f.position)));
                }
            }
        }
    }

    #[test]
    fn a_url_keeps_its_scheme_host_port_and_segments(
        head in prop::sample::select(vec![
            "https://a.example", "http://u:p@a.example:8080/", "https://[2001:db8::1]/x/",
            "HTTP://EXAMPLE.com?", "https://a.example/é/", "",
        ]),
        tail in near_template(),
        known in known(),
    ) {
        let source = format!("{head}{tail}");
        let Ok(template) = UrlTemplate::parse(&source) else { return Ok(()) };
        prop_assert_eq!(template.source(), &source);
        let sample = template.sample();
        if let Ok((url, _)) = template.render(&known) {
            prop_assert_eq!(url.scheme(), sample.scheme());
            prop_assert_eq!(url.authority(), sample.authority());
            prop_assert_eq!(url.fragment(), None);
            let segments = |url: &url::Url| url.path_segments().map(Iterator::count);
            prop_assert_eq!(segments(&url), segments(sample));
        }
    }

    #[test]
    fn a_json_template_makes_json(
        members in prop::collection::vec((near_string(), json_value()), 0..6),
        known in known(),
    ) {
        let member = |(key, value): &(String, String)| format!("{key}: {value}");
        let members: Vec<_> = members.iter().map(member).collect();
        let source = format!("{{{}}}", members.join(","));
        let template = Template::parse(&source, Context::Json);
        prop_assert!(template.is_ok(), "{template:?}");
        let text = template.unwrap().render(&known).unwrap().text;
        let read = serde_json::from_str::<serde_json::Value>(&text);
        prop_assert!(read.is_ok(), "{read:?}: {text}");
    }

    #[test]
    fn whatever_parses_as_a_json_template_makes_json(
        source in near_template(),
        known in known(),
    ) {
        for source in [format!("[ {source} ]"), format!("\"{source}\""), source] {
            let Ok(template) = Template::parse(&source, Context::Json) else { continue };
            let text = template.render(&known).unwrap().text;
            let read = serde_json::from_str::<serde_json::Value>(&text);
            prop_assert!(read.is_ok(), "{read:?}: {text}");
        }
    }

    #[test]
    fn a_string_in_json_reads_back_as_the_joined_values(
        x in prop::collection::vec(value(), 0..3),
    ) {
        let known = Known::default().with("x", x.clone());
        let text = Template::parse("\"[x]\"", Context::Json).unwrap().render(&known).unwrap().text;
        prop_assert_eq!(serde_json::from_str::<String>(&text).unwrap(), joined(x));
    }

    #[test]
    fn a_header_never_holds_a_control_character(source in near_template(), known in known()) {
        let Ok(template) = Template::parse(&source, Context::Header) else { return Ok(()) };
        if let Ok(rendered) = template.render(&known) {
            prop_assert!(!rendered.text.chars().any(char::is_control));
            prop_assert!(http::HeaderValue::from_bytes(rendered.text.as_bytes()).is_ok());
        }
    }

    #[test]
    fn values_add_no_markup_to_xml(token in filtered_token(), known in known()) {
        let template = Template::parse(&format!("<a b=\"{token}\"/>"), Context::Xml).unwrap();
        let text = template.render(&known).unwrap().text;
        let inside = text.strip_prefix("<a b=\"").and_then(|rest| rest.strip_suffix("\"/>"));
        prop_assert!(inside.is_some_and(|inside| !inside.contains(['<', '>', '"', '\''])));
    }

    #[test]
    fn forms_and_urls_decode_to_the_joined_values(x in prop::collection::vec(value(), 0..3)) {
        let known = Known::default().with("x", x.clone());
        let expected = joined(x);
        let form = Template::parse("a=[x]&b=1", Context::Form).unwrap();
        let form = form.render(&known).unwrap().text;
        let pairs: Vec<_> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
        prop_assert_eq!(
            pairs,
            [(String::from("a"), expected.clone()), (String::from("b"), String::from("1"))]
        );
        let url = Template::parse("[x]", Context::Url).unwrap().render(&known).unwrap().text;
        prop_assert_eq!(percent_decode_str(&url).decode_utf8().unwrap(), expected);
    }
}

/// A JSON string with tokens in it.
fn near_string() -> impl Strategy<Value = String> {
    let piece = prop_oneof![filtered_token(), "[a-z\\]: ]{0,4}", Just(String::from("\\\""))];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

/// A JSON value that may be, or hold, bare tokens.
fn json_value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        filtered_token(),
        near_string(),
        Just(String::from("1.5")),
        Just(String::from("[true]")),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop::collection::vec(inner, 0..3).prop_map(|items| format!("[ {} ]", items.join(", ")))
    })
}
