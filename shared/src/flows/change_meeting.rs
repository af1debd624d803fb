//! Changing a meeting: its time and place, its words, and who is invited, with the mails that
//! each of them brings (RFC 5546).
//!
//! | what changes | SEQUENCE | who gets a mail |
//! | --- | --- | --- |
//! | the time | rises | everybody invited, and each is asked again |
//! | the place | rises | everybody invited who has not declined |
//! | the words | stays | nobody, or everybody who has not declined when asked for |
//! | somebody is added | stays | they, an invitation |
//! | somebody is removed | rises | they, a cancellation if the invitation reached them |
//!
//! A meeting without a date is in nobody's calendar: whatever changes in it sends nothing, but for
//! the mail that asks somebody who comes on the list of a date poll to vote.

use std::collections::BTreeSet;

use super::invitees::{InviteeProblem, invitee_problems};
use super::meeting_belongs::{BelongsChange, BelongsProblem, after_change};
use crate::access::{Actor, Granted, MeetingsWrite};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::{InvitationId, MeetingId, PersonId};
use crate::invitations::{self, Invitation, InvitationAnswer, Invitee};
use crate::meetings::{
    self, CannotChange, Meeting, MeetingChange, MeetingStatus, PeriodError, Reach,
};
use crate::polls;

/// What is to change.
#[derive(Debug, Clone, Default)]
pub struct MeetingChanges {
    /// In the meeting itself.
    pub meeting: MeetingChange,
    /// In what it is part of.
    pub belongs: BelongsChange,
    /// Who is invited besides.
    pub add: Vec<Invitee>,
    /// Who is no longer.
    pub remove: Vec<InvitationId>,
    /// Whether other words alone are worth a mail.
    pub tell_of_wording: bool,
}

/// How many people get which mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MailCounts {
    /// An invitation.
    pub invitations: usize,
    /// What changed.
    pub updates: usize,
    /// That they are no longer invited.
    pub cancellations: usize,
}

/// A changed meeting.
#[derive(Debug, Clone)]
pub struct ChangedMeeting {
    /// The meeting.
    pub meeting: Meeting,
    /// Everybody who is or was invited.
    pub invitations: Vec<Invitation>,
    /// The mails that it brings.
    pub mails: MailCounts,
}

/// Something in a change that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeProblem {
    /// Somebody to remove is not invited, by position in that list.
    NotInvited(usize),
    /// Somebody cannot be invited, or organise it.
    Invitee(InviteeProblem),
    /// It cannot belong to what it names.
    Belongs(BelongsProblem),
}

/// Why a meeting was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeMeetingError {
    /// There is no such meeting, or it is another's.
    #[error("no such meeting")]
    NotFound,
    /// It was changed since the caller read it.
    #[error("the meeting was changed in the meantime")]
    Stale,
    /// It cannot be changed like this.
    #[error(transparent)]
    Cannot(#[from] CannotChange),
    /// It cannot be then.
    #[error(transparent)]
    Period(#[from] PeriodError),
    /// It names something that cannot be; everything at once.
    #[error("the change is not valid")]
    Invalid(Vec<ChangeProblem>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// A change that was found possible, and whom it concerns.
struct Plan {
    meeting: Meeting,
    people: People,
}

/// Whom a change concerns.
struct People {
    reach: Reach,
    added: Vec<Invitee>,
    invited_again: Vec<(Invitation, Invitee)>,
    removed: Vec<Invitation>,
    told: Vec<Invitation>,
    untold: Vec<Invitation>,
}

impl People {
    fn expected(&self) -> Vec<PersonId> {
        let stay = [self.told.as_slice(), self.untold.as_slice()].concat();
        let again = self.invited_again.iter().map(|(_, invitee)| invitee.person);
        let added = self.added.iter().map(|invitee| invitee.person);
        let mut expected = invitations::expected(&stay);
        expected.extend(again.chain(added));
        expected
    }
}

impl Plan {
    fn changes_something(&self) -> bool {
        let it = &self.people;
        it.reach != Reach::Nothing
            || !(it.added.is_empty() && it.invited_again.is_empty() && it.removed.is_empty())
    }

    fn mails(&self) -> MailCounts {
        let people = &self.people;
        let asked = people.added.len() + people.invited_again.len();
        match self.meeting.status {
            MeetingStatus::Draft => return MailCounts::default(),
            // Whoever comes on the list is asked to vote.
            MeetingStatus::Polling => {
                return MailCounts {
                    invitations: asked,
                    ..MailCounts::default()
                };
            }
            MeetingStatus::Scheduled
            | MeetingStatus::Held
            | MeetingStatus::NotHeld
            | MeetingStatus::Cancelled => {}
        }
        let reached = |it: &&Invitation| {
            it.last_sequence_sent.is_some() && it.answer != InvitationAnswer::Delegated
        };
        MailCounts {
            invitations: asked,
            updates: people.told.len(),
            cancellations: people.removed.iter().filter(reached).count(),
        }
    }
}

/// A change that was looked at and not made.
#[derive(Debug, Clone)]
pub struct PreviewedChange {
    /// The meeting as it would be.
    pub meeting: Meeting,
    /// Who would be expected at it.
    pub expected: Vec<PersonId>,
    /// The mails that it would bring.
    pub mails: MailCounts,
}

/// How many people would get which mail, without changing anything.
pub fn preview_meeting_change(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    id: MeetingId,
    expected_version: Option<i64>,
    changes: MeetingChanges,
) -> Result<PreviewedChange, ChangeMeetingError> {
    let found = found(conn, granted, id, expected_version)?;
    let plan = plan(conn, granted, now, found, changes)?;
    Ok(PreviewedChange {
        mails: plan.mails(),
        expected: plan.people.expected(),
        meeting: plan.meeting,
    })
}

/// Changes a meeting that has not started.
pub fn change_meeting(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    id: MeetingId,
    expected_version: Option<i64>,
    changes: MeetingChanges,
) -> Result<ChangedMeeting, ChangeMeetingError> {
    let found = found(conn, granted, id, expected_version)?;
    let plan = plan(conn, granted, now, found, changes)?;
    let (actor, mails) = (granted.actor(), plan.mails());
    let meeting = if plan.changes_something() {
        meetings::change(conn, actor, now.at, plan.meeting, plan.people.reach)?
    } else {
        plan.meeting
    };
    let mut invitations = if meeting.is_undated() {
        relist(conn, actor, now, &meeting, plan.people)?
    } else {
        tell(conn, actor, now, &meeting, plan.people)?
    };
    // Somebody was taken out, or there is more room.
    for placed in invitations::let_in(conn, actor, now.at, &meeting)? {
        invitations.retain(|invitation| invitation.id != placed.id);
        invitations.push(placed);
    }
    invitations.sort_unstable_by_key(|invitation| invitation.id);
    Ok(ChangedMeeting {
        meeting,
        invitations,
        mails,
    })
}

/// Writes who is invited, and tells them.
fn tell(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    meeting: &Meeting,
    people: People,
) -> DbResult<Vec<Invitation>> {
    let (at, reach) = (now.at, people.reach);
    let mut invitations = people.untold;
    for invitation in people.removed {
        invitations.push(invitations::remove(conn, actor, at, meeting, invitation)?);
    }
    for invitation in people.told {
        let change = (invitation, reach);
        invitations.push(invitations::tell_of_change(
            conn, actor, at, meeting, change,
        )?);
    }
    for again in people.invited_again {
        invitations.push(invitations::invite_again(conn, actor, at, meeting, again)?);
    }
    for invitee in people.added {
        invitations.push(invitations::invite(conn, actor, at, meeting, invitee)?);
    }
    Ok(invitations)
}

/// Writes who is on the list of a meeting without a date. While its date is polled, whoever comes
/// on it is asked to vote.
fn relist(
    conn: &mut DbConn,
    actor: &Actor,
    now: LocalNow,
    meeting: &Meeting,
    people: People,
) -> DbResult<Vec<Invitation>> {
    let mut invitations = [people.untold, people.told].concat();
    for invitation in people.removed {
        invitations.push(invitations::strike(conn, now.at, meeting, invitation)?);
    }
    for again in people.invited_again {
        let listed = invitations::prepare_again(conn, now.at, meeting, again)?;
        polls::ask(conn, actor, now, meeting, &listed)?;
        invitations.push(listed);
    }
    for invitee in people.added {
        let listed = invitations::prepare(conn, now.at, meeting, invitee)?;
        polls::ask(conn, actor, now, meeting, &listed)?;
        invitations.push(listed);
    }
    Ok(invitations)
}

fn found(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    id: MeetingId,
    expected_version: Option<i64>,
) -> Result<Meeting, ChangeMeetingError> {
    let meeting = meetings::find(conn, granted.scope(), id)?.ok_or(ChangeMeetingError::NotFound)?;
    if expected_version.is_some_and(|version| version != meeting.version) {
        return Err(ChangeMeetingError::Stale);
    }
    Ok(meeting)
}

fn plan(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    meeting: Meeting,
    changes: MeetingChanges,
) -> Result<Plan, ChangeMeetingError> {
    let mut change = changes.meeting;
    if let Some(period) = change.period.take() {
        change.period = Some(period.in_future(now.at)?);
    }
    let known = invitations::of_meeting(conn, meeting.id)?;
    let organiser = change.organiser.flatten();
    let mut problems = strangers(&known, &changes.remove);
    let invitees = invitee_faults(conn, granted, organiser, &changes.add, &known)?;
    problems.extend(invitees.into_iter().map(ChangeProblem::Invitee));
    let (belonging, faults) = after_change(conn, granted.scope(), &meeting, changes.belongs)?;
    problems.extend(faults.into_iter().map(ChangeProblem::Belongs));
    if !problems.is_empty() {
        return Err(ChangeMeetingError::Invalid(problems));
    }
    change.belonging = belonging;
    let leaving: BTreeSet<InvitationId> = changes.remove.into_iter().collect();
    let (again, added): (Vec<_>, Vec<_>) = changes.add.into_iter().partition(|invitee| {
        known
            .iter()
            .any(|invitation| invitation.person == invitee.person)
    });
    change.attendees = !leaving.is_empty() || !again.is_empty();
    let (meeting, reach) = meeting.changed(change, now.at)?;

    let mut people = People {
        reach,
        added,
        invited_again: Vec::new(),
        removed: Vec::new(),
        told: Vec::new(),
        untold: Vec::new(),
    };
    for invitation in known {
        let invitee = again.iter().find(|it| it.person == invitation.person);
        if let Some(invitee) = invitee {
            people.invited_again.push((invitation, *invitee));
        } else if leaving.contains(&invitation.id) {
            people.removed.push(invitation);
        } else if is_told(&invitation, reach, changes.tell_of_wording) {
            people.told.push(invitation);
        } else {
            people.untold.push(invitation);
        }
    }
    Ok(Plan { meeting, people })
}

/// Whether somebody who stays hears of a change. Who declined may find that another day suits.
fn is_told(invitation: &Invitation, reach: Reach, tell_of_wording: bool) -> bool {
    let comes = match invitation.answer {
        InvitationAnswer::NeedsAction
        | InvitationAnswer::Accepted
        | InvitationAnswer::Tentative
        | InvitationAnswer::Waitlisted => true,
        InvitationAnswer::Declined => reach == Reach::Time,
        InvitationAnswer::Delegated | InvitationAnswer::Removed => false,
    };
    let worth_it = match reach {
        Reach::Time | Reach::Place => true,
        Reach::Wording => tell_of_wording,
        Reach::Nothing => false,
    };
    comes && worth_it
}

/// Who is to be removed and is not invited.
fn strangers(known: &[Invitation], remove: &[InvitationId]) -> Vec<ChangeProblem> {
    let invited = |id: &InvitationId| known.iter().any(|it| it.id == *id && !it.is_removed());
    let strangers = remove.iter().enumerate().filter(|(_, id)| !invited(id));
    strangers
        .map(|(at, _)| ChangeProblem::NotInvited(at))
        .collect()
}

/// Who is to be added and cannot be invited: not known, without an address, or invited already.
fn invitee_faults(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    organiser: Option<PersonId>,
    add: &[Invitee],
    known: &[Invitation],
) -> DbResult<Vec<InviteeProblem>> {
    let mut problems = invitee_problems(conn, granted.scope(), organiser, add)?;
    let invited = |person| (known.iter()).any(|it| it.person == person && !it.is_removed());
    let twice = (add.iter().enumerate()).filter(|(_, invitee)| invited(invitee.person));
    problems.extend(twice.map(|(invitee, _)| InviteeProblem::InviteeTwice { invitee }));
    Ok(problems)
}
