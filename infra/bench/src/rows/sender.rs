//! `sender`: what the sender's exchanges cost beside those of a bare client loop.

mod answering;
mod loops;

use std::thread;

use tokio::task::block_in_place;

pub use answering::answer;

use self::answering::Answering;
use self::loops::{Block, Loops, Side};
use crate::bench::{Bench, BenchError};
use crate::processor::only_one_core;
use crate::row::{Figure, Row, Target, Unit};
use crate::spread::Spread;

const AT_ONCE: [usize; 3] = [1, 8, 20];
/// What is discarded at first: cold clients and threads not made yet.
const WARM_UP: usize = 2;
/// The least share of the loop's requests a second, and of its thrift with the processor.
const SHARE: f64 = 0.8;

/// Exchanges of which so many run at the same time.
#[derive(Debug, Clone, Copy)]
struct Case {
    at_once: usize,
    /// Whether all threads of this process share one core.
    one_core: bool,
}

/// Ours and the loop's, block by block.
#[derive(Debug, Default)]
struct Samples {
    ours: Vec<Block>,
    bare: Vec<Block>,
}

/// Requests a second and processor time a request, with 1, 8 and 20 at the same time, beside a loop
/// over a client with the same settings.
///
/// # Errors
/// When an exchange does not end as it has to.
pub fn measure(bench: &Bench) -> Result<Vec<Row>, BenchError> {
    let partner = block_in_place(Answering::start)?;
    let mut rate =
        Row::new("sender", "How many exchanges does the sender do in a second?", Unit::PerSecond);
    let mut cpu = Row::new(
        "sender-cpu",
        "How much processor time does an exchange of the sender take?",
        Unit::Micros,
    );
    for one_core in [true, false] {
        for at_once in AT_ONCE {
            let case = Case { at_once, one_core };
            let Some(samples) = block_in_place(|| case.play(bench, &partner))? else { continue };
            rate.figures.push(case.listed(samples.rate(case)?));
            cpu.figures.push(case.listed(samples.cpu(case)?));
        }
    }
    rate.notes = notes();
    Ok(vec![rate, cpu])
}

fn notes() -> Vec<String> {
    [
        "The loop has a client with the sender's settings, sends the same bytes, reads the body and \
         does nothing else; the partner is another process. The sender does each exchange on a \
         thread of its own, so that a partner that floods holds nobody else up.",
        "On one core, as a function has it up to 1,769 MB; over all cores, waking a thread on another \
         core is in it.",
        "Plain HTTP: the roots are compiled in, and no certificate that the bench could make is good \
         by them.",
    ]
    .map(str::to_owned)
    .to_vec()
}

impl Case {
    fn name(self) -> String {
        let cores = if self.one_core { "one core" } else { "all cores" };
        format!("{} at a time, {cores}", self.at_once)
    }

    /// The table lists what is measured as a function has it.
    fn listed(self, figure: Figure) -> Figure {
        if self.one_core { figure } else { figure.unlisted() }
    }

    /// Ours and the loop's in turns, on a new thread; `None` where threads cannot be kept to one core.
    fn play(self, bench: &Bench, partner: &Answering) -> Result<Option<Samples>, BenchError> {
        let rounds = bench.sized(60, 2);
        let requests = bench.sized(300, 2) + self.at_once;
        let turns = || {
            if self.one_core && !only_one_core() {
                return Ok(None);
            }
            let loops = Loops::new(partner.url())?;
            let mut samples = Samples::default();
            for round in 0..WARM_UP + rounds {
                let ours = loops.block(Side::Ours, self.at_once, requests)?;
                let bare = loops.block(Side::Bare, self.at_once, requests)?;
                if round >= WARM_UP {
                    samples.ours.push(ours);
                    samples.bare.push(bare);
                }
            }
            Ok(Some(samples))
        };
        thread::scope(|scope| scope.spawn(turns).join())
            .map_err(|_| BenchError::Unexpected("the thread that measures panicked".to_owned()))?
    }
}

impl Samples {
    fn rate(&self, case: Case) -> Result<Figure, BenchError> {
        let (ours, bare) = self.both(|block| block.per_second)?;
        let share = ours.median / bare.median;
        let text = format!("≥ {:.0} % of the loop's", SHARE * 100.0);
        let target = Target::at_least(SHARE, share, text);
        Ok(Figure::new(case.name(), ours).beside("loop", bare).keeping(target))
    }

    fn cpu(&self, case: Case) -> Result<Figure, BenchError> {
        let (ours, bare) = self.both(|block| block.cpu_micros)?;
        let most = 1.0 / SHARE;
        let text = format!("≤ {most:.2}× the loop's");
        let target = Target::at_most(most, ours.median / bare.median, text);
        Ok(Figure::new(case.name(), ours).beside("loop", bare).keeping(target))
    }

    fn both(&self, of: impl Fn(&Block) -> f64) -> Result<(Spread, Spread), BenchError> {
        let spread = |blocks: &[Block]| Spread::measured(blocks.iter().map(&of).collect());
        Ok((spread(&self.ours)?, spread(&self.bare)?))
    }
}
