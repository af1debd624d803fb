#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarParameterName as Parameter,
    ICalendarProperty as Property,
};
use calcard::{Entry, Parser};
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::mail::clean;

fn event() -> CalendarEvent {
    CalendarEvent {
        uid: "0198c0de-0000-7000-8000-000000000001@koplopers.example.nl".to_owned(),
        sequence: 0,
        dtstamp: "2026-02-20T09:30:00Z".parse().unwrap(),
        local_start: date(2026, 3, 5).at(14, 0, 0, 0),
        local_end: date(2026, 3, 5).at(15, 30, 0, 0),
        time_zone: MeetingZone::parse("Europe/Amsterdam").unwrap(),
        summary: "Intakegesprek met gemeente Voorbeeldstad".to_owned(),
        description: "U bent uitgenodigd.\nGeef uw antwoord op https://koplopers.example.nl/r/abc"
            .to_owned(),
        location: Some("Stadhuis, kamer 2; eerste verdieping".to_owned()),
        url: Some(Url::parse("https://koplopers.example.nl/r/abc").unwrap()),
        organiser: Organiser {
            address: EmailAddress::parse("antwoord@koplopers.example.nl").unwrap(),
            name: "Kennisinstituut Voorbeeld".to_owned(),
            rsvp: true,
        },
        attendee: Attendee {
            address: EmailAddress::parse("sam.de.vries@voorbeeldstad.example.nl").unwrap(),
            name: "Sam de Vries".to_owned(),
            partstat: PartStat::NeedsAction,
            required: true,
        },
    }
}

/// The calendar as an independent parser reads it; anything it does not accept fails the test.
fn parsed(text: &str) -> ICalendar {
    let mut parser = Parser::new(text);
    let Entry::ICalendar(calendar) = parser.entry() else {
        panic!("no calendar in {text}");
    };
    assert!(
        matches!(parser.entry(), Entry::Eof),
        "more than a calendar in {text}"
    );
    calendar
}

fn vevent(calendar: &ICalendar) -> &ICalendarComponent {
    calendar
        .components
        .iter()
        .find(|component| component.component_type == ICalendarComponentType::VEvent)
        .unwrap()
}

fn text(component: &ICalendarComponent, property: &Property) -> Option<String> {
    let entry = component.property(property)?;
    Some(entry.values.first()?.as_text()?.to_owned())
}

fn parameter(component: &ICalendarComponent, property: &Property, name: &Parameter) -> String {
    component
        .property(property)
        .unwrap()
        .parameter(name)
        .unwrap()
        .as_text()
        .unwrap()
        .to_owned()
}

/// The parser leaves RFC 6868 to its caller.
fn without_carets(text: &str) -> String {
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.push(match c {
            '^' if chars.next().unwrap() == '^' => '^',
            '^' => '"',
            c => c,
        });
    }
    plain
}

/// The instants of start and end as the other parser and its own time-zone data see them.
fn instants(calendar: &ICalendar) -> (Timestamp, Timestamp) {
    let expanded = calendar.expand_dates(calcard::common::timezone::Tz::UTC, 10);
    assert!(expanded.errors.is_empty(), "{:?}", expanded.errors);
    let event = expanded
        .events
        .into_iter()
        .next()
        .unwrap()
        .try_into_date_time()
        .unwrap();
    (
        Timestamp::from_second(event.start.timestamp()).unwrap(),
        Timestamp::from_second(event.end.timestamp()).unwrap(),
    )
}

#[test]
fn a_request_reads_like_this() {
    insta::assert_snapshot!(request(&event()).replace("\r\n", "\n"));
}

#[test]
fn a_cancelled_meeting_reads_like_this() {
    let event = CalendarEvent {
        sequence: 1,
        ..event()
    };
    insta::assert_snapshot!(cancel(&event, Cancelled::WholeMeeting).replace("\r\n", "\n"));
}

#[test]
fn a_removed_attendee_gets_a_cancel_without_status_and_only_themselves() {
    let calendar = parsed(&cancel(&event(), Cancelled::RemovedAttendee));
    let event = vevent(&calendar);
    assert_eq!(event.property(&Property::Status), None);
    assert_eq!(event.properties(&Property::Attendee).count(), 1);
    assert!(
        event
            .property(&Property::Attendee)
            .unwrap()
            .parameter(&Parameter::Rsvp)
            .is_none()
    );
}

#[test]
fn without_an_address_for_answers_the_calendar_asks_for_none() {
    let mut event = event();
    event.organiser.rsvp = false;
    event.attendee.required = false;
    let calendar = request(&event).replace("\r\n ", "");
    assert!(calendar.contains("RSVP=FALSE"));
    assert!(calendar.contains("ROLE=OPT-PARTICIPANT"));
}

#[test]
fn an_address_is_encoded_where_a_uri_needs_it() {
    let mut event = event();
    event.attendee.address = EmailAddress::parse("a+b%c/d@bücher.example").unwrap();
    assert!(
        request(&event)
            .replace("\r\n ", "")
            .contains(":mailto:a+b%25c%2Fd@xn--bcher-kva.example\r\n")
    );
}

#[test]
fn the_time_is_right_in_summer_in_winter_and_around_each_clock_change() {
    for (local, utc) in [
        ("2026-01-15T14:00:00", "2026-01-15T13:00:00Z"),
        ("2026-07-15T14:00:00", "2026-07-15T12:00:00Z"),
        ("2026-03-28T23:30:00", "2026-03-28T22:30:00Z"),
        ("2026-03-29T01:00:00", "2026-03-29T00:00:00Z"),
        ("2026-03-29T03:00:00", "2026-03-29T01:00:00Z"),
        ("2026-03-29T14:00:00", "2026-03-29T12:00:00Z"),
        ("2026-10-25T01:00:00", "2026-10-24T23:00:00Z"),
        ("2026-10-25T03:00:00", "2026-10-25T02:00:00Z"),
        ("2026-10-25T14:00:00", "2026-10-25T13:00:00Z"),
    ] {
        let start: civil::DateTime = local.parse().unwrap();
        let end = start.checked_add(jiff::Span::new().minutes(45)).unwrap();
        let event = CalendarEvent {
            local_start: start,
            local_end: end,
            ..event()
        };
        let utc: Timestamp = utc.parse().unwrap();
        let end = utc + jiff::SignedDuration::from_mins(45);
        assert_eq!(instants(&parsed(&request(&event))), (utc, end), "{local}");
    }
}

#[test]
fn a_zone_on_the_other_half_of_the_earth_has_its_own_rule() {
    for (name, rules) in [
        (
            "Australia/Sydney",
            vec![
                "FREQ=YEARLY;BYMONTH=4;BYDAY=1SU",
                "FREQ=YEARLY;BYMONTH=10;BYDAY=1SU",
            ],
        ),
        (
            "America/Santiago",
            vec![
                "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=2,3,4,5,6,7,8;BYDAY=SU",
                "FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=2,3,4,5,6,7,8;BYDAY=SU",
            ],
        ),
        ("Asia/Kathmandu", vec![]),
    ] {
        let event = CalendarEvent {
            time_zone: MeetingZone::parse(name).unwrap(),
            ..event()
        };
        let out = request(&event);
        parsed(&out);
        let found: Vec<&str> = out
            .lines()
            .filter_map(|line| line.strip_prefix("RRULE:"))
            .collect();
        assert_eq!(found, rules, "{name}");
        assert!(out.contains(&format!("DTSTART;TZID={name}:20260305T140000\r\n")));
    }
}

/// Text with many of the characters that mean something in a calendar.
fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-zé€😀 ;:,\\\\\"^'=\r\n\t]{0,300}",
        "\r\n(ATTENDEE:mailto:x@example.org|END:VEVENT|BEGIN:VALARM)\r\n[ \\\\;:]{0,9}",
    ]
}

proptest! {
    // mission: S1, security: 36, 38
    #[test]
    fn any_text_in_any_field_comes_back_as_itself_and_adds_nothing(
        uid in "[a-z0-9;,\\\\\r\n-]{1,80}", summary in typed(), description in typed(),
        location in proptest::option::of(typed()), organiser in typed(), name in typed(), method in 0..3,
    ) {
        let mut event = event();
        event.uid = uid;
        event.summary = summary;
        event.description = description;
        event.location = location;
        event.organiser.name = organiser;
        event.attendee.name = name;
        let out = match method {
            0 => request(&event),
            1 => cancel(&event, Cancelled::WholeMeeting),
            _ => cancel(&event, Cancelled::RemovedAttendee),
        };

        for line in out.strip_suffix("\r\n").unwrap().split("\r\n") {
            prop_assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line}");
        }
        let calendar = parsed(&out);
        prop_assert_eq!(calendar.components.len(), 5);
        let found = vevent(&calendar);
        let expected = 10 + usize::from(event.location.is_some()) + usize::from(method == 0) * 2 + usize::from(method == 1);
        prop_assert_eq!(found.entries.len(), expected);
        prop_assert_eq!(found.properties(&Property::Attendee).count(), 1);
        let value = |property| text(found, &property).unwrap_or_default();
        prop_assert_eq!(value(Property::Uid), clean::one_line(&event.uid));
        prop_assert_eq!(value(Property::Summary), clean::one_line(&event.summary));
        prop_assert_eq!(value(Property::Description), clean::lines(&event.description));
        prop_assert_eq!(value(Property::Location), clean::one_line(&event.location.clone().unwrap_or_default()));
        for (property, name) in [(Property::Organizer, &event.organiser.name), (Property::Attendee, &event.attendee.name)] {
            let cn = without_carets(&parameter(found, &property, &Parameter::Cn));
            prop_assert_eq!(cn, clean::one_line(name).replace('\\', "/"));
        }
        prop_assert_eq!(value(Property::Attendee), "mailto:sam.de.vries@voorbeeldstad.example.nl");
    }
}

fn published_event() -> PublishedEvent {
    let event = event();
    PublishedEvent {
        uid: event.uid,
        sequence: 2,
        dtstamp: event.dtstamp,
        local_start: event.local_start,
        local_end: event.local_end,
        time_zone: event.time_zone,
        summary: event.summary,
        description: None,
        location: event.location,
        url: event.url,
        cancelled: false,
    }
}

fn published(events: Vec<PublishedEvent>, name: &str) -> PublishedCalendar {
    PublishedCalendar {
        name: name.to_owned(),
        organiser: event().organiser,
        events,
    }
}

#[test]
fn a_published_calendar_reads_like_this() {
    let abroad = PublishedEvent {
        uid: "2@koplopers".to_owned(),
        time_zone: MeetingZone::parse("Europe/London").unwrap(),
        cancelled: true,
        ..published_event()
    };
    let calendar = published(vec![published_event(), abroad], "Kennisinstituut Voorbeeld");
    insta::assert_snapshot!(publish(&calendar).replace("\r\n", "\n"));
}

proptest! {
    // mission: S1, security: 36, 38
    #[test]
    fn any_text_in_a_published_calendar_comes_back_as_itself_and_adds_nothing(
        name in typed(), summary in typed(), description in proptest::option::of(typed()),
        location in proptest::option::of(typed()), cancelled in any::<bool>(),
    ) {
        let event = PublishedEvent { summary, description, location, cancelled, ..published_event() };
        let out = publish(&published(vec![event.clone(), event.clone()], &name));
        for line in out.strip_suffix("\r\n").unwrap().split("\r\n") {
            prop_assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line}");
        }
        let calendar = parsed(&out);
        // The calendar, one zone with its two changes, and the two meetings.
        prop_assert_eq!(calendar.components.len(), 6);
        let found = vevent(&calendar);
        prop_assert_eq!(found.properties(&Property::Attendee).count(), 0);
        let value = |property| text(found, &property).unwrap_or_default();
        prop_assert_eq!(value(Property::Summary), clean::one_line(&event.summary));
        prop_assert_eq!(value(Property::Description), clean::lines(&event.description.unwrap_or_default()));
        prop_assert_eq!(value(Property::Location), clean::one_line(&event.location.unwrap_or_default()));
        prop_assert_eq!(value(Property::Status), if cancelled { "CANCELLED" } else { "CONFIRMED" });
    }
}
