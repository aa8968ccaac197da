//! `cost`: what a call uses, and what a million of them cost.

use crate::bench::{Bench, BenchError};
use crate::bill::{AWS_ROUND_TRIP_MILLIS, Architecture, Kept, Units};
use crate::row::{Figure, Row, Unit};
use crate::spread::Spread;
use crate::stage::{Played, Stage};
use crate::typical::Typical;

/// What one of the typical campaigns came to.
#[derive(Debug)]
struct Measured {
    typical: Typical,
    /// The first call of all functions, with nothing cached.
    first: Played,
    /// Those that followed, by different callers.
    then: Vec<Played>,
    /// What a call leaves in the table.
    kept: Kept,
}

/// Plays calls of each typical campaign through the functions, and bills them.
///
/// # Errors
/// When a function does not do what it has to.
pub async fn measure(bench: &Bench) -> Result<Vec<Row>, BenchError> {
    let calls = bench.sized(10, 1);
    let mut measured = Vec::new();
    // One after another, so that no campaign's functions wait for another's.
    for typical in Typical::ALL {
        measured.push(played(bench, typical, calls).await?);
    }
    let mut units = Row::new("cost-units", "What does one call use?", Unit::Units);
    let mut dollars = Row::new("cost", "What do a million calls cost, in dollars?", Unit::Dollars);
    for one in &measured {
        one.tell_units(&mut units);
        one.tell_dollars(&mut dollars);
    }
    units.notes.push(format!(
        "Partners take 150 ms over each answer. Each request to the table or a queue is billed with \
         {AWS_ROUND_TRIP_MILLIS} ms more than it took on loopback. Messages are received, handled and \
         deleted one by one, as where calls are few."
    ));
    dollars.notes.push(
        "Prices of us-east-1, functions of 512 MB, all four events through API Gateway, 5 % of \
         invocations traced; without what is kept and what is paid by the month. infra/COST.md has the formula."
            .to_owned(),
    );
    Ok(vec![units, dollars])
}

async fn played(bench: &Bench, typical: Typical, calls: u32) -> Result<Measured, BenchError> {
    let mut stage = Stage::set(bench, typical).await?;
    let first = stage.play("call-0000000000000000000000000000000000", "+16145550000").await?;
    let (items, bytes) = stage.held().await?;
    let mut then = Vec::new();
    for n in 1..=calls {
        // As long as a UUID, and each from somebody else.
        let (call, caller) = (format!("call-{n:034}"), format!("+1614555{n:04}"));
        then.push(stage.play(&call, &caller).await?);
    }
    let (all_items, all_bytes) = stage.held().await?;
    let share = |more: u64, before: u64| small(more - before) / f64::from(calls);
    let kept = Kept { items: share(all_items, items), bytes: share(all_bytes, bytes) };
    Ok(Measured { typical, first, then, kept })
}

impl Measured {
    /// What a call uses once campaign and connections are at hand.
    fn warm(&self) -> Units {
        let mut all = Units::default();
        for played in &self.then {
            all += &Units::of(played);
        }
        all.over(small(self.then.len() as u64))
    }

    fn tell_units(&self, row: &mut Row) {
        let name = self.typical.name();
        let mut tell = |case: String, value: f64| {
            let figure = Figure::new(format!("{name}: {case}"), Spread::exactly(value));
            row.figures.push(figure.unlisted());
        };
        for (unit, value) in self.warm().named() {
            tell(unit.to_owned(), value);
        }
        for (unit, value) in Units::of(&self.first).named() {
            tell(format!("first call of each function: {unit}"), value);
        }
        tell("items kept".to_owned(), self.kept.items);
        tell("bytes kept".to_owned(), self.kept.bytes);
        for (function, case, value) in self.by_function() {
            tell(format!("{function}: {case}"), value);
        }
    }

    /// What each function does of a call: invocations, time, requests and units.
    fn by_function(&self) -> Vec<(&'static str, String, f64)> {
        let mut work = std::collections::BTreeMap::<_, crate::stage::Work>::new();
        for (name, more) in self.then.iter().flat_map(|played| &played.work) {
            *work.entry(*name).or_default() += more;
        }
        let calls = small(self.then.len() as u64);
        let mut told = Vec::new();
        for (name, work) in work {
            let store = work.store.total();
            let mut tell = |case: &str, value: f64| told.push((name, case.to_owned(), value));
            tell("invocations", small(work.invocations) / calls);
            tell("median ms", Spread::of(work.millis).map_or(0.0, |spread| spread.median));
            tell("requests to the table", small(store.requests) / calls);
            tell("write units", store.write_units / calls);
            tell("read units", store.read_units / calls);
            for (index, units) in store.index_units {
                told.push((name, format!("write units of the index {index}"), units / calls));
            }
        }
        told
    }

    fn tell_dollars(&self, row: &mut Row) {
        let name = self.typical.name();
        let bill = self.warm().million(Architecture::Arm64);
        row.figures.push(Figure::new(name, Spread::exactly(bill.total())));
        let others = [
            ("x86_64", self.warm().million(Architecture::X86).total()),
            ("kept for 90 days", self.kept.million()),
            ("first calls", Units::of(&self.first).million(Architecture::Arm64).total()),
        ];
        for (part, dollars) in bill.named().into_iter().chain(others) {
            let figure = Figure::new(format!("{name}: {part}"), Spread::exactly(dollars));
            row.figures.push(figure.unlisted());
        }
    }
}

/// A count as a number.
#[expect(clippy::cast_precision_loss, reason = "counts of a few calls are far below 2^52")]
fn small(count: u64) -> f64 {
    count as f64
}
