//! Opening, changing and closing a poll, and ending it with its meeting.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::result::{represented, voters};
use super::{
    ChangePollError, MAX_OPTIONS, OpenPollError, OptionState, Poll, PollAction, PollOption,
    PollProblem, PollStatus, Voter, mails, queries,
};
use crate::access::{Actor, Granted, MeetingsWrite, Scope};
use crate::audit::{self, AuditLine};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::events::{self, NewEvent, Subject};
use crate::ids::{MeetingId, PollOptionId};
use crate::meetings::{self, LocalPeriod, Meeting, MeetingAction, PeriodError};
use crate::words::MunicipalityCode;

/// How many polls are closed in one transaction; the next tick takes the rest.
const AT_ONCE: i64 = 20;

/// A poll about to be opened.
#[derive(Debug, Clone)]
pub struct NewPoll {
    /// The days and times to vote on.
    pub options: Vec<LocalPeriod>,
    /// From when no vote counts.
    pub closes_at: Timestamp,
    /// The municipalities that must be represented; those of whoever the meeting needs when left
    /// out.
    pub required: Option<Vec<MunicipalityCode>>,
}

/// What changes in a poll: `None` leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct PollChange {
    /// All options from now on; those that are among them already keep their votes.
    pub options: Option<Vec<LocalPeriod>>,
    /// Another end.
    pub closes_at: Option<Timestamp>,
    /// Other municipalities that must be represented.
    pub required: Option<Vec<MunicipalityCode>>,
}

/// Opens the poll of a draft: whoever is on its list votes (L9).
pub fn open(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    id: MeetingId,
    expected_version: Option<i64>,
    new: &NewPoll,
) -> Result<(Meeting, Poll), OpenPollError> {
    let meeting = meetings::find(conn, granted.scope(), id)?.ok_or(OpenPollError::NotFound)?;
    if expected_version.is_some_and(|version| version != meeting.version) {
        return Err(OpenPollError::Stale);
    }
    meeting.allows(MeetingAction::OpenPoll)?;
    let voters = voters(conn, id, now)?;
    if voters.is_empty() {
        return Err(OpenPollError::NobodyInvited);
    }
    let mut problems = option_problems(&new.options, &[], now.at);
    problems.extend(end_problem(new.closes_at, &new.options, now.at));
    let required = required_problems(new.required.as_deref(), &voters, &mut problems);
    let earliest = new.options.iter().min_by_key(|it| it.starts_at()).cloned();
    let Some(earliest) = earliest.filter(|_| problems.is_empty()) else {
        return Err(OpenPollError::Invalid(problems));
    };
    let poll = Poll {
        meeting: id,
        version: 1,
        status: PollStatus::Open,
        closes_at: new.closes_at,
        round: 1,
        last_chaser: None,
        result: None,
        closed_at: None,
        created_at: now.at,
        updated_at: now.at,
    };
    queries::insert(conn, &poll)?;
    queries::replace_required(conn, id, &required)?;
    for period in &new.options {
        queries::insert_option(conn, id, period)?;
    }
    let (actor, from) = (granted.actor(), meeting.status);
    let meeting = meeting.open_poll(earliest, now.at)?;
    let meeting = meetings::poll_date(conn, actor, now.at, from, meeting)?;
    let told = ("poll.opened", "poll.open");
    trace(conn, actor, now, &meeting, &poll, None, told)?;
    mails::ask_all(conn, actor, now, &meeting, &poll)?;
    Ok((meeting, poll))
}

/// Changes a poll that is open, or opens a closed one again with a later end.
pub fn change(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    id: MeetingId,
    expected_version: Option<i64>,
    change: PollChange,
) -> Result<Poll, ChangePollError> {
    let (meeting, poll) = found(conn, granted.scope(), id, expected_version)?;
    let (from, round) = (poll.status, poll.round);
    let mut changed = poll.after(PollAction::Change, now.at)?;
    let options = queries::options_of(conn, id)?;
    let before: Vec<LocalPeriod> = options.iter().map(|it| it.period.clone()).collect();
    let after = change.options.unwrap_or_else(|| before.clone());
    let mut problems = option_problems(&after, &before, now.at);
    if from == PollStatus::Closed && change.closes_at.is_none() {
        problems.push(PollProblem::NeedsNewEnd);
    } else {
        let closes_at = change.closes_at.unwrap_or(changed.closes_at);
        problems.extend(end_problem(closes_at, &after, now.at));
    }
    let voters = voters(conn, id, now)?;
    let required = match &change.required {
        Some(codes) => required_problems(Some(codes), &voters, &mut problems),
        None => queries::required_of(conn, id)?,
    };
    let earliest = after.iter().min_by_key(|it| it.starts_at()).cloned();
    let Some(earliest) = earliest.filter(|_| problems.is_empty()) else {
        return Err(ChangePollError::Invalid(problems));
    };
    if let Some(closes_at) = change.closes_at {
        changed.closes_at = closes_at;
        changed.last_chaser = None;
    }
    let added = replace_options(conn, id, &options, &after)?;
    if added || from == PollStatus::Closed {
        changed.round += 1;
        changed.last_chaser = None;
    }
    queries::replace_required(conn, id, &required)?;
    let changed = queries::update(conn, changed)?;
    let actor = granted.actor();
    let meeting = if meeting.period == earliest {
        meeting
    } else {
        let status = meeting.status;
        let polled = meeting.polled_for(earliest, now.at);
        meetings::poll_date(conn, actor, now.at, status, polled)?
    };
    let told = ("poll.changed", "poll.change");
    trace(conn, actor, now, &meeting, &changed, Some(from), told)?;
    if changed.round > round {
        mails::ask_all(conn, actor, now, &meeting, &changed)?;
    }
    Ok(changed)
}

/// Whether two periods are one option: the same instants, whatever the clock.
fn same(one: &LocalPeriod, other: &LocalPeriod) -> bool {
    one.starts_at() == other.starts_at() && one.ends_at() == other.ends_at()
}

/// Keeps what stays with its votes, takes the rest away and adds what is new; whether anything
/// was added.
fn replace_options(
    conn: &mut DbConn,
    id: MeetingId,
    options: &[PollOption],
    after: &[LocalPeriod],
) -> DbResult<bool> {
    for option in options {
        if !after.iter().any(|it| same(it, &option.period)) {
            queries::delete_option(conn, option.id)?;
        }
    }
    let mut added = false;
    for period in after {
        if !options.iter().any(|it| same(&it.period, period)) {
            queries::insert_option(conn, id, period)?;
            added = true;
        }
    }
    Ok(added)
}

/// Takes no more votes, before the end.
pub fn close(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    id: MeetingId,
    expected_version: Option<i64>,
) -> Result<Poll, ChangePollError> {
    let (meeting, poll) = found(conn, granted.scope(), id, expected_version)?;
    end(conn, granted.actor(), now, &meeting, poll)
}

/// Closes the polls whose end has come. Says how many.
pub fn close_due(conn: &mut DbConn, now: LocalNow) -> DbResult<usize> {
    let over = queries::over(conn, now.at, AT_ONCE)?;
    let actor = Actor::system("close-polls");
    let count = over.len();
    for poll in over {
        let meeting = meetings::find(conn, &Scope::Institute, poll.meeting)?;
        let meeting = meeting.ok_or(DbError::Corrupt { what: "date poll" })?;
        end(conn, &actor, now, &meeting, poll).map_err(|error| match error {
            ChangePollError::Db(error) => error,
            // They were found open in this very transaction.
            ChangePollError::NotFound
            | ChangePollError::Stale
            | ChangePollError::State(_)
            | ChangePollError::Invalid(_) => DbError::Conflict,
        })?;
    }
    Ok(count)
}

fn end(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    meeting: &Meeting,
    poll: Poll,
) -> Result<Poll, ChangePollError> {
    let from = poll.status;
    let closed = queries::update(conn, poll.after(PollAction::Close, now.at)?)?;
    let told = ("poll.closed", "poll.close");
    trace(conn, actor, now, meeting, &closed, Some(from), told)?;
    mails::tell_organiser(conn, actor, now, meeting, &closed)?;
    Ok(closed)
}

/// Ends the poll of a meeting that was called off, if it has one that goes on.
pub fn follow_cancellation(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    cancelled: &Meeting,
) -> DbResult<()> {
    let Some(poll) = queries::find(conn, cancelled.id)? else {
        return Ok(());
    };
    let from = poll.status;
    // A poll that was decided before is history.
    let Ok(ended) = poll.after(PollAction::Cancel, now.at) else {
        return Ok(());
    };
    let ended = queries::update(conn, ended)?;
    queries::release_options(conn, cancelled.id, None)?;
    let told = ("poll.cancelled", "poll.cancel");
    trace(conn, actor, now, cancelled, &ended, Some(from), told)?;
    mails::tell_of_cancellation(conn, actor, now, cancelled)
}

fn found(
    conn: &mut DbConn,
    scope: &Scope,
    id: MeetingId,
    expected_version: Option<i64>,
) -> Result<(Meeting, Poll), ChangePollError> {
    let meeting = meetings::find(conn, scope, id)?.ok_or(ChangePollError::NotFound)?;
    let poll = queries::find(conn, id)?.ok_or(ChangePollError::NotFound)?;
    if expected_version.is_some_and(|version| version != poll.version) {
        return Err(ChangePollError::Stale);
    }
    Ok((meeting, poll))
}

/// What is wrong with the options; those that were there `before` may have begun.
fn option_problems(
    options: &[LocalPeriod],
    before: &[LocalPeriod],
    now: Timestamp,
) -> Vec<PollProblem> {
    let mut problems = Vec::new();
    if options.len() < 2 {
        problems.push(PollProblem::TooFew);
    }
    if options.len() > MAX_OPTIONS {
        problems.push(PollProblem::TooMany);
    }
    for (at, option) in options.iter().enumerate() {
        let known = before.iter().any(|it| same(it, option));
        if !known && option.starts_at() <= now {
            let error = PeriodError::StartsInPast;
            problems.push(PollProblem::Period { at, error });
        }
        if options.iter().take(at).any(|it| same(it, option)) {
            problems.push(PollProblem::SameTime { at });
        }
    }
    problems
}

fn end_problem(
    closes_at: Timestamp,
    options: &[LocalPeriod],
    now: Timestamp,
) -> Option<PollProblem> {
    if closes_at <= now {
        return Some(PollProblem::EndPassed);
    }
    let first = options.iter().map(LocalPeriod::starts_at).min();
    (first.is_some_and(|first| first < closes_at)).then_some(PollProblem::EndsTooLate)
}

/// The municipalities that are required: as named, or those of whoever the meeting needs.
fn required_problems(
    named: Option<&[MunicipalityCode]>,
    voters: &[Voter],
    problems: &mut Vec<PollProblem>,
) -> BTreeSet<MunicipalityCode> {
    let Some(named) = named else {
        return represented(voters.iter().filter(|voter| voter.required));
    };
    let invited = represented(voters.iter());
    for (at, code) in named.iter().enumerate() {
        if !invited.contains(code) {
            problems.push(PollProblem::NobodyOf { at });
        }
        if named.iter().take(at).any(|earlier| earlier == code) {
            problems.push(PollProblem::SameMunicipality { at });
        }
    }
    named.iter().copied().collect()
}

pub(super) fn trace(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    meeting: &Meeting,
    poll: &Poll,
    from: Option<PollStatus>,
    (event_type, audit_action): (&'static str, &'static str),
) -> DbResult<()> {
    let event = NewEvent {
        event_type,
        subject: Subject {
            kind: "meeting",
            id: meeting.id.0,
        },
        municipality: meeting.municipality,
        from: from.map(PollStatus::as_str),
        to: Some(poll.status.as_str()),
        reason: None,
        data: serde_json::json!({ "pollVersion": poll.version }),
    };
    events::append(conn, &event, actor, now.at)?;
    record(conn, actor, now, meeting, audit_action)
}

pub(super) fn record(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    meeting: &Meeting,
    action: &'static str,
) -> DbResult<()> {
    let line = AuditLine {
        action,
        object_type: "meeting",
        object_id: Some(meeting.id.to_string()),
        municipality: meeting.municipality,
    };
    audit::record(conn, actor, line, now.at)
}

/// The option of this id that can still be chosen.
pub(super) fn still_open(options: &[PollOption], id: PollOptionId) -> Option<&PollOption> {
    options
        .iter()
        .find(|it| it.id == id && it.state == OptionState::Open)
}
