//! Choosing an option: the meeting is scheduled at it, and people are invited.

use super::actions::{still_open, trace};
use super::{ChoosePollOptionError, Poll, PollAction, queries, result};
use crate::access::{Granted, MeetingsWrite};
use crate::clock::LocalNow;
use crate::db::DbConn;
use crate::ids::{MeetingId, PollOptionId};
use crate::invitations::{self, Invitation};
use crate::meetings::{self, Meeting};

/// A meeting whose date was agreed.
#[derive(Debug, Clone)]
pub struct AgreedMeeting {
    /// The meeting, scheduled.
    pub meeting: Meeting,
    /// The invitations to it.
    pub invitations: Vec<Invitation>,
}

/// Chooses an option on which every required municipality is represented (L9): schedules the
/// meeting at it, sends the invitations and releases the other options.
pub fn choose(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    id: MeetingId,
    expected_version: Option<i64>,
    option: PollOptionId,
) -> Result<AgreedMeeting, ChoosePollOptionError> {
    let meeting = meetings::find(conn, granted.scope(), id)?;
    let meeting = meeting.ok_or(ChoosePollOptionError::NotFound)?;
    let poll = queries::find(conn, id)?.ok_or(ChoosePollOptionError::NotFound)?;
    if expected_version.is_some_and(|version| version != poll.version) {
        return Err(ChoosePollOptionError::Stale);
    }
    let from = poll.status;
    let decided = poll.clone().after(PollAction::Choose, now.at)?;
    let detail = result::detail(conn, poll, now)?;
    let chosen = still_open(&detail.options, option).ok_or(ChoosePollOptionError::UnknownOption)?;
    if chosen.period.starts_at() <= now.at {
        return Err(ChoosePollOptionError::Begun);
    }
    let count = detail.result.options.iter().find(|it| it.option == option);
    let missing = count.map(|it| it.missing.clone()).unwrap_or_default();
    if !missing.is_empty() {
        return Err(ChoosePollOptionError::Missing(missing));
    }
    let decided = Poll {
        result: Some(detail.result),
        ..decided
    };
    let decided = queries::update(conn, decided)?;
    queries::release_options(conn, id, Some(option))?;
    let (actor, status) = (granted.actor(), meeting.status);
    let scheduled = meeting.at_chosen(chosen.period.clone(), now.at);
    let meeting = meetings::fix_date(conn, actor, now.at, status, scheduled)?;
    let told = ("poll.decided", "poll.choose");
    trace(conn, actor, now, &meeting, &decided, Some(from), told)?;
    let invitations = invitations::invite_prepared(conn, actor, now.at, &meeting)?;
    Ok(AgreedMeeting {
        meeting,
        invitations,
    })
}
