//! What is kept of the two sides of an exchange, and how much.
//!
//! All attempts of a delivery stand in its one item, as JSON text, beside a report of up to some
//! 80 KiB; an item holds 400 KB. Texts are therefore measured as JSON writes them, and attempts past
//! those of the longest schedule, which only replays bring about, keep a quarter: 30 attempts come
//! to 11 × 15 KiB and 19 × 6 KiB.

use serde::{Deserialize, Serialize};

use crate::allowance::Allowance;

/// The attempts that keep whole what there is room for: as many as the longest schedule makes.
const WHOLE_ATTEMPTS: u32 = 11;
/// The most that is kept of one body, in bytes.
const BODY_BYTES: usize = 4096;
/// The most that is kept of one side's headers, names and values, in bytes.
const HEADER_BYTES: usize = 2048;
/// The most that is kept of a URL, in bytes.
const URL_BYTES: usize = 2048;
/// The most that is kept of the names of tokens, in bytes.
const NAME_BYTES: usize = 1024;
/// What JSON writes around one header.
const AROUND_HEADER: usize = r#"["",""],"#.len();
/// What JSON writes around one name.
const AROUND_NAME: usize = r#""","#.len();

/// How much is kept of each side of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    headers: usize,
    body: usize,
}

impl Room {
    /// The room of an attempt by its number, from 1.
    #[must_use]
    pub fn of_attempt(number: u32) -> Self {
        let share = if number <= WHOLE_ATTEMPTS { 1 } else { 4 };
        Self { headers: HEADER_BYTES / share, body: BODY_BYTES / share }
    }

    /// The headers up to the first that there is no room for.
    fn headers(self, headers: impl IntoIterator<Item = (String, String)>) -> Vec<(String, String)> {
        let weigh = |(name, value): &(String, String)| weight(name) + weight(value) + AROUND_HEADER;
        first_of(headers, weigh, self.headers)
    }

    /// The beginning of a body of so many bytes; `None` when it is empty.
    fn body(self, text: &str, bytes: usize) -> Option<KeptBody> {
        let kept = beginning(text, self.body);
        let cut = kept.len() < text.len();
        (bytes > 0).then(|| KeptBody { text: kept.to_owned(), bytes, cut })
    }
}

/// What is kept of a request or of an answer. Keys never stand in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptMessage {
    /// Headers by name, in their order.
    pub headers: Vec<(String, String)>,
    /// The body; `None` when there was none, or it was not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<KeptBody>,
}

impl KeptMessage {
    /// What there is room for of the headers and of a body of so many bytes.
    #[must_use]
    pub fn within(
        room: Room,
        headers: impl IntoIterator<Item = (String, String)>,
        (text, bytes): (&str, usize),
    ) -> Self {
        Self { headers: room.headers(headers), body: room.body(text, bytes) }
    }
}

/// The beginning of a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptBody {
    /// At most 4 KiB of it, as JSON writes it; what is no UTF-8 is replaced.
    pub text: String,
    /// How many bytes the whole body has.
    pub bytes: usize,
    /// Whether there is more of it than is kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// A URL, cut where it is longer than what is kept of one.
#[must_use]
pub fn kept_url(mut url: String) -> String {
    let kept = beginning(&url, URL_BYTES).len();
    if kept < url.len() {
        url.truncate(kept);
        url.push('…');
    }
    url
}

/// Names of tokens, as many as are kept.
#[must_use]
pub fn kept_names(names: impl IntoIterator<Item = String>) -> Vec<String> {
    first_of(names, |name| weight(name) + AROUND_NAME, NAME_BYTES)
}

/// The first of these, as long as they weigh no more than this together.
fn first_of<T>(
    items: impl IntoIterator<Item = T>,
    weigh: impl Fn(&T) -> usize,
    room: usize,
) -> Vec<T> {
    let mut room = Allowance::of(room);
    items.into_iter().take_while(|item| room.spend(weigh(item))).collect()
}

/// As much of a text as weighs no more than this.
fn beginning(text: &str, room: usize) -> &str {
    let mut room = Allowance::of(room);
    let over = text.char_indices().find(|(_, c)| !room.spend(char_weight(*c)));
    over.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

/// The bytes of a text as JSON writes it.
fn weight(text: &str) -> usize {
    text.chars().map(char_weight).sum()
}

fn char_weight(c: char) -> usize {
    match c {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' => 6,
        other => other.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body_of(number: u32, text: &str) -> KeptBody {
        Room::of_attempt(number).body(text, text.len()).unwrap()
    }

    #[test]
    fn a_body_is_kept_up_to_its_room_and_counted_whole() {
        let kept = |text: &str| body_of(1, text);
        let long = "x".repeat(5000);
        assert_eq!(kept("{}"), KeptBody { text: "{}".to_owned(), bytes: 2, cut: false });
        assert_eq!(kept(&long), KeptBody { text: "x".repeat(4096), bytes: 5000, cut: true });
        assert_eq!(body_of(12, &long).text.len(), 1024);
        assert_eq!(Room::of_attempt(1).body("", 0), None);
    }

    #[test]
    fn a_body_is_cut_between_characters_and_weighed_as_json_writes_it() {
        for text in ["é", "\"", "\n", "\u{1}", "\u{7f}", "𝄞", "a\\é"] {
            let text = text.repeat(4096);
            let kept = body_of(1, &text).text;
            let written = serde_json::to_string(&kept).unwrap().len() - 2;
            assert!(text.starts_with(&kept));
            assert!((4090..=4096).contains(&written), "{written} of {:?}", kept.get(..4));
        }
    }

    #[test]
    fn headers_stop_at_the_first_that_there_is_no_room_for() {
        let header = |name: &str, size| (name.to_owned(), "v".repeat(size));
        let headers = [header("a", 1000), header("b", 1000), header("c", 1000), header("d", 1)];
        let names = |number| -> Vec<String> {
            let kept = Room::of_attempt(number).headers(headers.clone());
            kept.into_iter().map(|(name, _)| name).collect()
        };
        assert_eq!(names(1), ["a", "b"]);
        assert_eq!(names(12), [""; 0]);
    }

    #[test]
    fn a_long_url_is_cut_and_says_so() {
        let url = format!("https://a.example/{}", "x".repeat(3000));
        let kept = kept_url(url.clone());
        assert_eq!(kept.strip_suffix('…').unwrap(), &url[..2048]);
        assert_eq!(kept_url("https://a.example/".to_owned()), "https://a.example/");
    }
}
