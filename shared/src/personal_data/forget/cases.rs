//! Declined intakes, and trajectories that ended long ago: their texts, and those of everything
//! that belongs to the intake.

use diesel::prelude::*;
use jiff::Timestamp;

use crate::clock::LocalNow;
use crate::db::columns::At;
use crate::db::schema::{
    assessment_facts, assessment_findings, assessment_settlements, assessments, decisions, events,
    intake_issues, intakes, invitations, meeting_minutes, meetings, offers, practices, referrals,
    trajectories, trajectory_officials, trajectory_steps,
};
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::{IntakeId, MeetingId, OfferId, TrajectoryId};
use crate::intakes::IntakeStatus;
use crate::offers::OfferContent;
use crate::personal_data::trail::Thing;

const NONE: Option<String> = None;
/// Stands where a column must hold a text.
const BLANK: &str = "";
/// Answers are a JSON object.
const NO_ANSWERS: &str = "{}";

/// Some intakes that were declined before `before` and are not forgotten.
pub fn declined_intakes(
    conn: &mut DbConn,
    before: Timestamp,
    limit: i64,
) -> DbResult<Vec<IntakeId>> {
    Ok(intakes::table
        .filter(intakes::status.eq(IntakeStatus::Declined))
        .filter(intakes::closed_at.lt(At(before)))
        .filter(intakes::forgotten_at.is_null())
        .order((intakes::closed_at, intakes::id))
        .limit(limit)
        .select(intakes::id)
        .load(conn)?)
}

/// Some trajectories that ended before `before` and are not forgotten, with their intakes.
pub fn ended_trajectories(
    conn: &mut DbConn,
    before: Timestamp,
    limit: i64,
) -> DbResult<Vec<(TrajectoryId, IntakeId)>> {
    Ok(trajectories::table
        .filter(trajectories::closed_at.lt(At(before)))
        .filter(trajectories::forgotten_at.is_null())
        .order((trajectories::closed_at, trajectories::id))
        .limit(limit)
        .select((trajectories::id, trajectories::intake))
        .load(conn)?)
}

/// Blanks the texts of a trajectory, and who took part in it.
pub fn blank_trajectory(conn: &mut DbConn, now: LocalNow, id: TrajectoryId) -> DbResult<()> {
    let at = At(now.at);
    diesel::update(trajectories::table.find(id))
        .set((
            trajectories::stopped_reason.eq(NONE),
            trajectories::version.eq(trajectories::version + 1),
            trajectories::updated_at.eq(at),
            trajectories::forgotten_at.eq(Some(at)),
        ))
        .execute(conn)?;
    // Empty and not absent: the judgements are shown with the words.
    let concluded = trajectories::table.filter(trajectories::outcome.is_not_null());
    diesel::update(concluded.filter(trajectories::id.eq(id)))
        .set((
            trajectories::outcome.eq(BLANK),
            trajectories::anchoring.eq(BLANK),
            trajectories::municipality_remark.eq(BLANK),
            trajectories::residents_remark.eq(BLANK),
        ))
        .execute(conn)?;
    let steps = trajectory_steps::table.filter(trajectory_steps::trajectory.eq(id));
    diesel::update(steps)
        .set((
            trajectory_steps::note.eq(NONE),
            trajectory_steps::version.eq(trajectory_steps::version + 1),
            trajectory_steps::updated_at.eq(at),
        ))
        .execute(conn)?;
    // A step of its own was named by whoever planned it.
    diesel::update(steps.filter(trajectory_steps::key.is_null()))
        .set(trajectory_steps::name.eq(BLANK))
        .execute(conn)?;
    diesel::delete(trajectory_officials::table.filter(trajectory_officials::trajectory.eq(id)))
        .execute(conn)?;
    diesel::update(practices::table.filter(practices::trajectory.eq(id)))
        .set((
            practices::issue.eq(BLANK),
            practices::version.eq(practices::version + 1),
            practices::updated_at.eq(at),
        ))
        .execute(conn)?;
    blank_reasons(conn, vec![Thing(id.0)])
}

/// Blanks the texts of an intake: its questions and answers, what was found and decided, what was
/// said at and about its talks, and its offers.
pub fn blank_intake(conn: &mut DbConn, now: LocalNow, id: IntakeId) -> DbResult<()> {
    let at = At(now.at);
    diesel::update(intakes::table.find(id))
        .set((
            intakes::answers.eq(NO_ANSWERS),
            intakes::closed_reason.eq(NONE),
            intakes::version.eq(intakes::version + 1),
            intakes::updated_at.eq(at),
            intakes::forgotten_at.eq(Some(at)),
        ))
        .execute(conn)?;
    diesel::update(intake_issues::table.filter(intake_issues::intake.eq(id)))
        .set((
            intake_issues::title.eq(BLANK),
            intake_issues::description.eq(BLANK),
        ))
        .execute(conn)?;
    diesel::update(referrals::table.filter(referrals::intake.eq(id)))
        .set(referrals::note.eq(BLANK))
        .execute(conn)?;
    blank_assessment(conn, at, id)?;
    diesel::update(decisions::table.filter(decisions::intake.eq(id)))
        .set((
            decisions::reason.eq(NONE),
            decisions::version.eq(decisions::version + 1),
            decisions::updated_at.eq(at),
        ))
        .execute(conn)?;
    let mut things = vec![Thing(id.0)];
    things.extend(blank_talks(conn, at, id)?.into_iter().map(|id| Thing(id.0)));
    things.extend(
        blank_offers(conn, at, id)?
            .into_iter()
            .map(|id| Thing(id.0)),
    );
    blank_reasons(conn, things)
}

fn blank_assessment(conn: &mut DbConn, at: At, id: IntakeId) -> DbResult<()> {
    diesel::update(assessments::table.find(id))
        .set((
            assessments::local_situation.eq(NONE),
            assessments::support_needed.eq(NONE),
            assessments::version.eq(assessments::version + 1),
            assessments::updated_at.eq(at),
        ))
        .execute(conn)?;
    diesel::update(assessment_facts::table.filter(assessment_facts::intake.eq(id)))
        .set(assessment_facts::evidence.eq(NONE))
        .execute(conn)?;
    diesel::update(assessment_findings::table.filter(assessment_findings::intake.eq(id)))
        .set((
            assessment_findings::evidence.eq(NONE),
            assessment_findings::reason.eq(NONE),
        ))
        .execute(conn)?;
    diesel::update(assessment_settlements::table.filter(assessment_settlements::intake.eq(id)))
        .set((
            assessment_settlements::evidence.eq(NONE),
            assessment_settlements::reason.eq(NONE),
        ))
        .execute(conn)?;
    Ok(())
}

fn blank_talks(conn: &mut DbConn, at: At, intake: IntakeId) -> DbResult<Vec<MeetingId>> {
    let talks: Vec<MeetingId> = meetings::table
        .filter(meetings::intake.eq(intake))
        .select(meetings::id)
        .load(conn)?;
    diesel::update(meetings::table.filter(meetings::id.eq_any(talks.clone())))
        .set((
            meetings::agenda.eq(NONE),
            meetings::cancelled_reason.eq(NONE),
            meetings::outcome_note.eq(NONE),
            meetings::version.eq(meetings::version + 1),
            meetings::updated_at.eq(at),
        ))
        .execute(conn)?;
    diesel::delete(meeting_minutes::table.filter(meeting_minutes::meeting.eq_any(talks.clone())))
        .execute(conn)?;
    diesel::update(invitations::table.filter(invitations::meeting.eq_any(talks.clone())))
        .set((
            invitations::remark.eq(NONE),
            invitations::dietary_wishes.eq(NONE),
            invitations::accessibility_wishes.eq(NONE),
            invitations::version.eq(invitations::version + 1),
            invitations::updated_at.eq(at),
        ))
        .execute(conn)?;
    Ok(talks)
}

fn blank_offers(conn: &mut DbConn, at: At, intake: IntakeId) -> DbResult<Vec<OfferId>> {
    let of_intake: Vec<(OfferId, String)> = offers::table
        .filter(offers::intake.eq(intake))
        .select((offers::id, offers::content))
        .load(conn)?;
    let mut ids = Vec::new();
    for (id, content) in of_intake {
        diesel::update(offers::table.find(id))
            .set((
                offers::introduction.eq(NONE),
                offers::content.eq(without_texts(&content)?),
                offers::closed_reason.eq(NONE),
                offers::version.eq(offers::version + 1),
                offers::updated_at.eq(at),
            ))
            .execute(conn)?;
        let answered = offers::table.filter(offers::answered_by_name.is_not_null());
        diesel::update(answered.filter(offers::id.eq(id)))
            // Empty and not absent: the role with which it was answered is shown with the name.
            .set(offers::answered_by_name.eq(BLANK))
            .execute(conn)?;
        ids.push(id);
    }
    Ok(ids)
}

/// Blocks, hours and amounts stay.
fn without_texts(content: &str) -> DbResult<String> {
    let corrupt = |_| DbError::Corrupt { what: "offer" };
    let mut content: OfferContent = serde_json::from_str(content).map_err(corrupt)?;
    for block in &mut content.blocks {
        block.description = String::new();
        for step in block.steps.iter_mut().filter(|step| step.key.is_none()) {
            step.name = String::new();
        }
    }
    for principle in &mut content.principles {
        principle.remark = None;
    }
    serde_json::to_string(&content).map_err(corrupt)
}

fn blank_reasons(conn: &mut DbConn, things: Vec<Thing>) -> DbResult<()> {
    diesel::update(events::table.filter(events::subject_id.eq_any(things)))
        .set(events::reason.eq(NONE))
        .execute(conn)?;
    Ok(())
}
