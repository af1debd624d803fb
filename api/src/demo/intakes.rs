//! Intakes of the demo, from draft to the planned talk.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use koplopers_shared::access::{Granted, IntakesAssess, IntakesWrite, Role};
use koplopers_shared::catalogue::{ProgrammeContent, shipped};
use koplopers_shared::clock::LocalNow;
use koplopers_shared::db::DbConn;
use koplopers_shared::flows::{self, TalkPlan};
use koplopers_shared::ids::{IntakeId, MeetingId, RoundId};
use koplopers_shared::intakes::{self, NewIntake, NewIssue, Sponsor};
use koplopers_shared::invitations::Invitee;
use koplopers_shared::meetings::{LocalPeriod, Venue};

use super::cast::{Applicant, Cast, SPONSOR_ROLE};
use super::{DemoError, days_later, grant, municipality, person, refused, slug};

/// An intake that is being written.
pub(super) fn draft(
    conn: &mut DbConn,
    now: LocalNow,
    by: &Applicant,
    programme: &str,
    reference: &str,
) -> Result<IntakeId, DemoError> {
    write(conn, now, by, (programme, None), Some(reference.to_owned()))
}

/// An intake that came in.
pub(super) fn submitted(
    conn: &mut DbConn,
    now: LocalNow,
    by: &Applicant,
    programme: &str,
    round: Option<RoundId>,
) -> Result<IntakeId, DemoError> {
    let id = write(conn, now, by, (programme, round), None)?;
    submit(conn, now, by, id)?;
    Ok(id)
}

fn write(
    conn: &mut DbConn,
    now: LocalNow,
    by: &Applicant,
    (programme, round): (&str, Option<RoundId>),
    external_reference: Option<String>,
) -> Result<IntakeId, DemoError> {
    let content = shipped().programme(programme);
    let answers: BTreeMap<String, String> = content
        .into_iter()
        .flat_map(ProgrammeContent::required_answers)
        .map(|key| {
            let answer = "We willen dit samen met inwoners en aanbieders in onze wijken aanpakken.";
            (key.to_owned(), answer.to_owned())
        })
        .collect();
    let new = NewIntake {
        municipality: None,
        round,
        external_reference,
        programme: slug(programme)?,
        contact_person: Some(by.contact),
        sponsor: Some(Sponsor {
            person: by.sponsor,
            role: SPONSOR_ROLE,
        }),
        answers,
        issues: vec![NewIssue {
            title: "Ouderen die alleen wonen".to_owned(),
            description: "Ouderen die alleen wonen, vinden de weg naar hulp niet. \
                          Hoe bereiken we hen samen met de buurt?"
                .to_owned(),
            themes: shipped()
                .themes
                .iter()
                .take(2)
                .map(|tag| tag.slug.clone())
                .collect(),
            target_groups: shipped()
                .target_groups
                .iter()
                .take(1)
                .map(|tag| tag.slug.clone())
                .collect(),
        }],
    };
    let granted: Granted<IntakesWrite> = grant(&municipality(by.municipality))?;
    Ok(intakes::create(conn, &granted, now, new)
        .map_err(refused)?
        .id)
}

/// Sends a draft in.
pub(super) fn submit(
    conn: &mut DbConn,
    now: LocalNow,
    by: &Applicant,
    id: IntakeId,
) -> Result<(), DemoError> {
    let granted: Granted<IntakesWrite> = grant(&municipality(by.municipality))?;
    intakes::submit(conn, &granted, now, id, None).map_err(refused)?;
    Ok(())
}

/// Plans a talk on the first Tuesday two weeks from now, at two in the afternoon.
pub(super) fn plan_talk(
    conn: &mut DbConn,
    now: LocalNow,
    cast: &Cast,
    by: &Applicant,
    id: IntakeId,
) -> Result<MeetingId, DemoError> {
    let day = days_later(now.today, 13)
        .nth_weekday(1, Weekday::Tuesday)
        .map_err(refused)?;
    plan_talk_on(conn, now, (cast, by), id, day)
}

/// Plans a talk on this day, at two in the afternoon.
pub(super) fn plan_talk_on(
    conn: &mut DbConn,
    now: LocalNow,
    (cast, by): (&Cast, &Applicant),
    id: IntakeId,
    day: Date,
) -> Result<MeetingId, DemoError> {
    let zone = TimeZone::get("Europe/Amsterdam").map_err(refused)?;
    let period =
        LocalPeriod::new(day.at(14, 0, 0, 0), day.at(15, 30, 0, 0), zone).map_err(refused)?;
    let venue = Venue::Both {
        place: "Stadhuis, kamer 2.14".to_owned(),
        online_url: "https://overleg.example.nl/intake".to_owned(),
    };
    let plan = TalkPlan {
        kind: None,
        period,
        venue,
        agenda: Some("Kennismaken en uw vraag samen verkennen.".to_owned()),
        organiser: Some(cast.adviser),
        invitees: vec![Invitee {
            person: by.sponsor,
            required: false,
            chair: false,
        }],
    };
    let adviser: Granted<IntakesAssess> = grant(&person(cast.adviser, Role::Adviser))?;
    let planned = flows::plan_talk(conn, &adviser, now, id, None, plan).map_err(refused)?;
    Ok(planned.meeting.id)
}
