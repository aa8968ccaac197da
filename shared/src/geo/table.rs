//! Reads the data files beside it, while the crate is compiled.
//!
//! A file is lines of words. Blank lines say nothing, nor do lines that begin with `#`.

/// The lines of a file that say something.
pub(super) struct Lines<'a> {
    rest: &'a [u8],
}

/// The words of one line.
pub(super) struct Words<'a> {
    rest: &'a [u8],
}

impl<'a> Lines<'a> {
    pub(super) const fn of(file: &'a [u8]) -> Self {
        Self { rest: file }
    }

    /// The next line, until there is none.
    pub(super) const fn take(&mut self) -> Option<Words<'a>> {
        while !self.rest.is_empty() {
            let line = until(self.rest, b'\n');
            let (_, after) = self.rest.split_at(line.len());
            self.rest = match after {
                [_, next @ ..] => next,
                [] => after,
            };
            let line = line.trim_ascii();
            if !matches!(line, [] | [b'#', ..]) {
                return Some(Words { rest: line });
            }
        }
        None
    }

    /// How many lines there are.
    pub(super) const fn count(mut self) -> usize {
        let mut count = 0;
        while self.take().is_some() {
            count += 1;
        }
        count
    }
}

impl<'a> Words<'a> {
    /// The next word, until there is none.
    pub(super) const fn take(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let word = until(self.rest, b' ');
        let (_, after) = self.rest.split_at(word.len());
        self.rest = after.trim_ascii_start();
        Some(word)
    }
}

/// What stands before the first `stop`, or everything.
const fn until(text: &[u8], stop: u8) -> &[u8] {
    let mut length = 0;
    let mut rest = text;
    while let [byte, next @ ..] = rest
        && *byte != stop
    {
        length += 1;
        rest = next;
    }
    let (before, _) = text.split_at(length);
    before
}

/// The number a word is, if it is one.
pub(super) const fn number(mut word: &[u8]) -> Option<u32> {
    let mut number = 0;
    if word.is_empty() || word.len() > 3 {
        return None;
    }
    while let [digit, next @ ..] = word {
        if !digit.is_ascii_digit() {
            return None;
        }
        number = number * 10 + (*digit - b'0') as u32;
        word = next;
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(file: &[u8]) -> Vec<Vec<&str>> {
        let mut lines = Lines::of(file);
        std::iter::from_fn(|| lines.take())
            .map(|mut line| {
                std::iter::from_fn(|| line.take())
                    .map(|word| std::str::from_utf8(word).unwrap())
                    .collect()
            })
            .collect()
    }

    #[test]
    fn a_file_is_its_lines_of_words_without_comments() {
        let file = b"# a table\n\nus-oh 216 614\r\n  ca   867 \n#none\nvi 340";
        assert_eq!(
            words(file),
            [vec!["us-oh", "216", "614"], vec!["ca", "867"], vec!["vi", "340"]]
        );
        assert_eq!(Lines::of(file).count(), 3);
        assert_eq!(words(b""), Vec::<Vec<&str>>::new());
    }

    #[test]
    fn a_number_has_one_to_three_digits_and_nothing_else() {
        assert_eq!(number(b"007"), Some(7));
        assert_eq!(number(b"999"), Some(999));
        for word in ["", "1000", "1a", "-1"] {
            assert_eq!(number(word.as_bytes()), None, "{word}");
        }
    }
}
