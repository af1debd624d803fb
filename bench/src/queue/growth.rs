//! Whether claiming takes longer when more waits.

use std::time::Instant;

use diesel::connection::SimpleConnection as _;
use koplopers_shared::testing::{Cluster, Durability, connect};
use tokio::runtime::Runtime;

use super::claims::{BATCH, claim};
use super::fill::{Office, refill};
use crate::Options;
use crate::report::{Report, Row, Target};
use crate::rounds::{FEW, MANY, medians};

/// Claims in one measurement: the smaller queue holds as many as these take.
const CLAIMS: usize = FEW as usize / BATCH;

/// The p99 of a claim from a long queue by that from a short one.
pub fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let Some(cluster) = Cluster::for_one_test(Durability::Off) else {
        return Ok(());
    };
    connect(&cluster.url("postgres")).batch_execute("CREATE DATABASE many")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let open = |name: &str| runtime.block_on(Office::open(&cluster.url(name)));
    let (few, many) = (open("postgres")?, open("many")?);
    let [of_few, of_many] = medians(
        // Making a million mails takes longer than what is measured.
        options.rounds.min(3),
        [&mut || p99(&runtime, &few, FEW), &mut || {
            p99(&runtime, &many, MANY)
        }],
    )?;
    report.add(Row {
        measured: "PostgreSQL claim",
        limit: format!("p99 with {FEW} waiting {of_few:.2} ms"),
        figure: format!("with {MANY} waiting {of_many:.2} ms"),
        ratio: Some((of_many / of_few, Target::AtMost(1.5))),
    });
    Ok(())
}

/// In milliseconds.
fn p99(runtime: &Runtime, office: &Office, waiting: u32) -> anyhow::Result<f64> {
    refill(&mut connect(office.db.url()), waiting)?;
    let mut took = Vec::with_capacity(CLAIMS);
    for _ in 0..CLAIMS {
        let start = Instant::now();
        runtime.block_on(claim(&office.db, BATCH))?;
        took.push(start.elapsed());
    }
    took.sort_unstable();
    Ok(took[(took.len() - 1) * 99 / 100].as_secs_f64() * 1000.0)
}
