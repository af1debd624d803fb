//! What front ends show: intakes with their children in one answer, and the funnel of a
//! programme.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use koplopers_shared::access::Role;
use koplopers_shared::intakes::{Intake, IntakeStatus};
use koplopers_shared::knowledge::ItemStatus;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Caller, TestApp};
use crate::knowledge::{item, item_in, post};

const ALL: &str =
    "contactPerson,sponsor,municipality,programme,round,talk,decision,offer,trajectory";

fn talk_on(day: &str) -> Value {
    json!({ "localStart": format!("2026-03-{day}T14:00"), "localEnd": format!("2026-03-{day}T15:00"), "place": "Stadhuis" })
}

async fn plan_talk(app: &TestApp, intake: &Intake, day: &str) -> crate::app::Answer {
    let path = format!("/v1/intakes/{}/talk", intake.id);
    app.as_role(Role::Adviser)
        .post(&path, &talk_on(day))
        .await
        .expect(201)
}

async fn funnel(caller: &Caller<'_>, query: &str) -> Value {
    let path = format!("/v1/programmes/versnelling/funnel{query}");
    caller.get(&path).await.expect(200).json()
}

/// Of a step: how many reached it, how many were measured, and the median days.
fn step<'a>(funnel: &'a Value, name: &str) -> (&'a Value, &'a Value, &'a Value) {
    let steps = funnel["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["step"] == name).unwrap();
    (&step["reached"], &step["measured"], &step["medianDays"])
}

fn standing(funnel: &Value, status: IntakeStatus) -> i64 {
    let statuses = funnel["statuses"].as_array().unwrap();
    assert_eq!(statuses.len(), IntakeStatus::ALL.len());
    let found = statuses
        .iter()
        .find(|it| it["status"] == status.as_str())
        .unwrap();
    found["count"].as_i64().unwrap()
}

/// A machine of the municipality whose token reads intakes and the catalogue, nothing else.
async fn reader_of_intakes(app: &TestApp) -> Caller<'_> {
    let body = json!({
        "name": "Scherm", "role": "municipality", "municipality": "GM0363", "clientId": "scherm"
    });
    let made = app
        .as_coordinator()
        .post("/v1/clients", &body)
        .await
        .expect(201);
    let basic = STANDARD.encode(format!("scherm:{}", made.text_at("/clientSecret")));
    let token = app
        .anonymous()
        .call(Method::POST, "/v1/oauth/token")
        .header("authorization", &format!("Basic {basic}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("grant_type=client_credentials&scope=intakes:read%20catalogue:read")
        .send()
        .await
        .expect(200);
    app.with_token(Some(token.text_at("/access_token")))
}

on_both_databases! {
    async fn one_call_shows_offers_with_their_children(db: TestDb) {
        let app = TestApp::start(db).await;
        let intake = given::matched(&app.db, given::amsterdam(), "versnelling").await;
        let sent = given::sent_offer(&app.db, &intake).await;
        let other = given::matched(&app.db, given::utrecht(), "uitvoering").await;
        let draft = given::drafted_offer(&app.db, &other).await;
        let adviser = app.as_role(Role::Adviser);
        let all = "intake,sponsor,municipality,programme";
        let listed = adviser.get(&format!("/v1/offers?expand={all}")).await.expect(200).json();
        let of = |id: String| {
            let items = listed["items"].as_array().unwrap();
            items.iter().find(|it| it["id"] == id).unwrap()["expanded"].clone()
        };
        let shown = of(sent.id.to_string());
        assert_eq!(shown["intake"]["id"], intake.id.to_string());
        assert_eq!(shown["intake"]["status"], "matched");
        assert_eq!(shown["intake"]["issues"], json!(["Eenzaamheid onder ouderen"]));
        assert_eq!(shown["sponsor"]["email"], "secretaris@example.nl");
        assert_eq!(shown["municipality"]["name"], "Amsterdam");
        assert_eq!(shown["programme"]["slug"], "versnelling");
        assert!(shown["programme"]["name"]["en"].is_string());
        // A draft went to nobody yet.
        assert_eq!(of(draft.id.to_string())["sponsor"], Value::Null);
        // One offer shows the same, with commas or without, and only what was asked for.
        let path = format!("/v1/offers/{}", sent.id);
        let one = adviser.get(&format!("{path}?expand={all}")).await.expect(200).json();
        assert_eq!(one["expanded"], shown);
        let owner = app.as_municipality("GM0363");
        let own = owner.get(&format!("{path}?expand=intake&expand=sponsor")).await.expect(200).json();
        assert_eq!(own["expanded"].as_object().unwrap().keys().collect::<Vec<_>>(), ["intake", "sponsor"]);
        assert!(owner.get(&path).await.expect(200).json().get("expanded").is_none());
        app.as_municipality("GM0344").get(&format!("{path}?expand=intake")).await.problem(404, "not-found");
        for query in ["?expand=kitchen", "?expand=intake,kitchen", "?expand="] {
            let fields = owner.get(&format!("{path}{query}")).await.invalid();
            assert!(fields[0].0.starts_with("expand"), "{query}");
            assert_eq!(owner.get(&format!("/v1/offers{query}")).await.invalid(), fields, "{query}");
        }
        // security: 74
        app.state.auth.audit().flush().await;
        let told = given::count(&app.db, "audit_events WHERE action = 'person.list'").await;
        assert_eq!(told, 3);
    }

    async fn one_call_shows_trajectories_with_their_children(db: TestDb) {
        let app = TestApp::start(db).await;
        given::round(&app.db, 5).await;
        let inclusief = given::running_trajectory(&app.db, given::amsterdam(), "inclusief").await;
        let plain = given::trajectory(&app.db, given::utrecht(), "uitvoering").await;
        let adviser = app.as_role(Role::Adviser);
        let all = "intake,offer,officials,municipality,programme,round";
        let listed = adviser.get(&format!("/v1/trajectories?expand={all}")).await.expect(200).json();
        let of = |id: String| {
            let items = listed["items"].as_array().unwrap();
            items.iter().find(|it| it["id"] == id).unwrap()["expanded"].clone()
        };
        let shown = of(inclusief.id.to_string());
        assert_eq!(shown["intake"]["id"], inclusief.intake.to_string());
        let alone = adviser.get(&format!("/v1/offers/{}", inclusief.offer)).await.expect(200).json();
        assert_eq!(shown["offer"], alone);
        assert_eq!(shown["officials"].as_array().unwrap().len(), inclusief.officials.len());
        assert!(shown["officials"][0]["name"].is_string());
        assert_eq!(shown["municipality"]["code"], "GM0363");
        assert_eq!(shown["programme"]["slug"], "inclusief");
        assert_eq!(shown["round"]["name"], "Voorjaar 2026");
        assert_eq!(of(plain.id.to_string())["round"], Value::Null);
        let path = format!("/v1/trajectories/{}", inclusief.id);
        let one = adviser.get(&format!("{path}?expand={all}")).await.expect(200).json();
        assert_eq!(one["expanded"], shown);
        let owner = app.as_municipality("GM0363");
        let own = owner.get(&format!("{path}?expand=offer,officials")).await.expect(200).json();
        assert_eq!(own["expanded"].as_object().unwrap().keys().collect::<Vec<_>>(), ["offer", "officials"]);
        assert!(owner.get(&path).await.expect(200).json().get("expanded").is_none());
        app.as_municipality("GM0344").get(&format!("{path}?expand=offer")).await.problem(404, "not-found");
        assert_eq!(owner.get(&format!("{path}?expand=kitchen")).await.invalid()[0].0, "expand/0");
    }

    async fn one_call_shows_intakes_with_their_children(db: TestDb) {
        let app = TestApp::start(db).await;
        let intake = given::submitted(&app.db, given::amsterdam(), "versnelling").await;
        given::submitted(&app.db, given::utrecht(), "uitvoering").await;
        let first = plan_talk(&app, &intake, "12").await;
        let adviser = app.as_role(Role::Adviser);
        let cancelled = adviser
            .call(Method::POST, &format!("/v1/meetings/{}/cancellation", first.text_at("/meeting/id")))
            .header("if-match", "*")
            .json(&json!({}));
        cancelled.send().await.expect(200);
        let second = plan_talk(&app, &intake, "19").await.text_at("/meeting/id");
        let listed = adviser.get(&format!("/v1/intakes?expand={ALL}")).await.expect(200).json();
        let items = listed["items"].as_array().unwrap();
        assert_eq!(items.len(), 2);
        let shown = items.iter().find(|it| it["id"] == intake.id.to_string()).unwrap();
        let children = &shown["expanded"];
        assert_eq!(children["contactPerson"]["id"], shown["contactPerson"]);
        assert_eq!(children["contactPerson"]["email"], "contact@example.nl");
        assert_eq!(children["sponsor"]["email"], "secretaris@example.nl");
        assert_eq!(children["municipality"], json!({
            "code": "GM0363", "name": "Amsterdam", "province": "Noord-Holland"
        }));
        assert_eq!(children["programme"]["slug"], "versnelling");
        assert_eq!(children["programme"]["version"], 1);
        assert!(children["programme"]["name"]["nl"].is_string());
        assert_eq!(children["round"], Value::Null);
        assert_eq!(children["talk"]["id"], second.as_str());
        let other = items.iter().find(|it| it["id"] != intake.id.to_string()).unwrap();
        assert_eq!(other["expanded"]["talk"], Value::Null);
        // One intake shows the same, with commas or without, and only what was asked for.
        let path = format!("/v1/intakes/{}", intake.id);
        let owner = app.as_municipality("GM0363");
        let one = owner.get(&format!("{path}?expand=talk&expand=sponsor")).await.expect(200).json();
        assert_eq!(one["expanded"].as_object().unwrap().keys().collect::<Vec<_>>(), ["sponsor", "talk"]);
        assert_eq!(one["expanded"]["talk"]["id"], second.as_str());
        let plain = owner.get(&path).await.expect(200).json();
        assert!(plain.get("expanded").is_none());
        let page = owner.get("/v1/intakes?expand=talk&limit=1").await.expect(200);
        assert_eq!(page.json()["page"]["next"], Value::Null);
        for query in ["?expand=kitchen", "?expand=talk,kitchen", "?expand="] {
            let path_fields = owner.get(&format!("{path}{query}")).await.invalid();
            let list_fields = owner.get(&format!("/v1/intakes{query}")).await.invalid();
            assert_eq!(path_fields, list_fields);
            assert_eq!(path_fields[0].1, "enum", "{query}");
        }
    }

    async fn decision_offer_and_trajectory_come_with_the_intake(db: TestDb) {
        // security: 22
        let app = TestApp::start(db).await;
        let intake = given::matched(&app.db, given::amsterdam(), "versnelling").await;
        let draft = given::drafted_offer(&app.db, &intake).await;
        // The match was decided on the day after the talk.
        app.clock.turn_to("2026-03-05T09:00:00Z".parse().unwrap());
        let path = format!("/v1/intakes/{}?expand=decision,offer,trajectory", intake.id);
        let adviser = app.as_role(Role::Adviser);
        let shown = adviser.get(&path).await.expect(200).json();
        assert_eq!(shown["expanded"]["offer"]["id"], draft.id.to_string());
        assert_eq!(shown["expanded"]["decision"]["outcome"], "match");
        assert_eq!(shown["expanded"]["trajectory"], Value::Null);
        // A municipality sees no offer that was not sent to it.
        let owner = app.as_municipality("GM0363");
        let shown = owner.get(&path).await.expect(200).json();
        assert_eq!(shown["expanded"]["offer"], Value::Null);
        let decline = json!({ "outcome": "decline", "reason": "De praktijk is niet gehoord.", "release": false });
        let decided = format!("/v1/intakes/{}/decision", intake.id);
        let made = app.as_coordinator().post(&decided, &decline).await.expect(201);
        let read = adviser.get(&path).await.expect(200).json();
        assert_eq!(read["expanded"]["decision"]["id"], made.text_at("/id"));
        let hidden = owner.get(&path).await.expect(200).json();
        assert_eq!(hidden["expanded"]["decision"]["outcome"], "match");
        post(&app.as_coordinator(), &format!("{decided}/release")).await.expect(200);
        let listed = owner.get("/v1/intakes?expand=decision").await.expect(200);
        assert_eq!(listed.text_at("/items/0/expanded/decision/outcome"), "decline");
    }

    async fn a_started_intake_comes_with_its_trajectory(db: TestDb) {
        // security: 22
        let app = TestApp::start(db).await;
        let trajectory = given::trajectory(&app.db, given::amsterdam(), "versnelling").await;
        let path = format!("/v1/intakes/{}?expand=offer,trajectory", trajectory.intake);
        for caller in [app.as_role(Role::Adviser), app.as_municipality("GM0363")] {
            let alone = format!("/v1/trajectories/{}", trajectory.id);
            let alone = caller.get(&alone).await.expect(200).json();
            let shown = caller.get(&path).await.expect(200).json();
            assert_eq!(shown["status"], "started");
            assert_eq!(shown["expanded"]["trajectory"], alone);
            assert_eq!(shown["expanded"]["offer"]["id"], alone["offer"]);
            let listed = caller.get("/v1/intakes?expand=trajectory").await.expect(200).json();
            assert_eq!(listed["items"][0]["expanded"]["trajectory"], alone);
        }
        app.as_municipality("GM0599").get(&path).await.problem(404, "not-found");
    }

    async fn a_child_is_shown_to_whoever_holds_its_scope(db: TestDb) {
        // security: 24, 25, 74
        let app = TestApp::start(db).await;
        let intake = given::submitted(&app.db, given::amsterdam(), "versnelling").await;
        let caller = reader_of_intakes(&app).await;
        let path = format!("/v1/intakes/{}", intake.id);
        caller.get(&format!("{path}?expand=municipality,programme,round")).await.expect(200);
        for (part, scope) in [("contactPerson", "people:read"), ("sponsor", "people:read"), ("talk", "meetings:read")] {
            for path in [&path, "/v1/intakes"] {
                let refused = caller.get(&format!("{path}?expand=programme,{part}")).await;
                assert_eq!(refused.problem(403, "forbidden")["scope"], scope);
            }
        }
    }

    async fn the_funnel_counts_states_steps_and_days(db: TestDb) {
        let app = TestApp::start(db).await;
        let adviser = app.as_role(Role::Adviser);
        let empty = funnel(&adviser, "").await;
        assert_eq!(empty["total"], 0);
        assert_eq!(step(&empty, "draft"), (&json!(0), &json!(0), &Value::Null));
        assert_eq!(step(&empty, "started"), (&json!(0), &json!(0), &Value::Null));
        // Two came in on the day they were made; the talk of one is planned two days after it
        // was sent in, the other is referred after five; a third stays a draft.
        let planned = given::submitted(&app.db, given::amsterdam(), "versnelling").await;
        let light = given::submitted(&app.db, given::utrecht(), "versnelling").await;
        given::draft(&app.db, "GM0599".parse().unwrap(), "versnelling").await;
        given::submitted(&app.db, given::amsterdam(), "uitvoering").await;
        let guide = item_in(&app, ItemStatus::Published, &item("Gids")).await;
        // The intakes were made an hour before the app's own clock began.
        app.clock.turn_by(SignedDuration::from_hours(2 * 24 - 1));
        plan_talk(&app, &planned, "12").await;
        app.clock.turn_by(SignedDuration::from_hours(3 * 24));
        let referral = json!({ "items": [guide], "note": "Begin met de gids." });
        // Tokens outlive no such journey: the caller logs in anew.
        let adviser = app.as_role(Role::Adviser);
        adviser.post(&format!("/v1/intakes/{}/referral", light.id), &referral).await.expect(201);
        let all = funnel(&adviser, "").await;
        assert_eq!(all["programme"], "versnelling");
        assert_eq!(all["total"], 3);
        for status in IntakeStatus::ALL {
            let expected = match status {
                IntakeStatus::Draft | IntakeStatus::TalkPlanned | IntakeStatus::Referred => 1,
                IntakeStatus::Submitted | IntakeStatus::Assessing | IntakeStatus::Matched
                | IntakeStatus::Waitlisted | IntakeStatus::Declined | IntakeStatus::Started
                | IntakeStatus::Withdrawn => 0,
            };
            assert_eq!(standing(&all, *status), expected, "{status}");
        }
        assert_eq!(step(&all, "draft"), (&json!(3), &json!(0), &Value::Null));
        assert_eq!(step(&all, "submitted"), (&json!(2), &json!(2), &json!(0.0)));
        assert_eq!(step(&all, "talk_planned"), (&json!(1), &json!(1), &json!(2.0)));
        assert_eq!(step(&all, "assessing"), (&json!(0), &json!(0), &Value::Null));
        assert_eq!(step(&all, "decision"), (&json!(1), &json!(0), &Value::Null));
        // Calling the talk off takes nothing away from what was reached.
        let talks = adviser.get("/v1/meetings").await.expect(200).text_at("/items/0/id");
        let call = adviser.call(Method::POST, &format!("/v1/meetings/{talks}/cancellation"));
        call.header("if-match", "*").json(&json!({})).send().await.expect(200);
        let after = funnel(&adviser, "").await;
        assert_eq!((standing(&after, IntakeStatus::Submitted), standing(&after, IntakeStatus::TalkPlanned)), (1, 0));
        assert_eq!(step(&after, "talk_planned"), (&json!(1), &json!(1), &json!(2.0)));
        assert_eq!(step(&after, "submitted"), (&json!(2), &json!(2), &json!(0.0)));
    }

    async fn the_funnel_narrows_to_round_and_province_and_to_ones_own(db: TestDb) {
        // security: 22
        let app = TestApp::start(db).await;
        given::submitted(&app.db, given::amsterdam(), "versnelling").await;
        given::submitted(&app.db, given::utrecht(), "versnelling").await;
        let coordinator = app.as_coordinator();
        for (query, total) in [("", 2), ("?province=Utrecht", 1), ("?province=Zeeland", 0), ("?province=Nergens", 0)] {
            assert_eq!(funnel(&coordinator, query).await["total"], total, "{query}");
        }
        let own = funnel(&app.as_municipality("GM0344"), "").await;
        assert_eq!(own["total"], 1);
        assert_eq!(step(&own, "submitted").0, 1);
        assert_eq!(funnel(&app.as_municipality("GM0344"), "?province=Noord-Holland").await["total"], 0);
        assert_eq!(funnel(&app.as_municipality("GM0599"), "").await["total"], 0);

        let round = json!({ "name": "Voorjaar 2026", "opensOn": "2026-03-01", "closesOn": "2026-04-30", "capacity": 5 });
        let made = coordinator.post("/v1/programmes/inclusief/rounds", &round).await.expect(201);
        let round = made.text_at("/id");
        given::submitted(&app.db, given::amsterdam(), "inclusief").await;
        let path = format!("/v1/programmes/inclusief/funnel?round={round}");
        assert_eq!(coordinator.get(&path).await.expect(200).json()["total"], 1);
        let elsewhere = coordinator.get(&format!("/v1/programmes/versnelling/funnel?round={round}")).await;
        assert_eq!(elsewhere.invalid(), [("round".to_owned(), "unknown".to_owned())]);
        coordinator.get("/v1/programmes/bestaat-niet/funnel").await.problem(404, "not-found");
        coordinator.get("/v1/programmes/versnelling/funnel?region=x").await.invalid();
        let shown = coordinator.get("/v1/intakes?programme=inclusief&expand=round").await.expect(200);
        assert_eq!(shown.text_at("/items/0/expanded/round/name"), "Voorjaar 2026");
    }
}
