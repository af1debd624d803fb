//! What was kept long enough goes on the day that the policy says, and nothing else (security 79).

use jiff::SignedDuration;
use koplopers_shared::access::Scope;
use koplopers_shared::decisions::DecisionOutcome;
use koplopers_shared::flows::{Forgotten, forget_old};
use koplopers_shared::ids::CandidacyId;
use koplopers_shared::on_both_databases;
use koplopers_shared::settings::Retention;
use koplopers_shared::testing::given;
use koplopers_shared::{candidacies, trajectories};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::erasure::places;
use crate::mail_room::MailRoom;
use crate::nominations::{CANDIDACIES, NOMINATIONS, body, candidacy_of, with};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

const fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}

/// The days of the settings; but the database itself guards younger audit lines by its own clock.
fn keep() -> Retention {
    Retention {
        audit: days(36_500),
        ..Retention::default()
    }
}

/// Everything that is due by now.
async fn forget(app: &TestApp) -> Forgotten {
    let (now, mut all) = (app.state.local_now(), Forgotten::default());
    loop {
        let done = app.db.write(move |conn| forget_old(conn, &keep(), now));
        let done = done.await.unwrap();
        if !done.is_something() {
            return all;
        }
        all.candidacies += done.candidacies;
        all.people += done.people;
        all.intakes += done.intakes;
        all.trajectories += done.trajectories;
    }
}

const fn forgotten(candidacies: usize, people: usize, cases: (usize, usize)) -> Forgotten {
    let (intakes, trajectories) = cases;
    Forgotten {
        mails: 0,
        answers: 0,
        audit_lines: 0,
        links: 0,
        candidacies,
        people,
        intakes,
        trajectories,
    }
}

/// A nomination in which everything holds `marker`, and the candidacy that it opened.
async fn nominated(app: &TestApp, marker: &str) -> (String, String) {
    let text = format!("Wat {marker} doet, doet niemand haar na: zij luistert eerst en praat dan.");
    let address = |name: &str| json!(format!("{marker}.{name}@example.nl").to_lowercase());
    let nomination = with(
        body(&format!("Kim {marker}"), "kim@example.nl"),
        &[
            ("/candidate/email", address("kandidaat")),
            ("/nominator/name", json!(format!("Noor {marker}"))),
            ("/nominator/email", address("voordrager")),
            ("/relation", json!(text)),
            ("/motivation", json!(text)),
            ("/innovation", json!(text)),
            ("/impact", json!(text)),
            ("/giver/name", json!(format!("Gerda {marker}"))),
            ("/giver/email", address("gever")),
        ],
    );
    let made = app.as_coordinator().post(NOMINATIONS, &nomination).await;
    let id = made.expect(201).text_at("/id");
    let candidacy = candidacy_of(app, &id).await;
    (candidacy, id)
}

async fn seen(app: &TestApp, path: &str) -> Value {
    app.as_coordinator().get(path).await.expect(200).json()
}

/// The types of the events in somebody's history.
async fn history(app: &TestApp, of: &str) -> Vec<String> {
    let found = seen(app, &format!("{of}/history")).await;
    let types = found["items"].as_array().unwrap().iter();
    types
        .map(|event| event["type"].as_str().unwrap().to_owned())
        .collect()
}

on_both_databases! {
    async fn a_rejected_candidacy_is_forgotten_after_a_year_with_the_candidate(db: TestDb) {
        // security: 79
        let app = TestApp::start(db).await;
        let room = MailRoom::open().await;
        let (candidacy, nomination) = nominated(&app, "Zwaluwstaart").await;
        let (going_on, _) = nominated(&app, "Koninginnepage").await;
        let path = format!("{CANDIDACIES}/{candidacy}");
        let coordinator = app.as_coordinator();
        coordinator.post(&format!("{path}/notice"), &json!({})).await.expect(200);
        let reject = json!({ "outcome": "reject", "reason": "Zwaluwstaart woont te ver weg." });
        coordinator.post(&format!("{path}/decision"), &reject).await.expect(201);
        room.send(&app).await;
        app.clock.turn_by(days(365) - HOUR);
        assert_eq!(forget(&app).await, forgotten(0, 0, (0, 0)));
        assert!(places(&app, "zwaluwstaart").len() > 10);
        let before = seen(&app, &path).await;
        app.clock.turn_by(HOUR + HOUR);
        assert_eq!(forget(&app).await, forgotten(1, 1, (0, 0)));
        assert_eq!(places(&app, "zwaluwstaart"), Vec::<String>::new());
        // The row stays, for the figures, with its state and days.
        let after = seen(&app, &path).await;
        assert_eq!(after["status"], "rejected");
        assert_eq!(after["closedAt"], before["closedAt"]);
        assert_eq!(after["nominations"][0]["motivation"], "");
        let own = seen(&app, &format!("{NOMINATIONS}/{nomination}")).await;
        assert_eq!(own["outcome"], "rejected");
        assert_eq!(history(&app, &path).await.last().unwrap(), "candidacy.forgotten");
        let person = seen(&app, &format!("/v1/people/{}", after["person"].as_str().unwrap())).await;
        assert!(person["erasedAt"].is_string());
        assert_eq!(given::count(&app.db, "audit_events WHERE action = 'candidacy.forget'").await, 1);
        assert_eq!(given::count(&app.db, "audit_events WHERE action = 'person.forget'").await, 1);
        // One that goes on is never too old.
        assert!(places(&app, "koninginnepage").len() > 10);
        assert_eq!(seen(&app, &format!("{CANDIDACIES}/{going_on}")).await["status"], "open");
        assert_eq!(forget(&app).await, forgotten(0, 0, (0, 0)));
    }

    async fn a_candidacy_without_consent_is_forgotten_a_year_after_the_last_that_happened(db: TestDb) {
        // security: 79
        let app = TestApp::start(db).await;
        let room = MailRoom::open().await;
        let (refused, _) = nominated(&app, "Zwaluwstaart").await;
        let (expired, _) = nominated(&app, "Koninginnepage").await;
        let coordinator = app.as_coordinator();
        for (candidacy, marker) in [(&refused, "zwaluwstaart"), (&expired, "koninginnepage")] {
            let giver = json!({
                "newPerson": { "name": "Gerda Gever", "email": format!("gerda.{}@example.nl", marker.len()) },
                "role": "gemeentesecretaris"
            });
            coordinator.post(&format!("{CANDIDACIES}/{candidacy}/consent"), &giver).await.expect(201);
        }
        let no = json!({
            "answer": "refuse", "name": "Gerda Zwaluwstaart", "role": "Gemeentesecretaris",
            "evidence": "Brief van Zwaluwstaart.", "reason": "Zwaluwstaart kan niet gemist worden."
        });
        coordinator.post(&format!("{CANDIDACIES}/{refused}/consent/answer"), &no).await.expect(201);
        room.send(&app).await;
        app.clock.turn_by(days(29));
        room.send(&app).await;
        assert_eq!(seen(&app, &format!("{CANDIDACIES}/{expired}")).await["status"], "consent_expired");
        app.clock.turn_by(days(365 - 29) - HOUR);
        assert_eq!(forget(&app).await, forgotten(0, 0, (0, 0)));
        app.clock.turn_by(HOUR + HOUR);
        assert_eq!(forget(&app).await, forgotten(1, 1, (0, 0)));
        assert_eq!(places(&app, "zwaluwstaart"), Vec::<String>::new());
        let told = history(&app, &format!("{CANDIDACIES}/{refused}")).await;
        assert_eq!(told[told.len() - 2..], ["candidacy.withdrawn", "candidacy.forgotten"]);
        assert!(places(&app, "koninginnepage").len() > 10);
        app.clock.turn_by(days(29));
        assert_eq!(forget(&app).await, forgotten(1, 1, (0, 0)));
        assert_eq!(places(&app, "koninginnepage"), Vec::<String>::new());
        // Nobody gets a mail about it; the executives hold an office and stay.
        assert_eq!(given::count(&app.db, "deliveries WHERE state = 'queued'").await, 0);
        assert_eq!(given::count(&app.db, "people WHERE erased_at IS NULL AND name = 'Gerda Gever'").await, 2);
    }

    async fn a_candidate_who_is_somebody_else_too_stays_when_their_candidacy_is_forgotten(db: TestDb) {
        // security: 79
        let app = TestApp::start(db).await;
        let (candidacy, _) = nominated(&app, "Zwaluwstaart").await;
        let path = format!("{CANDIDACIES}/{candidacy}");
        let person = seen(&app, &path).await["person"].as_str().unwrap().to_owned();
        let coordinator = app.as_coordinator();
        let role = json!({ "role": "ambtenaar", "municipality": "GM0363", "validFromOn": "2026-01-01" });
        coordinator.post(&format!("/v1/people/{person}/roles"), &role).await.expect(201);
        let reject = json!({ "outcome": "reject", "reason": "Dit jaar niet." });
        coordinator.post(&format!("{path}/decision"), &reject).await.expect(201);
        app.clock.turn_by(days(366));
        assert_eq!(forget(&app).await, forgotten(1, 0, (0, 0)));
        let stays = seen(&app, &format!("/v1/people/{person}")).await;
        assert_eq!(stays["name"], "Kim Zwaluwstaart");
        let left = places(&app, "zwaluwstaart");
        assert!(left.iter().all(|place| place.starts_with("people.")), "{left:?}");
    }

    async fn a_member_stays_however_long_ago_they_were_admitted(db: TestDb) {
        // security: 79
        let app = TestApp::start(db).await;
        let cohort = given::new_cohort(&app.db, "Lichting 1").await;
        let member = given::associate(&app.db, &cohort, given::amsterdam(), "lid@example.nl").await;
        app.clock.turn_by(days(3_000));
        assert_eq!(forget(&app).await, forgotten(0, 0, (0, 0)));
        let id: CandidacyId = member.candidacy.unwrap();
        let candidacy = app.db.read(move |conn| candidacies::find(conn, id)).await.unwrap();
        assert_eq!(candidacy.unwrap().person, member.person);
    }

    async fn the_texts_of_a_declined_intake_are_forgotten_after_two_years(db: TestDb) {
        // security: 79
        let app = TestApp::start(db).await;
        let room = MailRoom::open().await;
        let said = [
            "Hoe bereiken we ouderen", "Dit is ons antwoord", "Verslag van het gesprek",
            "Zo bleek in het gesprek", "Dat is de uitkomst",
        ];
        given::round(&app.db, 5).await;
        let assessed = given::assessed(&app.db, given::amsterdam(), "inclusief").await;
        let at = app.now() + days(2);
        app.clock.turn_to(at);
        given::decided(&app.db, assessed.id, DecisionOutcome::Decline, at).await.unwrap();
        let other = given::submitted(&app.db, given::utrecht(), "uitvoering").await;
        app.as_coordinator()
            .post(&format!("/v1/intakes/{}/withdrawal", other.id), &json!({}))
            .await
            .expect(200);
        room.send(&app).await;
        let path = format!("/v1/intakes/{}", assessed.id);
        app.clock.turn_to(at + days(730) - HOUR);
        assert_eq!(forget(&app).await, forgotten(0, 0, (0, 0)));
        for text in said {
            assert!(!places(&app, text).is_empty(), "{text}");
        }
        app.clock.turn_by(HOUR + HOUR);
        assert_eq!(forget(&app).await, forgotten(0, 0, (1, 0)));
        for text in &said[2..] {
            assert_eq!(places(&app, text), Vec::<String>::new(), "{text}");
        }
        // Question and answers of the one that was withdrawn.
        assert_eq!(places(&app, said[0]), ["intake_issues.description"]);
        assert_eq!(places(&app, said[1]), ["intakes.answers"]);
        let municipality = app.as_municipality("GM0363");
        let intake = municipality.get(&path).await.expect(200).json();
        assert_eq!(intake["status"], "declined");
        assert_eq!(intake["issues"][0]["description"], "");
        assert_eq!(intake["answers"], json!({}));
        assert!(intake["issues"][0]["themes"][0].is_string());
        assert_eq!(history(&app, &path).await.last().unwrap(), "intake.forgotten");
        seen(&app, &format!("{path}/assessment")).await;
        seen(&app, &format!("{path}/decision")).await;
    }

    async fn a_trajectory_and_its_case_are_forgotten_seven_years_after_its_end(db: TestDb) {
        // security: 79
        let app = TestApp::start(db).await;
        let room = MailRoom::open().await;
        let said = [
            "Een jaar lang trekken", "Fijn dat we elkaar", "Eerste overleg", "Zwaluwstaart",
            "Hoe bereiken we ouderen", "Verslag van het gesprek",
        ];
        let trajectory = given::running_trajectory(&app.db, given::amsterdam(), "versnelling").await;
        let path = format!("/v1/trajectories/{}", trajectory.id);
        let judged = json!({ "judgement": "satisfied", "remark": "Zwaluwstaart is blij." });
        let outcome = json!({
            "outcome": "Zwaluwstaart doet mee.", "anchoring": "In de werkwijze van Zwaluwstaart.",
            "municipality": judged, "residents": judged
        });
        app.as_coordinator().put(&format!("{path}/outcome"), "*", &outcome).await.expect(200);
        room.send(&app).await;
        app.clock.turn_by(days(2557) - HOUR);
        assert_eq!(forget(&app).await, forgotten(0, 0, (0, 0)));
        for text in said {
            assert!(!places(&app, text).is_empty(), "{text}");
        }
        app.clock.turn_by(HOUR + HOUR);
        assert_eq!(forget(&app).await, forgotten(0, 0, (1, 1)));
        for text in said {
            assert_eq!(places(&app, text), Vec::<String>::new(), "{text}");
        }
        let after = seen(&app, &path).await;
        assert_eq!(after["status"], "completed");
        assert_eq!(after["outcome"]["municipality"]["judgement"], "satisfied");
        assert_eq!(history(&app, &path).await.last().unwrap(), "trajectory.forgotten");
        let offer = seen(&app, &format!("/v1/offers/{}", trajectory.offer)).await;
        assert_eq!(offer["totals"]["cost"], 1_000_000);
        let id = trajectory.id;
        let found = app.db.read(move |conn| trajectories::find(conn, &Scope::Institute, id)).await;
        assert_eq!(found.unwrap().unwrap().officials, []);
    }
}
