//! The plan check over HTTP, a rule at a time.

use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use serde_json::{Value, json};

use super::{Group, told};
use crate::app::TestApp;

on_both_databases! {
    async fn a_whole_plan_has_no_findings_and_what_is_missing_is_named(db: TestDb) {
        // mission: L4, L5, L6, L7
        let group = Group::made(TestApp::start(db).await).await;
        assert_eq!(group.findings().await, [
            "error practices - 0 1-null",
            "error too_few kick_off 0 1-1",
            "error too_few exchange 0 2-3",
            "error too_few closing 0 1-1",
        ]);
        let practice = group.practice("GM0363").await;
        group.planned(&practice, &["local"]).await;
        let checked = group.check().await;
        assert_eq!(told(&checked), ["error too_few local 0 3-5"]);
        assert_eq!(checked["findings"][0]["practice"], practice);
        assert_eq!(checked["holds"], false);
        assert_eq!(
            checked["findings"][0]["explanation"]["nl"],
            "Lokale bijeenkomst: 0 met een datum, nodig 3 tot 5."
        );
        for day in ["2026-04-13", "2026-05-11", "2026-06-08"] {
            group.meeting("local", day, Some(&practice)).await.expect(201);
        }
        let checked = group.check().await;
        assert_eq!(told(&checked), Vec::<String>::new());
        assert_eq!(checked["holds"], true);
        for day in ["2026-07-06", "2026-07-13", "2026-07-20"] {
            group.meeting("local", day, Some(&practice)).await.expect(201);
        }
        assert_eq!(group.findings().await, ["warning too_many local 6 3-5"]);
    }

    async fn each_kind_that_is_missing_is_named(db: TestDb) {
        // mission: L4, L6, L7
        let app = TestApp::start(db).await;
        let mut group = Group::made(app).await;
        for (kind, expected) in [
            ("kick_off", "error too_few kick_off 0 1-1"),
            ("exchange", "error too_few exchange 0 2-3"),
            ("closing", "error too_few closing 0 1-1"),
        ] {
            group = Group::made(group.app).await;
            let practice = group.practice("GM0363").await;
            group.planned(&practice, &[kind]).await;
            assert_eq!(group.findings().await, [expected]);
        }
    }

    async fn order_and_length_of_the_year_are_checked(db: TestDb) {
        // mission: L4, L8
        let group = Group::made(TestApp::start(db).await).await;
        let practice = group.practice("GM0363").await;
        group.planned(&practice, &["closing"]).await;
        // Twelve months after the kick-off, and a day.
        let closing = group.meeting("closing", "2027-03-10", None).await.expect(201);
        assert_eq!(group.findings().await, ["warning within_months closing 13 null-12"]);
        let path = closing.header("location").to_owned();
        let move_to = |day: &str| json!({ "period": {
            "localStart": format!("{day}T13:00"), "localEnd": format!("{day}T16:00"),
        }});
        let moved = async |day: &str| {
            let coordinator = group.app.as_coordinator();
            let call = coordinator.call(reqwest::Method::POST, &format!("{path}/changes"));
            call.header("if-match", "*").json(&move_to(day)).send().await.expect(200);
        };
        moved("2027-03-09").await;
        assert_eq!(group.findings().await, Vec::<String>::new());
        moved("2026-09-10").await;
        assert_eq!(group.findings().await, ["error order closing 1 null-0"]);
    }

    async fn local_meetings_count_for_their_own_practice_and_more_than_asked_is_a_warning(db: TestDb) {
        // mission: L5, L6
        let group = Group::made(TestApp::start(db).await).await;
        let (first, second) = (group.practice("GM0363").await, group.practice("GM0344").await);
        group.planned(&first, &[]).await;
        assert_eq!(group.findings().await, ["error too_few local 0 3-5"]);
        for day in ["2026-04-14", "2026-05-12", "2026-06-09"] {
            group.meeting("local", day, Some(&second)).await.expect(201);
        }
        assert_eq!(group.findings().await, Vec::<String>::new());
        group.meeting("exchange", "2026-11-02", None).await.expect(201);
        assert_eq!(group.findings().await, Vec::<String>::new());
        group.meeting("exchange", "2026-12-07", None).await.expect(201);
        assert_eq!(group.findings().await, ["warning too_many exchange 4 2-3"]);
    }

    async fn a_meeting_that_is_called_off_counts_no_more(db: TestDb) {
        // mission: L5
        let group = Group::made(TestApp::start(db).await).await;
        let practice = group.practice("GM0363").await;
        group.planned(&practice, &["kick_off"]).await;
        let kick_off = group.meeting("kick_off", "2026-03-09", None).await.expect(201);
        assert_eq!(group.findings().await, Vec::<String>::new());
        let path = format!("{}/cancellation", kick_off.header("location"));
        let coordinator = group.app.as_coordinator();
        let call = coordinator.call(reqwest::Method::POST, &path);
        call.header("if-match", "*").json(&json!({})).send().await.expect(200);
        assert_eq!(group.findings().await, ["error too_few kick_off 0 1-1"]);
    }

    async fn four_kinds_of_party_sit_around_a_table(db: TestDb) {
        // mission: L3
        let group = Group::made(TestApp::start(db).await).await;
        let practice = group.practice("GM0363").await;
        group.planned(&practice, &[]).await;
        let path = format!("{}/practices/{practice}", group.path);
        let three = json!({ "parties": ["gemeente", "inwoner", "aanbieder", "adviesraad"] });
        let adviser = group.app.as_role(Role::Adviser);
        let changed = adviser.patch(&path, "*", &three).await.expect(200);
        assert_eq!(changed.json()["parties"].as_array().unwrap().len(), 4);
        assert_eq!(group.findings().await, ["error party_kinds - 3 4-null"]);
    }

    async fn a_forecast_says_where_a_group_is_heading(db: TestDb) {
        // mission: L5, L6
        let group = Group::made(TestApp::start(db).await).await;
        let practice = group.practice("GM0363").await;
        group.meeting("kick_off", "2026-03-09", None).await.expect(201);
        group.meeting("local", "2026-04-13", Some(&practice)).await.expect(201);
        group.app.clock.turn_to("2026-09-09T08:00:00Z".parse().unwrap());
        let checked = group.check().await;
        let forecasts = checked["forecasts"].as_array().unwrap();
        assert_eq!(forecasts.len(), 2, "{checked}");
        let local = &forecasts[0];
        assert_eq!((&local["kind"], &local["practice"]), (&json!("local"), &json!(practice)));
        assert_eq!((&local["projected"], &local["minimum"]), (&json!(1), &json!(3)));
        assert_eq!((&local["byOn"], &local["fallsShort"]), (&json!("2027-03-09"), &json!(true)));
    }

    async fn the_networks_year_is_checked_and_forecast(db: TestDb) {
        // mission: N5
        let app = TestApp::start(db).await;
        let plan = async |day: &str| {
            let body = json!({
                "kind": "network", "title": "Netwerkdag", "place": "De Observant",
                "localStart": format!("{day}T13:00"), "localEnd": format!("{day}T17:00"),
            });
            app.as_coordinator().post("/v1/meetings", &body).await.expect(201);
        };
        for day in ["2026-03-05", "2026-06-04", "2027-01-07"] {
            plan(day).await;
        }
        app.clock.turn_to("2026-09-01T08:00:00Z".parse().unwrap());
        let check = async || app.as_role(Role::Adviser).get("/v1/network-years/2026/plan-check").await;
        let checked = check().await.expect(200).json();
        assert_eq!(told(&checked), ["error too_few network 2 4-6"]);
        let forecast = &checked["forecasts"][0];
        assert_eq!((&forecast["held"], &forecast["projected"]), (&json!(2), &json!(2)));
        assert_eq!((&forecast["fallsShort"], &forecast["byOn"]), (&json!(true), &json!("2026-12-31")));
        assert_eq!(
            forecast["explanation"]["en"],
            "At this pace 2 of at least 4 by Thursday 31 December 2026."
        );
        for day in ["2026-10-01", "2026-11-05"] {
            plan(day).await;
        }
        let checked = check().await.expect(200).json();
        assert_eq!((told(&checked), &checked["forecasts"][0]["fallsShort"]), (vec![], &json!(false)));
        for day in ["2026-11-12", "2026-11-19", "2026-11-26"] {
            plan(day).await;
        }
        assert_eq!(told(&check().await.json()), ["warning too_many network 7 4-6"]);
        for year in ["1999", "2101", "99999", "next"] {
            let path = format!("/v1/network-years/{year}/plan-check");
            app.as_coordinator().get(&path).await.problem(404, "not-found");
        }
    }

    async fn a_trajectory_is_checked_on_its_own_or_as_a_practice_of_its_group(db: TestDb) {
        // mission: L5
        let app = TestApp::start(db).await;
        given::round(&app.db, 5).await;
        let alone = given::running_trajectory(&app.db, given::amsterdam(), "uitvoering").await;
        let grouped = given::trajectory(&app.db, given::utrecht(), "inclusief").await;
        let check = async |id: &str| {
            let path = format!("/v1/trajectories/{id}/plan-check");
            app.as_coordinator().get(&path).await.expect(200).json()
        };
        let id = alone.id.to_string();
        assert_eq!(told(&check(&id).await), [
            "error too_few kick_off 0 1-1",
            "error too_few local 0 1-12",
            "error too_few presentation 0 1-2",
        ]);
        let kick_off = json!({
            "kind": "kick_off", "title": "Start", "trajectory": id, "place": "Stadhuis",
            "localStart": "2026-03-09T13:00", "localEnd": "2026-03-09T15:00",
        });
        let planned = app.as_coordinator().post("/v1/meetings", &kick_off).await.expect(201);
        assert_eq!(planned.text_at("/meeting/trajectory"), id);
        let seen = app.as_municipality("GM0363").get(planned.header("location")).await;
        seen.expect(200);
        let checked = check(&id).await;
        assert_eq!(told(&checked).len(), 2);
        assert_eq!(checked["findings"][0]["practice"], Value::Null);
        app.as_municipality("GM0344")
            .get(&format!("/v1/trajectories/{id}/plan-check"))
            .await
            .problem(404, "not-found");

        let group = Group::made(app).await;
        let body = json!({
            "municipality": "GM0344", "trajectory": grouped.id, "name": "Utrecht",
            "issue": "Meedoen in de wijk", "parties": super::TABLE,
        });
        let practices = format!("{}/practices", group.path);
        let coordinator = group.app.as_coordinator();
        coordinator.post(&practices, &body).await.expect(201);
        let fields = coordinator.post(&practices, &body).await.invalid();
        assert_eq!(fields, [("/trajectory".to_owned(), "duplicate".to_owned())]);
        let path = format!("/v1/trajectories/{}/plan-check", grouped.id);
        let checked = coordinator.get(&path).await.expect(200).json();
        assert_eq!(told(&checked), group.findings().await);
        let mut body = kick_off;
        body["trajectory"] = json!(grouped.id);
        let fields = coordinator.post("/v1/meetings", &body).await.invalid();
        assert_eq!(fields, [("/trajectory".to_owned(), "not-allowed".to_owned())]);
    }
}
