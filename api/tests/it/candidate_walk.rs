//! A candidate's whole way over HTTP, with a clock that is turned by hand and a real worker: each
//! mail goes out once and in order, also when the mail server was down for three days in between.

use jiff::{SignedDuration, Timestamp};
use koplopers_shared::access::Role;
use koplopers_shared::ids::{CohortId, PersonId};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::{TestDb, given};
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{START, TestApp};
use crate::mail_room::{MailRoom, page_in, subject_of};

/// The installation on the candidate's way.
struct Walk {
    app: TestApp,
    room: MailRoom,
    down: MailRoom,
    coordinator: PersonId,
    cohort: CohortId,
    candidacy: String,
    /// Every mail so far: the day, to whom, its subject.
    told: Vec<(i64, String)>,
}

impl Walk {
    /// Kim, who works for Amsterdam, is nominated.
    async fn nominated(db: TestDb) -> Self {
        let app = TestApp::start(db).await;
        let coordinator = given::somebody(&app.db, "sem@example.org", None).await;
        let cohort = given::cohort(&app.db, "Lichting 2026").await;
        let nomination = json!({
            "nominator": { "name": "Noor Nominator", "email": "noor@example.org" },
            "candidate": {
                "name": "Kim de Wit", "email": "kim@example.nl",
                "kind": "municipal_professional", "municipality": "GM0363"
            },
            "relation": "Wij werken samen in de wijk.",
            "motivation": "Zij brengt bewoners en ambtenaren aan één tafel, en houdt vol als het lastig wordt.",
            "innovation": "Bewoners leiden de gesprekken zelf.",
            "impact": "Veertig gezinnen minder met schulden.",
            "giver": { "name": "Joris Vermeulen", "email": "joris@example.nl", "role": "gemeentesecretaris" }
        });
        let made = app
            .as_coordinator()
            .post("/v1/nominations", &nomination)
            .await
            .expect(201);
        let own = format!("/v1/nominations/{}", made.text_at("/id"));
        let candidacy = app
            .as_coordinator()
            .get(&own)
            .await
            .expect(200)
            .text_at("/candidacy");
        let walk = Self {
            room: MailRoom::open().await,
            down: MailRoom::out_of_order().await,
            app,
            coordinator,
            cohort,
            candidacy,
            told: Vec::new(),
        };
        let change = json!({ "cohort": walk.cohort });
        let path = walk.path("");
        walk.app
            .as_coordinator()
            .patch(&path, "*", &change)
            .await
            .expect(200);
        walk
    }

    fn path(&self, part: &str) -> String {
        format!("/v1/candidacies/{}{part}", self.candidacy)
    }

    async fn status(&self) -> String {
        let read = self.app.as_coordinator().get(&self.path("")).await;
        read.expect(200).text_at("/status")
    }

    fn today(&self) -> i64 {
        let start: Timestamp = START.parse().unwrap();
        (self.app.now().as_second() - start.as_second()) / 86_400
    }

    /// Days go by, on each of which the worker ticks and sends.
    async fn pass(&mut self, days: i64) {
        for _ in 0..days {
            self.app.clock.turn_by(SignedDuration::from_hours(24));
            self.send().await;
        }
    }

    /// The same while the mail server hangs up on everybody.
    async fn pass_without_mail(&mut self, days: i64) {
        for _ in 0..days {
            self.down.send(&self.app).await;
            self.app.clock.turn_by(SignedDuration::from_hours(24));
        }
        self.send().await;
    }

    async fn send(&mut self) {
        let before = self.room.mails().len();
        self.room.send(&self.app).await;
        let today = self.today();
        let mut told: Vec<(i64, String)> = (self.room.mails().iter().skip(before))
            .map(|mail| {
                (
                    today,
                    format!("{}: {}", mail.to.join(", "), subject_of(mail)),
                )
            })
            .collect();
        // Those that left at once by address.
        told.sort();
        self.told.extend(told);
    }

    /// The newest page of a kind that was mailed.
    fn page(&self, start: &str) -> String {
        let mails = self.room.mails();
        let found = mails
            .iter()
            .rev()
            .find_map(|mail| page_in(mail, &self.app, start));
        found.expect("a mail with a link")
    }

    async fn ask(&self) {
        let giver = json!({
            "newPerson": { "name": "Joris Vermeulen", "email": "joris@example.nl" },
            "role": "gemeentesecretaris"
        });
        let coordinator = self.app.as_person(self.coordinator, Role::Coordinator);
        coordinator
            .post(&self.path("/consent"), &giver)
            .await
            .expect(201);
    }

    /// Opens a page and sends its form.
    async fn answer(&self, page: &str, form: &str) {
        let nobody = self.app.anonymous();
        let shown = nobody.get(page).await.expect(200);
        let nonce = shown
            .text
            .split_once("name=\"nonce\" value=\"")
            .and_then(|(_, rest)| rest.split('"').next())
            .unwrap_or_default();
        let answered = nobody
            .call(Method::POST, page)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("nonce={nonce}&{form}"))
            .send()
            .await;
        assert!([200, 303].contains(&answered.status), "{}", answered.text);
    }

    async fn reviewed(&self) {
        let mut reviewers = Vec::new();
        for email in ["een@example.org", "twee@example.org"] {
            reviewers.push(given::somebody(&self.app.db, email, None).await);
        }
        let assigned = self
            .app
            .as_coordinator()
            .post(&self.path("/reviews"), &json!({ "reviewers": reviewers }))
            .await
            .expect(201)
            .json();
        for review in assigned["items"].as_array().unwrap() {
            let reviewer: PersonId = review["reviewer"].as_str().unwrap().parse().unwrap();
            let path = format!("/v1/reviews/{}", review["id"].as_str().unwrap());
            let judgement = json!({ "innovation": 5, "impact": 4, "remark": "Overtuigend." });
            let caller = self.app.as_person(reviewer, Role::Member);
            caller.put(&path, "*", &judgement).await.expect(200);
        }
    }
}

/// From the nomination to the membership; `down` days without a mail server after the request.
async fn walk(db: TestDb, down: i64) -> Vec<(i64, String)> {
    let mut walk = Walk::nominated(db).await;
    walk.send().await;
    assert_eq!(walk.status().await, "open");
    // The service tells the candidate in time, unasked.
    walk.pass(20).await;
    walk.ask().await;
    assert_eq!(walk.status().await, "consent_requested");
    if down > 0 {
        walk.pass_without_mail(down).await;
    } else {
        walk.send().await;
    }
    walk.pass(28).await;
    assert_eq!(walk.status().await, "consent_expired");
    walk.pass(2).await;
    walk.ask().await;
    walk.send().await;
    let page = walk.page("/c/");
    walk.answer(
        &page,
        "answer=give&name=Joris+Vermeulen&role=Gemeentesecretaris",
    )
    .await;
    assert_eq!(walk.status().await, "consented");
    let invite = json!({ "outcome": "invite" });
    let decision = walk.path("/decision");
    let early = walk.app.as_coordinator().post(&decision, &invite).await;
    let hinders = early.problem(409, "invite-hindered")["hinders"].clone();
    assert_eq!(
        hinders,
        json!([{ "code": "reviews-missing", "handedIn": 0, "needed": 2 }])
    );
    walk.reviewed().await;
    walk.app
        .as_coordinator()
        .post(&decision, &invite)
        .await
        .expect(201);
    assert_eq!(walk.status().await, "candidate_invited");
    walk.pass(1).await;
    let page = walk.page("/a/");
    walk.answer(&page, "act=accept&sure=yes&name=Kim+de+Wit")
        .await;
    assert_eq!(walk.status().await, "admitted");
    walk.pass(60).await;
    let members = walk
        .app
        .as_coordinator()
        .get("/v1/members")
        .await
        .expect(200)
        .json();
    assert_eq!(members["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(members["items"][0]["cohort"], json!(walk.cohort));
    assert_ne!(members["items"][0]["details"]["person"], Value::Null);
    walk.told
}

/// The days on which mails go out when the mail server took the first request `late` days after
/// it was made.
fn expected(late: i64) -> Vec<(i64, String)> {
    [
        (15, "kim@example.nl", "U bent voorgedragen als koploper"),
        (
            20 + late,
            "joris@example.nl",
            "Actie nodig: instemming voor Kim de Wit",
        ),
        (
            27 + late,
            "joris@example.nl",
            "Herinnering: instemming voor Kim de Wit",
        ),
        (
            34 + late,
            "joris@example.nl",
            "Herinnering: instemming voor Kim de Wit",
        ),
        (
            48 + late,
            "sem@example.org",
            "Verlopen: instemming voor Kim de Wit",
        ),
        (
            50 + late,
            "joris@example.nl",
            "Actie nodig: instemming voor Kim de Wit",
        ),
        (
            51 + late,
            "kim@example.nl",
            "Uitnodiging: word koploper, Lichting 2026",
        ),
        (52 + late, "kim@example.nl", "Welkom bij de koplopers"),
        (
            52 + late,
            "noor@example.org",
            "Uw voordracht van Kim de Wit",
        ),
    ]
    .into_iter()
    .map(|(day, to, subject)| (day, format!("{to}: {subject}")))
    .collect()
}

on_both_databases! {
    async fn a_candidate_becomes_a_member_and_each_mail_goes_out_once_in_order(db: TestDb) {
        // mission: N1, N2, N3, N4
        assert_eq!(walk(db, 0).await, expected(0));
    }

    async fn three_days_without_a_mail_server_move_the_days_and_double_nothing(db: TestDb) {
        // mission: N3; security: 82, 88
        assert_eq!(walk(db, 3).await, expected(3));
    }
}
