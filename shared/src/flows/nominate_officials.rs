//! The officials of a learning network on their way to membership (B4): several nominated at once,
//! with one text.

use super::nominate::{Whom, nominate_whom};
use crate::access::{Granted, NominationsWrite, Scope};
use crate::candidacies::{CandidateKind, Employer};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::{LearningNetworkId, NominationId, PersonId};
use crate::nominations::rules;
use crate::nominations::{
    CandidateDetails, Channel, NamedEmployer, NewNomination, NominateError, Nominator,
};
use crate::people::{self, Person};
use crate::{networks, words::MunicipalityCode};

/// What is said of each of them.
#[derive(Clone)]
pub struct OfficialsNomination {
    /// Whom of the network.
    pub people: Vec<PersonId>,
    /// Who nominates; a person with a token leaves it out.
    pub nominator: Option<Nominator>,
    /// How the nominator knows them.
    pub relation: String,
    /// Why these people.
    pub motivation: String,
    /// What is new in how they work.
    pub innovation: String,
    /// What it brings about.
    pub impact: String,
}

/// Why nobody was nominated.
#[derive(Debug, thiserror::Error)]
pub enum NominateOfficialsError {
    /// There is no such network.
    #[error("no such learning network")]
    NotFound,
    /// Some cannot be nominated like this, by position in the list.
    #[error("not everybody can be nominated")]
    People {
        /// Not in the network now, or not seen by the caller.
        strangers: Vec<usize>,
        /// In the list already.
        repeated: Vec<usize>,
    },
    /// A nomination cannot be made.
    #[error(transparent)]
    Nominate(#[from] NominateError),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Nominates several members of a learning network: all of them, or none. A municipality nominates
/// its own people. Each nomination goes the way of every other one.
// mission: B4
pub fn nominate_officials(
    conn: &mut DbConn,
    granted: &Granted<NominationsWrite>,
    now: LocalNow,
    network: LearningNetworkId,
    new: &OfficialsNomination,
) -> Result<Vec<(PersonId, NominationId)>, NominateOfficialsError> {
    if networks::find(conn, network)?.is_none() {
        return Err(NominateOfficialsError::NotFound);
    }
    let mut found = Vec::with_capacity(new.people.len());
    let (mut strangers, mut repeated) = (Vec::new(), Vec::new());
    for (at, id) in new.people.iter().enumerate() {
        if new.people[..at].contains(id) {
            repeated.push(at);
        } else if let Some(official) = official(conn, granted, now, network, *id)? {
            found.push(official);
        } else {
            strangers.push(at);
        }
    }
    if !(strangers.is_empty() && repeated.is_empty()) {
        return Err(NominateOfficialsError::People {
            strangers,
            repeated,
        });
    }
    let mut made = Vec::with_capacity(found.len());
    for (person, employer) in found {
        let id = person.id;
        let nomination = nomination_of(person, employer, new);
        let nomination = nominate_whom(conn, granted, now, nomination, Whom::Known(id))?;
        made.push((id, nomination.id));
    }
    Ok(made)
}

/// A member of the network whom the caller sees, and the municipality they work for.
fn official(
    conn: &mut DbConn,
    granted: &Granted<NominationsWrite>,
    now: LocalNow,
    network: LearningNetworkId,
    id: PersonId,
) -> DbResult<Option<(Person, Option<MunicipalityCode>)>> {
    let memberships = networks::of_person(conn, id)?;
    let Some(membership) = memberships.into_iter().find(|it| it.network == network) else {
        return Ok(None);
    };
    let Some(person) = people::queries::find(conn, granted.scope(), id)? else {
        return Ok(None);
    };
    let employer = match membership.municipality {
        Some(code) => Some(code),
        // Brought in by the institute: the municipality that they hold a role with, if any.
        None => people::queries::roles_of_many(conn, &Scope::Institute, &[id])?
            .iter()
            .filter(|held| held.held_on(now.today))
            .find_map(|held| held.municipality),
    };
    Ok(Some((person, employer)))
}

fn nomination_of(
    person: Person,
    employer: Option<MunicipalityCode>,
    new: &OfficialsNomination,
) -> NewNomination {
    NewNomination {
        channel: Channel::Network,
        external_reference: None,
        nominator: new.nominator.clone(),
        language: person.language,
        candidate: CandidateDetails {
            name: rules::tidy_name(&person.name),
            email: person.email,
            kind: CandidateKind::MunicipalProfessional,
            employer: employer.map(|code| NamedEmployer::Known(Employer::Municipality(code))),
        },
        relation: new.relation.clone(),
        motivation: new.motivation.clone(),
        innovation: new.innovation.clone(),
        impact: new.impact.clone(),
        giver: None,
    }
}
