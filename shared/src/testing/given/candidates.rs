//! Candidates, and the executives of their employers.

use diesel::prelude::*;
use jiff::SignedDuration;
use jiff::civil::date;

use super::{granted, now, staff};
use crate::access::Role;
use crate::candidacies::{self, Candidacy, CandidacyStatus, CandidateKind, Employer};
use crate::catalogue::words::{Language, PersonRole};
use crate::db::columns::{At, On};
use crate::db::schema::{cohorts, nominations};
use crate::db::{Db, DbConn, DbResult};
use crate::ids::{CandidacyId, CohortId, NominationId, PersonId};
use crate::people::{self, NewPerson, NewRole};

/// Somebody, with a role at an employer if one is named.
pub async fn somebody(
    db: &Db,
    email: &'static str,
    role: Option<(PersonRole, Employer)>,
) -> PersonId {
    let granted = granted(&staff(Role::Coordinator));
    let made = db
        .write(move |conn| {
            let roles = role.map(|(role, employer)| NewRole {
                role,
                municipality: employer.municipality(),
                organisation: employer.organisation(),
                valid_from: date(2025, 1, 1),
                valid_until: None,
            });
            let new = NewPerson {
                name: format!("{} Voorbeeld", email.split('@').next().unwrap_or_default()),
                email: email.parse().ok(),
                phone: None,
                language: Language::Nl,
                roles: roles.into_iter().collect(),
            };
            people::actions::create(conn, &granted, now().at, new)
        })
        .await;
    made.expect("a person").0.id
}

/// A candidacy that is open, of `kim@example.nl` and nominated by `noor@example.nl`.
pub async fn candidate(db: &Db, employer: Option<Employer>) -> Candidacy {
    candidate_named(db, "kim@example.nl", employer).await
}

/// The same, of somebody else.
pub async fn candidate_named(
    db: &Db,
    email: &'static str,
    employer: Option<Employer>,
) -> Candidacy {
    let person = somebody(db, email, None).await;
    let nominator = somebody(db, "noor@example.nl", None).await;
    let candidacy = Candidacy {
        id: CandidacyId::generate(),
        version: 1,
        status: CandidacyStatus::Open,
        person,
        kind: CandidateKind::SocialProfessional,
        cohort: None,
        employer,
        tell_by: now().at + SignedDuration::from_hours(30 * 24),
        told_at: Some(now().at),
        prepared: None,
        invited_at: None,
        merged_into: None,
        closed_reason: None,
        closed_at: None,
        created_at: now().at,
        updated_at: now().at,
    };
    let made = candidacy.clone();
    db.write(move |conn| -> DbResult<()> {
        candidacies::insert(conn, &made)?;
        nominated(conn, &made, nominator)
    })
    .await
    .expect("a candidacy");
    candidacy
}

fn nominated(conn: &mut DbConn, candidacy: &Candidacy, nominator: PersonId) -> DbResult<()> {
    diesel::insert_into(nominations::table)
        .values((
            nominations::id.eq(NominationId::generate()),
            nominations::version.eq(1_i64),
            nominations::status.eq("submitted"),
            nominations::channel.eq("api"),
            nominations::candidacy.eq(candidacy.id),
            nominations::nominator.eq(nominator),
            nominations::nominator_name.eq("Noor Voorbeeld"),
            nominations::nominator_email.eq("Noor+werk@example.nl"),
            nominations::language.eq("nl"),
            nominations::relation.eq("Collega."),
            nominations::candidate_name.eq("Kim Voorbeeld"),
            nominations::candidate_kind.eq(candidacy.kind),
            nominations::motivation
                .eq("Zij kent elke straat en elk loket, en brengt die bij elkaar."),
            nominations::innovation.eq("Keukentafels op het plein."),
            nominations::impact.eq("Minder mensen die afhaken."),
            nominations::created_at.eq(At(candidacy.created_at)),
            nominations::updated_at.eq(At(candidacy.updated_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// A cohort that starts later this year.
pub async fn cohort(db: &Db, name: &'static str) -> CohortId {
    let id = CohortId::generate();
    db.write(move |conn| -> DbResult<()> {
        diesel::insert_into(cohorts::table)
            .values((
                cohorts::id.eq(id),
                cohorts::version.eq(1_i64),
                cohorts::name.eq(name),
                cohorts::target.eq(40),
                cohorts::starts_on.eq(On(date(2026, 9, 1))),
                cohorts::created_at.eq(At(now().at)),
                cohorts::updated_at.eq(At(now().at)),
            ))
            .execute(conn)?;
        Ok(())
    })
    .await
    .expect("a cohort");
    id
}
