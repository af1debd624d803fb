//! The machine that the figures belong to.

use std::fmt;
use std::fs;
use std::process::Command;

use koplopers_shared::clock::Clock;
use koplopers_shared::testing::postgres_program;

/// What is worth knowing of it.
#[derive(Debug, Default)]
pub struct Facts {
    /// The day of the run, in UTC.
    pub day: String,
    /// Processors that the program may use.
    pub cores: usize,
    processor: String,
    memory: String,
    kernel: String,
    compiler: String,
    postgres: String,
    commit: String,
}

/// Looks around.
pub fn facts() -> Facts {
    Facts {
        day: Clock::System.now().strftime("%Y-%m-%d").to_string(),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        processor: field("/proc/cpuinfo", "model name"),
        memory: field("/proc/meminfo", "MemTotal"),
        kernel: fs::read_to_string("/proc/sys/kernel/osrelease")
            .map_or_else(|_| unknown(), |text| text.trim().to_owned()),
        compiler: said(Command::new("rustc").arg("--version")),
        postgres: postgres_program("postgres")
            .map_or_else(unknown, |path| said(Command::new(path).arg("--version"))),
        commit: said(Command::new("git").args(["describe", "--always", "--dirty"])),
    }
}

fn unknown() -> String {
    "unknown".to_owned()
}

fn field(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines()
        .find_map(|line| line.strip_prefix(name))
        .map_or_else(unknown, |rest| {
            rest.trim_start_matches([' ', '\t', ':']).to_owned()
        })
}

fn said(command: &mut Command) -> String {
    match command.output() {
        Ok(output) if output.status.success() => {
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        }
        _ => unknown(),
    }
}

impl fmt::Display for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "- {} × {}, {}", self.cores, self.processor, self.memory)?;
        writeln!(f, "- Linux {}, {}", self.kernel, self.postgres)?;
        writeln!(f, "- {}, commit {}", self.compiler, self.commit)
    }
}
