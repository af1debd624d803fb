//! Compares Koplopers with what the machine under it can do.
//!
//! Machines differ and are noisy, so every figure that counts is a ratio of two that were measured
//! in turn, in one run: a real endpoint with a real token against the ceiling of the HTTP server
//! and the limit of the database, the queue against raw SQL, mail against a bare conversation.

mod ceiling;
mod http;
mod load;
mod machine;
mod mail;
mod process;
mod queue;
mod report;
mod rounds;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use koplopers_api::commands::Arguments as ApiArguments;

use crate::report::Report;

// As in the API, which is measured in a process of this program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures how fast Koplopers is on this machine, as ratios.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Every row of the table but that of `memory`.
    All(Options),
    /// Reads and writes over HTTP, on both databases.
    Http(Options),
    /// Claiming, completing and waking up.
    Queue(Options),
    /// Making mails and handing them over.
    Mail(Options),
    /// Whether a million rows make it slower than ten thousand.
    Growth(Options),
    /// Whether ten minutes of load leave more memory in use than one.
    Memory(Options),
    /// The API itself, which is measured in a process of its own.
    #[command(hide = true, disable_help_flag = true)]
    Api {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Serve JSON that stands still: the ceiling of the HTTP server.
    #[command(hide = true)]
    Ceiling(ceiling::CeilingArguments),
}

/// How much to measure.
#[derive(Debug, Clone, Args)]
struct Options {
    /// Intakes in the database; growth has sizes of its own.
    #[arg(long, default_value_t = 100_000)]
    rows: u32,
    /// How often each figure is measured; the median counts.
    #[arg(long, default_value_t = 5)]
    rounds: u16,
    /// Seconds that each measurement takes.
    #[arg(long, default_value_t = 2)]
    seconds: u64,
    /// The folder that the results are written to, besides being printed.
    #[arg(long, value_name = "FOLDER")]
    results: Option<PathBuf>,
}

impl Options {
    fn time(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("koplopers-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    let (options, parts): (Options, &[Part]) = match command {
        Command::All(options) => (
            options,
            &[
                http::measure,
                queue::measure,
                mail::measure,
                http::measure_growth,
                queue::measure_growth,
            ],
        ),
        Command::Http(options) => (options, &[http::measure]),
        Command::Queue(options) => (options, &[queue::measure]),
        Command::Mail(options) => (options, &[mail::measure]),
        Command::Growth(options) => (options, &[http::measure_growth, queue::measure_growth]),
        Command::Memory(options) => (options, &[http::measure_memory]),
        Command::Api { arguments } => {
            let program = std::iter::once("koplopers-api".to_owned());
            return ApiArguments::parse_from(program.chain(arguments)).run();
        }
        Command::Ceiling(arguments) => return ceiling::serve(&arguments),
    };
    let mut report = Report::new(machine::facts());
    for part in parts {
        part(&options, &mut report)?;
    }
    println!("\n{}", report.as_markdown());
    if let Some(folder) = &options.results {
        let file = report.write(folder)?;
        println!("written to {}", file.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// One part of the table.
type Part = fn(&Options, &mut Report) -> anyhow::Result<()>;
