//! `cargo run --release -p bench -- all`: measures and shows.

use std::path::PathBuf;
use std::process::ExitCode;

use bench::bench::{Bench, Size, repository};
use bench::results::{Build, Measured, Results};
use bench::rows::{Topic, sender};
use bench::{cost_tables, readme};
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Parser, Subcommand, ValueEnum};
use hookline::adapters::system::SystemClock;
use hookline::ports::clock::Clock;
use tokio::runtime::Builder;

/// Measures how fast Hookline is beside baselines.
#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
struct Arguments {
    #[command(subcommand)]
    part: Option<Part>,
    /// `all`, or the topics to measure.
    #[arg(required = true, value_parser = topics())]
    topics: Vec<String>,
    /// A few samples only: shows that the bench runs, and nothing about speed.
    #[arg(long)]
    quick: bool,
    /// The folder that results go to; named topics take the place of what is there of them.
    #[arg(long)]
    results: Option<PathBuf>,
    /// Keep the results in infra/bench/results and show them in README.md and infra/COST.md, as `all`
    /// does when it is not quick and is given no other folder. Only a release build does, and only when
    /// no topic fails.
    #[arg(long, conflicts_with_all = ["quick", "results"])]
    publish: bool,
}

/// What the bench's own processes do.
#[derive(Debug, Subcommand)]
enum Part {
    /// Answers requests until standard input ends.
    #[command(hide = true)]
    Answer,
}

fn topics() -> PossibleValuesParser {
    let all = PossibleValue::new("all").help("All of them");
    let topics = Topic::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    std::iter::once(all).chain(topics).collect::<Vec<_>>().into()
}

fn words() -> Vec<String> {
    Topic::value_variants().iter().map(|topic| topic.word()).collect()
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.part {
        Some(Part::Answer) => Builder::new_current_thread()
            .enable_all()
            .build()
            .and_then(|runtime| runtime.block_on(sender::answer()))
            .map_err(Into::into),
        None => measure(arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("bench: {fault}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn measure(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let all = arguments.topics.iter().any(|word| word == "all");
    let wanted: Vec<Topic> = Topic::value_variants()
        .iter()
        .copied()
        .filter(|topic| all || arguments.topics.contains(&topic.word()))
        .collect();
    let publish = arguments.publish || (all && !arguments.quick && arguments.results.is_none());
    let bench = Bench::new(if arguments.quick { Size::Quick } else { Size::Full })?;
    let build = Build::here(bench.size);
    if publish && !build.is_telling() {
        return Err(format!("a {build} says nothing about speed; name a folder: --results").into());
    }
    let kept = repository().join("infra/bench/results");
    // What is published is whole: until then it is beside the binaries.
    let results = arguments.results.or_else(|| publish.then(|| bench.function("bench-results")));
    if wanted.iter().any(|topic| topic.runs_functions()) {
        bench.build_functions()?;
    }
    let mut measured = match &results {
        _ if all => Results::default(),
        Some(_) if publish => Results::read(&kept)?,
        Some(folder) => Results::read(folder)?,
        None => Results::default(),
    };
    let mut failed = Vec::new();
    for topic in wanted {
        let word = topic.word();
        eprintln!("bench: {word}");
        // One that fails leaves the others to be measured.
        match topic.measure(&bench).await {
            Ok(rows) => {
                let (day, machine, build) = (day(), machine(), Some(build.clone()));
                measured.take(Measured { topic: word, day, machine, build, rows }, &words());
            }
            Err(fault) => failed.push(format!("{word}: {fault}")),
        }
        if let Some(folder) = &results {
            measured.write(folder)?;
        }
    }
    println!("{}", measured.markdown());
    if !failed.is_empty() {
        return Err(failed.join("\n").into());
    }
    if publish {
        measured.write(&kept)?;
        fill_documents(&measured)?;
    }
    Ok(())
}

fn fill_documents(results: &Results) -> Result<(), Box<dyn std::error::Error>> {
    let path = repository().join("README.md");
    let readme = std::fs::read_to_string(&path)?;
    let filled = readme::filled(&readme, results).ok_or("the README has no place for results")?;
    std::fs::write(&path, filled)?;
    let path = repository().join("infra/COST.md");
    let costs = std::fs::read_to_string(&path)?;
    let filled = cost_tables::filled(&costs, results).ok_or("COST.md has no place for results")?;
    Ok(std::fs::write(&path, filled)?)
}

/// Today, as `2026-11-24`.
fn day() -> String {
    SystemClock.now().to_string().chars().take(10).collect()
}

/// The processor, and how many of it there are.
fn machine() -> String {
    let information = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = information.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        (name.trim() == "model name").then(|| value.trim().to_owned())
    });
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{cores} × {}", model.as_deref().unwrap_or("an unnamed processor"))
}
