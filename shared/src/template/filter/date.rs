//! The filter `date:FORMAT,ZONE`: a moment as people or partners write it.
//!
//! The format is strftime's, as `jiff` knows it; the zone an IANA name. The text after the last
//! comma is the zone when it looks like one: no `%`, no blank inside. It must then exist, so that
//! a slip of the pen is refused at save. Otherwise all is format, and the zone is UTC.

use jiff::Timestamp;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;

use crate::template::fault::Problem;
use crate::template::parse::shown;

/// A format that is known to write, in a zone that exists.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::template) struct DateFormat {
    format: Box<str>,
    zone: TimeZone,
}

impl DateFormat {
    /// Reads `FORMAT` or `FORMAT,ZONE`.
    pub(super) fn parse(argument: &str) -> Result<Self, Problem> {
        let split = argument.rsplit_once(',').map(|(format, zone)| (format, zone.trim()));
        let (format, zone) = match split {
            Some((format, name)) if looks_like_zone(name) => {
                let unknown = |_| Problem::UnknownZone(shown(name));
                (format, TimeZone::get(name).map_err(unknown)?)
            }
            _ => (argument, TimeZone::UTC),
        };
        if format.is_empty() {
            let wants = "a format, as in date:%Y-%m-%d or date:%H:%M,America/New_York";
            return Err(Problem::Argument { filter: "date", wants });
        }
        let date = Self { format: format.into(), zone };
        match date.at(Timestamp::UNIX_EPOCH) {
            Some(_) => Ok(date),
            None => Err(Problem::DateFormat(shown(format))),
        }
    }

    /// Writes a moment given as whole unix seconds or in RFC 3339; empty when it is neither, or
    /// outside the years -9999 to 9999.
    pub(super) fn write(&self, value: &str) -> String {
        let value = value.trim();
        let moment = match value.parse() {
            Ok(seconds) => Timestamp::from_second(seconds),
            Err(_) => value.parse(),
        };
        moment.ok().and_then(|moment| self.at(moment)).unwrap_or_default()
    }

    fn at(&self, moment: Timestamp) -> Option<String> {
        let parts = BrokenDownTime::from(&moment.to_zoned_datetime(self.zone.clone()));
        let mut text = String::new();
        parts.format(&*self.format, &mut text).ok()?;
        Some(text)
    }
}

fn looks_like_zone(text: &str) -> bool {
    let in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '+');
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(in_name)
}

#[cfg(test)]
mod tests {
    use crate::template::filter::tests::{fault, filtered};

    #[test]
    fn moments_are_written_in_their_zone() {
        let cases = [
            ("%Y-%m-%d %H:%M:%S", "1700000000", "2023-11-14 22:13:20"),
            ("%Y-%m-%dT%H:%M:%S%:z,America/New_York", "1700000000", "2023-11-14T17:13:20-05:00"),
            ("%H:%M, europe/london", "2023-07-01T12:00:00Z", "13:00"),
            ("%H:%M %Z,UTC", "2023-07-01T12:00:00.5+02:00", "10:00 UTC"),
            ("%b %d, %Y", "0", "Jan 01, 1970"),
            ("%b %d, %Y,Asia/Tokyo", "-86400", "Dec 31, 1969"),
            ("%d, at noon", "0", "01, at noon"),
            ("%s", "2023-11-14T22:13:20Z", "1700000000"),
            ("%%", "0", "%"),
        ];
        for (argument, value, expected) in cases {
            assert_eq!(filtered(&format!("date:{argument}"), &[value]), expected, "{argument}");
        }
    }

    #[test]
    fn what_is_no_moment_is_empty() {
        for value in ["yesterday", "99999999999999", "2023-11-14", "2023-11-14T22:13:20", "1.5"] {
            assert_eq!(filtered("date:%Y|default:-", &[value]), "-", "{value}");
        }
    }

    #[test]
    fn zone_and_format_are_checked_at_parse() {
        let wanted = "the filter date needs a format, as in date:%Y-%m-%d \
                      or date:%H:%M,America/New_York";
        assert_eq!(fault("date"), format!("character 4: {wanted}"));
        assert_eq!(fault("date:"), format!("character 9: {wanted}"));
        assert_eq!(fault("date:,UTC"), format!("character 9: {wanted}"));
        assert_eq!(
            fault("date:%H,America/NewYork"),
            "character 9: there is no time zone \"America/NewYork\"; \
             name one like America/New_York"
        );
        assert_eq!(
            fault("date:%Y-%!"),
            "character 9: the filter date cannot write the format \"%Y-%!\""
        );
        assert_eq!(fault("date:%"), "character 9: the filter date cannot write the format \"%\"");
    }
}
