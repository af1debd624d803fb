//! Every statement on assessments. An assessment is reached through its intake, which the caller
//! was found to see.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{
    Assessment, CoFunding, CriterionValue, Evidenced, Finding, Judgement, Recorded, Settlement,
};
use crate::db::columns::At;
use crate::db::schema::{
    assessment_facts, assessment_findings, assessment_settlements, assessments,
};
use crate::db::{DbConn, DbError, DbResult, one_row};
use crate::ids::{IntakeId, PersonId};
use crate::text_enum;

text_enum! {
    /// What a row of facts is about.
    pub enum FactKind {
        /// A kind of party was heard.
        Heard => "heard",
        /// A support is there.
        Support => "support",
        /// A body committed itself.
        Body => "body",
        /// The municipality committed to a share of the cost.
        CoFunding => "co_funding",
    }
}
crate::text_column!(FactKind);

#[derive(Queryable, Selectable)]
#[diesel(table_name = assessment_facts)]
struct FactRow {
    kind: FactKind,
    key: String,
    evidence: Option<String>,
    percent: Option<i32>,
    given_by: Option<PersonId>,
    recorded_by: String,
    recorded_at: At,
}

/// The assessment of an intake, if it was started.
pub fn find(conn: &mut DbConn, intake: IntakeId) -> DbResult<Option<Assessment>> {
    type Row = (i64, Option<String>, Option<String>, At, At);
    let row: Option<Row> = assessments::table
        .find(intake)
        .select((
            assessments::version,
            assessments::local_situation,
            assessments::support_needed,
            assessments::created_at,
            assessments::updated_at,
        ))
        .first(conn)
        .optional()?;
    let Some((version, local_situation, support_needed, created_at, updated_at)) = row else {
        return Ok(None);
    };
    let facts: Vec<FactRow> = assessment_facts::table
        .filter(assessment_facts::intake.eq(intake))
        .order((assessment_facts::kind, assessment_facts::key))
        .select(FactRow::as_select())
        .load(conn)?;
    let co_funding = facts.iter().find(|fact| fact.kind == FactKind::CoFunding);
    Ok(Some(Assessment {
        intake,
        version,
        local_situation,
        support_needed,
        heard: of_kind(&facts, FactKind::Heard)?,
        supports: of_kind(&facts, FactKind::Support)?,
        bodies: of_kind(&facts, FactKind::Body)?,
        co_funding: co_funding.map(funding_of).transpose()?,
        created_at: created_at.0,
        updated_at: updated_at.0,
    }))
}

const CORRUPT: DbError = DbError::Corrupt { what: "assessment" };

fn of_kind<W: std::str::FromStr>(
    facts: &[FactRow],
    kind: FactKind,
) -> DbResult<Vec<Recorded<Evidenced<W>>>> {
    facts
        .iter()
        .filter(|fact| fact.kind == kind)
        .map(|fact| {
            Ok(Recorded {
                what: Evidenced {
                    key: fact.key.parse().map_err(|_| CORRUPT)?,
                    evidence: fact.evidence.clone(),
                },
                by: fact.recorded_by.clone(),
                at: fact.recorded_at.0,
            })
        })
        .collect()
}

fn funding_of(fact: &FactRow) -> DbResult<Recorded<CoFunding>> {
    let percent = fact.percent.and_then(|percent| u8::try_from(percent).ok());
    Ok(Recorded {
        what: CoFunding {
            percent: percent.ok_or(CORRUPT)?,
            given_by: fact.given_by,
        },
        by: fact.recorded_by.clone(),
        at: fact.recorded_at.0,
    })
}

/// The own contribution that the municipality committed to (C10), if it did.
pub fn co_funding(conn: &mut DbConn, intake: IntakeId) -> DbResult<Option<CoFunding>> {
    let fact: Option<FactRow> = assessment_facts::table
        .filter(assessment_facts::intake.eq(intake))
        .filter(assessment_facts::kind.eq(FactKind::CoFunding))
        .select(FactRow::as_select())
        .first(conn)
        .optional()?;
    let funding = fact.as_ref().map(funding_of).transpose()?;
    Ok(funding.map(|recorded| recorded.what))
}

/// What every assessor found, in order of assessor and criterion.
pub fn findings(conn: &mut DbConn, intake: IntakeId) -> DbResult<Vec<Finding>> {
    type Row = (
        PersonId,
        String,
        CriterionValue,
        Option<String>,
        Option<String>,
        At,
    );
    let rows: Vec<Row> = assessment_findings::table
        .filter(assessment_findings::intake.eq(intake))
        .order((
            assessment_findings::assessor,
            assessment_findings::criterion,
        ))
        .select((
            assessment_findings::assessor,
            assessment_findings::criterion,
            assessment_findings::value,
            assessment_findings::evidence,
            assessment_findings::reason,
            assessment_findings::found_at,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(
            |(assessor, criterion, value, evidence, reason, found_at)| Finding {
                assessor,
                judgement: Judgement {
                    criterion,
                    value,
                    evidence,
                    reason,
                },
                found_at: found_at.0,
            },
        )
        .collect())
}

/// What the coordinator settled, in order of criterion.
pub fn settlements(conn: &mut DbConn, intake: IntakeId) -> DbResult<Vec<Settlement>> {
    type Row = (
        String,
        CriterionValue,
        Option<String>,
        Option<String>,
        String,
        At,
    );
    let rows: Vec<Row> = assessment_settlements::table
        .filter(assessment_settlements::intake.eq(intake))
        .order(assessment_settlements::criterion)
        .select((
            assessment_settlements::criterion,
            assessment_settlements::value,
            assessment_settlements::evidence,
            assessment_settlements::reason,
            assessment_settlements::settled_by,
            assessment_settlements::settled_at,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(criterion, value, evidence, reason, by, at)| Settlement {
            judgement: Judgement {
                criterion,
                value,
                evidence,
                reason,
            },
            by,
            at: at.0,
        })
        .collect())
}

/// Starts an assessment with nothing in it.
pub(super) fn insert(conn: &mut DbConn, intake: IntakeId, now: Timestamp) -> DbResult<()> {
    diesel::insert_into(assessments::table)
        .values((
            assessments::intake.eq(intake),
            assessments::version.eq(1),
            assessments::created_at.eq(At(now)),
            assessments::updated_at.eq(At(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores a changed record, provided that nothing of the assessment was written since it was
/// read; its version rises.
pub(super) fn update(conn: &mut DbConn, assessment: &Assessment, now: Timestamp) -> DbResult<()> {
    let unchanged = assessments::table
        .find(assessment.intake)
        .filter(assessments::version.eq(assessment.version));
    let changed = diesel::update(unchanged)
        .set((
            assessments::version.eq(assessment.version + 1),
            assessments::local_situation.eq(assessment.local_situation.as_deref()),
            assessments::support_needed.eq(assessment.support_needed.as_deref()),
            assessments::updated_at.eq(At(now)),
        ))
        .execute(conn)?;
    one_row(changed)
}

/// Puts the facts of a changed record in the place of those there were.
pub(super) fn replace_facts(conn: &mut DbConn, assessment: &Assessment) -> DbResult<()> {
    let intake = assessment.intake;
    diesel::delete(assessment_facts::table.filter(assessment_facts::intake.eq(intake)))
        .execute(conn)?;
    for fact in &assessment.heard {
        insert_fact(conn, intake, FactKind::Heard, fact.what.key.as_str(), fact)?;
    }
    for fact in &assessment.supports {
        insert_fact(
            conn,
            intake,
            FactKind::Support,
            fact.what.key.as_str(),
            fact,
        )?;
    }
    for fact in &assessment.bodies {
        insert_fact(conn, intake, FactKind::Body, fact.what.key.as_str(), fact)?;
    }
    if let Some(fact) = &assessment.co_funding {
        diesel::insert_into(assessment_facts::table)
            .values((
                assessment_facts::intake.eq(intake),
                assessment_facts::kind.eq(FactKind::CoFunding),
                assessment_facts::key.eq(""),
                assessment_facts::percent.eq(i32::from(fact.what.percent)),
                assessment_facts::given_by.eq(fact.what.given_by),
                assessment_facts::recorded_by.eq(&fact.by),
                assessment_facts::recorded_at.eq(At(fact.at)),
            ))
            .execute(conn)?;
    }
    Ok(())
}

fn insert_fact<W>(
    conn: &mut DbConn,
    intake: IntakeId,
    kind: FactKind,
    key: &str,
    fact: &Recorded<Evidenced<W>>,
) -> DbResult<()> {
    diesel::insert_into(assessment_facts::table)
        .values((
            assessment_facts::intake.eq(intake),
            assessment_facts::kind.eq(kind),
            assessment_facts::key.eq(key),
            assessment_facts::evidence.eq(fact.what.evidence.as_deref()),
            assessment_facts::recorded_by.eq(&fact.by),
            assessment_facts::recorded_at.eq(At(fact.at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Puts the findings of one assessor in the place of those they had.
pub(super) fn replace_findings(
    conn: &mut DbConn,
    intake: IntakeId,
    assessor: PersonId,
    findings: &[Finding],
) -> DbResult<()> {
    let theirs = assessment_findings::table
        .filter(assessment_findings::intake.eq(intake))
        .filter(assessment_findings::assessor.eq(assessor));
    diesel::delete(theirs).execute(conn)?;
    for finding in findings {
        diesel::insert_into(assessment_findings::table)
            .values((
                assessment_findings::intake.eq(intake),
                assessment_findings::assessor.eq(assessor),
                assessment_findings::criterion.eq(&finding.judgement.criterion),
                assessment_findings::value.eq(finding.judgement.value),
                assessment_findings::evidence.eq(finding.judgement.evidence.as_deref()),
                assessment_findings::reason.eq(finding.judgement.reason.as_deref()),
                assessment_findings::found_at.eq(At(finding.found_at)),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Puts what is settled in the place of what was.
pub(super) fn replace_settlements(
    conn: &mut DbConn,
    intake: IntakeId,
    settlements: &[Settlement],
) -> DbResult<()> {
    let old = assessment_settlements::table.filter(assessment_settlements::intake.eq(intake));
    diesel::delete(old).execute(conn)?;
    for settlement in settlements {
        diesel::insert_into(assessment_settlements::table)
            .values((
                assessment_settlements::intake.eq(intake),
                assessment_settlements::criterion.eq(&settlement.judgement.criterion),
                assessment_settlements::value.eq(settlement.judgement.value),
                assessment_settlements::evidence.eq(settlement.judgement.evidence.as_deref()),
                assessment_settlements::reason.eq(settlement.judgement.reason.as_deref()),
                assessment_settlements::settled_by.eq(&settlement.by),
                assessment_settlements::settled_at.eq(At(settlement.at)),
            ))
            .execute(conn)?;
    }
    Ok(())
}
