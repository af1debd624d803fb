//! An intake's whole life over HTTP, for each programme: from draft to a running trajectory, or
//! to a referral, with every mail that was sent on the way. `docs/tour.md` tells the same story.

use std::cell::RefCell;

use koplopers_shared::access::Role;
use koplopers_shared::catalogue::{ProgrammeContent, shipped};
use koplopers_shared::ids::PersonId;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::TestDb;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, Caller, TestApp};
use crate::mail_room::{MailRoom, page_in, subject_of};

const MUNICIPALITY: &str = "GM0363";

/// One municipality's way through one programme.
struct Walk {
    app: TestApp,
    room: MailRoom,
    content: &'static ProgrammeContent,
    adviser: PersonId,
    sponsor: String,
    intake: String,
    /// Every mail so far, in order; those that left at once by address.
    told: RefCell<Vec<String>>,
}

impl Walk {
    /// An intake that was written and sent in.
    async fn begin(db: TestDb, programme: &str) -> Self {
        let app = TestApp::start(db).await;
        let room = MailRoom::open().await;
        let content = shipped().programme(programme).unwrap();
        let coordinator = app.as_coordinator();
        if content.capacity.is_some() {
            let round =
                json!({ "name": "Voorjaar", "opensOn": "2026-03-01", "closesOn": "2026-04-30" });
            let path = format!("/v1/programmes/{programme}/rounds");
            coordinator.post(&path, &round).await.expect(201);
        }
        let adviser = json!({ "name": "Sem Bakker", "email": "sem@example.org", "roles": [{ "role": "adviseur" }] });
        let adviser = coordinator.post("/v1/people", &adviser).await.expect(201);
        let municipality = app.as_municipality(MUNICIPALITY);
        let contact = json!({ "name": "Fatima el Idrissi", "email": "f@example.nl", "roles": [{ "role": "ambtenaar" }] });
        let contact = municipality.post("/v1/people", &contact).await.expect(201);
        let sponsor = json!({ "name": "Joris Vermeulen", "email": "j@example.nl", "roles": [{ "role": "gemeentesecretaris" }] });
        let sponsor = municipality.post("/v1/people", &sponsor).await.expect(201);
        let answers: serde_json::Map<String, Value> = content
            .required_answers()
            .map(|key| (key.to_owned(), json!("Dat doen we samen met de buurt.")))
            .collect();
        let draft = json!({
            "programme": programme,
            "contactPerson": contact.text_at("/id"),
            "sponsor": { "person": sponsor.text_at("/id"), "role": "gemeentesecretaris" },
            "answers": answers,
            "issues": [{ "title": "Eenzaamheid", "description": "Hoe bereiken we ouderen?", "themes": ["loneliness"] }]
        });
        let intake = municipality
            .post("/v1/intakes", &draft)
            .await
            .expect(201)
            .text_at("/id");
        let walk = Self {
            content,
            adviser: adviser.text_at("/id").parse().unwrap(),
            sponsor: sponsor.text_at("/id"),
            intake,
            room,
            app,
            told: RefCell::default(),
        };
        walk.act(&walk.app.as_municipality(MUNICIPALITY), "submission")
            .await
            .expect(200);
        walk.send().await;
        walk
    }

    fn as_adviser(&self) -> Caller<'_> {
        self.app.as_person(self.adviser, Role::Adviser)
    }

    fn path(&self, part: &str) -> String {
        format!("/v1/intakes/{}/{part}", self.intake)
    }

    /// A transition without a body.
    async fn act(&self, caller: &Caller<'_>, part: &str) -> Answer {
        caller.call(Method::POST, &self.path(part)).send().await
    }

    /// The talk is planned and held, and everything that a match asks for is recorded.
    async fn assess(&self) {
        let adviser = self.as_adviser();
        let talk = json!({ "localStart": "2026-03-12T14:00", "localEnd": "2026-03-12T15:30", "place": "Stadhuis" });
        let planned = adviser.post(&self.path("talk"), &talk).await.expect(201);
        self.send().await;
        self.app
            .clock
            .turn_to("2026-03-12T15:00:00Z".parse().unwrap());
        // The first token is ten days old.
        let adviser = self.as_adviser();
        let outcome = format!("/v1/meetings/{}/outcome", planned.text_at("/meeting/id"));
        adviser
            .put(&outcome, "*", &json!({ "outcome": "held" }))
            .await
            .expect(200);
        self.act(&adviser, "assessment").await.expect(201);
        let evidence =
            |kind: &str, word: &str| json!({ kind: word, "evidence": "Verslag van het gesprek." });
        let supports = ["board", "officials", "practice"].map(|kind| evidence("kind", kind));
        let bodies = ["college", "raad", "ambtenaren"].map(|body| evidence("body", body));
        let record = json!({
            "localSituation": "Veel ouderen wonen alleen.",
            "supportNeeded": "Een aanpak met de buurt.",
            "heard": self.content.required_parties.iter().map(|kind| json!({ "kind": kind.as_str() })).collect::<Vec<_>>(),
            "supports": supports,
            "bodies": bodies,
            "coFunding": { "percent": 50, "givenBy": self.sponsor }
        });
        adviser
            .patch(&self.path("assessment"), "*", &record)
            .await
            .expect(200);
        let findings: Vec<Value> = self
            .content
            .criteria
            .iter()
            .map(|criterion| json!({ "criterion": criterion.key, "value": "met", "evidence": "Bleek in het gesprek." }))
            .collect();
        let findings = json!({ "findings": findings });
        adviser
            .put(&self.path("assessment/findings"), "*", &findings)
            .await
            .expect(200);
    }

    /// The coordinator decides that it fits.
    async fn matched(&self) {
        let decision = json!({ "outcome": "match", "reason": "Uw vraag past bij dit traject." });
        let made = self
            .app
            .as_coordinator()
            .post(&self.path("decision"), &decision)
            .await;
        assert_eq!(made.expect(201).text_at("/intakeStatus"), "matched");
        self.send().await;
    }

    /// An offer of every building block goes to the sponsor, who accepts it on the page.
    async fn offered_and_accepted(&self) {
        let blocks: Vec<Value> = self
            .content
            .building_blocks
            .iter()
            .map(|block| {
                let steps: Vec<Value> = (block.steps.iter().zip(1..))
                    .map(|(step, month)| json!({ "key": step.key, "plannedOn": format!("2026-{:02}-15", 3 + month) }))
                    .collect();
                let mut line = json!({
                    "key": block.key, "description": "In de wijk.", "hours": 40,
                    "cost": 480_000, "ownContribution": 240_000, "steps": steps
                });
                if let Some(role) = block.asked_by.first() {
                    line["askedBy"] = json!(role.as_str());
                }
                line
            })
            .collect();
        let principles: Vec<Value> = (self.content.guiding_principles.iter())
            .map(|principle| json!({ "key": principle.key, "ticked": true }))
            .collect();
        let offer =
            json!({ "blocks": blocks, "principles": principles, "validUntilOn": "2026-04-30" });
        let adviser = self.as_adviser();
        let drafted = adviser.post(&self.path("offers"), &offer).await.expect(201);
        let sending = format!("/v1/offers/{}/sending", drafted.text_at("/id"));
        adviser
            .call(Method::POST, &sending)
            .send()
            .await
            .expect(200);
        self.send().await;
        let page = self
            .room
            .mails()
            .iter()
            .find_map(|mail| page_in(mail, &self.app, "/o/"));
        let page = page.expect("a mail with a link to the offer");
        let nobody = self.app.anonymous();
        let shown = nobody.get(&page).await.expect(200);
        let (_, rest) = shown.text.split_once("name=\"nonce\" value=\"").unwrap();
        let nonce = rest.split('"').next().unwrap();
        let form = format!(
            "nonce={nonce}&answer=accept&name=Joris+Vermeulen&role=Gemeentesecretaris&may=yes"
        );
        let answered = nobody
            .call(Method::POST, &page)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
            .await;
        answered.expect(303);
        self.send().await;
    }

    /// The trajectory starts, and begins to run.
    async fn running(&self) -> Answer {
        let coordinator = self.app.as_coordinator();
        let started = json!({ "intake": self.intake });
        let started = coordinator
            .post("/v1/trajectories", &started)
            .await
            .expect(201);
        let path = format!("/v1/trajectories/{}", started.text_at("/id"));
        let begin = coordinator.call(Method::POST, &format!("{path}/commencement"));
        begin.send().await.expect(200);
        self.send().await;
        let read = self
            .app
            .as_municipality(MUNICIPALITY)
            .get(&path)
            .await
            .expect(200);
        assert_eq!(read.text_at("/status"), "running");
        read
    }

    async fn status(&self) -> String {
        let path = format!("/v1/intakes/{}", self.intake);
        let read = self.app.as_municipality(MUNICIPALITY).get(&path).await;
        read.expect(200).text_at("/status")
    }

    /// Sends what is due, and notes who was told what.
    async fn send(&self) {
        let before = self.room.mails().len();
        self.room.send(&self.app).await;
        let mut lines: Vec<String> = (self.room.mails().iter().skip(before))
            .map(|mail| format!("{}: {}", mail.to.join(", "), subject_of(mail)))
            .collect();
        lines.sort();
        self.told.borrow_mut().extend(lines);
    }

    fn story(&self) -> String {
        self.told.borrow().join("\n")
    }
}

async fn to_a_running_trajectory(db: TestDb, programme: &str) -> Walk {
    let walk = Walk::begin(db, programme).await;
    walk.assess().await;
    walk.matched().await;
    walk.offered_and_accepted().await;
    walk.running().await;
    assert_eq!(walk.status().await, "started");
    walk
}

on_both_databases! {
    async fn versnelling_leads_to_a_running_trajectory(db: TestDb) {
        // mission: I1, I2, T4, T5, B4
        let walk = to_a_running_trajectory(db, "versnelling").await;
        insta::assert_snapshot!("walk_versnelling", walk.story());
    }

    async fn uitvoering_leads_to_a_running_trajectory(db: TestDb) {
        // mission: T1, T4, T5, B1, B2, B3, B4
        let walk = to_a_running_trajectory(db, "uitvoering").await;
        insta::assert_snapshot!("walk_uitvoering", walk.story());
    }

    async fn inclusief_leads_to_a_running_trajectory_that_owes_an_end_product(db: TestDb) {
        // mission: C7, C8, C9, C10, C11, L1, K2, B4
        let walk = to_a_running_trajectory(db, "inclusief").await;
        insta::assert_snapshot!("walk_inclusief", walk.story());
    }

    async fn clientenparticipatie_ends_in_a_referral_when_the_question_is_light(db: TestDb) {
        // mission: T2, K1
        let walk = Walk::begin(db, "clientenparticipatie").await;
        let adviser = walk.as_adviser();
        let item = json!({
            "title": "Zo kiest u een lokaal model", "summary": "Vier modellen naast elkaar.",
            "url": "https://kennis.example.org/lokaal-model", "language": "nl", "source": "practice",
            "themes": ["loneliness"]
        });
        let item = adviser.post("/v1/knowledge-items", &item).await.expect(201).text_at("/id");
        let publication = format!("/v1/knowledge-items/{item}/publication");
        adviser.call(Method::POST, &publication).send().await.expect(200);
        let suggested = adviser.get(&walk.path("suggested-items")).await.expect(200);
        assert!(suggested.text.contains(&item), "{}", suggested.text);
        let referral = json!({ "items": [item], "note": "Hiermee komt u vast verder." });
        adviser.post(&walk.path("referral"), &referral).await.expect(201);
        walk.send().await;
        assert_eq!(walk.status().await, "referred");
        insta::assert_snapshot!("walk_clientenparticipatie", walk.story());
    }
}
