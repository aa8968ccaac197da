//! The machine's own clock and randomness: the one place where either is read.

use crate::ports::clock::Clock;
use crate::ports::random::Random;
use crate::time::Timestamp;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the Clock port's own adapter")]
    #[expect(clippy::expect_used, reason = "a clock past the year 9999 is beyond help")]
    fn now(&self) -> Timestamp {
        Timestamp::from_system(std::time::SystemTime::now()).expect("the clock is in range")
    }
}

/// The machine's source of randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(clippy::expect_used, reason = "without randomness no key may be made")]
    fn key_bytes(&self) -> [u8; 24] {
        let mut bytes = [0; 24];
        getrandom::fill(&mut bytes).expect("the machine has randomness");
        bytes
    }

    fn fraction(&self) -> f64 {
        let mut bytes = [0; 4];
        // Without randomness nothing is spread, and nothing is lost.
        let _ = getrandom::fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the Random port's own adapter")]
    fn uuid(&self) -> String {
        uuid::Uuid::new_v4().to_string()
    }
}
