//! How far each kind of change reaches.
#![expect(clippy::unwrap_used, reason = "tests")]

use jiff::civil::date;
use jiff::tz::TimeZone;

use super::*;
use crate::catalogue::words::MeetingKind;
use crate::ids::MeetingId;
use crate::meetings::{MeetingExtras, MeetingStatus};

fn hours(start: i8, end: i8) -> LocalPeriod {
    let day = date(2026, 3, 5);
    let zone = TimeZone::get("Europe/Amsterdam").unwrap();
    LocalPeriod::new(day.at(start, 0, 0, 0), day.at(end, 0, 0, 0), zone).unwrap()
}

fn before() -> Timestamp {
    "2026-03-01T08:00:00Z".parse().unwrap()
}

fn meeting() -> Meeting {
    let id = MeetingId::generate();
    Meeting {
        id,
        version: 1,
        ical_uid: format!("{id}@koplopers"),
        revision: 1,
        sequence: 0,
        status: MeetingStatus::Scheduled,
        kind: MeetingKind::Network,
        title: "Netwerkdag".to_owned(),
        agenda: Some("Kennismaken".to_owned()),
        programme: None,
        intake: None,
        municipality: None,
        organiser: None,
        period: hours(14, 16),
        venue: Venue::Place("Stadhuis".to_owned()),
        knowledge_source: None,
        learning_practice: None,
        extras: MeetingExtras::default(),
        cancelled_reason: None,
        outcome_note: None,
        outcome_at: None,
        revised_at: before(),
        created_at: before(),
        updated_at: before(),
    }
}

#[test]
fn each_change_reaches_as_far_as_its_furthest_part() {
    // mission: S1
    let words = MeetingChange {
        title: Some("Netwerkmiddag".to_owned()),
        agenda: Some(None),
        learning_practice: Some(Some(LearningPractice::ALL[0])),
        ..MeetingChange::default()
    };
    let place = MeetingChange {
        online_url: Some(Some("https://video.example.org/x".to_owned())),
        ..words.clone()
    };
    let time = MeetingChange {
        period: Some(hours(15, 17)),
        ..place.clone()
    };
    let attendees = MeetingChange {
        attendees: true,
        ..MeetingChange::default()
    };
    let same = MeetingChange {
        title: Some("Netwerkdag".to_owned()),
        period: Some(hours(14, 16)),
        place: Some(Some("Stadhuis".to_owned())),
        ..MeetingChange::default()
    };
    for (change, reach, sequence, revision) in [
        (MeetingChange::default(), Reach::Nothing, 0, 1),
        (same, Reach::Nothing, 0, 1),
        (words, Reach::Wording, 0, 2),
        (attendees, Reach::Nothing, 1, 2),
        (place, Reach::Place, 1, 2),
        (time, Reach::Time, 1, 2),
    ] {
        let (after, reached) = meeting().changed(change.clone(), before()).unwrap();
        let found = (reached, after.sequence, after.revision);
        assert_eq!(found, (reach, sequence, revision), "{change:?}");
    }
}

#[test]
fn a_meeting_is_somewhere() {
    let nowhere = MeetingChange {
        place: Some(None),
        ..MeetingChange::default()
    };
    let refused = meeting().changed(nowhere, before()).map(|_| ());
    assert_eq!(refused, Err(CannotChange::Nowhere));
}

#[test]
fn what_has_started_or_is_over_is_not_changed() {
    let later = "2026-03-05T13:00:00Z".parse().unwrap();
    let refused = meeting().changed(MeetingChange::default(), later);
    assert_eq!(
        refused.map(|_| ()),
        Err(CannotChange::Started { at: later })
    );
    for status in MeetingStatus::ALL {
        let state = Meeting {
            status: *status,
            ..meeting()
        };
        let open = state.is_undated() || *status == MeetingStatus::Scheduled;
        let allowed = state.changed(MeetingChange::default(), before()).is_ok();
        assert_eq!(allowed, open, "{status}");
    }
}

// mission: L9
#[test]
fn a_meeting_without_a_date_changes_unseen_and_its_date_is_the_polls() {
    let moved = MeetingChange {
        period: Some(hours(15, 17)),
        attendees: true,
        ..MeetingChange::default()
    };
    let later = "2026-03-05T13:00:00Z".parse().unwrap();
    let draft = Meeting {
        status: MeetingStatus::Draft,
        ..meeting()
    };
    let (after, reach) = draft.changed(moved.clone(), later).unwrap();
    assert_eq!((reach, after.sequence, after.revision), (Reach::Time, 0, 1));
    assert_eq!(after.period, hours(15, 17));
    let polling = Meeting {
        status: MeetingStatus::Polling,
        ..meeting()
    };
    let refused = polling.changed(moved, before()).map(|_| ());
    assert_eq!(refused, Err(CannotChange::DateIsPolled));
}
