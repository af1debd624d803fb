//! The meetings of the demo: a year of the network, of which one moved and one is called off, and a
//! learning group that votes on the day of its exchange.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use koplopers_shared::access::{
    Granted, InvitationsAnswer, LearningGroupsWrite, MeetingsWrite, Role,
};
use koplopers_shared::catalogue::words::{
    KnowledgeSource, LearningPractice, MeetingKind, PartyKind,
};
use koplopers_shared::clock::LocalNow;
use koplopers_shared::db::{DbConn, DbError};
use koplopers_shared::flows::{self, MeetingChanges, MeetingPlan};
use koplopers_shared::ids::{LearningGroupId, MeetingId, PersonId};
use koplopers_shared::invitations;
use koplopers_shared::invitations::{Answer, AnswerChoice, AnsweredVia, Invitee};
use koplopers_shared::learning_groups::{self, NewGroup, NewPractice};
use koplopers_shared::meetings::{
    LocalPeriod, MeetingChange, MeetingExtras, MeetingOutcome, NewMeeting, Venue,
};
use koplopers_shared::polls::{self, NewPoll, NewVote, Vote};

use super::cast::{Applicant, Cast};
use super::{DemoError, ago, days_later, grant, person, refused, slug};

/// How many members come to a meeting of the network in the demo: each of them gets its mails.
const GUESTS: usize = 6;

/// Makes all of them.
pub(super) fn make(
    conn: &mut DbConn,
    now: LocalNow,
    cast: &Cast,
    members: &[PersonId],
) -> Result<(), DemoError> {
    let guests = &members[..GUESTS.min(members.len())];
    for days in [80, 30] {
        held(conn, now, cast, (guests, days))?;
    }
    let next = network_day(conn, ago(now, 14), cast, (guests, 40))?;
    answered(conn, ago(now, 10), next, guests)?;
    let moved = network_day(conn, ago(now, 9), cast, (guests, 96))?;
    move_to(
        conn,
        ago(now, 2),
        cast,
        moved,
        working(days_later(now.today, 100)),
    )?;
    let off = network_day(conn, ago(now, 9), cast, (guests, 130))?;
    let reason = Some("De zaal is die dag toch dicht.".to_owned());
    flows::cancel_meeting(conn, &coordinator(cast)?, ago(now, 1), off, None, reason)
        .map_err(refused)?;
    network_day(conn, now, cast, (guests, 170))?;
    let group = group(conn, ago(now, 12), cast)?;
    voting(conn, ago(now, 3), cast, group)
}

fn coordinator(cast: &Cast) -> Result<Granted<MeetingsWrite>, DemoError> {
    grant(&person(cast.coordinator, Role::Coordinator))
}

fn afternoon(day: Date) -> Result<LocalPeriod, DemoError> {
    let zone = TimeZone::get("Europe/Amsterdam").map_err(refused)?;
    LocalPeriod::new(day.at(13, 0, 0, 0), day.at(17, 0, 0, 0), zone).map_err(refused)
}

/// That day, or the Monday after it.
fn working(day: Date) -> Date {
    match day.weekday() {
        Weekday::Saturday => days_later(day, 2),
        Weekday::Sunday => days_later(day, 1),
        Weekday::Monday
        | Weekday::Tuesday
        | Weekday::Wednesday
        | Weekday::Thursday
        | Weekday::Friday => day,
    }
}

fn invitees(people: &[PersonId]) -> Vec<Invitee> {
    people
        .iter()
        .map(|person| Invitee {
            person: *person,
            required: false,
            chair: false,
        })
        .collect()
}

/// A meeting of the network, so many days after the day of `now`, or on the Monday after.
fn network_day(
    conn: &mut DbConn,
    now: LocalNow,
    cast: &Cast,
    (guests, days): (&[PersonId], i64),
) -> Result<MeetingId, DemoError> {
    let meeting = NewMeeting {
        kind: MeetingKind::Network,
        title: "Netwerkdag van de koplopers".to_owned(),
        agenda: Some("Elkaars praktijk bekijken, en samen één vraag uitdiepen.".to_owned()),
        programme: None,
        intake: None,
        municipality: None,
        organiser: Some(cast.coordinator),
        period: afternoon(working(days_later(now.today, days)))?,
        venue: Venue::Place("De Observant, Amersfoort".to_owned()),
        knowledge_source: Some(KnowledgeSource::ALL[0]),
        learning_practice: Some(LearningPractice::ALL[0]),
        extras: MeetingExtras::default(),
    };
    let plan = MeetingPlan {
        meeting,
        invitees: invitees(guests),
    };
    let planned = flows::schedule_meeting(conn, &coordinator(cast)?, now, plan).map_err(refused)?;
    Ok(planned.meeting.id)
}

/// One that took place so many days ago, or on the Monday after.
fn held(
    conn: &mut DbConn,
    now: LocalNow,
    cast: &Cast,
    (guests, days): (&[PersonId], i64),
) -> Result<(), DemoError> {
    let id = network_day(conn, ago(now, days + 40), cast, (guests, 40))?;
    let note = Some("Dertig koplopers, veel nieuwe afspraken.".to_owned());
    let (by, after) = (coordinator(cast)?, ago(now, days - 3));
    flows::record_outcome(conn, &by, after, id, None, MeetingOutcome::Held, note)
        .map_err(refused)?;
    Ok(())
}

/// Some come, one may, one does not, and the others have yet to say.
fn answered(
    conn: &mut DbConn,
    now: LocalNow,
    meeting: MeetingId,
    guests: &[PersonId],
) -> Result<(), DemoError> {
    let choices = [
        AnswerChoice::Accepted,
        AnswerChoice::Accepted,
        AnswerChoice::Tentative,
        AnswerChoice::Declined,
    ];
    let invited = invitations::of_meeting(conn, meeting)?;
    for (guest, choice) in guests.iter().zip(choices) {
        let own = invited.iter().find(|it| it.person == *guest);
        let id = own.ok_or(DbError::Conflict)?.id;
        let by = grant::<InvitationsAnswer>(&person(*guest, Role::Member))?;
        let answer = Answer {
            choice,
            remark: None,
            via: AnsweredVia::Api,
        };
        invitations::answer(conn, &by, now.at, id, None, answer).map_err(refused)?;
    }
    Ok(())
}

fn move_to(
    conn: &mut DbConn,
    now: LocalNow,
    cast: &Cast,
    meeting: MeetingId,
    day: Date,
) -> Result<(), DemoError> {
    let changes = MeetingChanges {
        meeting: MeetingChange {
            period: Some(afternoon(day)?),
            ..MeetingChange::default()
        },
        ..MeetingChanges::default()
    };
    flows::change_meeting(conn, &coordinator(cast)?, now, meeting, None, changes)
        .map_err(refused)?;
    Ok(())
}

/// A learning group of two practices, each with its own issue.
fn group(conn: &mut DbConn, now: LocalNow, cast: &Cast) -> Result<LearningGroupId, DemoError> {
    let by = grant::<LearningGroupsWrite>(&person(cast.coordinator, Role::Coordinator))?;
    let new = NewGroup {
        name: "Leergroep inclusief samenwerken".to_owned(),
        description: Some("Amsterdam en Utrecht leren van elkaar.".to_owned()),
        programme: slug("inclusief")?,
        round: None,
        starts_on: Some(now.today),
    };
    let group = learning_groups::create(conn, &by, now, new).map_err(refused)?;
    for (applicant, name, issue) in [
        (
            cast.applicant,
            "De huiskamer van West",
            "Jongeren die nergens komen",
        ),
        (
            cast.neighbour,
            "De buurttafel van Overvecht",
            "Schulden die te laat gezien worden",
        ),
    ] {
        let practice = NewPractice {
            municipality: applicant.municipality,
            trajectory: None,
            name: name.to_owned(),
            issue: issue.to_owned(),
            parties: PartyKind::ALL.iter().copied().take(4).collect(),
        };
        let practice =
            learning_groups::add_practice(conn, &by, now, group.id, practice).map_err(refused)?;
        let member = (applicant.contact, Some(practice.id));
        learning_groups::add_member(conn, &by, now, group.id, member).map_err(refused)?;
    }
    Ok(group.id)
}

/// The exchange of the group, on whose day both municipalities vote; one has.
fn voting(
    conn: &mut DbConn,
    now: LocalNow,
    cast: &Cast,
    group: LearningGroupId,
) -> Result<(), DemoError> {
    let first = working(days_later(now.today, 45));
    let days = [0, 1, 7].map(|later| working(days_later(first, later)));
    let people = [cast.applicant, cast.neighbour].map(|it: Applicant| it.contact);
    let mut needed = invitees(&people);
    for invitee in &mut needed {
        invitee.required = true;
    }
    let meeting = NewMeeting {
        kind: MeetingKind::Exchange,
        title: "Uitwisseling van de leergroep".to_owned(),
        agenda: None,
        programme: Some(slug("inclusief")?),
        intake: None,
        municipality: None,
        organiser: Some(cast.adviser),
        period: afternoon(days[0])?,
        venue: Venue::Place("Buurthuis De Spil, Utrecht".to_owned()),
        knowledge_source: None,
        learning_practice: None,
        extras: MeetingExtras {
            learning_group: Some(group),
            ..MeetingExtras::default()
        },
    };
    let plan = MeetingPlan {
        meeting,
        invitees: needed,
    };
    let by = coordinator(cast)?;
    let draft = flows::draft_meeting(conn, &by, now, plan)
        .map_err(refused)?
        .meeting;
    let options: Result<Vec<LocalPeriod>, DemoError> = days.into_iter().map(afternoon).collect();
    let poll = NewPoll {
        options: options?,
        closes_at: ago(now, -17).at,
        required: None,
    };
    polls::open(conn, &by, now, draft.id, None, &poll).map_err(refused)?;
    let votes: Vec<NewVote> = polls::options_of(conn, draft.id)?
        .into_iter()
        .zip([Vote::Yes, Vote::IfNeedBe, Vote::No])
        .map(|(option, vote)| NewVote {
            option: option.id,
            vote,
            remark: None,
        })
        .collect();
    let invitee = grant::<InvitationsAnswer>(&person(cast.applicant.contact, Role::Member))?;
    let votes = (votes.as_slice(), AnsweredVia::Api);
    polls::vote(conn, &invitee, now, draft.id, None, votes).map_err(refused)?;
    Ok(())
}
