//! What one row of the table shows.

use serde::{Deserialize, Serialize};

use crate::spread::Spread;

/// A question with the figures that answer it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// One word, or several joined by hyphens; the plot is a file of that name.
    pub name: String,
    /// What the figures answer, as one sentence or noun phrase.
    pub question: String,
    /// The unit of every figure.
    pub unit: Unit,
    /// The cases.
    pub figures: Vec<Figure>,
    /// What a reader of the figures has to know, one sentence or more each.
    pub notes: Vec<String>,
}

/// One case: ours beside its baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What was measured: `start, 5 webhooks, 20 ms`.
    pub case: String,
    /// Whether the table shows it though no target of it is missed. The results and the plot have
    /// every figure.
    pub shown: bool,
    /// What Hookline took.
    pub ours: Spread,
    /// What it is measured against.
    pub baseline: Option<Baseline>,
    /// What the figure has to keep.
    pub targets: Vec<Target>,
}

/// What a figure is measured against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// What it is: `echo`.
    pub name: String,
    /// What it took.
    pub spread: Spread,
}

/// What a figure has to keep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// The bound.
    pub bound: Bound,
    /// What is held against the bound: a ratio, a median, a p99.
    pub measured: f64,
    /// The bound in words: `≤ 1.6×`.
    pub text: String,
}

/// On which side of a value a target is met.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// At the value or below it.
    AtMost(f64),
    /// At the value or above it.
    AtLeast(f64),
}

/// The unit of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Milliseconds.
    Millis,
    /// Microseconds.
    Micros,
    /// How many a second.
    PerSecond,
    /// How many a microsecond.
    PerMicro,
    /// Bytes.
    Bytes,
    /// A million bytes each.
    Megabytes,
    /// Plain counts.
    Units,
    /// Dollars.
    Dollars,
}

impl Row {
    /// A row without figures yet.
    #[must_use]
    pub fn new(name: &str, question: &str, unit: Unit) -> Self {
        let (name, question) = (name.to_owned(), question.to_owned());
        Self { name, question, unit, figures: Vec::new(), notes: Vec::new() }
    }
}

impl Figure {
    /// A case that the table shows, without a baseline or a target yet.
    #[must_use]
    pub fn new(case: impl Into<String>, ours: Spread) -> Self {
        Self { case: case.into(), shown: true, ours, baseline: None, targets: Vec::new() }
    }

    /// Beside that baseline.
    #[must_use]
    pub fn beside(mut self, name: &str, spread: Spread) -> Self {
        self.baseline = Some(Baseline { name: name.to_owned(), spread });
        self
    }

    /// With a target, beside those it has.
    #[must_use]
    pub fn keeping(mut self, target: Target) -> Self {
        self.targets.push(target);
        self
    }

    /// In the results and the plot alone as long as it meets its targets, for one of many cases.
    #[must_use]
    pub fn unlisted(mut self) -> Self {
        self.shown = false;
        self
    }

    /// Whether the table lists it: what is missed is never left out.
    #[must_use]
    pub fn listed(&self) -> bool {
        self.shown || !self.targets.iter().all(Target::met)
    }

    /// Our median over the baseline's; `None` without a baseline, or beside nothing.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        let baseline = self.baseline.as_ref()?.spread.median;
        (baseline != 0.0).then(|| self.ours.median / baseline)
    }
}

impl Target {
    /// That `measured` is at most `bound`; `text` says it with its unit.
    #[must_use]
    pub fn at_most(bound: f64, measured: f64, text: impl Into<String>) -> Self {
        Self { bound: Bound::AtMost(bound), measured, text: text.into() }
    }

    /// That `measured` is at least `bound`; `text` says it with its unit.
    #[must_use]
    pub fn at_least(bound: f64, measured: f64, text: impl Into<String>) -> Self {
        Self { bound: Bound::AtLeast(bound), measured, text: text.into() }
    }

    /// Whether it is met.
    #[must_use]
    pub fn met(&self) -> bool {
        match self.bound {
            Bound::AtMost(bound) => self.measured <= bound,
            Bound::AtLeast(bound) => self.measured >= bound,
        }
    }
}

impl Unit {
    /// The value with its unit, three digits of it or all before the point: `1.53 ms`, `12,345 /s`.
    #[must_use]
    pub fn show(self, value: f64) -> String {
        let number = number(value);
        match self {
            Self::Millis => format!("{number} ms"),
            Self::Micros => format!("{number} µs"),
            Self::PerSecond => format!("{number} /s"),
            Self::PerMicro => format!("{number} /µs"),
            Self::Bytes => format!("{number} B"),
            Self::Megabytes => format!("{number} MB"),
            Self::Units => number,
            Self::Dollars => format!("${number}"),
        }
    }

    /// Whether more is better.
    #[must_use]
    pub fn is_rate(self) -> bool {
        matches!(self, Self::PerSecond | Self::PerMicro)
    }

    /// The worse end of many samples, p99 or that of a rate, p1; `None` when there is one sample, or
    /// p1 was not kept.
    #[must_use]
    pub fn worse_end(self, spread: &Spread) -> Option<f64> {
        let end = if self.is_rate() { spread.p1 } else { Some(spread.p99) };
        end.filter(|_| spread.n > 1)
    }

    /// Median and worse end, or the one value there is.
    #[must_use]
    pub fn show_spread(self, spread: &Spread) -> String {
        let median = self.show(spread.median);
        let end = self.worse_end(spread);
        end.map_or_else(|| median.clone(), |end| format!("{median} / {}", self.show(end)))
    }
}

/// Three digits, or all those before the point in groups of three; a whole number stays one.
pub(crate) fn number(value: f64) -> String {
    let size = value.abs();
    let whole = value.fract() == 0.0;
    let places = if whole || size >= 99.95 {
        0
    } else if size >= 9.995 {
        1
    } else {
        2
    };
    let text = format!("{value:.places$}");
    let (before, after) = text.split_once('.').map_or((text.as_str(), ""), |parts| parts);
    let digits: Vec<char> = before.trim_start_matches('-').chars().collect();
    let groups: Vec<String> = digits.rchunks(3).rev().map(|group| group.iter().collect()).collect();
    let sign = if before.starts_with('-') { "−" } else { "" };
    let point = if after.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{after}", groups.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_with_three_digits_or_whole() {
        let shown = [0.0, 0.1234, 9.996, 99.94, 99.96, 1234.5, 1_234_567.0, 3.0, -1.5].map(number);

        let wanted = ["0", "0.12", "10.0", "99.9", "100", "1,234", "1,234,567", "3", "−1.50"];
        assert_eq!(shown, wanted);
        assert_eq!(Unit::Millis.show(1.5), "1.50 ms");
        assert_eq!(Unit::PerSecond.show(12345.6), "12,346 /s");
    }

    #[test]
    fn the_worse_end_of_a_rate_is_its_least() {
        let spread = Spread { n: 9, p1: Some(1.0), p25: 2.0, median: 3.0, p75: 4.0, p99: 5.0 };

        assert_eq!(Unit::Millis.show_spread(&spread), "3 ms / 5 ms");
        assert_eq!(Unit::PerMicro.show_spread(&spread), "3 /µs / 1 /µs");
        assert_eq!(Unit::PerSecond.show_spread(&Spread { p1: None, ..spread }), "3 /s");
        assert_eq!(Unit::PerSecond.show_spread(&Spread::exactly(2.0)), "2 /s");
    }

    #[test]
    fn a_target_is_met_at_its_bound_and_missed_beyond_it() {
        let most = [1.5, 1.6, 1.61].map(|ratio| Target::at_most(1.6, ratio, "≤ 1.6×").met());
        let least = [79.9, 80.0, 81.0].map(|share| Target::at_least(80.0, share, "≥ 80 %").met());

        assert_eq!(most, [true, true, false]);
        assert_eq!(least, [false, true, true]);
    }

    #[test]
    fn a_ratio_is_that_of_the_medians() {
        let figure = Figure::new("one", Spread::exactly(3.0));

        assert_eq!(figure.ratio(), None);
        assert_eq!(figure.clone().beside("echo", Spread::exactly(2.0)).ratio(), Some(1.5));
        assert_eq!(figure.beside("nothing", Spread::exactly(0.0)).ratio(), None);
    }
}
