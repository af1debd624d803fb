//! The digest over HTTP: everything that is overdue, stuck or near, and nobody's name (S2).

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use jiff::SignedDuration;
use koplopers_shared::access::Role;
use koplopers_shared::candidacies::Employer;
use koplopers_shared::catalogue::words::PersonRole;
use koplopers_shared::db::columns::At;
use koplopers_shared::db::schema::{
    assessments, consents, deliveries, intakes, meetings, suppressions, workers,
};
use koplopers_shared::db::{DbConn, DbError};
use koplopers_shared::deliveries::{DeliveryState, WorkerId, address_hash};
use koplopers_shared::ids::{ConsentId, SuppressionId};
use koplopers_shared::intakes::Intake;
use koplopers_shared::on_both_databases;
use koplopers_shared::overviews::digest::DigestTopic;
use koplopers_shared::polls;
use koplopers_shared::testing::{TestDb, given};
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::learning_groups::GROUPS;
use crate::polls::{official, polled, vote};

const DIGEST: &str = "/v1/digest";

async fn write(app: &TestApp, change: impl Fn(&mut DbConn) -> QueryResult<()> + Send + 'static) {
    let change = move |conn: &mut DbConn| -> Result<(), DbError> { Ok(change(conn)?) };
    app.db.write(change).await.unwrap();
}

fn days_ago(days: i64) -> At {
    At(given::now().at - SignedDuration::from_hours(24 * days))
}

/// An app at the moment at which the things of these tests are made.
async fn start(db: TestDb) -> TestApp {
    let app = TestApp::start(db).await;
    app.clock.turn_to(given::now().at);
    app
}

async fn digest(app: &TestApp, query: &str) -> Value {
    let path = format!("{DIGEST}{query}");
    app.as_coordinator().get(&path).await.expect(200).json()
}

/// The lines of a topic in Dutch.
fn lines(digest: &Value, topic: &str) -> Vec<String> {
    let sections = digest["sections"].as_array().unwrap().iter();
    let mut of_topic = sections.filter(|section| section["topic"] == topic);
    let lines = of_topic
        .next()
        .map(|section| section["lines"].as_array().unwrap().clone());
    (lines.unwrap_or_default().iter())
        .map(|line| line["text"]["nl"].as_str().unwrap().to_owned())
        .collect()
}

fn topics(digest: &Value) -> Vec<&str> {
    let sections = digest["sections"].as_array().unwrap().iter();
    sections.map(|it| it["topic"].as_str().unwrap()).collect()
}

/// Dates the steps of an intake back.
async fn waits_since(app: &TestApp, intake: &Intake, days: i64) {
    let (id, municipality) = (intake.id, intake.municipality);
    write(app, move |conn| {
        diesel::update(intakes::table.find(id))
            .set((
                intakes::submitted_at.eq(days_ago(days)),
                intakes::matched_at.eq(days_ago(days)),
                intakes::external_reference.eq(format!("Z-{}", municipality.as_str())),
            ))
            .execute(conn)?;
        Ok(())
    })
    .await;
}

/// A request for consent that the mail server took so many days ago.
async fn open_consent(app: &TestApp, days: i64) {
    let employer = Employer::Municipality(given::amsterdam());
    let candidacy = given::candidate(&app.db, Some(employer)).await;
    let giver = given::official(
        &app.db,
        given::amsterdam(),
        PersonRole::Gemeentesecretaris,
        "joris@example.nl",
    )
    .await;
    write(app, move |conn| {
        diesel::insert_into(consents::table)
            .values((
                consents::id.eq(ConsentId::generate()),
                consents::version.eq(1_i64),
                consents::status.eq("requested"),
                consents::person.eq(candidacy.person),
                consents::candidacy.eq(candidacy.id),
                consents::municipality.eq("GM0363"),
                consents::giver.eq(giver),
                consents::giver_role.eq(PersonRole::Gemeentesecretaris),
                consents::wording.eq("nl-1"),
                consents::requested_at.eq(days_ago(days)),
                consents::accepted_at.eq(days_ago(days)),
                consents::created_at.eq(days_ago(days)),
                consents::updated_at.eq(days_ago(days)),
            ))
            .execute(conn)?;
        Ok(())
    })
    .await;
}

/// A worker that was last heard of so many hours ago and never said that it stopped.
async fn silent_worker(app: &TestApp, hours: i64) {
    let seen = At(given::now().at - SignedDuration::from_hours(hours));
    write(app, move |conn| {
        diesel::insert_into(workers::table)
            .values((
                workers::id.eq(WorkerId::generate()),
                workers::started_at.eq(seen),
                workers::seen_at.eq(seen),
            ))
            .execute(conn)?;
        Ok(())
    })
    .await;
}

on_both_databases! {
    async fn nothing_to_report_is_an_empty_digest(db: TestDb) {
        // mission: S2
        let app = start(db).await;
        let empty = digest(&app, "").await;
        assert_eq!(empty["toDo"], 0);
        assert_eq!(empty["sections"], json!([]));
        assert_eq!(empty["on"], "2026-03-02");
    }

    async fn every_topic_is_told_with_a_link_that_opens_and_without_a_name(db: TestDb) {
        // mission: S2, T6, N3, L9, K2, L3; security: 62
        let app = start(db).await;
        given::round(&app.db, 5).await;
        // Intakes in three states in which they can wait too long; one that is assessed has heard
        // nobody.
        let waiting = given::submitted(&app.db, given::amsterdam(), "versnelling").await;
        let matched = given::matched(&app.db, given::municipality_number(1), "uitvoering").await;
        given::assessing(&app.db, given::municipality_number(2), "inclusief").await;
        for intake in [&waiting, &matched] {
            waits_since(&app, intake, 40).await;
        }
        write(&app, |conn| {
            diesel::update(assessments::table)
                .set(assessments::created_at.eq(days_ago(40)))
                .execute(conn)?;
            Ok(())
        })
        .await;
        // A talk that is over, and one that is near.
        let talked = given::submitted(&app.db, given::municipality_number(3), "versnelling").await;
        given::talk_planned(&app.db, &talked).await;
        write(&app, |conn| {
            diesel::update(meetings::table)
                .filter(meetings::status.eq("scheduled"))
                .set((
                    meetings::starts_at.eq(days_ago(2)),
                    meetings::ends_at.eq(days_ago(1)),
                ))
                .execute(conn)?;
            Ok(())
        })
        .await;
        // An offer in its last week, and a trajectory whose end product is late.
        let offered = given::matched(&app.db, given::municipality_number(4), "uitvoering").await;
        given::sent_offer(&app.db, &offered).await;
        // It waits for its sponsor, not for an offer.
        waits_since(&app, &offered, 40).await;
        // This one has heard everybody.
        given::assessed(&app.db, given::municipality_number(6), "inclusief").await;
        given::running_trajectory(&app.db, given::municipality_number(5), "inclusief").await;
        write(&app, |conn| {
            conn.batch_execute("UPDATE offers SET valid_until_on = '2026-03-06' WHERE status = 'sent'")?;
            conn.batch_execute("UPDATE trajectories SET end_product_due_on = '2026-02-27'")
        })
        .await;
        // A poll of which one of two has voted, a consent, a group without meetings.
        let (anna, bo) = (
            official(&app, "GM0363", "anna@example.nl").await,
            official(&app, "GM0344", "bo@example.nl").await,
        );
        let poll = polled(&app, &[anna, bo], 2).await;
        vote(&app, anna, &poll, &["yes", "no"]).await.expect(200);
        open_consent(&app, 9).await;
        let group = json!({ "name": "Leergroep", "programme": "inclusief" });
        app.as_role(Role::Adviser).post(GROUPS, &group).await.expect(201);
        // A meeting of next week with one answer.
        let meeting = json!({
            "kind": "network", "title": "Dag van Kim Voorbeeld", "place": "Stadhuis",
            "localStart": "2026-03-10T13:00", "localEnd": "2026-03-10T17:00",
            "invitees": [{ "person": anna }, { "person": bo }],
        });
        app.as_coordinator().post("/v1/meetings", &meeting).await.expect(201);
        // The outbox: one mail came back, one is buried, all others are hours late; the queue is
        // paused and a worker is lost.
        write(&app, |conn| {
            let ids: Vec<koplopers_shared::ids::DeliveryId> =
                deliveries::table.order(deliveries::id).select(deliveries::id).limit(2).load(conn)?;
            diesel::update(deliveries::table).set(deliveries::due_at.eq(days_ago(1))).execute(conn)?;
            diesel::update(deliveries::table.find(ids[0]))
                .set((deliveries::state.eq(DeliveryState::Sent), deliveries::bounced_at.eq(At(given::now().at))))
                .execute(conn)?;
            diesel::update(deliveries::table.find(ids[1]))
                .set((deliveries::state.eq(DeliveryState::Buried), deliveries::closed_at.eq(At(given::now().at))))
                .execute(conn)?;
            diesel::insert_into(suppressions::table)
                .values((
                    suppressions::id.eq(SuppressionId::generate()),
                    suppressions::address_hash.eq(address_hash(&"weg@example.nl".parse().unwrap())),
                    suppressions::reason.eq("bounced"),
                    suppressions::created_at.eq(At(given::now().at)),
                ))
                .execute(conn)?;
            Ok(())
        })
        .await;
        let why = json!({ "reason": "Kim Voorbeeld vervangt de mailserver" });
        app.as_role(Role::Ops).call(Method::PUT, "/v1/delivery-queue/pause").json(&why).send().await.expect(200);
        silent_worker(&app, 3).await;

        let found = digest(&app, "").await;
        assert_eq!(topics(&found), DigestTopic::WORDS, "{found}");
        assert_eq!(lines(&found, "overdue_intakes").len(), 3, "{found}");
        assert_eq!(
            lines(&found, "overdue_intakes")[0],
            "Amsterdam (Z-GM0363): wacht al 40 dagen op een gesprek"
        );
        assert_eq!(lines(&found, "talks_without_outcome").len(), 1);
        let parties = lines(&found, "parties_not_heard");
        assert!(parties.len() == 1 && parties[0].contains("nog niet gehoord: "), "{parties:?}");
        assert_eq!(lines(&found, "consents_unanswered"), ["Amsterdam: wacht al 9 dagen op een antwoord"]);
        let polls = lines(&found, "polls_unanswered");
        assert!(polls[0].starts_with("uitwisselingsbijeenkomst: niet iedereen stemde op elke datum; sluit op"), "{polls:?}");
        assert!(lines(&found, "offers_expiring")[0].ends_with("geldig tot en met vrijdag 6 maart 2026"));
        assert!(lines(&found, "end_products_due")[0].contains("had er op vrijdag 27 februari 2026 moeten zijn"));
        assert_eq!(lines(&found, "plan_shortfalls").len(), 1);
        let bounces = lines(&found, "bounces");
        assert_eq!(bounces[1], "1 adres krijgt sinds de vorige werkdag geen mail meer");
        assert!(lines(&found, "stuck_deliveries").iter().all(|line| line.ends_with("24 uur te laat")));
        assert_eq!(lines(&found, "buried_deliveries").len(), 1);
        assert_eq!(lines(&found, "queue_pauses").len(), 1);
        assert_eq!(lines(&found, "lost_workers").len(), 1);
        assert_eq!(
            lines(&found, "upcoming_meetings"),
            ["dinsdag 10 maart 2026 om 13.00 uur: netwerkbijeenkomst: 0 ja, 0 misschien, 0 nee, 2 zonder antwoord"]
        );
        // Nobody is named, whatever was typed into titles and reasons.
        for name in ["Voorbeeld", "Anna", "@"] {
            assert!(!found.to_string().contains(name), "{name} in {found}");
        }
        let counted: i64 = found["sections"].as_array().unwrap().iter()
            .filter(|it| it["asks"] == true)
            .map(|it| it["count"].as_i64().unwrap())
            .sum();
        assert_eq!(found["toDo"], counted);
        let base = app.state.settings.http.public_url.as_str().trim_end_matches('/');
        for section in found["sections"].as_array().unwrap() {
            for line in section["lines"].as_array().unwrap() {
                let link = line["link"].as_str().unwrap();
                let path = link.strip_prefix(base).unwrap();
                app.as_coordinator().get(path).await.expect(200);
            }
        }
    }

    async fn what_is_done_is_told_no_longer(db: TestDb) {
        // mission: S2, L9
        let app = start(db).await;
        let (anna, bo) = (
            official(&app, "GM0363", "anna@example.nl").await,
            official(&app, "GM0344", "bo@example.nl").await,
        );
        let poll = polled(&app, &[anna, bo], 2).await;
        vote(&app, anna, &poll, &["yes", "no"]).await.expect(200);
        assert_eq!(topics(&digest(&app, "").await), ["polls_unanswered"]);
        vote(&app, bo, &poll, &["yes", "yes"]).await.expect(200);
        assert_eq!(topics(&digest(&app, "").await), [""; 0]);
        // Closed, it waits for a choice.
        app.clock.turn_to("2026-04-02T15:00:00Z".parse().unwrap());
        let now = app.state.local_now();
        app.db.write(move |conn| polls::close_due(conn, now)).await.unwrap();
        let found = digest(&app, "").await;
        assert_eq!(lines(&found, "polls_unanswered"), ["uitwisselingsbijeenkomst: gesloten, kies een datum"]);
        let sections = found["sections"].as_array().unwrap().iter();
        let mut polls = sections.filter(|section| section["topic"] == "polls_unanswered");
        assert_eq!(polls.next().unwrap()["lines"][0]["share"], json!({ "part": 2, "whole": 2 }));
    }

    async fn a_talk_that_is_still_to_come_lacks_no_outcome(db: TestDb) {
        // mission: S2
        let app = start(db).await;
        let intake = given::submitted(&app.db, given::amsterdam(), "versnelling").await;
        given::talk_planned(&app.db, &intake).await;
        assert_eq!(topics(&digest(&app, "").await), ["upcoming_meetings"]);
        app.clock.turn_to("2026-03-03T10:30:01Z".parse().unwrap());
        assert_eq!(topics(&digest(&app, "").await)[0], "talks_without_outcome");
    }

    async fn of_one_programme_only_what_belongs_to_it_is_told(db: TestDb) {
        // mission: S2, P2
        let app = start(db).await;
        let intake = given::submitted(&app.db, given::amsterdam(), "versnelling").await;
        waits_since(&app, &intake, 11).await;
        open_consent(&app, 9).await;
        silent_worker(&app, 3).await;
        assert_eq!(
            topics(&digest(&app, "").await),
            ["overdue_intakes", "consents_unanswered", "lost_workers"]
        );
        let own = digest(&app, "?programme=versnelling").await;
        assert_eq!(topics(&own), ["overdue_intakes"]);
        assert_eq!(own["programme"], "versnelling");
        assert_eq!(topics(&digest(&app, "?programme=uitvoering").await), [""; 0]);
        let wrong = app.as_coordinator().get(&format!("{DIGEST}?programme=geen")).await;
        assert_eq!(wrong.invalid(), [("programme".to_owned(), "unknown".to_owned())]);
    }

    async fn what_is_overdue_is_a_setting(db: TestDb) {
        // mission: S2
        let app = TestApp::start_with(db, |settings| settings.digest.submitted = 30).await;
        app.clock.turn_to(given::now().at);
        let intake = given::submitted(&app.db, given::amsterdam(), "versnelling").await;
        waits_since(&app, &intake, 29).await;
        assert_eq!(topics(&digest(&app, "").await), [""; 0]);
        waits_since(&app, &intake, 30).await;
        assert_eq!(topics(&digest(&app, "").await), ["overdue_intakes"]);
    }

    async fn with_a_front_end_the_lines_lead_there(db: TestDb) {
        let app = TestApp::start_with(db, |settings| {
            settings.app_url = Some("https://app.example.nl".parse().unwrap());
        })
        .await;
        let intake = given::submitted(&app.db, given::amsterdam(), "versnelling").await;
        waits_since(&app, &intake, 11).await;
        let found = digest(&app, "").await;
        let line = &found["sections"][0]["lines"][0];
        assert_eq!(line["link"], format!("https://app.example.nl/intakes/{}", intake.id));
        assert_eq!((&line["subjectType"], &line["subject"]), (&json!("intake"), &json!(intake.id)));
    }

    async fn more_than_twenty_are_counted_and_not_listed(db: TestDb) {
        // mission: S2
        let app = start(db).await;
        for number in 0..23 {
            let code = given::municipality_number(number);
            let intake = given::submitted(&app.db, code, "versnelling").await;
            waits_since(&app, &intake, 12).await;
        }
        let found = digest(&app, "").await;
        let section = &found["sections"][0];
        assert_eq!((&section["count"], &section["more"]), (&json!(23), &json!(3)));
        assert_eq!(section["lines"].as_array().unwrap().len(), 20);
    }

    async fn the_digest_is_for_ops_and_coordinators_of_the_institute(db: TestDb) {
        // security: 20
        let app = start(db).await;
        for role in [Role::Ops, Role::Coordinator] {
            app.as_role(role).get(DIGEST).await.expect(200);
        }
        for role in [Role::Adviser, Role::Auditor, Role::Member] {
            app.as_role(role).get(DIGEST).await.problem(403, "forbidden");
        }
        app.as_municipality("GM0363").get(DIGEST).await.problem(403, "forbidden");
        app.anonymous().get(DIGEST).await.problem(401, "unauthorized");
    }
}
