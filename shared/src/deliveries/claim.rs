//! Taking what is due.

use diesel::connection::SimpleConnection as _;
use diesel::pg::{Pg, PgQueryBuilder};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryBuilder as _, QueryFragment as _};
use diesel::sql_types::{BigInt, Binary, Integer, Nullable};
use diesel::sqlite::Sqlite;
use jiff::Timestamp;

use super::lease::{LEASE, lease_end_on_postgres};
use super::queries::DeliveryRow;
use super::{Delivery, DeliveryState, Lease, LeaseToken, Payload, Priority, pauses};
use crate::db::columns::{At, Moment, Uid};
use crate::db::schema::deliveries;
use crate::db::{DbConn, DbResult, Prepared, Values, commit_without_waiting};
use crate::ids::DeliveryId;

/// A delivery that the caller holds.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The proof.
    pub lease: Lease,
    /// What is to be sent.
    pub delivery: Delivery,
    /// The sealed envelope and bytes of an earlier attempt, to be sent again as they are.
    pub frozen: Option<Vec<u8>>,
}

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = Uid)]
    id: DeliveryId,
}

/// A delivery as it was found, with the bytes of an earlier attempt.
type Found = (DeliveryRow, Option<Vec<u8>>);

/// Claims at most `limit` deliveries that are due, the most urgent first; none while the queue
/// is paused.
///
/// Of the deliveries with one order key only the oldest open one can be claimed. Kinds that
/// this build does not know are left for newer workers.
///
/// The commit of a claim is not waited for: a claim that a server loses as it goes down leaves the
/// deliveries in the queue, and with its token nothing can be sent.
pub fn claim(conn: &mut DbConn, limit: usize, now: Timestamp) -> DbResult<Vec<Claimed>> {
    let limit = pauses::allowed(conn, limit, now)?;
    if limit == 0 {
        return Ok(Vec::new());
    }
    let token = LeaseToken::generate();
    let found = match conn {
        DbConn::Postgres(postgres) => {
            commit_without_waiting(postgres)?;
            lease_at_once(postgres, limit, token, now)?
        }
        DbConn::Sqlite(sqlite) => lease_by_priority(sqlite, limit, token, now)?,
    };
    let claimed = found.into_iter().map(|(row, frozen)| Claimed {
        lease: Lease {
            delivery: row.id(),
            token,
        },
        delivery: row.into(),
        frozen,
    });
    Ok(claimed.collect())
}

/// A row that was leased, with its place in the queue.
#[derive(QueryableByName)]
struct LeasedRow {
    #[diesel(embed)]
    delivery: DeliveryRow,
    #[diesel(sql_type = Integer)]
    priority: i32,
    #[diesel(sql_type = Nullable<Binary>)]
    mime: Option<Vec<u8>>,
}

/// One statement finds, locks, leases and reads. `UNION ALL` gives its parts in the order in which
/// they are written, and `LIMIT` stops it: rows of a lower priority are neither read nor locked
/// when there are enough above them.
fn lease_at_once(
    conn: &mut PgConnection,
    limit: usize,
    token: LeaseToken,
    now: Timestamp,
) -> DbResult<Vec<Found>> {
    conn.batch_execute(PLANNED_ONCE)?;
    let mut leased: Vec<LeasedRow> = Prepared::new(
        lease_sql(limit)?,
        LeaseAtOnce {
            now: At(now),
            token,
        },
    )
    .load(conn)?;
    leased.sort_by_key(|leased| (leased.priority, leased.delivery.place()));
    Ok(leased
        .into_iter()
        .map(|leased| (leased.delivery, leased.mime))
        .collect())
}

/// The plan is to look at the start of each index, whatever the values are, and also when it was
/// made of a table with next to nothing in it. Left to itself the server makes a plan at each of
/// the first runs on every connection, and one that reads so small a table as a whole.
const PLANNED_ONCE: &str =
    "SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off";

struct LeaseAtOnce {
    now: At,
    token: LeaseToken,
}

impl Values<Pg> for LeaseAtOnce {
    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_bind_param_value_only::<Moment, _>(&self.now)?;
        out.push_bind_param_value_only::<Uid, _>(&self.token)
    }
}

/// The limit is written out: the plan of a statement that is prepared cannot know the value of a
/// placeholder, and would be one for a tenth of the queue. So are the columns: a statement that is
/// prepared fails once `*` means one more of them, as it does after the migration of a newer release.
fn lease_sql(limit: usize) -> QueryResult<String> {
    let mut columns = PgQueryBuilder::new();
    (
        DeliveryRow::as_select(),
        deliveries::priority,
        deliveries::mime,
    )
        .to_sql(&mut columns, &Pg)?;
    let lanes: Vec<String> = Priority::ALL
        .iter()
        .map(|priority| {
            let priority = *priority as i32;
            let due = due_sql(
                [&priority.to_string(), "$1", &limit.to_string()],
                "FOR UPDATE OF d SKIP LOCKED",
            );
            format!("SELECT id FROM ({due}) lane_{priority}")
        })
        .collect();
    Ok(format!(
        "WITH due AS MATERIALIZED (SELECT id FROM ({}) lanes LIMIT {limit}) \
         UPDATE deliveries SET state = '{}', lease_token = $2, lease_until = {} \
         FROM due WHERE deliveries.id = due.id RETURNING {}",
        lanes.join(" UNION ALL "),
        DeliveryState::Leased.as_str(),
        lease_end_on_postgres(),
        columns.finish(),
    ))
}

/// Nobody else writes the embedded database meanwhile.
fn lease_by_priority(
    conn: &mut SqliteConnection,
    limit: usize,
    token: LeaseToken,
    now: Timestamp,
) -> DbResult<Vec<Found>> {
    let mut ids = Vec::new();
    for priority in Priority::ALL {
        if ids.len() >= limit {
            break;
        }
        ids.extend(due(conn, *priority, limit - ids.len(), now)?);
    }
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    diesel::update(deliveries::table.filter(deliveries::id.eq_any(ids.clone())))
        .set((
            deliveries::state.eq(DeliveryState::Leased),
            deliveries::lease_token.eq(token),
            deliveries::lease_until.eq(At(now + LEASE)),
        ))
        .execute(conn)?;
    Ok(deliveries::table
        .filter(deliveries::id.eq_any(ids))
        .order((deliveries::priority, deliveries::next_at, deliveries::id))
        .select((DeliveryRow::as_select(), deliveries::mime))
        .load(conn)?)
}

/// The due deliveries of one priority. One query each, because an index over all priorities
/// would have to step over every delivery that waits for a later day.
fn due(
    conn: &mut SqliteConnection,
    priority: Priority,
    limit: usize,
    now: Timestamp,
) -> DbResult<Vec<DeliveryId>> {
    let values = OfPriority {
        priority: priority as i32,
        now: At(now),
        limit: i64::try_from(limit).unwrap_or(i64::MAX),
    };
    let found: Vec<Due> = Prepared::new(due_sql(["?", "?", "?"], ""), values).load(conn)?;
    Ok(found.into_iter().map(|due| due.id).collect())
}

struct OfPriority {
    priority: i32,
    now: At,
    limit: i64,
}

impl Values<Sqlite> for OfPriority {
    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_bind_param_value_only::<Integer, _>(&self.priority)?;
        out.push_bind_param_value_only::<Moment, _>(&self.now)?;
        out.push_bind_param_value_only::<BigInt, _>(&self.limit)
    }
}

/// The states are written out, as in the indexes: with parameters in their place neither
/// database uses a partial index.
fn due_sql([priority, now, limit]: [&str; 3], lock: &str) -> String {
    let kinds = Payload::KINDS.join("', '");
    format!(
        "SELECT d.id FROM deliveries d \
         WHERE d.state IN ('queued', 'unknown') AND d.priority = {priority} \
         AND d.next_at <= {now} AND d.kind IN ('{kinds}') \
         AND NOT EXISTS (SELECT 1 FROM deliveries o WHERE o.order_key = d.order_key \
         AND o.state IN ('queued', 'leased', 'sending', 'unknown') \
         AND (o.created_at < d.created_at OR (o.created_at = d.created_at AND o.id < d.id))) \
         ORDER BY d.next_at, d.id LIMIT {limit} {lock}"
    )
}

/// When the next delivery is due, which may have passed; `None` when nothing waits.
///
/// A delivery that waits behind another one of its order key counts as well.
pub fn next_due(conn: &mut DbConn) -> DbResult<Option<Timestamp>> {
    let mut earliest: Option<Timestamp> = None;
    for priority in Priority::ALL {
        let next: Option<At> = deliveries::table
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(
                "state IN ('queued', 'unknown')",
            ))
            .filter(deliveries::priority.eq(*priority as i32))
            .order((deliveries::next_at, deliveries::id))
            .select(deliveries::next_at)
            .first(conn)
            .optional()?;
        earliest = match (earliest, next) {
            (Some(earliest), Some(At(next))) => Some(earliest.min(next)),
            (known, next) => known.or(next.map(Timestamp::from)),
        };
    }
    Ok(earliest)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::testing::TestDb;

    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = diesel::sql_types::Text)]
        detail: String,
    }

    #[test]
    fn claiming_uses_its_two_indexes_on_sqlite() {
        let db = TestDb::sqlite();
        let DbConn::Sqlite(mut conn) = db.connect() else {
            panic!("an embedded database");
        };
        let query = format!("EXPLAIN QUERY PLAN {}", due_sql(["20", "0", "50"], ""));
        let plan: Vec<Step> = diesel::sql_query(query).load(&mut conn).unwrap();
        let plan: Vec<String> = plan.into_iter().map(|step| step.detail).collect();
        let uses = |index: &str| plan.iter().any(|step| step.contains(index));
        assert!(
            uses("deliveries_due (priority=? AND next_at<?)"),
            "{plan:?}"
        );
        assert!(uses("deliveries_open_order (order_key=?"), "{plan:?}");
        assert!(!uses("SCAN"), "{plan:?}");
    }

    #[test]
    fn claiming_uses_its_two_indexes_on_postgres() {
        let Some(db) = TestDb::postgres() else {
            return;
        };
        let DbConn::Postgres(mut conn) = db.connect() else {
            panic!("a server");
        };
        let prepare = format!(
            "BEGIN; {PLANNED_ONCE}; PREPARE claim AS {}",
            lease_sql(50).unwrap()
        );
        conn.batch_execute(&prepare).unwrap();
        let plan: Vec<Plan> = diesel::sql_query("EXPLAIN EXECUTE claim (now(), gen_random_uuid())")
            .load(&mut conn)
            .unwrap();
        let plan: Vec<String> = plan.into_iter().map(|step| step.plan).collect();
        let uses = |index: &str| plan.iter().any(|step| step.contains(index));
        assert!(uses("deliveries_due"), "{plan:?}");
        assert!(uses("deliveries_open_order"), "{plan:?}");
        assert!(!uses("Seq Scan"), "{plan:?}");
        assert!(uses("$1"), "a plan for any value: {plan:?}");
    }

    // A worker goes on while a newer release migrates the database under it.
    #[test]
    fn claiming_goes_on_when_a_migration_adds_a_column() {
        for db in [Some(TestDb::sqlite()), TestDb::postgres()]
            .into_iter()
            .flatten()
        {
            let mut conn = db.connect();
            let now = Timestamp::UNIX_EPOCH;
            let mut claim_in_transaction = || {
                conn.batch_execute("BEGIN").unwrap();
                claim(&mut conn, 10, now).unwrap();
                conn.batch_execute("COMMIT").unwrap();
            };
            claim_in_transaction();
            db.connect()
                .batch_execute("ALTER TABLE deliveries ADD COLUMN of_a_newer_release text")
                .unwrap();
            claim_in_transaction();
        }
    }

    #[derive(QueryableByName)]
    struct Plan {
        #[diesel(sql_type = diesel::sql_types::Text, column_name = "QUERY PLAN")]
        plan: String,
    }
}
