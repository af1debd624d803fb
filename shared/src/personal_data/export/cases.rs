//! What somebody has a part in of the cases of municipalities.

use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;

use super::told;
use crate::db::columns::At;
use crate::db::schema::{
    assessment_facts, assessment_findings, assessment_settlements, attendances, date_poll_votes,
    intakes, invitations, learning_group_members, network_memberships, offers, spreads,
    trajectory_officials,
};
use crate::db::{DbConn, DbResult};
use crate::personal_data::Trail;
use crate::personal_data::trail::Thing;

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = intakes)]
#[serde(rename_all = "camelCase")]
struct IntakeRow {
    id: Thing,
    status: String,
    municipality: String,
    programme: String,
    contact_person: Option<Thing>,
    sponsor: Option<Thing>,
    sponsor_role: Option<String>,
    created_at: At,
    closed_at: Option<At>,
}

pub(super) fn intakes(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let rows: Vec<IntakeRow> = intakes::table
        .filter(intakes::id.eq_any(trail.intakes.clone()))
        .order(intakes::id)
        .select(IntakeRow::as_select())
        .load(conn)?;
    told(rows)
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = assessment_facts)]
#[serde(rename_all = "camelCase")]
struct FactRow {
    intake: Thing,
    kind: String,
    key: String,
    evidence: Option<String>,
    percent: Option<i32>,
    recorded_at: At,
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = assessment_findings)]
#[serde(rename_all = "camelCase")]
struct FindingRow {
    intake: Thing,
    criterion: String,
    value: String,
    evidence: Option<String>,
    reason: Option<String>,
    found_at: At,
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = assessment_settlements)]
#[serde(rename_all = "camelCase")]
struct SettlementRow {
    intake: Thing,
    criterion: String,
    value: String,
    evidence: Option<String>,
    reason: Option<String>,
    settled_at: At,
}

pub(super) fn assessments(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let by = format!("person:{}", trail.person);
    let facts: Vec<FactRow> = assessment_facts::table
        .filter(
            assessment_facts::recorded_by
                .eq(&by)
                .or(assessment_facts::given_by
                    .eq(trail.person)
                    .assume_not_null()),
        )
        .select(FactRow::as_select())
        .load(conn)?;
    let findings: Vec<FindingRow> = assessment_findings::table
        .filter(assessment_findings::assessor.eq(trail.person))
        .select(FindingRow::as_select())
        .load(conn)?;
    let settlements: Vec<SettlementRow> = assessment_settlements::table
        .filter(assessment_settlements::settled_by.eq(&by))
        .select(SettlementRow::as_select())
        .load(conn)?;
    Ok([told(facts)?, told(findings)?, told(settlements)?].concat())
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = offers)]
#[serde(rename_all = "camelCase")]
struct OfferRow {
    id: Thing,
    intake: Thing,
    number: i32,
    status: String,
    sponsor_role: Option<String>,
    sent_at: Option<At>,
    answered_by_name: Option<String>,
    answered_by_role: Option<String>,
    answered_at: Option<At>,
    closed_reason: Option<String>,
    closed_at: Option<At>,
}

pub(super) fn offers(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let rows: Vec<OfferRow> = offers::table
        .filter(offers::sponsor.eq(trail.person))
        .order(offers::id)
        .select(OfferRow::as_select())
        .load(conn)?;
    told(rows)
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = invitations)]
#[serde(rename_all = "camelCase")]
struct InvitationRow {
    id: Thing,
    meeting: Thing,
    required: bool,
    chair: bool,
    answer: String,
    remark: Option<String>,
    dietary_wishes: Option<String>,
    accessibility_wishes: Option<String>,
    delegated_to: Option<Thing>,
    answered_at: Option<At>,
    answered_via: Option<String>,
    invited_at: At,
    removed_at: Option<At>,
    bounced_at: Option<At>,
    updated_at: At,
}

pub(super) fn invitations(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let rows: Vec<InvitationRow> = invitations::table
        .filter(invitations::person.eq(trail.person))
        .order(invitations::id)
        .select(InvitationRow::as_select())
        .load(conn)?;
    told(rows)
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = date_poll_votes)]
#[serde(rename_all = "camelCase")]
struct DateVoteRow {
    poll_option: Thing,
    vote: String,
    remark: Option<String>,
    via: String,
    voted_at: At,
}

pub(super) fn date_polls(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let rows: Vec<DateVoteRow> = date_poll_votes::table
        .filter(date_poll_votes::person.eq(trail.person))
        .order(date_poll_votes::poll_option)
        .select(DateVoteRow::as_select())
        .load(conn)?;
    told(rows)
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = trajectory_officials)]
#[serde(rename_all = "camelCase")]
struct OfficialRow {
    trajectory: Thing,
    added_at: At,
}

pub(super) fn trajectories(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let rows: Vec<OfficialRow> = trajectory_officials::table
        .filter(trajectory_officials::person.eq(trail.person))
        .order(trajectory_officials::added_at)
        .select(OfficialRow::as_select())
        .load(conn)?;
    told(rows)
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = network_memberships)]
#[serde(rename_all = "camelCase")]
struct NetworkRow {
    id: Thing,
    network: Thing,
    trajectory: Option<Thing>,
    municipality: Option<String>,
    joined_at: At,
    left_at: Option<At>,
}

pub(super) fn learning_networks(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let rows: Vec<NetworkRow> = network_memberships::table
        .filter(network_memberships::person.eq(trail.person))
        .order(network_memberships::id)
        .select(NetworkRow::as_select())
        .load(conn)?;
    told(rows)
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = spreads)]
#[serde(rename_all = "camelCase")]
struct SpreadRow {
    item: Thing,
    referral: Option<Thing>,
    spread_at: At,
}

pub(super) fn knowledge(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let rows: Vec<SpreadRow> = spreads::table
        .filter(spreads::recipient.eq(trail.person))
        .order(spreads::id)
        .select(SpreadRow::as_select())
        .load(conn)?;
    told(rows)
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = learning_group_members)]
#[serde(rename_all = "camelCase")]
struct GroupRow {
    id: Thing,
    learning_group: Thing,
    practice: Option<Thing>,
    joined_at: At,
    left_at: Option<At>,
}

pub(super) fn learning_groups(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let rows: Vec<GroupRow> = learning_group_members::table
        .filter(learning_group_members::person.eq(trail.person))
        .order(learning_group_members::id)
        .select(GroupRow::as_select())
        .load(conn)?;
    told(rows)
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = attendances)]
#[serde(rename_all = "camelCase")]
struct AttendanceRow {
    meeting: Thing,
    person: Thing,
    presence: String,
    delegate: Option<Thing>,
    recorded_at: At,
}

pub(super) fn attendance(conn: &mut DbConn, trail: &Trail) -> DbResult<Vec<Value>> {
    let rows: Vec<AttendanceRow> = attendances::table
        .filter(
            attendances::person
                .eq(trail.person)
                .or(attendances::delegate.eq(trail.person).assume_not_null()),
        )
        .order(attendances::meeting)
        .select(AttendanceRow::as_select())
        .load(conn)?;
    told(rows)
}
