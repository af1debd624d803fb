//! Every statement on trajectories themselves.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{
    Conclusion, EndProduct, Judged, Judgement, Trajectory, TrajectoryStatus, officials, plan,
};
use crate::access::Scope;
use crate::db::columns::{At, On};
use crate::db::schema::{deliveries, trajectories};
use crate::db::{DbConn, DbResult, one_row};
use crate::deliveries::Payload;
use crate::ids::{IntakeId, KnowledgeItemId, OfferId, RoundId, TrajectoryId};
use crate::paging::{PageSpec, Paged, Position, turn_to};
use crate::words::{MunicipalityCode, Slug};

#[derive(Queryable, Selectable)]
#[diesel(table_name = trajectories)]
struct TrajectoryRow {
    id: TrajectoryId,
    version: i64,
    status: TrajectoryStatus,
    intake: IntakeId,
    offer: OfferId,
    programme: Slug,
    programme_number: i32,
    round: Option<RoundId>,
    municipality: MunicipalityCode,
    running_at: Option<At>,
    year_ends_on: Option<On>,
    end_product_due_on: Option<On>,
    end_product_item: Option<KnowledgeItemId>,
    end_product_delivered_on: Option<On>,
    outcome: Option<String>,
    anchoring: Option<String>,
    municipality_judgement: Option<Judgement>,
    municipality_remark: Option<String>,
    residents_judgement: Option<Judgement>,
    residents_remark: Option<String>,
    stopped_reason: Option<String>,
    closed_at: Option<At>,
    created_at: At,
    updated_at: At,
}

impl From<TrajectoryRow> for Trajectory {
    fn from(row: TrajectoryRow) -> Self {
        let judged = |judgement: Option<Judgement>, remark: Option<String>| {
            let both = judgement.zip(remark);
            both.map(|(judgement, remark)| Judged { judgement, remark })
        };
        let words = row.outcome.zip(row.anchoring);
        let judgements = judged(row.municipality_judgement, row.municipality_remark)
            .zip(judged(row.residents_judgement, row.residents_remark));
        let conclusion =
            words
                .zip(judgements)
                .map(
                    |((outcome, anchoring), (municipality, residents))| Conclusion {
                        outcome,
                        anchoring,
                        municipality,
                        residents,
                    },
                );
        let delivered_on = row.end_product_delivered_on.map(Date::from);
        Self {
            id: row.id,
            version: row.version,
            status: row.status,
            intake: row.intake,
            offer: row.offer,
            programme: row.programme,
            programme_number: row.programme_number,
            round: row.round,
            municipality: row.municipality,
            officials: Vec::new(),
            blocks: Vec::new(),
            running_at: row.running_at.map(Timestamp::from),
            year_ends_on: row.year_ends_on.map(Date::from),
            end_product: EndProduct {
                due_on: row.end_product_due_on.map(Date::from),
                delivered: row.end_product_item.zip(delivered_on),
            },
            conclusion,
            stopped_reason: row.stopped_reason,
            closed_at: row.closed_at.map(Timestamp::from),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

/// Which trajectories a list holds.
#[derive(Debug, Clone, Default)]
pub struct TrajectoryFilter {
    /// Only those in this state.
    pub status: Option<TrajectoryStatus>,
    /// Only those of this municipality.
    pub municipality: Option<MunicipalityCode>,
    /// Only those in this programme.
    pub programme: Option<Slug>,
    /// Only those in this round.
    pub round: Option<RoundId>,
}

type Boxed = trajectories::BoxedQuery<'static, crate::db::MultiBackend>;

fn seen_by(scope: &Scope) -> Boxed {
    let query = trajectories::table.into_boxed();
    match scope.codes() {
        None => query,
        Some([only]) => query.filter(trajectories::municipality.eq(*only)),
        Some(codes) => query.filter(trajectories::municipality.eq_any(codes.to_vec())),
    }
}

/// One trajectory with its officials, blocks and steps, if `scope` sees it. Costs four queries.
pub fn find(conn: &mut DbConn, scope: &Scope, id: TrajectoryId) -> DbResult<Option<Trajectory>> {
    let row = seen_by(scope)
        .filter(trajectories::id.eq(id))
        .select(TrajectoryRow::as_select())
        .first(conn)
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let mut found = [Trajectory::from(row)];
    attach(conn, &mut found)?;
    let [trajectory] = found;
    Ok(Some(trajectory))
}

/// The trajectories of several intakes that `scope` sees, in no order. Costs four queries.
pub fn of_intakes(
    conn: &mut DbConn,
    scope: &Scope,
    intakes: &[IntakeId],
) -> DbResult<Vec<Trajectory>> {
    let rows = seen_by(scope)
        .filter(trajectories::intake.eq_any(intakes.to_vec()))
        .select(TrajectoryRow::as_select())
        .load(conn)?;
    let mut found: Vec<Trajectory> = rows.into_iter().map(Trajectory::from).collect();
    attach(conn, &mut found)?;
    Ok(found)
}

/// Running trajectories that owe an end product whose last day lies within these two, and of which
/// nobody was reminded yet; at most `most`.
pub(super) fn due_for_chaser(
    conn: &mut DbConn,
    (from, until): (Date, Date),
    most: i64,
) -> DbResult<Vec<Trajectory>> {
    let reminded = deliveries::table
        .filter(deliveries::subject_id.eq(trajectories::id))
        .filter(deliveries::kind.eq(Payload::END_PRODUCT_CHASER));
    let rows = trajectories::table
        .filter(trajectories::status.eq(TrajectoryStatus::Running))
        .filter(trajectories::end_product_item.is_null())
        .filter(trajectories::end_product_due_on.ge(On(from)))
        .filter(trajectories::end_product_due_on.le(On(until)))
        .filter(not(exists(reminded)))
        .order((trajectories::end_product_due_on, trajectories::id))
        .limit(most)
        .select(TrajectoryRow::as_select())
        .load(conn)?;
    let mut found: Vec<Trajectory> = rows.into_iter().map(Trajectory::from).collect();
    attach(conn, &mut found)?;
    Ok(found)
}

/// A page of trajectories, newest first. Costs four queries.
pub fn list(
    conn: &mut DbConn,
    scope: &Scope,
    filter: &TrajectoryFilter,
    page: &PageSpec,
) -> DbResult<Paged<Trajectory>> {
    let mut query = filtered(seen_by(scope), filter);
    query = turn_to!(
        query,
        page,
        newest_first(trajectories::created_at, trajectories::id)
    );
    let rows = query
        .limit(page.fetch())
        .select(TrajectoryRow::as_select())
        .load(conn)?;
    let rows = rows.into_iter().map(Trajectory::from).collect();
    let mut found = page.finish(rows, |trajectory: &Trajectory| Position {
        at: trajectory.created_at,
        id: trajectory.id.0,
    });
    attach(conn, &mut found.items)?;
    Ok(found)
}

fn filtered(mut query: Boxed, filter: &TrajectoryFilter) -> Boxed {
    if let Some(status) = filter.status {
        query = query.filter(trajectories::status.eq(status));
    }
    if let Some(municipality) = filter.municipality {
        query = query.filter(trajectories::municipality.eq(municipality));
    }
    if let Some(programme) = filter.programme.clone() {
        query = query.filter(trajectories::programme.eq(programme));
    }
    if let Some(round) = filter.round {
        query = query.filter(trajectories::round.eq(round));
    }
    query
}

fn attach(conn: &mut DbConn, trajectories: &mut [Trajectory]) -> DbResult<()> {
    officials::attach(conn, trajectories)?;
    plan::attach(conn, trajectories)
}

/// Stores a new trajectory with everything that belongs to it.
pub(super) fn insert(conn: &mut DbConn, trajectory: &Trajectory) -> DbResult<()> {
    diesel::insert_into(trajectories::table)
        .values((
            trajectories::id.eq(trajectory.id),
            trajectories::version.eq(trajectory.version),
            trajectories::status.eq(trajectory.status),
            trajectories::intake.eq(trajectory.intake),
            trajectories::offer.eq(trajectory.offer),
            trajectories::programme.eq(&trajectory.programme),
            trajectories::programme_number.eq(trajectory.programme_number),
            trajectories::round.eq(trajectory.round),
            trajectories::municipality.eq(trajectory.municipality),
            trajectories::created_at.eq(At(trajectory.created_at)),
            trajectories::updated_at.eq(At(trajectory.updated_at)),
        ))
        .execute(conn)?;
    officials::replace(conn, trajectory)?;
    plan::insert(conn, trajectory)
}

/// Stores a changed trajectory, provided that nobody changed it since it was read. Its officials,
/// blocks and steps are stored apart.
pub(super) fn update(conn: &mut DbConn, trajectory: Trajectory) -> DbResult<Trajectory> {
    let version = trajectory.version + 1;
    let (item, delivered_on) = trajectory.end_product.delivered.unzip();
    let conclusion = trajectory.conclusion.as_ref();
    let unchanged = trajectories::table
        .filter(trajectories::id.eq(trajectory.id))
        .filter(trajectories::version.eq(trajectory.version));
    let changed = diesel::update(unchanged)
        .set((
            trajectories::version.eq(version),
            trajectories::status.eq(trajectory.status),
            trajectories::running_at.eq(trajectory.running_at.map(At)),
            trajectories::year_ends_on.eq(trajectory.year_ends_on.map(On)),
            trajectories::end_product_due_on.eq(trajectory.end_product.due_on.map(On)),
            trajectories::end_product_item.eq(item),
            trajectories::end_product_delivered_on.eq(delivered_on.map(On)),
            trajectories::outcome.eq(conclusion.map(|it| it.outcome.as_str())),
            trajectories::anchoring.eq(conclusion.map(|it| it.anchoring.as_str())),
            trajectories::municipality_judgement.eq(conclusion.map(|it| it.municipality.judgement)),
            trajectories::municipality_remark
                .eq(conclusion.map(|it| it.municipality.remark.as_str())),
            trajectories::residents_judgement.eq(conclusion.map(|it| it.residents.judgement)),
            trajectories::residents_remark.eq(conclusion.map(|it| it.residents.remark.as_str())),
            trajectories::stopped_reason.eq(trajectory.stopped_reason.as_deref()),
            trajectories::closed_at.eq(trajectory.closed_at.map(At)),
            trajectories::updated_at.eq(At(trajectory.updated_at)),
        ))
        .execute(conn)?;
    one_row(changed)?;
    Ok(Trajectory {
        version,
        ..trajectory
    })
}
