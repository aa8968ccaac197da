//! The process of `chromedriver`.
//!
//! The browser hangs on it by a pipe and ends when that closes, so whoever ends the driver, by a kill
//! too, leaves no browser behind.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// What the driver writes before the port it was given.
const READY: &str = "ChromeDriver was started successfully on port ";

/// A running driver. It is killed when dropped.
#[derive(Debug)]
pub(super) struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    /// Starts a driver on a free port of loopback.
    pub(super) async fn start(program: &Path) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.kill_on_drop(true).spawn()?;
        let gone = || io::Error::other("chromedriver ended before it said its port");
        let mut lines = BufReader::new(child.stdout.take().ok_or_else(gone)?).lines();
        let port = loop {
            let line = lines.next_line().await?.ok_or_else(gone)?;
            let port =
                line.strip_prefix(READY).and_then(|rest| rest.trim_end_matches('.').parse().ok());
            if let Some(port) = port {
                break port;
            }
        };
        // It has no more to say, and would stop at a pipe that nobody reads.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { child, port })
    }

    /// The port that it listens on.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Ends it and waits until it is gone.
    pub(super) async fn stop(mut self) -> io::Result<()> {
        self.child.kill().await
    }
}

/// Driver and browser, if both are there.
pub(super) fn installed() -> Option<(PathBuf, PathBuf)> {
    Some((found("chromedriver")?, found("chromium")?))
}

/// A program of that name on the path, or where Debian puts it.
fn found(name: &str) -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "the one place that looks for the browser")]
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/bin")]);
    folders.map(|folder| folder.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_installed_is_not_found() {
        assert_eq!(found("chromium-of-another-world"), None);
        assert!(found("env").is_some_and(|file| file.ends_with("env")));
    }
}
