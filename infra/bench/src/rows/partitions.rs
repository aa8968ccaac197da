//! `partitions`: whether any partition of the table or of its indexes takes more than it may.

use crate::bench::{Bench, BenchError};
use crate::heat::{Hottest, Profile, hottest};
use crate::row::{Figure, Row, Target, Unit};
use crate::spread::Spread;
use crate::stage::Stage;
use crate::typical::Typical;

/// Calls a second.
const RATES: [u32; 3] = [100, 1000, 10_000];

/// Plays a call, then many by chance that ask the same of the store, and looks for the hottest
/// partition of each kind.
///
/// # Errors
/// When a function does not do what it has to.
pub async fn measure(bench: &Bench) -> Result<Vec<Row>, BenchError> {
    let mut stage = Stage::set(bench, Typical::Whole).await?;
    stage.play("call-0000000000000000000000000000000000", "+16145550000").await?;
    let played = stage.play("call-0000000000000000000000000000000001", "+16145550001").await?;
    let profile = Profile::of(&played);
    let question = "How many units a second does the hottest partition take?";
    let mut row = Row::new("partitions", question, Unit::Units);
    let seconds = bench.sized(20, 2);
    let mut fullest = Vec::new();
    for rate in RATES {
        let mut found = hottest(&profile, rate, seconds)?;
        // The one that is nearest to its limit first.
        found.sort_by(|a, b| (b.units / b.limit).total_cmp(&(a.units / a.limit)));
        for (n, one) in found.iter().enumerate() {
            let figure = figure(rate, one);
            row.figures.push(if n == 0 { figure } else { figure.unlisted() });
        }
        fullest.extend(found.first().map(|one| format!("{} ({})", one.key, one.of)));
    }
    row.notes.push(format!(
        "Calls with everything configured, half of all of one campaign, in {seconds} simulated \
         seconds; infra/CAPACITY.md says what follows. Such a call writes {} units to the index due. \
         The keys nearest to their limits, by rate: {}.",
        profile.due(),
        fullest.join("; ")
    ));
    Ok(vec![row])
}

fn figure(rate: u32, hottest: &Hottest) -> Figure {
    let text = format!("≤ {}", Unit::Units.show(hottest.limit));
    let rate = Unit::Units.show(f64::from(rate));
    Figure::new(format!("{rate} calls a second: {}", hottest.of), Spread::exactly(hottest.units))
        .keeping(Target::at_most(hottest.limit, hottest.units, text))
}
