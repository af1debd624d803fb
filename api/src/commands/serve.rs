//! `koplopers-api serve`.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use koplopers_shared::clock::Clock;
use koplopers_shared::db::{self, Db};
use koplopers_shared::settings::Settings;

use crate::state::AppState;
use crate::{logging, server};

/// How to serve.
#[derive(Debug, Default, Args)]
pub(super) struct ServeArguments {
    /// Leave the mails to a worker in another process.
    #[arg(long)]
    no_worker: bool,
}

pub(super) fn run(arguments: &ServeArguments) -> anyhow::Result<ExitCode> {
    let settings = Arc::new(Settings::load()?);
    logging::start(&settings.log)?;
    actix_web::rt::System::new().block_on(serve(settings, arguments))?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(settings: Arc<Settings>, arguments: &ServeArguments) -> anyhow::Result<()> {
    db::migrate(&settings.database_url).context("migrating the database")?;
    let db = Db::open(&settings.database_url, settings.database.clone())?;
    let state = AppState::start(db.clone(), Clock::System, settings).await?;
    let bound = server::bind(state).context("listening")?;
    tracing::info!(
        address = %bound.address,
        metrics = %bound.metrics_address,
        worker = !arguments.no_worker,
        "serving"
    );
    bound.run(server::stop_signal()).await?;
    db.stop().await;
    tracing::info!("stopped");
    Ok(())
}
