//! Where a time stands on an axis on which milliseconds and hours are both to be seen: between one
//! thing that happened and the next, the room grows with the logarithm of the time.

use std::time::Duration;

use hookline::time::Timestamp;

use super::wording::span;

/// The span that is drawn as long as it is; longer ones are drawn shorter and shorter.
const UNIT: Duration = Duration::from_millis(250);

/// The axis: times with their places, both rising.
#[derive(Debug)]
pub(super) struct TimeScale {
    knots: Vec<(Timestamp, f64)>,
}

/// A time that the axis names.
#[derive(Debug, PartialEq)]
pub(super) struct Tick {
    /// Its place.
    pub(super) x: f64,
    /// How long it is after the beginning.
    pub(super) label: String,
}

impl TimeScale {
    /// An axis from `left` to `right` for everything that happened at these times.
    pub(super) fn of(times: impl IntoIterator<Item = Timestamp>, left: f64, right: f64) -> Self {
        let mut times: Vec<Timestamp> = times.into_iter().collect();
        times.sort_unstable();
        times.dedup();
        let mut last: Option<(Timestamp, f64)> = None;
        let mut knots: Vec<(Timestamp, f64)> = Vec::with_capacity(times.len());
        for time in times {
            let room = last.map_or(0.0, |(before, at)| at + room(before, time));
            last = Some((time, room));
            knots.push((time, room));
        }
        let whole = last.map_or(0.0, |(_, room)| room);
        let stretch = if whole > 0.0 { (right - left) / whole } else { 0.0 };
        for (_, at) in &mut knots {
            *at = left + *at * stretch;
        }
        Self { knots }
    }

    /// The place of a time; one before all or after all stands at that end.
    pub(super) fn x(&self, time: Timestamp) -> f64 {
        let next = self.knots.partition_point(|(knot, _)| *knot < time);
        match (next.checked_sub(1).and_then(|at| self.knots.get(at)), self.knots.get(next)) {
            (Some((before, low)), Some((after, high))) => {
                let part = room(*before, time) / room(*before, *after);
                low + (high - low) * part.clamp(0.0, 1.0)
            }
            (None, Some((_, x))) | (Some((_, x)), None) => *x,
            (None, None) => 0.0,
        }
    }

    /// Times that are named, each at least so far from the one before and by another name.
    pub(super) fn ticks(&self, apart: f64) -> Vec<Tick> {
        let mut ticks: Vec<Tick> = Vec::new();
        let Some((begin, _)) = self.knots.first() else { return ticks };
        for (time, x) in &self.knots {
            if ticks.last().is_none_or(|last| *x - last.x >= apart) {
                let label = match begin.until(*time) {
                    Duration::ZERO => "0".to_owned(),
                    since => format!("+{}", span(since)),
                };
                if ticks.last().is_none_or(|last| last.label != label) {
                    ticks.push(Tick { x: *x, label });
                }
            }
        }
        ticks
    }
}

fn room(from: Timestamp, to: Timestamp) -> f64 {
    from.until(to).div_duration_f64(UNIT).ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    #[test]
    fn times_keep_their_order_and_fill_the_axis() {
        let scale = TimeScale::of([90_000, 0, 45, 7_200_000, 45].map(time), 100.0, 700.0);
        let places = [0, 20, 45, 40_000, 90_000, 7_200_000].map(|at| scale.x(time(at)));
        assert!(places.is_sorted_by(|before, after| before < after), "{places:?}");
        assert!((places[0] - 100.0).abs() < 0.01 && (places[5] - 700.0).abs() < 0.01);
        assert!(places[2] - places[0] > 3.0, "milliseconds are to be seen: {places:?}");
        assert!((scale.x(time(9_000_000)) - 700.0).abs() < 0.01);
    }

    #[test]
    fn names_do_not_stand_on_each_other() {
        let scale = TimeScale::of((0..500).map(|at| time(at * 10)), 0.0, 600.0);
        let ticks = scale.ticks(70.0);
        assert!(ticks.len() > 3 && ticks.len() <= 9, "{ticks:?}");
        assert!(ticks.windows(2).all(|pair| pair[1].x - pair[0].x >= 70.0));
        assert_eq!(ticks[0].label, "0");
        let alike = TimeScale::of([0, 14_000, 14_300].map(time), 0.0, 600.0);
        let labels: Vec<String> = alike.ticks(1.0).into_iter().map(|tick| tick.label).collect();
        assert_eq!(labels, ["0", "+14 s"]);
    }

    #[test]
    fn an_axis_of_one_time_or_none_has_a_place_for_all() {
        assert!((TimeScale::of([time(5)], 10.0, 20.0).x(time(9)) - 10.0).abs() < 0.01);
        assert_eq!(TimeScale::of([], 10.0, 20.0).ticks(1.0), []);
    }
}
