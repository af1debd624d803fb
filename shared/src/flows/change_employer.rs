//! A member who works for somebody else: the membership is reviewed, and the highest executive of
//! the new employer is asked for consent (N8).

use crate::access::{Granted, MembersProfile, Scope};
use crate::candidacies::Employer;
use crate::clock::LocalNow;
use crate::consents::{
    self, ConsentAction, ConsentSubject, Giver, GiverCandidate, GiverProblem, Mailboxes, NewConsent,
};
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::{MemberId, PersonId};
use crate::members::{self, ChangeMemberError, Member};
use crate::paging::PageSpec;
use crate::people::queries::PersonFilter;
use crate::people::{self, Person};

/// How many executives of one employer are looked at, when none is named.
const LOOKED_AT: u16 = 10;

/// Why a member did not change employer.
#[derive(Debug, thiserror::Error)]
pub enum ChangeEmployerError {
    /// The member was not changed.
    #[error(transparent)]
    Member(#[from] ChangeMemberError),
    /// Who was named cannot be asked.
    #[error("the named giver cannot be asked")]
    Giver(Vec<GiverProblem>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Lets a member work for somebody else from now on, and asks the new executive: the one named,
/// else one who is known to hold the highest office there. When nobody is known, the membership
/// stays under review, and the executive is named later with the same employer.
pub fn change_employer(
    conn: &mut DbConn,
    granted: &Granted<MembersProfile>,
    now: LocalNow,
    id: MemberId,
    expected_version: Option<i64>,
    (employer, giver): (Option<Employer>, Option<PersonId>),
) -> Result<Member, ChangeEmployerError> {
    let changed = members::change_employer(conn, granted, now, id, expected_version, employer);
    let member = match changed {
        Err(ChangeMemberError::SameEmployer) if giver.is_some() => {
            let member = members::find(conn, id)?;
            let reviewed = member.filter(|member| member.consent_review_since.is_some());
            reviewed.ok_or(ChangeMemberError::SameEmployer)?
        }
        other => other?,
    };
    let subject = ConsentSubject::Member(id);
    if let Some(open) = consents::requested_of(conn, subject)? {
        consents::close(conn, granted.actor(), now, open, ConsentAction::Withdraw)?;
    }
    let Some(employer) = employer else {
        return Ok(member);
    };
    let themselves = people::queries::find(conn, &Scope::Institute, member.person)?;
    let others = Mailboxes {
        candidate: Some(member.person),
        candidate_key: themselves.and_then(|person| Some(person.email.as_ref()?.key())),
        ..Mailboxes::default()
    };
    let asked = match giver {
        Some(giver) => {
            let person = people::queries::find(conn, &Scope::Institute, giver)?
                .filter(|person| !person.is_erased())
                .ok_or_else(|| ChangeEmployerError::Giver(vec![GiverProblem::Unknown]))?;
            let asked = may_be_asked(conn, now, &person, employer, &others)?;
            Some(asked.map_err(ChangeEmployerError::Giver)?)
        }
        None => known_executive(conn, now, employer, &others)?,
    };
    if let Some(giver) = asked {
        let new = NewConsent {
            person: member.person,
            subject,
            employer,
            giver,
            reason: None,
            requested_by: granted.person().ok(),
        };
        consents::ask(conn, granted.actor(), now, new)?;
    }
    Ok(member)
}

/// Somebody who is known to hold the highest office with an employer today, and can be asked.
fn known_executive(
    conn: &mut DbConn,
    now: LocalNow,
    employer: Employer,
    others: &Mailboxes,
) -> DbResult<Option<Giver>> {
    for role in consents::roles_for(employer) {
        let filter = PersonFilter {
            role: Some(role),
            municipality: employer.municipality(),
            organisation: employer.organisation(),
            on: Some(now.today),
            ..PersonFilter::default()
        };
        let page = PageSpec::first(LOOKED_AT);
        let known = people::queries::list(conn, &Scope::Institute, &filter, &page)?;
        for person in known.items.iter().filter(|person| !person.is_erased()) {
            if let Ok(giver) = may_be_asked(conn, now, person, employer, others)? {
                return Ok(Some(giver));
            }
        }
    }
    Ok(None)
}

fn may_be_asked(
    conn: &mut DbConn,
    now: LocalNow,
    person: &Person,
    employer: Employer,
    others: &Mailboxes,
) -> DbResult<Result<Giver, Vec<GiverProblem>>> {
    let held = people::queries::roles_of(conn, person.id, now.today)?;
    let role = consents::highest_held(employer, &held);
    let candidate = GiverCandidate {
        person: Some(person.id),
        email: person.email.as_ref(),
        role,
        held: Some(&held),
    };
    let problems = consents::giver_problems(&candidate, employer, others);
    Ok(match (problems.is_empty(), role) {
        (true, Some(role)) => Ok(Giver {
            person: person.id,
            role,
        }),
        (_, _) if problems.is_empty() => Err(vec![GiverProblem::NotHeld]),
        _ => Err(problems),
    })
}
