//! Who sees what of a nomination.

use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use serde_json::{Value, json};

use super::{NOMINATIONS, body, nominate, person, with};
use crate::app::{Caller, TestApp};

async fn ids(caller: &Caller<'_>, query: &str) -> Vec<String> {
    let found = caller
        .get(&format!("{NOMINATIONS}{query}"))
        .await
        .expect(200)
        .json();
    let id = |it: &Value| it["id"].as_str().unwrap().to_owned();
    found["items"].as_array().unwrap().iter().map(id).collect()
}

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

on_both_databases! {
    async fn a_nominator_sees_only_their_own_text_and_the_outcome(db: TestDb) {
        // mission: N2; security: 20, 22, 25
        let app = TestApp::start(db).await;
        let noor = person(&app, "Noor Lid", "noor.lid@example.nl").await;
        let (one, two) = (app.as_municipality("GM0363"), app.as_municipality("GM0344"));
        let member = app.as_person(noor, Role::Member);
        let own = with(body("Kim Kandidaat", "kim@example.nl"), &[("/nominator", Value::Null)]);
        let first = nominate(&one, &body("Kim Kandidaat", "kim@example.nl")).await.expect(201);
        let second = nominate(&two, &body("Kim Kandidaat", "kim@example.nl")).await.expect(201);
        let third = nominate(&member, &own).await.expect(201);
        let (first, second, third) = (first.text_at("/id"), second.text_at("/id"), third.text_at("/id"));
        assert_eq!(ids(&one, "").await, std::slice::from_ref(&first));
        assert_eq!(ids(&two, "").await, std::slice::from_ref(&second));
        assert_eq!(ids(&member, "").await, std::slice::from_ref(&third));
        assert_eq!(ids(&app.as_role(Role::Adviser), "").await.len(), 3);
        let missing = one.get(&format!("{NOMINATIONS}/019b76da-0000-7000-8000-00000000dead")).await;
        for (caller, id) in [(&one, &second), (&one, &third), (&two, &first), (&member, &first)] {
            let answer = caller.get(&format!("{NOMINATIONS}/{id}")).await;
            answer.problem(404, "not-found");
            assert_eq!(answer.json()["title"], missing.json()["title"]);
        }
        // Nor can they find out by the candidacy.
        let candidacy = super::candidacy_of(&app, &first).await;
        assert_eq!(ids(&one, &format!("?candidacy={candidacy}")).await, Vec::<String>::new());
        assert_eq!(ids(&app.as_coordinator(), &format!("?candidacy={candidacy}")).await.len(), 3);
        one.get(&format!("/v1/candidacies/{candidacy}")).await.problem(403, "forbidden");
        let events = two.get("/v1/events").await.expect(200).text;
        assert!(!events.contains(&candidacy) && !events.contains(&first), "{events}");
    }

    async fn the_fields_of_a_nomination_per_role_are_these(db: TestDb) {
        // security: 25
        let app = TestApp::start(db).await;
        let made = nominate(&app.as_municipality("GM0363"), &body("Kim Kandidaat", "kim@example.nl")).await;
        let path = format!("{NOMINATIONS}/{}", made.expect(201).text_at("/id"));
        let nominator = [
            "allowedActions", "candidate", "channel", "confirmedAt", "createdAt", "externalReference",
            "giver", "id", "impact", "innovation", "language", "motivation", "municipality", "nominator",
            "outcome", "outcomeReason", "relation", "status", "updatedAt", "withdrawnReason",
        ];
        let mut staff = nominator.to_vec();
        staff.push("candidacy");
        staff.sort_unstable();
        for role in Role::ALL {
            let answer = app.as_any(*role).get(&path).await;
            let expected: Option<&[&str]> = match role {
                Role::Municipality => Some(&nominator),
                Role::Adviser | Role::Coordinator => Some(&staff),
                Role::Member => {
                    answer.problem(404, "not-found");
                    None
                }
                Role::Ops | Role::Auditor | Role::MailGateway => {
                    answer.problem(403, "forbidden");
                    None
                }
            };
            if let Some(expected) = expected {
                let mut found = answer.expect(200).json();
                let mut names = keys(&found);
                names.sort_unstable();
                assert_eq!(names, expected, "{role}");
                assert_eq!(found["candidate"].take()["email"], json!("kim@example.nl"));
            }
        }
    }

    async fn lists_are_paged_and_filtered(db: TestDb) {
        // security: 35, 44
        let app = TestApp::start(db).await;
        let caller = app.as_municipality("GM0363");
        for number in 0..3 {
            app.clock.turn_by(jiff::SignedDuration::from_secs(1));
            nominate(&caller, &body("Kim Kandidaat", &format!("kim{number}@example.nl"))).await.expect(201);
        }
        let all = ids(&caller, "").await;
        assert_eq!(all.len(), 3);
        let page = caller.get(&format!("{NOMINATIONS}?limit=2")).await.expect(200);
        let next = page.text_at("/page/next");
        assert_eq!(ids(&caller, &format!("?limit=2&cursor={next}")).await, [all[2].clone()]);
        assert_eq!(ids(&caller, "?status=withdrawn").await, Vec::<String>::new());
        assert_eq!(ids(&caller, "?channel=api").await.len(), 3);
        caller.get(&format!("{NOMINATIONS}?colour=red")).await.invalid();
        caller.get(&format!("{NOMINATIONS}?status=lost")).await.invalid();
    }
}
