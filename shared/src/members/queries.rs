//! Every statement on members. What somebody may see is a matter of [`Audience`], not of whose
//! rows they are: members belong to the institute.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{Audience, Member, MemberStatus, Profile, Visibilities, Visibility};
use crate::candidacies::{CandidateKind, Employer};
use crate::db::columns::{At, On};
use crate::db::schema::{member_topics, members, municipalities};
use crate::db::{DbConn, DbResult, one_row};
use crate::ids::{CandidacyId, CohortId, MemberId, OrganisationId, PersonId};
use crate::paging::{PageSpec, Paged, Position, turn_to};
use crate::words::{MunicipalityCode, Slug};

#[derive(Queryable, Selectable)]
#[diesel(table_name = members)]
struct MemberRow {
    id: MemberId,
    version: i64,
    status: MemberStatus,
    person: PersonId,
    cohort: CohortId,
    candidacy: Option<CandidacyId>,
    kind: CandidateKind,
    municipality: Option<MunicipalityCode>,
    organisation: Option<OrganisationId>,
    consent_review_since: Option<At>,
    hours_per_month: Option<i32>,
    availability: Option<String>,
    introduction: Option<String>,
    profile_visibility: Visibility,
    employer_visibility: Visibility,
    expertise_visibility: Visibility,
    contact_visibility: Visibility,
    paused_until_on: Option<On>,
    status_reason: Option<String>,
    joined_at: At,
    left_at: Option<At>,
    created_at: At,
    updated_at: At,
}

impl From<MemberRow> for Member {
    fn from(row: MemberRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            status: row.status,
            person: row.person,
            cohort: row.cohort,
            candidacy: row.candidacy,
            kind: row.kind,
            employer: Employer::from_parts(row.municipality, row.organisation),
            consent_review_since: row.consent_review_since.map(Timestamp::from),
            profile: Profile {
                hours_per_month: row.hours_per_month,
                availability: row.availability,
                introduction: row.introduction,
            },
            visible: Visibilities {
                profile: row.profile_visibility,
                employer: row.employer_visibility,
                expertise: row.expertise_visibility,
                contact: row.contact_visibility,
            },
            paused_until_on: row.paused_until_on.map(Date::from),
            status_reason: row.status_reason,
            joined_at: row.joined_at.0,
            left_at: row.left_at.map(Timestamp::from),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

/// Which members a list holds.
#[derive(Debug, Clone, Default)]
pub struct MemberFilter {
    /// Only those in this state.
    pub status: Option<MemberStatus>,
    /// Only those of this cohort.
    pub cohort: Option<CohortId>,
    /// Only those of this kind.
    pub kind: Option<CandidateKind>,
    /// Only those who know this theme, as far as their expertise is seen.
    pub theme: Option<Slug>,
    /// Only those who await (or do not await) the consent of a new employer.
    pub consent_review: Option<bool>,
}

/// One member, whoever looks.
pub fn find(conn: &mut DbConn, id: MemberId) -> DbResult<Option<Member>> {
    let row = members::table
        .find(id)
        .select(MemberRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Member::from))
}

/// One member, if `audience` sees them.
pub fn seen(conn: &mut DbConn, audience: Audience, id: MemberId) -> DbResult<Option<Member>> {
    let member = find(conn, id)?;
    Ok(member.filter(|member| audience.sees_part(member, super::Part::Profile)))
}

/// The membership of a person that has not ended; there is one at most.
pub fn open_of(conn: &mut DbConn, person: PersonId) -> DbResult<Option<Member>> {
    let row = members::table
        .filter(members::person.eq(person))
        .filter(members::status.ne(MemberStatus::Left))
        .select(MemberRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Member::from))
}

/// The memberships of these people that have not ended, in no order.
pub fn of_people(conn: &mut DbConn, people: &[PersonId]) -> DbResult<Vec<Member>> {
    let rows = members::table
        .filter(members::person.eq_any(people.to_vec()))
        .filter(members::status.ne(MemberStatus::Left))
        .select(MemberRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Member::from).collect())
}

/// A page of the members whom `audience` sees, oldest first.
pub fn list(
    conn: &mut DbConn,
    audience: Audience,
    filter: &MemberFilter,
    page: &PageSpec,
) -> DbResult<Paged<Member>> {
    let mut query = members::table
        .select(MemberRow::as_select())
        .limit(page.fetch())
        .into_boxed();
    let own = match audience {
        Audience::Municipalities { member } => member,
        Audience::Public | Audience::Staff => None,
    };
    if audience != Audience::Staff {
        let shown = members::profile_visibility
            .eq_any(audience.seen())
            .and(members::status.ne(MemberStatus::Left));
        query = match own {
            Some(person) => query.filter(shown.or(members::person.eq(person))),
            None => query.filter(shown),
        };
    }
    if let Some(status) = filter.status {
        query = query.filter(members::status.eq(status));
    }
    if let Some(cohort) = filter.cohort {
        query = query.filter(members::cohort.eq(cohort));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(members::kind.eq(kind));
    }
    if let Some(awaited) = filter.consent_review {
        query = if awaited {
            query.filter(members::consent_review_since.is_not_null())
        } else {
            query.filter(members::consent_review_since.is_null())
        };
    }
    if let Some(theme) = &filter.theme {
        let knowing = member_topics::table
            .filter(member_topics::kind.eq("expertise"))
            .filter(member_topics::theme.eq(theme.clone()))
            .select(member_topics::member);
        query = query.filter(members::id.eq_any(knowing));
        if audience != Audience::Staff {
            // Else the filter would tell what the profile does not.
            let shown = members::expertise_visibility.eq_any(audience.seen());
            query = match own {
                Some(person) => query.filter(shown.or(members::person.eq(person))),
                None => query.filter(shown),
            };
        }
    }
    query = turn_to!(query, page, oldest_first(members::created_at, members::id));
    let rows = query.load(conn)?.into_iter().map(Member::from).collect();
    Ok(page.finish(rows, |member: &Member| Position {
        at: member.created_at,
        id: member.id.0,
    }))
}

/// The paused members whose last day of pause is over on `today`; at most `limit`.
pub(super) fn pauses_over(conn: &mut DbConn, today: Date, limit: i64) -> DbResult<Vec<Member>> {
    let rows = members::table
        .filter(members::status.eq(MemberStatus::Paused))
        .filter(members::paused_until_on.lt(On(today)))
        .order(members::id)
        .limit(limit)
        .select(MemberRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Member::from).collect())
}

/// How the members of a cohort are spread (N1); those who left do not count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spread {
    /// How many there are.
    pub members: i64,
    /// Per province of their employer, every province of the list included.
    pub provinces: Vec<(String, i64)>,
    /// Those whose employer is no municipality.
    pub without_province: i64,
    /// Per kind, every kind included.
    pub kinds: Vec<(CandidateKind, i64)>,
}

/// The spread of each of these cohorts.
pub fn spreads(conn: &mut DbConn, cohorts: &[CohortId]) -> DbResult<HashMap<CohortId, Spread>> {
    type Row = (CohortId, Option<MunicipalityCode>, CandidateKind, i64);
    let rows: Vec<Row> = members::table
        .filter(members::cohort.eq_any(cohorts.to_vec()))
        .filter(members::status.ne(MemberStatus::Left))
        .group_by((members::cohort, members::municipality, members::kind))
        .select((
            members::cohort,
            members::municipality,
            members::kind,
            count_star(),
        ))
        .load(conn)?;
    let codes: Vec<MunicipalityCode> = rows.iter().filter_map(|(_, code, ..)| *code).collect();
    let province_of: HashMap<MunicipalityCode, String> = municipalities::table
        .filter(municipalities::code.eq_any(codes))
        .select((municipalities::code, municipalities::province))
        .load::<(MunicipalityCode, String)>(conn)?
        .into_iter()
        .collect();
    let provinces: Vec<String> = municipalities::table
        .filter(municipalities::valid_until.is_null())
        .select(municipalities::province)
        .distinct()
        .order(municipalities::province)
        .load(conn)?;
    let empty = Spread {
        provinces: provinces.into_iter().map(|name| (name, 0)).collect(),
        kinds: CandidateKind::ALL.iter().map(|kind| (*kind, 0)).collect(),
        ..Spread::default()
    };
    let mut spreads: HashMap<CohortId, Spread> =
        cohorts.iter().map(|id| (*id, empty.clone())).collect();
    for (cohort, code, kind, count) in rows {
        let Some(spread) = spreads.get_mut(&cohort) else {
            continue;
        };
        spread.members += count;
        for (_, counted) in spread.kinds.iter_mut().filter(|(name, _)| *name == kind) {
            *counted += count;
        }
        let province = code.and_then(|code| province_of.get(&code));
        let counted = spread
            .provinces
            .iter_mut()
            .find(|(name, _)| Some(name) == province);
        match counted {
            Some((_, counted)) => *counted += count,
            None => spread.without_province += count,
        }
    }
    Ok(spreads)
}

pub(super) fn insert(conn: &mut DbConn, member: &Member) -> DbResult<()> {
    diesel::insert_into(members::table)
        .values((
            members::id.eq(member.id),
            members::version.eq(member.version),
            members::status.eq(member.status),
            members::person.eq(member.person),
            members::cohort.eq(member.cohort),
            members::candidacy.eq(member.candidacy),
            members::kind.eq(member.kind),
            members::municipality.eq(member.employer.and_then(Employer::municipality)),
            members::organisation.eq(member.employer.and_then(Employer::organisation)),
            members::profile_visibility.eq(member.visible.profile),
            members::employer_visibility.eq(member.visible.employer),
            members::expertise_visibility.eq(member.visible.expertise),
            members::contact_visibility.eq(member.visible.contact),
            members::joined_at.eq(At(member.joined_at)),
            members::created_at.eq(At(member.created_at)),
            members::updated_at.eq(At(member.updated_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores a changed member, provided that nobody changed them since they were read.
pub(super) fn update(conn: &mut DbConn, member: Member) -> DbResult<Member> {
    let version = member.version + 1;
    let unchanged = members::table
        .filter(members::id.eq(member.id))
        .filter(members::version.eq(member.version));
    let changed = diesel::update(unchanged)
        .set((
            members::version.eq(version),
            members::status.eq(member.status),
            members::cohort.eq(member.cohort),
            members::kind.eq(member.kind),
            members::municipality.eq(member.employer.and_then(Employer::municipality)),
            members::organisation.eq(member.employer.and_then(Employer::organisation)),
            members::consent_review_since.eq(member.consent_review_since.map(At)),
            members::hours_per_month.eq(member.profile.hours_per_month),
            members::availability.eq(member.profile.availability.as_deref()),
            members::introduction.eq(member.profile.introduction.as_deref()),
            (
                members::profile_visibility.eq(member.visible.profile),
                members::employer_visibility.eq(member.visible.employer),
                members::expertise_visibility.eq(member.visible.expertise),
                members::contact_visibility.eq(member.visible.contact),
            ),
            members::paused_until_on.eq(member.paused_until_on.map(On)),
            members::status_reason.eq(member.status_reason.as_deref()),
            members::left_at.eq(member.left_at.map(At)),
            members::updated_at.eq(At(member.updated_at)),
        ))
        .execute(conn)?;
    one_row(changed)?;
    Ok(Member { version, ..member })
}
