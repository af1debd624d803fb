//! The worker process.

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use koplopers_shared::clock::Clock;
use koplopers_shared::db::{Db, migrate};
use koplopers_shared::keys::{self, KeyError, KeyRing};
use koplopers_shared::settings::{LogSettings, Settings};
use koplopers_worker::{Worker, WorkerParts, build_worker};
use tokio::signal::unix::{SignalKind, signal};

/// Sends the mails of Koplopers.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Clone, Copy, Default, Subcommand)]
enum Command {
    /// Work until told to stop (the default).
    #[default]
    Run,
    /// Send everything that is due, then stop.
    Once,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let command = Arguments::parse().command.unwrap_or_default();
    let settings = Settings::load()?;
    start_logging(&settings.log)?;
    let worker = open(&settings).await?;
    match command {
        Command::Run => worker.run(stop_signal()?).await?,
        Command::Once => {
            let summary = worker.once().await?;
            println!(
                "sent {}, failed {}, dropped {}",
                summary.sent, summary.failed, summary.dropped
            );
        }
    }
    Ok(())
}

async fn open(settings: &Settings) -> anyhow::Result<Worker> {
    let url = settings.database_url.clone();
    tokio::task::spawn_blocking(move || migrate(&url))
        .await?
        .context("migrating the database")?;
    let db = Db::open(&settings.database_url, settings.database.clone())?;
    let (clock, master) = (Clock::System, settings.master_key()?);
    let now = clock.now();
    let keys = db
        .write(move |conn| -> Result<KeyRing, KeyError> {
            keys::actions::ensure(conn, &master, now)?;
            KeyRing::load(conn, &master, now)
        })
        .await
        .context("opening the keys")?;
    let parts = WorkerParts::new(db, clock, keys, settings)?;
    Ok(build_worker(parts))
}

/// Structured logs on standard error, one JSON object a line (security: 70).
fn start_logging(settings: &LogSettings) -> anyhow::Result<()> {
    let filter: tracing_subscriber::EnvFilter = settings
        .filter
        .parse()
        .map_err(|_| anyhow::anyhow!("KOPLOPERS_LOG: must be directives such as info"))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if settings.as_text {
        builder.init();
    } else {
        builder.json().flatten_event(true).init();
    }
    std::panic::set_hook(Box::new(|panic| {
        // The words of a panic may quote a value; its place is enough to find it.
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "a thread panicked");
    }));
    Ok(())
}

/// Ends at SIGTERM or Ctrl-C.
fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
