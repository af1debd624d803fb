//! The mails of a date poll: to whoever may vote, and to the organiser.

use jiff::SignedDuration;
use koplopers_shared::access::Role;
use koplopers_shared::clock::LocalNow;
use koplopers_shared::ids::PersonId;
use koplopers_shared::on_both_databases;
use koplopers_shared::polls;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::json;

use super::{END, MEETINGS, Polled, draft_of, official, option_ids, options, vote, with_tag};
use crate::app::TestApp;
use crate::mail_room::{MailRoom, subject_of, text_of};

/// A poll whose organiser can be reached, and its mails.
struct Room {
    app: TestApp,
    post: MailRoom,
    polled: Polled,
    seen: usize,
}

impl Room {
    async fn open(app: TestApp, organiser: PersonId, invitees: &[PersonId]) -> Self {
        let caller = app.as_person(organiser, Role::Adviser);
        let draft = caller.post(MEETINGS, &draft_of(invitees)).await.expect(201);
        let path = draft.header("location").to_owned();
        let poll = format!("{path}/poll");
        let body = json!({ "options": options(2), "closesAt": END });
        let opened = with_tag(&caller, Method::POST, &poll, "*", &body).await;
        let polled = Polled {
            options: option_ids(&opened.expect(201).json()),
            path,
            poll,
        };
        Self {
            post: MailRoom::open().await,
            app,
            polled,
            seen: 0,
        }
    }

    /// The new mails: to whom, and the subject up to the colon; by address.
    async fn mails(&mut self) -> Vec<String> {
        self.post.send(&self.app).await;
        let mails = self.post.mails();
        let line = |mail: &koplopers_shared::testing::smtp::ReceivedMail| {
            let subject = subject_of(mail);
            let (asked, _) = subject.split_once(':').unwrap();
            format!("{} {asked}", mail.to[0].split('@').next().unwrap())
        };
        let mut new: Vec<String> = mails[self.seen..].iter().map(line).collect();
        self.seen = mails.len();
        new.sort();
        new
    }

    async fn turn(&mut self, to: &str) {
        self.app.clock.turn_to(to.parse().unwrap());
        let now = LocalNow::new(self.app.now(), &self.app.state.settings.time_zone);
        let done = self.app.db.write(move |conn| {
            polls::chase_due(conn, now)?;
            polls::close_due(conn, now)
        });
        done.await.unwrap();
    }
}

on_both_databases! {
    async fn everybody_is_asked_and_only_who_has_not_voted_is_reminded(db: TestDb) {
        // mission: L9
        let app = TestApp::start(db).await;
        let noor = official(&app, "GM0518", "noor@example.nl").await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let bert = official(&app, "GM0344", "bert@example.nl").await;
        let mut room = Room::open(app, noor, &[anna, bert]).await;
        assert_eq!(room.mails().await, ["anna Actie nodig", "bert Actie nodig"]);
        let text = text_of(&room.post.mails()[0]);
        for told in ["donderdag 9 april 2026 van 13.00 tot 17.00 uur", "donderdag 2 april 2026 om 17.00 uur", "/d/"] {
            assert!(text.contains(told), "{text}");
        }
        // Nothing is in anybody's calendar yet.
        assert_eq!(given::count(&room.app.db, "deliveries WHERE kind = 'invitation'").await, 0);
        vote(&room.app, anna, &room.polled, &["yes", "no"]).await.expect(200);
        room.turn("2026-03-30T14:59:59Z").await;
        assert!(room.mails().await.is_empty());
        // Three days before the end.
        room.turn("2026-03-30T15:00:00Z").await;
        assert_eq!(room.mails().await, ["bert Herinnering"]);
        room.turn("2026-03-31T15:00:00Z").await;
        assert!(room.mails().await.is_empty());
        room.turn("2026-04-01T15:00:00Z").await;
        assert_eq!(room.mails().await, ["bert Herinnering"]);
        room.turn(END).await;
        assert_eq!(room.mails().await, ["noor Actie nodig"]);
        let told = text_of(room.post.mails().last().unwrap());
        assert!(told.contains("Niet op elke datum vertegenwoordigd: Utrecht en Amsterdam."), "{told}");
        assert!(told.contains("Zoveel mensen stemden niet of niet bij elke datum: 1."), "{told}");
    }

    async fn a_vote_or_the_end_between_plan_and_post_drops_the_reminder(db: TestDb) {
        // mission: L9; delivery: declined between plan and send
        let app = TestApp::start(db).await;
        let noor = official(&app, "GM0518", "noor@example.nl").await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let mut room = Room::open(app, noor, &[anna]).await;
        assert_eq!(room.mails().await.len(), 1);
        room.turn("2026-03-30T15:00:00Z").await;
        assert_eq!(given::count(&room.app.db, "deliveries WHERE kind = 'poll_chaser'").await, 1);
        vote(&room.app, anna, &room.polled, &["yes", "no"]).await.expect(200);
        assert!(room.mails().await.is_empty());
        let dropped = "deliveries WHERE kind = 'poll_chaser' AND dropped_reason = 'answered'";
        assert_eq!(given::count(&room.app.db, dropped).await, 1);
    }

    async fn who_was_asked_less_than_two_days_ago_is_not_reminded(db: TestDb) {
        // mission: L9
        let app = TestApp::start(db).await;
        let noor = official(&app, "GM0518", "noor@example.nl").await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let bert = official(&app, "GM0344", "bert@example.nl").await;
        let mut room = Room::open(app, noor, &[anna]).await;
        room.mails().await;
        room.app.clock.turn_to("2026-03-29T16:00:00Z".parse().unwrap());
        let changes = format!("{}/changes", room.polled.path);
        let add = json!({ "addInvitees": [{ "person": bert }] });
        let changed = with_tag(&room.app.as_coordinator(), Method::POST, &changes, "*", &add).await.expect(200);
        assert_eq!(changed.json()["mails"]["invitations"], 1);
        assert_eq!(room.mails().await, ["bert Actie nodig"]);
        room.turn("2026-03-30T15:00:00Z").await;
        assert_eq!(room.mails().await, ["anna Herinnering"]);
        room.turn("2026-04-01T15:00:00Z").await;
        assert_eq!(room.mails().await, ["anna Herinnering", "bert Herinnering"]);
    }

    async fn other_options_ask_everybody_again_and_a_later_end_reminds_again(db: TestDb) {
        // mission: L9
        let app = TestApp::start(db).await;
        let noor = official(&app, "GM0518", "noor@example.nl").await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let mut room = Room::open(app, noor, &[anna]).await;
        room.mails().await;
        vote(&room.app, anna, &room.polled, &["yes", "no"]).await.expect(200);
        let coordinator = room.app.as_coordinator();
        let fewer = json!({ "closesAt": "2026-04-03T15:00:00Z" });
        coordinator.patch(&room.polled.poll, "*", &fewer).await.expect(200);
        assert!(room.mails().await.is_empty(), "another end alone asks nobody");
        let more = json!({ "options": options(3) });
        room.app.as_coordinator().patch(&room.polled.poll, "*", &more).await.expect(200);
        assert_eq!(room.mails().await, ["anna Actie nodig"]);
        let text = text_of(room.post.mails().last().unwrap());
        assert!(text.contains("zijn veranderd"), "{text}");
        room.turn("2026-03-31T15:00:00Z").await;
        assert_eq!(room.mails().await, ["anna Herinnering"]);
    }

    async fn who_was_asked_hears_that_the_meeting_is_off_and_nobody_else(db: TestDb) {
        // delivery: cancelled before the invitation left
        let app = TestApp::start(db).await;
        let noor = official(&app, "GM0518", "noor@example.nl").await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let bert = official(&app, "GM0344", "bert@example.nl").await;
        let mut room = Room::open(app, noor, &[anna]).await;
        room.mails().await;
        let coordinator = room.app.as_coordinator();
        let add = json!({ "addInvitees": [{ "person": bert }] });
        let changes = format!("{}/changes", room.polled.path);
        with_tag(&coordinator, Method::POST, &changes, "*", &add).await.expect(200);
        let off = format!("{}/cancellation", room.polled.path);
        let reason = json!({ "reason": "De zaal is dicht." });
        with_tag(&coordinator, Method::POST, &off, "*", &reason).await.expect(200);
        assert_eq!(room.mails().await, ["anna Geannuleerd"]);
        assert!(text_of(room.post.mails().last().unwrap()).contains("De zaal is dicht."));
        room.app.clock.turn_by(SignedDuration::from_hours(24 * 40));
        room.turn("2026-05-01T15:00:00Z").await;
        assert!(room.mails().await.is_empty());
    }

    async fn the_choice_of_a_date_takes_the_place_of_what_still_waits(db: TestDb) {
        // mission: L9
        let app = TestApp::start(db).await;
        let noor = official(&app, "GM0518", "noor@example.nl").await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let mut room = Room::open(app, noor, &[anna]).await;
        vote(&room.app, anna, &room.polled, &["yes", "no"]).await.expect(200);
        super::choose(&room.app, &room.polled, &room.polled.options[0]).await.expect(200);
        assert_eq!(room.mails().await, ["anna Uitnodiging"]);
    }
}
