//! What people were asked: consents, date polls, invitations.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};

use super::{Asked, DigestLine, DigestSection, DigestTopic, MOST_LINES, Share, within, words};
use crate::catalogue::words::MeetingKind;
use crate::consents::{CHASERS, ConsentStatus};
use crate::db::columns::At;
use crate::db::schema::{
    consents, date_poll_options, date_poll_votes, date_polls, invitations, meetings,
};
use crate::db::{DbConn, DbResult};
use crate::ids::{CandidacyId, ConsentId, MeetingId, MemberId, PersonId};
use crate::invitations::InvitationAnswer;
use crate::meetings::MeetingStatus;
use crate::polls::PollStatus;
use crate::words::MunicipalityCode;

/// How long a request for consent may wait for the mail server.
const LEAVES_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// How far ahead meetings are told of.
const MEETINGS_AHEAD: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Requests that wait as long as the first chaser does, that never left, or that came back.
pub(super) fn consents_unanswered(conn: &mut DbConn, asked: &Asked<'_>) -> DbResult<DigestSection> {
    type Row = (
        ConsentId,
        Option<CandidacyId>,
        Option<MemberId>,
        Option<MunicipalityCode>,
        At,
        Option<At>,
        Option<At>,
    );
    let now = asked.now.at;
    let chased = now - SignedDuration::from_hours(24 * i64::from(CHASERS[0]));
    let never_left = consents::accepted_at
        .is_null()
        .and(consents::requested_at.le(At(now - LEAVES_WITHIN)));
    let needs_a_hand = consents::bounced_at
        .is_not_null()
        .or(never_left)
        .or(consents::accepted_at.le(At(chased)));
    let query = || {
        consents::table
            .filter(consents::status.eq(ConsentStatus::Requested))
            .filter(needs_a_hand)
    };
    let count: i64 = query().count().get_result(conn)?;
    let rows: Vec<Row> = query()
        .order((consents::requested_at, consents::id))
        .limit(MOST_LINES)
        .select((
            consents::id,
            consents::candidacy,
            consents::member,
            consents::municipality,
            consents::requested_at,
            consents::accepted_at,
            consents::bounced_at,
        ))
        .load(conn)?;
    let lines = rows.into_iter().map(|row| {
        let (id, candidacy, member, municipality, requested_at, accepted_at, bounced_at) = row;
        let path = match (candidacy, member) {
            (Some(candidacy), _) => format!("/candidacies/{candidacy}/consent"),
            (None, Some(member)) => format!("/members/{member}"),
            (None, None) => "/consents?status=requested".to_owned(),
        };
        let whose = municipality.map(|code| asked.name(code));
        let state = match (bounced_at, accepted_at) {
            (Some(_), _) => words::ConsentState::CameBack,
            (None, None) => words::ConsentState::NeverLeft,
            (None, Some(_)) => words::ConsentState::Waits,
        };
        let days = asked.days_since(accepted_at.unwrap_or(requested_at).0);
        DigestLine {
            subject: Some(("consent", id.0)),
            stands_for: 1,
            text: words::consent(whose.as_deref(), state, days),
            path,
            share: None,
        }
    });
    Ok(DigestSection {
        topic: DigestTopic::ConsentsUnanswered,
        count,
        lines: lines.collect(),
    })
}

/// Polls that are open and lack votes, and polls that closed and wait for a choice.
pub(super) fn polls_unanswered(conn: &mut DbConn, asked: &Asked<'_>) -> DbResult<DigestSection> {
    type Row = (
        MeetingId,
        MeetingKind,
        Option<MunicipalityCode>,
        PollStatus,
        At,
    );
    let joined =
        date_polls::table.inner_join(meetings::table.on(meetings::id.eq(date_polls::meeting)));
    // As many as can be open at once: some tens. The votes must be weighed to know which count.
    let rows: Vec<Row> = within!(joined, meetings::programme, asked)
        .filter(date_polls::status.eq_any([PollStatus::Open, PollStatus::Closed]))
        .order((date_polls::closes_at, date_polls::meeting))
        .select((
            date_polls::meeting,
            meetings::kind,
            meetings::municipality,
            date_polls::status,
            date_polls::closes_at,
        ))
        .load(conn)?;
    let turnout = turnout(conn)?;
    let mut lines = Vec::new();
    for (meeting, kind, municipality, status, closes_at) in rows {
        let share = turnout
            .get(&meeting)
            .copied()
            .unwrap_or(Share { part: 0, whole: 0 });
        if status == PollStatus::Open && share.part >= share.whole {
            continue;
        }
        let whose = municipality.map(|code| asked.name(code));
        let closes = asked.zone.to_datetime(closes_at.0);
        let open = status == PollStatus::Open;
        lines.push(DigestLine {
            subject: Some(("meeting", meeting.0)),
            stands_for: 1,
            text: words::poll(kind, whose.as_deref(), open.then_some(closes)),
            path: format!("/meetings/{meeting}/poll"),
            share: (share.whole > 0).then_some(share),
        });
    }
    let count = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    lines.truncate(usize::try_from(MOST_LINES).unwrap_or(usize::MAX));
    Ok(DigestSection {
        topic: DigestTopic::PollsUnanswered,
        count,
        lines,
    })
}

/// Of each poll that is undecided, how many of its voters voted on every option.
fn turnout(conn: &mut DbConn) -> DbResult<HashMap<MeetingId, Share>> {
    let undecided = || {
        date_polls::table
            .filter(date_polls::status.eq_any([PollStatus::Open, PollStatus::Closed]))
            .select(date_polls::meeting)
    };
    let options: Vec<(MeetingId, i64)> = date_poll_options::table
        .filter(date_poll_options::meeting.eq_any(undecided()))
        .group_by(date_poll_options::meeting)
        .select((date_poll_options::meeting, count_star()))
        .load(conn)?;
    let ballots: Vec<(MeetingId, PersonId)> = date_poll_votes::table
        .inner_join(
            date_poll_options::table.on(date_poll_options::id.eq(date_poll_votes::poll_option)),
        )
        .filter(date_poll_options::meeting.eq_any(undecided()))
        .select((date_poll_options::meeting, date_poll_votes::person))
        .load(conn)?;
    let invited: Vec<(MeetingId, PersonId, InvitationAnswer)> = invitations::table
        .filter(invitations::meeting.eq_any(undecided()))
        .select((
            invitations::meeting,
            invitations::person,
            invitations::answer,
        ))
        .load(conn)?;
    let options: HashMap<MeetingId, i64> = options.into_iter().collect();
    let mut cast: HashMap<(MeetingId, PersonId), i64> = HashMap::new();
    for ballot in ballots {
        *cast.entry(ballot).or_default() += 1;
    }
    let mut turnout: HashMap<MeetingId, Share> = HashMap::new();
    for (meeting, person, answer) in invited {
        if !answer.is_open() {
            continue;
        }
        let share = turnout
            .entry(meeting)
            .or_insert(Share { part: 0, whole: 0 });
        let given = cast.get(&(meeting, person)).copied().unwrap_or(0);
        share.whole += 1;
        share.part += i64::from(given >= options.get(&meeting).copied().unwrap_or(i64::MAX));
    }
    Ok(turnout)
}

pub(super) fn upcoming_meetings(conn: &mut DbConn, asked: &Asked<'_>) -> DbResult<DigestSection> {
    let (from, until) = (asked.now.at, asked.now.at + MEETINGS_AHEAD);
    let query = || {
        within!(meetings::table, meetings::programme, asked)
            .filter(meetings::status.eq(MeetingStatus::Scheduled))
            .filter(meetings::starts_at.ge(At(from)))
            .filter(meetings::starts_at.lt(At(until)))
    };
    let count: i64 = query().count().get_result(conn)?;
    let rows: Vec<(MeetingId, MeetingKind, Option<MunicipalityCode>, At)> = query()
        .order((meetings::starts_at, meetings::id))
        .limit(MOST_LINES)
        .select((
            meetings::id,
            meetings::kind,
            meetings::municipality,
            meetings::starts_at,
        ))
        .load(conn)?;
    let ids: Vec<MeetingId> = rows.iter().map(|(id, ..)| *id).collect();
    let answers = answers_of(conn, ids)?;
    let lines = rows.into_iter().map(|(id, kind, municipality, starts_at)| {
        let whose = municipality.map(|code| asked.name(code));
        let counts = answers.get(&id).copied().unwrap_or_default();
        DigestLine {
            subject: Some(("meeting", id.0)),
            stands_for: 1,
            text: words::upcoming(kind, whose.as_deref(), local(asked, starts_at.0), counts),
            path: format!("/meetings/{id}"),
            share: Some(Share {
                part: counts.invited() - counts.waiting,
                whole: counts.invited(),
            }),
        }
    });
    Ok(DigestSection {
        topic: DigestTopic::UpcomingMeetings,
        count,
        lines: lines.collect(),
    })
}

/// On the institute's clock, like everything in the digest.
fn local(asked: &Asked<'_>, at: Timestamp) -> jiff::civil::DateTime {
    asked.zone.to_datetime(at)
}

fn answers_of(
    conn: &mut DbConn,
    meetings: Vec<MeetingId>,
) -> DbResult<HashMap<MeetingId, words::AnswerCounts>> {
    let rows: Vec<(MeetingId, InvitationAnswer, i64)> = invitations::table
        .filter(invitations::meeting.eq_any(meetings))
        .group_by((invitations::meeting, invitations::answer))
        .select((invitations::meeting, invitations::answer, count_star()))
        .load(conn)?;
    let mut found: HashMap<MeetingId, words::AnswerCounts> = HashMap::new();
    for (meeting, answer, count) in rows {
        let counts = found.entry(meeting).or_default();
        match answer {
            InvitationAnswer::NeedsAction => counts.waiting += count,
            InvitationAnswer::Accepted => counts.yes += count,
            InvitationAnswer::Tentative => counts.maybe += count,
            InvitationAnswer::Declined => counts.no += count,
            // Whoever sends a colleague is counted by that colleague's own invitation.
            InvitationAnswer::Delegated
            | InvitationAnswer::Waitlisted
            | InvitationAnswer::Removed => {}
        }
    }
    Ok(found)
}
