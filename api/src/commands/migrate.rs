//! `koplopers-api migrate`.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use koplopers_shared::db;
use koplopers_shared::settings::Settings;

/// How to migrate.
#[derive(Debug, Args)]
pub(super) struct MigrateArguments {
    /// Change nothing; exit with 1 when a migration is missing, and name it.
    #[arg(long)]
    check: bool,
}

pub(super) fn run(arguments: &MigrateArguments) -> anyhow::Result<ExitCode> {
    let settings = Settings::load()?;
    if !arguments.check {
        let ran = db::migrate(&settings.database_url).context("migrating")?;
        super::print(&format!("{ran} migrations run\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let missing = db::check(&settings.database_url).context("looking at the migrations")?;
    for name in &missing {
        super::print(&format!("missing: {name}\n"))?;
    }
    Ok(if missing.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
