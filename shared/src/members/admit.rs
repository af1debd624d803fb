//! Becoming a member, and what every change leaves behind.

use serde_json::json;

use super::{Member, MemberStatus, Profile, Visibilities, queries};
use crate::access::Actor;
use crate::audit::{self, AuditLine};
use crate::candidacies::Candidacy;
use crate::clock::LocalNow;
use crate::db::{DbConn, DbResult};
use crate::deliveries::{self, NewDelivery, OrderKey, Payload};
use crate::events::{self, NewEvent, Subject};
use crate::ids::{CohortId, MemberId};

/// Makes a member of a candidate, in a cohort, and welcomes them. Nothing of them is shown to
/// anybody but the staff until they choose. Somebody who is a member already stays the one they
/// are.
///
/// Whoever calls has moved the candidacy along, and decided that `actor` may.
pub fn admit(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    candidacy: &Candidacy,
    cohort: CohortId,
) -> DbResult<Member> {
    if let Some(member) = queries::open_of(conn, candidacy.person)? {
        return Ok(member);
    }
    let member = Member {
        id: MemberId::generate(),
        version: 1,
        status: MemberStatus::Active,
        person: candidacy.person,
        cohort,
        candidacy: Some(candidacy.id),
        kind: candidacy.kind,
        employer: candidacy.employer,
        consent_review_since: None,
        profile: Profile::default(),
        visible: Visibilities::AT_FIRST,
        paused_until_on: None,
        status_reason: None,
        joined_at: now.at,
        left_at: None,
        created_at: now.at,
        updated_at: now.at,
    };
    queries::insert(conn, &member)?;
    let told = ("member.admitted", "member.admit");
    trace(conn, actor, now, &member, (None, None), told)?;
    let welcome = Payload::MemberWelcome { member: member.id };
    tell(conn, actor, now, &member, welcome)?;
    Ok(member)
}

/// Puts a mail to a member into the outbox; each kind goes once.
pub(super) fn tell(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    member: &Member,
    payload: Payload,
) -> DbResult<()> {
    let mail = NewDelivery {
        dedupe_key: format!("{}:{}", payload.kind(), member.id),
        payload,
        recipient: member.person,
        subject: subject(member),
        meeting: None,
        order_key: OrderKey::subject(member.id.0, member.person),
        due_at: now.at,
        expires_at: None,
    };
    deliveries::enqueue(conn, &mail, actor, now.at)?;
    Ok(())
}

const fn subject(member: &Member) -> Subject {
    Subject {
        kind: "member",
        id: member.id.0,
    }
}

/// Appends the event and the audit line of a change. Members are the institute's: no municipality
/// sees the event.
pub(super) fn trace(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    member: &Member,
    (from, reason): (Option<MemberStatus>, Option<&str>),
    (event_type, audit_action): (&'static str, &'static str),
) -> DbResult<()> {
    let event = NewEvent {
        event_type,
        subject: subject(member),
        municipality: None,
        from: from.map(MemberStatus::as_str),
        to: Some(member.status.as_str()),
        reason,
        data: json!({ "version": member.version }),
    };
    events::append(conn, &event, actor, now.at)?;
    let line = AuditLine {
        action: audit_action,
        object_type: "member",
        object_id: Some(member.id.to_string()),
        municipality: None,
    };
    audit::record(conn, actor, line, now.at)
}
