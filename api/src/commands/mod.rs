//! What the program can be asked to do.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod audit;
mod backup;
mod client;
mod demo;
mod keys;
mod migrate;
mod process;
mod serve;
mod token;

/// Intakes, talks and invitations over HTTP.
///
/// Settings come from the environment and from koplopers.toml: docs/operations.md lists them.
/// Without a command it serves.
#[derive(Debug, Parser)]
#[command(
    version,
    disable_help_subcommand = true,
    args_conflicts_with_subcommands = true
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::ServeArguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API; on SQLite the worker runs inside.
    Serve(serve::ServeArguments),
    /// Bring the database up to date and stop.
    Migrate(migrate::MigrateArguments),
    /// Print the OpenAPI document.
    Openapi,
    /// Serve with data to look at, a dev mailbox and tokens to try.
    Demo,
    /// Print a token, for demo and development.
    Token(token::TokenArguments),
    /// Make a machine client, give it a new secret, or shut it out.
    #[command(subcommand)]
    Client(client::ClientCommand),
    /// Write a copy of the embedded database to a file, while it is in use.
    Backup(backup::BackupArguments),
    /// Put such a copy back, while the service is stopped.
    Restore(backup::RestoreArguments),
    /// List the service's own keys, turn them over, or seal them anew.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Check that nobody changed the audit trail.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
}

impl Arguments {
    /// Does what was asked.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            None => serve::run(&self.serve),
            Some(Command::Serve(arguments)) => serve::run(&arguments),
            Some(Command::Migrate(arguments)) => migrate::run(&arguments),
            Some(Command::Openapi) => {
                print(&crate::document::TEXT)?;
                Ok(ExitCode::SUCCESS)
            }
            Some(Command::Demo) => demo::run(),
            Some(Command::Token(arguments)) => token::run(&arguments),
            Some(Command::Client(command)) => client::run(&command),
            Some(Command::Backup(arguments)) => backup::back_up(&arguments),
            Some(Command::Restore(arguments)) => backup::restore(&arguments),
            Some(Command::Keys(command)) => keys::run(&command),
            Some(Command::Audit(command)) => audit::run(command),
        }
    }
}

/// Writes to standard output; `print!` would panic when nobody reads on.
fn print(text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    std::io::stdout().lock().write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }
}
