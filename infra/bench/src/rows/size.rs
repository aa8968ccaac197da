//! `size`: how large each function is.

use std::path::Path;

use hookline_tests::runtime_api::LambdaFunction;
use serde_json::json;

use crate::bench::{Bench, BenchError, FUNCTIONS};
use crate::row::{Figure, Row, Target, Unit};
use crate::spread::Spread;

/// How large the file of `start` may be, in millions of bytes.
const FILE: f64 = 7.0;

/// The size of every stripped binary beside that of the echo.
///
/// # Errors
/// When a binary is not there.
pub async fn measure(bench: &Bench) -> Result<Vec<Row>, BenchError> {
    let mut row = Row::new("size", "How large is each stripped binary?", Unit::Megabytes);
    let function = LambdaFunction::spawn(&bench.echo, []).await;
    let echoed = function.map_err(BenchError::during("the echo"))?.invoke(json!(1)).await;
    if echoed != Ok(json!(1)) {
        return Err(BenchError::Unexpected(format!("the echo answered {echoed:?}")));
    }
    let echo = Spread::exactly(megabytes(&bench.echo)?);
    for name in FUNCTIONS {
        let size = megabytes(&bench.function(name))?;
        let figure = Figure::new(name, Spread::exactly(size)).beside("echo", echo);
        row.figures.push(match name {
            "start" => figure.keeping(Target::at_most(FILE, size, "≤ 7 MB")),
            _ => figure.unlisted(),
        });
    }
    Ok(vec![row])
}

#[expect(clippy::cast_precision_loss, reason = "sizes of files are far below 2^52")]
fn megabytes(file: &Path) -> Result<f64, BenchError> {
    let metadata = file.metadata().map_err(BenchError::during(format!("{}", file.display())))?;
    Ok(metadata.len() as f64 / 1e6)
}
