//! How the mails fare.

use diesel::dsl::{count_star, max, min, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use jiff::SignedDuration;

use super::{Asked, DigestLine, DigestSection, DigestTopic, MOST_LINES, words};
use crate::db::columns::At;
use crate::db::schema::{deliveries, suppressions};
use crate::db::{DbConn, DbResult};
use crate::deliveries::{DeliveryState, pauses, workers};
use crate::ids::DeliveryId;

/// How long after its time a mail counts as stuck.
const STUCK_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// Mails that came back since the working day before, and how many addresses get nothing since.
pub(super) fn bounces(conn: &mut DbConn, asked: &Asked<'_>) -> DbResult<DigestSection> {
    let query = || deliveries::table.filter(deliveries::bounced_at.ge(At(asked.since)));
    let count: i64 = query().count().get_result(conn)?;
    let rows: Vec<(DeliveryId, String, Option<At>)> = query()
        .order((deliveries::bounced_at.desc(), deliveries::id))
        .limit(MOST_LINES)
        .select((deliveries::id, deliveries::kind, deliveries::bounced_at))
        .load(conn)?;
    let suppressed: i64 = suppressions::table
        .filter(suppressions::created_at.ge(At(asked.since)))
        .count()
        .get_result(conn)?;
    let mut lines: Vec<DigestLine> = (rows.into_iter())
        .map(|(id, kind, bounced_at)| DigestLine {
            subject: Some(("delivery", id.0)),
            stands_for: 1,
            text: words::bounced(
                &kind,
                asked.day_of(bounced_at.map_or(asked.now.at, |at| at.0)),
            ),
            path: format!("/deliveries/{id}"),
            share: None,
        })
        .collect();
    if suppressed > 0 {
        lines.push(DigestLine {
            subject: None,
            stands_for: 0,
            text: words::suppressed(suppressed),
            path: "/suppressions".to_owned(),
            share: None,
        });
    }
    Ok(DigestSection {
        topic: DigestTopic::Bounces,
        count: count.max(i64::from(suppressed > 0)),
        lines,
    })
}

pub(super) fn stuck_deliveries(conn: &mut DbConn, asked: &Asked<'_>) -> DbResult<DigestSection> {
    // Spelled out, so that the partial index is used on both databases.
    let open = sql::<Bool>("state IN ('queued', 'leased', 'sending', 'unknown')");
    let rows: Vec<(String, DeliveryState, i64, Option<At>)> = deliveries::table
        .filter(open)
        .filter(deliveries::due_at.le(At(asked.now.at - STUCK_AFTER)))
        .group_by((deliveries::kind, deliveries::state))
        .order((deliveries::kind, deliveries::state))
        .select((
            deliveries::kind,
            deliveries::state,
            count_star(),
            min(deliveries::due_at),
        ))
        .load(conn)?;
    let lines = rows.into_iter().map(|(kind, state, count, since)| {
        let hours = since.map_or(0, |at| asked.now.at.duration_since(at.0).as_hours());
        DigestLine {
            subject: None,
            stands_for: count,
            text: words::stuck(&kind, count, hours),
            path: format!("/deliveries?status={state}&kind={kind}"),
            share: None,
        }
    });
    Ok(of_groups(DigestTopic::StuckDeliveries, lines.collect()))
}

pub(super) fn buried_deliveries(conn: &mut DbConn, asked: &Asked<'_>) -> DbResult<DigestSection> {
    let rows: Vec<(String, i64, Option<At>)> = deliveries::table
        .filter(sql::<Bool>("state = 'buried'"))
        .group_by(deliveries::kind)
        .order(deliveries::kind)
        .select((deliveries::kind, count_star(), max(deliveries::closed_at)))
        .load(conn)?;
    let lines = rows.into_iter().map(|(kind, count, last)| DigestLine {
        subject: None,
        stands_for: count,
        text: words::buried(&kind, count, last.map(|at| asked.day_of(at.0))),
        path: format!("/deliveries?status=buried&kind={kind}"),
        share: None,
    });
    Ok(of_groups(DigestTopic::BuriedDeliveries, lines.collect()))
}

/// There are no more groups than kinds of mail, nor workers than processes: each has its line.
fn of_groups(topic: DigestTopic, lines: Vec<DigestLine>) -> DigestSection {
    DigestSection {
        topic,
        count: lines.iter().map(|line| line.stands_for).sum(),
        lines,
    }
}

pub(super) fn queue_pauses(conn: &mut DbConn, asked: &Asked<'_>) -> DbResult<DigestSection> {
    let mut pauses = pauses::list(conn)?;
    pauses.retain(|pause| pause.until.is_none_or(|until| until > asked.now.at));
    let lines = pauses.into_iter().map(|pause| DigestLine {
        subject: None,
        stands_for: 1,
        text: words::paused(&pause.name, asked.zone.to_datetime(pause.since)),
        path: "/delivery-queue".to_owned(),
        share: None,
    });
    Ok(of_groups(DigestTopic::QueuePauses, lines.collect()))
}

/// Workers that fell silent without a word, and in whose place no other has come.
pub(super) fn lost_workers(conn: &mut DbConn, asked: &Asked<'_>) -> DbResult<DigestSection> {
    let roster = workers::roster(conn, asked.now.at)?;
    let lines = roster.lost.into_iter().map(|worker| DigestLine {
        subject: Some(("worker", worker.id.0)),
        stands_for: 1,
        text: words::lost(asked.zone.to_datetime(worker.seen_at)),
        path: "/delivery-queue".to_owned(),
        share: None,
    });
    Ok(of_groups(DigestTopic::LostWorkers, lines.collect()))
}
