//! How much memory the API holds, and whether that grows with the hours.

use std::time::{Duration, Instant};

use koplopers_shared::db::DatabaseUrl;

use super::POOL;
use super::data::{self, Data};
use crate::Options;
use crate::load::press;
use crate::process::{Memory, Serving, data_folder};
use crate::report::{Report, Row, Target};

/// How long the load goes on.
const MINUTES: u32 = 10;

const MINUTE: Duration = Duration::from_mins(1);

/// The rows of a process that was just started, and of one that has worked.
pub fn add_rows(database: &str, [idle, worked]: [Memory; 2], report: &mut Report) {
    // The target is for the process that is all there is: one that embeds its database.
    let at_most = |most| match database {
        "SQLite" => Target::AtMost(most),
        _ => Target::None,
    };
    let mut add = |when, memory: Memory, most| {
        report.add(Row {
            measured: when,
            limit: database.to_owned(),
            figure: memory.to_string(),
            ratio: Some((memory.resident, at_most(most))),
        });
    };
    add("– memory in MB, idle", idle, 40.0);
    add("– memory in MB, after the load", worked, 150.0);
}

/// Ten minutes of four reads to a write, on an embedded database.
pub fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let folder = data_folder()?;
    let url = DatabaseUrl::sqlite(folder.path().join("koplopers.db"));
    let first = Serving::api(&url, folder.path(), POOL)?;
    let data = Data::fill(first.address, &url, folder.path(), options.rows)?;
    drop(first);
    let api = Serving::api(&url, folder.path(), POOL)?;
    let mut held = Vec::new();
    for minute in 1..=MINUTES {
        let start = Instant::now();
        while let Some(left) = MINUTE.checked_sub(start.elapsed()) {
            data::close_new(&url)?;
            press(api.address, &data.mixed(), left)?;
        }
        let memory = api.memory()?;
        eprintln!("after minute {minute}: {memory}");
        held.push(memory);
    }
    if let [first, .., last] = held.as_slice() {
        report.add(Row {
            measured: "memory after ten minutes of load, by that after one",
            limit: first.to_string(),
            figure: last.to_string(),
            ratio: Some((last.resident / first.resident, Target::AtMost(1.1))),
        });
    }
    Ok(())
}
