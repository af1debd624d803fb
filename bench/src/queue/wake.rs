//! How soon after a commit a worker starts on the mail.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use diesel::prelude::*;
use jiff::Timestamp;
use koplopers_shared::clock::Clock;
use koplopers_shared::db::columns::At;
use koplopers_shared::db::schema::delivery_attempts as attempts;
use koplopers_shared::db::{DatabaseKind, Db, DbConn, DbError, DbOptions};
use koplopers_shared::deliveries;
use koplopers_shared::flows::Letterhead;
use koplopers_shared::ids::DeliveryId;
use koplopers_shared::keys::{self, KeyError, KeyRing, MasterKey};
use koplopers_shared::metrics::DeliveryMetrics;
use koplopers_shared::settings::Settings;
use koplopers_worker::transport::{MailUrl, Transport};
use koplopers_worker::{WorkerOptions, WorkerParts, build_worker};

use tokio::runtime::Runtime;

use super::fill::Office;
use crate::mail::Sink;
use crate::report::{Report, Row, Target};

/// How many commits are measured.
const COMMITS: usize = 500;

/// Between two commits, so that the worker has gone to sleep again.
const PAUSE: Duration = Duration::from_millis(12);

pub fn measure(
    runtime: &Runtime,
    office: &Office,
    measured: &'static str,
    report: &mut Report,
) -> anyhow::Result<()> {
    let mut waits = runtime.block_on(waits(office))?;
    waits.sort_unstable();
    let at = |hundredths: usize| waits[(waits.len() - 1) * hundredths / 100];
    let milliseconds = |wait: Duration| wait.as_secs_f64() * 1000.0;
    for (which, wait, most) in [("p50", at(50), 2.0), ("p99", at(99), 10.0)] {
        report.add(Row {
            measured,
            limit: format!("{COMMITS} commits, {which} in ms"),
            figure: format!("{:.2} ms", milliseconds(wait)),
            ratio: Some((milliseconds(wait), Target::AtMost(most))),
        });
    }
    Ok(())
}

async fn waits(office: &Office) -> anyhow::Result<Vec<Duration>> {
    let sink = Sink::start()?;
    // On PostgreSQL the worker is another process: it has connections of its own.
    let for_worker = match office.db.kind() {
        DatabaseKind::Postgres => Db::open(office.db.url(), DbOptions::default())?,
        DatabaseKind::Sqlite => office.db.clone(),
    };
    let announcing = tokio::spawn(deliveries::announce(office.db.clone()));
    let worker = build_worker(parts(for_worker, &sink).await?);
    let working = tokio::spawn(async move { worker.run(std::future::pending()).await });
    sink.taken(1).await;
    let mut committed: HashMap<DeliveryId, Timestamp> = HashMap::new();
    for number in 0..COMMITS {
        tokio::time::sleep(PAUSE).await;
        let id = office.enqueue(format!("wake-{number}")).await?;
        committed.insert(id, Clock::System.now());
        sink.taken(number + 2).await;
    }
    // The last attempt may not be on record yet.
    let started = loop {
        let started = office.db.read(started).await?;
        if started.len() > COMMITS {
            break started;
        }
        tokio::time::sleep(PAUSE).await;
    };
    working.abort();
    announcing.abort();
    let waits = started.into_iter().filter_map(|(id, At(started))| {
        let committed = committed.get(&id)?;
        Some(Duration::try_from(started.duration_since(*committed)).unwrap_or_default())
    });
    Ok(waits.collect())
}

fn started(conn: &mut DbConn) -> Result<Vec<(DeliveryId, At)>, DbError> {
    Ok(attempts::table
        .select((attempts::delivery, attempts::started_at))
        .load(conn)?)
}

async fn parts(db: Db, sink: &Sink) -> anyhow::Result<WorkerParts> {
    let folder = tempfile::tempdir()?;
    let settings = Settings::for_tests(folder.path());
    let master = MasterKey::parse(&MasterKey::generate()?)?;
    let now = Clock::System.now();
    let keys = db
        .write(move |conn| -> Result<KeyRing, KeyError> {
            keys::actions::ensure(conn, &master, now)?;
            KeyRing::load(conn, &master, now)
        })
        .await?;
    let url = format!("smtp://{}?tls=none", sink.address());
    let url = MailUrl::parse(&url).context("an address")?;
    Ok(WorkerParts {
        db,
        clock: Clock::System,
        keys,
        transport: Arc::new(Transport::open(&url)?),
        letterhead: Letterhead::from(&settings),
        metrics: DeliveryMetrics::new(),
        options: WorkerOptions::default(),
    })
}
