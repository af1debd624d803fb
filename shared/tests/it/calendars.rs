//! What a calendar that somebody follows costs.

use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{Span, civil};
use koplopers_shared::access::{Actor, MeetingsRead, Permit, PermitSet, Scope, Who};
use koplopers_shared::calendars::{self, CalendarOf};
use koplopers_shared::catalogue::MeetingKind;
use koplopers_shared::db::{Db, DbError};
use koplopers_shared::flows::{self, Letterhead};
use koplopers_shared::ids::{CalendarId, PersonId};
use koplopers_shared::keys::{self, KeyRing, MasterKey};
use koplopers_shared::meetings::{self, LocalPeriod, MeetingExtras, NewMeeting, Venue};
use koplopers_shared::on_both_databases;
use koplopers_shared::settings::Settings;
use koplopers_shared::testing::given;

use crate::cost::queries_of;

/// Somebody's own calendar.
async fn followed(db: &Db, owner: PersonId) -> CalendarId {
    let master = MasterKey::parse(&MasterKey::generate().unwrap()).unwrap();
    let permits = PermitSet::of(&[Permit::MeetingsRead]);
    let who = Who::Person { person: owner };
    let actor = Arc::new(Actor::new(who, Scope::Institute, permits));
    db.write(move |conn| {
        let now = given::now();
        keys::actions::ensure(conn, &master, now.at).unwrap();
        let ring = KeyRing::load(conn, &master, now.at).unwrap();
        let granted = given::granted::<MeetingsRead>(&actor);
        let made = calendars::create(conn, &ring, &granted, now, CalendarOf::Owner)?;
        Ok::<_, calendars::CalendarError>(made.0.id)
    })
    .await
    .unwrap()
}

/// Meetings that this person organises, one a day.
async fn organises(db: &Db, organiser: PersonId, first: civil::Date, count: i64) {
    db.write(move |conn| {
        for day in 0..count {
            let day = first.checked_add(Span::new().days(day)).unwrap();
            let zone = TimeZone::get("Europe/Amsterdam").unwrap();
            let (start, end) = (day.at(13, 0, 0, 0), day.at(14, 0, 0, 0));
            let meeting = NewMeeting {
                kind: MeetingKind::Network,
                title: "Netwerkdag".to_owned(),
                agenda: None,
                programme: None,
                intake: None,
                municipality: None,
                organiser: Some(organiser),
                period: LocalPeriod::new(start, end, zone).unwrap(),
                venue: Venue::Place("Amersfoort".to_owned()),
                knowledge_source: None,
                learning_practice: None,
                extras: MeetingExtras::default(),
            };
            let actor = Actor::system("tests");
            meetings::schedule(conn, &actor, given::now().at, meeting)?;
        }
        Ok::<_, DbError>(())
    })
    .await
    .unwrap();
}

/// How many meetings the calendar holds, and how many queries it took.
async fn cost(db: &Db, id: CalendarId) -> (usize, usize) {
    let letterhead = Letterhead::from(&Settings::for_tests(std::path::Path::new("data")));
    db.read(move |conn| {
        let now = given::now().at;
        let (text, queries) = queries_of(conn, |conn| {
            flows::publish_calendar(conn, &letterhead, id, now)
        });
        let text = text?.unwrap();
        Ok::<_, DbError>((text.matches("BEGIN:VEVENT").count(), queries))
    })
    .await
    .unwrap()
}

on_both_databases! {
    async fn a_calendar_of_a_thousand_meetings_costs_as_much_as_one_of_ten(db: TestDb) {
        given::catalogue(&db).await;
        let owner = given::somebody(&db, "kim@example.nl", None).await;
        let calendar = followed(&db, owner).await;
        organises(&db, owner, civil::date(2026, 4, 1), 10).await;
        let (few, queries) = cost(&db, calendar).await;
        organises(&db, owner, civil::date(2026, 5, 1), 990).await;
        assert_eq!((few, cost(&db, calendar).await), (10, (1_000, queries)));
        assert!(queries <= 2, "{queries} queries");
    }
}
