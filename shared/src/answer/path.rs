//! Paths of a `response_map`: where in an answer a tag's value stands.

use std::fmt;

use serde::{Serialize, Serializer};

use super::json::Node;

/// The longest path, in bytes.
const MAX_PATH_BYTES: usize = 512;
/// The most keys and indices in a path; each one reads the values below it once.
const MAX_STEPS: usize = 32;

/// Keys set apart by dots, each with any number of `[n]`, n from 0: `bidTerms[0].amount`.
///
/// Keys are matched exactly, with case, and may hold anything but `.`, `[` and `]`. A path begins
/// with a key because an answer is an object. As text it is what was parsed, trimmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

/// Why a text is no [`Path`], and where, in characters from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{problem} (at character {position})")]
pub struct PathFault {
    /// The character at fault, from 1.
    pub position: usize,
    /// What is wrong there.
    pub problem: PathProblem,
}

/// What is wrong in a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathProblem {
    /// There is no key where one belongs.
    #[error("a key is missing")]
    NoKey,
    /// A `]` without its `[`.
    #[error("']' closes nothing")]
    Unopened,
    /// A `[` without its `]`.
    #[error("'[' is not closed")]
    Unclosed,
    /// Between the brackets stands no index.
    #[error("an index is a whole number from 0, such as [0]")]
    NoIndex,
    /// Something other than `.` or `[` behind a `]`.
    #[error("after ']' comes '.', '[' or the end")]
    AfterIndex,
    /// More than 512 bytes or 32 keys and indices.
    #[error("a path has at most {MAX_PATH_BYTES} bytes and {MAX_STEPS} keys and indices")]
    TooLong,
}

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    /// The first fault with its position.
    pub fn parse(text: &str) -> Result<Self, PathFault> {
        let leading = text.chars().take_while(|c| c.is_whitespace()).count();
        let text = text.trim();
        let mut steps = Vec::new();
        let mut position = leading + 1;
        if text.len() > MAX_PATH_BYTES {
            return Err(PathFault { position, problem: PathProblem::TooLong });
        }
        for segment in text.split('.') {
            read_segment(segment, position, &mut steps)?;
            if steps.len() > MAX_STEPS {
                return Err(PathFault { position, problem: PathProblem::TooLong });
            }
            position += segment.chars().count() + 1;
        }
        Ok(Self(steps))
    }

    /// The values that stand there: none, one, or several where a key is repeated.
    pub(super) fn find<'a>(&self, root: Node<'a>) -> Vec<Node<'a>> {
        self.0.iter().fold(vec![root], |nodes, step| {
            nodes.into_iter().flat_map(|node| step.below(node)).collect()
        })
    }
}

impl Step {
    fn below<'a>(&self, node: Node<'a>) -> Vec<Node<'a>> {
        match self {
            Self::Key(name) => {
                let named = node.members().into_iter().filter(|(key, _)| key == name);
                named.map(|(_, value)| value).collect()
            }
            Self::Index(at) => node.items().get(*at).copied().into_iter().collect(),
        }
    }
}

/// Reads what stands between two dots: a key and its indices.
fn read_segment(text: &str, position: usize, steps: &mut Vec<Step>) -> Result<(), PathFault> {
    let at = |tail: &str, problem| {
        let before = text.strip_suffix(tail).unwrap_or_default();
        PathFault { position: position + before.chars().count(), problem }
    };
    let name = text.split('[').next().unwrap_or_default();
    if let Some((_, behind)) = name.split_once(']') {
        let behind = name.len() - behind.len() - 1;
        return Err(at(text.get(behind..).unwrap_or_default(), PathProblem::Unopened));
    }
    if name.trim().is_empty() {
        return Err(at(text, PathProblem::NoKey));
    }
    steps.push(Step::Key(name.to_owned()));

    let mut rest = text.strip_prefix(name).unwrap_or_default();
    while !rest.is_empty() {
        let open = rest.strip_prefix('[').ok_or_else(|| at(rest, PathProblem::AfterIndex))?;
        let (index, behind) =
            open.split_once(']').ok_or_else(|| at(rest, PathProblem::Unclosed))?;
        let digits = !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
        let index = index.parse().ok().filter(|_| digits);
        steps.push(Step::Index(index.ok_or_else(|| at(open, PathProblem::NoIndex))?));
        rest = behind;
    }
    Ok(())
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if at == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn find(path: &str, body: &str) -> Vec<String> {
        let found = Path::parse(path).unwrap().find(Node::of_body(body.as_bytes()).unwrap());
        found.into_iter().flat_map(|node| node.scalars().values).collect()
    }

    #[test]
    fn a_path_leads_through_objects_and_arrays() {
        let body = r#"{"bidTerms": [{"amount": 1.50}, {"amount": 2}], "a": {"b-c": {"d e_f": "x"}},
            "m": [[1, 2], [3]], "l": ["p", "q"]}"#;

        assert_eq!(find("bidTerms[0].amount", body), ["1.50"]);
        assert_eq!(find(" a.b-c.d e_f ", body), ["x"]);
        assert_eq!(find("m[1][0]", body), ["3"]);
        assert_eq!(find("l", body), ["p", "q"]);
        for nothing in ["bidterms", "bidTerms.amount", "bidTerms[2].amount", "a[0]", "l[0].x"] {
            assert!(find(nothing, body).is_empty(), "{nothing}");
        }
    }

    #[test]
    fn repeated_keys_are_all_followed() {
        assert_eq!(find("a.b", r#"{"a": {"b": 1}, "a": {"b": 2, "b": 3}}"#), ["1", "2", "3"]);
    }

    #[test]
    fn a_fault_names_its_position() {
        let cases = [
            ("", 1, PathProblem::NoKey),
            ("[0].a", 1, PathProblem::NoKey),
            ("a..b", 3, PathProblem::NoKey),
            ("é.", 3, PathProblem::NoKey),
            (" a.[0]", 4, PathProblem::NoKey),
            ("a]b", 2, PathProblem::Unopened),
            ("a[0", 2, PathProblem::Unclosed),
            ("a[0.b]", 2, PathProblem::Unclosed),
            ("b.a[]", 5, PathProblem::NoIndex),
            ("a[-1]", 3, PathProblem::NoIndex),
            ("a[+1]", 3, PathProblem::NoIndex),
            ("a[99999999999999999999]", 3, PathProblem::NoIndex),
            ("a[0]b", 5, PathProblem::AfterIndex),
            ("a[0]]", 5, PathProblem::AfterIndex),
        ];
        for (text, position, problem) in cases {
            assert_eq!(Path::parse(text), Err(PathFault { position, problem }), "{text:?}");
        }
        for long in ["x".repeat(513), "a.".repeat(40), format!("a{}", "[0]".repeat(40))] {
            assert_eq!(Path::parse(&long).unwrap_err().problem, PathProblem::TooLong);
        }
    }

    proptest! {
        #[test]
        fn what_reads_is_written_back_as_it_was(text in "[a-c .\\[\\]0-2é]{0,12}") {
            if let Ok(path) = Path::parse(&text) {
                prop_assert_eq!(Path::parse(&path.to_string()), Ok(path));
            }
        }
    }
}
