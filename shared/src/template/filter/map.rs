//! The filter `map:a=b,c=d`: other words for some values.

use std::borrow::Cow;

use crate::template::fault::Problem;
use crate::template::parse::shown;

/// What is said instead of what. Few enough for a plain list.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::template) struct Mapping(Vec<(Box<str>, Box<str>)>);

impl Mapping {
    /// Reads pairs; white space around each side is dropped, and a side may hold further `=`
    /// only on the right.
    pub(super) fn parse(argument: &str) -> Result<Self, Problem> {
        const WANTED: Problem =
            Problem::Argument { filter: "map", wants: "pairs, as in map:yes=1,no=0" };
        let mut pairs: Vec<(Box<str>, Box<str>)> = Vec::new();
        for pair in argument.split(',') {
            let (from, to) = pair.split_once('=').ok_or(WANTED)?;
            let (from, to) = (from.trim(), to.trim());
            if from.is_empty() {
                return Err(WANTED);
            }
            if pairs.iter().any(|(known, _)| **known == *from) {
                return Err(Problem::MapRepeats(shown(from)));
            }
            pairs.push((from.into(), to.into()));
        }
        Ok(Self(pairs))
    }

    /// What is said instead of a value: the value itself when nothing is.
    pub(super) fn apply<'v>(&'v self, value: Cow<'v, str>) -> Cow<'v, str> {
        match self.0.iter().find(|(from, _)| **from == *value) {
            Some((_, to)) => Cow::Borrowed(to),
            None => value,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::template::filter::tests::{fault, filtered};

    #[test]
    fn named_values_change_and_others_stay() {
        assert_eq!(filtered("map:yes=1,no=0", &["yes"]), "1");
        assert_eq!(filtered("map:yes=1,no=0", &["maybe", "no", "Yes"]), "Yes,maybe,0");
        assert_eq!(filtered("map: a = x y , b = p=q ", &["a", "b"]), "x y,p=q");
        assert_eq!(filtered("map:unknown=|default:-", &["unknown"]), "-");
    }

    #[test]
    fn pairs_have_two_sides_and_one_answer() {
        assert_eq!(fault("map"), "character 4: the filter map needs pairs, as in map:yes=1,no=0");
        for bad in ["map:", "map:a", "map:=b", "map:a=b,", "map:a=b,c"] {
            assert_eq!(
                fault(bad),
                "character 8: the filter map needs pairs, as in map:yes=1,no=0",
                "{bad}"
            );
        }
        assert_eq!(fault("map:a=1, a=2"), "character 8: the filter map names \"a\" twice");
    }
}
