//! What must hold before a nomination is made. Nothing here looks at who is known to us, so that
//! no refusal tells (`security: 80`).

use super::{NamedEmployer, NewNomination, NominationProblem, Nominator, ProposedGiver};
use crate::candidacies::{CandidateKind, Employer};
use crate::catalogue::PersonRole;
use crate::people::rules::{Place, place_of};
use crate::search::name_key;
use crate::words::EmailAddress;

/// The fewest characters of a motivation, blanks around it not counted (N2).
pub const SHORTEST_MOTIVATION: usize = 50;
/// The most characters of a motivation.
pub const LONGEST_MOTIVATION: usize = 5_000;
/// The most characters of what is said of innovation, and of impact.
pub const LONGEST_JUDGEMENT: usize = 2_000;
/// The most characters of how nominator and candidate know each other.
pub const LONGEST_RELATION: usize = 500;
/// The most characters of a name.
pub const LONGEST_NAME: usize = 200;

/// A name in the form that is stored: its words apart by one space.
#[must_use]
pub fn tidy_name(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A form in which two spellings of one name are equal: no accents, case or doubled blanks.
#[must_use]
pub fn same_name_key(name: &str) -> String {
    name_key(&tidy_name(name))
}

/// Everything that is wrong with a nomination by `nominator`, apart from what only lists know:
/// municipalities and organisations.
#[must_use]
pub fn problems(new: &NewNomination, nominator: &Nominator) -> Vec<NominationProblem> {
    let mut found = Vec::new();
    if new.motivation.trim().chars().count() < SHORTEST_MOTIVATION {
        found.push(NominationProblem::MotivationTooShort);
    }
    // Not always a municipality itself: several may share a service.
    let candidate = &new.candidate;
    if candidate.kind == CandidateKind::MunicipalProfessional && candidate.employer.is_none() {
        found.push(NominationProblem::EmployerMissing);
    }
    if let Some(giver) = &new.giver {
        found.extend(giver_problems(new, nominator, giver));
    }
    found
}

// mission: N3
fn giver_problems(
    new: &NewNomination,
    nominator: &Nominator,
    giver: &ProposedGiver,
) -> Vec<NominationProblem> {
    let mut found = Vec::new();
    match &new.candidate.employer {
        None => found.push(NominationProblem::GiverWithoutEmployer),
        Some(employer) if !is_highest_of(giver.role, employer) => {
            found.push(NominationProblem::GiverNotHighest);
        }
        Some(_) => {}
    }
    let key = giver.email.key();
    let candidate = &new.candidate;
    let is_candidate = candidate.email.as_ref().map(EmailAddress::key) == Some(key.clone())
        || same_name_key(&candidate.name) == same_name_key(&giver.name);
    if is_candidate {
        found.push(NominationProblem::GiverIsCandidate);
    }
    let is_nominator = nominator.email.as_ref().map(EmailAddress::key) == Some(key)
        || same_name_key(&nominator.name) == same_name_key(&giver.name);
    if is_nominator {
        found.push(NominationProblem::GiverIsNominator);
    }
    found
}

/// Whether the holder of a role is the highest executive of such an employer.
#[must_use]
pub fn is_highest_of(role: PersonRole, employer: &NamedEmployer) -> bool {
    let held_with = place_of(role);
    role.is_highest_executive()
        && match employer {
            NamedEmployer::Known(Employer::Municipality(_)) => held_with == Place::Municipality,
            NamedEmployer::Known(Employer::Organisation(_)) | NamedEmployer::Named(_) => {
                held_with == Place::Organisation
            }
        }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::catalogue::Language;
    use crate::ids::OrganisationId;
    use crate::nominations::{CandidateDetails, Channel};

    fn nominator() -> Nominator {
        Nominator {
            name: "Noor Nominator".to_owned(),
            email: "noor@example.nl".parse().ok(),
        }
    }

    fn new(giver: &str, role: PersonRole, employer: Option<NamedEmployer>) -> NewNomination {
        NewNomination {
            channel: Channel::Api,
            external_reference: None,
            nominator: None,
            language: Language::Nl,
            candidate: CandidateDetails {
                name: "Kim Kandidaat".to_owned(),
                email: Some("kim@example.nl".parse().unwrap()),
                kind: CandidateKind::SocialProfessional,
                employer,
            },
            relation: "Collega".to_owned(),
            motivation: "x".repeat(SHORTEST_MOTIVATION),
            innovation: "Nieuw".to_owned(),
            impact: "Veel".to_owned(),
            giver: Some(ProposedGiver {
                name: "Gerda Gever".to_owned(),
                email: giver.parse().unwrap(),
                role,
            }),
        }
    }

    fn amsterdam() -> NamedEmployer {
        NamedEmployer::Known(Employer::Municipality("GM0363".parse().unwrap()))
    }

    // mission: N3
    #[test]
    fn only_the_highest_executive_of_such_an_employer_can_consent() {
        let organisation = NamedEmployer::Known(Employer::Organisation(OrganisationId::generate()));
        for role in PersonRole::ALL.iter().copied() {
            let municipal = matches!(
                role,
                PersonRole::Gemeentesecretaris | PersonRole::HoogsteLeidinggevendeSociaalDomein
            );
            let director = role == PersonRole::Director;
            assert_eq!(is_highest_of(role, &amsterdam()), municipal, "{role}");
            assert_eq!(is_highest_of(role, &organisation), director, "{role}");
            let named = NamedEmployer::Named("Stichting Voorbeeld".to_owned());
            assert_eq!(is_highest_of(role, &named), director, "{role}");
        }
    }

    // mission: N3
    #[test]
    fn candidate_and_nominator_cannot_consent_however_their_address_is_spelled() {
        let role = PersonRole::Gemeentesecretaris;
        let of = |giver: &str| -> Vec<String> {
            problems(&new(giver, role, Some(amsterdam())), &nominator())
                .iter()
                .map(ToString::to_string)
                .collect()
        };
        assert_eq!(of("gerda@example.nl"), Vec::<String>::new());
        for giver in ["kim@example.nl", "KIM+instemming@Example.NL"] {
            assert_eq!(of(giver), ["the giver is the candidate"], "{giver}");
        }
        for giver in ["noor@example.nl", "Noor+x@example.nl"] {
            assert_eq!(of(giver), ["the giver is the nominator"], "{giver}");
        }
        let mut same_name = new("gerda@example.nl", role, Some(amsterdam()));
        same_name.candidate.name = "gérda  GEVER".to_owned();
        assert!(matches!(
            problems(&same_name, &nominator()).as_slice(),
            [NominationProblem::GiverIsCandidate]
        ));
    }

    // mission: N2, N4
    #[test]
    fn a_motivation_of_blanks_and_a_professional_without_employer_are_named_at_once() {
        let mut new = new("gerda@example.nl", PersonRole::Director, None);
        new.motivation = format!("{}kort{}", " ".repeat(60), " ".repeat(60));
        new.candidate.kind = CandidateKind::MunicipalProfessional;
        let found: Vec<String> = problems(&new, &nominator())
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            found,
            [
                "the motivation is too short",
                "a municipal professional has an employer",
                "a candidate without employer needs no consent",
            ]
        );
    }
}
