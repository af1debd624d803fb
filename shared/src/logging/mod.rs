//! Structured logs on standard error: one JSON object a line, so that no text of a user can make
//! a line of its own (security: 70).

mod lines;

use std::io::Stderr;

use tracing_subscriber::EnvFilter;

use crate::settings::LogSettings;
use lines::Lines;

/// The log of this process; what still waits goes out when it is dropped.
#[must_use]
pub struct Log(Lines<Stderr>);

impl Drop for Log {
    fn drop(&mut self) {
        self.0.write_out();
    }
}

/// Logging cannot start.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The filter in `KOPLOPERS_LOG` cannot be read.
    #[error(
        "the settings are not right\n  KOPLOPERS_LOG: must be directives such as info or warn,koplopers_worker=debug"
    )]
    Filter,
    /// There is no thread to write the lines.
    #[error("cannot start a thread for the log")]
    Thread(#[from] std::io::Error),
}

/// Starts logging, for as long as the [`Log`] is kept. Warnings and errors are written at once,
/// other lines together, within a moment. Panics go to the log, too.
pub fn start(settings: &LogSettings) -> Result<Log, LogError> {
    let filter: EnvFilter = settings.filter.parse().map_err(|_| LogError::Filter)?;
    let lines = Lines::to(std::io::stderr());
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(lines.clone());
    // A second start, in a test, keeps the first.
    if settings.as_text {
        let _ = builder.try_init();
    } else {
        let _ = builder.json().flatten_event(true).try_init();
    }
    std::panic::set_hook(Box::new(|panic| {
        // The words of a panic may quote a value; its place is enough to find it.
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "a thread panicked");
    }));
    let writing = lines.clone();
    std::thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || writing.write_forever())?;
    Ok(Log(lines))
}
