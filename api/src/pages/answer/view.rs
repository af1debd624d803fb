//! What the page shows of an invitation.

use jiff::Timestamp;
use koplopers_shared::access::Scope;
use koplopers_shared::db::{DbConn, DbResult};
use koplopers_shared::ids::InvitationId;
use koplopers_shared::invitations::{self, Invitation, InvitationAnswer};
use koplopers_shared::links::Link;
use koplopers_shared::mail::institute::Institute;
use koplopers_shared::meetings::{self, Meeting, MeetingStatus};
use koplopers_shared::people::{self, Person};
use url::Url;

use super::super::layout::{Layout, Words};
use super::super::when::when;

/// An invitation with what belongs to it, as reached by a link that works.
#[derive(Debug)]
pub(super) struct Invited {
    pub(super) link: Link,
    pub(super) invitation: Invitation,
    pub(super) meeting: Meeting,
    pub(super) recipient: Person,
    pub(super) organiser: Option<Person>,
    /// Who comes instead.
    pub(super) delegate: Option<Person>,
}

/// What `link` leads to; `None` when it is gone. The link shows that its holder may see all this.
pub(super) fn find(conn: &mut DbConn, link: Link) -> DbResult<Option<Invited>> {
    let scope = &Scope::Institute;
    let Some(invitation) = invitations::find(conn, InvitationId(link.object))? else {
        return Ok(None);
    };
    let Some(meeting) = meetings::find(conn, scope, invitation.meeting)? else {
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
    let delegate = match invitation.delegated_to {
        Some(id) => invitations::find(conn, id)?.map(|delegate| delegate.person),
        None => None,
    };
    let delegate = match delegate {
        Some(id) => people::queries::find(conn, scope, id)?,
        None => None,
    };
    Ok(Some(Invited {
        link,
        invitation,
        meeting,
        recipient,
        organiser,
        delegate,
    }))
}

impl Invited {
    /// Why there is nothing to answer any more.
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
                    nl: "Een collega gaat in uw plaats. U hoeft niets te doen.",
                    en: "A colleague goes in your place. There is nothing to do.",
                });
            }
            InvitationAnswer::NeedsAction
            | InvitationAnswer::Waitlisted
            | InvitationAnswer::Accepted
            | InvitationAnswer::Tentative
            | InvitationAnswer::Declined => {}
        }
        match self.meeting.status {
            MeetingStatus::Cancelled => Some(Words {
                nl: "Deze bijeenkomst gaat niet door. U hoeft niets te doen.",
                en: "This meeting is cancelled. There is nothing to do.",
            }),
            MeetingStatus::Held | MeetingStatus::NotHeld => Some(OVER),
            MeetingStatus::Scheduled if self.meeting.has_started(now) => Some(OVER),
            MeetingStatus::Scheduled => None,
            MeetingStatus::Draft | MeetingStatus::Polling => Some(Words {
                nl: "Deze bijeenkomst heeft nog geen datum. U krijgt een mail als die er is.",
                en: "This meeting has no date yet. You get a mail when it has one.",
            }),
        }
    }
}

const OVER: Words = Words {
    nl: "Deze bijeenkomst is al begonnen of voorbij. U kunt uw antwoord niet meer aanpassen.",
    en: "This meeting has started or is over. You can no longer change your answer.",
};

/// The page's contents, in words.
#[derive(Debug)]
pub(super) struct AnswerView {
    pub(super) title: String,
    pub(super) recipient: String,
    pub(super) when: String,
    pub(super) place: Option<String>,
    pub(super) online: Option<Online>,
    pub(super) organiser: Option<String>,
    pub(super) agenda: Option<String>,
    answer: InvitationAnswer,
    pub(super) remark: Option<String>,
    pub(super) closed: Option<Words>,
    pub(super) cancelled_reason: Option<String>,
    pub(super) delegate: Option<String>,
}

/// Where the meeting is held on line.
#[derive(Debug)]
pub(super) struct Online {
    pub(super) text: String,
}

impl Online {
    /// Whether it may be a link: a `javascript:` or `data:` address is only ever shown.
    pub(super) fn is_link(&self) -> bool {
        Url::parse(&self.text).is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
    }
}

impl AnswerView {
    pub(super) fn of(invited: &Invited, institute: &Institute, now: Timestamp) -> Self {
        let Invited {
            invitation,
            meeting,
            recipient,
            organiser,
            ..
        } = invited;
        let cancelled = meeting.status == MeetingStatus::Cancelled;
        Self {
            title: meeting.title.clone(),
            recipient: recipient.name.clone(),
            when: when(
                &invited.meeting.period,
                institute,
                invited.recipient.language,
            ),
            place: meeting.venue.place().map(str::to_owned),
            online: meeting.venue.online_url().map(|text| Online {
                text: text.to_owned(),
            }),
            organiser: organiser
                .as_ref()
                .map(|person| person.name.clone())
                .filter(|name| !name.is_empty()),
            agenda: meeting.agenda.clone(),
            answer: invitation.answer,
            remark: invitation.remark.clone(),
            closed: invited.closed(now),
            delegate: (invited.delegate.as_ref())
                .map(|person| person.name.clone())
                .filter(|name| !name.is_empty()),
            cancelled_reason: meeting.cancelled_reason.clone().filter(|_| cancelled),
        }
    }

    pub(super) fn current_answer(&self, layout: &Layout<'_>) -> &'static str {
        let words = match self.answer {
            InvitationAnswer::NeedsAction => Words {
                nl: "Nog geen antwoord",
                en: "No answer yet",
            },
            InvitationAnswer::Accepted => Words {
                nl: "Ja, u komt",
                en: "Yes, you will come",
            },
            InvitationAnswer::Tentative => Words {
                nl: "Misschien",
                en: "Maybe",
            },
            InvitationAnswer::Declined => Words {
                nl: "Nee, u komt niet",
                en: "No, you will not come",
            },
            InvitationAnswer::Delegated => Words {
                nl: "Een collega gaat",
                en: "A colleague goes",
            },
            InvitationAnswer::Waitlisted => Words {
                nl: "U staat op de wachtlijst. Komt er een plaats vrij, dan krijgt u een mail",
                en: "You are on the waiting list. You get a mail when there is a place for you",
            },
            InvitationAnswer::Removed => Words {
                nl: "Niet meer uitgenodigd",
                en: "No longer invited",
            },
        };
        words.say(layout)
    }
}
