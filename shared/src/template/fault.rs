//! What can be wrong with a template, and what can go wrong in rendering one.

use super::filter;
use super::{MAX_FAULTS, MAX_FILTERS, MAX_TOKENS};

/// One thing wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("character {position}: {problem}")]
pub struct TemplateFault {
    /// Which character of the source, counted from 1; one past the last for what is missing.
    pub position: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong at one place of a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The source is too long; the position is the first character too many.
    #[error("a template has at most {limit} bytes")]
    TooLong {
        /// In bytes.
        limit: usize,
    },
    /// More than [`MAX_TOKENS`].
    #[error("a template has at most {MAX_TOKENS} tokens")]
    TooManyTokens,
    /// More than [`MAX_FILTERS`] on one token.
    #[error("a token has at most {MAX_FILTERS} filters")]
    TooManyFilters,
    /// A token that the source ends in.
    #[error("the token {0:?} has no closing bracket; write [[ for a plain bracket")]
    Unclosed(String),
    /// A filter by that name does not exist.
    #[error("there is no filter {0:?}; the filters are {names}", names = filter::NAMES)]
    UnknownFilter(String),
    /// A filter without the argument it needs, or with one it cannot use.
    #[error("the filter {filter} needs {wants}")]
    Argument {
        /// The filter.
        filter: &'static str,
        /// What it needs, with an example.
        wants: &'static str,
    },
    /// An argument for a filter that has none.
    #[error("the filter {0} takes no argument")]
    NoArgument(&'static str),
    /// A value that `map` has two answers for.
    #[error("the filter map names {0:?} twice")]
    MapRepeats(String),
    /// A time zone the IANA database does not have.
    #[error("there is no time zone {0:?}; name one like America/New_York")]
    UnknownZone(String),
    /// A format with a directive `date` does not know.
    #[error("the filter date cannot write the format {0:?}")]
    DateFormat(String),
    /// A control character in a header value.
    #[error("a header value must not hold the control character {0:?}")]
    ControlCharacter(char),
    /// A JSON template that would not make JSON.
    #[error("with its tokens filled in, this is not JSON: {0}")]
    NotJson(String),
    /// An XML template that would not make XML.
    #[error("with its tokens filled in, this is not XML: {0}")]
    NotXml(String),
    /// An XML template of another kind than is wanted.
    #[error("the root element must be <{0}>")]
    XmlRoot(&'static str),
    /// An XML template that says it is written in something else than it is sent in.
    #[error("the document is sent as UTF-8 and may declare no other encoding")]
    XmlEncoding,
    /// A token in a comment, a processing instruction or a declaration.
    #[error("tokens may stand in text and in the values of attributes only")]
    TokenInMarkup,
    /// A CDATA section.
    #[error("write text without CDATA sections, which values cannot be escaped for")]
    Cdata,
    /// A URL template that is not `http://…` or `https://…`.
    #[error("a URL starts with http:// or https://")]
    NotAbsolute,
    /// A URL template with nothing between `//` and the path.
    #[error("the URL has no host")]
    NoHost,
    /// A token in scheme, userinfo, host or port.
    #[error("tokens may stand in the path and query only")]
    TokenOutsidePath,
    /// A character that URL readers drop or read in different ways.
    #[error("a URL must not hold the character {0:?}; percent-encode it")]
    UrlCharacter(char),
    /// A `#`.
    #[error("a URL is sent without its fragment; leave out # and what follows, or write %23")]
    Fragment,
    /// A `.` or `..` segment, percent-encoded or not.
    #[error("the path must not hold the segment {0:?}")]
    DotSegment(String),
    /// What else the URL standard refuses, which is about host or port.
    #[error("this is not a URL: {0}")]
    NotAUrl(String),
}

/// Why values could not be put into a template. Names tokens and secrets, never what they hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// A header value would hold a control character.
    #[error("a value of the token {token:?} holds a control character, which headers must not")]
    ControlCharacter {
        /// The token with that value.
        token: String,
    },
    /// The campaign has no such secret.
    #[error("there is no secret {secret:?}")]
    UnknownSecret {
        /// Its name.
        secret: String,
    },
    /// The text, or a value on its way through the filters, grows too long.
    #[error("the text grows longer than {limit} bytes")]
    TooLong {
        /// In bytes.
        limit: usize,
    },
    /// A value makes a `.` or `..` segment, or more or fewer segments than the template has.
    #[error("the values change the segments of the path")]
    PathChanged,
    /// Scheme, userinfo, host or port are not the template's.
    #[error("the values change the URL before its path")]
    OriginChanged,
}

/// Problems by byte offset, before they are placed for people.
#[derive(Debug, Default)]
pub(super) struct FaultList(Vec<(usize, Problem)>);

impl FaultList {
    pub(super) fn push(&mut self, offset: usize, problem: Problem) {
        self.0.push((offset, problem));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Byte offsets as character positions, sorted.
    pub(super) fn placed_in(mut self, source: &str) -> Vec<TemplateFault> {
        self.0.sort_by_key(|(offset, _)| *offset);
        self.0.truncate(MAX_FAULTS);
        let mut starts = source.char_indices().map(|(start, _)| start).peekable();
        let mut position = 1;
        let place = |(offset, problem)| {
            while starts.next_if(|start| *start < offset).is_some() {
                position += 1;
            }
            TemplateFault { position, problem }
        };
        self.0.into_iter().map(place).collect()
    }
}

impl Extend<(usize, Problem)> for FaultList {
    fn extend<I: IntoIterator<Item = (usize, Problem)>>(&mut self, problems: I) {
        self.0.extend(problems);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_are_sorted() {
        let mut faults = FaultList::default();
        faults.push("añb".len(), Problem::NoHost);
        faults.push(0, Problem::NotAbsolute);
        faults.push("añ".len(), Problem::Fragment);
        assert_eq!(
            faults.placed_in("añb"),
            [
                TemplateFault { position: 1, problem: Problem::NotAbsolute },
                TemplateFault { position: 3, problem: Problem::Fragment },
                TemplateFault { position: 4, problem: Problem::NoHost },
            ]
        );
    }

    #[test]
    fn the_first_hundred_faults_are_told() {
        let source = "\n".repeat(MAX_FAULTS + 1);
        let mut faults = FaultList::default();
        faults.extend((0..source.len()).rev().map(|at| (at, Problem::ControlCharacter('\n'))));
        let positions: Vec<_> = faults.placed_in(&source).iter().map(|f| f.position).collect();
        assert_eq!(positions, (1..=MAX_FAULTS).collect::<Vec<_>>());
    }
}
