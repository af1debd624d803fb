//! What SQLite can do for the endpoints: their own queries and action on one thread, without HTTP
//! and without anybody else.

use std::cell::RefCell;
use std::time::Duration;

use anyhow::Context as _;
use diesel::connection::SimpleConnection as _;
use koplopers_shared::access::{Granted, IntakesWrite, Role, Scope};
use koplopers_shared::clock::{Clock, LocalNow};
use koplopers_shared::db::{DatabaseUrl, Db, DbConn, DbError, DbOptions};
use koplopers_shared::ids::IntakeId;
use koplopers_shared::intakes::{self, IntakeFilter, NewIntake, NewIssue};
use koplopers_shared::paging::PageSpec;
use koplopers_shared::testing::{connect, given};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::Operation;
use super::data::Data;
use crate::load::CONNECTIONS;
use crate::rounds::per_second;

/// The database, without a server.
pub struct InProcess {
    db: Db,
    runtime: Runtime,
    writer: RefCell<DbConn>,
    intakes: Vec<IntakeId>,
    new: Vec<NewIntake>,
    granted: Granted<IntakesWrite>,
}

impl InProcess {
    pub fn new(url: &DatabaseUrl, data: &Data) -> anyhow::Result<Self> {
        let mut writer = connect(url);
        // As the API's own connection: the commit is on disk before it is reported.
        writer.batch_execute("PRAGMA synchronous = FULL; PRAGMA cache_size = -16000")?;
        Ok(Self {
            db: Db::open(url, DbOptions::default())?,
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?,
            writer: RefCell::new(writer),
            intakes: data
                .intakes
                .iter()
                .map(|id| id.parse())
                .collect::<Result<_, _>>()?,
            new: data
                .new
                .iter()
                .map(new_intake)
                .collect::<anyhow::Result<_>>()?,
            granted: given::granted(&given::staff(Role::Coordinator)),
        })
    }

    pub fn per_second(&self, operation: Operation, time: Duration) -> anyhow::Result<f64> {
        match operation {
            Operation::Get => self.gets(time),
            Operation::List => self.lists(time),
            Operation::Post => self.posts(time),
        }
    }

    fn gets(&self, time: Duration) -> anyhow::Result<f64> {
        let mut ids = self.intakes.iter().cycle();
        per_second(time, || {
            let id = *ids.next().context("an intake")?;
            let read = move |conn: &mut DbConn| -> Result<_, DbError> {
                intakes::find(conn, &Scope::Institute, id)
            };
            self.runtime
                .block_on(self.db.read(read))?
                .context("the intake")?;
            Ok(1)
        })
    }

    fn lists(&self, time: Duration) -> anyhow::Result<f64> {
        per_second(time, || {
            let read = |conn: &mut DbConn| -> Result<_, DbError> {
                let (filter, page) = (IntakeFilter::default(), PageSpec::first(50));
                intakes::list(conn, &Scope::Institute, &filter, &page)
            };
            self.runtime.block_on(self.db.read(read))?;
            Ok(1)
        })
    }

    /// As many in each commit as clients could have brought at once.
    fn posts(&self, time: Duration) -> anyhow::Result<f64> {
        let mut conn = self.writer.borrow_mut();
        let zone = jiff::tz::TimeZone::get("Europe/Amsterdam")?;
        let mut groups = self.new.chunks(CONNECTIONS);
        per_second(time, || {
            let Some(group) = groups.next() else {
                return Ok(0);
            };
            conn.batch_execute("BEGIN IMMEDIATE")?;
            for new in group {
                let now = LocalNow::new(Clock::System.now(), &zone);
                intakes::create(&mut conn, &self.granted, now, new.clone())?;
            }
            conn.batch_execute("COMMIT")?;
            Ok(group.len())
        })
    }
}

fn new_intake(body: &Value) -> anyhow::Result<NewIntake> {
    let text = |value: &Value| value.as_str().map(str::to_owned).context("a text");
    let words = |value: &Value| -> anyhow::Result<Vec<_>> {
        let words = value.as_array().context("a list")?.iter();
        words.map(|word| Ok(text(word)?.parse()?)).collect()
    };
    let issue = |issue: &Value| {
        anyhow::Ok(NewIssue {
            title: text(&issue["title"])?,
            description: text(&issue["description"])?,
            themes: words(&issue["themes"])?,
            target_groups: words(&issue["targetGroups"])?,
        })
    };
    Ok(NewIntake {
        municipality: Some(text(&body["municipality"])?.parse()?),
        programme: text(&body["programme"])?.parse()?,
        round: Some(text(&body["round"])?.parse()?),
        external_reference: None,
        contact_person: None,
        sponsor: None,
        answers: std::collections::BTreeMap::new(),
        issues: body["issues"]
            .as_array()
            .context("a list")?
            .iter()
            .map(issue)
            .collect::<anyhow::Result<_>>()?,
    })
}
