//! Reminders: the rules over HTTP, and the mails that a turned clock brings (S1).

use diesel::connection::SimpleConnection as _;
use koplopers_shared::access::Role;
use koplopers_shared::catalogue::words::PersonRole;
use koplopers_shared::db::{DbConn, DbError};
use koplopers_shared::ids::PersonId;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp};
use crate::mail_room::{MailRoom, subject_of, text_of};

const RULES: &str = "/v1/reminder-rules";
const MEETINGS: &str = "/v1/meetings";

async fn official(app: &TestApp, email: &'static str) -> PersonId {
    let code = "GM0363".parse().unwrap();
    given::official(&app.db, code, PersonRole::Ambtenaar, email).await
}

/// A network meeting on 9 April 2026 at 13.00, a month from the start of the tests.
fn plan(invitees: &[PersonId]) -> Value {
    let invitees: Vec<Value> = (invitees.iter())
        .map(|person| json!({ "person": person }))
        .collect();
    json!({
        "kind": "network",
        "title": "Netwerkdag",
        "localStart": "2026-04-09T13:00",
        "localEnd": "2026-04-09T17:00",
        "place": "De Observant, Amersfoort",
        "invitees": invitees,
    })
}

/// A meeting, its mails and the clock.
struct Room {
    app: TestApp,
    post: MailRoom,
    meeting: String,
    invitations: Vec<String>,
    seen: usize,
}

impl Room {
    async fn open(app: TestApp, invitees: &[PersonId]) -> Self {
        let made = app
            .as_coordinator()
            .post(MEETINGS, &plan(invitees))
            .await
            .expect(201);
        let body = made.json();
        let invitations = body["invitations"].as_array().unwrap();
        let mut room = Self {
            post: MailRoom::open().await,
            meeting: made.header("location").to_owned(),
            invitations: invitations
                .iter()
                .map(|it| it["id"].as_str().unwrap().to_owned())
                .collect(),
            app,
            seen: 0,
        };
        assert_eq!(room.mails().await.len(), invitees.len());
        room
    }

    /// The mails that come at this instant: to whom, and the subject up to the colon.
    async fn at(&mut self, instant: &str) -> Vec<String> {
        self.app.clock.turn_to(instant.parse().unwrap());
        self.mails().await
    }

    async fn mails(&mut self) -> Vec<String> {
        self.post.send(&self.app).await;
        let mails = self.post.mails();
        let mut new: Vec<String> = mails[self.seen..]
            .iter()
            .map(|mail| {
                let subject = subject_of(mail);
                let (asked, _) = subject.split_once(':').unwrap();
                format!("{} {asked}", mail.to[0].split('@').next().unwrap())
            })
            .collect();
        self.seen = mails.len();
        new.sort();
        new
    }

    async fn answer(&self, person: PersonId, at: usize, answer: &str) {
        let path = format!(
            "{}/invitations/{}/answer",
            self.meeting, self.invitations[at]
        );
        let caller = self.app.as_person(person, Role::Member);
        let body = json!({ "answer": answer });
        caller
            .call(Method::PUT, &path)
            .json(&body)
            .send()
            .await
            .expect(200);
    }

    async fn change(&self, body: &Value) -> Answer {
        let path = format!("{}/changes", self.meeting);
        let call = self.app.as_coordinator();
        let call = call.call(Method::POST, &path).header("if-match", "*");
        call.json(body).send().await.expect(200)
    }

    /// Each reminder of the meeting as `due state recipients`.
    async fn listed(&self) -> Vec<String> {
        let path = format!("{}/reminders", self.meeting);
        let listed = self
            .app
            .as_coordinator()
            .get(&path)
            .await
            .expect(200)
            .json();
        let line = |it: &Value| {
            let recipients = it["recipients"].as_array().unwrap().len();
            let word = |key: &str| it[key].as_str().unwrap().to_owned();
            format!("{} {} {recipients}", word("dueAt"), word("state"))
        };
        listed["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(line)
            .collect()
    }
}

on_both_databases! {
    async fn invitees_are_reminded_two_weeks_two_days_and_two_hours_before(db: TestDb) {
        // mission: S1
        let app = TestApp::start(db).await;
        let anna = official(&app, "anna@example.nl").await;
        let bert = official(&app, "bert@example.nl").await;
        let mut room = Room::open(app, &[anna, bert]).await;
        assert_eq!(room.listed().await, [
            "2026-03-26T08:00:00Z planned 2",
            "2026-04-07T07:00:00Z planned 2",
            "2026-04-09T09:00:00Z planned 2",
        ]);
        assert!(room.at("2026-03-26T07:59:59Z").await.is_empty());
        assert_eq!(room.at("2026-03-26T08:00:00Z").await, ["anna Herinnering", "bert Herinnering"]);
        let text = text_of(room.post.mails().last().unwrap());
        for told in ["Netwerkdag", "donderdag 9 april 2026 van 13.00 tot 17.00 uur", "Wij weten nog niet of u komt.", "/r/"] {
            assert!(text.contains(told), "{text}");
        }
        room.answer(anna, 0, "accepted").await;
        room.answer(bert, 1, "declined").await;
        assert_eq!(room.at("2026-04-07T07:00:00Z").await, ["anna Herinnering"]);
        let text = text_of(room.post.mails().last().unwrap());
        assert!(text.contains("Wij hebben genoteerd dat u komt."), "{text}");
        assert!(room.at("2026-04-09T08:59:59Z").await.is_empty());
        assert_eq!(room.at("2026-04-09T09:00:00Z").await, ["anna Herinnering"]);
        // Each once.
        assert!(room.at("2026-04-09T10:59:00Z").await.is_empty());
        assert_eq!(room.listed().await, [
            "2026-03-26T08:00:00Z fired 2",
            "2026-04-07T07:00:00Z fired 1",
            "2026-04-09T09:00:00Z fired 1",
        ]);
    }

    async fn moved_after_planning_the_old_reminders_are_gone_and_new_ones_keyed_to_the_new_start(db: TestDb) {
        // mission: S1; delivery: moved after planning; lessons: reminded of a cancelled meeting
        let app = TestApp::start(db).await;
        let anna = official(&app, "anna@example.nl").await;
        let mut room = Room::open(app, &[anna]).await;
        assert_eq!(room.at("2026-03-26T08:00:00Z").await.len(), 1);
        let period = json!({ "localStart": "2026-04-23T13:00", "localEnd": "2026-04-23T17:00" });
        room.change(&json!({ "period": period })).await;
        assert_eq!(room.mails().await, ["anna Gewijzigd"]);
        assert!(room.at("2026-04-07T07:00:00Z").await.is_empty());
        // Two weeks before the new start is this very day at nine.
        assert_eq!(room.at("2026-04-09T09:00:00Z").await, ["anna Herinnering"]);
        let cancelled = room.app.as_coordinator().call(Method::POST, &format!("{}/cancellation", room.meeting))
            .header("if-match", "*").json(&json!({})).send().await;
        cancelled.expect(200);
        assert_eq!(room.mails().await, ["anna Geannuleerd"]);
        assert!(room.at("2026-04-21T07:00:00Z").await.is_empty());
        let planned = room.listed().await;
        assert!(planned.iter().all(|line| !line.contains("planned")), "{planned:?}");
    }

    async fn declined_between_plan_and_send_the_reminder_is_dropped(db: TestDb) {
        // delivery: declined between plan and send
        let app = TestApp::start(db).await;
        let anna = official(&app, "anna@example.nl").await;
        let mut room = Room::open(app, &[anna]).await;
        let broken = MailRoom::out_of_order().await;
        room.app.clock.turn_to("2026-04-09T09:00:00Z".parse().unwrap());
        broken.send(&room.app).await;
        assert_eq!(given::count(&room.app.db, "deliveries WHERE kind = 'reminder' AND state = 'queued'").await, 1);
        room.answer(anna, 0, "declined").await;
        assert!(room.at("2026-04-09T09:10:00Z").await.is_empty());
        let dropped = "deliveries WHERE kind = 'reminder' AND dropped_reason = 'answered'";
        assert_eq!(given::count(&room.app.db, dropped).await, 1);
    }

    async fn a_late_attendee_gets_the_invitation_and_future_reminders_only(db: TestDb) {
        // delivery: late attendee
        let app = TestApp::start(db).await;
        let anna = official(&app, "anna@example.nl").await;
        let bert = official(&app, "bert@example.nl").await;
        let mut room = Room::open(app, &[anna]).await;
        // Within the quarter before the reminder of two days.
        assert_eq!(room.at("2026-03-26T08:00:00Z").await, ["anna Herinnering"]);
        room.app.clock.turn_to("2026-04-07T06:00:00Z".parse().unwrap());
        room.change(&json!({ "addInvitees": [{ "person": bert }] })).await;
        assert_eq!(room.mails().await, ["bert Uitnodiging"]);
        assert_eq!(room.at("2026-04-07T07:00:00Z").await, ["anna Herinnering"]);
        assert_eq!(room.at("2026-04-09T09:00:00Z").await, ["anna Herinnering", "bert Herinnering"]);
    }

    async fn invited_an_hour_before_a_reminder_that_reminder_is_dropped(db: TestDb) {
        // delivery: invited an hour before a reminder
        let app = TestApp::start(db).await;
        let anna = official(&app, "anna@example.nl").await;
        let bert = official(&app, "bert@example.nl").await;
        let chris = official(&app, "chris@example.nl").await;
        let mut room = Room::open(app, &[anna]).await;
        // The reminder of two hours goes at nine, UTC.
        room.at("2026-04-08T12:00:00Z").await;
        for (instant, late) in [("2026-04-09T07:59:59Z", bert), ("2026-04-09T08:00:00Z", chris)] {
            room.app.clock.turn_to(instant.parse().unwrap());
            room.change(&json!({ "addInvitees": [{ "person": late }] })).await;
            assert_eq!(room.mails().await.len(), 1, "the invitation itself");
        }
        assert_eq!(room.at("2026-04-09T09:00:00Z").await, ["anna Herinnering", "bert Herinnering"]);
        assert!(room.at("2026-04-09T10:59:00Z").await.is_empty());
    }

    async fn after_a_pause_at_most_the_latest_reminder_that_is_not_too_late_goes_out(db: TestDb) {
        // delivery: catch-up
        let app = TestApp::start(db).await;
        let anna = official(&app, "anna@example.nl").await;
        let mut room = Room::open(app, &[anna]).await;
        // Nobody sent anything for ten days: that of two weeks is a quarter and more too late.
        assert!(room.at("2026-04-05T08:00:00Z").await.is_empty());
        // Off again from before that of two days until just after that of two hours.
        assert_eq!(room.at("2026-04-09T09:20:00Z").await, ["anna Herinnering"]);
        assert_eq!(room.listed().await, [
            "2026-03-26T08:00:00Z passed 0",
            "2026-04-07T07:00:00Z passed 0",
            "2026-04-09T09:00:00Z fired 1",
        ]);
    }

    async fn a_rule_for_one_meeting_takes_the_place_of_the_others(db: TestDb) {
        // mission: S1; delivery: new rule
        let app = TestApp::start(db).await;
        let anna = official(&app, "anna@example.nl").await;
        let bert = official(&app, "bert@example.nl").await;
        let mut room = Room::open(app, &[anna, bert]).await;
        let id = room.meeting.rsplit('/').next().unwrap().to_owned();
        let rule = json!({
            "meeting": id, "kind": "local", "days": 3, "localTime": "08:30",
            "audience": "not_answered",
        });
        let coordinator = room.app.as_coordinator();
        let preview = coordinator.post(&format!("{RULES}?preview=true"), &rule).await.expect(200).json();
        let effect = json!({ "meetings": 1, "planned": 1, "passed": 0, "withdrawn": 3, "mails": 2 });
        assert_eq!(preview, json!({ "effect": effect, "rule": null }));
        assert_eq!(room.listed().await.len(), 3);
        let made = coordinator.post(RULES, &rule).await.expect(201);
        assert_eq!(made.json()["effect"], effect);
        let path = made.header("location").to_owned();
        assert_eq!(coordinator.get(&format!("{RULES}?meeting={id}")).await.expect(200).json()["items"][0]["localTime"], "08:30");
        room.answer(bert, 1, "accepted").await;
        assert!(room.at("2026-03-26T08:00:00Z").await.is_empty());
        assert_eq!(room.at("2026-04-06T06:30:00Z").await, ["anna Herinnering"]);
        // Retired, those for all meetings count again, as far as their time is ahead.
        let coordinator = room.app.as_coordinator();
        coordinator.delete(&path).await.expect(204);
        coordinator.get(&path).await.expect(404);
        assert_eq!(room.at("2026-04-07T07:00:00Z").await, ["anna Herinnering", "bert Herinnering"]);
    }

    async fn a_new_rule_counts_only_from_now_on_and_says_how_many_mails_beforehand(db: TestDb) {
        // delivery: new rule; lessons: a new rule mailed everyone
        let app = TestApp::start(db).await;
        let anna = official(&app, "anna@example.nl").await;
        let bert = official(&app, "bert@example.nl").await;
        let mut room = Room::open(app, &[anna, bert]).await;
        room.at("2026-04-08T12:00:00Z").await;
        // Three days before the meeting was the day before yesterday; in four hours is to come.
        let coordinator = room.app.as_coordinator();
        for (minutes, planned, passed, mails) in [(3 * 1440, 0, 1, 0), (240, 1, 0, 2)] {
            let rule = json!({ "kind": "elapsed", "minutes": minutes });
            let effect = json!({
                "meetings": 1, "planned": planned, "passed": passed, "withdrawn": 0, "mails": mails,
            });
            let preview = coordinator.post(&format!("{RULES}?preview=true"), &rule).await.expect(200);
            assert_eq!(preview.json()["effect"], effect);
            assert_eq!(coordinator.post(RULES, &rule).await.expect(201).json()["effect"], effect);
        }
        assert!(room.mails().await.is_empty(), "nobody is mailed for what has passed");
        let both = ["anna Herinnering", "bert Herinnering"];
        assert_eq!(room.at("2026-04-09T07:00:00Z").await, both);
        assert_eq!(room.at("2026-04-09T09:00:00Z").await, both);
        assert!(room.at("2026-04-09T10:59:00Z").await.is_empty());
    }

    async fn nobody_is_reminded_where_a_rule_says_so(db: TestDb) {
        // mission: S1
        let app = TestApp::start(db).await;
        let anna = official(&app, "anna@example.nl").await;
        let coordinator = app.as_coordinator();
        let none = json!({ "meetingKind": "network", "kind": "none" });
        coordinator.post(RULES, &none).await.expect(201);
        let room = Room::open(app, &[anna]).await;
        assert!(room.listed().await.is_empty());
    }

    async fn a_meeting_that_got_its_date_before_there_were_rules_is_reminded_of_too(db: TestDb) {
        // mission: S1
        let app = TestApp::start(db).await;
        let anna = official(&app, "anna@example.nl").await;
        let mut room = Room::open(app, &[anna]).await;
        let planned = room.listed().await;
        let forget = |conn: &mut DbConn| -> Result<(), DbError> {
            Ok(conn.batch_execute("DELETE FROM reminder_plans")?)
        };
        room.app.db.write(forget).await.unwrap();
        assert!(room.listed().await.is_empty());
        // Once a day, by whichever worker comes first.
        assert!(room.at("2026-03-11T10:00:00Z").await.is_empty());
        assert_eq!(room.listed().await, planned);
        assert_eq!(room.at("2026-03-26T08:00:00Z").await, ["anna Herinnering"]);
    }

    async fn a_replaced_rule_reminds_at_its_new_time_and_of_no_start_twice(db: TestDb) {
        // mission: S1
        let app = TestApp::start(db).await;
        let anna = official(&app, "anna@example.nl").await;
        let mut room = Room::open(app, &[anna]).await;
        let id = room.meeting.rsplit('/').next().unwrap().to_owned();
        let coordinator = room.app.as_coordinator();
        let rule = json!({ "meeting": id, "kind": "elapsed", "minutes": 240 });
        let made = coordinator.post(RULES, &rule).await.expect(201);
        let path = made.header("location").to_owned();
        let hour = json!({ "kind": "elapsed", "minutes": 60, "audience": "all" });
        coordinator.put(&path, "\"9\"", &hour).await.problem(412, "stale");
        let replaced = coordinator.put(&path, made.header("etag"), &hour).await.expect(200);
        assert_eq!(replaced.json()["rule"]["minutes"], 60);
        assert!(room.at("2026-04-09T07:00:00Z").await.is_empty());
        assert_eq!(room.at("2026-04-09T10:00:00Z").await, ["anna Herinnering"]);
        let coordinator = room.app.as_coordinator();
        let sooner = json!({ "kind": "elapsed", "minutes": 30, "audience": "all" });
        coordinator.put(&path, replaced.header("etag"), &sooner).await.expect(200);
        assert!(room.at("2026-04-09T10:30:00Z").await.is_empty());
    }

    async fn a_rule_that_cannot_be_names_everything_that_is_wrong(db: TestDb) {
        // security: 30; issue: a rule of 0 or 10,000 days
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        for days in [0, 91, 10_000] {
            let rule = json!({ "kind": "local", "days": days, "localTime": "09:00" });
            let wrong = coordinator.post(RULES, &rule).await.invalid();
            assert_eq!(wrong[0].0, "/days");
        }
        for minutes in [0, 14, 20_161] {
            let rule = json!({ "kind": "elapsed", "minutes": minutes });
            assert_eq!(coordinator.post(RULES, &rule).await.invalid()[0].0, "/minutes");
        }
        let rule = json!({ "kind": "local", "minutes": 30 });
        let wrong = coordinator.post(RULES, &rule).await.invalid();
        let names: Vec<&str> = wrong.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["/days", "/localTime", "/minutes"]);
        let rule = json!({ "kind": "local", "days": 2, "localTime": "25:00", "programme": "onbekend" });
        assert_eq!(coordinator.post(RULES, &rule).await.invalid()[0].0, "/localTime");
        let nobody = "0190a000-0000-7000-8000-000000000000";
        let rule = json!({ "kind": "none", "meeting": nobody, "meetingKind": "local" });
        assert_eq!(coordinator.post(RULES, &rule).await.invalid()[0].0, "/meeting");
        let rule = json!({ "kind": "none", "meeting": nobody });
        assert_eq!(coordinator.post(RULES, &rule).await.invalid(), [("/meeting".into(), "unknown".into())]);
        let rule = json!({ "kind": "none", "programme": "onbekend" });
        assert_eq!(coordinator.post(RULES, &rule).await.invalid(), [("/programme".into(), "unknown".into())]);
        assert_eq!(given::count(&app.db, "reminder_rules").await, 3);
    }

    async fn rules_of_more_than_one_meeting_are_for_coordinators(db: TestDb) {
        // security: 8
        let app = TestApp::start(db).await;
        let anna = official(&app, "anna@example.nl").await;
        let room = Room::open(app, &[anna]).await;
        let id = room.meeting.rsplit('/').next().unwrap();
        let adviser = room.app.as_role(Role::Adviser);
        let wide = json!({ "kind": "elapsed", "minutes": 60 });
        adviser.post(RULES, &wide).await.problem(403, "forbidden");
        let own = json!({ "kind": "elapsed", "minutes": 60, "meeting": id });
        adviser.post(RULES, &own).await.expect(201);
        for _ in 0..9 {
            adviser.post(RULES, &own).await.expect(201);
        }
        adviser.post(RULES, &own).await.problem(409, "too-many-reminder-rules");
    }
}
