//! The network of the demo: a cohort of forty members over all provinces, each nominated,
//! consented to, reviewed, invited and admitted; and three candidates whose executive has yet to
//! answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use koplopers_shared::access::{
    Actor, CandidaciesAnswer, CandidaciesDecide, CandidaciesReview, CandidaciesWrite,
    MembersProfile, MembersWrite, Permit, Role,
};
use koplopers_shared::candidacies::{CandidateKind, Employer, Outcome};
use koplopers_shared::catalogue::words::{Language, LearningPractice};
use koplopers_shared::clock::LocalNow;
use koplopers_shared::cohorts::{self, NewCohort};
use koplopers_shared::consents::{ConsentAnswer, Signature};
use koplopers_shared::db::{DbConn, DbError};
use koplopers_shared::flows::{
    self, CandidacyChange, ChosenGiver, ConsentRequest, NewCandidacyDecision,
};
use koplopers_shared::ids::{CandidacyId, CohortId, PersonId};
use koplopers_shared::members::{self, Expertise, Topics};
use koplopers_shared::nominations::{
    CandidateDetails, Channel, NamedEmployer, NewNomination, Nominator,
};
use koplopers_shared::reviews::Judgement;
use koplopers_shared::words::{EmailAddress, MunicipalityCode, Slug};
use koplopers_shared::{candidacies, municipalities, search};
use serde::Deserialize;

use super::cast::{Cast, SPONSOR_ROLE};
use super::{DemoError, ago, days_later, grant, municipality, person, refused};

/// Name, municipality, kind and theme of everybody in the network; all names are invented.
const FRONT_RUNNERS: &str = include_str!("front-runners.csv");

/// How many of them are members; the rest wait for consent.
const MEMBERS: usize = 40;

#[derive(Deserialize)]
struct FrontRunner {
    name: String,
    municipality: MunicipalityCode,
    kind: CandidateKind,
    theme: Slug,
    level: i32,
    interest: i32,
}

/// The executives who were asked so far: one per municipality.
type Givers = BTreeMap<MunicipalityCode, PersonId>;

/// Makes the cohort and its members, and the candidates who wait; says who the members are.
pub(super) fn make(
    conn: &mut DbConn,
    now: LocalNow,
    cast: &Cast,
) -> Result<Vec<PersonId>, DemoError> {
    let coordinator = person(cast.coordinator, Role::Coordinator);
    let new = NewCohort {
        name: "Eerste lichting".to_owned(),
        target: 40,
        starts_on: days_later(now.today, -30),
    };
    let early = ago(now, 120);
    let granted = grant::<MembersWrite>(&coordinator)?;
    let cohort = cohorts::create(conn, &granted, early, new).map_err(refused)?;
    let mut givers: Givers = [cast.applicant, cast.neighbour]
        .iter()
        .map(|known| (known.municipality, known.sponsor))
        .collect();
    let mut members = Vec::with_capacity(MEMBERS);
    let rows = csv::Reader::from_reader(FRONT_RUNNERS.as_bytes()).into_deserialize();
    for (index, row) in rows.enumerate() {
        let front_runner: FrontRunner = row.map_err(refused)?;
        if index < MEMBERS {
            let id = nominated(conn, early, &front_runner)?;
            consented(conn, ago(now, 100), cast, (id, &front_runner), &mut givers)?;
            reviewed(conn, ago(now, 80), cast, id, &front_runner)?;
            let member = admitted(conn, ago(now, 60), cast, (id, cohort.id), &front_runner)?;
            members.push(member);
        } else {
            let id = nominated(conn, ago(now, 6), &front_runner)?;
            asked(conn, ago(now, 3), cast, (id, &front_runner), &mut givers)?;
        }
    }
    Ok(members)
}

fn nominated(
    conn: &mut DbConn,
    now: LocalNow,
    front_runner: &FrontRunner,
) -> Result<CandidacyId, DemoError> {
    let employer = Employer::Municipality(front_runner.municipality);
    let new = NewNomination {
        channel: Channel::Api,
        external_reference: None,
        nominator: Some(Nominator {
            name: "Wim Voordrager".to_owned(),
            email: Some("wim.voordrager@example.org".parse().map_err(refused)?),
        }),
        language: Language::Nl,
        candidate: CandidateDetails {
            name: front_runner.name.clone(),
            email: Some(address(&front_runner.name)?),
            kind: front_runner.kind,
            employer: front_runner
                .employed()
                .then_some(NamedEmployer::Known(employer)),
        },
        relation: "Wij werken samen in de wijk.".to_owned(),
        motivation: format!(
            "{} luistert eerst naar de mensen in de buurt en brengt dan pas iedereen bij elkaar.",
            front_runner.name
        ),
        innovation: "Bewoners beslissen zelf mee over de aanpak.".to_owned(),
        impact: "Veel meer mensen weten nu de weg naar hulp.".to_owned(),
        giver: None,
    };
    let by = municipality(front_runner.municipality);
    let made = flows::nominate(conn, &grant(&by)?, now, new).map_err(refused)?;
    made.candidacy.ok_or_else(|| DbError::Conflict.into())
}

impl FrontRunner {
    /// An expert by experience speaks for themselves and for no organisation.
    const fn employed(&self) -> bool {
        !matches!(self.kind, CandidateKind::Ervaringsdeskundige)
    }
}

/// An address at `example.nl` in plain letters.
fn address(name: &str) -> Result<EmailAddress, DemoError> {
    let plain: String = search::name_key(name)
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '.'
            }
        })
        .collect();
    format!("{plain}@example.nl").parse().map_err(refused)
}

fn asked(
    conn: &mut DbConn,
    now: LocalNow,
    cast: &Cast,
    (id, front_runner): (CandidacyId, &FrontRunner),
    givers: &mut Givers,
) -> Result<(), DemoError> {
    let code = front_runner.municipality;
    let giver = match givers.get(&code) {
        Some(known) => ChosenGiver::Known(*known),
        None => ChosenGiver::New {
            name: format!("Gemeentesecretaris {}", name_of(conn, code)?),
            email: format!("secretaris.{code}@example.nl")
                .to_lowercase()
                .parse()
                .map_err(refused)?,
            language: Language::Nl,
        },
    };
    let request = ConsentRequest {
        giver,
        role: Some(SPONSOR_ROLE),
        reason: None,
    };
    let coordinator = person(cast.coordinator, Role::Coordinator);
    let granted = grant::<CandidaciesWrite>(&coordinator)?;
    let (consent, _) =
        flows::request_consent(conn, &granted, now, id, None, request).map_err(refused)?;
    givers.extend(consent.giver.map(|giver| (code, giver.person)));
    Ok(())
}

fn name_of(conn: &mut DbConn, code: MunicipalityCode) -> Result<String, DemoError> {
    let found = municipalities::queries::find(conn, code)?;
    Ok(found.map_or_else(|| code.to_string(), |municipality| municipality.name))
}

fn consented(
    conn: &mut DbConn,
    now: LocalNow,
    cast: &Cast,
    (id, front_runner): (CandidacyId, &FrontRunner),
    givers: &mut Givers,
) -> Result<(), DemoError> {
    let coordinator = person(cast.coordinator, Role::Coordinator);
    let granted = grant::<CandidaciesWrite>(&coordinator)?;
    if !front_runner.employed() {
        let reason = "Werkt niet voor een organisatie.".to_owned();
        flows::waive_consent(conn, &granted, now, id, None, reason).map_err(refused)?;
        return Ok(());
    }
    asked(conn, now, cast, (id, front_runner), givers)?;
    let answer = ConsentAnswer::Give(Signature {
        name: format!(
            "Gemeentesecretaris {}",
            name_of(conn, front_runner.municipality)?
        ),
        role: "Gemeentesecretaris".to_owned(),
    });
    let evidence = "Brief, in het archief.".to_owned();
    flows::record_consent(conn, &granted, ago(now, -2), id, None, (answer, evidence))
        .map_err(refused)?;
    Ok(())
}

fn reviewed(
    conn: &mut DbConn,
    now: LocalNow,
    cast: &Cast,
    id: CandidacyId,
    front_runner: &FrontRunner,
) -> Result<(), DemoError> {
    let coordinator = person(cast.coordinator, Role::Coordinator);
    let granted = grant::<CandidaciesWrite>(&coordinator)?;
    let reviewers = [cast.coordinator, cast.adviser];
    let reviews =
        flows::assign_reviewers(conn, &granted, now, id, None, &reviewers).map_err(refused)?;
    for review in reviews {
        let by = grant::<CandidaciesReview>(&person(review.reviewer, Role::Adviser))?;
        let judgement = Judgement {
            innovation: front_runner.interest,
            impact: front_runner.level,
            remark: "Goed verhaal, met voorbeelden.".to_owned(),
        };
        flows::hand_in_review(conn, &by, now, review.id, None, judgement).map_err(refused)?;
    }
    Ok(())
}

fn admitted(
    conn: &mut DbConn,
    now: LocalNow,
    cast: &Cast,
    (id, cohort): (CandidacyId, CohortId),
    front_runner: &FrontRunner,
) -> Result<PersonId, DemoError> {
    let coordinator = person(cast.coordinator, Role::Coordinator);
    let change = CandidacyChange {
        cohort: Some(Some(cohort)),
        ..CandidacyChange::default()
    };
    let write = grant::<CandidaciesWrite>(&coordinator)?;
    flows::change_candidacy(conn, &write, now, id, None, change).map_err(refused)?;
    let decision = NewCandidacyDecision {
        outcome: Outcome::Invite,
        reason: None,
        release: true,
    };
    let decide = grant::<CandidaciesDecide>(&coordinator)?;
    flows::prepare_candidacy_decision(conn, &decide, now, id, None, decision).map_err(refused)?;
    let candidacy = candidacies::find(conn, id)?.ok_or(DbError::Conflict)?;
    let holder = Arc::new(Actor::link_holder(
        candidacy.person,
        Permit::CandidaciesAnswer,
    ));
    let answer = grant::<CandidaciesAnswer>(&holder)?;
    flows::accept_invitation(conn, &answer, ago(now, -5), id).map_err(refused)?;
    let member = members::open_of(conn, candidacy.person)?.ok_or(DbError::Conflict)?;
    let topics = Topics {
        expertise: vec![Expertise {
            theme: front_runner.theme.clone(),
            description: None,
            level: front_runner.level,
            interest: front_runner.interest,
        }],
        issues: Vec::new(),
        learning_practices: [LearningPractice::ALL[0]].into(),
    };
    let own = grant::<MembersProfile>(&person(candidacy.person, Role::Member))?;
    members::change_topics(conn, &own, ago(now, -6), member.id, None, &topics).map_err(refused)?;
    Ok(candidacy.person)
}
