//! The row of the person themselves, their roles and logins; and what holds them.

use diesel::prelude::*;

use crate::clock::LocalNow;
use crate::db::columns::{At, On};
use crate::db::schema::{
    identities, identity_links, intakes, people, person_roles, programme_contacts,
};
use crate::db::{DbConn, DbResult, one_row};
use crate::ids::{IntakeId, PersonId};
use crate::people::Person;
use crate::text_enum;

text_enum! {
    /// What somebody is for an intake.
    pub enum PartInIntake {
        /// Its contact person.
        ContactPerson => "contact_person",
        /// Its sponsor.
        Sponsor => "sponsor",
    }
}

/// An open intake that cannot do without somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenPart {
    /// The intake.
    pub intake: IntakeId,
    /// As what.
    pub part: PartInIntake,
}

/// The open intakes of which a person is contact or sponsor, by id: somebody else must take
/// their place before they can be erased.
pub fn open_parts(conn: &mut DbConn, person: PersonId) -> DbResult<Vec<OpenPart>> {
    type Row = (IntakeId, Option<PersonId>, Option<PersonId>);
    let rows: Vec<Row> = intakes::table
        .filter(intakes::open_slot.is_not_null())
        .filter((intakes::contact_person.eq(person)).or(intakes::sponsor.eq(person)))
        .order(intakes::id)
        .select((intakes::id, intakes::contact_person, intakes::sponsor))
        .load(conn)?;
    let parts = rows.into_iter().flat_map(|(intake, contact, sponsor)| {
        [
            (contact, PartInIntake::ContactPerson),
            (sponsor, PartInIntake::Sponsor),
        ]
        .into_iter()
        .filter(move |(holder, _)| *holder == Some(person))
        .map(move |(_, part)| OpenPart { intake, part })
    });
    Ok(parts.collect())
}

pub(super) fn blank(conn: &mut DbConn, now: LocalNow, person: &Person) -> DbResult<Person> {
    let id = person.id;
    diesel::delete(identities::table.filter(identities::person.eq(id))).execute(conn)?;
    diesel::delete(identity_links::table.filter(identity_links::person.eq(id))).execute(conn)?;
    diesel::delete(programme_contacts::table.filter(programme_contacts::person.eq(id)))
        .execute(conn)?;
    let held = person_roles::table.filter(person_roles::person.eq(id));
    diesel::delete(held.filter(person_roles::valid_from.gt(On(now.today)))).execute(conn)?;
    let lasting = held.filter(
        person_roles::valid_until
            .is_null()
            .or(person_roles::valid_until.gt(On(now.today))),
    );
    diesel::update(lasting)
        .set(person_roles::valid_until.eq(Some(On(now.today))))
        .execute(conn)?;
    let erased = Person {
        version: person.version + 1,
        name: String::new(),
        email: None,
        phone: None,
        updated_at: now.at,
        erased_at: Some(now.at),
        ..person.clone()
    };
    let unchanged = people::table
        .find(id)
        .filter(people::version.eq(person.version));
    let changed = diesel::update(unchanged)
        .set((
            people::version.eq(erased.version),
            people::name.eq(""),
            people::name_key.eq(""),
            people::email.eq(None::<String>),
            people::email_key.eq(None::<String>),
            people::phone.eq(None::<String>),
            people::updated_at.eq(At(now.at)),
            people::erased_at.eq(Some(At(now.at))),
        ))
        .execute(conn)?;
    one_row(changed)?;
    Ok(erased)
}
