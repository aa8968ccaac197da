//! Plays seeds of the simulation: many and tells which break an invariant, or one and tells all that
//! happened.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use hookline_tests::simulation::trial::{try_seed, try_seeds};

/// How many seeds pass between two words about it.
const STRIDE: u64 = 10_000;

/// Plays the use cases under a virtual clock and seeded faults, and judges every run.
#[derive(Parser)]
struct Arguments {
    /// Play this seed alone and print what happened and what held.
    #[arg(long, conflicts_with_all = ["seeds", "from"])]
    seed: Option<u64>,
    /// How many seeds to play.
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 0)]
    from: u64,
}

fn main() -> ExitCode {
    let Arguments { seed, seeds, from } = Arguments::parse();
    let mut out = std::io::stdout().lock();
    let broken = match seed {
        Some(seed) => {
            let outcome = try_seed(seed);
            let _ = write!(out, "{outcome}");
            u64::from(outcome.is_broken())
        }
        None => play(&mut out, from, seeds),
    };
    if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn play(out: &mut impl Write, from: u64, seeds: u64) -> u64 {
    let mut told = 0;
    let tell = |tried: u64| {
        if tried / STRIDE > told {
            told = tried / STRIDE;
            eprintln!("{tried} of {seeds} seeds");
        }
    };
    let broken = try_seeds(from..from.saturating_add(seeds), tell, |outcome| {
        for broken in outcome.broken() {
            let _ = writeln!(out, "seed {}: {broken}", outcome.seed());
        }
        let _ = writeln!(out, "    {}", outcome.command());
    });
    let _ = writeln!(out, "{seeds} seeds from {from}: {broken} broke an invariant");
    broken
}
