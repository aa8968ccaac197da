//! URL templates: `http` or `https`, with tokens in path and query only.
//!
//! Whatever the values are, a rendered URL has the scheme, userinfo, host, port and number of path
//! segments that were seen at save. Three things see to that: tokens before the path are refused,
//! values are percent-encoded, and the result is compared with the template. Where URL readers are
//! known to differ (backslashes, white space, missing slashes, dot segments), the template is
//! refused rather than mended.

mod authority;
mod path;

use std::collections::BTreeSet;

use url::Url;

use authority::Authority;

use super::fault::{FaultList, Problem, RenderError, TemplateFault};
use super::parse::{self, Scan};
use super::sample::Sample;
use super::{
    Context, MAX_RENDERED_URL_BYTES, MAX_URL_SOURCE_BYTES, Part, Template, TokenValue, Values,
};

/// A URL with tokens in its path and query, known to be sound.
#[derive(Debug, Clone, PartialEq)]
pub struct UrlTemplate {
    template: Template,
    /// The URL with a letter for each token.
    sample: Url,
    /// Where the path begins in any rendered text, in bytes.
    path_at: usize,
}

impl UrlTemplate {
    /// Reads an absolute `http` or `https` URL with tokens.
    ///
    /// # Errors
    /// Every fault, in the order of their positions, at most [`super::MAX_FAULTS`].
    pub fn parse(source: &str) -> Result<Self, Vec<TemplateFault>> {
        if source.len() > MAX_URL_SOURCE_BYTES {
            let mut faults = FaultList::default();
            let offset = source.floor_char_boundary(MAX_URL_SOURCE_BYTES);
            faults.push(offset, Problem::TooLong { limit: MAX_URL_SOURCE_BYTES });
            return Err(faults.placed_in(source));
        }
        let Scan { parts, mut faults, whole: _ } = parse::scan(source, Context::Url);
        check_characters(source, &parts, &mut faults);
        let masked = masked(source, &parts);
        let before_path = Authority::of(&masked);
        authority::check(&before_path, &parts, &mut faults);
        path::check(&masked, before_path.end, &mut faults);
        if !faults.is_empty() {
            return Err(faults.placed_in(source));
        }

        let filled = Sample::of(source, &parts, |_| "x");
        let before_path = Authority::of(&filled.text);
        let sample = authority::whole_url(&filled.text, &before_path).map_err(|problem| {
            faults.push(filled.source_offset(before_path.start), problem);
            faults.placed_in(source)
        })?;
        let template = Template { source: source.into(), parts };
        Ok(Self { template, sample, path_at: before_path.end })
    }

    /// The text it was read from.
    #[must_use]
    pub fn source(&self) -> &str {
        self.template.source()
    }

    /// The lower-case name of each token, in order, as often as it stands there.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        self.template.tokens()
    }

    /// Each token with what it comes to, in order, as often as it stands there.
    #[must_use]
    pub fn token_values(&self, values: &impl Values) -> Vec<TokenValue> {
        self.template.token_values(values)
    }

    /// The name of each secret that a filter signs with, in order, as often as it stands there.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.template.secrets()
    }

    /// What each token of that name comes to, before it is escaped.
    pub fn values_of(&self, name: &str, values: &impl Values) -> Vec<String> {
        self.template.values_of(name, values)
    }

    /// The URL with a letter in place of each token: scheme, host and port are those of every
    /// rendered URL, so where it leads can be judged before there are values.
    #[must_use]
    pub fn sample(&self) -> &Url {
        &self.sample
    }

    /// Puts values in; also names the tokens that had none.
    ///
    /// # Errors
    /// When the values would change where the URL leads or the segments of its path, a secret is
    /// not there, or the URL grows past [`MAX_RENDERED_URL_BYTES`].
    pub fn render(&self, values: &impl Values) -> Result<(Url, BTreeSet<String>), RenderError> {
        let rendered = self.template.render_within(MAX_RENDERED_URL_BYTES, values)?;
        if path::has_dots(&rendered.text, self.path_at) {
            return Err(RenderError::PathChanged);
        }
        let url = Url::parse(&rendered.text).map_err(|_| RenderError::OriginChanged)?;
        if !authority::same_origin(&url, &self.sample) {
            return Err(RenderError::OriginChanged);
        }
        if slashes(url.path()) != slashes(self.sample.path()) {
            return Err(RenderError::PathChanged);
        }
        Ok((url, rendered.empty))
    }
}

/// The source with letters over its tokens, byte for byte.
fn masked(source: &str, parts: &[Part]) -> String {
    let mut masked = String::with_capacity(source.len());
    for part in parts {
        let (range, letters) = match part {
            Part::Literal(range) => (range, None),
            Part::Token(token) => (&token.span, Some(token.span.len())),
        };
        // Of two brackets that stand for one, the second is in no part.
        masked.extend(std::iter::repeat_n('[', range.start.saturating_sub(masked.len())));
        match letters {
            None => masked.push_str(source.get(range.clone()).unwrap_or_default()),
            Some(count) => masked.extend(std::iter::repeat_n('x', count)),
        }
    }
    masked
}

/// Refuses characters that URL readers drop, or take for something else.
fn check_characters(source: &str, parts: &[Part], faults: &mut FaultList) {
    let mut fragment = None;
    for part in parts {
        let Part::Literal(range) = part else { continue };
        let literal = source.get(range.clone()).unwrap_or_default();
        for (at, c) in literal.char_indices() {
            if c == '\\' || c.is_control() || c.is_whitespace() {
                faults.push(range.start + at, Problem::UrlCharacter(c));
            } else if c == '#' {
                fragment = fragment.or(Some(range.start + at));
            }
        }
    }
    faults.extend(fragment.map(|at| (at, Problem::Fragment)));
}

fn slashes(path: &str) -> usize {
    path.bytes().filter(|byte| *byte == b'/').count()
}

#[cfg(test)]
mod tests {
    use crate::template::known::Known;

    use super::*;

    pub(super) fn faults(source: &str) -> Vec<String> {
        let faults = UrlTemplate::parse(source).unwrap_err();
        faults.iter().map(TemplateFault::to_string).collect()
    }

    pub(super) fn render(source: &str, x: &str) -> Result<String, RenderError> {
        let template = UrlTemplate::parse(source).unwrap();
        template.render(&Known::of(&[("x", &[x])])).map(|(url, _)| url.to_string())
    }

    #[test]
    fn values_are_encoded_and_the_rest_stays() {
        let cases = [
            (
                "https://a.example/p/[x]?q=[x]&r[0]=%5Bx%5D",
                "https://a.example/p/%2F%3F%26%20%C3%A9?q=%2F%3F%26%20%C3%A9&r[0]=%5Bx%5D",
            ),
            ("http://a.example?q=[x]", "http://a.example/?q=%2F%3F%26%20%C3%A9"),
            ("HTTPS://U:p@A.example:8443/[x|left:1]", "https://U:p@a.example:8443/%2F"),
            ("http://[::1]:80/a?[[x]=[x|right:1]", "http://[::1]/a?[x]=%C3%A9"),
            ("https://a.example", "https://a.example/"),
            ("https://a.example/?a=[x|default:b c#\\]", "https://a.example/?a=%2F%3F%26%20%C3%A9"),
        ];
        for (source, url) in cases {
            assert_eq!(render(source, "/?& é").as_deref(), Ok(url), "{source}");
        }
    }

    #[test]
    fn it_tells_source_tokens_secrets_sample_and_empty_tokens() {
        let source = "https://a.example/[x]?s=[Y|hmac_sha256:k]";
        let template = UrlTemplate::parse(source).unwrap();
        assert_eq!(template.source(), source);
        assert_eq!(template.tokens().collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(template.secrets().collect::<Vec<_>>(), ["k"]);
        assert_eq!(template.sample().as_str(), "https://a.example/x?s=x");
        let (url, empty) = template.render(&Known::default().with_secret("k", "s")).unwrap();
        assert_eq!(url.as_str(), "https://a.example/?s=");
        assert_eq!(empty, BTreeSet::from(["x", "y"].map(String::from)));
    }

    #[test]
    fn what_readers_take_differently_is_refused() {
        assert_eq!(
            faults(" https:\\\\é/a\tb[x|default: ]\n#f#"),
            [
                "character 1: a URL must not hold the character ' '; percent-encode it",
                "character 1: a URL starts with http:// or https://",
                "character 8: a URL must not hold the character '\\\\'; percent-encode it",
                "character 9: a URL must not hold the character '\\\\'; percent-encode it",
                "character 13: a URL must not hold the character '\\t'; percent-encode it",
                "character 28: a URL must not hold the character '\\n'; percent-encode it",
                "character 29: a URL is sent without its fragment; leave out # and what follows, \
                 or write %23",
            ]
        );
    }

    #[test]
    fn a_url_template_has_a_longest_length() {
        let long = format!("https://a.example/{}", "a".repeat(MAX_URL_SOURCE_BYTES));
        assert_eq!(faults(&long), ["character 8193: a template has at most 8192 bytes"]);
        let template = "https://a.example/?[x]";
        assert_eq!(
            render(template, &"x".repeat(MAX_RENDERED_URL_BYTES)),
            Err(RenderError::TooLong { limit: MAX_RENDERED_URL_BYTES })
        );
    }
}
