//! Days that are proposed for what a plan misses.

use koplopers_shared::catalogue::words::PersonRole;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use serde_json::{Value, json};

use super::Group;
use crate::app::TestApp;

fn days(proposed: &Value) -> Vec<(String, Option<String>)> {
    let items = proposed["items"].as_array().unwrap().iter();
    items
        .map(|it| {
            let kind = it["kind"].as_str().unwrap().to_owned();
            (kind, it["proposedOn"].as_str().map(str::to_owned))
        })
        .collect()
}

on_both_databases! {
    async fn a_day_is_proposed_for_each_missing_meeting_and_following_them_meets_the_plan(db: TestDb) {
        // mission: L4, L5, L6, L7
        let group = Group::made(TestApp::start(db).await).await;
        let practice = group.practice("GM0363").await;
        let path = format!("{}/proposed-dates", group.path);
        let proposed = group.app.as_coordinator().get(&path).await.expect(200).json();
        let found = days(&proposed);
        let kinds: Vec<&str> = found.iter().map(|(kind, _)| kind.as_str()).collect();
        assert_eq!(kinds, ["kick_off", "local", "local", "local", "exchange", "exchange", "closing"]);
        for (kind, day) in &found {
            let practice = (kind == "local").then_some(practice.as_str());
            group.meeting(kind, day.as_ref().unwrap(), practice).await.expect(201);
        }
        assert_eq!(group.findings().await, Vec::<String>::new());
        let proposed = group.app.as_coordinator().get(&path).await.expect(200).json();
        assert_eq!(days(&proposed), []);
    }

    async fn the_other_meetings_of_members_are_avoided(db: TestDb) {
        // mission: L6
        let group = Group::made(TestApp::start(db).await).await;
        let practice = group.practice("GM0363").await;
        group.planned(&practice, &["kick_off"]).await;
        let path = format!("{}/proposed-dates", group.path);
        let coordinator = group.app.as_coordinator();
        let proposed = async || days(&coordinator.get(&path).await.expect(200).json());
        let [(_, Some(first))] = &proposed().await[..] else { panic!("one day") };
        let anna = given::official(&group.app.db, given::amsterdam(), PersonRole::Ambtenaar, "anna@example.nl").await;
        let member = json!({ "person": anna, "practice": practice });
        coordinator.post(&format!("{}/members", group.path), &member).await.expect(201);
        let other = json!({
            "kind": "other", "title": "Overleg", "place": "Stadhuis",
            "localStart": format!("{first}T09:00"), "localEnd": format!("{first}T10:00"),
            "invitees": [{ "person": anna }],
        });
        coordinator.post("/v1/meetings", &other).await.expect(201);
        let [(_, Some(second))] = &proposed().await[..] else { panic!("one day") };
        assert_ne!(first, second);
        let day: jiff::civil::Date = second.parse().unwrap();
        assert!(day.weekday().to_monday_one_offset() <= 5, "{day} is in a weekend");
    }

    async fn days_are_proposed_for_the_networks_year(db: TestDb) {
        // mission: N5
        let app = TestApp::start(db).await;
        let cohort = given::new_cohort(&app.db, "Lichting 2026").await;
        let member = given::associate(&app.db, &cohort, given::amsterdam(), "lid@example.nl").await;
        let path = "/v1/network-years/2026/proposed-dates";
        let coordinator = app.as_coordinator();
        let proposed = async || days(&app.as_coordinator().get(path).await.expect(200).json());
        let first = proposed().await;
        assert_eq!(first.len(), 4);
        let taken = first[0].1.clone().unwrap();
        let other = json!({
            "kind": "other", "title": "Overleg", "place": "Stadhuis",
            "localStart": format!("{taken}T09:00"), "localEnd": format!("{taken}T10:00"),
            "invitees": [{ "person": member.person }],
        });
        coordinator.post("/v1/meetings", &other).await.expect(201);
        let second = proposed().await;
        assert_ne!(second[0].1.as_ref(), Some(&taken));
        app.clock.turn_to("2026-12-30T08:00:00Z".parse().unwrap());
        assert!(proposed().await.iter().all(|(_, day)| day.is_none()), "no day is left");
    }
}
