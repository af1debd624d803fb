//! `koplopers-api audit`: the trail of who did what, checked.

use std::process::ExitCode;
use std::time::Duration;

use clap::Subcommand;
use koplopers_shared::audit;
use koplopers_shared::db::{Db, DbOptions, DbResult};
use koplopers_shared::settings::Settings;

use super::print;

/// What to do with the audit trail.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(super) enum AuditCommand {
    /// Check every seal; exit with 1 and name the first batch that was changed.
    Verify,
}

/// A trail of years takes its time.
const PATIENCE: Duration = Duration::from_hours(24);

pub(super) fn run(command: AuditCommand) -> anyhow::Result<ExitCode> {
    let AuditCommand::Verify = command;
    let settings = Settings::load()?;
    let options = DbOptions {
        deadline: PATIENCE,
        ..settings.database
    };
    let (verified, unsealed) = actix_web::rt::System::new().block_on(async {
        let db = Db::open(&settings.database_url, options)?;
        let found = db
            .read_long(|conn| -> DbResult<_> {
                Ok((audit::verify_chain(conn)?, audit::unsealed(conn)?))
            })
            .await?;
        db.stop().await;
        anyhow::Ok(found)
    })?;
    match verified {
        Ok(last) => {
            print(&format!(
                "every seal holds, up to batch {last}; {unsealed} lines wait for a seal\n"
            ))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(broken) => {
            print(&format!("{broken}\n"))?;
            Ok(ExitCode::FAILURE)
        }
    }
}
