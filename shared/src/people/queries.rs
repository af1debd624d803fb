//! SQL on people and their roles.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{HeldRole, Person};
use crate::access::Scope;
use crate::catalogue::{Language, PersonRole};
use crate::db::columns::{At, On};
use crate::db::schema::{people, person_roles};
use crate::db::{DbConn, DbResult, one_row};
use crate::ids::{OrganisationId, PersonId, PersonRoleId};
use crate::paging::{PageSpec, Paged, Position, turn_to};
use crate::search::{containing, name_key};
use crate::words::{EmailAddress, MunicipalityCode};

#[derive(Queryable, Selectable)]
#[diesel(table_name = people)]
struct PersonRow {
    id: PersonId,
    version: i64,
    name: String,
    email: Option<EmailAddress>,
    phone: Option<String>,
    language: Language,
    created_at: At,
    updated_at: At,
    erased_at: Option<At>,
}

impl From<PersonRow> for Person {
    fn from(row: PersonRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            name: row.name,
            email: row.email,
            phone: row.phone,
            language: row.language,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
            erased_at: row.erased_at.map(Timestamp::from),
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = person_roles)]
struct RoleRow {
    id: PersonRoleId,
    person: PersonId,
    role: PersonRole,
    municipality: Option<MunicipalityCode>,
    organisation: Option<OrganisationId>,
    valid_from: On,
    valid_until: Option<On>,
}

impl From<RoleRow> for HeldRole {
    fn from(row: RoleRow) -> Self {
        Self {
            id: row.id,
            person: row.person,
            role: row.role,
            municipality: row.municipality,
            organisation: row.organisation,
            valid_from: row.valid_from.0,
            valid_until: row.valid_until.map(Date::from),
        }
    }
}

/// Which people are listed.
#[derive(Clone, Default)]
pub struct PersonFilter {
    /// Those who hold or held this role. This and the next three look at one and the same role.
    pub role: Option<PersonRole>,
    /// Those who hold or held a role with this municipality.
    pub municipality: Option<MunicipalityCode>,
    /// Those who hold or held a role with this organisation.
    pub organisation: Option<OrganisationId>,
    /// Those who hold the role on this day.
    pub on: Option<Date>,
    /// Those with this mailbox, however it is spelled.
    pub email: Option<EmailAddress>,
    /// Those with this text in their name, whatever its case and accents.
    pub name: Option<String>,
}

impl PersonFilter {
    const fn looks_at_roles(&self) -> bool {
        self.role.is_some()
            || self.municipality.is_some()
            || self.organisation.is_some()
            || self.on.is_some()
    }

    /// The municipalities that the role can be held with; `None` for any body.
    fn codes(&self, scope: &Scope) -> Option<Vec<MunicipalityCode>> {
        match (scope.codes(), self.municipality) {
            (None, None) => None,
            (None, Some(code)) => Some(vec![code]),
            (Some(codes), None) => Some(codes.to_vec()),
            (Some(codes), Some(code)) => {
                Some(codes.iter().copied().filter(|own| *own == code).collect())
            }
        }
    }
}

/// The first and last days that both databases can compare with.
const FIRST_DAY: Date = jiff::civil::date(1, 1, 1);
const LAST_DAY: Date = jiff::civil::date(9999, 12, 31);

/// The holders of the role that a filter describes, without its municipality and organisation.
/// A macro, since neither a boxed subselect nor a name for its type is to be had on a
/// connection to either database.
macro_rules! holders {
    ($filter:expr) => {
        person_roles::table
            .select(person_roles::person)
            .filter(
                person_roles::role.eq_any(
                    $filter
                        .role
                        .map_or_else(|| PersonRole::ALL.to_vec(), |role| vec![role]),
                ),
            )
            .filter(person_roles::valid_from.le(On($filter.on.unwrap_or(LAST_DAY))))
            .filter(
                person_roles::valid_until
                    .is_null()
                    .or(person_roles::valid_until.ge(On($filter.on.unwrap_or(FIRST_DAY)))),
            )
    };
}

/// One person, erased ones included.
pub fn find(conn: &mut DbConn, scope: &Scope, id: PersonId) -> DbResult<Option<Person>> {
    Ok(find_many(conn, scope, &[id])?.pop())
}

/// Those of `ids` that there are and that `scope` sees, in no order.
pub fn find_many(conn: &mut DbConn, scope: &Scope, ids: &[PersonId]) -> DbResult<Vec<Person>> {
    let mut query = people::table
        .filter(people::id.eq_any(ids.to_vec()))
        .select(PersonRow::as_select())
        .into_boxed();
    if let Some(codes) = scope.codes() {
        let seen = person_roles::table
            .select(person_roles::person)
            .filter(person_roles::municipality.eq_any(codes.to_vec()));
        query = query.filter(people::id.eq_any(seen));
    }
    let rows = query.load(conn)?;
    Ok(rows.into_iter().map(Person::from).collect())
}

/// The people that `scope` sees, oldest first. A list that looks for a name leaves out the
/// erased, who have none.
pub fn list(
    conn: &mut DbConn,
    scope: &Scope,
    filter: &PersonFilter,
    page: &PageSpec,
) -> DbResult<Paged<Person>> {
    let mut query = people::table
        .select(PersonRow::as_select())
        .limit(page.fetch())
        .into_boxed();
    let codes = filter.codes(scope);
    if let Some(organisation) = filter.organisation {
        // A role has one body: nobody holds one with an organisation and a municipality.
        if codes.is_some() {
            return Ok(page.finish(Vec::new(), position));
        }
        let here = holders!(filter).filter(person_roles::organisation.eq(organisation));
        query = query.filter(people::id.eq_any(here));
    } else if let Some(codes) = codes {
        let here = holders!(filter).filter(person_roles::municipality.eq_any(codes));
        query = query.filter(people::id.eq_any(here));
    } else if filter.looks_at_roles() {
        query = query.filter(people::id.eq_any(holders!(filter)));
    }
    if let Some(email) = &filter.email {
        query = query.filter(people::email_key.eq(email.key()));
    }
    if let Some(name) = &filter.name {
        let pattern = containing(&name_key(name));
        query = query
            .filter(people::name_key.like(pattern).escape('\\'))
            .filter(people::erased_at.is_null());
    }
    query = turn_to!(query, page, oldest_first(people::created_at, people::id));
    let rows = query.load(conn)?.into_iter().map(Person::from).collect();
    Ok(page.finish(rows, position))
}

fn position(person: &Person) -> Position {
    Position {
        at: person.created_at,
        id: person.id.0,
    }
}

/// The roles that a person holds on a day, oldest first.
pub fn roles_of(conn: &mut DbConn, person: PersonId, on: Date) -> DbResult<Vec<HeldRole>> {
    let roles = roles_of_many(conn, &Scope::Institute, &[person])?;
    Ok(roles.into_iter().filter(|held| held.held_on(on)).collect())
}

/// Every role, past and coming ones included, that `scope` sees of these people: by first day
/// and id.
pub fn roles_of_many(
    conn: &mut DbConn,
    scope: &Scope,
    people: &[PersonId],
) -> DbResult<Vec<HeldRole>> {
    let mut query = person_roles::table
        .filter(person_roles::person.eq_any(people.to_vec()))
        .order((person_roles::valid_from.asc(), person_roles::id.asc()))
        .select(RoleRow::as_select())
        .into_boxed();
    if let Some(codes) = scope.codes() {
        query = query.filter(person_roles::municipality.eq_any(codes.to_vec()));
    }
    let rows = query.load(conn)?;
    Ok(rows.into_iter().map(HeldRole::from).collect())
}

/// Whether a person holds a role with one of these municipalities on a day.
pub fn holds_role_at(
    conn: &mut DbConn,
    person: PersonId,
    codes: &[MunicipalityCode],
    on: Date,
) -> DbResult<bool> {
    let roles = roles_of(conn, person, on)?;
    Ok(roles
        .iter()
        .any(|held| held.municipality.is_some_and(|code| codes.contains(&code))))
}

pub(super) fn insert(conn: &mut DbConn, person: &Person) -> DbResult<()> {
    diesel::insert_into(people::table)
        .values((
            people::id.eq(person.id),
            people::version.eq(person.version),
            people::name.eq(&person.name),
            people::name_key.eq(name_key(&person.name)),
            people::email.eq(person.email.as_ref()),
            people::email_key.eq(person.email.as_ref().map(EmailAddress::key)),
            people::phone.eq(person.phone.as_deref()),
            people::language.eq(person.language),
            people::created_at.eq(At(person.created_at)),
            people::updated_at.eq(At(person.updated_at)),
            people::erased_at.eq(person.erased_at.map(At)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores what changed, on top of version `from`.
pub(super) fn update(conn: &mut DbConn, from: i64, person: &Person) -> DbResult<()> {
    let changed = diesel::update(
        people::table
            .find(person.id)
            .filter(people::version.eq(from)),
    )
    .set((
        people::version.eq(person.version),
        people::name.eq(&person.name),
        people::name_key.eq(name_key(&person.name)),
        people::email.eq(person.email.as_ref()),
        people::email_key.eq(person.email.as_ref().map(EmailAddress::key)),
        people::phone.eq(person.phone.as_deref()),
        people::language.eq(person.language),
        people::updated_at.eq(At(person.updated_at)),
    ))
    .execute(conn)?;
    one_row(changed)
}

pub(super) fn insert_role(conn: &mut DbConn, held: &HeldRole, now: Timestamp) -> DbResult<()> {
    diesel::insert_into(person_roles::table)
        .values((
            person_roles::id.eq(held.id),
            person_roles::person.eq(held.person),
            person_roles::role.eq(held.role),
            person_roles::municipality.eq(held.municipality),
            person_roles::organisation.eq(held.organisation),
            person_roles::valid_from.eq(On(held.valid_from)),
            person_roles::valid_until.eq(held.valid_until.map(On)),
            person_roles::created_at.eq(At(now)),
        ))
        .execute(conn)?;
    Ok(())
}

pub(super) fn end_role(conn: &mut DbConn, id: PersonRoleId, until: Date) -> DbResult<()> {
    let changed = diesel::update(person_roles::table.find(id))
        .set(person_roles::valid_until.eq(On(until)))
        .execute(conn)?;
    one_row(changed)
}
