//! The part of the README that results fill: the table, and the plot of each row.

use std::fmt::Write;

use crate::results::Results;

const BEGIN: &str = "<!-- what the bench measured: begin -->\n";
const END: &str = "<!-- what the bench measured: end -->\n";

/// The README with these results in place of what stands between its two comments; `None` when it has
/// not got them.
#[must_use]
pub fn filled(readme: &str, results: &Results) -> Option<String> {
    let (before, rest) = readme.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{}{END}{after}", section(results)))
}

fn section(results: &Results) -> String {
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
    use super::*;
    use crate::results::Measured;
    use crate::row::{Row, Unit};

    #[test]
    fn what_stands_between_the_comments_is_replaced() {
        let mut row = Row::new("init", "How long?", Unit::Millis);
        row.notes.push("Of five.".to_owned());
        let (topic, day) = ("init".to_owned(), "2026-11-24".to_owned());
        let measured = Measured { topic, day, machine: "1 × abacus".to_owned(), rows: vec![row] };
        let results = Results { topics: vec![measured] };

        let readme = filled(&format!("a\n{BEGIN}old\n{END}b\n"), &results);

        let table = results.markdown();
        let wanted = format!(
            "a\n{BEGIN}\n{table}\n<details><summary>Plots</summary>\n\n\
             ![How long?](infra/bench/results/init.svg)\n\nOf five.\n\n</details>\n\n{END}b\n"
        );
        assert_eq!(readme, Some(wanted));
        assert_eq!(filled("a\n", &results), None);
    }
}
