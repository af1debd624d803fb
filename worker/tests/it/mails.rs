//! What arrives, read by parsers that are not ours.

use calcard::icalendar::{
    ICalendarComponentType, ICalendarMethod, ICalendarProperty, ICalendarValue,
};
use calcard::{Entry, Parser};
use jiff::SignedDuration;
use koplopers_shared::access::{IntakesAssess, NetworksJoin, Role, TrajectoriesWrite};
use koplopers_shared::catalogue::words::PersonRole;
use koplopers_shared::deliveries::{DeliveryState, DroppedReason};
use koplopers_shared::flows::{self, NewReferral};
use koplopers_shared::networks;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use koplopers_shared::testing::smtp::Script;
use koplopers_shared::trajectories;
use mail_parser::{Message, MessageParser, MimeHeaders as _};

use crate::office::Office;

fn parsed(bytes: &[u8]) -> Message<'_> {
    MessageParser::default().parse(bytes).unwrap()
}

/// The calendar part: its method parameter and its text.
fn calendar(message: &Message<'_>) -> (String, String) {
    let part = message
        .parts
        .iter()
        .find(|part| part.is_content_type("text", "calendar"))
        .unwrap();
    let method = part.content_type().unwrap().attribute("method").unwrap();
    let folded = part.text_contents().unwrap().replace("\r\n", "\n");
    (method.to_owned(), folded.replace("\n ", ""))
}

on_both_databases! {
// mission: S1
async fn an_invitation_arrives_with_a_calendar_in_the_local_time_of_the_talk(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    let talk = office.talk().await;
    let summary = office.send().await;
    assert_eq!((summary.sent, summary.failed), (1, 0));

    let mails = office.relay.received(1).await;
    assert_eq!(mails[0].to, ["contact@example.nl"]);
    let message = parsed(&mails[0].bytes);
    assert!(message.subject().unwrap().starts_with("Uitnodiging: "));
    let text = message.body_text(0).unwrap();
    assert!(text.contains("donderdag 12 maart 2026"), "{text}");
    assert!(text.contains("https://koplopers.example.nl/r/"), "{text}");
    // The first mail says who gave the recipient's data (AVG art. 14).
    assert!(text.contains("de gemeente Amsterdam"), "{text}");

    let (method, ics) = calendar(&message);
    assert_eq!(method, "REQUEST");
    let Entry::ICalendar(calendar) = Parser::new(&ics).entry() else {
        panic!("no calendar in {ics}");
    };
    let root = &calendar.components[0];
    let stated = root.property(&ICalendarProperty::Method).unwrap();
    assert!(matches!(
        stated.values.first(),
        Some(ICalendarValue::Method(ICalendarMethod::Request))
    ));
    assert!(calendar
        .components
        .iter()
        .any(|part| part.component_type == ICalendarComponentType::VTimezone));
    assert!(ics.contains("TZID:Europe/Amsterdam\n"));
    assert!(ics.contains("DTSTART;TZID=Europe/Amsterdam:20260312T140000"), "{ics}");
    assert!(ics.contains("SEQUENCE:0"));
    // Nobody reads answers by mail here, so calendars ask for none.
    assert!(ics.contains("RSVP=FALSE"));

    let delivery = office.only().await;
    assert_eq!(delivery.state, DeliveryState::Sent);
    assert_eq!(message.message_id(), delivery.message_id.as_deref());
    let invitation = office.invitation(talk.invitations[0].id).await;
    assert_eq!(invitation.last_sequence_sent, Some(0));
    assert_eq!(invitation.first_message_id, delivery.message_id);
}

async fn a_cancellation_follows_the_invitation_in_mail_and_calendar(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    let talk = office.talk().await;
    office.send().await;
    office.cancel(talk.meeting.id).await;
    office.send().await;

    let mails = office.relay.received(2).await;
    let (first, second) = (parsed(&mails[0].bytes), parsed(&mails[1].bytes));
    assert!(second.subject().unwrap().starts_with("Geannuleerd: "));
    assert_eq!(second.in_reply_to().as_text(), first.message_id());
    assert_ne!(second.message_id(), first.message_id());
    let (method, ics) = calendar(&second);
    assert_eq!(method, "CANCEL");
    assert!(ics.contains("SEQUENCE:1") && ics.contains("STATUS:CANCELLED"), "{ics}");
    let uid = format!("UID:{}", talk.meeting.ical_uid);
    assert!(ics.contains(&uid) && calendar(&first).1.contains(&uid));
    // They know us by now.
    assert!(!second.body_text(0).unwrap().contains("Uw gegevens"));
}

async fn the_contact_person_hears_that_the_intake_came_in(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    given::submitted(&office.db, given::amsterdam(), "versnelling").await;
    office.send().await;
    let mails = office.relay.received(1).await;
    let message = parsed(&mails[0].bytes);
    assert!(message.subject().unwrap().starts_with("Ontvangen: "));
    let text = message.body_text(0).unwrap();
    assert!(text.contains("Amsterdam") && text.contains("maandag 2 maart 2026"), "{text}");
    assert!(calendar_free(&message));
}

// mission: B5
async fn a_new_member_is_welcomed_with_a_way_out(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    let code = given::amsterdam();
    let person = given::official(&db, code, PersonRole::Ambtenaar, "anna@example.nl").await;
    let network = given::themed_network(&db, "Netwerk schulden").await;
    given::member(&db, code, &network, person).await;
    office.send().await;
    let mails = office.relay.received(1).await;
    assert_eq!(mails[0].to, ["anna@example.nl"]);
    let message = parsed(&mails[0].bytes);
    assert!(message.subject().unwrap().starts_with("Welkom: "));
    let text = message.body_text(0).unwrap();
    assert!(text.contains("Netwerk schulden") && text.contains("de gemeente Amsterdam"), "{text}");
    let way_out = "https://koplopers.example.nl/u/";
    assert!(text.contains(way_out), "{text}");
    let header = message.header_raw("List-Unsubscribe").unwrap().trim();
    assert!(header.starts_with(&format!("<{way_out}")) && header.ends_with('>'), "{header}");
    let one_click = message.header_raw("List-Unsubscribe-Post").unwrap().trim();
    assert_eq!(one_click, "List-Unsubscribe=One-Click");
}

// mission: B4, K2
async fn a_trajectory_that_begins_is_told_with_its_plan_and_welcomes_to_the_network(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    given::round(&db, 5).await;
    let trajectory = given::trajectory(&db, given::amsterdam(), "inclusief").await;
    office.send().await;
    let before = office.relay.record().mails.len();
    let granted = given::granted::<TrajectoriesWrite>(&given::staff(Role::Adviser));
    let commence = db.write(move |conn| {
        trajectories::commence(conn, &granted, given::now(), trajectory.id, None)
    });
    commence.await.unwrap();
    office.send().await;
    let mails = office.relay.received(before + 4).await;
    let texts: Vec<String> = mails[before..]
        .iter()
        .map(|mail| parsed(&mail.bytes).body_text(0).unwrap().replace("\r\n", "\n"))
        .collect();
    let plans: Vec<&String> = texts.iter().filter(|text| text.contains("Dit staat in het plan")).collect();
    assert_eq!(plans.len(), 2);
    for shown in [
        "tot en met maandag 1 maart 2027",
        "Eerste overleg (Lokale praktijk): maandag 20 april 2026",
        "uiterlijk dinsdag 2 maart 2027",
    ] {
        assert!(plans[0].contains(shown), "{shown} in {}", plans[0]);
    }
    let welcomes: Vec<&String> = texts.iter().filter(|text| text.contains("/u/")).collect();
    assert_eq!(welcomes.len(), 2);
    assert!(welcomes[0].contains("van de gemeente Amsterdam is begonnen"), "{}", welcomes[0]);
    let mut to: Vec<&str> = mails[before..].iter().map(|mail| mail.to[0].as_str()).collect();
    to.sort_unstable();
    let (contact, sponsor) = ("contact@example.nl", "secretaris@example.nl");
    assert_eq!(to, [contact, contact, sponsor, sponsor]);
}

async fn who_left_before_the_welcome_went_out_gets_none(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    let code = given::amsterdam();
    let person = given::official(&db, code, PersonRole::Ambtenaar, "anna@example.nl").await;
    let network = given::themed_network(&db, "Netwerk schulden").await;
    let membership = given::member(&db, code, &network, person).await;
    let granted = given::granted::<NetworksJoin>(&given::municipality(code));
    let leave = db.write(move |conn| {
        networks::leave(conn, &granted, given::now(), membership.network, membership.id)
    });
    leave.await.unwrap();
    assert_eq!(office.send().await.sent, 0);
    let delivery = office.only().await;
    assert_eq!(delivery.dropped_reason, Some(DroppedReason::Cancelled));
}

// mission: T2
async fn the_contact_person_is_pointed_to_knowledge(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    let intake = given::submitted(&office.db, given::amsterdam(), "versnelling").await;
    let items = [
        given::published_item(&office.db, "Ouderen bereiken").await.id,
        given::published_item(&office.db, "Samen met de buurt").await.id,
    ];
    let granted = given::granted::<IntakesAssess>(&given::staff(Role::Adviser));
    let refer = office.db.write(move |conn| {
        let new = NewReferral {
            items: items.to_vec(),
            note: "Begin met de gids.\nBel ons gerust.".to_owned(),
        };
        flows::refer_intake(conn, &granted, given::now(), intake.id, None, new)
    });
    refer.await.unwrap();
    office.send().await;
    let mails = office.relay.received(2).await;
    let message = parsed(&mails[1].bytes);
    assert_eq!(mails[1].to, ["contact@example.nl"]);
    assert!(message.subject().unwrap().starts_with("Antwoord: "));
    let (text, html) = (message.body_text(0).unwrap(), message.body_html(0).unwrap());
    for said in [
        "Begin met de gids.", "Bel ons gerust.", "Ouderen bereiken", "Samen met de buurt",
        "https://kennis.example.nl/gids?deel=1&taal=nl", "maandag 2 maart 2026",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(text.find("Ouderen bereiken") < text.find("Samen met de buurt"));
    assert!(html.contains("<a href=\"https://kennis.example.nl/gids?deel=1&"), "{html}");
    assert!(calendar_free(&message));
}

async fn bytes_are_stored_sealed_and_forgotten_after_a_month(db: TestDb) {
    use diesel::prelude::*;
    use koplopers_shared::db::DbError;
    use koplopers_shared::db::schema::deliveries;

    let office = Office::open(&db, Script::new()).await;
    office.talk().await;
    office.send().await;
    let stored = async || -> Option<Vec<u8>> {
        let read = office.db.read(|conn| {
            Ok::<_, DbError>(deliveries::table.select(deliveries::mime).first(conn)?)
        });
        read.await.unwrap()
    };
    let sealed = stored().await.unwrap();
    let readable = String::from_utf8_lossy(&sealed);
    assert!(!readable.contains("example.nl") && !readable.contains("Uitnodiging"));
    office.pass(SignedDuration::from_hours(24 * 31));
    office.send().await;
    assert_eq!(stored().await, None);
}
}

fn calendar_free(message: &Message<'_>) -> bool {
    message
        .parts
        .iter()
        .all(|part| !part.is_content_type("text", "calendar"))
}
