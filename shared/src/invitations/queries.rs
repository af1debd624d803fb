//! Every statement on invitations.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{AnsweredVia, Invitation, InvitationAnswer, Wishes};
use crate::db::columns::At;
use crate::db::schema::invitations;
use crate::db::{DbConn, DbResult, one_row};
use crate::ids::{InvitationId, MeetingId, PersonId};

#[derive(Queryable, Selectable)]
#[diesel(table_name = invitations)]
struct InvitationRow {
    id: InvitationId,
    version: i64,
    meeting: MeetingId,
    person: PersonId,
    required: bool,
    chair: bool,
    answer: InvitationAnswer,
    remark: Option<String>,
    answered_at: Option<At>,
    answered_via: Option<AnsweredVia>,
    invited_at: At,
    removed_at: Option<At>,
    sequence: i32,
    last_sequence_sent: Option<i32>,
    first_message_id: Option<String>,
    updated_at: At,
    bounced_at: Option<At>,
    delegated_to: Option<InvitationId>,
    dietary_wishes: Option<String>,
    accessibility_wishes: Option<String>,
    place_kept: bool,
}

impl From<InvitationRow> for Invitation {
    fn from(row: InvitationRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            meeting: row.meeting,
            person: row.person,
            required: row.required,
            chair: row.chair,
            answer: row.answer,
            remark: row.remark,
            answered_at: row.answered_at.map(Timestamp::from),
            answered_via: row.answered_via,
            invited_at: row.invited_at.0,
            removed_at: row.removed_at.map(Timestamp::from),
            sequence: row.sequence,
            last_sequence_sent: row.last_sequence_sent,
            first_message_id: row.first_message_id,
            updated_at: row.updated_at.0,
            bounced_at: row.bounced_at.map(Timestamp::from),
            delegated_to: row.delegated_to,
            place_kept: row.place_kept,
            wishes: Wishes {
                dietary: row.dietary_wishes,
                accessibility: row.accessibility_wishes,
            },
        }
    }
}

/// One invitation. Whoever asks has shown that they see its meeting, or holds its link.
pub fn find(conn: &mut DbConn, id: InvitationId) -> DbResult<Option<Invitation>> {
    Ok(invitations::table
        .find(id)
        .select(InvitationRow::as_select())
        .first(conn)
        .optional()?
        .map(Invitation::from))
}

/// The invitations to a meeting that the caller has found, in the order they were made.
pub fn of_meeting(conn: &mut DbConn, meeting: MeetingId) -> DbResult<Vec<Invitation>> {
    of_meetings(conn, &[meeting])
}

/// The invitations to several meetings in one query.
pub fn of_meetings(conn: &mut DbConn, meetings: &[MeetingId]) -> DbResult<Vec<Invitation>> {
    Ok(invitations::table
        .filter(invitations::meeting.eq_any(meetings.to_vec()))
        .order((invitations::meeting, invitations::id))
        .select(InvitationRow::as_select())
        .load(conn)?
        .into_iter()
        .map(Invitation::from)
        .collect())
}

pub(super) fn insert(conn: &mut DbConn, invitation: &Invitation) -> DbResult<()> {
    diesel::insert_into(invitations::table)
        .values((
            invitations::id.eq(invitation.id),
            invitations::version.eq(invitation.version),
            invitations::meeting.eq(invitation.meeting),
            invitations::person.eq(invitation.person),
            invitations::required.eq(invitation.required),
            invitations::chair.eq(invitation.chair),
            invitations::answer.eq(invitation.answer),
            invitations::invited_at.eq(At(invitation.invited_at)),
            invitations::sequence.eq(invitation.sequence),
            invitations::updated_at.eq(At(invitation.updated_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores a changed invitation, provided that nobody changed it since it was read.
pub(super) fn update(conn: &mut DbConn, invitation: Invitation) -> DbResult<Invitation> {
    let unchanged = invitations::table
        .filter(invitations::id.eq(invitation.id))
        .filter(invitations::version.eq(invitation.version));
    let version = invitation.version + 1;
    let changed = diesel::update(unchanged)
        .set((
            invitations::version.eq(version),
            invitations::required.eq(invitation.required),
            invitations::chair.eq(invitation.chair),
            invitations::answer.eq(invitation.answer),
            invitations::remark.eq(invitation.remark.as_deref()),
            invitations::answered_at.eq(invitation.answered_at.map(At)),
            invitations::answered_via.eq(invitation.answered_via),
            invitations::invited_at.eq(At(invitation.invited_at)),
            invitations::removed_at.eq(invitation.removed_at.map(At)),
            invitations::sequence.eq(invitation.sequence),
            invitations::updated_at.eq(At(invitation.updated_at)),
            invitations::delegated_to.eq(invitation.delegated_to),
            invitations::place_kept.eq(invitation.place_kept),
            invitations::dietary_wishes.eq(invitation.wishes.dietary.as_deref()),
            invitations::accessibility_wishes.eq(invitation.wishes.accessibility.as_deref()),
        ))
        .execute(conn)?;
    one_row(changed)?;
    Ok(Invitation {
        version,
        ..invitation
    })
}

/// DTSTAMP of the last answer that came by mail.
pub(super) fn replied_at(conn: &mut DbConn, id: InvitationId) -> DbResult<Option<Timestamp>> {
    let found: Option<Option<At>> = invitations::table
        .find(id)
        .select(invitations::replied_at)
        .first(conn)
        .optional()?;
    Ok(found.flatten().map(Timestamp::from))
}

/// Notes when an answer that came by mail was given.
pub(super) fn note_reply(
    conn: &mut DbConn,
    id: InvitationId,
    stamped_at: Timestamp,
) -> DbResult<()> {
    diesel::update(invitations::table.find(id))
        .set(invitations::replied_at.eq(At(stamped_at)))
        .execute(conn)?;
    Ok(())
}

/// Notes that a calendar mail went out, or may have. No change of the invitation itself, so its
/// version stays.
pub fn note_mail(
    conn: &mut DbConn,
    id: InvitationId,
    sequence: i32,
    message_id: &str,
) -> DbResult<()> {
    let older = invitations::table.find(id).filter(
        invitations::last_sequence_sent
            .is_null()
            .or(invitations::last_sequence_sent.lt(sequence)),
    );
    diesel::update(older)
        .set((
            invitations::last_sequence_sent.eq(sequence),
            invitations::bounced_at.eq(None::<At>),
        ))
        .execute(conn)?;
    let first = invitations::table
        .find(id)
        .filter(invitations::first_message_id.is_null());
    diesel::update(first)
        .set(invitations::first_message_id.eq(message_id))
        .execute(conn)?;
    Ok(())
}

/// Notes that a mail about the invitation came back.
pub fn note_bounce(conn: &mut DbConn, id: InvitationId, now: Timestamp) -> DbResult<()> {
    diesel::update(invitations::table.find(id))
        .set(invitations::bounced_at.eq(At(now)))
        .execute(conn)?;
    Ok(())
}
