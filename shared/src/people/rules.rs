//! What must hold before a person or a role is written.

use super::{HeldRole, NewRole, RoleError};
use crate::access::Scope;
use crate::catalogue::PersonRole;

/// Whether a role may be held with a municipality, with an organisation, or with nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// With a municipality and nothing else.
    Municipality,
    /// With an organisation and nothing else.
    Organisation,
    /// With another organisation, or with the institute itself: nobody.
    Institute,
    /// With a municipality, an organisation or nobody.
    Anywhere,
}

/// Where a role is held.
#[must_use]
pub const fn place_of(role: PersonRole) -> Place {
    match role {
        PersonRole::Gemeentesecretaris
        | PersonRole::HoogsteLeidinggevendeSociaalDomein
        | PersonRole::Burgemeester
        | PersonRole::Wethouder
        | PersonRole::Ambtenaar
        | PersonRole::Raadslid => Place::Municipality,
        PersonRole::Director | PersonRole::Vertegenwoordiger => Place::Organisation,
        PersonRole::Adviseur
        | PersonRole::Interventieprofessional
        | PersonRole::Onderzoeker
        | PersonRole::KritischeVragensteller => Place::Institute,
        PersonRole::Inwoner | PersonRole::Ervaringsdeskundige | PersonRole::SociaalProfessional => {
            Place::Anywhere
        }
    }
}

/// The role as it will be held: a bound caller's own municipality filled in, its place and
/// period checked. Whether municipality and organisation exist is not looked at.
pub fn settle(scope: &Scope, mut new: NewRole) -> Result<NewRole, RoleError> {
    let place = place_of(new.role);
    if let Some(own) = scope.bound_to() {
        if new.municipality.is_some() {
            return Err(RoleError::MunicipalityNamed);
        }
        if new.organisation.is_some() || matches!(place, Place::Organisation | Place::Institute) {
            return Err(RoleError::NotOwn);
        }
        new.municipality = Some(own);
    }
    if new.valid_until.is_some_and(|until| until < new.valid_from) {
        return Err(RoleError::Backwards);
    }
    match (
        place,
        new.municipality.is_some(),
        new.organisation.is_some(),
    ) {
        (_, true, true) => Err(RoleError::Both),
        (Place::Municipality, false, true) => Err(RoleError::NoOrganisation),
        (Place::Municipality, false, false) => Err(RoleError::NeedsMunicipality),
        (Place::Organisation | Place::Institute, true, false) => Err(RoleError::NoMunicipality),
        (Place::Organisation, false, false) => Err(RoleError::NeedsOrganisation),
        (Place::Municipality, true, false)
        | (Place::Organisation, false, true)
        | (Place::Institute, false, _)
        | (Place::Anywhere, _, _) => Ok(new),
    }
}

/// Whether a caller may change a person who has these roles: the institute anyone, a
/// municipality those whose every role, past ones included, is its own.
#[must_use]
pub fn may_change(scope: &Scope, roles: &[HeldRole]) -> bool {
    match scope {
        Scope::Institute => true,
        Scope::Municipality { .. } => roles
            .iter()
            .all(|held| held.municipality.is_some_and(|code| scope.sees(code))),
    }
}

/// Whether a caller sees a role of a person whom they see.
#[must_use]
pub fn sees_role(scope: &Scope, held: &HeldRole) -> bool {
    match scope {
        Scope::Institute => true,
        Scope::Municipality { .. } => held.municipality.is_some_and(|code| scope.sees(code)),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use jiff::civil::date;

    use super::*;
    use crate::ids::{OrganisationId, PersonId, PersonRoleId};
    use crate::words::MunicipalityCode;

    fn code(text: &str) -> MunicipalityCode {
        text.parse().unwrap()
    }

    fn new(role: PersonRole) -> NewRole {
        NewRole {
            role,
            municipality: None,
            organisation: None,
            valid_from: date(2026, 1, 1),
            valid_until: None,
        }
    }

    #[test]
    fn every_role_is_held_where_it_can_be() {
        // mission: A1, A2, A3
        for role in PersonRole::ALL.iter().copied() {
            let place = place_of(role);
            assert_eq!(
                role.is_municipal(),
                place == Place::Municipality,
                "{role} and the catalogue differ"
            );
            let with = |municipality: bool, organisation: bool| {
                let new = NewRole {
                    municipality: municipality.then(|| code("GM0363")),
                    organisation: organisation.then(OrganisationId::generate),
                    ..new(role)
                };
                settle(&Scope::Institute, new).is_ok()
            };
            let anywhere = place == Place::Anywhere;
            assert!(!with(true, true), "{role}");
            assert_eq!(with(true, false), anywhere || place == Place::Municipality);
            assert_eq!(with(false, true), place != Place::Municipality, "{role}");
            assert_eq!(
                with(false, false),
                anywhere || place == Place::Institute,
                "{role}"
            );
        }
    }

    #[test]
    fn a_municipality_gives_roles_with_itself_only() {
        // mission: A1
        let own = Scope::municipality(code("GM0363"), &[]);
        let settled = settle(&own, new(PersonRole::Wethouder)).unwrap();
        assert_eq!(settled.municipality, Some(code("GM0363")));
        let named = NewRole {
            municipality: Some(code("GM0363")),
            ..new(PersonRole::Wethouder)
        };
        assert!(matches!(
            settle(&own, named),
            Err(RoleError::MunicipalityNamed)
        ));
        for role in [PersonRole::Adviseur, PersonRole::Director] {
            assert!(matches!(settle(&own, new(role)), Err(RoleError::NotOwn)));
        }
        let elsewhere = NewRole {
            organisation: Some(OrganisationId::generate()),
            ..new(PersonRole::Inwoner)
        };
        assert!(matches!(settle(&own, elsewhere), Err(RoleError::NotOwn)));
    }

    #[test]
    fn a_role_does_not_end_before_it_begins() {
        let backwards = NewRole {
            valid_until: Some(date(2025, 12, 31)),
            ..new(PersonRole::Adviseur)
        };
        assert!(matches!(
            settle(&Scope::Institute, backwards),
            Err(RoleError::Backwards)
        ));
        let one_day = NewRole {
            valid_until: Some(date(2026, 1, 1)),
            ..new(PersonRole::Adviseur)
        };
        assert!(settle(&Scope::Institute, one_day).is_ok());
    }

    #[test]
    fn a_municipality_changes_only_who_is_wholly_its_own() {
        let held = |municipality: Option<&str>| HeldRole {
            id: PersonRoleId::generate(),
            person: PersonId::generate(),
            role: PersonRole::Inwoner,
            municipality: municipality.map(code),
            organisation: None,
            valid_from: date(2026, 1, 1),
            valid_until: None,
        };
        let own = Scope::municipality(code("GM0363"), &[code("GM0457")]);
        assert!(may_change(
            &own,
            &[held(Some("GM0363")), held(Some("GM0457"))]
        ));
        assert!(!may_change(
            &own,
            &[held(Some("GM0363")), held(Some("GM0014"))]
        ));
        assert!(!may_change(&own, &[held(Some("GM0363")), held(None)]));
        assert!(may_change(&Scope::Institute, &[held(None)]));
    }

    #[test]
    fn the_same_role_twice_in_one_time_is_noticed() {
        let held = |from: i16, until: Option<i16>| HeldRole {
            id: PersonRoleId::generate(),
            person: PersonId::generate(),
            role: PersonRole::Wethouder,
            municipality: Some(code("GM0363")),
            organisation: None,
            valid_from: date(from, 1, 1),
            valid_until: until.map(|year| date(year, 1, 1)),
        };
        assert!(held(2020, None).repeats(&held(2024, Some(2025))));
        assert!(held(2024, Some(2025)).repeats(&held(2020, None)));
        assert!(held(2020, Some(2024)).repeats(&held(2024, None)));
        assert!(!held(2020, Some(2023)).repeats(&held(2024, None)));
    }
}
