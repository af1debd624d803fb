//! Meetings that are no talks: planned, changed in every way, and called off (S1, N5, N7).

use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::TestDb;
use koplopers_shared::testing::smtp::ReceivedMail;
use mail_parser::{MessageParser, MimeHeaders as _};
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp};
use crate::mail_room::MailRoom;

const MEETINGS: &str = "/v1/meetings";

async fn person(app: &TestApp, name: &str) -> String {
    let email = format!("{}@example.org", name.to_lowercase());
    let body = json!({ "name": name, "email": email });
    app.as_coordinator()
        .post("/v1/people", &body)
        .await
        .expect(201)
        .text_at("/id")
}

async fn people(app: &TestApp, names: &[&str]) -> Vec<Value> {
    let mut invitees = Vec::new();
    for name in names {
        invitees.push(json!({ "person": person(app, name).await }));
    }
    invitees
}

fn network_day(invitees: &[Value]) -> Value {
    json!({
        "kind": "network",
        "title": "Netwerkdag",
        "localStart": "2026-04-09T13:00",
        "localEnd": "2026-04-09T17:00",
        "place": "De Observant, Amersfoort",
        "knowledgeSource": "experience",
        "learningPractice": "action_research",
        "invitees": invitees,
    })
}

/// A meeting that is changed, and the mails that brings.
struct Life {
    app: TestApp,
    room: MailRoom,
    path: String,
    uid: String,
    etag: String,
    seen: usize,
}

impl Life {
    async fn begin(db: TestDb, names: &[&str]) -> Self {
        let app = TestApp::start(db).await;
        let invitees = people(&app, names).await;
        let planned = app
            .as_role(Role::Adviser)
            .post(MEETINGS, &network_day(&invitees))
            .await
            .expect(201);
        let path = planned.header("location").to_owned();
        Self {
            room: MailRoom::open().await,
            uid: format!("{}@koplopers", planned.text_at("/meeting/id")),
            etag: planned.header("etag").to_owned(),
            path,
            app,
            seen: 0,
        }
    }

    async fn post(&self, what: &str, body: &Value) -> Answer {
        self.app
            .as_coordinator()
            .call(Method::POST, &format!("{}{what}", self.path))
            .header("if-match", &self.etag)
            .json(body)
            .send()
            .await
    }

    /// Changes the meeting and gives how many people got which mail, as was said before.
    async fn change(&mut self, body: &Value) -> (Value, Vec<String>) {
        let preview = self.post("/changes?preview=true", body).await.expect(200);
        assert_eq!(preview.json()["changed"], Value::Null);
        assert!(self.mails().await.is_empty(), "a preview sends nothing");
        let changed = self.post("/changes", body).await.expect(200);
        changed.header("etag").clone_into(&mut self.etag);
        let counts = changed.json()["mails"].clone();
        assert_eq!(preview.json()["mails"], counts);
        (counts, self.mails().await)
    }

    /// The new mails: to whom, what the subject begins with, METHOD and SEQUENCE; by address.
    async fn mails(&mut self) -> Vec<String> {
        self.room.send(&self.app).await;
        let mails = self.room.mails();
        let mut new: Vec<String> = mails[self.seen..]
            .iter()
            .map(|mail| self.line(mail))
            .collect();
        self.seen = mails.len();
        new.sort();
        new
    }

    fn line(&self, mail: &ReceivedMail) -> String {
        let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
        let calendar = parsed
            .parts
            .iter()
            .find(|part| {
                part.content_type()
                    .is_some_and(|it| it.subtype() == Some("calendar"))
            })
            .unwrap();
        let ics = calendar.text_contents().unwrap().replace("\r\n ", "");
        let value = |key: &str| {
            ics.lines()
                .find_map(|line| line.strip_prefix(key))
                .unwrap_or_else(|| panic!("{key} in {ics}"))
        };
        assert_eq!(value("UID:"), self.uid);
        let name = mail.to[0].split('@').next().unwrap().to_owned();
        let subject = parsed
            .subject()
            .unwrap()
            .split(':')
            .next()
            .unwrap()
            .to_owned();
        format!(
            "{name} {subject} {} {}",
            value("METHOD:"),
            value("SEQUENCE:")
        )
    }

    /// The invitee answers over the API.
    async fn answer(&self, invitation: &Value, answer: &str) -> Answer {
        let person = invitation["person"].as_str().unwrap().parse().unwrap();
        let path = format!(
            "{}/invitations/{}/answer",
            self.path,
            invitation["id"].as_str().unwrap()
        );
        let invitee = self.app.as_person(person, Role::Member);
        invitee
            .call(Method::PUT, &path)
            .json(&json!({ "answer": answer }))
            .send()
            .await
    }

    async fn invitations(&self) -> Vec<Value> {
        let path = format!("{}/invitations", self.path);
        let list = self
            .app
            .as_coordinator()
            .get(&path)
            .await
            .expect(200)
            .json();
        list["items"].as_array().unwrap().clone()
    }
}

on_both_databases! {
    async fn every_change_of_a_meeting_brings_its_own_mails_and_no_others(db: TestDb) {
        // mission: S1; delivery: cancelled before the invitation left
        let mut life = Life::begin(db, &["Anna", "Bert"]).await;
        assert_eq!(life.mails().await, ["anna Uitnodiging REQUEST 0", "bert Uitnodiging REQUEST 0"]);

        let cees = people(&life.app, &["Cees"]).await;
        let (counts, mails) = life.change(&json!({ "addInvitees": cees })).await;
        assert_eq!(counts, json!({ "invitations": 1, "updates": 0, "cancellations": 0 }));
        assert_eq!(mails, ["cees Uitnodiging REQUEST 0"]);

        let moved = json!({ "period": { "localStart": "2026-04-16T13:00", "localEnd": "2026-04-16T17:00" } });
        let (_, mails) = life.change(&moved).await;
        let updates = ["anna", "bert", "cees"].map(|name| format!("{name} Gewijzigd REQUEST 1"));
        assert_eq!(mails, updates);

        let (_, mails) = life.change(&json!({ "place": "Stadhuis" })).await;
        let updates = ["anna", "bert", "cees"].map(|name| format!("{name} Gewijzigd REQUEST 2"));
        assert_eq!(mails, updates);

        let (_, mails) = life.change(&json!({ "title": "Netwerkmiddag" })).await;
        assert!(mails.is_empty(), "other words send nothing");
        let (counts, mails) = life.change(&json!({ "agenda": "Kennismaken", "tellOfWording": true })).await;
        assert_eq!(counts["updates"], 3);
        let updates = ["anna", "bert", "cees"].map(|name| format!("{name} Gewijzigd REQUEST 2"));
        assert_eq!(mails, updates);

        let bert = life.invitations().await[1]["id"].clone();
        let (counts, mails) = life.change(&json!({ "removeInvitations": [bert] })).await;
        assert_eq!(counts, json!({ "invitations": 0, "updates": 0, "cancellations": 1 }));
        assert_eq!(mails, ["bert Geannuleerd CANCEL 3"]);

        life.post("/cancellation", &json!({})).await.expect(200);
        assert_eq!(life.mails().await, ["anna Geannuleerd CANCEL 4", "cees Geannuleerd CANCEL 4"]);
    }

    async fn who_was_removed_can_be_invited_again_above_the_sequence_of_the_cancellation(db: TestDb) {
        // mission: S1
        let mut life = Life::begin(db, &["Anna", "Bert"]).await;
        life.mails().await;
        let bert = life.invitations().await[1].clone();
        let (_, mails) = life.change(&json!({ "removeInvitations": [bert["id"]] })).await;
        assert_eq!(mails, ["bert Geannuleerd CANCEL 1"]);
        let again = json!({ "addInvitees": [{ "person": bert["person"], "required": false }] });
        let (_, mails) = life.change(&again).await;
        assert_eq!(mails, ["bert Uitnodiging REQUEST 2"]);
        let invitations = life.invitations().await;
        assert_eq!(invitations.len(), 2);
        assert_eq!((&invitations[1]["id"], &invitations[1]["answer"]), (&bert["id"], &json!("needs_action")));
    }

    async fn a_change_before_the_invitation_left_leaves_one_invitation(db: TestDb) {
        // delivery: moved after planning
        let mut life = Life::begin(db, &["Anna"]).await;
        let moved = json!({ "period": { "localStart": "2026-04-16T13:00", "localEnd": "2026-04-16T17:00" } });
        let changed = life.post("/changes", &moved).await.expect(200);
        changed.header("etag").clone_into(&mut life.etag);
        assert_eq!(life.mails().await, ["anna Uitnodiging REQUEST 1"]);
    }

    async fn moving_a_meeting_asks_everybody_again_and_another_place_does_not(db: TestDb) {
        // mission: S1
        let mut life = Life::begin(db, &["Anna", "Bert"]).await;
        life.mails().await;
        let answers = ["accepted", "declined"];
        for (invitation, answer) in life.invitations().await.iter().zip(answers) {
            life.answer(invitation, answer).await.expect(200);
        }
        let (counts, mails) = life.change(&json!({ "place": "Stadhuis" })).await;
        assert_eq!((&counts["updates"], mails.len()), (&json!(1), 1), "who declined needs no place");
        let given: Vec<Value> = life.invitations().await.iter().map(|it| it["answer"].clone()).collect();
        assert_eq!(given, answers);
        let moved = json!({ "period": { "localStart": "2026-04-16T13:00", "localEnd": "2026-04-16T17:00" } });
        let (counts, mails) = life.change(&moved).await;
        assert_eq!((&counts["updates"], mails.len()), (&json!(2), 2), "another day may suit");
        let given: Vec<Value> = life.invitations().await.iter().map(|it| it["answer"].clone()).collect();
        assert_eq!(given, ["needs_action", "needs_action"]);
    }

    async fn everybody_answers_for_themselves_until_the_start(db: TestDb) {
        // mission: S1
        let life = Life::begin(db, &["Anna", "Bert"]).await;
        let [anna, bert] = &life.invitations().await[..] else { panic!("two are invited") };
        let answered = life.answer(anna, "tentative").await.expect(200);
        assert_eq!((answered.text_at("/answer"), answered.text_at("/answeredVia")), ("tentative".into(), "api".into()));
        let others = format!("{}/invitations/{}/answer", life.path, bert["id"].as_str().unwrap());
        let person = anna["person"].as_str().unwrap().parse().unwrap();
        let body = json!({ "answer": "declined" });
        let put = |caller: crate::app::Caller<'_>| caller.call(Method::PUT, &others).json(&body).send();
        put(life.app.as_person(person, Role::Member)).await.problem(404, "not-found");
        put(life.app.as_coordinator()).await.problem(403, "person-required");
        life.app.clock.turn_to("2026-04-09T11:00:00Z".parse().unwrap());
        life.answer(anna, "accepted").await.problem(409, "answers-closed");
    }

    async fn two_changes_under_one_etag_are_one_change(db: TestDb) {
        // security: 55
        let mut life = Life::begin(db, &["Anna"]).await;
        life.mails().await;
        let moved = json!({ "period": { "localStart": "2026-04-16T13:00", "localEnd": "2026-04-16T17:00" } });
        let off = json!({ "reason": "De zaal is dicht." });
        let (change, cancellation) = tokio::join!(life.post("/changes", &moved), life.post("/cancellation", &off));
        let mut statuses = [change.status, cancellation.status];
        let expected = if statuses[0] == 200 { "anna Gewijzigd REQUEST 1" } else { "anna Geannuleerd CANCEL 1" };
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412]);
        assert_eq!(life.mails().await, [expected]);
    }

    async fn a_plan_that_cannot_be_is_refused_with_every_fault(db: TestDb) {
        let app = TestApp::start(db).await;
        let unknown = "0190a000-0000-7000-8000-000000000000";
        let known = person(&app, "Anna").await;
        let mut body = network_day(&[json!({ "person": unknown }), json!({ "person": known }), json!({ "person": known })]);
        body["kind"] = json!("intake_talk");
        body["programme"] = json!("onbekend");
        body["municipality"] = json!("GM9999");
        body["organiser"] = json!(unknown);
        let coordinator = app.as_coordinator();
        let fields: Vec<String> = coordinator.post(MEETINGS, &body).await.invalid().into_iter().map(|(name, _)| name).collect();
        assert_eq!(fields, ["/invitees/0/person", "/invitees/2/person", "/kind", "/municipality", "/organiser", "/programme"]);
        let gap = json!({ "localStart": "2026-03-29T02:30", "localEnd": "2026-03-29T04:00" });
        let mut body = network_day(&[]);
        for key in ["localStart", "localEnd"] {
            body[key] = gap[key].clone();
        }
        body.as_object_mut().unwrap().remove("place");
        let fields = coordinator.post(MEETINGS, &body).await.invalid();
        assert_eq!(fields, [
            ("/localStart".into(), "clock-change".into()),
            ("/onlineUrl".into(), "required".into()),
            ("/place".into(), "required".into()),
        ]);
        app.as_municipality("GM0363").post(MEETINGS, &network_day(&[])).await.problem(403, "forbidden");
    }

    async fn a_change_that_cannot_be_is_refused_and_changes_nothing(db: TestDb) {
        let mut life = Life::begin(db, &["Anna"]).await;
        life.mails().await;
        let anna = life.invitations().await[0].clone();
        let wrong = json!({ "removeInvitations": [anna["person"]] });
        assert_eq!(life.post("/changes", &wrong).await.invalid(), [("/removeInvitations/0".into(), "unknown".into())]);
        let twice = json!({ "addInvitees": [{ "person": anna["person"] }] });
        assert_eq!(life.post("/changes", &twice).await.invalid(), [("/addInvitees/0/person".into(), "duplicate".into())]);
        let past = json!({ "period": { "localStart": "2026-01-01T10:00", "localEnd": "2026-01-01T11:00" } });
        assert_eq!(life.post("/changes", &past).await.invalid(), [("/period/localStart".into(), "past".into())]);
        life.post("/changes", &json!({ "place": null })).await.invalid();
        let coordinator = life.app.as_coordinator();
        let path = format!("{}/changes", life.path);
        coordinator.post(&path, &json!({})).await.problem(428, "precondition-required");
        assert!(life.mails().await.is_empty());

        life.post("/cancellation", &json!({})).await.expect(200);
        "*".clone_into(&mut life.etag);
        let refused = life.post("/changes", &json!({ "title": "Toch" })).await.problem(409, "invalid-transition");
        assert_eq!(refused["currentStatus"], "cancelled");
    }
}
