//! The worker process.

use std::sync::Arc;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use koplopers_shared::clock::Clock;
use koplopers_shared::db::{Db, migrate};
use koplopers_shared::keys::{self, KeyError, KeyRing};
use koplopers_shared::logging;
use koplopers_shared::settings::Settings;
use koplopers_worker::metrics::WorkerMetrics;
use koplopers_worker::{WorkerParts, build_worker};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

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
    let _log = logging::start(&settings.log)?;
    let parts = open(&settings).await?;
    match command {
        Command::Run => run(parts, &settings).await?,
        Command::Once => {
            let summary = build_worker(parts).once().await?;
            println!(
                "sent {}, failed {}, dropped {}",
                summary.sent, summary.failed, summary.dropped
            );
        }
    }
    Ok(())
}

async fn run(parts: WorkerParts, settings: &Settings) -> anyhow::Result<()> {
    let listener = TcpListener::bind(settings.http.metrics_listen)
        .await
        .context("KOPLOPERS_METRICS_LISTEN: the metrics cannot be shown there")?;
    tracing::info!(metrics = %listener.local_addr()?, "showing metrics");
    let metrics = WorkerMetrics::new(&parts.metrics, parts.db.clone(), parts.clock.clone());
    let metrics = Arc::new(metrics);
    let mut helpers = JoinSet::new();
    helpers.spawn(Arc::clone(&metrics).watch());
    helpers.spawn(metrics.serve(listener));
    build_worker(parts).run(stop_signal()?).await?;
    helpers.shutdown().await;
    Ok(())
}

async fn open(settings: &Settings) -> anyhow::Result<WorkerParts> {
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
    Ok(WorkerParts::new(db, clock, keys, settings)?)
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
