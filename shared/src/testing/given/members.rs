//! Cohorts and associate members.

use std::sync::Arc;

use jiff::civil::date;

use super::{granted, now, official, staff};
use crate::access::{Actor, Role, Scope, Who};
use crate::candidacies::{self, Candidacy, CandidacyStatus, CandidateKind, Employer};
use crate::catalogue::words::PersonRole;
use crate::cohorts::{self, Cohort, NewCohort};
use crate::db::Db;
use crate::ids::{CandidacyId, PersonId};
use crate::members::{self, Member, Visibilities, Visibility};
use crate::words::MunicipalityCode;

/// A cohort of forty.
pub async fn new_cohort(db: &Db, name: &'static str) -> Cohort {
    let granted = granted(&staff(Role::Coordinator));
    db.write(move |conn| {
        let new = NewCohort {
            name: name.to_owned(),
            target: 40,
            starts_on: date(2026, 9, 1),
        };
        cohorts::create(conn, &granted, now(), new)
    })
    .await
    .expect("a cohort")
}

/// An official of a municipality who was admitted to a cohort, and shows nothing to anybody yet.
pub async fn associate(
    db: &Db,
    cohort: &Cohort,
    code: MunicipalityCode,
    email: &'static str,
) -> Member {
    let person = official(db, code, PersonRole::Ambtenaar, email).await;
    admitted(db, cohort, person, Some(Employer::Municipality(code))).await
}

/// Somebody who was admitted to a cohort.
pub async fn admitted(
    db: &Db,
    cohort: &Cohort,
    person: PersonId,
    employer: Option<Employer>,
) -> Member {
    let id = cohort.id;
    db.write(move |conn| {
        let candidacy = Candidacy {
            id: CandidacyId::generate(),
            version: 1,
            status: CandidacyStatus::Admitted,
            person,
            kind: CandidateKind::MunicipalProfessional,
            cohort: Some(id),
            employer,
            tell_by: now().at,
            told_at: Some(now().at),
            prepared: None,
            invited_at: Some(now().at),
            merged_into: None,
            closed_reason: None,
            closed_at: Some(now().at),
            created_at: now().at,
            updated_at: now().at,
        };
        candidacies::insert(conn, &candidacy)?;
        let actor = Actor::system("given");
        members::admit(conn, &actor, now(), &candidacy, id)
    })
    .await
    .expect("a member")
}

/// The member themselves, as who logs in.
#[must_use]
pub fn themselves(member: &Member) -> Arc<Actor> {
    let who = Who::Person {
        person: member.person,
    };
    Arc::new(Actor::new(who, Scope::Institute, Role::Member.permits()))
}

/// Shows every part of a profile to `visibility`.
pub async fn showing(db: &Db, member: &Member, visibility: Visibility) -> Member {
    let (granted, id) = (granted(&themselves(member)), member.id);
    db.write(move |conn| {
        let change = members::MemberChange {
            visible: Some(Visibilities {
                profile: visibility,
                employer: visibility,
                expertise: visibility,
                contact: visibility,
            }),
            ..members::MemberChange::default()
        };
        members::change(conn, &granted, now(), id, None, change)
    })
    .await
    .expect("a changed member")
}
