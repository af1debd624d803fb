//! Every calendar that is mailed in the life of a meeting, as a calendar program reads it: parsed by
//! a library that is not ours, with the hours by the rules that the calendar itself brings. In
//! summer, in winter, and across both nights on which the clock changes. The browser tests read the
//! same mails with another library.

use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarParameterName,
    ICalendarProperty as Property, ICalendarRecurrenceRule, ICalendarValue, ICalendarWeekday,
};
use calcard::{Entry, Parser};
use jiff::civil::{Date, DateTime, Weekday, date};
use jiff::{SignedDuration, Timestamp};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::smtp::ReceivedMail;
use mail_parser::{MessageParser, MimeHeaders as _};
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::mail_room::MailRoom;

const TITLE: &str =
    "Netwerkdag; \"samen\", \\ verder—ünïcode 🎉 en nog veel meer woorden dan op een regel";
const AGENDA: &str = "Kennismaken\nBEGIN:VEVENT\n; , \\";
const PLACE: &str = "De Observant; zaal 2";
const FIVE: [&str; 5] = ["anna", "bert", "cees", "dina", "emma"];

/// A meeting before and after its move: local hours, and the instants that they are.
struct Season {
    name: &'static str,
    first: Hours,
    moved: Hours,
}

struct Hours {
    local: (&'static str, &'static str),
    utc: (&'static str, &'static str),
}

const fn hours(local: (&'static str, &'static str), utc: (&'static str, &'static str)) -> Hours {
    Hours { local, utc }
}

const SEASONS: [Season; 4] = [
    Season {
        name: "summer",
        first: hours(
            ("2026-07-16T13:00", "2026-07-16T17:00"),
            ("2026-07-16T11:00:00Z", "2026-07-16T15:00:00Z"),
        ),
        moved: hours(
            ("2026-07-23T09:30", "2026-07-23T17:00"),
            ("2026-07-23T07:30:00Z", "2026-07-23T15:00:00Z"),
        ),
    },
    Season {
        name: "winter",
        first: hours(
            ("2027-01-14T13:00", "2027-01-14T17:00"),
            ("2027-01-14T12:00:00Z", "2027-01-14T16:00:00Z"),
        ),
        moved: hours(
            ("2027-01-21T00:15", "2027-01-21T17:00"),
            ("2027-01-20T23:15:00Z", "2027-01-21T16:00:00Z"),
        ),
    },
    // Two o'clock becomes three.
    Season {
        name: "spring",
        first: hours(
            ("2026-03-28T13:00", "2026-03-28T17:00"),
            ("2026-03-28T12:00:00Z", "2026-03-28T16:00:00Z"),
        ),
        moved: hours(
            ("2026-03-29T01:30", "2026-03-29T04:00"),
            ("2026-03-29T00:30:00Z", "2026-03-29T02:00:00Z"),
        ),
    },
    // Three o'clock becomes two.
    Season {
        name: "autumn",
        first: hours(
            ("2026-10-24T13:00", "2026-10-24T17:00"),
            ("2026-10-24T11:00:00Z", "2026-10-24T15:00:00Z"),
        ),
        moved: hours(
            ("2026-10-25T01:30", "2026-10-25T04:00"),
            ("2026-10-24T23:30:00Z", "2026-10-25T03:00:00Z"),
        ),
    },
];

/// What a calendar program makes of one mail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Read {
    to: String,
    method: String,
    sequence: i64,
    status: Option<String>,
    place: String,
    partstat: String,
    span: (Timestamp, Timestamp),
}

fn component<'a>(
    calendar: &'a ICalendar,
    kind: &ICalendarComponentType,
) -> Vec<&'a ICalendarComponent> {
    let all = calendar.components.iter();
    all.filter(|it| it.component_type == *kind).collect()
}

fn every<'a>(part: &'a ICalendarComponent, property: &Property) -> Vec<&'a ICalendarEntry> {
    let entries = part.entries.iter();
    entries.filter(|entry| entry.name == *property).collect()
}

fn only<'a>(part: &'a ICalendarComponent, property: &Property) -> &'a ICalendarValue {
    let found = every(part, property);
    assert_eq!(found.len(), 1, "{property:?} in {part:?}");
    found[0].values.first().unwrap()
}

fn text(part: &ICalendarComponent, property: &Property) -> String {
    only(part, property).as_text().unwrap().to_owned()
}

fn local(value: &ICalendarValue) -> DateTime {
    let it = value.as_partial_date_time().unwrap();
    assert_eq!(it.tz_hour, None, "an hour on the clock of the zone");
    let part = |part: Option<u8>| i8::try_from(part.unwrap()).unwrap();
    let year = i16::try_from(it.year.unwrap()).unwrap();
    date(year, part(it.month), part(it.day)).at(part(it.hour), part(it.minute), part(it.second), 0)
}

fn offset(value: &ICalendarValue) -> SignedDuration {
    let it = value.as_partial_date_time().unwrap();
    let minutes = i64::from(it.tz_hour.unwrap()) * 60 + i64::from(it.tz_minute.unwrap_or(0));
    SignedDuration::from_mins(if it.tz_minus { -minutes } else { minutes })
}

fn weekday(day: ICalendarWeekday) -> Weekday {
    match day {
        ICalendarWeekday::Monday => Weekday::Monday,
        ICalendarWeekday::Tuesday => Weekday::Tuesday,
        ICalendarWeekday::Wednesday => Weekday::Wednesday,
        ICalendarWeekday::Thursday => Weekday::Thursday,
        ICalendarWeekday::Friday => Weekday::Friday,
        ICalendarWeekday::Saturday => Weekday::Saturday,
        ICalendarWeekday::Sunday => Weekday::Sunday,
    }
}

/// The day of a yearly rule such as the last Sunday of March.
fn day_in(year: i16, rule: &ICalendarRecurrenceRule) -> Date {
    let (month, day) = (rule.bymonth[0].month(), rule.byday[0]);
    let month = date(year, i8::try_from(month).unwrap(), 1);
    let nth = i8::try_from(day.ordwk.unwrap()).unwrap();
    month
        .nth_weekday_of_month(nth, weekday(day.weekday))
        .unwrap()
}

/// The instant of an hour on the clock of a VTIMEZONE, by nothing but its own rules
/// (RFC 5545 §3.6.5): the observance that began last before it gives the offset.
fn instant(calendar: &ICalendar, at: DateTime) -> Timestamp {
    let kinds = [
        ICalendarComponentType::Standard,
        ICalendarComponentType::Daylight,
    ];
    let observances = kinds.iter().flat_map(|kind| component(calendar, kind));
    let began = |observance: &ICalendarComponent| {
        let first = local(only(observance, &Property::Dtstart));
        let ICalendarValue::RecurrenceRule(rule) = only(observance, &Property::Rrule) else {
            panic!("no rule in {observance:?}");
        };
        let begins =
            [at.year() - 1, at.year()].map(|year| day_in(year, rule).to_datetime(first.time()));
        let last = begins.into_iter().filter(|begin| *begin <= at).max();
        last.map(|last| (last, offset(only(observance, &Property::Tzoffsetto))))
    };
    let (_, ahead) = observances.filter_map(began).max().unwrap();
    let utc = jiff::tz::TimeZone::UTC.to_timestamp(at).unwrap();
    utc - ahead
}

fn read(mail: &ReceivedMail, uid: &str) -> Read {
    let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
    let mut parts = parsed.parts.iter().filter(|part| {
        part.is_content_type("text", "calendar") && part.content_disposition().is_none()
    });
    let part = parts.next().unwrap();
    assert!(parts.next().is_none());
    let ics = part.text_contents().unwrap();
    assert!(ics.lines().all(|line| line.len() <= 75), "{ics}");
    let mut parser = Parser::new(ics);
    let Entry::ICalendar(calendar) = parser.entry() else {
        panic!("no calendar in {ics}");
    };
    assert!(
        matches!(parser.entry(), Entry::Eof),
        "more than one in {ics}"
    );
    let method = text(&calendar.components[0], &Property::Method);
    assert_eq!(
        part.content_type().unwrap().attribute("method"),
        Some(method.as_str())
    );
    let zones = component(&calendar, &ICalendarComponentType::VTimezone);
    assert_eq!(zones.len(), 1);
    assert_eq!(text(zones[0], &Property::Tzid), "Europe/Amsterdam");
    let events = component(&calendar, &ICalendarComponentType::VEvent);
    assert_eq!(events.len(), 1);
    let event = events[0];
    assert_eq!(text(event, &Property::Uid), uid);
    assert_eq!(text(event, &Property::Summary), TITLE);
    assert!(
        text(event, &Property::Description).contains(AGENDA),
        "{ics}"
    );
    let attendees = every(event, &Property::Attendee);
    assert_eq!(attendees.len(), 1, "{ics}");
    assert_eq!(attendees[0].calendar_address(), Some(mail.to[0].as_str()));
    let partstat = attendees[0].parameter(&ICalendarParameterName::Partstat);
    for property in [Property::Dtstart, Property::Dtend] {
        assert_eq!(
            event.property(&property).unwrap().tz_id(),
            Some("Europe/Amsterdam")
        );
    }
    let at = |property| instant(&calendar, local(only(event, &property)));
    Read {
        to: mail.to[0].split('@').next().unwrap().to_owned(),
        method,
        sequence: only(event, &Property::Sequence).as_integer().unwrap(),
        status: (event.has_property(&Property::Status)).then(|| text(event, &Property::Status)),
        place: text(event, &Property::Location),
        partstat: partstat.unwrap().as_text().unwrap().to_owned(),
        span: (at(Property::Dtstart), at(Property::Dtend)),
    }
}

/// A meeting whose mails are read as they come.
struct Life {
    app: TestApp,
    room: MailRoom,
    path: String,
    uid: String,
    seen: usize,
}

impl Life {
    async fn change(&self, body: &Value) {
        let coordinator = self.app.as_coordinator();
        let call = coordinator.call(Method::POST, &format!("{}/changes", self.path));
        call.header("if-match", "*")
            .json(body)
            .send()
            .await
            .expect(200);
    }

    /// What came since, by recipient.
    async fn mails(&mut self) -> Vec<Read> {
        self.room.send(&self.app).await;
        let mails = self.room.mails();
        let mut new: Vec<Read> = mails[self.seen..]
            .iter()
            .map(|it| read(it, &self.uid))
            .collect();
        self.seen = mails.len();
        new.sort();
        new
    }
}

async fn person(app: &TestApp, name: &str) -> Value {
    let body = json!({ "name": name, "email": format!("{name}@example.nl") });
    let made = app.as_coordinator().post("/v1/people", &body).await;
    json!({ "person": made.expect(201).text_at("/id") })
}

/// The same calendar for each of these people.
fn each(one: &Read, to: &[&str]) -> Vec<Read> {
    let of = |to: &&str| Read {
        to: (*to).to_owned(),
        ..one.clone()
    };
    to.iter().map(of).collect()
}

async fn lives(app: TestApp, season: &Season) -> TestApp {
    let mut invitees = Vec::new();
    for name in FIVE {
        invitees.push(person(&app, &format!("{name}.{}", season.name)).await);
    }
    let body = json!({
        "kind": "network", "title": TITLE, "agenda": AGENDA, "place": PLACE, "invitees": invitees,
        "localStart": season.first.local.0, "localEnd": season.first.local.1,
    });
    let planned = app
        .as_coordinator()
        .post("/v1/meetings", &body)
        .await
        .expect(201);
    let mut life = Life {
        room: MailRoom::open().await,
        path: planned.header("location").to_owned(),
        uid: format!("{}@koplopers", planned.text_at("/meeting/id")),
        app,
        seen: 0,
    };
    let names: Vec<String> = FIVE
        .iter()
        .chain(&["fred"])
        .map(|it| format!("{it}.{}", season.name))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let span = |hours: &Hours| (hours.utc.0.parse().unwrap(), hours.utc.1.parse().unwrap());

    let invited = Read {
        to: String::new(),
        method: "REQUEST".to_owned(),
        sequence: 0,
        status: Some("CONFIRMED".to_owned()),
        place: PLACE.to_owned(),
        partstat: "NEEDS-ACTION".to_owned(),
        span: span(&season.first),
    };
    assert_eq!(
        life.mails().await,
        each(&invited, &names[..5]),
        "{}",
        season.name
    );
    let fred = person(&life.app, names[5]).await;
    life.change(&json!({ "addInvitees": [fred] })).await;
    assert_eq!(life.mails().await, each(&invited, &names[5..]));
    let (start, end) = season.moved.local;
    life.change(&json!({ "period": { "localStart": start, "localEnd": end } }))
        .await;
    let moved = Read {
        sequence: 1,
        span: span(&season.moved),
        ..invited
    };
    assert_eq!(life.mails().await, each(&moved, &names), "{}", season.name);
    life.change(&json!({ "place": "Stadhuis" })).await;
    let elsewhere = Read {
        sequence: 2,
        place: "Stadhuis".to_owned(),
        ..moved
    };
    assert_eq!(life.mails().await, each(&elsewhere, &names));
    life.change(&json!({ "removeInvitations": [planned.text_at("/invitations/0/id")] }))
        .await;
    let gone = Read {
        method: "CANCEL".to_owned(),
        sequence: 3,
        status: None,
        ..elsewhere
    };
    assert_eq!(life.mails().await, each(&gone, &names[..1]));
    let coordinator = life.app.as_coordinator();
    let cancel = coordinator.call(Method::POST, &format!("{}/cancellation", life.path));
    let why = json!({ "reason": "Te weinig aanmeldingen." });
    cancel
        .header("if-match", "*")
        .json(&why)
        .send()
        .await
        .expect(200);
    let off = Read {
        sequence: 4,
        status: Some("CANCELLED".to_owned()),
        ..gone
    };
    assert_eq!(
        life.mails().await,
        each(&off, &names[1..]),
        "{}",
        season.name
    );
    assert_eq!(life.seen, 24);
    life.app
}

on_both_databases! {
    async fn every_calendar_in_the_life_of_a_meeting_is_read_as_it_was_meant(db: TestDb) {
        // mission: S1; security: 38; delivery: iCalendar
        let mut app = TestApp::start(db).await;
        for season in &SEASONS {
            app = lives(app, season).await;
        }
    }
}
