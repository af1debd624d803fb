//! What every handler can reach.

use std::sync::Arc;

use koplopers_shared::clock::Clock;
use koplopers_shared::db::Db;
use koplopers_shared::settings::Settings;

/// Shared by all requests of a process.
#[derive(Debug, Clone)]
pub struct AppState {
    /// The database.
    pub db: Db,
    /// The time: read it once per request.
    pub clock: Clock,
    /// The settings of this process.
    pub settings: Arc<Settings>,
}
