//! JSON templates: where strings are, and whether the whole makes JSON.
//!
//! A template that is JSON with `null` for each bare token and a letter for each token in a string
//! is JSON with any values: a bare token renders to one whole JSON value, which may stand wherever
//! `null` may, and one in a string renders to escaped characters.

use super::escape::Place;
use super::fault::Problem;
use super::sample::Sample;
use super::{Part, Token};

/// Follows JSON text to know whether it is inside a string.
#[derive(Default)]
pub(super) struct StringCursor {
    in_string: bool,
    escaped: bool,
}

impl StringCursor {
    /// Goes over the next piece of text.
    pub(super) fn pass(&mut self, text: &str) {
        for byte in text.bytes() {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'"' => self.in_string = !self.in_string,
                b'\\' if self.in_string => self.escaped = true,
                _ => {}
            }
        }
    }

    /// Whether the text so far ends inside a string.
    pub(super) fn in_string(&self) -> bool {
        self.in_string
    }
}

/// The first reason why a template does not make JSON, at its byte offset.
pub(super) fn check(source: &str, parts: &[Part]) -> Option<(usize, Problem)> {
    let sample = Sample::of(source, parts, stand_in);
    let fault = serde_json::from_str::<serde_json::Value>(&sample.text).err()?;
    let offset = if fault.is_eof() {
        source.len()
    } else {
        source.floor_char_boundary(sample.source_offset(offset_of(&fault, &sample.text)))
    };
    let mut reason = fault.to_string();
    if let Some(place) = reason.rfind(" at line ") {
        reason.truncate(place);
    }
    let doubled = |part: &Part| matches!(part, Part::Literal(range) if is_doubled(source, range));
    if parts.iter().any(doubled) {
        reason.push_str(" ([[ stands for one [ here; write [ [ for two)");
    }
    Some((offset, Problem::NotJson(reason)))
}

/// Neither can become part of anything else: `x` is no hexadecimal digit and no escape letter.
fn stand_in(token: &Token) -> &'static str {
    match token.place {
        Place::JsonString => "x",
        _ => "null",
    }
}

/// `serde_json` counts lines and, in bytes, columns from 1, up to the byte it stopped at.
fn offset_of(fault: &serde_json::Error, text: &str) -> usize {
    let lines = text.split_inclusive('\n').take(fault.line().saturating_sub(1));
    lines.map(str::len).sum::<usize>() + fault.column().saturating_sub(1)
}

/// Whether a literal ends with the first of two brackets that stand for one.
fn is_doubled(source: &str, literal: &std::ops::Range<usize>) -> bool {
    let ends_with = |end: usize| source.get(literal.start..end).is_some_and(|l| l.ends_with('['));
    ends_with(literal.end) && source.get(literal.end..).is_some_and(|rest| rest.starts_with('['))
}

#[cfg(test)]
mod tests {
    use crate::template::known::Known;
    use crate::template::{Context, Template, TemplateFault};

    fn faults(source: &str) -> Vec<String> {
        let faults = Template::parse(source, Context::Json).unwrap_err();
        faults.iter().map(TemplateFault::to_string).collect()
    }

    fn render(source: &str) -> String {
        let known = Known::of(&[
            ("name", &["Jo \"the\" K\\\n"]),
            ("age", &["23"]),
            ("zip", &["01234"]),
            ("yes", &["true"]),
            ("many", &["b", "a"]),
            ("true", &["not this"]),
        ]);
        Template::parse(source, Context::Json).unwrap().render(&known).unwrap().text
    }

    #[test]
    fn inside_a_string_values_are_escaped() {
        assert_eq!(render(r#"{"a":"<[name]>"}"#), r#"{"a":"<Jo \"the\" K\\\n>"}"#);
        assert_eq!(render(r#"{"\"[age]":"[none]\\"}"#), r#"{"\"23":"\\"}"#);
        assert_eq!(render(r#"["[true] [[true] [many]"]"#), r#"["not this [true] a,b"]"#);
    }

    #[test]
    fn outside_strings_a_token_is_a_json_value() {
        assert_eq!(
            render("{\"a\":[age],\"b\":[zip],\"c\":[yes],\"d\":[none],\"e\":[many]}"),
            r#"{"a":23,"b":"01234","c":true,"d":null,"e":"a,b"}"#
        );
        assert_eq!(render("[name]"), r#""Jo \"the\" K\\\n""#);
        assert_eq!(render("[ [age], [true], [null], [1] ]"), "[ 23, [true], [null], [1] ]");
        assert_eq!(render("[true|upper]"), r#""NOT THIS""#);
    }

    #[test]
    fn the_json_filter_goes_raw_outside_strings_and_escaped_inside() {
        assert_eq!(
            render(r#"{"a":[many|json],"b":"[many|json]","c":[none|json],"d":[age|json]}"#),
            r#"{"a":["a","b"],"b":"[\"a\",\"b\"]","c":null,"d":"23"}"#
        );
        assert_eq!(render("[many|json|base64]"), r#""WyJhIiwiYiJd""#);
    }

    #[test]
    fn what_is_not_json_is_told_with_its_place() {
        let prefix = "with its tokens filled in, this is not JSON:";
        let cases = [
            ("{\"é\":[age],}", 12, "trailing comma"),
            ("{\n \"a\": [age] [age]}", 15, "expected `,` or `}`"),
            ("{\"a\":\"[age]\"", 13, "EOF while parsing an object"),
            ("", 1, "EOF while parsing a value"),
            ("{[age]:1}", 2, "key must be a string"),
            ("{\"a\":1[age]}", 7, "expected `,` or `}`"),
            ("{\"a\":\"\\[age]\"}", 8, "invalid escape"),
            ("hello", 1, "expected value"),
            ("[[1]]", 5, "trailing characters ([[ stands for one [ here; write [ [ for two)"),
        ];
        for (source, position, reason) in cases {
            assert_eq!(
                faults(source),
                [format!("character {position}: {prefix} {reason}")],
                "{source}"
            );
        }
    }

    #[test]
    fn a_bad_token_does_not_hide_bad_json() {
        assert_eq!(
            faults("{\"a\":[age|left:x], }"),
            [
                "character 16: the filter left needs a number of characters, as in left:3",
                "character 20: with its tokens filled in, this is not JSON: trailing comma",
            ]
        );
    }
}
