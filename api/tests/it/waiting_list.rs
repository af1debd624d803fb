//! A meeting with so many places: who comes later waits, and gets the place that comes free.

use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::{TestDb, given};
use mail_parser::MessageParser;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp};
use crate::mail_room::MailRoom;

/// A meeting with places for `capacity` and invitees A, B, C, and so on.
struct Full {
    app: TestApp,
    room: MailRoom,
    path: String,
    invitations: Vec<Value>,
    seen: usize,
}

impl Full {
    async fn meeting(db: TestDb, capacity: Option<u32>, invitees: usize) -> Self {
        let app = TestApp::start(db).await;
        let mut people = Vec::new();
        for name in ["Anna", "Bert", "Cees", "Dora", "Emma"]
            .iter()
            .take(invitees)
        {
            let email = format!("{}@example.org", name.to_lowercase());
            let roles = json!([{ "role": "ambtenaar", "municipality": "GM0363" }]);
            let body = json!({ "name": name, "email": email, "roles": roles });
            let made = app
                .as_coordinator()
                .post("/v1/people", &body)
                .await
                .expect(201);
            people.push(json!({ "person": made.text_at("/id") }));
        }
        let mut body = json!({
            "kind": "network", "title": "Netwerkdag", "place": "De Observant", "invitees": people,
            "localStart": "2026-04-09T13:00", "localEnd": "2026-04-09T17:00",
        });
        if let Some(capacity) = capacity {
            body["capacity"] = json!(capacity);
        }
        let planned = app
            .as_coordinator()
            .post("/v1/meetings", &body)
            .await
            .expect(201);
        assert_eq!(planned.json()["meeting"]["capacity"], json!(capacity));
        let mut full = Self {
            room: MailRoom::open().await,
            path: planned.header("location").to_owned(),
            invitations: planned.json()["invitations"].as_array().unwrap().clone(),
            app,
            seen: 0,
        };
        full.mails().await;
        full
    }

    async fn answer(&self, at: usize, answer: &str) -> Answer {
        self.answer_to(&self.invitations[at], answer).await
    }

    async fn answer_to(&self, invitation: &Value, answer: &str) -> Answer {
        let person = invitation["person"].as_str().unwrap().parse().unwrap();
        let id = invitation["id"].as_str().unwrap();
        let path = format!("{}/invitations/{id}/answer", self.path);
        let invitee = self.app.as_person(person, Role::Member);
        let call = invitee.call(Method::PUT, &path);
        call.json(&json!({ "answer": answer })).send().await
    }

    /// An invitee sends somebody of their own municipality, whose invitation this gives.
    async fn delegate(&self, invitation: &Value, name: &str) -> Value {
        let person = invitation["person"].as_str().unwrap().parse().unwrap();
        let id = invitation["id"].as_str().unwrap();
        let path = format!("{}/invitations/{id}/delegate", self.path);
        let body = json!({ "name": name, "email": format!("{}@example.org", name.to_lowercase()) });
        let invitee = self.app.as_person(person, Role::Member);
        let sent = invitee
            .call(Method::PUT, &path)
            .json(&body)
            .send()
            .await
            .expect(200)
            .json();
        let path = format!("{}/invitations", self.path);
        let listed = self
            .app
            .as_coordinator()
            .get(&path)
            .await
            .expect(200)
            .json();
        let theirs = |it: &&Value| it["id"] == sent["delegatedTo"];
        listed["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(theirs)
            .unwrap()
            .clone()
    }

    async fn change(&self, body: &Value) -> Answer {
        let coordinator = self.app.as_coordinator();
        let call = coordinator.call(Method::POST, &format!("{}/changes", self.path));
        call.header("if-match", "*").json(body).send().await
    }

    /// What everybody answered, by invitation.
    async fn answers(&self) -> Vec<String> {
        let path = format!("{}/invitations", self.path);
        let listed = self
            .app
            .as_coordinator()
            .get(&path)
            .await
            .expect(200)
            .json();
        let items = listed["items"].as_array().unwrap().iter();
        items
            .map(|it| it["answer"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The new mails: to whom, and what the subject begins with.
    async fn mails(&mut self) -> Vec<String> {
        self.room.send(&self.app).await;
        let mails = self.room.mails();
        let mut new: Vec<String> = mails[self.seen..]
            .iter()
            .map(|mail| {
                let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
                let name = mail.to[0].split('@').next().unwrap().to_owned();
                let subject = parsed
                    .subject()
                    .unwrap()
                    .split(':')
                    .next()
                    .unwrap()
                    .to_owned();
                format!("{name} {subject}")
            })
            .collect();
        self.seen = mails.len();
        new.sort();
        new
    }
}

on_both_databases! {
    async fn who_comes_after_the_last_place_waits_and_the_first_who_waits_gets_the_next(db: TestDb) {
        // mission: S1
        let mut full = Full::meeting(db, Some(1), 4).await;
        assert_eq!(full.answer(0, "accepted").await.expect(200).text_at("/answer"), "accepted");
        for at in [2, 1] {
            full.app.clock.turn_by(jiff::SignedDuration::from_mins(1));
            let waits = full.answer(at, "accepted").await.expect(200);
            assert_eq!(waits.text_at("/answer"), "waitlisted");
        }
        full.app.clock.turn_by(jiff::SignedDuration::from_mins(1));
        // Answering again neither gives nor loses a place.
        full.answer(0, "accepted").await.expect(200);
        full.answer(2, "accepted").await.expect(200);
        assert_eq!(full.answers().await, ["accepted", "waitlisted", "waitlisted", "needs_action"]);
        assert_eq!(full.mails().await, Vec::<String>::new());

        full.answer(0, "declined").await.expect(200);
        assert_eq!(full.answers().await, ["declined", "waitlisted", "accepted", "needs_action"]);
        assert_eq!(full.mails().await, ["cees Er is plaats"]);
        assert_eq!(given::count(&full.app.db, "events WHERE type = 'invitation.let_in'").await, 1);
        full.answer(1, "declined").await.expect(200);
        full.answer(2, "tentative").await.expect(200);
        assert_eq!(full.mails().await, Vec::<String>::new(), "nobody waits");
        assert_eq!(full.answer(3, "accepted").await.text_at("/answer"), "accepted");
    }

    async fn more_places_and_fewer_people_let_the_waiting_in(db: TestDb) {
        // mission: S1
        let mut full = Full::meeting(db, Some(1), 5).await;
        for at in 0..5 {
            full.app.clock.turn_by(jiff::SignedDuration::from_mins(1));
            full.answer(at, "accepted").await.expect(200);
        }
        let changed = full.change(&json!({ "capacity": 2 })).await.expect(200).json();
        assert_eq!(changed["changed"]["meeting"]["capacity"], 2);
        assert_eq!(changed["changed"]["invitations"][1]["answer"], "accepted");
        assert_eq!(full.mails().await, ["bert Er is plaats"]);
        let anna = full.invitations[0]["id"].clone();
        full.change(&json!({ "removeInvitations": [anna] })).await.expect(200);
        assert_eq!(full.mails().await, ["anna Geannuleerd", "cees Er is plaats"]);
        full.change(&json!({ "capacity": null })).await.expect(200);
        assert_eq!(full.mails().await, ["dora Er is plaats", "emma Er is plaats"]);
        assert_eq!(full.answers().await, ["removed", "accepted", "accepted", "accepted", "accepted"]);
        // Fewer places than people: nobody is sent away.
        full.change(&json!({ "capacity": 1 })).await.expect(200);
        assert_eq!(full.answers().await, ["removed", "accepted", "accepted", "accepted", "accepted"]);
        let moved = json!({ "period": { "localStart": "2026-04-16T13:00", "localEnd": "2026-04-16T17:00" } });
        full.change(&moved).await.expect(200);
        assert!(full.answers().await[1..].iter().all(|answer| answer == "needs_action"));
    }

    async fn places_that_are_asked_for_at_once_are_given_once(db: TestDb) {
        // security: 55
        let full = Full::meeting(db, Some(2), 5).await;
        let all = tokio::join!(
            full.answer(0, "accepted"),
            full.answer(1, "accepted"),
            full.answer(2, "accepted"),
            full.answer(3, "accepted"),
            full.answer(4, "accepted"),
        );
        for answer in [all.0, all.1, all.2, all.3, all.4] {
            answer.expect(200);
        }
        let mut answers = full.answers().await;
        answers.sort();
        assert_eq!(answers, ["accepted", "accepted", "waitlisted", "waitlisted", "waitlisted"]);
    }

    async fn a_meeting_has_room_for_one_at_least(db: TestDb) {
        let full = Full::meeting(db, None, 1).await;
        for capacity in [json!(0), json!(-1), json!(100_000), json!("two")] {
            let fields = full.change(&json!({ "capacity": capacity })).await.invalid();
            assert_eq!(fields[0].0, "/capacity");
        }
        full.answer(0, "accepted").await.expect(200);
        assert_eq!(full.answers().await, ["accepted"]);
    }

    async fn a_delegate_has_the_place_of_whoever_sends_them(db: TestDb) {
        // mission: S1; no place is lost, and none given twice
        let mut full = Full::meeting(db, Some(1), 3).await;
        full.answer(0, "accepted").await.expect(200);
        let anna = full.invitations[0].clone();
        full.app.clock.turn_by(jiff::SignedDuration::from_mins(1));
        full.answer(1, "accepted").await.expect(200);
        let dirk = full.delegate(&anna, "Dirk").await;
        assert_eq!(dirk["answer"], "needs_action");
        // The place waits for Dirk: neither who waited nor who comes later gets it.
        full.app.clock.turn_by(jiff::SignedDuration::from_mins(1));
        full.answer(2, "accepted").await.expect(200);
        assert_eq!(full.answers().await, ["delegated", "waitlisted", "waitlisted", "needs_action"]);
        assert_eq!(full.mails().await, ["anna Uw collega komt", "dirk Uitnodiging"]);
        // He may send somebody in turn.
        let eva = full.delegate(&dirk, "Eva").await;
        assert_eq!(full.mails().await, ["dirk Uw collega komt", "eva Uitnodiging"]);
        full.answer_to(&eva, "accepted").await.expect(200);
        assert_eq!(full.answers().await, ["delegated", "waitlisted", "waitlisted", "delegated", "accepted"]);
        // What she does not use goes to who waited first.
        full.answer_to(&eva, "declined").await.expect(200);
        assert_eq!(full.answers().await, ["delegated", "accepted", "waitlisted", "delegated", "declined"]);
        assert_eq!(full.mails().await, ["bert Er is plaats"]);
        full.answer_to(&eva, "accepted").await.expect(200);
        assert_eq!(full.answers().await[4], "waitlisted");
    }

    async fn a_place_that_is_kept_comes_free_with_any_other_answer(db: TestDb) {
        // mission: S1
        let mut full = Full::meeting(db, Some(1), 3).await;
        full.answer(0, "accepted").await.expect(200);
        full.app.clock.turn_by(jiff::SignedDuration::from_mins(1));
        full.answer(1, "accepted").await.expect(200);
        let anna = full.invitations[0].clone();
        let dirk = full.delegate(&anna, "Dirk").await;
        full.answer_to(&dirk, "tentative").await.expect(200);
        assert_eq!(full.answers().await, ["delegated", "accepted", "needs_action", "tentative"]);
        // Bert has the place now; who waits has none to leave.
        full.answer(2, "accepted").await.expect(200);
        let cees = full.invitations[2].clone();
        let floor = full.delegate(&cees, "Floor").await;
        full.mails().await;
        full.answer_to(&floor, "accepted").await.expect(200);
        assert_eq!(full.answers().await[4], "waitlisted");
        // The delegate of somebody with a place is taken out before they answer.
        let bert = full.invitations[1].clone();
        let gijs = full.delegate(&bert, "Gijs").await;
        assert_eq!(full.answers().await[4], "waitlisted");
        full.change(&json!({ "removeInvitations": [gijs["id"]] })).await.expect(200);
        assert_eq!(full.answers().await[4], "accepted");
    }

    async fn a_meeting_that_moves_keeps_no_place(db: TestDb) {
        let mut full = Full::meeting(db, Some(1), 2).await;
        full.answer(0, "accepted").await.expect(200);
        let anna = full.invitations[0].clone();
        let dirk = full.delegate(&anna, "Dirk").await;
        let moved = json!({ "period": { "localStart": "2026-04-16T13:00", "localEnd": "2026-04-16T17:00" } });
        full.change(&moved).await.expect(200);
        assert_eq!(full.answer(1, "accepted").await.text_at("/answer"), "accepted");
        assert_eq!(full.answer_to(&dirk, "accepted").await.text_at("/answer"), "waitlisted");
        // Whoever sent somebody was told then that they need not come, and hears no more of it.
        full.mails().await;
        let coordinator = full.app.as_coordinator();
        let off = coordinator.call(Method::POST, &format!("{}/cancellation", full.path));
        off.header("if-match", "*").json(&json!({})).send().await.expect(200);
        assert_eq!(full.mails().await, ["bert Geannuleerd", "dirk Geannuleerd"]);
    }
}
