//! The part of `infra/COST.md` that results fill: what calls use, and what a million of them cost.

use std::fmt::Write;

use crate::place;
use crate::results::{Measured, Results};
use crate::row::number;
use crate::typical::Typical;

/// Lines of the first table, with the units that they show.
const USES: [(&str, &[&str]); 9] = [
    ("invocations", &["Lambda invocations"]),
    ("billed ms", &["billed Lambda ms"]),
    ("requests to the table", &["requests to the table"]),
    ("write units", &["write units"]),
    ("read units", &["read units"]),
    ("SQS requests", &["SQS requests"]),
    ("API requests", &["API Gateway requests"]),
    ("log bytes", &["log bytes"]),
    ("kept: items, bytes", &["items kept", "bytes kept"]),
];
/// Lines of the second, with what they add up: no name is the call as a whole.
const COSTS: [(&str, &[&str]); 12] = [
    ("Lambda: requests", &["Lambda invocations"]),
    ("Lambda: time, arm64", &["Lambda time"]),
    ("writes", &["DynamoDB writes"]),
    ("reads", &["DynamoDB reads"]),
    ("SQS", &["SQS"]),
    ("API Gateway", &["API Gateway"]),
    ("logs", &["logs"]),
    ("traces, at 5 %", &["traces"]),
    ("**the call**", &[""]),
    ("kept for 90 days", &["kept for 90 days"]),
    ("**all**", &["", "kept for 90 days"]),
    ("on x86 it would be", &["x86_64", "kept for 90 days"]),
];

/// The document with these results in place of what stands between its two comments, or as it is where
/// costs were not measured; `None` when it has not got the comments or the results lack a figure.
#[must_use]
pub fn filled(document: &str, results: &Results) -> Option<String> {
    match results.topics.iter().find(|one| one.topic == "cost") {
        Some(costs) => place::filled(document, &section(costs)?),
        None => place::around(document).map(|_| document.to_owned()),
    }
}

fn section(costs: &Measured) -> Option<String> {
    let mut section = String::from(
        "\n| what one call uses | nothing configured | one `start` ping | five pings and `always` | \
         the same with two timers, `conversion`, a postback |\n|---|--:|--:|--:|--:|\n",
    );
    for (line, cases) in USES {
        let cells = cells(costs, "cost-units", cases, |values| {
            values.iter().map(|value| number(value.round())).collect::<Vec<_>>().join(", ")
        });
        let _ = writeln!(section, "| {line} | {} |", cells?);
    }
    section.push_str("\n| dollars for a million calls | | | | |\n|---|--:|--:|--:|--:|\n");
    for (line, cases) in COSTS {
        let mark = if line.starts_with("**") { "**" } else { "" };
        let cells = cells(costs, "cost", cases, |values| {
            format!("{mark}{:.2}{mark}", values.iter().sum::<f64>())
        });
        let _ = writeln!(section, "| {line} | {} |", cells?);
    }
    let _ = writeln!(section, "\nMeasured on {}.\n", costs.place());
    Some(section)
}

/// A cell for each campaign.
fn cells(
    costs: &Measured,
    row: &str,
    cases: &[&str],
    show: impl Fn(&[f64]) -> String,
) -> Option<String> {
    let figures = &costs.rows.iter().find(|one| one.name == row)?.figures;
    let value = |case: String| {
        figures.iter().find(|figure| figure.case == case).map(|figure| figure.ours.median)
    };
    let cell = |typical: Typical| {
        let name = typical.name();
        let named = |case: &&str| {
            value(if case.is_empty() { name.to_owned() } else { format!("{name}: {case}") })
        };
        cases.iter().map(named).collect::<Option<Vec<f64>>>().map(|values| show(&values))
    };
    Some(Typical::ALL.into_iter().map(cell).collect::<Option<Vec<String>>>()?.join(" | "))
}

#[cfg(test)]
mod tests {
    use std::fs::read_to_string;

    use super::*;
    use crate::bench::repository;
    use crate::place::{BEGIN, END};
    use crate::row::{Figure, Row, Unit};
    use crate::spread::Spread;

    /// A row that has every case, with values of their own.
    fn row(name: &str, lines: &[(&str, &[&str])]) -> Row {
        let mut row = Row::new(name, "How much?", Unit::Units);
        let mut value = 1000.0;
        for typical in Typical::ALL {
            for case in lines.iter().flat_map(|(_, cases)| *cases) {
                let case = match *case {
                    "" => typical.name().to_owned(),
                    case => format!("{}: {case}", typical.name()),
                };
                row.figures.push(Figure::new(case, Spread::exactly(value)));
                value += 1.0;
            }
        }
        row
    }

    #[test]
    fn what_stands_between_the_comments_is_replaced() {
        let rows = vec![row("cost-units", &USES), row("cost", &COSTS)];
        let (topic, day) = ("cost".to_owned(), "2026-11-24".to_owned());
        let measured =
            Measured { topic, day, machine: "1 × abacus".to_owned(), build: None, rows };
        let mut results = Results { topics: vec![measured] };
        let document = format!("a\n{BEGIN}old\n{END}b\n");

        let costs = filled(&document, &results).unwrap();

        let begun = format!("a\n{BEGIN}\n| what one call uses |");
        let ended = format!("\nMeasured on 1 × abacus, 2026-11-24.\n\n{END}b\n");
        assert!(costs.starts_with(&begun) && costs.ends_with(&ended), "{costs}");
        for line in [
            "| invocations | 1,000 | 1,010 | 1,020 | 1,030 |\n",
            "| kept: items, bytes | 1,008, 1,009 | 1,018, 1,019 | 1,028, 1,029 | 1,038, 1,039 |\n",
            "| Lambda: time, arm64 | 1001.00 | 1015.00 | 1029.00 | 1043.00 |\n",
            "| **all** | **2017.00** | **2045.00** | **2073.00** | **2101.00** |\n",
        ] {
            assert!(costs.contains(line), "{line}{costs}");
        }
        assert_eq!(filled("a\n", &results), None);
        assert_eq!(filled(&document, &Results::default()), Some(document.clone()));
        results.topics[0].rows.pop();
        assert_eq!(filled(&document, &results), None);
    }

    #[test]
    fn the_document_shows_the_results_that_are_kept() {
        let results = Results::read(&repository().join("infra/bench/results")).unwrap();

        let costs = read_to_string(repository().join("infra/COST.md")).unwrap();

        let again = "run `cargo run --release -p bench -- cost --publish`";
        assert_eq!(filled(&costs, &results), Some(costs), "{again}");
    }
}
