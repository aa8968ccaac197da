//! `init`: what a cold start costs.

use crate::bench::{Bench, BenchError, FUNCTIONS};
use crate::first::{First, FirstInvocations};
use crate::row::{Figure, Row, Target, Unit};
use crate::spread::{Spread, millis};

/// How many times as long as the echo a function may take to its first poll.
const BOUND: f64 = 1.6;
/// What the table shows besides the slowest.
const SHOWN: [&str; 2] = ["start", "api"];

/// What one function and the echo took, turn by turn, in milliseconds.
#[derive(Debug, Default)]
struct Samples {
    ours: Vec<f64>,
    echo: Vec<f64>,
}

/// From the start of the process to the first poll of the Runtime API, and to the first answer, for
/// each function beside the echo.
///
/// # Errors
/// When a function does not start or answers wrongly.
pub async fn measure(bench: &Bench) -> Result<Vec<Row>, BenchError> {
    let mut firsts = FirstInvocations::new(bench).await?;
    let mut polls: Vec<Samples> = FUNCTIONS.iter().map(|_| Samples::default()).collect();
    let mut answers: Vec<Samples> = FUNCTIONS.iter().map(|_| Samples::default()).collect();
    for _ in 0..bench.sized(30, 1) {
        for ((name, polls), answers) in FUNCTIONS.iter().zip(&mut polls).zip(&mut answers) {
            let echo = firsts.of_echo(bench).await?;
            keep(&echo, &mut polls.echo, &mut answers.echo);
            // Gone before the next starts, so that nothing of it falls on that.
            echo.function.stop().await;
            let function = firsts.of(bench, name).await?;
            keep(&function, &mut polls.ours, &mut answers.ours);
            function.function.stop().await;
        }
    }
    let question = "How long from the start of the process to its first poll?";
    let mut poll = Row::new("init", question, Unit::Millis);
    poll.figures = figures(polls, true)?;
    let question = "How long from the start of the process to its first answer?";
    let mut answer = Row::new("init-answer", question, Unit::Millis);
    answer.figures = figures(answers, false)?;
    answer.notes.push(
        "The echo asks no store; the functions open a connection to one, here over plain HTTP: a TLS \
         handshake is not in it."
            .to_owned(),
    );
    poll.notes.push(format!(
        "Functions and echo are built for {}; the template deploys them for arm64.",
        env!("TARGET")
    ));
    Ok(vec![poll, answer])
}

fn keep(first: &First, polls: &mut Vec<f64>, answers: &mut Vec<f64>) {
    polls.push(millis(first.poll));
    answers.push(millis(first.answer));
}

/// A figure for each function, and one more for that with the highest ratio.
fn figures(samples: Vec<Samples>, bounded: bool) -> Result<Vec<Figure>, BenchError> {
    let mut figures = Vec::new();
    let mut slowest: Option<Figure> = None;
    for (name, samples) in FUNCTIONS.into_iter().zip(samples) {
        let (ours, echo) = (Spread::measured(samples.ours)?, Spread::measured(samples.echo)?);
        let mut figure = Figure::new(name, ours).beside("echo", echo);
        if let (true, Some(ratio)) = (bounded, figure.ratio()) {
            figure = figure.keeping(Target::at_most(BOUND, ratio, format!("≤ {BOUND}×")));
        }
        if slowest.as_ref().is_none_or(|slowest| slowest.ratio() < figure.ratio()) {
            slowest = Some(figure.clone());
        }
        figures.push(if SHOWN.contains(&name) { figure } else { figure.unlisted() });
    }
    figures.extend(slowest.map(|slowest| {
        let case = format!("slowest of {}: {}", FUNCTIONS.len(), slowest.case);
        Figure { case, ..slowest }
    }));
    Ok(figures)
}
