//! Every statement on date polls. Whoever asks has shown that they see the meeting, or holds a
//! link of one of its invitees.

use std::collections::BTreeSet;

use diesel::prelude::*;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::{CHASERS, OptionState, Poll, PollOption, PollResult, PollStatus, PollVote, Vote};
use crate::db::columns::At;
use crate::db::schema::{date_poll_municipalities, date_poll_options, date_poll_votes, date_polls};
use crate::db::{DbConn, DbError, DbResult, one_row};
use crate::ids::{MeetingId, PersonId, PollOptionId};
use crate::invitations::AnsweredVia;
use crate::meetings::LocalPeriod;
use crate::words::MunicipalityCode;

const UNREADABLE: DbError = DbError::Corrupt { what: "date poll" };

#[derive(Queryable, Selectable)]
#[diesel(table_name = date_polls)]
struct PollRow {
    meeting: MeetingId,
    version: i64,
    status: PollStatus,
    closes_at: At,
    round: i32,
    last_chaser: Option<i32>,
    result: Option<String>,
    closed_at: Option<At>,
    created_at: At,
    updated_at: At,
}

impl TryFrom<PollRow> for Poll {
    type Error = DbError;

    fn try_from(row: PollRow) -> DbResult<Self> {
        let result: Option<PollResult> = match &row.result {
            Some(result) => Some(serde_json::from_str(result).map_err(|_| UNREADABLE)?),
            None => None,
        };
        Ok(Self {
            meeting: row.meeting,
            version: row.version,
            status: row.status,
            closes_at: row.closes_at.0,
            round: row.round,
            last_chaser: row.last_chaser,
            result,
            closed_at: row.closed_at.map(Timestamp::from),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = date_poll_options)]
struct OptionRow {
    id: PollOptionId,
    state: OptionState,
    local_start: String,
    local_end: String,
    time_zone: String,
}

impl TryFrom<OptionRow> for PollOption {
    type Error = DbError;

    fn try_from(row: OptionRow) -> DbResult<Self> {
        let local = |text: &str| text.parse::<DateTime>().map_err(|_| UNREADABLE);
        let zone = TimeZone::get(&row.time_zone).map_err(|_| UNREADABLE)?;
        let period = LocalPeriod::new(local(&row.local_start)?, local(&row.local_end)?, zone)
            .map_err(|_| UNREADABLE)?;
        Ok(Self {
            id: row.id,
            state: row.state,
            period,
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = date_poll_votes)]
struct VoteRow {
    poll_option: PollOptionId,
    person: PersonId,
    vote: Vote,
    remark: Option<String>,
    via: AnsweredVia,
    voted_at: At,
}

impl From<VoteRow> for PollVote {
    fn from(row: VoteRow) -> Self {
        Self {
            option: row.poll_option,
            person: row.person,
            vote: row.vote,
            remark: row.remark,
            via: row.via,
            voted_at: row.voted_at.0,
        }
    }
}

/// The poll of a meeting.
pub fn find(conn: &mut DbConn, meeting: MeetingId) -> DbResult<Option<Poll>> {
    let row: Option<PollRow> = date_polls::table
        .find(meeting)
        .select(PollRow::as_select())
        .first(conn)
        .optional()?;
    row.map(Poll::try_from).transpose()
}

/// The options of a poll, in the order of their start.
pub fn options_of(conn: &mut DbConn, meeting: MeetingId) -> DbResult<Vec<PollOption>> {
    date_poll_options::table
        .filter(date_poll_options::meeting.eq(meeting))
        .order((date_poll_options::starts_at, date_poll_options::id))
        .select(OptionRow::as_select())
        .load(conn)?
        .into_iter()
        .map(PollOption::try_from)
        .collect()
}

/// The municipalities that a poll requires.
pub fn required_of(conn: &mut DbConn, meeting: MeetingId) -> DbResult<BTreeSet<MunicipalityCode>> {
    let codes: Vec<MunicipalityCode> = date_poll_municipalities::table
        .filter(date_poll_municipalities::meeting.eq(meeting))
        .select(date_poll_municipalities::municipality)
        .load(conn)?;
    Ok(codes.into_iter().collect())
}

/// Every vote in a poll, by option and person; of whoever sends somebody else, too.
pub fn votes_of(conn: &mut DbConn, meeting: MeetingId) -> DbResult<Vec<PollVote>> {
    votes(conn, meeting, None)
}

/// What one person voted in a poll.
pub fn votes_by(
    conn: &mut DbConn,
    meeting: MeetingId,
    person: PersonId,
) -> DbResult<Vec<PollVote>> {
    votes(conn, meeting, Some(person))
}

fn votes(
    conn: &mut DbConn,
    meeting: MeetingId,
    person: Option<PersonId>,
) -> DbResult<Vec<PollVote>> {
    let own = date_poll_options::table
        .filter(date_poll_options::meeting.eq(meeting))
        .select(date_poll_options::id);
    let mut query = date_poll_votes::table
        .filter(date_poll_votes::poll_option.eq_any(own))
        .order((date_poll_votes::poll_option, date_poll_votes::person))
        .select(VoteRow::as_select())
        .into_boxed();
    if let Some(person) = person {
        query = query.filter(date_poll_votes::person.eq(person));
    }
    let rows: Vec<VoteRow> = query.load(conn)?;
    Ok(rows.into_iter().map(PollVote::from).collect())
}

/// Open polls whose end has come; at most `limit`, the longest overdue first.
pub(super) fn over(conn: &mut DbConn, now: Timestamp, limit: i64) -> DbResult<Vec<Poll>> {
    date_polls::table
        .filter(date_polls::status.eq(PollStatus::Open))
        .filter(date_polls::closes_at.le(At(now)))
        .order((date_polls::closes_at, date_polls::meeting))
        .limit(limit)
        .select(PollRow::as_select())
        .load(conn)?
        .into_iter()
        .map(Poll::try_from)
        .collect()
}

/// Open polls that end after `now` and at `until` or before; at most `limit`, the first to end
/// first. One of which the last chaser went out is not among them.
pub(super) fn closing(
    conn: &mut DbConn,
    now: Timestamp,
    until: Timestamp,
    limit: i64,
) -> DbResult<Vec<Poll>> {
    let last = CHASERS.into_iter().min().unwrap_or_default();
    let not_done = date_polls::last_chaser
        .is_null()
        .or(date_polls::last_chaser.gt(last));
    date_polls::table
        .filter(date_polls::status.eq(PollStatus::Open))
        .filter(date_polls::closes_at.gt(At(now)))
        .filter(date_polls::closes_at.le(At(until)))
        .filter(not_done.assume_not_null())
        .order((date_polls::closes_at, date_polls::meeting))
        .limit(limit)
        .select(PollRow::as_select())
        .load(conn)?
        .into_iter()
        .map(Poll::try_from)
        .collect()
}

/// Notes which chaser went out. No change of the poll itself, so its version stays.
pub(super) fn note_chaser(conn: &mut DbConn, meeting: MeetingId, hours: i32) -> DbResult<()> {
    diesel::update(date_polls::table.find(meeting))
        .set(date_polls::last_chaser.eq(hours))
        .execute(conn)?;
    Ok(())
}

fn json(result: Option<&PollResult>) -> DbResult<Option<String>> {
    let json = result.map(serde_json::to_string).transpose();
    json.map_err(|_| UNREADABLE)
}

pub(super) fn insert(conn: &mut DbConn, poll: &Poll) -> DbResult<()> {
    diesel::insert_into(date_polls::table)
        .values((
            date_polls::meeting.eq(poll.meeting),
            date_polls::version.eq(poll.version),
            date_polls::status.eq(poll.status),
            date_polls::closes_at.eq(At(poll.closes_at)),
            date_polls::round.eq(poll.round),
            date_polls::created_at.eq(At(poll.created_at)),
            date_polls::updated_at.eq(At(poll.updated_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores a changed poll, provided that nobody changed it since it was read.
pub(super) fn update(conn: &mut DbConn, poll: Poll) -> DbResult<Poll> {
    let version = poll.version + 1;
    let unchanged = date_polls::table
        .filter(date_polls::meeting.eq(poll.meeting))
        .filter(date_polls::version.eq(poll.version));
    let changed = diesel::update(unchanged)
        .set((
            date_polls::version.eq(version),
            date_polls::status.eq(poll.status),
            date_polls::closes_at.eq(At(poll.closes_at)),
            date_polls::round.eq(poll.round),
            date_polls::last_chaser.eq(poll.last_chaser),
            date_polls::result.eq(json(poll.result.as_ref())?),
            date_polls::closed_at.eq(poll.closed_at.map(At)),
            date_polls::updated_at.eq(At(poll.updated_at)),
        ))
        .execute(conn)?;
    one_row(changed)?;
    Ok(Poll { version, ..poll })
}

pub(super) fn replace_required(
    conn: &mut DbConn,
    meeting: MeetingId,
    codes: &BTreeSet<MunicipalityCode>,
) -> DbResult<()> {
    let before =
        date_poll_municipalities::table.filter(date_poll_municipalities::meeting.eq(meeting));
    diesel::delete(before).execute(conn)?;
    for code in codes {
        diesel::insert_into(date_poll_municipalities::table)
            .values((
                date_poll_municipalities::meeting.eq(meeting),
                date_poll_municipalities::municipality.eq(*code),
            ))
            .execute(conn)?;
    }
    Ok(())
}

pub(super) fn insert_option(
    conn: &mut DbConn,
    meeting: MeetingId,
    period: &LocalPeriod,
) -> DbResult<()> {
    diesel::insert_into(date_poll_options::table)
        .values((
            date_poll_options::id.eq(PollOptionId::generate()),
            date_poll_options::meeting.eq(meeting),
            date_poll_options::state.eq(OptionState::Open),
            date_poll_options::local_start.eq(period.local_start().to_string()),
            date_poll_options::local_end.eq(period.local_end().to_string()),
            date_poll_options::time_zone.eq(period.zone_name()),
            date_poll_options::starts_at.eq(At(period.starts_at())),
            date_poll_options::ends_at.eq(At(period.ends_at())),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes an option away, with the votes on it.
pub(super) fn delete_option(conn: &mut DbConn, option: PollOptionId) -> DbResult<()> {
    let votes = date_poll_votes::table.filter(date_poll_votes::poll_option.eq(option));
    diesel::delete(votes).execute(conn)?;
    diesel::delete(date_poll_options::table.find(option)).execute(conn)?;
    Ok(())
}

/// Releases every option of a poll but the chosen one, if any.
pub(super) fn release_options(
    conn: &mut DbConn,
    meeting: MeetingId,
    chosen: Option<PollOptionId>,
) -> DbResult<()> {
    let all = date_poll_options::table.filter(date_poll_options::meeting.eq(meeting));
    diesel::update(all)
        .set(date_poll_options::state.eq(OptionState::Released))
        .execute(conn)?;
    if let Some(chosen) = chosen {
        diesel::update(date_poll_options::table.find(chosen))
            .set(date_poll_options::state.eq(OptionState::Chosen))
            .execute(conn)?;
    }
    Ok(())
}

/// Stores a vote over the one that the person gave before.
pub(super) fn put_vote(conn: &mut DbConn, vote: &PollVote) -> DbResult<()> {
    diesel::delete(date_poll_votes::table.find((vote.option, vote.person))).execute(conn)?;
    diesel::insert_into(date_poll_votes::table)
        .values((
            date_poll_votes::poll_option.eq(vote.option),
            date_poll_votes::person.eq(vote.person),
            date_poll_votes::vote.eq(vote.vote),
            date_poll_votes::remark.eq(vote.remark.as_deref()),
            date_poll_votes::via.eq(vote.via),
            date_poll_votes::voted_at.eq(At(vote.voted_at)),
        ))
        .execute(conn)?;
    Ok(())
}
