//! `koplopers-api backup` and `koplopers-api restore`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use koplopers_shared::clock::Clock;
use koplopers_shared::db::{self, BackupError, DatabaseKind};
use koplopers_shared::keys::{self, KeyError};
use koplopers_shared::settings::Settings;

/// Where the copy goes.
#[derive(Debug, Args)]
pub(super) struct BackupArguments {
    /// The new file to write; it must not exist yet.
    file: PathBuf,
}

/// What to put back.
#[derive(Debug, Args)]
pub(super) struct RestoreArguments {
    /// The file that `backup` has written.
    file: PathBuf,
    /// Put it in the place of the database that is there; that one is kept beside it.
    #[arg(long)]
    force: bool,
}

pub(super) fn back_up(arguments: &BackupArguments) -> anyhow::Result<ExitCode> {
    let settings = Settings::load()?;
    if settings.database_url.kind() == DatabaseKind::Postgres {
        bail!(
            "the database is PostgreSQL, which has a tool of its own:\n  \
             pg_dump --format=custom --file={} \"$DATABASE_URL\"",
            arguments.file.display()
        );
    }
    let bytes = db::back_up(&settings.database_url, &arguments.file)?;
    let key = match settings.made_master_key() {
        Some(path) => path.display().to_string(),
        None => "the master key".to_owned(),
    };
    super::print(&format!(
        "{} written, {bytes} bytes\n\
         The keys in it are sealed: keep a copy of {key} as well, in another place.\n",
        arguments.file.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn restore(arguments: &RestoreArguments) -> anyhow::Result<ExitCode> {
    let settings = Settings::load()?;
    if settings.database_url.kind() == DatabaseKind::Postgres {
        bail!(
            "the database is PostgreSQL, which has a tool of its own; stop every process, then:\n  \
             pg_restore --clean --if-exists --dbname=\"$DATABASE_URL\" {}",
            arguments.file.display()
        );
    }
    let staged = db::stage(&settings.database_url, &arguments.file, arguments.force);
    let staged = match staged {
        Err(error @ BackupError::NotEmpty(_)) => {
            return Err(error).context("nothing was changed; --force puts the copy in its place");
        }
        staged => staged?,
    };
    // A key made now would open nothing, and hide that the right one is missing.
    if let Some(path) = settings.made_master_key()
        && !path.exists()
    {
        bail!(
            "nothing was changed: put the master key of the copy in {} first",
            path.display()
        );
    }
    let master = settings.master_key()?;
    match keys::actions::check(&mut staged.connect()?, &master, Clock::System.now()) {
        Err(KeyError::WrongMasterKey) => {
            bail!("nothing was changed: the master key is not the one of the copy");
        }
        checked => checked?,
    }
    let aside = staged.put_in_place()?;
    super::print(&format!("{} restored\n", arguments.file.display()))?;
    if let Some(aside) = aside {
        super::print(&format!(
            "What was there is in {}: remove it when it is no longer needed.\n",
            aside.display()
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}
