//! SQL on programmes, their versions, contact persons and partners. The catalogue is open to
//! every caller, so nothing here is bounded by a scope; contact persons are shown to all.

use diesel::prelude::*;

use super::{Origin, Programme, ProgrammeVersion};
use crate::catalogue::{BilingualText, ProgrammeContent};
use crate::db::columns::At;
use crate::db::schema::{programme_contacts, programme_partners, programme_versions, programmes};
use crate::db::{DbConn, DbError, DbResult, one_row};
use crate::ids::{OrganisationId, PersonId, ProgrammeVersionId};
use crate::paging::{PageSpec, Paged, Seek};
use crate::words::Slug;

#[derive(Queryable, Selectable)]
#[diesel(table_name = programmes)]
struct ProgrammeRow {
    slug: Slug,
    version: i64,
    current_number: i32,
    open: bool,
    created_at: At,
    updated_at: At,
}

impl From<ProgrammeRow> for Programme {
    fn from(row: ProgrammeRow) -> Self {
        Self {
            slug: row.slug,
            version: row.version,
            current_number: row.current_number,
            open: row.open,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = programme_versions)]
struct VersionRow {
    id: ProgrammeVersionId,
    programme: Slug,
    number: i32,
    origin: Origin,
    content: String,
    published_at: At,
}

impl TryFrom<VersionRow> for ProgrammeVersion {
    type Error = DbError;

    fn try_from(row: VersionRow) -> DbResult<Self> {
        Ok(Self {
            id: row.id,
            programme: row.programme,
            number: row.number,
            origin: row.origin,
            content: read_content(&row.content)?,
            published_at: row.published_at.0,
        })
    }
}

fn read_content(stored: &str) -> DbResult<ProgrammeContent> {
    serde_json::from_str(stored).map_err(|_| DbError::Corrupt {
        what: "programme version",
    })
}

/// A programme and its current version.
pub type WithVersion = (Programme, ProgrammeVersion);

/// The programmes with their current versions, in order of slug.
pub fn list(
    conn: &mut DbConn,
    open: Option<bool>,
    page: &PageSpec<String>,
) -> DbResult<Paged<WithVersion, String>> {
    let mut query = programmes::table
        .inner_join(
            programme_versions::table.on(programme_versions::programme
                .eq(programmes::slug)
                .and(programme_versions::number.eq(programmes::current_number))),
        )
        .select((ProgrammeRow::as_select(), VersionRow::as_select()))
        .limit(page.fetch())
        .into_boxed();
    if let Some(open) = open {
        query = query.filter(programmes::open.eq(open));
    }
    query = if page.backwards() {
        query.order(programmes::slug.desc())
    } else {
        query.order(programmes::slug.asc())
    };
    match &page.seek {
        Seek::Start => {}
        Seek::After(slug) => query = query.filter(programmes::slug.gt(slug.clone())),
        Seek::Before(slug) => query = query.filter(programmes::slug.lt(slug.clone())),
    }
    let rows = query
        .load::<(ProgrammeRow, VersionRow)>(conn)?
        .into_iter()
        .map(|(programme, version)| Ok((programme.into(), version.try_into()?)))
        .collect::<DbResult<_>>()?;
    Ok(page.finish(rows, |(programme, _): &WithVersion| {
        programme.slug.to_string()
    }))
}

/// One programme.
pub fn find(conn: &mut DbConn, slug: &Slug) -> DbResult<Option<Programme>> {
    let row = programmes::table
        .find(slug)
        .select(ProgrammeRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Programme::from))
}

/// The number and content that new intakes are made under; `None` for no such programme.
pub fn current_content(
    conn: &mut DbConn,
    slug: &Slug,
) -> DbResult<Option<(i32, ProgrammeContent)>> {
    let row: Option<(i32, String)> = programmes::table
        .inner_join(
            programme_versions::table.on(programme_versions::programme
                .eq(programmes::slug)
                .and(programme_versions::number.eq(programmes::current_number))),
        )
        .filter(programmes::slug.eq(slug))
        .select((programme_versions::number, programme_versions::content))
        .first(conn)
        .optional()?;
    row.map(|(number, content)| Ok((number, read_content(&content)?)))
        .transpose()
}

/// The content of one version.
pub fn content(conn: &mut DbConn, slug: &Slug, number: i32) -> DbResult<Option<ProgrammeContent>> {
    Ok(version(conn, slug, number)?.map(|version| version.content))
}

/// One version.
pub fn version(conn: &mut DbConn, slug: &Slug, number: i32) -> DbResult<Option<ProgrammeVersion>> {
    programme_versions::table
        .filter(programme_versions::programme.eq(slug))
        .filter(programme_versions::number.eq(number))
        .select(VersionRow::as_select())
        .first(conn)
        .optional()?
        .map(ProgrammeVersion::try_from)
        .transpose()
}

/// What programmes are called in these versions of theirs. Costs one query.
pub fn names_of(
    conn: &mut DbConn,
    versions: &[(Slug, i32)],
) -> DbResult<Vec<((Slug, i32), BilingualText)>> {
    let contents = contents_of(conn, versions)?.into_iter();
    Ok(contents
        .map(|(version, content)| (version, content.name))
        .collect())
}

/// The content of these versions. Costs one query.
pub fn contents_of(
    conn: &mut DbConn,
    versions: &[(Slug, i32)],
) -> DbResult<Vec<((Slug, i32), ProgrammeContent)>> {
    let slugs: Vec<Slug> = versions.iter().map(|(slug, _)| slug.clone()).collect();
    let numbers: Vec<i32> = versions.iter().map(|(_, number)| *number).collect();
    let rows: Vec<(Slug, i32, String)> = programme_versions::table
        .filter(programme_versions::programme.eq_any(slugs))
        .filter(programme_versions::number.eq_any(numbers))
        .select((
            programme_versions::programme,
            programme_versions::number,
            programme_versions::content,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(slug, number, content)| ((slug, number), content))
        .filter(|(version, _)| versions.contains(version))
        .map(|(version, content)| Ok((version, read_content(&content)?)))
        .collect()
}

/// The versions of a programme, newest first.
pub fn versions(
    conn: &mut DbConn,
    slug: &Slug,
    page: &PageSpec<i64>,
) -> DbResult<Paged<ProgrammeVersion, i64>> {
    let mut query = programme_versions::table
        .filter(programme_versions::programme.eq(slug))
        .limit(page.fetch())
        .select(VersionRow::as_select())
        .into_boxed();
    query = if page.backwards() {
        query.order(programme_versions::number.asc())
    } else {
        query.order(programme_versions::number.desc())
    };
    // A number past what can be stored comes from no cursor of ours, and finds nothing.
    let number = |key: i64| i32::try_from(key).unwrap_or_default();
    match page.seek {
        Seek::Start => {}
        Seek::After(key) => query = query.filter(programme_versions::number.lt(number(key))),
        Seek::Before(key) => query = query.filter(programme_versions::number.gt(number(key))),
    }
    let rows = query
        .load(conn)?
        .into_iter()
        .map(ProgrammeVersion::try_from)
        .collect::<DbResult<_>>()?;
    Ok(page.finish(rows, |version: &ProgrammeVersion| i64::from(version.number)))
}

/// The contact persons of these programmes (P2), in the order given to them.
pub fn contacts(conn: &mut DbConn, slugs: &[Slug]) -> DbResult<Vec<(Slug, PersonId)>> {
    Ok(programme_contacts::table
        .filter(programme_contacts::programme.eq_any(slugs.to_vec()))
        .order((
            programme_contacts::programme.asc(),
            programme_contacts::position.asc(),
        ))
        .select((programme_contacts::programme, programme_contacts::person))
        .load(conn)?)
}

/// The contact persons of all programmes.
pub fn all_contacts(conn: &mut DbConn) -> DbResult<Vec<(Slug, PersonId)>> {
    Ok(programme_contacts::table
        .order((programme_contacts::person, programme_contacts::programme))
        .select((programme_contacts::programme, programme_contacts::person))
        .load(conn)?)
}

/// The programmes of which somebody is a contact person.
pub fn run_by(conn: &mut DbConn, person: PersonId) -> DbResult<Vec<Slug>> {
    Ok(programme_contacts::table
        .filter(programme_contacts::person.eq(person))
        .order(programme_contacts::programme)
        .select(programme_contacts::programme)
        .load(conn)?)
}

/// The organisations that these programmes are run jointly with (P2), in the order given.
pub fn partners(conn: &mut DbConn, slugs: &[Slug]) -> DbResult<Vec<(Slug, OrganisationId)>> {
    Ok(programme_partners::table
        .filter(programme_partners::programme.eq_any(slugs.to_vec()))
        .order((
            programme_partners::programme.asc(),
            programme_partners::position.asc(),
        ))
        .select((
            programme_partners::programme,
            programme_partners::organisation,
        ))
        .load(conn)?)
}

pub(super) fn insert(conn: &mut DbConn, programme: &Programme) -> DbResult<()> {
    diesel::insert_into(programmes::table)
        .values((
            programmes::slug.eq(&programme.slug),
            programmes::version.eq(programme.version),
            programmes::current_number.eq(programme.current_number),
            programmes::open.eq(programme.open),
            programmes::created_at.eq(At(programme.created_at)),
            programmes::updated_at.eq(At(programme.updated_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores what changed, on top of version `from`.
pub(super) fn update(conn: &mut DbConn, from: i64, programme: &Programme) -> DbResult<()> {
    let changed = diesel::update(
        programmes::table
            .find(&programme.slug)
            .filter(programmes::version.eq(from)),
    )
    .set((
        programmes::version.eq(programme.version),
        programmes::current_number.eq(programme.current_number),
        programmes::open.eq(programme.open),
        programmes::updated_at.eq(At(programme.updated_at)),
    ))
    .execute(conn)?;
    one_row(changed)
}

pub(super) fn insert_version(conn: &mut DbConn, version: &ProgrammeVersion) -> DbResult<()> {
    let content = serde_json::to_string(&version.content).map_err(|_| DbError::Corrupt {
        what: "programme version",
    })?;
    diesel::insert_into(programme_versions::table)
        .values((
            programme_versions::id.eq(version.id),
            programme_versions::programme.eq(&version.programme),
            programme_versions::number.eq(version.number),
            programme_versions::origin.eq(version.origin),
            programme_versions::content.eq(content),
            programme_versions::published_at.eq(At(version.published_at)),
        ))
        .execute(conn)?;
    Ok(())
}

pub(super) fn set_contacts(conn: &mut DbConn, slug: &Slug, people: &[PersonId]) -> DbResult<()> {
    diesel::delete(programme_contacts::table.filter(programme_contacts::programme.eq(slug)))
        .execute(conn)?;
    for (position, person) in (0_i32..).zip(people) {
        diesel::insert_into(programme_contacts::table)
            .values((
                programme_contacts::programme.eq(slug),
                programme_contacts::person.eq(person),
                programme_contacts::position.eq(position),
            ))
            .execute(conn)?;
    }
    Ok(())
}

pub(super) fn set_partners(
    conn: &mut DbConn,
    slug: &Slug,
    organisations: &[OrganisationId],
) -> DbResult<()> {
    diesel::delete(programme_partners::table.filter(programme_partners::programme.eq(slug)))
        .execute(conn)?;
    for (position, organisation) in (0_i32..).zip(organisations) {
        diesel::insert_into(programme_partners::table)
            .values((
                programme_partners::programme.eq(slug),
                programme_partners::organisation.eq(organisation),
                programme_partners::position.eq(position),
            ))
            .execute(conn)?;
    }
    Ok(())
}
