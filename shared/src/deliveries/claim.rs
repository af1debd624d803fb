//! Taking what is due.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};
use jiff::Timestamp;

use super::lease::{LEASE, lease_end_on_postgres};
use super::queries::DeliveryRow;
use super::{Delivery, DeliveryState, Lease, LeaseToken, Payload, Priority, pauses};
use crate::db::columns::{At, Moment, Uid};
use crate::db::schema::deliveries;
use crate::db::{DbConn, DbResult};
use crate::ids::DeliveryId;
use crate::on_connection;

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

/// A row that was leased, with its place in the queue.
#[derive(QueryableByName)]
struct Leased {
    #[diesel(sql_type = Uid)]
    id: DeliveryId,
    #[diesel(sql_type = Integer)]
    priority: i32,
    #[diesel(sql_type = Moment)]
    next_at: At,
}

/// Claims at most `limit` deliveries that are due, the most urgent first; none while the queue
/// is paused.
///
/// Of the deliveries with one order key only the oldest open one can be claimed. Kinds that
/// this build does not know are left for newer workers.
pub fn claim(conn: &mut DbConn, limit: usize, now: Timestamp) -> DbResult<Vec<Claimed>> {
    let limit = pauses::allowed(conn, limit, now)?;
    if limit == 0 {
        return Ok(Vec::new());
    }
    let token = LeaseToken::generate();
    let ids = match conn {
        DbConn::Postgres(postgres) => lease_at_once(postgres, limit, token, now)?,
        DbConn::Sqlite(sqlite) => lease_by_priority(sqlite, limit, token, now)?,
    };
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    // On SQLite the list is parsed at every run, as it would be through the enum.
    let rows: Vec<(DeliveryRow, Option<Vec<u8>>)> = on_connection!(conn, |conn| deliveries::table
        .filter(deliveries::id.eq_any(&ids))
        .select((DeliveryRow::as_select(), deliveries::mime))
        .load(conn))?;
    let claimed = rows.into_iter().map(|(row, frozen)| Claimed {
        lease: Lease {
            delivery: row.id(),
            token,
        },
        delivery: row.into(),
        frozen,
    });
    let mut claimed: Vec<Claimed> = claimed.collect();
    claimed.sort_by_key(|claim| ids.iter().position(|id| *id == claim.lease.delivery));
    Ok(claimed)
}

/// One statement finds, locks and leases. `UNION ALL` gives its parts in the order in which they
/// are written, and `LIMIT` stops it: rows of a lower priority are neither read nor locked when
/// there are enough above them.
fn lease_at_once(
    conn: &mut PgConnection,
    limit: usize,
    token: LeaseToken,
    now: Timestamp,
) -> DbResult<Vec<DeliveryId>> {
    let mut leased: Vec<Leased> = diesel::sql_query(lease_sql())
        .bind::<Moment, _>(At(now))
        .bind::<BigInt, _>(i64::try_from(limit).unwrap_or(i64::MAX))
        .bind::<Uid, _>(token)
        .load(conn)?;
    leased.sort_by_key(|row| (row.priority, row.next_at.0, row.id));
    Ok(leased.into_iter().map(|row| row.id).collect())
}

fn lease_sql() -> String {
    let lanes: Vec<String> = Priority::ALL
        .iter()
        .map(|priority| {
            let priority = *priority as i32;
            let due = due_sql(
                [&priority.to_string(), "$1", "$2"],
                "FOR UPDATE OF d SKIP LOCKED",
            );
            format!("SELECT id FROM ({due}) lane_{priority}")
        })
        .collect();
    format!(
        "WITH due AS MATERIALIZED (SELECT id FROM ({}) lanes LIMIT $2) \
         UPDATE deliveries SET state = '{}', lease_token = $3, lease_until = {} \
         FROM due WHERE deliveries.id = due.id RETURNING deliveries.id, priority, next_at",
        lanes.join(" UNION ALL "),
        DeliveryState::Leased.as_str(),
        lease_end_on_postgres(),
    )
}

/// Nobody else writes the embedded database meanwhile.
fn lease_by_priority(
    conn: &mut SqliteConnection,
    limit: usize,
    token: LeaseToken,
    now: Timestamp,
) -> DbResult<Vec<DeliveryId>> {
    let mut ids = Vec::new();
    for priority in Priority::ALL {
        if ids.len() >= limit {
            break;
        }
        ids.extend(due(conn, *priority, limit - ids.len(), now)?);
    }
    if !ids.is_empty() {
        diesel::update(deliveries::table.filter(deliveries::id.eq_any(ids.clone())))
            .set((
                deliveries::state.eq(DeliveryState::Leased),
                deliveries::lease_token.eq(token),
                deliveries::lease_until.eq(At(now + LEASE)),
            ))
            .execute(conn)?;
    }
    Ok(ids)
}

/// The due deliveries of one priority. One query each, because an index over all priorities
/// would have to step over every delivery that waits for a later day.
fn due(
    conn: &mut SqliteConnection,
    priority: Priority,
    limit: usize,
    now: Timestamp,
) -> DbResult<Vec<DeliveryId>> {
    let found: Vec<Due> = diesel::sql_query(due_sql(["?", "?", "?"], ""))
        .bind::<Integer, _>(priority as i32)
        .bind::<Moment, _>(At(now))
        .bind::<BigInt, _>(i64::try_from(limit).unwrap_or(i64::MAX))
        .load(conn)?;
    Ok(found.into_iter().map(|due| due.id).collect())
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

    use diesel::connection::SimpleConnection as _;

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
        // So small a table would be read as a whole.
        conn.batch_execute("SET enable_seqscan = off").unwrap();
        let query = lease_sql()
            .replace("$1", "now()")
            .replace("$2", "50")
            .replace("$3", "gen_random_uuid()");
        let plan: Vec<Plan> = diesel::sql_query(format!("EXPLAIN {query}"))
            .load(&mut conn)
            .unwrap();
        let plan: Vec<String> = plan.into_iter().map(|step| step.plan).collect();
        let uses = |index: &str| plan.iter().any(|step| step.contains(index));
        assert!(uses("deliveries_due"), "{plan:?}");
        assert!(uses("deliveries_open_order"), "{plan:?}");
        assert!(!uses("Seq Scan"), "{plan:?}");
    }

    #[derive(QueryableByName)]
    struct Plan {
        #[diesel(sql_type = diesel::sql_types::Text, column_name = "QUERY PLAN")]
        plan: String,
    }
}
