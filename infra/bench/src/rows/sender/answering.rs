//! A partner in another process, so that what it takes of the processor is not counted as ours.

use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::{env, process, thread};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::bench::BenchError;

/// The word that makes the bench's binary a partner.
const WORD: &str = "answer";
/// What every request is answered.
pub(super) const BODY: &str = r#"{"first_name":"Jason","age":23}"#;

/// The partner; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Answering {
    process: Child,
    url: Url,
}

impl Answering {
    /// Starts the partner.
    pub(super) fn start() -> Result<Self, BenchError> {
        let failed = "starting a partner";
        let here = env::current_exe().map_err(BenchError::during(failed))?;
        let mut process = Command::new(here)
            .arg(WORD)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(BenchError::during(failed))?;
        let mut url = String::new();
        let said = process.stdout.take().map(|said| BufReader::new(said).read_line(&mut url));
        said.transpose().map_err(BenchError::during(failed))?;
        let url = Url::parse(url.trim()).map_err(BenchError::during(failed))?;
        Ok(Self { process, url })
    }

    /// Where it answers.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        // It ends when there is nobody to read from; should it not, there is nobody to tell.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// Answers every request on a port that it names on standard output, until standard input ends.
///
/// # Errors
/// When there is no port.
pub async fn answer() -> io::Result<()> {
    thread::spawn(|| {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        process::exit(0);
    });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}/lookup?phone=16145551234", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            // A client that leaves is a block that fails there.
            let _ = say(stream).await;
        });
    }
}

async fn say(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut head = Vec::with_capacity(1024);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let length = BODY.len();
    let kind = "content-type: application/json";
    let answer = format!("HTTP/1.1 200 OK\r\n{kind}\r\ncontent-length: {length}\r\n\r\n{BODY}");
    stream.write_all(answer.as_bytes()).await?;
    // The client leaves first, as it does where connections are kept alive.
    stream.read_buf(&mut head).await?;
    Ok(())
}
