//! What stands before the path of a URL: scheme, userinfo, host and port.

use url::Url;

use crate::template::Part;
use crate::template::fault::{FaultList, Problem};

/// Refuses what is not `http(s)://host…`, and tokens before the path.
pub(super) fn check(authority: &Authority<'_>, parts: &[Part], faults: &mut FaultList) {
    let mut has_token = false;
    for part in parts {
        if let Part::Token(token) = part
            && token.span.start < authority.end
        {
            has_token = true;
            faults.push(token.span.start, Problem::TokenOutsidePath);
        }
    }
    if has_token {
        return;
    }
    let is_web =
        |scheme: &str| scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    if !authority.scheme.is_some_and(is_web) {
        faults.push(0, Problem::NotAbsolute);
    } else if authority.start == authority.end {
        faults.push(authority.start, Problem::NoHost);
    }
}

/// What stands before the path, in byte offsets: userinfo, host and port.
pub(super) struct Authority<'u> {
    /// None when the text does not begin with a scheme and `//`.
    scheme: Option<&'u str>,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl<'u> Authority<'u> {
    /// Finds it as the URL standard does, for text without backslashes and white space.
    pub(super) fn of(text: &'u str) -> Self {
        let delimiter = |from: usize| {
            let rest = text.get(from..).unwrap_or_default();
            rest.find(['/', '?', '#']).map_or(text.len(), |ahead| from + ahead)
        };
        let first = delimiter(0);
        let scheme = text.get(..first).and_then(|before| before.strip_suffix(':'));
        let slashes = text.get(first..).is_some_and(|rest| rest.starts_with("//"));
        match scheme {
            Some(scheme) if slashes => {
                let start = first + 2;
                Self { scheme: Some(scheme), start, end: delimiter(start) }
            }
            _ => Self { scheme: None, start: 0, end: first },
        }
    }
}

/// The sample as a URL that leads where its part before the path says.
pub(super) fn whole_url(sample: &str, authority: &Authority<'_>) -> Result<Url, Problem> {
    let unclear = || Problem::NotAUrl("its host is not where it seems".to_owned());
    let refused = |fault: url::ParseError| Problem::NotAUrl(fault.to_string());
    let url = Url::parse(sample).map_err(refused)?;
    let before_path = sample.get(..authority.end).unwrap_or_default();
    let origin = Url::parse(before_path).map_err(refused)?;
    if same_origin(&url, &origin) { Ok(url) } else { Err(unclear()) }
}

/// Whether two URLs lead to the same place, with the same userinfo.
pub(super) fn same_origin(left: &Url, right: &Url) -> bool {
    left.scheme() == right.scheme() && left.authority() == right.authority()
}

#[cfg(test)]
mod tests {
    use crate::template::url::tests::faults;

    #[test]
    fn tokens_stand_in_path_and_query_only() {
        let only = "tokens may stand in the path and query only";
        let cases: [(&str, &[usize]); 8] = [
            ("[base]/p?x=[x]", &[1]),
            ("[s]://[h]/[p]", &[1, 7]),
            ("https://[host]", &[9]),
            ("https://[host|default:a/b]?x", &[9]),
            ("https://[u]:[p]@a.example/", &[9, 13]),
            ("https://é.[x].example:[port]/[p]", &[11, 23]),
            ("https://[abcd]:80/", &[9]),
            ("htt[x]://a.example/", &[4]),
        ];
        for (source, positions) in cases {
            let expected: Vec<_> =
                positions.iter().map(|at| format!("character {at}: {only}")).collect();
            assert_eq!(faults(source), expected, "{source}");
        }
    }

    #[test]
    fn only_plain_web_urls_are_taken() {
        let absolute = "character 1: a URL starts with http:// or https://";
        for source in [
            "",
            "a.example/x?u=http://a",
            "http:a.example/",
            "http:/a.example",
            "//a.example/",
            "ftp://a.example/",
            "file:///etc",
            "javascript:x",
        ] {
            assert_eq!(faults(source), [absolute], "{source}");
        }
        assert_eq!(faults("http:///a.example/"), ["character 8: the URL has no host"]);
        assert_eq!(faults("https://?x"), ["character 9: the URL has no host"]);
        assert_eq!(faults("http://u@/"), ["character 8: this is not a URL: empty host"]);
        assert_eq!(
            faults("http://a:99999/"),
            ["character 8: this is not a URL: invalid port number"]
        );
        assert_eq!(
            faults("http://[::1/"),
            ["character 8: this is not a URL: invalid IPv6 address"]
        );
    }
}
