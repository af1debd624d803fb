//! Reads and writes over HTTP, with a real token, against the ceiling of the server and the limit
//! of the database: both are measured in turn with the endpoint.

mod data;
mod growth;
mod in_process;
mod memory;
mod pgbench;
mod statements;

use std::path::Path;
use std::time::Duration;

use koplopers_shared::db::DatabaseUrl;
use koplopers_shared::testing::{Cluster, Durability};

pub use self::growth::measure as measure_growth;
pub use self::memory::measure as measure_memory;

use self::data::Data;
use self::in_process::InProcess;
use self::pgbench::PgBench;
use crate::Options;
use crate::load::{Requests, Seen, ask, press, request};
use crate::process::{Serving, data_folder};
use crate::report::{Report, Row, Target, rate};
use crate::rounds::{composite, median, medians};

/// Connections of the API to PostgreSQL, as without a setting.
const POOL: usize = 16;

/// How much longer than the others the mixed load is measured: its worst moment counts.
const MIXED: u32 = 5;

/// The rows of HTTP.
pub fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let folder = data_folder()?;
    let url = DatabaseUrl::sqlite(folder.path().join("koplopers.db"));
    measure_on(&url, folder.path(), None, options, report)?;
    let Some(cluster) = Cluster::for_one_test(Durability::On) else {
        report.note("PostgreSQL is not on this machine: its rows are left out.".to_owned());
        return Ok(());
    };
    let folder = data_folder()?;
    let url = cluster.url("postgres");
    measure_on(&url, folder.path(), Some(&cluster), options, report)
}

fn measure_on(
    url: &DatabaseUrl,
    folder: &Path,
    cluster: Option<&Cluster>,
    options: &Options,
    report: &mut Report,
) -> anyhow::Result<()> {
    let first = Serving::api(url, folder, POOL)?;
    let data = Data::fill(first.address, url, folder, options.rows)?;
    drop(first);
    let limits = match cluster {
        None => Limits::InProcess(InProcess::new(url, &data)?),
        Some(cluster) => Limits::PgBench(PgBench::new(cluster, url, folder, &data)?),
    };
    let api = Serving::api(url, folder, POOL)?;
    let idle = api.memory()?;
    let case = Case {
        url,
        api: &api,
        data: &data,
        limits: &limits,
        options,
    };
    case.reads(report)?;
    case.writes(report)?;
    memory::add_rows(limits.database(), [idle, api.memory()?], report);
    report.note(format!(
        "{}: the API served {} ms after its start on {} intakes.",
        limits.database(),
        api.start.as_millis(),
        options.rows,
    ));
    Ok(())
}

/// What the database can do by itself.
enum Limits {
    /// SQLite: the queries of the endpoint on one thread.
    InProcess(InProcess),
    /// PostgreSQL: the statements of the endpoint from its own benchmark.
    PgBench(PgBench),
}

/// An operation of the API that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Get,
    List,
    Post,
}

impl Limits {
    const fn database(&self) -> &'static str {
        match self {
            Self::InProcess(_) => "SQLite",
            Self::PgBench(_) => "PostgreSQL",
        }
    }

    /// How often a second it can be done.
    fn per_second(&self, operation: Operation, time: Duration) -> anyhow::Result<f64> {
        match self {
            Self::InProcess(limits) => limits.per_second(operation, time),
            Self::PgBench(limits) => limits.per_second(operation, time),
        }
    }

    /// What a good implementation reaches (docs/decisions/0024-measured-as-ratios.md).
    const fn target(&self, operation: Operation) -> Target {
        Target::AtLeast(match (self, operation) {
            (Self::InProcess(_), Operation::Get) | (Self::PgBench(_), Operation::List) => 0.65,
            (Self::InProcess(_), Operation::List) => 0.75,
            (Self::InProcess(_), Operation::Post) => 0.40,
            (Self::PgBench(_), Operation::Get | Operation::Post) => 0.60,
        })
    }

    const fn row(&self, operation: Operation) -> &'static str {
        match (self, operation) {
            (Self::InProcess(_), Operation::Get) => "SQLite `GET /v1/intakes/{id}`",
            (Self::InProcess(_), Operation::List) => "SQLite `GET /v1/intakes`, 50",
            (Self::InProcess(_), Operation::Post) => "SQLite `POST /v1/intakes`",
            (Self::PgBench(_), Operation::Get) => "PostgreSQL `GET /v1/intakes/{id}`",
            (Self::PgBench(_), Operation::List) => "PostgreSQL `GET /v1/intakes`, 50",
            (Self::PgBench(_), Operation::Post) => "PostgreSQL `POST /v1/intakes`",
        }
    }
}

/// One database with what it takes to ask about it.
struct Case<'a> {
    url: &'a DatabaseUrl,
    api: &'a Serving,
    data: &'a Data,
    limits: &'a Limits,
    options: &'a Options,
}

impl Case<'_> {
    fn reads(&self, report: &mut Report) -> anyhow::Result<()> {
        let (gets, list) = (self.data.gets(), self.data.list());
        let answer = |path: &str| {
            ask(
                self.api.address,
                &request("GET", path, &self.data.token, None),
            )
        };
        let one = answer(&format!("/v1/intakes/{}", self.data.intakes[0]))?;
        let many = answer(data::PAGE)?;
        let ceiling = Serving::ceiling(&one, &many)?;
        self.read(Operation::Get, &gets, (&ceiling, "/one"), report)?;
        self.read(Operation::List, &list, (&ceiling, "/many"), report)
    }

    /// One kind of read, against its composite: client, server and database share the cores.
    fn read(
        &self,
        operation: Operation,
        requests: &Requests,
        (ceiling, path): (&Serving, &str),
        report: &mut Report,
    ) -> anyhow::Result<()> {
        let time = self.options.time();
        let still = Requests::repeated(vec![request("GET", path, "", None)]);
        let mut tails = Vec::new();
        let [most, limit, reached] = medians(
            self.options.rounds,
            [
                &mut || Ok(press(ceiling.address, &still, time)?.per_second),
                &mut || self.limits.per_second(operation, time),
                &mut || {
                    let Seen {
                        per_second,
                        p50,
                        p99,
                        ..
                    } = press(self.api.address, requests, time)?;
                    tails.push(p99.as_secs_f64() / p50.as_secs_f64());
                    Ok(per_second)
                },
            ],
        )?;
        let composite = composite(most, limit);
        report.add(Row {
            measured: self.limits.row(operation),
            limit: format!(
                "server {}, database {}, composite {}",
                rate(most),
                rate(limit),
                rate(composite)
            ),
            figure: rate(reached),
            ratio: Some((reached / composite, self.limits.target(operation))),
        });
        report.add(Row {
            measured: "– its p99 by its p50",
            limit: format!("{} connections", crate::load::CONNECTIONS),
            figure: String::new(),
            ratio: Some((median(tails), Target::AtMost(5.0))),
        });
        Ok(())
    }

    /// New intakes, each durable before it is answered.
    fn writes(&self, report: &mut Report) -> anyhow::Result<()> {
        let time = self.options.time();
        let [limit, reached] = medians(
            self.options.rounds,
            [
                &mut || {
                    data::close_new(self.url)?;
                    self.limits.per_second(Operation::Post, time)
                },
                &mut || {
                    data::close_new(self.url)?;
                    Ok(press(self.api.address, &self.data.posts(), time)?.per_second)
                },
            ],
        )?;
        report.add(Row {
            measured: self.limits.row(Operation::Post),
            limit: format!("database {}", rate(limit)),
            figure: rate(reached),
            ratio: Some((reached / limit, self.limits.target(Operation::Post))),
        });
        data::close_new(self.url)?;
        let time = time * MIXED;
        let longest = press(self.api.address, &self.data.mixed(), time)?.longest;
        report.add(Row {
            measured: "– longest answer in ms, four reads to a write",
            limit: format!("{} s", time.as_secs()),
            figure: format!("{:.1} ms", longest.as_secs_f64() * 1000.0),
            ratio: Some((longest.as_secs_f64() * 1000.0, Target::AtMost(500.0))),
        });
        Ok(())
    }
}
