//! What a run leaves: `results.json` with every figure, `table.md`, and a plot of each row.

use std::fmt::{self, Display, Formatter};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::bench::Size;
use crate::chart;
use crate::row::Row;
use crate::table;

/// How the table is read.
const LEGEND: &str = "Of two values the first is p50 and the second p99, or of a rate p1; of fewer than \
    100 samples it is the worst one (`n` in the results).";

/// The rows of every topic that was measured, in the order of the table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// The topics.
    pub topics: Vec<Measured>,
}

/// One topic with where and when it was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Its word on the command line.
    pub topic: String,
    /// The day, as `2026-11-24`.
    pub day: String,
    /// The processor, and how many of it.
    pub machine: String,
    /// What was measured, and how thoroughly. Absent from results of before it was kept.
    #[serde(default)]
    pub build: Option<Build>,
    /// What was found.
    pub rows: Vec<Row>,
}

/// What a run measured, and how thoroughly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// Cargo's profile: `release`.
    pub profile: String,
    /// What it was built for: `x86_64-unknown-linux-gnu`.
    pub target: String,
    /// How thorough.
    pub size: Size,
}

impl Build {
    /// That of this process, in a run of that size.
    #[must_use]
    pub fn here(size: Size) -> Self {
        let profile = if cfg!(debug_assertions) { "dev" } else { "release" }.to_owned();
        Self { profile, target: env!("TARGET").to_owned(), size }
    }

    /// Whether its figures say something about speed.
    #[must_use]
    pub fn is_telling(&self) -> bool {
        self.profile == "release" && self.size == Size::Full
    }
}

impl Display for Build {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { profile, target, size } = self;
        let quick = if *size == Size::Quick { ", quick" } else { "" };
        write!(f, "{profile} build for {target}{quick}")
    }
}

impl Measured {
    /// Where, when and of what.
    pub(crate) fn place(&self) -> String {
        let build = self.build.as_ref().map_or_else(String::new, |build| format!(", {build}"));
        format!("{}, {}{build}", self.machine, self.day)
    }
}

/// Why results were not kept or read.
#[derive(Debug, thiserror::Error)]
pub enum ResultsError {
    /// A file cannot be written or read.
    #[error("{}: {source}", .path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// `results.json` holds something else.
    #[error("results.json does not read: {0}")]
    Json(#[from] serde_json::Error),
}

impl Results {
    /// What an earlier run left in that folder; nothing when it left nothing.
    ///
    /// # Errors
    /// When the file cannot be read or holds something else.
    pub fn read(folder: &Path) -> Result<Self, ResultsError> {
        let path = folder.join("results.json");
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(serde_json::from_str(&text)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(ResultsError::File { path, source }),
        }
    }

    /// Every row.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.topics.iter().flat_map(|topic| &topic.rows)
    }

    /// Takes a topic in, in place of what there was of it, at its place in `order`.
    pub fn take(&mut self, measured: Measured, order: &[String]) {
        self.topics.retain(|topic| topic.topic != measured.topic && order.contains(&topic.topic));
        self.topics.push(measured);
        self.topics.sort_by_key(|topic| order.iter().position(|word| *word == topic.topic));
    }

    /// The table, and below it where and when it was measured.
    #[must_use]
    pub fn markdown(&self) -> String {
        let rows: Vec<&Row> = self.rows().collect();
        let mut places: Vec<String> = self.topics.iter().map(Measured::place).collect();
        places.dedup();
        let table = table::markdown(&rows);
        format!("{table}\n{LEGEND}\n\nMeasured on {}.\n", places.join("; "))
    }

    /// Writes the files into that folder, which is made when absent.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), ResultsError> {
        let fault = |path: &Path| {
            let path = path.to_owned();
            |source| ResultsError::File { path, source }
        };
        std::fs::create_dir_all(folder).map_err(fault(folder))?;
        let json = format!("{}\n", serde_json::to_string_pretty(self)?);
        let plots = self.rows().map(|row| (format!("{}.svg", row.name), chart::svg(row)));
        let files = [("results.json".to_owned(), json), ("table.md".to_owned(), self.markdown())];
        for (name, content) in files.into_iter().chain(plots) {
            let path = folder.join(name);
            std::fs::write(&path, content).map_err(fault(&path))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::{Figure, Unit};
    use crate::spread::Spread;

    fn measured(topic: &str, day: &str, size: f64) -> Measured {
        let mut row = Row::new(topic, "How large?", Unit::Bytes);
        row.figures.push(Figure::new("all", Spread::exactly(size)));
        let (topic, day) = (topic.to_owned(), day.to_owned());
        Measured { topic, day, machine: "1 × abacus".to_owned(), build: None, rows: vec![row] }
    }

    #[test]
    fn a_topic_takes_the_place_of_what_there_was_of_it() {
        let order = ["init", "size"].map(str::to_owned);
        let mut results = Results::default();
        results.take(measured("gone", "2026-11-23", 1.0), &order);
        results.take(measured("size", "2026-11-23", 2.0), &order);
        results.take(measured("init", "2026-11-24", 3.0), &order);
        results.take(measured("size", "2026-11-24", 4.0), &order);

        let wanted = [measured("init", "2026-11-24", 3.0), measured("size", "2026-11-24", 4.0)];
        assert_eq!(results.topics, wanted);
        let table = format!(
            "\
| row | case | Hookline | baseline | ratio | target | met |
|---|---|--:|--:|--:|---|:-:|
| init | all | 3 B |  |  |  |  |
| size | all | 4 B |  |  |  |  |

{LEGEND}

Measured on 1 × abacus, 2026-11-24.
"
        );
        assert_eq!(results.markdown(), table);
    }

    #[test]
    fn what_was_built_is_told_and_only_a_full_run_of_a_release_is_telling() {
        let (profile, target) = ("release".to_owned(), "m68k-unknown-none".to_owned());
        let full = Build { profile, target, size: Size::Full };
        let quick = Build { size: Size::Quick, ..full.clone() };
        let debug = Build { profile: "dev".to_owned(), ..full.clone() };

        assert_eq!(full.to_string(), "release build for m68k-unknown-none");
        assert_eq!(quick.to_string(), "release build for m68k-unknown-none, quick");
        assert_eq!([full, quick, debug].map(|one| one.is_telling()), [true, false, false]);
    }

    #[test]
    fn results_without_a_build_and_a_p1_are_read() {
        let text = r#"{"topic": "size", "day": "2026-11-24", "machine": "1 × abacus", "rows": [
            {"name": "size", "question": "How large?", "unit": "bytes", "notes": [], "figures": [
                {"case": "all", "shown": true, "baseline": null, "targets": [], "ours":
                    {"n": 1, "p25": 2.0, "median": 2.0, "p75": 2.0, "p99": 2.0}}]}]}"#;

        let mut wanted = measured("size", "2026-11-24", 2.0);
        wanted.rows[0].figures[0].ours.p1 = None;
        assert_eq!(serde_json::from_str::<Measured>(text).unwrap(), wanted);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let results = Results { topics: vec![measured("size", "2026-11-24", 2.5)] };

        assert_eq!(Results::read(folder.path()).unwrap(), Results::default());
        results.write(&folder.path().join("new")).unwrap();

        assert_eq!(Results::read(&folder.path().join("new")).unwrap(), results);
        let mut names: Vec<_> = std::fs::read_dir(folder.path().join("new"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["results.json", "size.svg", "table.md"]);
    }
}
