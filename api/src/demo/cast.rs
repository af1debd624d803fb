//! The people of the demo: one ready for each role.

use std::sync::Arc;

use jiff::civil::Date;
use koplopers_shared::access::{Actor, Granted, PeopleWrite, Scope};
use koplopers_shared::catalogue::words::{Language, PersonRole};
use koplopers_shared::clock::LocalNow;
use koplopers_shared::db::DbConn;
use koplopers_shared::ids::PersonId;
use koplopers_shared::paging::PageSpec;
use koplopers_shared::people::queries::PersonFilter;
use koplopers_shared::people::{self, NewPerson, NewRole};
use koplopers_shared::words::MunicipalityCode;

use super::{DemoError, grant, refused};

/// The role in which the demo's sponsor commissions.
pub const SPONSOR_ROLE: PersonRole = PersonRole::Gemeentesecretaris;

/// The OAuth client of the demo's municipality.
pub const MUNICIPAL_CLIENT: &str = "demo-gemeente";

/// The municipality of the demo.
pub const MUNICIPALITY: &str = "GM0363";

/// Another municipality, whose intakes the first one does not see.
const NEIGHBOUR: &str = "GM0344";

/// A municipality, and who asks for it.
#[derive(Debug, Clone, Copy)]
pub struct Applicant {
    /// The municipality.
    pub municipality: MunicipalityCode,
    /// Answers questions.
    pub contact: PersonId,
    /// Commissions.
    pub sponsor: PersonId,
}

/// Who plays in the demo.
#[derive(Debug, Clone, Copy)]
pub struct Cast {
    /// Coordinates at the institute.
    pub coordinator: PersonId,
    /// Advises at the institute.
    pub adviser: PersonId,
    /// The municipality for which the demo prints a token.
    pub applicant: Applicant,
    /// Another one.
    pub neighbour: Applicant,
}

/// A part in the demo.
struct Part {
    name: &'static str,
    email: &'static str,
    role: PersonRole,
    municipality: Option<&'static str>,
}

const PARTS: [Part; 6] = [
    Part {
        name: "Noor van Dam",
        email: "noor.vandam@instituut.example.nl",
        role: PersonRole::Adviseur,
        municipality: None,
    },
    Part {
        name: "Sem Bakker",
        email: "sem.bakker@instituut.example.nl",
        role: PersonRole::Adviseur,
        municipality: None,
    },
    Part {
        name: "Fatima el Idrissi",
        email: "f.elidrissi@gemeente.example.nl",
        role: PersonRole::Ambtenaar,
        municipality: Some(MUNICIPALITY),
    },
    Part {
        name: "Joris Vermeulen",
        email: "j.vermeulen@gemeente.example.nl",
        role: SPONSOR_ROLE,
        municipality: Some(MUNICIPALITY),
    },
    Part {
        name: "Lotte Jansen",
        email: "l.jansen@buurgemeente.example.nl",
        role: PersonRole::Ambtenaar,
        municipality: Some(NEIGHBOUR),
    },
    Part {
        name: "Bram Kok",
        email: "b.kok@buurgemeente.example.nl",
        role: SPONSOR_ROLE,
        municipality: Some(NEIGHBOUR),
    },
];

impl Cast {
    /// The cast of a demo that was made before.
    pub fn find(conn: &mut DbConn) -> Result<Option<Self>, DemoError> {
        let mut found = [None; PARTS.len()];
        for (slot, part) in found.iter_mut().zip(&PARTS) {
            let filter = PersonFilter {
                email: Some(part.email.parse().map_err(refused)?),
                ..PersonFilter::default()
            };
            let page = PageSpec::first(1);
            let people = people::queries::list(conn, &Scope::Institute, &filter, &page)?;
            *slot = people.items.first().map(|person| person.id);
        }
        Self::of(found)
    }

    fn of(people: [Option<PersonId>; PARTS.len()]) -> Result<Option<Self>, DemoError> {
        let [
            Some(coordinator),
            Some(adviser),
            Some(contact),
            Some(sponsor),
            Some(other_contact),
            Some(other_sponsor),
        ] = people
        else {
            return Ok(None);
        };
        Ok(Some(Self {
            coordinator,
            adviser,
            applicant: Applicant {
                municipality: MUNICIPALITY.parse().map_err(refused)?,
                contact,
                sponsor,
            },
            neighbour: Applicant {
                municipality: NEIGHBOUR.parse().map_err(refused)?,
                contact: other_contact,
                sponsor: other_sponsor,
            },
        }))
    }
}

/// Makes the people and says who is who.
pub(super) fn make(conn: &mut DbConn, now: LocalNow) -> Result<Cast, DemoError> {
    let granted = grant(&Arc::new(Actor::system("demo")))?;
    let mut made = [None; PARTS.len()];
    for (slot, part) in made.iter_mut().zip(&PARTS) {
        *slot = Some(make_person(conn, now, &granted, part)?);
    }
    Cast::of(made)?.ok_or_else(|| refused(std::fmt::Error))
}

fn make_person(
    conn: &mut DbConn,
    now: LocalNow,
    granted: &Granted<PeopleWrite>,
    part: &Part,
) -> Result<PersonId, DemoError> {
    let new = NewPerson {
        name: part.name.to_owned(),
        email: Some(part.email.parse().map_err(refused)?),
        phone: None,
        language: Language::Nl,
        roles: vec![NewRole {
            role: part.role,
            municipality: part
                .municipality
                .map(str::parse)
                .transpose()
                .map_err(refused)?,
            organisation: None,
            valid_from: Date::constant(2025, 1, 1),
            valid_until: None,
        }],
    };
    let (person, _) = people::actions::create(conn, granted, now.at, new).map_err(refused)?;
    Ok(person.id)
}
