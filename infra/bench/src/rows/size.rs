//! `size`: how large each function is, as a file, as a package and in memory.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use miniz_oxide::deflate::compress_to_vec;

use crate::bench::{Bench, BenchError, FUNCTIONS};
use crate::first::{First, FirstInvocations};
use crate::row::{Figure, Row, Target, Unit};
use crate::spread::Spread;

/// The function that the targets are for.
const BOUNDED: &str = "start";
/// What the table shows besides that.
const SHOWN: [&str; 2] = [BOUNDED, "api"];
/// How large its file, its package and its resident memory may be, in millions of bytes.
const FILE: f64 = 7.0;
const ZIP: f64 = 3.0;
const RESIDENT: f64 = 12.0;
/// How hard packages are compressed, of 10.
const LEVEL: u8 = 9;
/// What a zip with the one file `bootstrap` is besides the file: a header, an entry of the directory
/// with the name each, and the directory's end (APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16).
const ZIP_FRAME: usize = 30 + 46 + 2 * "bootstrap".len() + 22;

/// The size of every stripped binary and of its zip, and its memory at its first answer, beside those
/// of the echo.
///
/// # Errors
/// When a binary is not there or does not answer.
pub async fn measure(bench: &Bench) -> Result<Vec<Row>, BenchError> {
    let million = format!(
        "MB are millions of bytes; of binaries for {}, where the template deploys those for arm64.",
        env!("TARGET")
    );
    let mut file = Row::new("size", "How large is each stripped binary?", Unit::Megabytes);
    let question = "How large is the zip of each binary?";
    let mut zip = Row::new("size-zip", question, Unit::Megabytes);
    let echo = (megabytes(&bench.echo)?, zipped(bench, &bench.echo)?);
    for name in FUNCTIONS {
        let binary = bench.function(name);
        let (whole, packed) = (megabytes(&binary)?, zipped(bench, &binary)?);
        file.figures.push(figure(name, Spread::exactly(whole), Spread::exactly(echo.0), FILE));
        zip.figures.push(figure(name, Spread::exactly(packed), Spread::exactly(echo.1), ZIP));
    }
    file.notes.push(million);
    zip.notes.push(format!("Deflated at level {LEVEL}, the one entry named `bootstrap`."));
    Ok(vec![file, zip, memory(bench).await?])
}

async fn memory(bench: &Bench) -> Result<Row, BenchError> {
    let mut firsts = FirstInvocations::new(bench).await?;
    let question = "How much memory does each hold at its first answer?";
    let mut row = Row::new("size-memory", question, Unit::Megabytes);
    let mut highest: Option<f64> = None;
    for name in FUNCTIONS {
        let (mut ours, mut echo) = (Vec::new(), Vec::new());
        for _ in 0..bench.sized(5, 1) {
            echo.push(resident(&firsts.of_echo(bench).await?, "VmRSS")?);
            let function = firsts.of(bench, name).await?;
            ours.push(resident(&function, "VmRSS")?);
            if name == BOUNDED {
                let now = resident(&function, "VmHWM")?;
                highest = Some(highest.map_or(now, |before| before.max(now)));
            }
        }
        let (ours, echo) = (Spread::measured(ours)?, Spread::measured(echo)?);
        row.figures.push(figure(name, ours, echo, RESIDENT));
    }
    row.notes.extend(highest.map(|highest| {
        format!("Up to then {BOUNDED} held {} at the most.", Unit::Megabytes.show(highest))
    }));
    Ok(row)
}

fn figure(name: &str, ours: Spread, echo: Spread, bound: f64) -> Figure {
    let figure = Figure::new(name, ours).beside("echo", echo);
    let figure = match name {
        BOUNDED => figure.keeping(Target::at_most(bound, ours.median, format!("≤ {bound} MB"))),
        _ => figure,
    };
    if SHOWN.contains(&name) { figure } else { figure.unlisted() }
}

/// A line of what the system says of the function's memory.
fn resident(first: &First, field: &str) -> Result<f64, BenchError> {
    let process = first.function.process().unwrap_or_default();
    let status = std::fs::read_to_string(format!("/proc/{process}/status"));
    let status = status.map_err(BenchError::during("asking for a function's memory"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kibibytes =
        line.and_then(|line| line.trim_matches([':', '\t', ' ', 'k', 'B']).parse().ok());
    let kibibytes: f64 =
        kibibytes.ok_or_else(|| BenchError::Unexpected(format!("no {field} in {status}")))?;
    Ok(kibibytes * 1024.0 / 1e6)
}

fn megabytes(file: &Path) -> Result<f64, BenchError> {
    let metadata = file.metadata().map_err(BenchError::during(format!("{}", file.display())))?;
    Ok(millions(metadata.len()))
}

/// The size of the binary's zip; in a quick run that of its first million bytes.
fn zipped(bench: &Bench, file: &Path) -> Result<f64, BenchError> {
    let fault = || BenchError::during(format!("{}", file.display()));
    let mut bytes = Vec::new();
    let opened = File::open(file).map_err(fault())?;
    opened.take(bench.sized(u64::MAX, 1_000_000)).read_to_end(&mut bytes).map_err(fault())?;
    let packed = compress_to_vec(&bytes, LEVEL).len() + ZIP_FRAME;
    Ok(millions(packed as u64))
}

#[expect(clippy::cast_precision_loss, reason = "sizes of files are far below 2^52")]
fn millions(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
