//! The use cases in a world that goes wrong, some thousands of seeds of it. Many more:
//! `cargo run --release -p hookline-tests --bin simulate -- --seeds 1000000`.

use hookline_tests::simulation::run;
use hookline_tests::simulation::trial::try_seeds;

const SEEDS: u64 = 3_000;

#[test]
fn whatever_goes_wrong_every_invariant_holds() {
    let mut first = None;
    let broken = try_seeds(
        0..SEEDS,
        |_| {},
        |outcome| {
            if first.is_none() {
                first = Some(outcome.to_string());
            }
        },
    );
    assert!(
        first.is_none(),
        "{broken} of {SEEDS} seeds broke something, as this:\n{}",
        first.unwrap_or_default()
    );
}

#[test]
fn a_seed_plays_the_same_again() {
    for seed in 0..50 {
        let lines = |seed| {
            let journal = run(seed).journal;
            journal.iter().map(ToString::to_string).collect::<Vec<String>>()
        };
        assert_eq!(lines(seed), lines(seed), "seed {seed}");
    }
}
