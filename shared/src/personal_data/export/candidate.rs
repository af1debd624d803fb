//! What somebody is and was as a candidate, a nominator, a giver of consent and a member.

use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;

use super::told;
use crate::db::columns::{At, On};
use crate::db::schema::{
    candidacies, consents, member_practices, member_topics, members, nominations, reviews,
    theme_proposals, theme_votes,
};
use crate::db::{DbConn, DbResult};
use crate::personal_data::Trail;
use crate::personal_data::trail::Thing;

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = nominations)]
#[serde(rename_all = "camelCase")]
struct NominationRow {
    id: Thing,
    status: String,
    channel: String,
    candidacy: Option<Thing>,
    nominator: Option<Thing>,
    nominator_name: String,
    nominator_email: Option<String>,
    nominated_by_municipality: Option<String>,
    relation: String,
    candidate_name: String,
    candidate_email: Option<String>,
    candidate_kind: String,
    municipality: Option<String>,
    organisation: Option<Thing>,
    organisation_name: Option<String>,
    motivation: String,
    innovation: String,
    impact: String,
    giver_name: Option<String>,
    giver_email: Option<String>,
    giver_role: Option<String>,
    withdrawn_reason: Option<String>,
    confirmed_at: Option<At>,
    created_at: At,
    updated_at: At,
}

pub(super) fn nominations(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let lists = [
        &trail.nominated,
        &trail.nominating,
        &trail.proposed,
        &trail.unconfirmed,
    ];
    let ids: Vec<_> = lists.into_iter().flatten().copied().collect();
    let rows: Vec<NominationRow> = nominations::table
        .filter(nominations::id.eq_any(ids))
        .order(nominations::id)
        .select(NominationRow::as_select())
        .load(conn)?;
    told(rows)
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = candidacies)]
#[serde(rename_all = "camelCase")]
struct CandidacyRow {
    id: Thing,
    status: String,
    kind: String,
    cohort: Option<Thing>,
    municipality: Option<String>,
    organisation: Option<Thing>,
    tell_by: At,
    told_at: Option<At>,
    invited_at: Option<At>,
    closed_reason: Option<String>,
    closed_at: Option<At>,
    created_at: At,
    updated_at: At,
}

pub(super) fn candidacies(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let rows: Vec<CandidacyRow> = candidacies::table
        .filter(candidacies::person.eq(trail.person))
        .order(candidacies::id)
        .select(CandidacyRow::as_select())
        .load(conn)?;
    told(rows)
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = consents)]
#[serde(rename_all = "camelCase")]
struct ConsentRow {
    id: Thing,
    status: String,
    person: Thing,
    candidacy: Option<Thing>,
    member: Option<Thing>,
    municipality: Option<String>,
    organisation: Option<Thing>,
    giver: Option<Thing>,
    giver_role: Option<String>,
    wording: String,
    requested_at: At,
    accepted_at: Option<At>,
    answered_at: Option<At>,
    answered_by_name: Option<String>,
    answered_by_role: Option<String>,
    answered_via: Option<String>,
    evidence: Option<String>,
    reason: Option<String>,
    closed_at: Option<At>,
}

pub(super) fn consents(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let rows: Vec<ConsentRow> = consents::table
        .filter(
            consents::person
                .eq(trail.person)
                .or(consents::giver.eq(trail.person).assume_not_null()),
        )
        .order(consents::id)
        .select(ConsentRow::as_select())
        .load(conn)?;
    told(rows)
}

/// Without the reviewer: who of the institute wrote it is not about the candidate.
#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = reviews)]
#[serde(rename_all = "camelCase")]
struct ReviewRow {
    id: Thing,
    candidacy: Thing,
    innovation: Option<i32>,
    impact: Option<i32>,
    remark: Option<String>,
    assigned_at: At,
    handed_in_at: Option<At>,
}

pub(super) fn reviews(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let of_or_by = [trail.reviews.clone(), trail.reviewing.clone()].concat();
    let rows: Vec<ReviewRow> = reviews::table
        .filter(reviews::id.eq_any(of_or_by))
        .order(reviews::id)
        .select(ReviewRow::as_select())
        .load(conn)?;
    told(rows)
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = members)]
#[serde(rename_all = "camelCase")]
struct MemberRow {
    id: Thing,
    status: String,
    cohort: Thing,
    candidacy: Option<Thing>,
    kind: String,
    municipality: Option<String>,
    organisation: Option<Thing>,
    consent_review_since: Option<At>,
    hours_per_month: Option<i32>,
    availability: Option<String>,
    introduction: Option<String>,
    profile_visibility: String,
    employer_visibility: String,
    expertise_visibility: String,
    contact_visibility: String,
    paused_until_on: Option<On>,
    status_reason: Option<String>,
    joined_at: At,
    left_at: Option<At>,
    updated_at: At,
}

pub(super) fn members(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let rows: Vec<MemberRow> = members::table
        .filter(members::person.eq(trail.person))
        .order(members::id)
        .select(MemberRow::as_select())
        .load(conn)?;
    told(rows)
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = member_topics)]
#[serde(rename_all = "camelCase")]
struct TopicRow {
    member: Thing,
    kind: String,
    position: i32,
    theme: Option<String>,
    description: Option<String>,
    level: i32,
    interest: i32,
}

pub(super) fn expertise(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let rows: Vec<TopicRow> = member_topics::table
        .filter(member_topics::member.eq_any(trail.members.clone()))
        .order((member_topics::member, member_topics::position))
        .select(TopicRow::as_select())
        .load(conn)?;
    told(rows)
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = member_practices)]
#[serde(rename_all = "camelCase")]
struct PracticeRow {
    member: Thing,
    practice: String,
}

pub(super) fn learning_practices(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let rows: Vec<PracticeRow> = member_practices::table
        .filter(member_practices::member.eq_any(trail.members.clone()))
        .select(PracticeRow::as_select())
        .load(conn)?;
    told(rows)
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = theme_proposals)]
#[serde(rename_all = "camelCase")]
struct ProposalRow {
    id: Thing,
    round: Thing,
    theme: String,
    motivation: Option<String>,
    created_at: At,
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = theme_votes)]
#[serde(rename_all = "camelCase")]
struct VoteRow {
    proposal: Thing,
    experience: i32,
    interest: i32,
    voted_at: At,
}

pub(super) fn themes(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let proposals: Vec<ProposalRow> = theme_proposals::table
        .filter(theme_proposals::proposed_by.eq_any(trail.members.clone()))
        .order(theme_proposals::id)
        .select(ProposalRow::as_select())
        .load(conn)?;
    let votes: Vec<VoteRow> = theme_votes::table
        .filter(theme_votes::member.eq_any(trail.members.clone()))
        .order(theme_votes::proposal)
        .select(VoteRow::as_select())
        .load(conn)?;
    Ok([told(proposals)?, told(votes)?].concat())
}
