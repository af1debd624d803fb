//! Cases of municipalities: intakes, their talks and assessments, offers and end products.

use std::collections::{BTreeSet, HashMap};

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use jiff::Timestamp;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::{Asked, DigestLine, DigestSection, DigestTopic, MOST_LINES, within, words};
use crate::assessments::queries::FactKind;
use crate::catalogue::words::{MeetingKind, PartyKind, TalkKind};
use crate::db::columns::{At, On};
use crate::db::schema::{assessment_facts, assessments, intakes, meetings, offers, trajectories};
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::{IntakeId, MeetingId, OfferId, TrajectoryId};
use crate::intakes::IntakeStatus;
use crate::meetings::MeetingStatus;
use crate::offers::OfferStatus;
use crate::programmes;
use crate::trajectories::TrajectoryStatus;
use crate::words::{MunicipalityCode, Slug};

/// How many days before its last day an offer is told of.
const OFFER_AHEAD: i64 = 7;
/// How many days before its last day an end product is told of.
const END_PRODUCT_AHEAD: i64 = 28;

/// An intake that waits for the institute.
struct Waiting {
    id: IntakeId,
    municipality: MunicipalityCode,
    reference: Option<String>,
    status: IntakeStatus,
    since: Option<Timestamp>,
}

type WaitingRow = (
    IntakeId,
    MunicipalityCode,
    Option<String>,
    IntakeStatus,
    Option<At>,
    Option<At>,
);

pub(super) fn overdue_intakes(conn: &mut DbConn, asked: &Asked<'_>) -> DbResult<DigestSection> {
    let limits = asked.limits;
    let long_submitted = intakes::status
        .eq(IntakeStatus::Submitted)
        .and(intakes::submitted_at.le(At(asked.days_ago(limits.submitted))));
    let begun = assessments::table
        .filter(assessments::created_at.le(At(asked.days_ago(limits.assessing))))
        .select(assessments::intake);
    let long_assessing = intakes::status
        .eq(IntakeStatus::Assessing)
        .and(intakes::id.eq_any(begun));
    let on_offer = offers::table
        .filter(offers::intake.eq(intakes::id))
        .filter(offers::status.eq_any([OfferStatus::Sent, OfferStatus::Accepted]));
    let long_matched = intakes::status
        .eq(IntakeStatus::Matched)
        .and(intakes::matched_at.le(At(asked.days_ago(limits.matched))))
        .and(not(exists(on_offer)));
    let overdue = long_submitted.or(long_assessing).or(long_matched);
    let query = || within!(intakes::table, intakes::programme, asked).filter(overdue.clone());
    let count: i64 = query().count().get_result(conn)?;
    let rows: Vec<WaitingRow> = query()
        .order((intakes::submitted_at, intakes::id))
        .limit(MOST_LINES)
        .select((
            intakes::id,
            intakes::municipality,
            intakes::external_reference,
            intakes::status,
            intakes::submitted_at,
            intakes::matched_at,
        ))
        .load(conn)?;
    let lines = rows.into_iter().map(|row| {
        let (id, municipality, reference, status, submitted_at, matched_at) = row;
        let since = if status == IntakeStatus::Matched {
            matched_at
        } else {
            submitted_at
        };
        intake_line(
            asked,
            &Waiting {
                id,
                municipality,
                reference,
                status,
                since: since.map(Timestamp::from),
            },
        )
    });
    Ok(DigestSection {
        topic: DigestTopic::OverdueIntakes,
        count,
        lines: lines.collect(),
    })
}

fn intake_line(asked: &Asked<'_>, intake: &Waiting) -> DigestLine {
    let case = words::case(
        &asked.name(intake.municipality),
        intake.reference.as_deref(),
    );
    let days = intake.since.map_or(0, |since| asked.days_since(since));
    let step = match intake.status {
        IntakeStatus::Assessing => "/assessment",
        IntakeStatus::Matched => "/offers",
        IntakeStatus::Draft
        | IntakeStatus::Submitted
        | IntakeStatus::TalkPlanned
        | IntakeStatus::Waitlisted
        | IntakeStatus::Referred
        | IntakeStatus::Declined
        | IntakeStatus::Started
        | IntakeStatus::Withdrawn => "",
    };
    DigestLine {
        subject: Some(("intake", intake.id.0)),
        stands_for: 1,
        text: words::overdue(&case, intake.status, days),
        path: format!("/intakes/{}{step}", intake.id),
        share: None,
    }
}

pub(super) fn talks_without_outcome(
    conn: &mut DbConn,
    asked: &Asked<'_>,
) -> DbResult<DigestSection> {
    let talks: Vec<MeetingKind> = TalkKind::ALL.iter().map(|it| it.meeting_kind()).collect();
    let query = || {
        within!(meetings::table, meetings::programme, asked)
            .filter(meetings::status.eq(MeetingStatus::Scheduled))
            .filter(meetings::kind.eq_any(talks.clone()))
            .filter(meetings::ends_at.lt(At(asked.now.at)))
    };
    let count: i64 = query().count().get_result(conn)?;
    let rows: Vec<(MeetingId, MeetingKind, Option<MunicipalityCode>, At)> = query()
        .order((meetings::ends_at, meetings::id))
        .limit(MOST_LINES)
        .select((
            meetings::id,
            meetings::kind,
            meetings::municipality,
            meetings::starts_at,
        ))
        .load(conn)?;
    let lines = rows.into_iter().map(|(id, kind, municipality, starts_at)| {
        let whose = municipality.map(|code| asked.name(code));
        DigestLine {
            subject: Some(("meeting", id.0)),
            stands_for: 1,
            text: words::no_outcome(kind, whose.as_deref(), asked.day_of(starts_at.0)),
            path: format!("/meetings/{id}"),
            share: None,
        }
    });
    Ok(DigestSection {
        topic: DigestTopic::TalksWithoutOutcome,
        count,
        lines: lines.collect(),
    })
}

/// The parties that the programme asks for and that no fact of the assessment names. All intakes
/// that are being assessed are read, since which parties are asked is in the programmes' content.
pub(super) fn parties_not_heard(conn: &mut DbConn, asked: &Asked<'_>) -> DbResult<DigestSection> {
    type Row = (IntakeId, MunicipalityCode, Option<String>, Slug, i32);
    let rows: Vec<Row> = within!(intakes::table, intakes::programme, asked)
        .filter(intakes::status.eq(IntakeStatus::Assessing))
        .order((intakes::submitted_at, intakes::id))
        .select((
            intakes::id,
            intakes::municipality,
            intakes::external_reference,
            intakes::programme,
            intakes::programme_number,
        ))
        .load(conn)?;
    let assessed = intakes::table
        .filter(intakes::status.eq(IntakeStatus::Assessing))
        .select(intakes::id);
    let facts: Vec<(IntakeId, String)> = assessment_facts::table
        .filter(assessment_facts::kind.eq(FactKind::Heard))
        .filter(assessment_facts::intake.eq_any(assessed))
        .select((assessment_facts::intake, assessment_facts::key))
        .load(conn)?;
    let mut heard: HashMap<IntakeId, BTreeSet<PartyKind>> = HashMap::new();
    for (intake, key) in facts {
        let kind = key
            .parse()
            .map_err(|_| DbError::Corrupt { what: "assessment" })?;
        heard.entry(intake).or_default().insert(kind);
    }
    let versions: BTreeSet<(Slug, i32)> = (rows
        .iter()
        .map(|(.., slug, number)| (slug.clone(), *number)))
    .collect();
    let versions: Vec<(Slug, i32)> = versions.into_iter().collect();
    let contents: HashMap<_, _> = (programmes::queries::contents_of(conn, &versions)?)
        .into_iter()
        .collect();
    let lines = rows
        .into_iter()
        .filter_map(|(id, code, reference, slug, number)| {
            let content = contents.get(&(slug, number))?;
            let known = heard.get(&id);
            let missing: Vec<PartyKind> = (content.required_parties.iter().copied())
                .filter(|kind| !known.is_some_and(|known| known.contains(kind)))
                .collect();
            let case = words::case(&asked.name(code), reference.as_deref());
            (!missing.is_empty()).then(|| DigestLine {
                subject: Some(("intake", id.0)),
                stands_for: 1,
                text: words::not_heard(&case, &missing),
                path: format!("/intakes/{id}/assessment"),
                share: None,
            })
        });
    let mut lines: Vec<DigestLine> = lines.collect();
    let count = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    lines.truncate(usize::try_from(MOST_LINES).unwrap_or(usize::MAX));
    Ok(DigestSection {
        topic: DigestTopic::PartiesNotHeard,
        count,
        lines,
    })
}

pub(super) fn offers_expiring(conn: &mut DbConn, asked: &Asked<'_>) -> DbResult<DigestSection> {
    let horizon = asked.now.today.saturating_add(OFFER_AHEAD.days());
    let query = || {
        within!(offers::table, offers::programme, asked)
            .filter(offers::status.eq(OfferStatus::Sent))
            .filter(offers::valid_until_on.le(On(horizon)))
    };
    let count: i64 = query().count().get_result(conn)?;
    let rows: Vec<(OfferId, MunicipalityCode, i32, Option<On>)> = query()
        .order((offers::valid_until_on, offers::id))
        .limit(MOST_LINES)
        .select((
            offers::id,
            offers::municipality,
            offers::number,
            offers::valid_until_on,
        ))
        .load(conn)?;
    let lines = rows.into_iter().map(|(id, code, number, last)| DigestLine {
        subject: Some(("offer", id.0)),
        stands_for: 1,
        text: words::expiring(
            &asked.name(code),
            number,
            last.map_or(asked.now.today, Date::from),
        ),
        path: format!("/offers/{id}"),
        share: None,
    });
    Ok(DigestSection {
        topic: DigestTopic::OffersExpiring,
        count,
        lines: lines.collect(),
    })
}

pub(super) fn end_products_due(conn: &mut DbConn, asked: &Asked<'_>) -> DbResult<DigestSection> {
    let horizon = asked.now.today.saturating_add(END_PRODUCT_AHEAD.days());
    let query = || {
        within!(trajectories::table, trajectories::programme, asked)
            .filter(trajectories::status.eq(TrajectoryStatus::Running))
            .filter(trajectories::end_product_item.is_null())
            .filter(trajectories::end_product_due_on.le(On(horizon)))
    };
    let count: i64 = query().count().get_result(conn)?;
    let rows: Vec<(TrajectoryId, MunicipalityCode, Option<On>)> = query()
        .order((trajectories::end_product_due_on, trajectories::id))
        .limit(MOST_LINES)
        .select((
            trajectories::id,
            trajectories::municipality,
            trajectories::end_product_due_on,
        ))
        .load(conn)?;
    let lines = rows.into_iter().map(|(id, code, due_on)| {
        let due_on = due_on.map_or(asked.now.today, Date::from);
        DigestLine {
            subject: Some(("trajectory", id.0)),
            stands_for: 1,
            text: words::end_product(&asked.name(code), due_on, due_on < asked.now.today),
            path: format!("/trajectories/{id}"),
            share: None,
        }
    });
    Ok(DigestSection {
        topic: DigestTopic::EndProductsDue,
        count,
        lines: lines.collect(),
    })
}
