//! SQL on municipalities. The list is public, so nothing here is bounded by a scope.

use diesel::prelude::*;
use jiff::civil::Date;

use super::{InvalidMunicipality, Municipality, Succession, model};
use crate::db::columns::On;
use crate::db::schema::{municipalities, municipality_successors};
use crate::db::{DbConn, DbResult, one_row};
use crate::paging::{PageSpec, Paged, Seek};
use crate::words::MunicipalityCode;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = municipalities)]
struct MunicipalityRow {
    code: MunicipalityCode,
    version: i64,
    name: String,
    province: String,
    valid_from: Option<On>,
    valid_until: Option<On>,
    source: String,
    source_year: i32,
}

impl From<MunicipalityRow> for Municipality {
    fn from(row: MunicipalityRow) -> Self {
        Self {
            code: row.code,
            version: row.version,
            name: row.name,
            province: row.province,
            valid_from: row.valid_from.map(Date::from),
            valid_until: row.valid_until.map(Date::from),
            source: row.source,
            source_year: row.source_year,
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = municipality_successors)]
struct SuccessionRow {
    code: MunicipalityCode,
    successor: MunicipalityCode,
    since_on: On,
}

impl From<SuccessionRow> for Succession {
    fn from(row: SuccessionRow) -> Self {
        Self {
            code: row.code,
            successor: row.successor,
            since: row.since_on.0,
        }
    }
}

/// Which municipalities are listed.
#[derive(Debug, Clone, Default)]
pub struct MunicipalityFilter {
    /// Those of one province, by its exact name.
    pub province: Option<String>,
    /// Those with this text in their name, in the case it is written in or in lower case.
    pub name: Option<String>,
    /// Those that exist on a day.
    pub on: Option<Date>,
}

/// The municipalities in order of code.
pub fn list(
    conn: &mut DbConn,
    filter: &MunicipalityFilter,
    page: &PageSpec<String>,
) -> DbResult<Paged<Municipality, String>> {
    let mut query = municipalities::table
        .select(MunicipalityRow::as_select())
        .limit(page.fetch())
        .into_boxed();
    if let Some(province) = &filter.province {
        query = query.filter(municipalities::province.eq(province.clone()));
    }
    if let Some(name) = &filter.name {
        let pattern = crate::search::containing(&name.to_lowercase());
        query = query.filter(lower(municipalities::name).like(pattern).escape('\\'));
    }
    if let Some(day) = filter.on {
        let from = municipalities::valid_from;
        let until = municipalities::valid_until;
        query = query
            .filter(from.is_null().or(from.le(On(day))))
            .filter(until.is_null().or(until.gt(On(day))));
    }
    query = if page.backwards() {
        query.order(municipalities::code.desc())
    } else {
        query.order(municipalities::code.asc())
    };
    match &page.seek {
        Seek::Start => {}
        Seek::After(code) => query = query.filter(municipalities::code.gt(code.clone())),
        Seek::Before(code) => query = query.filter(municipalities::code.lt(code.clone())),
    }
    let rows = query.load(conn)?;
    let rows = rows.into_iter().map(Municipality::from).collect();
    Ok(page.finish(rows, |it: &Municipality| it.code.to_string()))
}

/// Every municipality there is or was: some hundreds.
pub(super) fn all(conn: &mut DbConn) -> DbResult<Vec<Municipality>> {
    let rows = municipalities::table
        .select(MunicipalityRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Municipality::from).collect())
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// `lower(text)`; on SQLite of ASCII letters only, which the names start with.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// One municipality, also when it ended.
pub fn find(conn: &mut DbConn, code: MunicipalityCode) -> DbResult<Option<Municipality>> {
    let row = municipalities::table
        .find(code)
        .select(MunicipalityRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Municipality::from))
}

/// Those of `codes` that there are, in order of code.
pub fn find_many(conn: &mut DbConn, codes: &[MunicipalityCode]) -> DbResult<Vec<Municipality>> {
    let rows = municipalities::table
        .filter(municipalities::code.eq_any(codes.to_vec()))
        .select(MunicipalityRow::as_select())
        .order(municipalities::code.asc())
        .load(conn)?;
    Ok(rows.into_iter().map(Municipality::from).collect())
}

/// The municipality of `code`, which must exist on the day.
pub fn find_valid(
    conn: &mut DbConn,
    code: MunicipalityCode,
    on: Date,
) -> Result<Municipality, InvalidMunicipality> {
    let municipality = find(conn, code)?.ok_or(InvalidMunicipality::Unknown)?;
    if let Some(until) = municipality.valid_until.filter(|until| *until <= on) {
        let successors = successions_of(conn, &[code])?
            .into_iter()
            .filter(|succession| succession.code == code)
            .map(|succession| succession.successor)
            .collect();
        return Err(InvalidMunicipality::Ended { until, successors });
    }
    if let Some(from) = municipality.valid_from.filter(|from| on < *from) {
        return Err(InvalidMunicipality::NotYet { from });
    }
    Ok(municipality)
}

/// Every succession, in order of code and successor: at most some hundreds.
pub fn successions(conn: &mut DbConn) -> DbResult<Vec<Succession>> {
    let rows = municipality_successors::table
        .select(SuccessionRow::as_select())
        .order((
            municipality_successors::code.asc(),
            municipality_successors::successor.asc(),
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(Succession::from).collect())
}

/// The successions in which one of `codes` ended or began, in order of code and successor.
pub fn successions_of(conn: &mut DbConn, codes: &[MunicipalityCode]) -> DbResult<Vec<Succession>> {
    let rows = municipality_successors::table
        .filter(
            municipality_successors::code
                .eq_any(codes.to_vec())
                .or(municipality_successors::successor.eq_any(codes.to_vec())),
        )
        .select(SuccessionRow::as_select())
        .order((
            municipality_successors::code.asc(),
            municipality_successors::successor.asc(),
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(Succession::from).collect())
}

/// The codes whose rows `code` inherited by a merger on or before `on`, along whole chains.
pub fn predecessors(
    conn: &mut DbConn,
    code: MunicipalityCode,
    on: Date,
) -> DbResult<Vec<MunicipalityCode>> {
    Ok(model::predecessors(&successions(conn)?, code, on))
}

/// The codes under which a role with the municipality of `code` is held on a day: its own, and
/// those of what it merged into.
pub fn codes_today(
    conn: &mut DbConn,
    code: MunicipalityCode,
    on: Date,
) -> DbResult<Vec<MunicipalityCode>> {
    Ok(model::codes_on(&successions(conn)?, code, on))
}

pub(super) fn insert(conn: &mut DbConn, municipality: &Municipality) -> DbResult<()> {
    let row = MunicipalityRow {
        code: municipality.code,
        version: municipality.version,
        name: municipality.name.clone(),
        province: municipality.province.clone(),
        valid_from: municipality.valid_from.map(On),
        valid_until: municipality.valid_until.map(On),
        source: municipality.source.clone(),
        source_year: municipality.source_year,
    };
    diesel::insert_into(municipalities::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

/// Takes name, province and source from a later publication.
pub(super) fn republish(conn: &mut DbConn, municipality: &Municipality) -> DbResult<()> {
    let changed = diesel::update(municipalities::table.find(municipality.code))
        .set((
            municipalities::version.eq(municipalities::version + 1),
            municipalities::name.eq(&municipality.name),
            municipalities::province.eq(&municipality.province),
            municipalities::source.eq(&municipality.source),
            municipalities::source_year.eq(municipality.source_year),
        ))
        .execute(conn)?;
    one_row(changed)
}

pub(super) fn end(
    conn: &mut DbConn,
    code: MunicipalityCode,
    version: i64,
    until: Date,
) -> DbResult<()> {
    let changed = diesel::update(
        municipalities::table
            .find(code)
            .filter(municipalities::version.eq(version)),
    )
    .set((
        municipalities::version.eq(version + 1),
        municipalities::valid_until.eq(On(until)),
    ))
    .execute(conn)?;
    one_row(changed)
}

pub(super) fn insert_succession(conn: &mut DbConn, succession: Succession) -> DbResult<()> {
    diesel::insert_into(municipality_successors::table)
        .values(SuccessionRow {
            code: succession.code,
            successor: succession.successor,
            since_on: On(succession.since),
        })
        .execute(conn)?;
    Ok(())
}
