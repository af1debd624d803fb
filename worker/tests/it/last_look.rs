//! What is no longer wanted does not go out.

use diesel::prelude::*;
use jiff::SignedDuration;
use koplopers_shared::access::{Actor, InvitationsAnswer, Permit};
use koplopers_shared::db::DbError;
use koplopers_shared::db::columns::At;
use koplopers_shared::db::schema::{invitations as invitation_table, people};
use koplopers_shared::deliveries::{DeliveryState, DroppedReason};
use koplopers_shared::flows::PlannedTalk;
use koplopers_shared::invitations::{self, Answer, AnswerChoice, AnsweredVia, InvitationAnswer};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use koplopers_shared::testing::smtp::Script;
use std::sync::Arc;

use crate::office::Office;

async fn assert_dropped(office: &Office, reason: DroppedReason) {
    let summary = office.send().await;
    assert_eq!((summary.sent, summary.failed), (0, 0));
    let delivery = office.only().await;
    assert_eq!(delivery.state, DeliveryState::Dropped);
    assert_eq!(delivery.dropped_reason, Some(reason));
    assert!(office.relay.record().mails.is_empty());
}

async fn change(
    office: &Office,
    change: impl Fn(&mut koplopers_shared::db::DbConn) -> QueryResult<usize> + Send + 'static,
) {
    office
        .db
        .write(move |conn| -> Result<usize, DbError> { Ok(change(conn)?) })
        .await
        .unwrap();
}

on_both_databases! {
async fn cancelled_before_the_invitation_left_nothing_goes_out(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    let talk = office.talk().await;
    office.cancel(talk.meeting.id).await;
    let summary = office.send().await;
    assert_eq!((summary.sent, summary.failed), (0, 0));
    let outbox = office.outbox().await;
    assert_eq!(outbox.len(), 2);
    for delivery in outbox {
        assert_eq!(delivery.state, DeliveryState::Dropped);
        assert_eq!(delivery.dropped_reason, Some(DroppedReason::Cancelled));
    }
    assert!(office.relay.record().mails.is_empty());
}

async fn a_cancellation_never_overtakes_an_invitation_that_waits(db: TestDb) {
    let script = Script::new().always(
        koplopers_shared::testing::smtp::Step::Recipient,
        koplopers_shared::testing::smtp::Act::reply("451 later"),
    );
    let office = Office::open(&db, script).await;
    let talk = office.talk().await;
    office.send().await;
    // The invitation waits for its second attempt; calling off drops it, and the cancellation
    // finds that nothing was ever sent.
    office.cancel(talk.meeting.id).await;
    office.relay.change(Script::new());
    office.send().await;
    assert!(office.relay.record().mails.iter().all(|mail| !mail.accepted));
}

async fn declined_before_the_invitation_left_nothing_goes_out(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    let PlannedTalk { invitations, .. } = office.talk().await;
    let (id, person) = (invitations[0].id, invitations[0].person);
    let granted = given::granted::<InvitationsAnswer>(&Arc::new(Actor::link_holder(person, Permit::InvitationsAnswer)));
    let answered = office
        .db
        .write(move |conn| {
            let answer = Answer {
                choice: AnswerChoice::Declined,
                remark: None,
                via: AnsweredVia::Api,
            };
            invitations::answer(conn, &granted, given::now().at, id, None, answer)
        })
        .await
        .unwrap();
    assert_eq!(answered.answer, InvitationAnswer::Declined);
    assert_dropped(&office, DroppedReason::Answered).await;
}

async fn an_older_time_is_superseded(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    let id = office.talk().await.invitations[0].id;
    // As when the meeting moves while a worker holds the mail, which is out of reach then.
    change(&office, move |conn| {
        diesel::update(invitation_table::table.find(id))
            .set(invitation_table::sequence.eq(1))
            .execute(conn)
    })
    .await;
    assert_dropped(&office, DroppedReason::Superseded).await;
}

async fn an_invitation_to_a_talk_that_has_begun_is_past(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    office.talk().await;
    office.pass(SignedDuration::from_hours(24 * 11));
    let summary = office.send().await;
    assert_eq!(summary.sent, 0);
    let delivery = office.only().await;
    assert_eq!(delivery.dropped_reason, Some(DroppedReason::Past));
}

async fn an_invitee_who_was_removed_gets_no_invitation(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    let id = office.talk().await.invitations[0].id;
    change(&office, move |conn| {
        diesel::update(invitation_table::table.find(id))
            .set(invitation_table::removed_at.eq(Some(At(given::now().at))))
            .execute(conn)
    })
    .await;
    assert_dropped(&office, DroppedReason::Cancelled).await;
}

async fn who_has_no_address_any_more_gets_nothing(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    let person = office.talk().await.invitations[0].person;
    change(&office, move |conn| {
        diesel::update(people::table.find(person))
            .set(people::email.eq(None::<String>))
            .execute(conn)
    })
    .await;
    assert_dropped(&office, DroppedReason::Suppressed).await;
}
}
