//! What the page shows of a date poll.

use jiff::Timestamp;
use koplopers_shared::access::Scope;
use koplopers_shared::db::{DbConn, DbResult};
use koplopers_shared::ids::InvitationId;
use koplopers_shared::invitations::{self, Invitation, InvitationAnswer};
use koplopers_shared::links::Link;
use koplopers_shared::mail::institute::Institute;
use koplopers_shared::mail::time_words;
use koplopers_shared::meetings::{self, Meeting};
use koplopers_shared::people::{self, Person};
use koplopers_shared::polls::{self, OptionState, Poll, PollOption, PollStatus, PollVote};

use super::super::layout::{Layout, Words};
use super::super::when::when;
use super::form;

/// A voter with the poll, as reached by a link that works.
#[derive(Debug)]
pub(super) struct Voter {
    pub(super) link: Link,
    pub(super) invitation: Invitation,
    pub(super) meeting: Meeting,
    pub(super) poll: Poll,
    pub(super) options: Vec<PollOption>,
    pub(super) votes: Vec<PollVote>,
    pub(super) recipient: Person,
    pub(super) organiser: Option<Person>,
}

/// What `link` leads to; `None` when it is gone. The link shows that its holder may see all this.
pub(super) fn find(conn: &mut DbConn, link: Link) -> DbResult<Option<Voter>> {
    let scope = &Scope::Institute;
    let Some(invitation) = invitations::find(conn, InvitationId(link.object))? else {
        return Ok(None);
    };
    let Some(meeting) = meetings::find(conn, scope, invitation.meeting)? else {
        return Ok(None);
    };
    let Some(poll) = polls::find(conn, meeting.id)? else {
        return Ok(None);
    };
    let recipient = people::queries::find(conn, scope, link.recipient)?
        .filter(|person| person.id == invitation.person && !person.is_erased());
    let Some(recipient) = recipient else {
        return Ok(None);
    };
    let organiser = match meeting.organiser {
        Some(id) => people::queries::find(conn, scope, id)?,
        None => None,
    };
    Ok(Some(Voter {
        options: polls::options_of(conn, meeting.id)?,
        votes: polls::votes_by(conn, meeting.id, recipient.id)?,
        link,
        invitation,
        meeting,
        poll,
        recipient,
        organiser,
    }))
}

impl Voter {
    /// Why there is nothing to vote on any more.
    pub(super) fn closed(&self, now: Timestamp) -> Option<Words> {
        match self.invitation.answer {
            InvitationAnswer::Removed => {
                return Some(Words {
                    nl: "U bent niet meer uitgenodigd voor deze bijeenkomst. U hoeft niets te doen.",
                    en: "You are no longer invited to this meeting. There is nothing to do.",
                });
            }
            InvitationAnswer::Delegated => {
                return Some(Words {
                    nl: "Een collega stemt en komt in uw plaats. U hoeft niets te doen.",
                    en: "A colleague votes and comes in your place. There is nothing to do.",
                });
            }
            InvitationAnswer::NeedsAction
            | InvitationAnswer::Accepted
            | InvitationAnswer::Tentative
            | InvitationAnswer::Declined
            | InvitationAnswer::Waitlisted => {}
        }
        match self.poll.status {
            PollStatus::Open if now < self.poll.closes_at => None,
            PollStatus::Open | PollStatus::Closed => Some(Words {
                nl: "De datumprikker is gesloten. De organisator kiest een datum. U krijgt dan een uitnodiging.",
                en: "The date poll is closed. The organiser chooses a date. You get an invitation then.",
            }),
            PollStatus::Decided => Some(Words {
                nl: "Er is een datum gekozen. U krijgt een uitnodiging, of kreeg die al.",
                en: "A date was chosen. You get an invitation, or had it already.",
            }),
            PollStatus::Cancelled => Some(Words {
                nl: "Deze bijeenkomst gaat niet door. U hoeft geen datum meer vrij te houden.",
                en: "This meeting is cancelled. You do not have to keep any date free.",
            }),
        }
    }
}

/// The page's contents, in words.
#[derive(Debug)]
pub(super) struct PollView {
    pub(super) title: String,
    pub(super) recipient: String,
    pub(super) organiser: Option<String>,
    pub(super) place: Option<String>,
    pub(super) agenda: Option<String>,
    /// When votes stop to count, on the institute's clock.
    pub(super) ends: String,
    pub(super) dates: Vec<DateView>,
    pub(super) has_voted: bool,
    pub(super) closed: Option<Words>,
    pub(super) cancelled_reason: Option<String>,
}

/// One date.
#[derive(Debug)]
pub(super) struct DateView {
    pub(super) when: String,
    pub(super) is_chosen: bool,
    vote: Option<Words>,
    pub(super) remark: Option<String>,
}

impl DateView {
    pub(super) fn vote(&self, layout: &Layout<'_>) -> &'static str {
        match self.vote {
            Some(vote) => vote.say(layout),
            None => layout.say("Niet gestemd", "Not voted"),
        }
    }
}

impl PollView {
    pub(super) fn of(voter: &Voter, institute: &Institute, now: Timestamp) -> Self {
        let language = voter.recipient.language;
        let date = |option: &PollOption| {
            let said = voter.votes.iter().find(|vote| vote.option == option.id);
            DateView {
                when: when(&option.period, institute, language),
                is_chosen: option.state == OptionState::Chosen,
                vote: said.map(|said| form::label(said.vote)),
                remark: said.and_then(|said| said.remark.clone()),
            }
        };
        let zone = institute.usual_zone.time_zone();
        let ends = time_words::moment(zone.to_datetime(voter.poll.closes_at), language);
        let cancelled = voter.poll.status == PollStatus::Cancelled;
        Self {
            title: voter.meeting.title.clone(),
            recipient: voter.recipient.name.clone(),
            organiser: (voter.organiser.as_ref())
                .map(|person| person.name.clone())
                .filter(|name| !name.is_empty()),
            place: voter.meeting.venue.place().map(str::to_owned),
            agenda: voter.meeting.agenda.clone(),
            ends,
            dates: voter.options.iter().map(date).collect(),
            has_voted: !voter.votes.is_empty(),
            closed: voter.closed(now),
            cancelled_reason: (voter.meeting.cancelled_reason.clone()).filter(|_| cancelled),
        }
    }
}
