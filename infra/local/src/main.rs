//! `cargo run`: Hookline on this machine. `cargo run -- demo`: a call through it, played and told.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use hookline_local::demo;
use hookline_local::stack::{Settings, Stack};

/// Campaign webhooks for phone calls, whole on one machine.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// The port to answer on, on loopback.
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// How often what is past due is hinted again, in seconds.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    sweep_seconds: u64,
    /// The folder that keeps everything between runs.
    #[arg(long, default_value = ".hookline")]
    data: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Plays a call through a stack of its own and tells what happened.
    Demo,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ended = match arguments.command {
        Some(Command::Demo) => demo::play(&mut std::io::stdout()).await.map_err(|e| e.to_string()),
        None => serve(arguments).await.map_err(|error| error.to_string()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            let _ = writeln!(std::io::stderr(), "hookline: {fault}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a main reads its own environment")]
async fn serve(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    hookline_functions::log::to_stdout(tracing::Level::INFO);
    let admin_key = std::env::var("HOOKLINE_ADMIN_KEY").ok().map(|key| key.trim().to_owned());
    let admin_key = admin_key.filter(|key| !key.is_empty());
    let given = admin_key.is_some();
    let data = arguments.data.clone();
    let settings = Settings {
        port: Some(arguments.port),
        data: Some(arguments.data),
        admin_key,
        sweep_every: Some(Duration::from_secs(arguments.sweep_seconds)),
    };
    let stack = Stack::start(settings).await?;
    let mut out = std::io::stdout();
    greet(&mut out, &stack, given, &data)?;
    tokio::signal::ctrl_c().await?;
    stack.stop().await;
    writeln!(out, "Stopped. Everything is kept in {}.", data.display())?;
    Ok(())
}

fn greet(
    out: &mut impl Write,
    stack: &Stack,
    key_given: bool,
    data: &std::path::Path,
) -> std::io::Result<()> {
    let url = stack.url();
    let key = if key_given { "$HOOKLINE_ADMIN_KEY" } else { stack.admin_key() };
    writeln!(out, "Hookline answers at  {url}")?;
    writeln!(out, "Its console is at    {url}/console/ (sign in with the admin key)")?;
    writeln!(out, "Its DynamoDB is at   {}", stack.database_url())?;
    writeln!(out, "Its data is kept in  {}", data.display())?;
    if key_given {
        writeln!(out, "The admin key is     the one in HOOKLINE_ADMIN_KEY")?;
    } else {
        writeln!(out, "The admin key is     {key}")?;
    }
    writeln!(out, "Webhooks may go to this machine (loopback), unlike in the cloud.")?;
    writeln!(out)?;
    writeln!(out, "A first campaign without a browser, and a call for it:")?;
    writeln!(out)?;
    writeln!(out, "  curl -X PUT {url}/campaigns/solar -H \"authorization: Bearer {key}\" \\")?;
    writeln!(
        out,
        "    -d '{{\"id\":\"solar\",\"name\":\"Solar leads\",\"version\":0,\"webhooks\":[]}}'"
    )?;
    writeln!(out, "  curl -X POST {url}/calls/call-1/start -H \"authorization: Bearer {key}\" \\")?;
    writeln!(
        out,
        "    -d '{{\"campaign_id\":\"solar\",\"caller_number\":\"+16145550100\",\"occurred_at\":\"2026-11-23T17:00:00Z\"}}'"
    )?;
    writeln!(out)?;
    writeln!(out, "Ctrl-C stops it; the next start goes on where this one ended.")?;
    out.flush()
}
