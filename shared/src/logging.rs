//! Structured logs on standard error: one JSON object a line, so that no text of a user can make
//! a line of its own (security: 70).

use tracing_subscriber::EnvFilter;

use crate::settings::LogSettings;

/// The filter in `KOPLOPERS_LOG` cannot be read.
#[derive(Debug, thiserror::Error)]
#[error(
    "the settings are not right\n  KOPLOPERS_LOG: must be directives such as info or warn,koplopers_worker=debug"
)]
pub struct InvalidFilter;

/// Starts logging. Panics go to the log, too.
pub fn start(settings: &LogSettings) -> Result<(), InvalidFilter> {
    let filter: EnvFilter = settings.filter.parse().map_err(|_| InvalidFilter)?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
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
    Ok(())
}
