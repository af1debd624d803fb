//! Offers as the worker sees them: the mail with the link, and the last day.

use jiff::SignedDuration;
use koplopers_shared::access::{Role, Scope};
use koplopers_shared::db::DbResult;
use koplopers_shared::deliveries::{DeliveryState, DroppedReason};
use koplopers_shared::offers::{self, Offer, OfferStatus};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use koplopers_shared::testing::smtp::Script;
use mail_parser::MessageParser;

use crate::office::Office;

async fn read(office: &Office, offer: &Offer) -> Offer {
    let id = offer.id;
    let find = move |conn: &mut _| -> DbResult<Option<Offer>> {
        offers::find(conn, &Scope::Institute, id)
    };
    office.db.read(find).await.unwrap().unwrap()
}

on_both_databases! {
async fn the_sponsor_gets_the_offer_with_a_link_of_their_own(db: TestDb) {
    // mission: T4
    let office = Office::open(&db, Script::new()).await;
    let intake = given::matched(&office.db, given::amsterdam(), "uitvoering").await;
    office.forget_outbox().await;
    given::sent_offer(&office.db, &intake).await;
    assert_eq!(office.send().await.sent, 1);
    let mails = office.relay.received(1).await;
    assert_eq!(mails[0].to, ["secretaris@example.nl"]);
    let message = MessageParser::default().parse(&mails[0].bytes).unwrap();
    assert!(message.subject().unwrap().starts_with("Actie nodig: offerte "));
    let text = message.body_text(0).unwrap();
    for told in [
        "https://koplopers.example.nl/o/", "- Kennispartnerschap", "10.000,00", "5.000,00",
        "dinsdag 31 maart 2026",
        // The first mail says who gave the recipient's data (AVG art. 14).
        "opdrachtgever van een aanvraag",
    ] {
        assert!(text.contains(told), "{told} in {text}");
    }
    assert!(!text.contains("komt in de plaats"), "{text}");
}

async fn a_mail_that_still_waits_is_dropped_when_a_newer_offer_is_sent(db: TestDb) {
    // mission: T4
    let office = Office::open(&db, Script::new()).await;
    let intake = given::matched(&office.db, given::amsterdam(), "uitvoering").await;
    office.forget_outbox().await;
    given::sent_offer(&office.db, &intake).await;
    given::sent_offer(&office.db, &intake).await;
    let summary = office.send().await;
    assert_eq!((summary.sent, summary.dropped), (1, 1));
    let outbox = office.outbox().await;
    assert_eq!(outbox[0].dropped_reason, Some(DroppedReason::Superseded));
    assert_eq!(outbox[1].state, DeliveryState::Sent);
    let mails = office.relay.received(1).await;
    let message = MessageParser::default().parse(&mails[0].bytes).unwrap();
    assert!(message.body_text(0).unwrap().contains("komt in de plaats van de offerte"));
}

async fn a_mail_about_an_offer_that_was_taken_back_is_not_sent(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    let intake = given::matched(&office.db, given::amsterdam(), "uitvoering").await;
    office.forget_outbox().await;
    let offer = given::sent_offer(&office.db, &intake).await;
    let granted = given::granted(&given::staff(Role::Adviser));
    let withdraw = move |conn: &mut _| {
        let reason = "De uren kloppen niet.".to_owned();
        offers::withdraw(conn, &granted, given::now(), offer.id, None, reason)
    };
    office.db.write(withdraw).await.unwrap();
    assert_eq!(office.send().await.sent, 0);
    assert_eq!(office.only().await.dropped_reason, Some(DroppedReason::Cancelled));
}

async fn an_offer_expires_when_its_last_day_ends_at_the_institute(db: TestDb) {
    // mission: T4
    let office = Office::open(&db, Script::new()).await;
    let intake = given::matched(&office.db, given::amsterdam(), "uitvoering").await;
    let offer = given::sent_offer(&office.db, &intake).await;
    office.forget_outbox().await;
    // The last day is 31 March, in summer time.
    office.clock.turn_to("2026-03-31T21:59:59Z".parse().unwrap());
    office.send().await;
    assert_eq!(read(&office, &offer).await.status, OfferStatus::Sent);
    office.pass(SignedDuration::from_secs(1));
    office.send().await;
    let expired = read(&office, &offer).await;
    assert_eq!(expired.status, OfferStatus::Expired);
    assert!(expired.closed_at.is_some() && expired.answered_at.is_none());
}
}
