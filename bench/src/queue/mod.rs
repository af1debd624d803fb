//! The outbox: claiming and completing against raw SQL, and how soon a worker wakes up.

mod claims;
mod fill;
mod growth;
mod wake;

use koplopers_shared::db::DatabaseUrl;
use koplopers_shared::testing::{Cluster, Durability};

pub use self::growth::measure as measure_growth;

use self::fill::Office;
use crate::Options;
use crate::report::Report;

/// The rows of the queue.
pub fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let folder = tempfile::tempdir()?;
    let url = DatabaseUrl::sqlite(folder.path().join("koplopers.db"));
    let office = runtime.block_on(Office::open(&url))?;
    wake::measure(&runtime, &office, "SQLite wake-up", report)?;
    let Some(cluster) = Cluster::for_one_test(Durability::On) else {
        report.note("PostgreSQL is not on this machine: its rows are left out.".to_owned());
        return Ok(());
    };
    let office = runtime.block_on(Office::open(&cluster.url("postgres")))?;
    wake::measure(&runtime, &office, "PostgreSQL wake-up", report)?;
    claims::measure(&runtime, &office, options, report)
}
