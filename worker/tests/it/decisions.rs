//! What is decided is told, once and while it holds: of intakes to the municipality, of candidacies
//! to the candidate and to whoever nominated them.

use std::sync::Arc;

use jiff::SignedDuration;
use koplopers_shared::access::{Actor, CandidaciesAnswer, CandidaciesDecide, Permit, Role};
use koplopers_shared::candidacies::{Candidacy, Outcome};
use koplopers_shared::decisions::DecisionOutcome;
use koplopers_shared::deliveries::{DeliveryState, DroppedReason};
use koplopers_shared::flows::{self, NewCandidacyDecision};
use koplopers_shared::intakes::Intake;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use koplopers_shared::testing::smtp::Script;
use mail_parser::MessageParser;

use crate::office::Office;

const REASON: &str = "Dat is de uitkomst van het gesprek.";

/// To whom mails went, with subject and both texts.
fn told(office: &Office) -> Vec<(String, String, [String; 2])> {
    let mails = office.relay.record().mails;
    let told = mails.iter().map(|mail| {
        let message = MessageParser::default().parse(&mail.bytes).unwrap();
        let texts = [message.body_text(0).unwrap(), message.body_html(0).unwrap()];
        (
            mail.to.join(", "),
            message.subject().unwrap().to_owned(),
            texts.map(std::borrow::Cow::into_owned),
        )
    });
    told.collect()
}

/// An assessed intake on which was decided.
async fn decided(office: &Office, outcome: DecisionOutcome) -> Intake {
    let intake = given::assessed(&office.db, given::amsterdam(), "versnelling").await;
    office.pass(SignedDuration::from_hours(48));
    let (_, intake) = given::decided(&office.db, intake.id, outcome, office.clock.now())
        .await
        .unwrap();
    intake
}

async fn nominated(office: &Office) -> Candidacy {
    let candidacy = given::candidacy(&office.db, "Kim Kandidaat", "kim@example.nl").await;
    let told = office.db.write(move |conn| {
        flows::tell_candidate(conn, &Actor::system("test"), given::now(), &candidacy)
    });
    let told = told.await.unwrap();
    office.send().await;
    told
}

async fn reject(office: &Office, candidacy: &Candidacy) {
    let granted = given::granted::<CandidaciesDecide>(&given::staff(Role::Coordinator));
    let id = candidacy.id;
    let rejected = office.db.write(move |conn| {
        let new = NewCandidacyDecision {
            outcome: Outcome::Reject,
            reason: Some(REASON.to_owned()),
            release: true,
        };
        flows::prepare_candidacy_decision(conn, &granted, given::now(), id, None, new)
    });
    rejected.await.unwrap();
}

on_both_databases! {
async fn each_decision_on_an_intake_is_told_with_its_reason(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    for (outcome, subject) in [
        (DecisionOutcome::Match, "Geplaatst: "),
        (DecisionOutcome::Decline, "Niet geplaatst: "),
        (DecisionOutcome::Close, "Afgesloten: "),
    ] {
        let intake = decided(&office, outcome).await;
        office.send().await;
        let mut mails = told(&office);
        mails.retain(|(_, seen, _)| seen.starts_with(subject));
        assert_eq!(mails.len(), 1, "{subject}");
        assert_eq!(mails[0].0, "contact@example.nl");
        for text in &mails[0].2 {
            assert!(text.contains(REASON) && text.contains("Amsterdam"), "{text}");
        }
        // The same again says nothing new.
        assert_eq!(office.send().await.sent, 0);
        if intake.status.is_open() {
            withdraw(&office, &intake).await;
            office.send().await;
        }
    }
}

async fn a_match_that_was_withdrawn_before_its_mail_left_is_not_told(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    let intake = decided(&office, DecisionOutcome::Match).await;
    withdraw(&office, &intake).await;
    office.send().await;
    let outbox = office.outbox().await;
    let matched = outbox.iter().find(|mail| mail.kind == "intake_matched").unwrap();
    assert_eq!(matched.state, DeliveryState::Dropped);
    assert_eq!(matched.dropped_reason, Some(DroppedReason::Superseded));
    assert!(told(&office).iter().all(|(_, subject, _)| !subject.starts_with("Geplaatst")));
}

// mission: N4
async fn a_rejection_is_told_to_the_candidate_and_with_its_reason_to_the_nominator(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    let candidacy = nominated(&office).await;
    reject(&office, &candidacy).await;
    assert_eq!(office.send().await.sent, 2);
    let mut mails = told(&office).split_off(1);
    mails.sort();
    let (candidate, nominator) = (&mails[0], &mails[1]);
    assert_eq!((candidate.0.as_str(), nominator.0.as_str()), ("kim@example.nl", "noor.nominator@example.org"));
    for text in &nominator.2 {
        assert!(text.contains(REASON) && text.contains("Kim Kandidaat"), "{text}");
    }
    // The reason is for the nominators; the candidate can ask.
    for text in &candidate.2 {
        assert!(!text.contains(REASON), "{text}");
        assert!(!text.contains("Noor"), "{text}");
    }
    assert_eq!(office.send().await.sent, 0);
}

// mission: N2, N4
async fn who_objects_before_the_mail_leaves_hears_of_no_decision(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    let candidacy = nominated(&office).await;
    let before = told(&office).len();
    reject(&office, &candidacy).await;
    let holder = Actor::link_holder(candidacy.person, Permit::CandidaciesAnswer);
    let granted = Arc::new(holder).grant::<CandidaciesAnswer>().unwrap();
    let id = candidacy.id;
    let objected = office.db.write(move |conn| flows::object(conn, &granted, given::now(), id));
    objected.await.unwrap();
    office.send().await;
    // Nobody writes to who is erased, nor about them.
    assert_eq!(told(&office).len(), before);
    assert!(office.outbox().await.iter().skip(before).all(|mail| mail.state == DeliveryState::Dropped));
}
}

async fn withdraw(office: &Office, intake: &Intake) {
    let granted = given::granted(&given::municipality(intake.municipality));
    let id = intake.id;
    office
        .db
        .write(move |conn| flows::withdraw_intake(conn, &granted, given::now(), id, None, None))
        .await
        .unwrap();
}
