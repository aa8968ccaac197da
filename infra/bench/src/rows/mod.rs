//! The rows, a file for each topic.

use clap::ValueEnum;

use crate::bench::{Bench, BenchError};
use crate::row::Row;

pub mod cost;
pub mod deliver;
pub mod init;
pub mod partitions;
pub mod ping;
pub mod render;
pub mod scale;
pub mod sender;
pub mod size;
pub mod timers;

/// What is measured, in the order of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Topic {
    /// How long cold starts take.
    Init,
    /// How much longer than its slowest partner an event takes.
    Ping,
    /// What the sender takes beside a bare client loop.
    Sender,
    /// How many deliveries a core makes.
    Deliver,
    /// How late timers are.
    Timers,
    /// How fast templates are filled in and matches decided.
    Render,
    /// What a call costs among ever more calls.
    Scale,
    /// How large the functions are.
    Size,
    /// What a call uses, and what that costs.
    Cost,
    /// How load spreads over the partitions of the table.
    Partitions,
}

impl Topic {
    /// The word for it on the command line and in the results.
    #[must_use]
    pub fn word(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Whether it runs the functions' binaries, which have to be built before.
    #[must_use]
    pub fn runs_functions(self) -> bool {
        match self {
            Self::Init | Self::Ping | Self::Size | Self::Cost | Self::Partitions => true,
            Self::Sender | Self::Deliver | Self::Timers | Self::Render | Self::Scale => false,
        }
    }

    /// Measures it.
    ///
    /// # Errors
    /// When something that is measured, or what it needs, does not do what it has to.
    pub async fn measure(self, bench: &Bench) -> Result<Vec<Row>, BenchError> {
        match self {
            Self::Init => Box::pin(init::measure(bench)).await,
            Self::Ping => Box::pin(ping::measure(bench)).await,
            Self::Sender => sender::measure(bench),
            Self::Deliver => Box::pin(deliver::measure(bench)).await,
            Self::Timers => Box::pin(timers::measure(bench)).await,
            Self::Render => render::measure(bench),
            Self::Scale => Box::pin(scale::measure(bench)).await,
            Self::Size => Box::pin(size::measure(bench)).await,
            Self::Cost => Box::pin(cost::measure(bench)).await,
            Self::Partitions => Box::pin(partitions::measure(bench)).await,
        }
    }
}
