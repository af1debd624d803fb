//! A trajectory as it comes out of an accepted offer.

use super::{
    Block, EndProduct, Step, StepStatus, Trajectory, TrajectoryProblem, TrajectoryStatus, queries,
    trace,
};
use crate::access::{Actor, Scope};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::{PersonId, TrajectoryBlockId, TrajectoryId, TrajectoryStepId};
use crate::intakes::Intake;
use crate::offers::{Offer, OfferBlock};
use crate::people;
use crate::words::MunicipalityCode;

/// What a trajectory comes from.
pub(crate) struct NewTrajectory {
    /// The intake that was matched.
    pub(crate) intake: Intake,
    /// The offer that was accepted.
    pub(crate) offer: Offer,
    /// Who takes part besides the contact person and the sponsor of the intake.
    pub(crate) officials: Vec<PersonId>,
}

/// Why no trajectory came of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// Somebody cannot be an official of it; all of them at once.
    #[error("the officials are not valid")]
    Invalid(Vec<TrajectoryProblem>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Makes the trajectory, with the blocks and steps of the offer. The contact person and the
/// sponsor are officials of it from the start.
///
/// Whoever calls has decided that `actor` may, and moves the intake on.
pub(crate) fn start(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    new: NewTrajectory,
) -> Result<Trajectory, StartError> {
    let NewTrajectory {
        intake,
        offer,
        officials: further,
    } = new;
    let sponsor = intake.sponsor.map(|sponsor| sponsor.person);
    let mut officials: Vec<PersonId> = intake.contact_person.into_iter().collect();
    officials.extend(sponsor.filter(|person| !officials.contains(person)));
    let own = officials.clone();
    let problems = problems_of(conn, now, intake.municipality, &own, &further)?;
    if !problems.is_empty() {
        return Err(StartError::Invalid(problems));
    }
    officials.extend(further.into_iter().filter(|person| !own.contains(person)));
    let blocks = (0..).zip(&offer.content.blocks);
    let trajectory = Trajectory {
        id: TrajectoryId::generate(),
        version: 1,
        status: TrajectoryStatus::Preparing,
        intake: intake.id,
        offer: offer.id,
        programme: intake.programme,
        programme_number: intake.programme_number,
        round: intake.round,
        municipality: intake.municipality,
        officials,
        blocks: blocks
            .map(|(position, block)| copied(block, position, now))
            .collect(),
        running_at: None,
        year_ends_on: None,
        end_product: EndProduct::default(),
        conclusion: None,
        stopped_reason: None,
        closed_at: None,
        created_at: now.at,
        updated_at: now.at,
    };
    queries::insert(conn, &trajectory)?;
    trace::started(conn, actor, now, &trajectory)?;
    Ok(trajectory)
}

fn copied(offered: &OfferBlock, position: i32, now: LocalNow) -> Block {
    let block = TrajectoryBlockId::generate();
    let steps = (0..).zip(&offered.steps).map(|(position, step)| Step {
        id: TrajectoryStepId::generate(),
        version: 1,
        block,
        position,
        key: step.key.clone(),
        name: step.name.clone(),
        form: step.form.clone(),
        method: step.method.clone(),
        planned_on: step.planned_on,
        status: StepStatus::Planned,
        note: None,
        updated_at: now.at,
    });
    Block {
        id: block,
        position,
        key: offered.key.clone(),
        steps: steps.collect(),
    }
}

/// Everything that is wrong with officials to be: those who are not in `known` must hold a role
/// with the municipality today.
pub(super) fn problems_of(
    conn: &mut DbConn,
    now: LocalNow,
    municipality: MunicipalityCode,
    known: &[PersonId],
    officials: &[PersonId],
) -> DbResult<Vec<TrajectoryProblem>> {
    let mut problems = Vec::new();
    let found = people::queries::find_many(conn, &Scope::Institute, officials)?;
    for (official, person) in officials.iter().enumerate() {
        let exists = found
            .iter()
            .any(|found| found.id == *person && !found.is_erased());
        if officials
            .iter()
            .take(official)
            .any(|earlier| earlier == person)
        {
            problems.push(TrajectoryProblem::OfficialTwice { official });
        } else if !exists {
            problems.push(TrajectoryProblem::UnknownOfficial { official });
        } else if !known.contains(person)
            && !people::queries::holds_role_at(conn, *person, &[municipality], now.today)?
        {
            problems.push(TrajectoryProblem::OfficialWithoutRole { official });
        }
    }
    Ok(problems)
}
