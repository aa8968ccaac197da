//! Putting values into a template.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::escape::{self, Place};
use super::fault::RenderError;
use super::filter::Filter;
use super::{MAX_RENDERED_BYTES, Part, Template, Token, Values};

/// A text with every token replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The text, at most [`MAX_RENDERED_BYTES`].
    pub text: String,
    /// The tokens that had no value left after their filters, for the attempt log. One that
    /// `json` made `null` is among them.
    pub empty: BTreeSet<String>,
}

impl Template {
    /// Puts values into the text, each escaped for where it stands.
    ///
    /// # Errors
    /// When a header value would hold a control character, a secret is not there, or the text
    /// grows past [`MAX_RENDERED_BYTES`].
    pub fn render(&self, values: &impl Values) -> Result<Rendered, RenderError> {
        self.render_within(MAX_RENDERED_BYTES, values)
    }

    /// What each token of that name comes to, before it is escaped; nothing of one whose filters
    /// cannot be applied.
    pub fn values_of(&self, name: &str, values: &impl Values) -> Vec<String> {
        let named = self.each_token().filter(|token| &*token.name == name);
        let found = named.filter_map(|token| token.found(MAX_RENDERED_BYTES, values).ok());
        found
            .flat_map(|found| found.values.into_iter().map(Cow::into_owned).collect::<Vec<_>>())
            .collect()
    }

    pub(super) fn render_within(
        &self,
        limit: usize,
        values: &impl Values,
    ) -> Result<Rendered, RenderError> {
        let mut text = String::with_capacity(self.source.len() * 2);
        let mut empty = BTreeSet::new();
        for part in &self.parts {
            match part {
                Part::Literal(range) => {
                    text.push_str(self.source.get(range.clone()).unwrap_or_default());
                }
                Part::Token(token) => {
                    let found = token.found(limit, values)?;
                    if found.is_empty {
                        empty.insert(token.name.to_string());
                    }
                    token.write(&found.values, &mut text)?;
                }
            }
            if text.len() > limit {
                return Err(RenderError::TooLong { limit });
            }
        }
        Ok(Rendered { text, empty })
    }
}

/// A token of a template with what it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenValue {
    /// The token as it was written, brackets and filters and all.
    pub token: String,
    /// Its name, lower case.
    pub name: String,
    /// Its values after the filters, comma-joined and not escaped; empty when it comes to nothing.
    pub value: String,
}

impl Template {
    /// Each token with what it comes to, in order, as often as it stands there.
    #[must_use]
    pub fn token_values(&self, values: &impl Values) -> Vec<TokenValue> {
        let value = |token: &Token| match token.found(MAX_RENDERED_BYTES, values) {
            Ok(found) => found.values.join(","),
            Err(_) => String::new(),
        };
        self.each_token()
            .map(|token| TokenValue {
                token: self.source.get(token.span.clone()).unwrap_or_default().to_owned(),
                name: token.name.to_string(),
                value: value(token),
            })
            .collect()
    }
}

/// What a token comes to, before it is escaped.
struct Found<'v> {
    values: Vec<Cow<'v, str>>,
    is_empty: bool,
}

impl Token {
    fn found<'v>(&'v self, limit: usize, known: &'v impl Values) -> Result<Found<'v>, RenderError> {
        let mut values = known.values(&self.name);
        values.retain(|value| !value.is_empty());
        if !values.is_sorted() {
            values.sort_unstable();
        }
        let mut is_empty = false;
        for filter in &self.filters {
            is_empty |= *filter == Filter::Json && values.is_empty();
            values = filter.apply(values, |secret| known.secret(secret))?;
            if values.iter().map(|value| value.len()).sum::<usize>() > limit {
                return Err(RenderError::TooLong { limit });
            }
        }
        is_empty |= values.is_empty();
        Ok(Found { values, is_empty })
    }

    /// Appends the values, comma-joined and escaped.
    fn write(&self, values: &[Cow<'_, str>], out: &mut String) -> Result<(), RenderError> {
        match values {
            _ if self.place != Place::JsonBare => self.write_joined(values, out),
            [] => {
                out.push_str("null");
                Ok(())
            }
            [value] if self.makes_json() || escape::is_json_scalar(value) => {
                out.push_str(value);
                Ok(())
            }
            _ => {
                out.push('"');
                self.write_joined(values, out)?;
                out.push('"');
                Ok(())
            }
        }
    }

    fn write_joined(&self, values: &[Cow<'_, str>], out: &mut String) -> Result<(), RenderError> {
        let refused = |_| RenderError::ControlCharacter { token: self.name.to_string() };
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                escape::write(self.place, ",", out).map_err(refused)?;
            }
            escape::write(self.place, value, out).map_err(refused)?;
        }
        Ok(())
    }

    /// Whether its value is JSON text already.
    fn makes_json(&self) -> bool {
        self.filters.last() == Some(&Filter::Json)
    }
}

#[cfg(test)]
mod tests {
    use crate::template::Context;
    use crate::template::known::Known;

    use super::*;

    fn render(source: &str, context: Context, known: &Known) -> Result<Rendered, RenderError> {
        Template::parse(source, context).unwrap().render(known)
    }

    #[test]
    fn a_missing_value_is_the_empty_string_and_is_named() {
        let known = Known::of(&[("name", &["Jo"]), ("blank", &[""])]);
        let source = "<[name][none|upper][Blank][gone|default:x][nil|json][nil|json|md5]>";
        let rendered = render(source, Context::Text, &known).unwrap();
        assert_eq!(rendered.text, "<Joxnull37a6259cc0c1dae299a7866489dff0bd>");
        assert_eq!(rendered.empty, BTreeSet::from(["none", "blank", "nil"].map(String::from)));
    }

    #[test]
    fn several_values_are_sorted_joined_then_escaped() {
        let known = Known::of(&[("x", &["b c", "a", "&"])]);
        let cases = [
            (Context::Url, "%26%2Ca%2Cb%20c"),
            (Context::Form, "%26%2Ca%2Cb+c"),
            (Context::Xml, "&amp;,a,b c"),
            (Context::Json, "\"&,a,b c\""),
            (Context::Header, "&,a,b c"),
            (Context::Text, "&,a,b c"),
        ];
        for (context, expected) in cases {
            assert_eq!(render("[x]", context, &known).unwrap().text, expected, "{context:?}");
        }
    }

    #[test]
    fn a_token_tells_what_it_comes_to_before_it_is_escaped() {
        let known = Known::of(&[("x", &["b c", "a"])]).with_secret("s", "key");
        let source = "[x]&[y]&[X|upper]&[x|hmac_sha256:gone]";
        let template = Template::parse(source, Context::Url).unwrap();
        assert_eq!(template.values_of("x", &known), ["a", "b c", "A", "B C"]);
    }

    #[test]
    fn a_header_refuses_control_characters_without_saying_them() {
        let known = Known::of(&[("x", &["secret\r\nset-cookie: a"])]);
        let refused = render("a [x]", Context::Header, &known).unwrap_err();
        assert_eq!(refused, RenderError::ControlCharacter { token: "x".to_owned() });
        assert!(!format!("{refused} {refused:?}").contains("secret"));
        assert_eq!(render("a [x|left:6]", Context::Header, &known).unwrap().text, "a secret");
    }

    #[test]
    fn the_text_has_a_largest_size() {
        let kilobyte = "x".repeat(1024);
        let known = Known::of(&[("x", &[kilobyte.as_str()])]);
        let source = "[x]".repeat(256);
        assert_eq!(render(&source, Context::Text, &known).unwrap().text.len(), MAX_RENDERED_BYTES);
        assert_eq!(
            render(&format!("{source}."), Context::Text, &known),
            Err(RenderError::TooLong { limit: MAX_RENDERED_BYTES })
        );
    }
}
