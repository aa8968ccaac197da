//! The way from one day of a list to another.

use askama::Template;
use hookline::time::{Day, Timestamp};

/// Links to the day before, the day after and today, and a field for any other.
#[derive(Debug, Template)]
#[template(path = "console/day_picker.html")]
pub(super) struct DayPicker {
    day: Day,
    before: Option<Day>,
    /// Never a day to come.
    after: Option<Day>,
    today: Day,
    /// What else the address says, as names and values.
    kept: Vec<(&'static str, String)>,
}

impl DayPicker {
    /// The day that was asked for, or else today; what is no day is today.
    pub(super) fn asked(text: &str, now: Timestamp) -> Self {
        let today = Day::of(now);
        let day = Day::parse(text).unwrap_or(today);
        let after = day.after().filter(|after| *after <= today);
        Self { day, before: day.before(), after, today, kept: Vec::new() }
    }

    /// The same, going from day to day with another word in the address.
    #[must_use]
    pub(super) fn keeping(mut self, name: &'static str, value: &str) -> Self {
        if !value.is_empty() {
            self.kept.push((name, value.to_owned()));
        }
        self
    }

    /// The day.
    pub(super) fn day(&self) -> Day {
        self.day
    }

    /// Whether it is today.
    pub(super) fn is_today(&self) -> bool {
        self.day == self.today
    }

    /// The query of this day's page.
    pub(super) fn here(&self) -> String {
        self.query(&self.day)
    }

    fn of_today(&self) -> String {
        self.query(&self.today)
    }

    /// The query of a day's page.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn query(&self, day: &Day) -> String {
        let mut query = url::form_urlencoded::Serializer::for_suffix(String::from("?"), 1);
        query.append_pair("day", &day.to_string());
        query.extend_pairs(&self.kept);
        query.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_lead_back_and_forth_and_never_past_today() {
        let now = Timestamp::from_millis(1_795_453_205_250).unwrap();
        let today = DayPicker::asked("", now);
        assert!(today.is_today() && today.after.is_none());
        assert_eq!(DayPicker::asked("yesterday", now).day(), today.day());
        let other = DayPicker::asked("2026-11-22", now).keeping("webhook", "a&b").keeping("x", "");
        assert_eq!(
            other.after.map(|day| other.query(&day)).as_deref(),
            Some("?day=2026-11-23&webhook=a%26b")
        );
        assert!(other.render().unwrap().contains("2026-11-21"));
    }
}
