//! Replacement tokens: `[name|filter:argument]` in URLs, header values and bodies (spec section 4).
//!
//! A template is parsed once, for the [`Context`] its text will stand in, and every fault is told
//! at once with its position. Rendering then cannot break out of that context: each value is
//! escaped for where it stands, a JSON template stays JSON, and a [`UrlTemplate`] keeps its scheme,
//! host, port and path segments whatever the values are.
//!
//! What the spec leaves open is decided so:
//! - An empty value is no value, before and after every filter. `[caller_number|e164|sha256]` of
//!   something that is no number is therefore empty, not the hash of nothing.
//! - Filter names are lower case. Arguments are taken as written: no quotes, no escapes.
//! - Several values are sorted before the first filter; filters keep their order.
//! - No fault and no error says a value or a secret, only names.

mod escape;
mod fault;
mod filter;
mod json;
#[cfg(test)]
mod known;
mod parse;
#[cfg(test)]
mod properties;
mod render;
mod sample;
mod url;
mod xml;

use std::borrow::Cow;
use std::ops::Range;

pub use self::fault::{Problem, RenderError, TemplateFault};
pub use self::render::{Rendered, TokenValue};
pub use self::url::UrlTemplate;

use self::escape::Place;
use self::filter::Filter;

/// The longest template source, in bytes.
pub const MAX_SOURCE_BYTES: usize = 64 * 1024;
/// The longest source of a [`UrlTemplate`], in bytes.
pub const MAX_URL_SOURCE_BYTES: usize = 8 * 1024;
/// The most tokens of one template.
pub const MAX_TOKENS: usize = 512;
/// The most filters of one token.
pub const MAX_FILTERS: usize = 16;
/// The most faults told of one template; whoever has more starts with these.
pub const MAX_FAULTS: usize = 100;
/// The longest rendered text, in bytes.
pub const MAX_RENDERED_BYTES: usize = 256 * 1024;
/// The longest rendered URL, in bytes.
pub const MAX_RENDERED_URL_BYTES: usize = 16 * 1024;

/// What kind of text a template makes, which decides how values are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// A URL: all but unreserved characters is percent-encoded (RFC 3986, section 2.3).
    Url,
    /// A header value: UTF-8 without control characters, valid for `HeaderValue::from_bytes`.
    Header,
    /// JSON: escaped inside strings, a JSON value of its own outside them.
    Json,
    /// `application/x-www-form-urlencoded`: a space becomes `+`.
    Form,
    /// XML text or a quoted attribute value; not CDATA.
    Xml,
    /// Anything else: values stand as they are.
    Text,
}

impl Context {
    /// The context of a body with this `content-type`, whose parameters do not matter.
    #[must_use]
    pub fn of_content_type(content_type: &str) -> Self {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        let essence = essence.to_ascii_lowercase();
        match essence.as_str() {
            "application/json" => Self::Json,
            "application/x-www-form-urlencoded" => Self::Form,
            "application/xml" | "text/xml" => Self::Xml,
            other if other.ends_with("+json") => Self::Json,
            other if other.ends_with("+xml") => Self::Xml,
            _ => Self::Text,
        }
    }
}

/// What tokens are replaced with.
pub trait Values {
    /// The values of a token, whose name is lower case; none when there is nothing to say.
    fn values(&self, name: &str) -> Vec<Cow<'_, str>>;

    /// The key that `hmac_sha256:name` signs with, its name lower case.
    fn secret(&self, name: &str) -> Option<Cow<'_, str>>;
}

/// A text with tokens in it, known to be sound.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    source: Box<str>,
    parts: Vec<Part>,
}

/// A stretch of the source: bytes that stand as they are, or a token.
#[derive(Debug, Clone, PartialEq)]
enum Part {
    Literal(Range<usize>),
    Token(Token),
}

#[derive(Debug, Clone, PartialEq)]
struct Token {
    /// Lower case.
    name: Box<str>,
    filters: Vec<Filter>,
    place: Place,
    /// From its opening to past its closing bracket, in bytes of the source.
    span: Range<usize>,
}

impl Template {
    /// Reads a template whose text will stand in that context.
    ///
    /// # Errors
    /// Every fault, in the order of their positions, at most [`MAX_FAULTS`].
    pub fn parse(source: &str, context: Context) -> Result<Self, Vec<TemplateFault>> {
        let read = parse::scan(source, context);
        let mut faults = read.faults;
        if context == Context::Json && read.whole {
            faults.extend(json::check(source, &read.parts));
        }
        if !faults.is_empty() {
            return Err(faults.placed_in(source));
        }
        Ok(Self { source: source.into(), parts: read.parts })
    }

    /// The text it was read from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The lower-case name of each token, in order, as often as it stands there.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        self.each_token().map(|token| &*token.name)
    }

    /// The name of each secret that a filter signs with, in order, as often as it stands there.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.each_token().flat_map(|token| &token.filters).filter_map(Filter::secret)
    }

    fn each_token(&self) -> impl Iterator<Item = &Token> {
        self.parts.iter().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Token(token) => Some(token),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_type_decides_the_context() {
        let cases = [
            ("application/json", Context::Json),
            ("Application/JSON; charset=utf-8", Context::Json),
            ("application/vnd.api+json", Context::Json),
            ("application/x-www-form-urlencoded;charset=utf-8", Context::Form),
            ("text/xml", Context::Xml),
            ("application/xml", Context::Xml),
            ("application/soap+xml", Context::Xml),
            ("text/plain", Context::Text),
            ("", Context::Text),
        ];
        for (content_type, context) in cases {
            assert_eq!(Context::of_content_type(content_type), context, "{content_type}");
        }
    }

    #[test]
    fn a_template_tells_its_source_tokens_and_secrets() {
        let source = "[Caller_Number|hmac_sha256:Partner] [sub_id] [sub_id|upper]";
        let template = Template::parse(source, Context::Text).unwrap();
        assert_eq!(template.source(), source);
        assert_eq!(template.tokens().collect::<Vec<_>>(), ["caller_number", "sub_id", "sub_id"]);
        assert_eq!(template.secrets().collect::<Vec<_>>(), ["partner"]);
    }
}
