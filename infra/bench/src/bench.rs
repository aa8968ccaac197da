//! How a run is to be, and what it runs.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

/// The functions, in the order of a call.
pub const FUNCTIONS: [&str; 15] = [
    "start",
    "selected",
    "answered",
    "ended",
    "outcome",
    "connect",
    "conversion",
    "non_conversion",
    "timer",
    "postback",
    "postback_webhook",
    "data",
    "always",
    "sweep",
    "api",
];

/// How thorough a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// As many samples as the figures need.
    Full,
    /// A few, to show that the bench still runs.
    Quick,
}

/// How a run is to be.
#[derive(Debug, Clone)]
pub struct Bench {
    /// How thorough.
    pub size: Size,
    /// The folder with the binaries of [`FUNCTIONS`], once they are built.
    pub functions: PathBuf,
    /// The function that only echoes, once it is built.
    pub echo: PathBuf,
}

/// Why a row has no figures.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// Something that the row needs failed.
    #[error("{doing}: {source}")]
    Failed {
        /// What was being done.
        doing: String,
        /// What came of it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Something answered otherwise than what is measured has to.
    #[error("{0}")]
    Unexpected(String),
}

impl BenchError {
    /// Says what was being done when an error came: `.map_err(BenchError::during("saving"))?`.
    pub fn during<E>(doing: impl Into<String>) -> impl FnOnce(E) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let doing = doing.into();
        |source| Self::Failed { doing, source: source.into() }
    }
}

impl Bench {
    /// A run of that size, with binaries beside the one that runs.
    ///
    /// # Errors
    /// When this process does not know where it is.
    pub fn new(size: Size) -> Result<Self, BenchError> {
        let here = std::env::current_exe().map_err(BenchError::during("finding the binaries"))?;
        let functions = here.parent().map(Path::to_path_buf).unwrap_or_default();
        let echo = functions.join("echo");
        Ok(Self { size, functions, echo })
    }

    /// Where the binary of a function is.
    #[must_use]
    pub fn function(&self, name: &str) -> PathBuf {
        self.functions.join(name)
    }

    /// One value for a full run and another for a quick one.
    #[must_use]
    pub fn sized<T>(&self, full: T, quick: T) -> T {
        match self.size {
            Size::Full => full,
            Size::Quick => quick,
        }
    }

    /// Builds the functions and the echo: with optimisation if this binary was built so, and then
    /// each by itself, as for a deployment, so that neither has features that only the bench asks for.
    ///
    /// # Errors
    /// When they do not build.
    pub fn build_functions(&self) -> Result<(), BenchError> {
        if cfg!(debug_assertions) {
            return build(&[
                "--profile",
                "dev",
                "-p",
                "hookline-functions",
                "-p",
                "bench",
                "--bins",
            ]);
        }
        build(&["--profile", "release", "-p", "hookline-functions", "--bins"])?;
        build(&["--profile", "release", "-p", "bench", "--bin", "echo"])
    }
}

/// The folder of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn build(what: &[&str]) -> Result<(), BenchError> {
    let status = Command::new(env!("CARGO"))
        .args(["build", "--locked"])
        .args(what)
        .current_dir(repository())
        .status()
        .map_err(BenchError::during("running cargo"))?;
    if status.success() {
        Ok(())
    } else {
        Err(BenchError::Unexpected(format!("cargo build {} ended with {status}", what.join(" "))))
    }
}
