//! Who may be asked for consent (N3).

use crate::candidacies::Employer;
use crate::catalogue::words::PersonRole;
use crate::ids::PersonId;
use crate::people::HeldRole;
use crate::people::rules::{Place, place_of};
use crate::words::EmailAddress;

/// Why somebody cannot be asked; everything at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GiverProblem {
    /// There is no such person.
    Unknown,
    /// There is no address to ask them at.
    NoEmail,
    /// Their address is the candidate's, whatever its spelling.
    IsCandidate,
    /// Their address is a nominator's, whatever its spelling.
    IsNominator,
    /// Their role is not the highest office at this kind of employer.
    NotHighest,
    /// Somebody new is named without the office that they hold.
    RoleMissing,
    /// They do not hold the role with the employer today.
    NotHeld,
}

/// The mailboxes that the giver must not have, each in the form in which two spellings are equal.
#[derive(Debug, Clone, Default)]
pub struct Mailboxes {
    /// The candidate.
    pub candidate: Option<PersonId>,
    /// The candidate's mailbox.
    pub candidate_key: Option<String>,
    /// The nominators.
    pub nominators: Vec<PersonId>,
    /// The nominators' mailboxes.
    pub nominator_keys: Vec<String>,
}

/// Somebody who may be asked.
#[derive(Debug, Clone)]
pub struct GiverCandidate<'a> {
    /// The person, if they are known already.
    pub person: Option<PersonId>,
    /// Their address.
    pub email: Option<&'a EmailAddress>,
    /// The office because of which they are asked; `None` when none was named and none is held.
    pub role: Option<PersonRole>,
    /// The roles that they hold today; `None` for who gets the role with the request.
    pub held: Option<&'a [HeldRole]>,
}

/// The highest offices at this kind of employer.
pub fn roles_for(employer: Employer) -> impl Iterator<Item = PersonRole> {
    PersonRole::ALL
        .iter()
        .copied()
        .filter(|role| role.is_highest_executive())
        .filter(move |role| match employer {
            Employer::Municipality(_) => place_of(*role) == Place::Municipality,
            Employer::Organisation(_) => place_of(*role) == Place::Organisation,
        })
}

/// Whether a role is held with this employer.
#[must_use]
pub fn is_with(employer: Employer, held: &HeldRole) -> bool {
    match employer {
        Employer::Municipality(code) => held.municipality == Some(code),
        Employer::Organisation(id) => held.organisation == Some(id),
    }
}

/// The highest office that is held with the employer, for who did not name one.
#[must_use]
pub fn highest_held(employer: Employer, held: &[HeldRole]) -> Option<PersonRole> {
    roles_for(employer).find(|role| {
        held.iter()
            .any(|held| held.role == *role && is_with(employer, held))
    })
}

/// Everything that speaks against asking somebody.
#[must_use]
pub fn giver_problems(
    giver: &GiverCandidate<'_>,
    employer: Employer,
    others: &Mailboxes,
) -> Vec<GiverProblem> {
    let mut problems = Vec::new();
    let key = giver.email.map(EmailAddress::key);
    if key.is_none() {
        problems.push(GiverProblem::NoEmail);
    }
    let same_mailbox = |other: &String| key.as_ref() == Some(other);
    let is_candidate = giver.person.is_some() && giver.person == others.candidate;
    if is_candidate || others.candidate_key.as_ref().is_some_and(same_mailbox) {
        problems.push(GiverProblem::IsCandidate);
    }
    let is_nominator = giver
        .person
        .is_some_and(|person| others.nominators.contains(&person));
    if is_nominator || others.nominator_keys.iter().any(same_mailbox) {
        problems.push(GiverProblem::IsNominator);
    }
    match giver.role {
        Some(role) if !roles_for(employer).any(|highest| highest == role) => {
            problems.push(GiverProblem::NotHighest);
        }
        None if giver.held.is_none() => problems.push(GiverProblem::RoleMissing),
        role => {
            let holds = |held: &HeldRole| Some(held.role) == role && is_with(employer, held);
            if giver.held.is_some_and(|roles| !roles.iter().any(holds)) {
                problems.push(GiverProblem::NotHeld);
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use jiff::civil::date;

    use super::*;
    use crate::ids::{OrganisationId, PersonRoleId};

    fn municipality() -> Employer {
        Employer::Municipality("GM0363".parse().unwrap())
    }

    fn held(role: PersonRole, employer: Employer) -> HeldRole {
        HeldRole {
            id: PersonRoleId::generate(),
            person: PersonId::generate(),
            role,
            municipality: employer.municipality(),
            organisation: employer.organisation(),
            valid_from: date(2025, 1, 1),
            valid_until: None,
        }
    }

    fn problems(
        email: &str,
        role: PersonRole,
        employer: Employer,
        others: &Mailboxes,
    ) -> Vec<GiverProblem> {
        let email: EmailAddress = email.parse().unwrap();
        let giver = GiverCandidate {
            person: None,
            email: Some(&email),
            role: Some(role),
            held: None,
        };
        giver_problems(&giver, employer, others)
    }

    #[test]
    fn only_the_highest_office_of_that_kind_of_employer_may_be_asked() {
        // mission: N3
        let organisation = Employer::Organisation(OrganisationId::generate());
        for role in PersonRole::ALL.iter().copied() {
            let wrong = |employer| {
                problems("a@example.nl", role, employer, &Mailboxes::default())
                    .contains(&GiverProblem::NotHighest)
            };
            let in_municipality = matches!(
                role,
                PersonRole::Gemeentesecretaris | PersonRole::HoogsteLeidinggevendeSociaalDomein
            );
            assert_eq!(wrong(municipality()), !in_municipality, "{role}");
            assert_eq!(wrong(organisation), role != PersonRole::Director, "{role}");
        }
    }

    #[test]
    fn neither_the_candidate_nor_a_nominator_is_asked_however_the_address_is_spelled() {
        // mission: N3
        let others = Mailboxes {
            candidate_key: Some("kim@example.nl".to_owned()),
            nominator_keys: vec!["noor@example.nl".to_owned()],
            ..Mailboxes::default()
        };
        let role = PersonRole::Gemeentesecretaris;
        let found = |email: &str| problems(email, role, municipality(), &others);
        for spelled in ["kim@example.nl", "Kim@Example.NL", "KIM+werk@example.nl"] {
            assert_eq!(found(spelled), [GiverProblem::IsCandidate], "{spelled}");
        }
        for spelled in ["noor@example.nl", "Noor+voordracht@EXAMPLE.nl"] {
            assert_eq!(found(spelled), [GiverProblem::IsNominator], "{spelled}");
        }
        assert_eq!(found("secretaris@example.nl"), []);
        // The same person with another address is still the same person.
        let person = PersonId::generate();
        let email: EmailAddress = "anders@example.nl".parse().unwrap();
        let roles = [held(role, municipality())];
        let giver = GiverCandidate {
            person: Some(person),
            email: Some(&email),
            role: Some(role),
            held: Some(&roles),
        };
        let others = Mailboxes {
            candidate: Some(person),
            nominators: vec![person],
            ..Mailboxes::default()
        };
        assert_eq!(
            giver_problems(&giver, municipality(), &others),
            [GiverProblem::IsCandidate, GiverProblem::IsNominator]
        );
    }

    #[test]
    fn the_office_is_held_with_that_very_employer() {
        // mission: N3
        let role = PersonRole::Gemeentesecretaris;
        let elsewhere = Employer::Municipality("GM0344".parse().unwrap());
        let email: EmailAddress = "a@example.nl".parse().unwrap();
        let found = |roles: &[HeldRole], role| {
            let giver = GiverCandidate {
                person: Some(PersonId::generate()),
                email: Some(&email),
                role,
                held: Some(roles),
            };
            giver_problems(&giver, municipality(), &Mailboxes::default())
        };
        assert_eq!(found(&[held(role, municipality())], Some(role)), []);
        assert_eq!(
            found(&[held(role, elsewhere)], Some(role)),
            [GiverProblem::NotHeld]
        );
        assert_eq!(found(&[], None), [GiverProblem::NotHeld]);
        assert_eq!(highest_held(municipality(), &[held(role, elsewhere)]), None);
        assert_eq!(
            highest_held(municipality(), &[held(role, municipality())]),
            Some(role)
        );
    }
}
