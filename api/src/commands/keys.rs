//! `koplopers-api keys`: the service's own keys, and the master key that seals them.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use koplopers_shared::access::Actor;
use koplopers_shared::audit::{self, AuditLine};
use koplopers_shared::db::{Db, DbConn, DbResult};
use koplopers_shared::deliveries::workers;
use koplopers_shared::ids::KeyId;
use koplopers_shared::keys::{self, ACTIVATION, KeyError, KeyPurpose, MasterKey};
use koplopers_shared::settings::Settings;

use super::{print, process};

/// What to do with the keys.
#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Print every key with its purpose, age and stage; never the key itself.
    List,
    /// Make a new key; the old one goes on verifying what it made.
    Rotate(RotateArguments),
    /// End an old key: what it made counts no longer, within a minute.
    Remove(RemoveArguments),
    /// Seal all keys with a new master key, while the service is stopped.
    Reseal(ResealArguments),
}

#[derive(Debug, Args)]
pub(super) struct RotateArguments {
    /// `token_signing` (access tokens), `link` (links in mail), `callback` (signatures on
    /// callbacks) or `sealing` (stored mails).
    purpose: KeyPurpose,
}

#[derive(Debug, Args)]
pub(super) struct RemoveArguments {
    /// The id that `keys list` prints.
    id: KeyId,
}

#[derive(Debug, Args)]
pub(super) struct ResealArguments {
    /// The file with the new master key; made with a random key when it does not exist.
    file: PathBuf,
}

pub(super) fn run(command: &KeysCommand) -> anyhow::Result<ExitCode> {
    let settings = Arc::new(Settings::load()?);
    let said = actix_web::rt::System::new().block_on(async {
        let state = process::start(Arc::clone(&settings)).await?;
        let (db, now) = (&state.db, state.clock.now());
        let said = match command {
            KeysCommand::List => list(db, now).await,
            KeysCommand::Rotate(RotateArguments { purpose }) => {
                rotate(db, settings.master_key()?, *purpose, now).await
            }
            KeysCommand::Remove(RemoveArguments { id }) => remove(db, *id, now).await,
            KeysCommand::Reseal(arguments) => reseal(db, &settings, arguments, now).await,
        };
        db.stop().await;
        said
    })?;
    print(&said)?;
    Ok(ExitCode::SUCCESS)
}

async fn list(db: &Db, now: Timestamp) -> anyhow::Result<String> {
    let keys = db.read(move |conn| keys::actions::list(conn, now)).await?;
    let mut table = format!("{:36}  {:13}  {:7}  made at\n", "id", "purpose", "stage");
    for key in keys {
        writeln!(
            table,
            "{:36}  {:13}  {:7}  {}",
            key.id.to_string(),
            key.purpose.as_str(),
            key.stage.as_str(),
            key.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        )?;
    }
    Ok(table)
}

async fn rotate(
    db: &Db,
    master: MasterKey,
    purpose: KeyPurpose,
    now: Timestamp,
) -> anyhow::Result<String> {
    let id = db
        .write(move |conn| -> Result<KeyId, KeyError> {
            let id = keys::actions::rotate(conn, &master, purpose, now)?;
            record(conn, "key.rotate", Some(id), now)?;
            Ok(id)
        })
        .await?;
    Ok(format!(
        "{id}\nEvery process uses it from {}; the old key goes on verifying until `keys remove`.\n",
        (now + ACTIVATION).strftime("%H:%M:%SZ")
    ))
}

async fn remove(db: &Db, id: KeyId, now: Timestamp) -> anyhow::Result<String> {
    db.write(move |conn| -> Result<(), KeyError> {
        keys::actions::remove(conn, id, now)?;
        Ok(record(conn, "key.remove", Some(id), now)?)
    })
    .await?;
    Ok("removed\n".to_owned())
}

async fn reseal(
    db: &Db,
    settings: &Settings,
    arguments: &ResealArguments,
    now: Timestamp,
) -> anyhow::Result<String> {
    let alive = db
        .read(move |conn| workers::alive_since(conn, now - workers::SILENCE))
        .await?;
    if !alive.is_empty() {
        bail!(
            "a worker was heard of less than {} seconds ago: stop every process first",
            workers::SILENCE.as_secs()
        );
    }
    let old = settings.master_key()?;
    let path = arguments.file.display();
    let new = MasterKey::read_or_create(&arguments.file).with_context(|| path.to_string())?;
    let count = db
        .write(move |conn| -> Result<usize, KeyError> {
            let count = keys::actions::reseal(conn, &old, &new, now)?;
            record(conn, "key.reseal", None, now)?;
            Ok(count)
        })
        .await?;
    let place = match settings.made_master_key() {
        Some(old) => format!(
            "Put it in the place of {}, or set KOPLOPERS_MASTER_KEY_FILE to it, before the next start.\n",
            old.display()
        ),
        None => "Give it to every process, by KOPLOPERS_MASTER_KEY or KOPLOPERS_MASTER_KEY_FILE, before the next start.\n".to_owned(),
    };
    Ok(format!(
        "{count} keys sealed with the master key in {path}.\n{place}\
         Backups made before need the old master key.\n"
    ))
}

fn record(
    conn: &mut DbConn,
    action: &'static str,
    key: Option<KeyId>,
    now: Timestamp,
) -> DbResult<()> {
    let line = AuditLine {
        action,
        object_type: "key",
        object_id: key.map(|id| id.to_string()),
        municipality: None,
    };
    audit::record(conn, &Actor::system("command-line"), line, now)
}
