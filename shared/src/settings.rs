//! The settings of a process: the only reader of the environment.

use std::time::Duration;

/// What an installation chooses.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Limits of the HTTP server.
    pub http: HttpSettings,
}

/// Limits of the HTTP server.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// How long a body may take to arrive.
    pub body_timeout: Duration,
    /// How long a request may take in all.
    pub request_timeout: Duration,
}
