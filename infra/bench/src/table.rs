//! The table of all rows, in Markdown.

use crate::row::{Figure, Row, Unit, number};
use crate::spread::Spread;

/// A table with a line for every figure that is shown: median and p99, or the one value there is.
#[must_use]
pub fn markdown(rows: &[&Row]) -> String {
    let mut table = String::from(
        "| row | case | Hookline, p50 / p99 | baseline, p50 / p99 | ratio | target | met |\n\
         |---|---|--:|--:|--:|---|:-:|\n",
    );
    for row in rows {
        for figure in row.figures.iter().filter(|figure| figure.shown) {
            table.push_str(&line(row, figure));
        }
    }
    table
}

fn line(row: &Row, figure: &Figure) -> String {
    let ours = spread(row.unit, &figure.ours);
    let baseline = figure.baseline.as_ref().map_or_else(String::new, |baseline| {
        format!("{}: {}", baseline.name, spread(row.unit, &baseline.spread))
    });
    let ratio = figure.ratio().map_or_else(String::new, |ratio| format!("{}×", number(ratio)));
    let targets: Vec<&str> = figure.targets.iter().map(|target| target.text.as_str()).collect();
    let met: Vec<&str> =
        figure.targets.iter().map(|target| if target.met() { "✓" } else { "✗" }).collect();
    let cells = [
        row.name.as_str(),
        &figure.case,
        &ours,
        &baseline,
        &ratio,
        &targets.join("<br>"),
        &met.join("<br>"),
    ];
    let cells = cells.map(|cell| cell.replace('|', "\\|"));
    format!("| {} |\n", cells.join(" | "))
}

fn spread(unit: Unit, spread: &Spread) -> String {
    let (median, p99) = (unit.show(spread.median), unit.show(spread.p99));
    if spread.n == 1 { median } else { format!("{median} / {p99}") }
}
