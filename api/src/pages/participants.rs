//! Who comes to a meeting, as a page to print: a list for at the door, and on a sheet of its own what
//! only the organisers need. Behind a token, as everything of the API; it is a page so that a front
//! end can show and print it as it is.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderValue, VARY};
use askama::Template;
use koplopers_shared::catalogue::words::Language;
use koplopers_shared::invitations::{Invitation, InvitationAnswer};
use koplopers_shared::meetings::{Meeting, MeetingStatus};
use koplopers_shared::people::Person;
use koplopers_shared::words::EmailAddress;

use super::layout::{Layout, Words, asked_language, html};
use super::when::when;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "participants.html")]
struct ParticipantsPage<'a> {
    layout: &'a Layout<'a>,
    /// With its host: whoever shows the page may do so from another.
    stylesheet: String,
    title: &'a str,
    when: String,
    place: Option<&'a str>,
    is_cancelled: bool,
    counts: Vec<(&'static str, usize)>,
    rows: Vec<Row<'a>>,
}

impl ParticipantsPage<'_> {
    fn tells_more(&self) -> bool {
        self.rows.iter().any(Row::tells_more)
    }
}

/// A participant.
struct Row<'a> {
    name: &'a str,
    answer: &'static str,
    part: Option<&'static str>,
    email: &'a str,
    dietary: Option<&'a str>,
    accessibility: Option<&'a str>,
    remark: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn of((person, invitation): &'a (Person, Invitation), layout: &Layout<'_>) -> Self {
        let part = match (invitation.chair, invitation.required) {
            (true, _) => Some(layout.say("voorzitter", "chair")),
            (false, true) => None,
            (false, false) => Some(layout.say("facultatief", "optional")),
        };
        Self {
            name: &person.name,
            answer: answer(invitation.answer).say(layout),
            part,
            email: person.email.as_ref().map_or("", EmailAddress::as_str),
            dietary: invitation.wishes.dietary.as_deref(),
            accessibility: invitation.wishes.accessibility.as_deref(),
            remark: invitation.remark.as_deref(),
        }
    }

    fn tells_more(&self) -> bool {
        self.dietary.is_some() || self.accessibility.is_some() || self.remark.is_some()
    }
}

const fn answer(answer: InvitationAnswer) -> Words {
    match answer {
        InvitationAnswer::NeedsAction => Words {
            nl: "Nog geen antwoord",
            en: "No answer yet",
        },
        InvitationAnswer::Accepted => Words {
            nl: "Komt",
            en: "Comes",
        },
        InvitationAnswer::Tentative => Words {
            nl: "Komt misschien",
            en: "May come",
        },
        InvitationAnswer::Declined => Words {
            nl: "Komt niet",
            en: "Does not come",
        },
        InvitationAnswer::Delegated => Words {
            nl: "Vervanger komt",
            en: "A delegate comes",
        },
        InvitationAnswer::Waitlisted => Words {
            nl: "Op de wachtlijst",
            en: "On the waiting list",
        },
        InvitationAnswer::Removed => Words {
            nl: "Niet meer uitgenodigd",
            en: "No longer invited",
        },
    }
}

/// The page, in `language` or else in the one that the caller's headers ask for.
pub(crate) fn show(
    state: &AppState,
    headers: &HeaderMap,
    language: Option<Language>,
    meeting: &Meeting,
    participants: &[(Person, Invitation)],
) -> HttpResponse {
    let institute = &state.process.pages.institute;
    let layout = Layout {
        language: language.unwrap_or_else(|| asked_language(headers)),
        institute,
    };
    let counts = InvitationAnswer::ALL.iter().filter_map(|one| {
        let given = participants.iter().filter(|(_, it)| it.answer == *one);
        Some((answer(*one).say(&layout), given.count())).filter(|(_, count)| *count > 0)
    });
    let base = state.settings.http.public_url.as_str();
    let page = ParticipantsPage {
        stylesheet: format!("{}/pages.css", base.trim_end_matches('/')),
        title: &meeting.title,
        when: when(&meeting.period, institute, layout.language),
        place: meeting.venue.place(),
        is_cancelled: meeting.status == MeetingStatus::Cancelled,
        counts: counts.collect(),
        rows: participants.iter().map(|it| Row::of(it, &layout)).collect(),
        layout: &layout,
    };
    let mut answer = html(StatusCode::OK, &layout, &page);
    let vary = HeaderValue::from_static("accept, accept-language");
    answer.headers_mut().append(VARY, vary);
    answer
}
