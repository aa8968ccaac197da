//! The part of the README that results fill: the table, and the plot of each row.

use std::fmt::Write;

use crate::place;
use crate::results::Results;

/// The README with these results in place of what stands between its two comments; `None` when it has
/// not got them.
#[must_use]
pub fn filled(readme: &str, results: &Results) -> Option<String> {
    place::filled(readme, &section(results))
}

fn section(results: &Results) -> String {
    if results.topics.is_empty() {
        return String::new();
    }
    let mut section = format!("\n{}\n<details><summary>Plots</summary>\n\n", results.markdown());
    for row in results.rows() {
        let _ = writeln!(section, "![{}](infra/bench/results/{}.svg)\n", row.question, row.name);
        for note in &row.notes {
            let _ = writeln!(section, "{note}\n");
        }
    }
    section.push_str("</details>\n\n");
    section
}

#[cfg(test)]
mod tests {
    use std::fs::read_to_string;

    use clap::ValueEnum;

    use super::*;
    use crate::bench::repository;
    use crate::chart;
    use crate::place::{BEGIN, END};
    use crate::results::{Build, Measured};
    use crate::row::{Row, Unit};
    use crate::rows::Topic;

    #[test]
    fn what_stands_between_the_comments_is_replaced() {
        let mut row = Row::new("init", "How long?", Unit::Millis);
        row.notes.push("Of five.".to_owned());
        let (topic, day) = ("init".to_owned(), "2026-11-24".to_owned());
        let measured =
            Measured {
                topic, day, machine: "1 × abacus".to_owned(), build: None, rows: vec![row]
            };
        let results = Results { topics: vec![measured] };

        let readme = filled(&format!("a\n{BEGIN}old\n{END}b\n"), &results);

        let table = results.markdown();
        let wanted = format!(
            "a\n{BEGIN}\n{table}\n<details><summary>Plots</summary>\n\n\
             ![How long?](infra/bench/results/init.svg)\n\nOf five.\n\n</details>\n\n{END}b\n"
        );
        assert_eq!(readme, Some(wanted));
        assert_eq!(filled("a\n", &results), None);
        let emptied = filled(&format!("{BEGIN}old\n{END}"), &Results::default());
        assert_eq!(emptied, Some(format!("{BEGIN}{END}")));
    }

    #[test]
    fn the_readme_shows_the_results_that_are_kept_and_they_have_every_topic() {
        let folder = repository().join("infra/bench/results");
        let results = Results::read(&folder).unwrap();

        let readme = read_to_string(repository().join("README.md")).unwrap();
        assert_eq!(filled(&readme, &results), Some(readme));
        let topics: Vec<&str> = results.topics.iter().map(|one| one.topic.as_str()).collect();
        let words: Vec<String> = Topic::value_variants().iter().map(|one| one.word()).collect();
        assert_eq!(topics, words, "run `cargo run --release -p bench -- TOPIC --publish`");
        assert!(results.topics.iter().all(|topic| !topic.rows.is_empty()));
        let mut builds = results.topics.iter().filter_map(|topic| topic.build.as_ref());
        assert!(builds.all(Build::is_telling));
        assert_eq!(read_to_string(folder.join("table.md")).unwrap(), results.markdown());
        for row in results.rows() {
            let plot = read_to_string(folder.join(format!("{}.svg", row.name))).unwrap();
            assert_eq!(plot, chart::svg(row));
        }
    }
}
