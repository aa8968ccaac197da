//! Tries seeds, on as many threads as there are cores, and tells of those that break something.

use std::fmt;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

use super::oracle::{Verdict, judge, judge_aftermath};
use super::{Run, aftermath, run};

/// What came of a seed.
#[derive(Debug)]
pub enum Outcome {
    /// It was played and judged.
    Judged(Box<Run>, Vec<Verdict>),
    /// Something panicked over it.
    Panicked(u64),
}

/// Plays a seed and judges it.
#[must_use]
pub fn try_seed(seed: u64) -> Outcome {
    let played = catch_unwind(AssertUnwindSafe(|| {
        let mut run = run(seed);
        let mut verdicts = judge(&run);
        if run.rested {
            let aftermath = aftermath::play(&run);
            verdicts.extend(judge_aftermath(&aftermath));
            run.journal.extend(aftermath.run.journal);
        }
        (Box::new(run), verdicts)
    }));
    match played {
        Ok((run, verdicts)) => Outcome::Judged(run, verdicts),
        Err(_) => Outcome::Panicked(seed),
    }
}

/// Tries all these seeds and hands on what came of each that broke something; `tell` is told now and
/// then how many have been tried. Answers with how many broke something.
pub fn try_seeds(
    seeds: Range<u64>,
    mut tell: impl FnMut(u64),
    mut broken: impl FnMut(Outcome),
) -> u64 {
    const BATCH: u64 = 64;
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicU64::new(seeds.start);
    let mut count = 0;
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..threads {
            let (sender, next, seeds) = (sender.clone(), &next, &seeds);
            scope.spawn(move || {
                loop {
                    let from = next.fetch_add(BATCH, Ordering::Relaxed);
                    let batch = from..from.saturating_add(BATCH).min(seeds.end);
                    if batch.is_empty() {
                        break;
                    }
                    let tried = batch.end - batch.start;
                    let found: Vec<_> = batch.map(try_seed).filter(Outcome::is_broken).collect();
                    if sender.send((tried, found)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut tried = 0;
        for (more, found) in receiver {
            tried += more;
            tell(tried);
            for outcome in found {
                count += 1;
                broken(outcome);
            }
        }
    });
    count
}

impl Outcome {
    /// The seed.
    #[must_use]
    pub fn seed(&self) -> u64 {
        match self {
            Self::Judged(run, _) => run.seed,
            Self::Panicked(seed) => *seed,
        }
    }

    /// Whether anything did not hold.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        match self {
            Self::Judged(_, verdicts) => verdicts.iter().any(|verdict| !verdict.broken.is_empty()),
            Self::Panicked(_) => true,
        }
    }

    /// What did not hold, in one line each.
    pub fn broken(&self) -> impl Iterator<Item = String> {
        let (verdicts, panicked) = match self {
            Self::Judged(_, verdicts) => (verdicts.as_slice(), None),
            Self::Panicked(_) => (&[][..], Some("something panicked".to_owned())),
        };
        let told = verdicts.iter().filter_map(|Verdict { name, broken }| {
            broken.first().map(|first| format!("{name}: {first}"))
        });
        told.chain(panicked)
    }

    /// The command that plays it again.
    #[must_use]
    pub fn command(&self) -> String {
        let seed = self.seed();
        format!("cargo run --release -p hookline-tests --bin simulate -- --seed {seed}")
    }
}

/// The plan, the event log, the verdict of each invariant, and how to play it again.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Judged(run, verdicts) = self {
            writeln!(f, "{:#?}\n{:#?}\n", run.plan, run.faults)?;
            for (line, entry) in run.journal.iter().enumerate() {
                writeln!(f, "{line:>6} {entry}")?;
            }
            writeln!(f)?;
            for Verdict { name, broken } in verdicts {
                let word = if broken.is_empty() { "holds " } else { "BROKEN" };
                writeln!(f, "{word}  {name}")?;
                broken.iter().try_for_each(|broken| writeln!(f, "        {broken}"))?;
            }
        } else {
            writeln!(f, "something panicked over seed {}", self.seed())?;
        }
        writeln!(f, "\n{}", self.command())
    }
}
