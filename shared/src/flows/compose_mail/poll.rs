//! Mails about a date poll: to one voter, and to the organiser.

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::{ComposeError, ComposedMail, Composer, Looked, notice};
use crate::access::Scope;
use crate::clock::LocalNow;
use crate::db::DbConn;
use crate::deliveries::{self, DroppedReason, Payload};
use crate::ids::{InvitationId, MeetingId};
use crate::invitations::{self, Invitation, InvitationAnswer};
use crate::links::{self, LinkPurpose};
use crate::mail::calendar::MeetingZone;
use crate::mail::clean::{Line, Paragraphs};
use crate::mail::poll as mails;
use crate::meetings::{self, LocalPeriod, Meeting};
use crate::people::{self, Person};
use crate::polls::{self, CHASERS, Poll, PollOption, PollStatus};

/// How long after its last option a link still opens the page, which then says what became of it.
const LINK_OUTLIVES_OPTIONS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A poll with one of its voters.
pub(super) struct PollFacts {
    meeting: Meeting,
    poll: Poll,
    options: Vec<PollOption>,
    invitation: Invitation,
}

fn read(conn: &mut DbConn, id: InvitationId) -> Result<PollFacts, ComposeError> {
    let missing = |what| ComposeError::Incomplete { what };
    let invitation = invitations::find(conn, id)?.ok_or(missing("invitation"))?;
    let meeting =
        meetings::find(conn, &Scope::Institute, invitation.meeting)?.ok_or(missing("meeting"))?;
    let poll = polls::find(conn, meeting.id)?.ok_or(missing("date poll"))?;
    Ok(PollFacts {
        options: polls::options_of(conn, meeting.id)?,
        meeting,
        poll,
        invitation,
    })
}

/// Whether the invitee can still vote.
fn still_open(facts: &PollFacts, now: Timestamp) -> Result<(), DroppedReason> {
    match facts.poll.status {
        PollStatus::Open if now < facts.poll.closes_at => {}
        PollStatus::Open | PollStatus::Closed => return Err(DroppedReason::Past),
        PollStatus::Decided => return Err(DroppedReason::Superseded),
        PollStatus::Cancelled => return Err(DroppedReason::Cancelled),
    }
    match facts.invitation.answer {
        InvitationAnswer::Removed => Err(DroppedReason::Cancelled),
        InvitationAnswer::Delegated => Err(DroppedReason::Answered),
        InvitationAnswer::NeedsAction
        | InvitationAnswer::Accepted
        | InvitationAnswer::Tentative
        | InvitationAnswer::Declined
        | InvitationAnswer::Waitlisted => Ok(()),
    }
}

/// Asking again for what was answered is pointless.
fn not_voted(conn: &mut DbConn, facts: PollFacts) -> Looked<PollFacts> {
    let votes = polls::votes_by(conn, facts.meeting.id, facts.invitation.person)?;
    Ok(if votes.len() < facts.options.len() {
        Ok(facts)
    } else {
        Err(DroppedReason::Answered)
    })
}

/// A newer round has a mail of its own.
pub(super) fn look_invitation(
    conn: &mut DbConn,
    id: InvitationId,
    round: i32,
    now: Timestamp,
) -> Looked<PollFacts> {
    let facts = read(conn, id)?;
    if let Err(reason) = still_open(&facts, now) {
        return Ok(Err(reason));
    }
    if round != facts.poll.round {
        return Ok(Err(DroppedReason::Superseded));
    }
    not_voted(conn, facts)
}

/// A chaser is wanted until the next one is due.
pub(super) fn look_chaser(
    conn: &mut DbConn,
    id: InvitationId,
    hours: i32,
    now: Timestamp,
) -> Looked<PollFacts> {
    let facts = read(conn, id)?;
    if let Err(reason) = still_open(&facts, now) {
        return Ok(Err(reason));
    }
    let next = CHASERS.into_iter().find(|other| *other < hours);
    let next = next.map(|hours| SignedDuration::from_hours(i64::from(hours)));
    if next.is_some_and(|before| facts.poll.closes_at - before <= now) {
        return Ok(Err(DroppedReason::Superseded));
    }
    not_voted(conn, facts)
}

pub(super) fn look_link(conn: &mut DbConn, id: InvitationId, now: Timestamp) -> Looked<PollFacts> {
    let facts = read(conn, id)?;
    Ok(still_open(&facts, now).map(|()| facts))
}

/// Only who was asked to vote, or may have been, hears that it is off.
pub(super) fn look_cancelled(conn: &mut DbConn, id: InvitationId) -> Looked<PollFacts> {
    let facts = read(conn, id)?;
    if facts.poll.status != PollStatus::Cancelled {
        return Ok(Err(DroppedReason::Superseded));
    }
    let asked = deliveries::told_about(conn, facts.meeting.id, Payload::POLL_KINDS)?;
    let theirs = asked.iter().any(|(invitation, _)| *invitation == id);
    Ok(if theirs && !facts.invitation.is_removed() {
        Ok(facts)
    } else {
        Err(DroppedReason::Cancelled)
    })
}

/// A poll that closed, for its organiser.
pub(super) struct ClosedFacts {
    meeting: Meeting,
    poll: Poll,
}

pub(super) fn look_closed(conn: &mut DbConn, id: MeetingId) -> Looked<ClosedFacts> {
    let missing = |what| ComposeError::Incomplete { what };
    let meeting = meetings::find(conn, &Scope::Institute, id)?.ok_or(missing("meeting"))?;
    let poll = polls::find(conn, id)?.ok_or(missing("date poll"))?;
    Ok(match poll.status {
        PollStatus::Closed => Ok(ClosedFacts { meeting, poll }),
        PollStatus::Open | PollStatus::Decided => Err(DroppedReason::Superseded),
        PollStatus::Cancelled => Err(DroppedReason::Cancelled),
    })
}

impl Composer<'_> {
    pub(super) fn poll_invitation(
        &mut self,
        facts: &PollFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let organiser = self.poll_organiser(&facts.meeting)?;
        let options: Result<Vec<_>, ComposeError> = (facts.options.iter())
            .map(|option| in_words(&option.period))
            .collect();
        let contents = mails::PollInvitation {
            about: self.poll_about(&facts.meeting, organiser.as_ref()),
            options: options?,
            closes: self.on_our_clock(facts.poll.closes_at),
            again: facts.poll.round > 1,
            poll_url: self.poll_page(facts)?,
            notice: notice::for_invitee(self, &facts.meeting, organiser.as_ref())?,
        };
        let mail = self.write(&contents)?;
        Ok(answered_by(organiser.as_ref(), mail))
    }

    pub(super) fn poll_chaser(&mut self, facts: &PollFacts) -> Result<ComposedMail, ComposeError> {
        let organiser = self.poll_organiser(&facts.meeting)?;
        let contents = mails::PollChaser {
            about: self.poll_about(&facts.meeting, organiser.as_ref()),
            closes: self.on_our_clock(facts.poll.closes_at),
            poll_url: self.poll_page(facts)?,
        };
        let mail = self.write(&contents)?;
        Ok(answered_by(organiser.as_ref(), mail))
    }

    pub(super) fn poll_cancelled(
        &mut self,
        facts: &PollFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let organiser = self.poll_organiser(&facts.meeting)?;
        let reason = facts.meeting.cancelled_reason.as_deref();
        let contents = mails::PollCancelled {
            about: self.poll_about(&facts.meeting, organiser.as_ref()),
            reason: reason.and_then(Paragraphs::new),
        };
        let mail = self.write(&contents)?;
        Ok(answered_by(organiser.as_ref(), mail))
    }

    pub(super) fn poll_closed(
        &mut self,
        facts: &ClosedFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let zone = self.letterhead.institute.usual_zone.time_zone();
        let now = LocalNow::new(self.now, zone);
        let detail = polls::detail(self.conn, facts.poll.clone(), now)?;
        let counts = &detail.result.options;
        let winner = detail.result.winner;
        let best = counts
            .iter()
            .find(|count| Some(count.option) == winner)
            .zip(detail.options.iter().find(|it| Some(it.id) == winner));
        let best = match best {
            Some((count, option)) => Some(mails::BestDate {
                time: in_words(&option.period)?,
                yes: count.yes,
                if_need_be: count.if_need_be,
                no: count.no,
            }),
            None => None,
        };
        let mut codes: Vec<_> = (counts.iter())
            .flat_map(|count| count.missing.iter().map(|it| it.municipality))
            .collect();
        codes.sort_unstable();
        codes.dedup();
        let mut missing = Vec::with_capacity(codes.len());
        for code in codes {
            missing.push(Line::new(&notice::name_of(self, code)?));
        }
        let organiser = self.poll_organiser(&facts.meeting)?;
        let contents = mails::PollClosed {
            about: self.poll_about(&facts.meeting, organiser.as_ref()),
            best,
            missing,
            not_voted: detail.not_voted().count(),
        };
        self.write(&contents)
    }

    fn poll_organiser(&mut self, meeting: &Meeting) -> Result<Option<Person>, ComposeError> {
        let Some(id) = meeting.organiser else {
            return Ok(None);
        };
        let person = people::queries::find(self.conn, &Scope::Institute, id)?;
        Ok(person.filter(|person| !person.is_erased()))
    }

    fn poll_about(&self, meeting: &Meeting, organiser: Option<&Person>) -> mails::PollAbout {
        mails::PollAbout {
            title: Line::new(&meeting.title),
            organiser: organiser.map_or_else(
                || self.letterhead.institute.name.clone(),
                |person| Line::new(&person.name),
            ),
            place: meeting.venue.place().map(Line::new),
        }
    }

    fn on_our_clock(&self, at: Timestamp) -> jiff::civil::DateTime {
        let zone = self.letterhead.institute.usual_zone.time_zone();
        zone.to_datetime(at)
    }

    /// A working link to the voter's own page.
    fn poll_page(&mut self, facts: &PollFacts) -> Result<Url, ComposeError> {
        let last = (facts.options.iter())
            .map(|option| option.period.ends_at())
            .max();
        let expires_at = last.unwrap_or(facts.poll.closes_at) + LINK_OUTLIVES_OPTIONS;
        let token = links::make(
            self.conn,
            self.keys,
            LinkPurpose::DatePoll,
            facts.invitation.id.0,
            facts.invitation.person,
            expires_at,
            self.now,
        )?;
        self.letterhead.page(LinkPurpose::DatePoll, &token)
    }
}

/// Answers go to the organiser.
fn answered_by(organiser: Option<&Person>, mut mail: ComposedMail) -> ComposedMail {
    if let Some(person) = organiser
        && let Some(address) = &person.email
    {
        mail.reply_to = address.clone();
        mail.reply_to_name = Line::new(&person.name);
    }
    mail
}

fn in_words(period: &LocalPeriod) -> Result<mails::PollTime, ComposeError> {
    let zone = MeetingZone::parse(period.zone_name());
    Ok(mails::PollTime {
        local_start: period.local_start(),
        local_end: period.local_end(),
        time_zone: zone.map_err(|_| ComposeError::Incomplete { what: "time zone" })?,
    })
}
