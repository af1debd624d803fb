//! `koplopers-api serve`.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use koplopers_shared::db::DatabaseKind;
use koplopers_shared::logging;
use koplopers_shared::settings::Settings;

use super::process;

/// How to serve.
#[derive(Debug, Default, Args)]
pub(super) struct ServeArguments {
    /// Leave the mails to a worker in another process; on PostgreSQL this is always so.
    #[arg(long)]
    no_worker: bool,
}

pub(super) fn run(arguments: &ServeArguments) -> anyhow::Result<ExitCode> {
    let settings = Arc::new(Settings::load()?);
    let _log = logging::start(&settings.log)?;
    let embedded = settings.database_url.kind() == DatabaseKind::Sqlite;
    let with_worker = embedded && !arguments.no_worker;
    actix_web::rt::System::new().block_on(async {
        let state = process::start(settings).await?;
        process::serve(state, with_worker, |_| Ok(())).await
    })?;
    Ok(ExitCode::SUCCESS)
}
