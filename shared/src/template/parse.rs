//! From source to parts: finds the tokens and their filters.
//!
//! The scan is one pass, linear in the source, and goes on after a fault so that all are told.
//! Only a token that never closes ends it, since what follows belongs to that token.

use super::escape::Place;
use super::fault::{FaultList, Problem};
use super::filter::Filter;
use super::json::StringCursor;
use super::{Context, MAX_FILTERS, MAX_SOURCE_BYTES, MAX_TOKENS, Part, Token};

/// What a scan found.
pub(super) struct Scan {
    pub(super) parts: Vec<Part>,
    pub(super) faults: FaultList,
    /// Whether the parts cover the whole source.
    pub(super) whole: bool,
}

/// Reads a source for a context.
pub(super) fn scan(source: &str, context: Context) -> Scan {
    let mut scanner = Scanner {
        source,
        context,
        cursor: StringCursor::default(),
        tokens: 0,
        scan: Scan { parts: Vec::new(), faults: FaultList::default(), whole: false },
    };
    if source.len() > MAX_SOURCE_BYTES {
        let offset = source.floor_char_boundary(MAX_SOURCE_BYTES);
        scanner.scan.faults.push(offset, Problem::TooLong { limit: MAX_SOURCE_BYTES });
        return scanner.scan;
    }
    if context == Context::Header {
        let controls = source.char_indices().filter(|(_, c)| c.is_control());
        scanner.scan.faults.extend(controls.map(|(at, c)| (at, Problem::ControlCharacter(c))));
    }
    scanner.run();
    scanner.scan
}

/// The length of the token or secret name that a text starts with, 0 when it starts with none.
pub(super) fn name_length(text: &str) -> usize {
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return 0;
    }
    let in_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    text.bytes().take_while(in_name).count()
}

struct Scanner<'s> {
    source: &'s str,
    context: Context,
    cursor: StringCursor,
    tokens: usize,
    scan: Scan,
}

/// What an opening bracket turns out to be; lengths in bytes after it.
enum Bracket<'s> {
    Doubled,
    Plain,
    Unclosed { name: &'s str },
    Token { name: &'s str, filters: Option<&'s str>, length: usize },
}

impl<'s> Scanner<'s> {
    fn run(&mut self) {
        let (mut at, mut literal_from) = (0, 0);
        while let Some(ahead) = self.from(at).find('[') {
            let open = at + ahead;
            let after = open + 1;
            self.pass(at..open);
            match self.bracket(self.from(after)) {
                Bracket::Plain => {
                    self.pass(open..after);
                    at = after;
                }
                Bracket::Doubled => {
                    self.pass(open..after);
                    self.literal(literal_from..after);
                    at = after + 1;
                    literal_from = at;
                }
                Bracket::Unclosed { name } => {
                    self.literal(literal_from..open);
                    self.scan.faults.push(open, Problem::Unclosed(shown(name)));
                    return;
                }
                Bracket::Token { name, filters, length } => {
                    self.literal(literal_from..open);
                    if self.tokens == MAX_TOKENS {
                        self.scan.faults.push(open, Problem::TooManyTokens);
                        return;
                    }
                    at = after + length;
                    literal_from = at;
                    self.token(name, filters, open..at);
                }
            }
        }
        self.pass(at..self.source.len());
        self.literal(literal_from..self.source.len());
        self.scan.whole = true;
    }

    fn bracket(&self, rest: &'s str) -> Bracket<'s> {
        if rest.starts_with('[') {
            return Bracket::Doubled;
        }
        let Some((name, tail)) = rest.split_at_checked(name_length(rest)) else {
            return Bracket::Plain;
        };
        if name.is_empty() {
            return Bracket::Plain;
        }
        match tail.bytes().next() {
            None => Bracket::Unclosed { name },
            Some(b']') if self.place() == Place::JsonBare && is_json_word(name) => Bracket::Plain,
            Some(b']') => Bracket::Token { name, filters: None, length: name.len() + 1 },
            Some(b'|') => match tail.find(']') {
                None => Bracket::Unclosed { name },
                Some(close) => Bracket::Token {
                    name,
                    filters: tail.get(1..close),
                    length: name.len() + close + 1,
                },
            },
            Some(_) => Bracket::Plain,
        }
    }

    fn token(&mut self, name: &str, filters: Option<&str>, span: std::ops::Range<usize>) {
        let mut read = Vec::new();
        // Past the bracket, the name and the first bar.
        let mut at = span.start + name.len() + 2;
        for (index, filter) in filters.into_iter().flat_map(|all| all.split('|')).enumerate() {
            if index == MAX_FILTERS {
                self.scan.faults.push(at, Problem::TooManyFilters);
                break;
            }
            let (filter_name, argument) = match filter.split_once(':') {
                Some((filter_name, argument)) => (filter_name, Some(argument)),
                None => (filter, None),
            };
            match Filter::parse(filter_name, argument) {
                Ok(filter) => read.push(filter),
                Err(problem @ Problem::UnknownFilter(_)) => self.scan.faults.push(at, problem),
                Err(problem) => {
                    let to_argument = argument.map_or(0, |_| filter_name.len() + 1);
                    self.scan.faults.push(at + to_argument, problem);
                }
            }
            at += filter.len() + 1;
        }
        let name = name.to_ascii_lowercase().into();
        let place = self.place();
        self.tokens += 1;
        self.scan.parts.push(Part::Token(Token { name, filters: read, place, span }));
    }

    fn literal(&mut self, range: std::ops::Range<usize>) {
        if !range.is_empty() {
            self.scan.parts.push(Part::Literal(range));
        }
    }

    fn pass(&mut self, range: std::ops::Range<usize>) {
        if self.context == Context::Json {
            self.cursor.pass(self.source.get(range).unwrap_or_default());
        }
    }

    fn place(&self) -> Place {
        match self.context {
            Context::Url => Place::Url,
            Context::Header => Place::Header,
            Context::Json if self.cursor.in_string() => Place::JsonString,
            Context::Json => Place::JsonBare,
            Context::Form => Place::Form,
            Context::Xml => Place::Xml,
            Context::Text => Place::Text,
        }
    }

    fn from(&self, at: usize) -> &'s str {
        self.source.get(at..).unwrap_or_default()
    }
}

/// Whether a bracketed name in JSON, outside strings, is an array of one JSON word.
fn is_json_word(name: &str) -> bool {
    matches!(name, "true" | "false" | "null")
}

/// A piece of the source, short enough for a message.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use crate::template::known::Known;
    use crate::template::{Template, TemplateFault};

    use super::*;

    fn faults(source: &str, context: Context) -> Vec<String> {
        let faults = Template::parse(source, context).unwrap_err();
        faults.iter().map(TemplateFault::to_string).collect()
    }

    #[test]
    fn brackets_that_hold_no_name_stay() {
        let known = Known::of(&[("name", &["Jo"]), ("a.b-c_1", &["x"])]);
        let cases = [
            ("[0] [hello world] [] [1a] [-a] [é] ]", "[0] [hello world] [] [1a] [-a] [é] ]"),
            ("[name] [NAME] [a.B-c_1]", "Jo Jo x"),
            ("[[name] [[[name]] [[", "[name] [Jo] ["),
            ("[name [name]", "[name Jo"),
            ("%5Bname%5D [name|lower]", "%5Bname%5D jo"),
            ("[ name ] [name ] [name&]", "[ name ] [name ] [name&]"),
            ("[", "["),
            ("", ""),
        ];
        for (source, text) in cases {
            let template = Template::parse(source, Context::Text).unwrap();
            assert_eq!(template.render(&known).unwrap().text, text, "{source}");
        }
    }

    #[test]
    fn an_unclosed_token_is_told_where_it_opens() {
        assert_eq!(
            faults("é [caller_number", Context::Text),
            ["character 3: the token \"caller_number\" has no closing bracket; \
              write [[ for a plain bracket"]
        );
        assert_eq!(
            faults("[name|default:x {", Context::Json),
            ["character 1: the token \"name\" has no closing bracket; \
              write [[ for a plain bracket"]
        );
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let known = "the filters are default, upper, lower, trim, digits, e164, nanp, left, right, \
                     mid, md5, sha256, hmac_sha256, base64, date, map, join, first, last, \
                     urlencode, json";
        assert_eq!(
            faults("[a|nope] é [b|upper:1|left|left:x|] [c", Context::Text),
            [
                format!("character 4: there is no filter \"nope\"; {known}"),
                "character 21: the filter upper takes no argument".to_owned(),
                "character 23: the filter left needs a number of characters, as in left:3"
                    .to_owned(),
                "character 33: the filter left needs a number of characters, as in left:3"
                    .to_owned(),
                format!("character 35: there is no filter \"\"; {known}"),
                "character 37: the token \"c\" has no closing bracket; \
                 write [[ for a plain bracket"
                    .to_owned(),
            ]
        );
    }

    #[test]
    fn limits_are_faults() {
        let long = format!("{}é", "a".repeat(MAX_SOURCE_BYTES - 1));
        assert_eq!(
            faults(&long, Context::Text),
            ["character 65536: a template has at most 65536 bytes"]
        );
        let many = "[a]".repeat(MAX_TOKENS + 2);
        assert_eq!(
            faults(&many, Context::Text),
            ["character 1537: a template has at most 512 tokens"]
        );
        let filters = format!("[a{}]", "|trim".repeat(MAX_FILTERS + 1));
        assert_eq!(
            faults(&filters, Context::Text),
            ["character 84: a token has at most 16 filters"]
        );
    }

    #[test]
    fn a_header_template_holds_no_control_character() {
        assert_eq!(
            faults("a\r\nb: [x|default:\u{7f}]", Context::Header),
            [
                "character 2: a header value must not hold the control character '\\r'",
                "character 3: a header value must not hold the control character '\\n'",
                "character 18: a header value must not hold the control character '\\u{7f}'",
            ]
        );
    }

    #[test]
    fn long_pieces_of_the_source_are_cut_in_messages() {
        assert_eq!(shown(&"é".repeat(41)), format!("{}…", "é".repeat(40)));
        assert_eq!(shown("short"), "short");
    }
}
