//! The path of a URL and its segments.

use crate::template::fault::{FaultList, Problem};

/// Refuses segments that every URL reader resolves away.
pub(super) fn check(text: &str, path_at: usize, faults: &mut FaultList) {
    for (at, segment) in segments(path_of(text, path_at)) {
        if is_dots(segment) {
            faults.push(path_at + at, Problem::DotSegment(segment.to_owned()));
        }
    }
}

/// Whether a text's path holds a segment that URL readers resolve away.
pub(super) fn has_dots(text: &str, path_at: usize) -> bool {
    segments(path_of(text, path_at)).any(|(_, segment)| is_dots(segment))
}

fn path_of(text: &str, path_at: usize) -> &str {
    let rest = text.get(path_at..).unwrap_or_default();
    rest.split(['?', '#']).next().unwrap_or_default()
}

/// The segments of a path with the byte each begins at.
fn segments(path: &str) -> impl Iterator<Item = (usize, &str)> {
    path.split('/').scan(0, |next, segment| {
        let at = *next;
        *next += segment.len() + 1;
        Some((at, segment))
    })
}

/// Whether a segment is `.` or `..` in any spelling (WHATWG URL, "single-dot" and "double-dot").
fn is_dots(segment: &str) -> bool {
    fn after_dot(segment: &[u8]) -> Option<&[u8]> {
        match segment {
            [b'.', rest @ ..] | [b'%', b'2', b'e' | b'E', rest @ ..] => Some(rest),
            _ => None,
        }
    }
    after_dot(segment.as_bytes())
        .is_some_and(|rest| rest.is_empty() || after_dot(rest).is_some_and(<[u8]>::is_empty))
}

#[cfg(test)]
mod tests {
    use crate::template::RenderError;
    use crate::template::url::tests::{faults, render};

    #[test]
    fn values_make_no_dot_segments() {
        let cases = [
            ("https://a.example/a/[x]/b", ".."),
            ("https://a.example/[x]", ".."),
            ("https://a.example/a/[x]", "."),
            ("https://a.example/a/.[x]/b", "."),
            ("https://a.example/a/[none].[none]/b", ""),
            ("https://a.example/a/%2e[x]/b", "."),
        ];
        for (source, x) in cases {
            assert_eq!(render(source, x), Err(RenderError::PathChanged), "{source}");
        }
        assert_eq!(render("https://a.example/[x]/b", "...").unwrap(), "https://a.example/.../b");
        assert_eq!(
            render("https://a.example/[x]?[x]", "%2e").unwrap(),
            "https://a.example/%252e?%252e"
        );
        assert_eq!(render("https://a.example/b?p=[x]", "..").unwrap(), "https://a.example/b?p=..");
    }

    #[test]
    fn dot_segments_of_the_template_are_told() {
        assert_eq!(
            faults("https://a.example/é/../[x]/%2E/.%2e?../#"),
            [
                "character 21: the path must not hold the segment \"..\"",
                "character 28: the path must not hold the segment \"%2E\"",
                "character 32: the path must not hold the segment \".%2e\"",
                "character 40: a URL is sent without its fragment; leave out # and what follows, \
                 or write %23",
            ]
        );
    }
}
