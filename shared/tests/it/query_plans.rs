//! The queries of the hot path find their rows by an index, on both databases: what they cost
//! does not grow with what they do not read (`performance.md`, growth).

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use koplopers_shared::access::Scope;
use koplopers_shared::candidacies::{self, CandidacyFilter};
use koplopers_shared::consents::{self, ConsentFilter};
use koplopers_shared::db::{DbConn, DbResult};
use koplopers_shared::deliveries::{self, DeliveryFilter};
use koplopers_shared::events::{self, Subject};
use koplopers_shared::intakes::{self, IntakeFilter, IntakeStatus};
use koplopers_shared::meetings::{self, MeetingFilter};
use koplopers_shared::offers::{self, OfferFilter};
use koplopers_shared::paging::{PageSpec, Position, Seek};
use koplopers_shared::people::queries::PersonFilter;
use koplopers_shared::testing::{TestDb, given, run_on};
use koplopers_shared::trajectories::{self, TrajectoryFilter};
use koplopers_shared::{audit, flows, invitations, on_both_databases, people};

use crate::cost::statements_of;

/// The tables that grow with the years. Others have as many rows as a coordinator types in.
const GROWING: &[&str] = &[
    "audit_events",
    "candidacies",
    "consents",
    "deliveries",
    "delivery_attempts",
    "events",
    "intake_issue_target_groups",
    "intake_issue_themes",
    "intake_issues",
    "intakes",
    "invitations",
    "links",
    "meetings",
    "offer_blocks",
    "offer_steps",
    "offers",
    "people",
    "person_roles",
    "reminder_plans",
    "trajectories",
];

type Work = (&'static str, fn(&mut DbConn, &PageSpec) -> DbResult<()>);

fn amsterdam() -> Scope {
    Scope::municipality(given::amsterdam(), &[])
}

fn first() -> PageSpec {
    PageSpec::first(50)
}

/// A page further on, whose key has gone by many rows.
fn later() -> PageSpec {
    PageSpec {
        limit: 50,
        seek: Seek::After(Position {
            at: given::now().at,
            id: uuid::Uuid::nil(),
        }),
    }
}

/// The lists that grow long.
const LISTS: &[Work] = &[
    ("intakes", |conn, page| {
        intakes::list(conn, &Scope::Institute, &IntakeFilter::default(), page).map(drop)
    }),
    ("intakes of a municipality", |conn, page| {
        intakes::list(conn, &amsterdam(), &IntakeFilter::default(), page).map(drop)
    }),
    ("intakes in a state", |conn, page| {
        let filter = IntakeFilter {
            statuses: vec![IntakeStatus::Submitted],
            ..IntakeFilter::default()
        };
        intakes::list(conn, &Scope::Institute, &filter, page).map(drop)
    }),
    ("meetings", |conn, page| {
        meetings::list(conn, &Scope::Institute, &MeetingFilter::default(), page).map(drop)
    }),
    ("deliveries", |conn, page| {
        let filter = DeliveryFilter::default();
        deliveries::list(conn, &Scope::Institute, &filter, page).map(drop)
    }),
    ("the audit trail", |conn, page| {
        audit::list(conn, &Scope::Institute, page).map(drop)
    }),
    ("people", |conn, page| {
        people::queries::list(conn, &Scope::Institute, &PersonFilter::default(), page).map(drop)
    }),
    ("offers", |conn, page| {
        offers::list(conn, &Scope::Institute, &OfferFilter::default(), page).map(drop)
    }),
    ("trajectories", |conn, page| {
        let filter = TrajectoryFilter::default();
        trajectories::list(conn, &Scope::Institute, &filter, page).map(drop)
    }),
    ("candidacies", |conn, page| {
        candidacies::list(conn, &CandidacyFilter::default(), page).map(drop)
    }),
    ("consents", |conn, page| {
        consents::list(conn, &ConsentFilter::default(), page).map(drop)
    }),
    ("meetings of a municipality", |conn, page| {
        meetings::list(conn, &amsterdam(), &MeetingFilter::default(), page).map(drop)
    }),
    ("the audit trail of a municipality", |conn, page| {
        audit::list(conn, &amsterdam(), page).map(drop)
    }),
    ("offers of a municipality", |conn, page| {
        offers::list(conn, &amsterdam(), &OfferFilter::default(), page).map(drop)
    }),
    ("trajectories of a municipality", |conn, page| {
        trajectories::list(conn, &amsterdam(), &TrajectoryFilter::default(), page).map(drop)
    }),
];

/// What else is read or written all day.
const HOT: &[Work] = &[
    ("an intake", |conn, page| {
        let any = intakes::list(conn, &Scope::Institute, &IntakeFilter::default(), page)?;
        intakes::find(conn, &Scope::Institute, any.items[0].id).map(drop)
    }),
    ("meetings and who is invited", |conn, page| {
        let any = meetings::list(conn, &Scope::Institute, &MeetingFilter::default(), page)?;
        let ids: Vec<_> = any.items.iter().map(|meeting| meeting.id).collect();
        meetings::find(conn, &Scope::Institute, ids[0])?;
        invitations::of_meetings(conn, &ids).map(drop)
    }),
    // A few hundred at most, which SQLite finds by their roles and sorts.
    ("people of a municipality", |conn, page| {
        people::queries::list(conn, &amsterdam(), &PersonFilter::default(), page).map(drop)
    }),
    ("the queue", |conn, _| {
        let now = given::now().at;
        deliveries::next_due(conn)?;
        assert!(!deliveries::claim(conn, 50, now)?.is_empty());
        Ok(())
    }),
    ("reminders", |conn, _| {
        flows::remind_due(conn, given::now()).map(drop)
    }),
    ("the history of an intake", |conn, page| {
        let any = intakes::list(conn, &Scope::Institute, &IntakeFilter::default(), page)?;
        let subject = Subject {
            kind: "intake",
            id: any.items[0].id.0,
        };
        events::history(conn, &Scope::Institute, subject, page).map(drop)
    }),
    ("events of a municipality since", |conn, _| {
        events::since(conn, &amsterdam(), 1, 100).map(drop)
    }),
    ("events since", |conn, _| {
        events::since(conn, &Scope::Institute, 1, 100).map(drop)
    }),
];

on_both_databases! {
    async fn every_query_of_the_hot_path_goes_by_an_index(db: TestDb) {
        given::catalogue(&db).await;
        let intake = given::submitted(&db, given::amsterdam(), "versnelling").await;
        given::talk_planned(&db, &intake).await;
        given::running_trajectory(&db, given::utrecht(), "uitvoering").await;
        given::candidacy(&db, "Bo Jansen", "bo@example.nl").await;
        let mut faults = Vec::new();
        for (what, work) in LISTS.iter().chain(HOT) {
            let mut conn = db.connect();
            let (done, statements) = statements_of(&mut conn, |conn| work(conn, &first()));
            done.unwrap();
            assert!(!statements.is_empty(), "{what} is read from the database");
            for sql in statements {
                faults.extend(read_whole(&mut conn, &sql).into_iter().map(|step| {
                    format!("{what}: {step}\n    {sql}")
                }));
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}

on_both_databases! {
    // performance: a page far on costs what the first one does
    async fn a_page_starts_at_its_key_in_an_index(db: TestDb) {
        let mut faults = Vec::new();
        for (what, list) in LISTS {
            let mut conn = db.connect();
            let (done, statements) = statements_of(&mut conn, |conn| list(conn, &later()));
            done.unwrap();
            let page = statements.iter().find(|sql| sql.contains("LIMIT")).unwrap();
            let plan = plan_of(&mut conn, page);
            // As `SEARCH intakes USING INDEX intakes_created (created_at<?)` and
            // `Index Cond: (created_at <= $1)`.
            let starts = |step: &&String| {
                let search = step.starts_with("SEARCH ") && step.contains("USING INDEX");
                (search || step.contains("Index Cond:")) && step.contains(['<', '>'])
            };
            if plan.iter().find(starts).is_none() {
                faults.push(format!("{what}: {plan:?}"));
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}

// performance: planning a page takes longer than reading it
#[test]
fn the_first_page_of_intakes_is_not_planned_at_every_run() {
    const COPIES: &str = "\
        INSERT INTO intakes (id, version, status, municipality, programme, programme_number, \
          answers, created_at, updated_at) \
        SELECT gen_random_uuid(), version, 'withdrawn', municipality, programme, \
          programme_number, answers, created_at - n * interval '1 minute', updated_at \
        FROM intakes, generate_series(1, 5000) n; \
        ANALYZE intakes";
    const KEPT: &str = "\
        SELECT generic_plans FROM pg_prepared_statements \
        WHERE statement LIKE '%\"intakes\"%' AND statement LIKE '%LIMIT%'";
    async fn body(db: TestDb) {
        given::catalogue(&db).await;
        given::submitted(&db, given::amsterdam(), "versnelling").await;
        let mut conn = db.connect();
        conn.batch_execute(COPIES).unwrap();
        let filter = IntakeFilter::default();
        for _ in 0..7 {
            intakes::list(&mut conn, &Scope::Institute, &filter, &first()).unwrap();
        }
        let DbConn::Postgres(conn) = &mut conn else {
            panic!("a server");
        };
        let kept: Vec<Kept> = diesel::sql_query(KEPT).load(conn).unwrap();
        let runs: Vec<i64> = kept.into_iter().map(|it| it.generic_plans).collect();
        assert_eq!(runs, [7]);
    }
    run_on(body, None, TestDb::postgres());
}

#[derive(QueryableByName)]
struct Kept {
    #[diesel(sql_type = BigInt)]
    generic_plans: i64,
}

/// The steps of the plan that go through all of a table that grows.
fn read_whole(conn: &mut DbConn, sql: &str) -> Vec<String> {
    let (word, unless) = match conn {
        DbConn::Sqlite(_) => ("SCAN ", "USING"),
        DbConn::Postgres(_) => ("Seq Scan on ", "Index"),
    };
    let plan = plan_of(conn, sql).into_iter();
    plan.filter(|step| scans(step, word, unless)).collect()
}

/// The steps of the plan of a query that reads, whatever its values are.
fn plan_of(conn: &mut DbConn, sql: &str) -> Vec<String> {
    let reads = ["SELECT", "UPDATE", "DELETE", "WITH"];
    if !reads.iter().any(|word| sql.starts_with(word)) {
        return Vec::new();
    }
    match conn {
        DbConn::Sqlite(conn) => {
            let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}"))
                .load(conn)
                .unwrap();
            steps.into_iter().map(|step| step.detail).collect()
        }
        DbConn::Postgres(conn) => {
            // So small a table would be read as a whole; now that costs too much unless it must be.
            conn.batch_execute(
                "SET enable_seqscan = off; SET enable_sort = off; \
                 SET plan_cache_mode = force_generic_plan",
            )
            .unwrap();
            conn.batch_execute(&format!("PREPARE asked AS {sql}"))
                .unwrap();
            let values = vec!["NULL"; highest_parameter(sql)].join(", ");
            let values = if values.is_empty() {
                values
            } else {
                format!("({values})")
            };
            let plan: Vec<Plan> = diesel::sql_query(format!("EXPLAIN EXECUTE asked{values}"))
                .load(conn)
                .unwrap();
            conn.batch_execute("DEALLOCATE asked").unwrap();
            plan.into_iter().map(|line| line.plan).collect()
        }
    }
}

/// Whether the step goes through a growing table from its start, without an index.
fn scans(step: &str, word: &str, unless: &str) -> bool {
    let table = step.split_once(word).map(|(_, rest)| rest);
    let table = table.and_then(|rest| rest.split([' ', '(']).next());
    table.is_some_and(|table| GROWING.contains(&table)) && !step.contains(unless)
}

fn highest_parameter(sql: &str) -> usize {
    let numbers = sql.split('$').skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit());
        rest[..end.unwrap_or(rest.len())].parse().unwrap_or(0)
    });
    numbers.max().unwrap_or(0)
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct Plan {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    plan: String,
}
