//! Mails about a meeting, to one invitee.

use jiff::{SignedDuration, Timestamp};
use url::Url;
use uuid::Uuid;

use super::{ComposeError, ComposedMail, Composer, Looked, notice};
use crate::access::Scope;
use crate::db::DbConn;
use crate::deliveries::{Delivery, DroppedReason};
use crate::flows::remind;
use crate::ids::{InvitationId, ReminderRuleId};
use crate::invitations::{self, Invitation, InvitationAnswer};
use crate::links::{self, LinkPurpose};
use crate::mail::calendar::{Attendee, MeetingZone, Organiser, PartStat};
use crate::mail::clean::{Line, Paragraphs};
use crate::mail::invitation as mails;
use crate::meetings::{self, Meeting, MeetingRevision, MeetingStatus};
use crate::people::{self, Person};
use crate::reminders;

/// How long after the meeting its answer link still opens a page, which then says that it is
/// over.
const LINK_OUTLIVES_MEETING: SignedDuration = SignedDuration::from_hours(7 * 24);

/// An invitation with its meeting.
pub(super) struct MeetingFacts {
    meeting: Meeting,
    invitation: Invitation,
    /// The SEQUENCE that the mail carries.
    sequence: i32,
}

fn read(
    conn: &mut DbConn,
    id: InvitationId,
    sequence: Option<i32>,
) -> Result<MeetingFacts, ComposeError> {
    let missing = |what| ComposeError::Incomplete { what };
    let invitation = invitations::find(conn, id)?.ok_or(missing("invitation"))?;
    let meeting =
        meetings::find(conn, &Scope::Institute, invitation.meeting)?.ok_or(missing("meeting"))?;
    Ok(MeetingFacts {
        sequence: sequence.unwrap_or(invitation.sequence),
        meeting,
        invitation,
    })
}

/// Whether the meeting still lies ahead with this invitee in it.
fn still_on(facts: &MeetingFacts, now: Timestamp) -> Result<(), DroppedReason> {
    match facts.meeting.status {
        MeetingStatus::Scheduled => {}
        MeetingStatus::Draft | MeetingStatus::Polling => return Err(DroppedReason::Superseded),
        MeetingStatus::Held | MeetingStatus::NotHeld => return Err(DroppedReason::Past),
        MeetingStatus::Cancelled => return Err(DroppedReason::Cancelled),
    }
    if facts.meeting.has_started(now) {
        return Err(DroppedReason::Past);
    }
    if facts.invitation.is_removed() {
        return Err(DroppedReason::Cancelled);
    }
    Ok(())
}

/// A newer time or place has a mail of its own; who has declined needs none.
pub(super) fn look_request(
    conn: &mut DbConn,
    delivery: &Delivery,
    id: InvitationId,
    now: Timestamp,
) -> Looked<MeetingFacts> {
    let facts = read(conn, id, delivery.sequence)?;
    let wanted = still_on(&facts, now).and_then(|()| {
        let superseded = facts.sequence != facts.invitation.sequence;
        match facts.invitation.answer {
            _ if superseded => Err(DroppedReason::Superseded),
            InvitationAnswer::Declined | InvitationAnswer::Delegated => {
                Err(DroppedReason::Answered)
            }
            InvitationAnswer::NeedsAction
            | InvitationAnswer::Accepted
            | InvitationAnswer::Tentative
            | InvitationAnswer::Waitlisted
            | InvitationAnswer::Removed => Ok(()),
        }
    });
    Ok(wanted.map(|()| facts))
}

/// Nothing goes out when the invitation never did.
pub(super) fn look_cancellation(
    conn: &mut DbConn,
    delivery: &Delivery,
    id: InvitationId,
) -> Looked<MeetingFacts> {
    let facts = read(conn, id, delivery.sequence)?;
    if facts.invitation.last_sequence_sent.is_none() {
        return Ok(Err(DroppedReason::Cancelled));
    }
    let off = facts.meeting.status == MeetingStatus::Cancelled
        || facts.invitation.is_removed()
        || facts.invitation.answer == InvitationAnswer::Delegated;
    Ok(if off {
        Ok(facts)
    } else {
        Err(DroppedReason::Superseded)
    })
}

/// A reminder of another start, or by a rule that no longer counts, is no longer wanted; nor is
/// one for whoever has answered otherwise since.
pub(super) fn look_reminder(
    conn: &mut DbConn,
    id: InvitationId,
    (rule, starts_at): (ReminderRuleId, Timestamp),
    now: Timestamp,
) -> Looked<MeetingFacts> {
    let facts = read(conn, id, None)?;
    if let Err(reason) = still_on(&facts, now) {
        return Ok(Err(reason));
    }
    let rule = reminders::find(conn, rule)?.filter(|rule| rule.retired_at.is_none());
    let Some(rule) = rule.filter(|_| facts.meeting.period.starts_at() == starts_at) else {
        return Ok(Err(DroppedReason::Superseded));
    };
    Ok(if remind::wants(rule.audience, &facts.invitation) {
        Ok(facts)
    } else {
        Err(DroppedReason::Answered)
    })
}

/// Who gave the place back needs no mail about it.
pub(super) fn look_place(
    conn: &mut DbConn,
    id: InvitationId,
    now: Timestamp,
) -> Looked<MeetingFacts> {
    let facts = read(conn, id, None)?;
    let has_place = facts.invitation.answer == InvitationAnswer::Accepted;
    let wanted = match still_on(&facts, now) {
        Ok(()) if !has_place => Err(DroppedReason::Answered),
        looked => looked,
    };
    Ok(wanted.map(|()| facts))
}

pub(super) fn look_fresh_link(
    conn: &mut DbConn,
    purpose: &str,
    object: Uuid,
    now: Timestamp,
) -> Looked<MeetingFacts> {
    if purpose != LinkPurpose::Answer.as_str() {
        return Err(ComposeError::Incomplete {
            what: "mail for a link of this purpose",
        });
    }
    let facts = read(conn, InvitationId(object), None)?;
    Ok(still_on(&facts, now).map(|()| facts))
}

impl Composer<'_> {
    pub(super) fn invitation(
        &mut self,
        facts: &MeetingFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let organiser = self.organiser(facts)?;
        let (answer_url, _) = self.answer_link(facts)?;
        let contents = mails::Invitation {
            meeting: in_words(&facts.meeting)?,
            entry: self.entry(facts, organiser.as_ref())?,
            answer_url,
            message: None,
            notice: notice::for_invitee(self, &facts.meeting, organiser.as_ref())?,
        };
        let mail = self.write(&contents)?;
        Ok(about_meeting(facts, organiser.as_ref(), mail))
    }

    /// What changed, next to what the reader knew; who knew of nothing yet is invited.
    pub(super) fn invitation_update(
        &mut self,
        facts: &MeetingFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let Some(previous) = self.last_told(facts)? else {
            return self.invitation(facts);
        };
        let organiser = self.organiser(facts)?;
        let (answer_url, _) = self.answer_link(facts)?;
        let contents = mails::InvitationUpdate {
            meeting: in_words(&facts.meeting)?,
            previous,
            entry: self.entry(facts, organiser.as_ref())?,
            answer_url,
            message: None,
        };
        let mail = self.write(&contents)?;
        Ok(about_meeting(facts, organiser.as_ref(), mail))
    }

    /// The meeting as the last mail to the reader told of it.
    fn last_told(&mut self, facts: &MeetingFacts) -> Result<Option<mails::Previous>, ComposeError> {
        let Some(sequence) = facts.invitation.last_sequence_sent else {
            return Ok(None);
        };
        let known = meetings::revision(self.conn, facts.meeting.id, sequence)?;
        known.as_ref().map(previous_in_words).transpose()
    }

    pub(super) fn cancellation(
        &mut self,
        facts: &MeetingFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let organiser = self.organiser(facts)?;
        let meeting = in_words(&facts.meeting)?;
        let entry = self.entry(facts, organiser.as_ref())?;
        let mail = if facts.meeting.status == MeetingStatus::Cancelled {
            let reason = facts.meeting.cancelled_reason.as_deref();
            let contents = mails::Cancellation {
                meeting,
                entry,
                reason: reason.and_then(Paragraphs::new),
            };
            self.write(&contents)?
        } else if facts.invitation.answer == InvitationAnswer::Delegated {
            let delegate = self.delegate(facts)?;
            self.write(&mails::Delegated {
                meeting,
                entry,
                delegate,
            })?
        } else {
            self.write(&mails::Removed { meeting, entry })?
        };
        Ok(about_meeting(facts, organiser.as_ref(), mail))
    }

    /// Who comes in the recipient's place, as long as we know their name.
    fn delegate(&mut self, facts: &MeetingFacts) -> Result<Option<Line>, ComposeError> {
        let Some(id) = facts.invitation.delegated_to else {
            return Ok(None);
        };
        let Some(theirs) = invitations::find(self.conn, id)? else {
            return Ok(None);
        };
        let person = people::queries::find(self.conn, &Scope::Institute, theirs.person)?;
        let known = person.filter(|person| !person.is_erased());
        Ok(known.map(|person| Line::new(&person.name)))
    }

    pub(super) fn reminder(&mut self, facts: &MeetingFacts) -> Result<ComposedMail, ComposeError> {
        let organiser = self.organiser(facts)?;
        let (answer_url, _) = self.answer_link(facts)?;
        let contents = mails::Reminder {
            meeting: in_words(&facts.meeting)?,
            answered: match facts.invitation.answer {
                InvitationAnswer::Accepted => mails::Answered::Comes,
                InvitationAnswer::Tentative => mails::Answered::MayCome,
                InvitationAnswer::NeedsAction
                | InvitationAnswer::Declined
                | InvitationAnswer::Delegated
                | InvitationAnswer::Waitlisted
                | InvitationAnswer::Removed => mails::Answered::NotYet,
            },
            answer_url,
        };
        let mail = self.write(&contents)?;
        Ok(about_meeting(facts, organiser.as_ref(), mail))
    }

    pub(super) fn place_free(
        &mut self,
        facts: &MeetingFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let organiser = self.organiser(facts)?;
        let (answer_url, _) = self.answer_link(facts)?;
        let contents = mails::PlaceFree {
            meeting: in_words(&facts.meeting)?,
            answer_url,
        };
        let mail = self.write(&contents)?;
        Ok(about_meeting(facts, organiser.as_ref(), mail))
    }

    pub(super) fn fresh_link(
        &mut self,
        facts: &MeetingFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let organiser = self.organiser(facts)?;
        let (answer_url, expires_at) = self.answer_link(facts)?;
        let zone = self.letterhead.institute.usual_zone.time_zone();
        let contents = mails::FreshLink {
            meeting: in_words(&facts.meeting)?,
            answer_url,
            // The day before: on its last day the link dies at some hour.
            works_until_on: zone
                .to_datetime(expires_at - SignedDuration::from_hours(24))
                .date(),
        };
        let mail = self.write(&contents)?;
        Ok(about_meeting(facts, organiser.as_ref(), mail))
    }

    /// A working link to the recipient's own page, and when it ends.
    fn answer_link(&mut self, facts: &MeetingFacts) -> Result<(Url, Timestamp), ComposeError> {
        let expires_at = facts.meeting.period.ends_at() + LINK_OUTLIVES_MEETING;
        let token = links::make(
            self.conn,
            self.keys,
            LinkPurpose::Answer,
            facts.invitation.id.0,
            facts.invitation.person,
            expires_at,
            self.now,
        )?;
        Ok((
            self.letterhead.page(LinkPurpose::Answer, &token)?,
            expires_at,
        ))
    }

    fn organiser(&mut self, facts: &MeetingFacts) -> Result<Option<Person>, ComposeError> {
        let Some(id) = facts.meeting.organiser else {
            return Ok(None);
        };
        let person = people::queries::find(self.conn, &Scope::Institute, id)?;
        Ok(person.filter(|person| !person.is_erased()))
    }

    /// What calendars need. Without an inbound address nobody reads their answers: the From
    /// address then stands as ORGANIZER and asks for none.
    fn entry(
        &self,
        facts: &MeetingFacts,
        organiser: Option<&Person>,
    ) -> Result<mails::CalendarEntry, ComposeError> {
        let letterhead = self.letterhead;
        let name = organiser.map_or(letterhead.institute.name.as_str(), |person| &person.name);
        let sequence = u32::try_from(facts.sequence)
            .map_err(|_| ComposeError::Incomplete { what: "sequence" })?;
        Ok(mails::CalendarEntry {
            uid: facts.meeting.ical_uid.clone(),
            sequence,
            dtstamp: facts.meeting.revised_at,
            organiser: Organiser {
                address: letterhead
                    .inbound
                    .as_ref()
                    .unwrap_or(&letterhead.from)
                    .clone(),
                name: name.to_owned(),
                rsvp: letterhead.inbound.is_some(),
            },
            attendee: Attendee {
                address: self.reader.address.clone(),
                name: self.reader.person.name.clone(),
                partstat: partstat(facts.invitation.answer),
                required: facts.invitation.required,
            },
        })
    }
}

/// Answers go to the organiser; the mail follows the first one about the invitation.
fn about_meeting(
    facts: &MeetingFacts,
    organiser: Option<&Person>,
    mut mail: ComposedMail,
) -> ComposedMail {
    if let Some(person) = organiser
        && let Some(address) = &person.email
    {
        mail.reply_to = address.clone();
        mail.reply_to_name = Line::new(&person.name);
    }
    mail.in_reply_to
        .clone_from(&facts.invitation.first_message_id);
    mail
}

fn in_words(meeting: &Meeting) -> Result<mails::Meeting, ComposeError> {
    Ok(mails::Meeting {
        kind: meeting.kind,
        title: Line::new(&meeting.title),
        local_start: meeting.period.local_start(),
        local_end: meeting.period.local_end(),
        time_zone: zone(meeting.period.zone_name())?,
        place: meeting.venue.place().map(Line::new),
        online: meeting
            .venue
            .online_url()
            .and_then(|url| Url::parse(url).ok()),
        agenda: meeting.agenda.as_deref().and_then(Paragraphs::new),
    })
}

fn previous_in_words(known: &MeetingRevision) -> Result<mails::Previous, ComposeError> {
    Ok(mails::Previous {
        local_start: known.local_start,
        local_end: known.local_end,
        time_zone: zone(&known.time_zone)?,
        place: known.place.as_deref().map(Line::new),
    })
}

fn zone(name: &str) -> Result<MeetingZone, ComposeError> {
    MeetingZone::parse(name).map_err(|_| ComposeError::Incomplete { what: "time zone" })
}

/// An answer in the words of calendars, which know no waiting list.
const fn partstat(answer: InvitationAnswer) -> PartStat {
    match answer {
        InvitationAnswer::NeedsAction
        | InvitationAnswer::Waitlisted
        | InvitationAnswer::Removed => PartStat::NeedsAction,
        InvitationAnswer::Accepted => PartStat::Accepted,
        InvitationAnswer::Tentative => PartStat::Tentative,
        InvitationAnswer::Declined => PartStat::Declined,
        InvitationAnswer::Delegated => PartStat::Delegated,
    }
}
