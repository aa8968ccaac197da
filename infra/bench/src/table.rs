//! The table of all rows, in Markdown.

use crate::row::{Figure, Row, Target, number};

/// A table with a line for every figure that is shown or misses a target: median and p99, or p1 of a
/// rate, or the one value there is.
#[must_use]
pub fn markdown(rows: &[&Row]) -> String {
    let mut table = String::from(
        "| row | case | Hookline | baseline | ratio | target | met |\n\
         |---|---|--:|--:|--:|---|:-:|\n",
    );
    for row in rows {
        for figure in row.figures.iter().filter(|figure| figure.listed()) {
            table.push_str(&line(row, figure));
        }
    }
    table
}

fn line(row: &Row, figure: &Figure) -> String {
    let ours = row.unit.show_spread(&figure.ours);
    let baseline = figure.baseline.as_ref().map_or_else(String::new, |baseline| {
        format!("{}: {}", baseline.name, row.unit.show_spread(&baseline.spread))
    });
    let ratio = figure.ratio().map_or_else(String::new, |ratio| format!("{}×", number(ratio)));
    let targets: Vec<&str> = figure.targets.iter().map(|target| target.text.as_str()).collect();
    let met = |target: &Target| {
        if target.met() { "✓".to_owned() } else { format!("✗ {}", number(target.measured)) }
    };
    let met: Vec<String> = figure.targets.iter().map(met).collect();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Unit;
    use crate::spread::Spread;

    #[test]
    fn a_line_has_ours_the_baseline_their_ratio_and_whether_targets_are_met() {
        let mut row = Row::new("ping", "How long?", Unit::Millis);
        let ours = Spread { n: 9, p1: None, p25: 1.0, median: 3.0, p75: 3.5, p99: 44.44 };
        let figure = Figure::new("a|b", ours).beside("2 writes", Spread::exactly(2.0));
        let figure = figure.keeping(Target::at_most(3.0, ours.median, "p50 ≤ 3 ms"));
        row.figures.push(figure.clone().keeping(Target::at_most(9.0, ours.p99, "p99 ≤ 9 ms")));
        row.figures.push(figure.unlisted());
        let missed = Target::at_most(1.2, 1.5, "≤ 1.2×");
        row.figures.push(Figure::new("missed", ours).keeping(missed).unlisted());
        let mut plain = Row::new("size", "How large?", Unit::Megabytes);
        plain.figures.push(Figure::new("start", Spread::exactly(6.789)));

        let wanted = "\
| row | case | Hookline | baseline | ratio | target | met |
|---|---|--:|--:|--:|---|:-:|
| ping | a\\|b | 3 ms / 44.4 ms | 2 writes: 2 ms | 1.50× | p50 ≤ 3 ms<br>p99 ≤ 9 ms | ✓<br>✗ 44.4 |
| ping | missed | 3 ms / 44.4 ms |  |  | ≤ 1.2× | ✗ 1.50 |
| size | start | 6.79 MB |  |  |  |  |
";
        assert_eq!(markdown(&[&row, &plain]), wanted);
    }
}
