//! Whether reading takes longer when there is more that is not read.

use std::path::Path;

use anyhow::Context as _;
use diesel::connection::SimpleConnection as _;
use koplopers_shared::db::DatabaseUrl;
use koplopers_shared::testing::{Cluster, Durability, connect};

use super::POOL;
use super::data::{self, Data};
use crate::Options;
use crate::load::{Requests, ask, press, request};
use crate::process::{Serving, data_folder};
use crate::report::{Report, Row, Target};
use crate::rounds::{FEW, MANY, medians};

/// The p99 of reads on many rows by that on few.
pub fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let folders = [data_folder()?, data_folder()?];
    let places = folders.each_ref().map(|folder| {
        let path = folder.path();
        (path, DatabaseUrl::sqlite(path.join("koplopers.db")))
    });
    let rows = [
        "SQLite get",
        "SQLite list",
        "SQLite list, a page in the middle",
    ];
    compare(&places, rows, options, report)?;
    let Some(cluster) = Cluster::for_one_test(Durability::Off) else {
        return Ok(());
    };
    connect(&cluster.url("postgres")).batch_execute("CREATE DATABASE many")?;
    let folders = [data_folder()?, data_folder()?];
    let places = [
        (folders[0].path(), cluster.url("postgres")),
        (folders[1].path(), cluster.url("many")),
    ];
    let rows = [
        "PostgreSQL get",
        "PostgreSQL list",
        "PostgreSQL list, a page in the middle",
    ];
    compare(&places, rows, options, report)
}

/// The smaller database first.
fn compare(
    places: &[(&Path, DatabaseUrl); 2],
    rows: [&'static str; 3],
    options: &Options,
    report: &mut Report,
) -> anyhow::Result<()> {
    let mut served = Vec::new();
    for ((folder, url), rows) in places.iter().zip([FEW, MANY]) {
        let api = Serving::api(url, folder, POOL)?;
        let data = Data::fill(api.address, url, folder, rows)?;
        let reads = [data.gets(), data.list(), middle(&api, &data, rows)?];
        served.push((api, reads));
    }
    let [(few, from_few), (many, from_many)] = served.as_slice() else {
        return Ok(());
    };
    let p99 = |api: &Serving, requests: &Requests| {
        Ok(press(api.address, requests, options.time())?
            .p99
            .as_secs_f64()
            * 1000.0)
    };
    for (measured, (shorter, longer)) in rows.into_iter().zip(from_few.iter().zip(from_many)) {
        let [before, after] = medians(
            options.rounds,
            [&mut || p99(few, shorter), &mut || p99(many, longer)],
        )?;
        report.add(Row {
            measured,
            limit: format!("p99 on {FEW} rows {before:.2} ms"),
            figure: format!("on {MANY} rows {after:.2} ms"),
            ratio: Some((after / before, Target::AtMost(1.5))),
        });
    }
    Ok(())
}

/// The request for the page halfway down the list, found by walking there.
fn middle(api: &Serving, data: &Data, rows: u32) -> anyhow::Result<Requests> {
    let mut page = request("GET", data::PAGE, &data.token, None);
    for _ in 0..rows / data::PAGE_SIZE / 2 {
        let shown = ask(api.address, &page)?;
        let next = shown["page"]["next"].as_str().context("a next page")?;
        let path = format!("{}&cursor={next}", data::PAGE);
        page = request("GET", &path, &data.token, None);
    }
    Ok(Requests::repeated(vec![page]))
}
