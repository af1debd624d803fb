//! What a member says of themselves, and a change of employer.

use koplopers_shared::access::{Actor, Permit};
use koplopers_shared::catalogue::words::PersonRole;
use koplopers_shared::consents::{ConsentAnswer, Signature};
use koplopers_shared::db::DbError;
use koplopers_shared::flows;
use koplopers_shared::ids::{ConsentId, PersonId};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use super::{a_member, as_member, path};
use crate::app::TestApp;
use crate::mail_room::{MailRoom, page_in};

fn field(name: &str, code: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), code.to_owned())]
}

on_both_databases! {
    async fn a_member_says_what_they_know_and_want_to_work_on(db: TestDb) {
        // mission: M2
        let app = TestApp::start(db).await;
        let member = a_member(&app, "Lichting 2026", "lid@example.nl").await;
        let themselves = as_member(&app, member.person);
        let put = format!("{}/expertise", path(&member));
        let topics = json!({
            "expertise": [
                { "theme": "loneliness", "description": "Ouderen", "level": 4, "interest": 5 },
                { "theme": "poverty-and-debt", "level": 2, "interest": 1 }
            ],
            "issues": [{ "description": "Jongeren uit beeld", "theme": "poverty-and-debt", "level": 1, "interest": 5 }],
            "learningPractices": ["living_lab", "action_research", "living_lab"]
        });
        let read = themselves.get(&path(&member)).await.expect(200);
        let said = themselves.put(&put, read.header("etag"), &topics).await.expect(200).json();
        let expertise = &said["expertise"];
        assert_eq!(expertise["themes"][0]["level"], 4);
        assert_eq!(expertise["themes"][1]["theme"], "poverty-and-debt");
        assert_eq!(expertise["issues"][0]["interest"], 5);
        assert_eq!(expertise["learningPractices"], json!(["living_lab", "action_research"]));
        themselves.put(&put, read.header("etag"), &topics).await.problem(412, "stale");
        let call = themselves.call(Method::PUT, &put).json(&topics);
        call.send().await.problem(428, "precondition-required");
        // All of it is replaced at once.
        let less = json!({ "expertise": [{ "theme": "poverty-and-debt", "level": 3, "interest": 3 }] });
        let said = themselves.put(&put, "*", &less).await.expect(200).json();
        assert_eq!(said["expertise"]["themes"].as_array().unwrap().len(), 1);
        assert_eq!(said["expertise"]["issues"], json!([]));
        let known = |theme: &str| json!({ "expertise": [{ "theme": theme, "level": 3, "interest": 3 }] });
        assert_eq!(
            themselves.put(&put, "*", &known("no-such-theme")).await.invalid(),
            field("/expertise/0/theme", "unknown")
        );
        let twice = json!({ "expertise": [
            { "theme": "poverty-and-debt", "level": 3, "interest": 3 }, { "theme": "poverty-and-debt", "level": 1, "interest": 1 }
        ]});
        assert_eq!(
            themselves.put(&put, "*", &twice).await.invalid(),
            field("/expertise/1/theme", "duplicate")
        );
        for level in [0, 6] {
            let bad = json!({ "issues": [{ "description": "Wonen", "level": level, "interest": level }] });
            let fields = themselves.put(&put, "*", &bad).await.invalid();
            assert_eq!(fields.len(), 2, "{fields:?}");
        }
    }

    async fn a_member_keeps_their_own_profile_and_nobody_elses(db: TestDb) {
        // security: 19, 24
        let app = TestApp::start(db).await;
        let member = a_member(&app, "Lichting 2026", "lid@example.nl").await;
        let themselves = as_member(&app, member.person);
        let mine = json!({ "introduction": "Dag", "hoursPerMonth": 4, "availability": "Altijd" });
        let said = themselves.patch(&path(&member), "*", &mine).await.expect(200).json();
        assert_eq!(said["introduction"], "Dag");
        let gone = json!({ "introduction": null });
        let said = themselves.patch(&path(&member), "*", &gone).await.expect(200).json();
        assert_eq!(said["introduction"], Value::Null);
        assert_eq!(said["details"]["hoursPerMonth"], 4);
        let kind = json!({ "kind": "ervaringsdeskundige" });
        let refused = themselves.patch(&path(&member), "*", &kind).await.invalid();
        assert_eq!(refused, field("/kind", "not-allowed"));
        let coordinator = app.as_coordinator();
        let changed = coordinator.patch(&path(&member), "*", &kind).await.expect(200).json();
        assert_eq!(changed["kind"], "ervaringsdeskundige");
        let nowhere = json!({ "cohort": "019b76da-0000-7000-8000-00000000dead" });
        let refused = coordinator.patch(&path(&member), "*", &nowhere).await.invalid();
        assert_eq!(refused, field("/cohort", "unknown"));
        for state in ["status", "person", "version"] {
            let refused = themselves.patch(&path(&member), "*", &json!({ state: "left" })).await.invalid();
            assert_eq!(refused[0].0, format!("/{state}"));
        }
    }

    async fn a_change_of_employer_puts_the_membership_under_review(db: TestDb) {
        // mission: N8
        let app = TestApp::start(db).await;
        let member = a_member(&app, "Lichting 2026", "lid@example.nl").await;
        let put = format!("{}/employer", path(&member));
        let themselves = as_member(&app, member.person);
        let before = themselves.get(&path(&member)).await.expect(200).json();
        assert_eq!(before["details"]["consentReview"], false);
        let same = json!({ "municipality": "GM0363" });
        themselves.put(&put, "*", &same).await.problem(409, "conflict");
        let moved = themselves.put(&put, "*", &json!({ "municipality": "GM0344" })).await.expect(200).json();
        assert_eq!(moved["status"], "active");
        assert_eq!(moved["employer"]["municipality"], "GM0344");
        assert_eq!(moved["details"]["consentReview"], true);
        let awaited = app.as_coordinator().get("/v1/members?consentReview=true").await.expect(200).json();
        assert_eq!(awaited["items"][0]["id"], member.id.to_string());
        // Nobody is asked for who works for nobody.
        let alone = themselves.put(&put, "*", &json!({})).await.expect(200).json();
        assert_eq!(alone["details"]["consentReview"], false);
        assert_eq!(
            themselves.put(&put, "*", &json!({ "municipality": "GM9999" })).await.invalid()[0].0,
            "/municipality"
        );
        let nowhere = json!({ "organisation": "019b76da-0000-7000-8000-00000000dead" });
        assert_eq!(themselves.put(&put, "*", &nowhere).await.invalid(), field("/organisation", "unknown"));
        let both = json!({
            "municipality": "GM0344", "organisation": "019b76da-0000-7000-8000-00000000dead"
        });
        assert_eq!(themselves.put(&put, "*", &both).await.invalid(), field("/organisation", "not-allowed"));
    }

    async fn a_change_of_employer_asks_the_new_executive_and_their_yes_ends_the_review(db: TestDb) {
        // mission: N8, N3
        let app = TestApp::start(db).await;
        let post = MailRoom::open().await;
        let member = a_member(&app, "Lichting 2026", "lid@example.nl").await;
        let put = format!("{}/employer", path(&member));
        let themselves = as_member(&app, member.person);
        let utrecht = json!({ "municipality": "GM0344" });
        // Nobody is known who could be asked.
        themselves.put(&put, "*", &utrecht).await.expect(200);
        assert_eq!(given::count(&app.db, "consents").await, 0);
        let wethouder =
            given::official(&app.db, given::utrecht(), PersonRole::Wethouder, "w@example.org").await;
        let named = |giver: PersonId| json!({ "municipality": "GM0344", "giver": giver });
        let refused = themselves.put(&put, "*", &named(wethouder)).await.invalid();
        assert_eq!(refused, field("/giver", "not-held"));
        let refused = themselves.put(&put, "*", &named(member.person)).await.invalid();
        assert_eq!(refused[0], ("/giver".to_owned(), "not-allowed".to_owned()));
        let secretaris = given::official(
            &app.db, given::utrecht(), PersonRole::Gemeentesecretaris, "secretaris@example.org",
        )
        .await;
        themselves.put(&put, "*", &named(secretaris)).await.expect(200);
        let asked = "consents WHERE status = 'requested' AND member IS NOT NULL";
        assert_eq!(given::count(&app.db, asked).await, 1);
        post.send(&app).await;
        let mails = post.mails();
        let page = mails.iter().find_map(|mail| page_in(mail, &app, "/c/"));
        assert!(page.is_some(), "the executive got a link");
        let consent: ConsentId = app
            .db
            .read(|conn| {
                use diesel::prelude::*;
                use koplopers_shared::db::schema::consents;
                let open = consents::table.filter(consents::status.eq("requested"));
                Ok::<_, DbError>(open.select(consents::id).first(conn)?)
            })
            .await
            .unwrap();
        let actor = Actor::link_holder(secretaris, Permit::ConsentsAnswer);
        let granted = given::granted(&std::sync::Arc::new(actor));
        app.db
            .write(move |conn| {
                let by = Signature { name: "Sam".to_owned(), role: "secretaris".to_owned() };
                flows::answer_consent(conn, &granted, given::now(), consent, ConsentAnswer::Give(by))
            })
            .await
            .unwrap();
        let settled = themselves.get(&path(&member)).await.expect(200).json();
        assert_eq!(settled["details"]["consentReview"], false);
        // Another change asks again, of who is known by now.
        themselves.put(&put, "*", &json!({ "municipality": "GM0363" })).await.expect(200);
        themselves.put(&put, "*", &utrecht).await.expect(200);
        assert_eq!(given::count(&app.db, asked).await, 1);
        // Who moves on before the answer: the executive they leave is asked no longer.
        themselves.put(&put, "*", &json!({ "municipality": "GM0363" })).await.expect(200);
        assert_eq!(given::count(&app.db, asked).await, 0);
        themselves.put(&put, "*", &utrecht).await.expect(200);
        assert_eq!(given::count(&app.db, asked).await, 1);
        // Who leaves is asked about no longer.
        let departure = format!("{}/departure", path(&member));
        themselves.post(&departure, &json!({})).await.expect(200);
        assert_eq!(given::count(&app.db, asked).await, 0);
    }

    async fn me_names_what_somebody_belongs_to(db: TestDb) {
        // mission: N1
        let app = TestApp::start(db).await;
        let member = a_member(&app, "Lichting 2026", "lid@example.nl").await;
        let network = given::themed_network(&app.db, "Netwerk schulden").await;
        given::member(&app.db, given::amsterdam(), &network, member.person).await;
        let me = as_member(&app, member.person).get("/v1/me").await.expect(200).json();
        let expected = json!([
            { "kind": "associate_member", "id": member.id, "sinceOn": "2026-03-02" },
            { "kind": "learning_network", "id": network.id, "sinceOn": "2026-03-02" }
        ]);
        assert_eq!(me["memberships"], expected);
        let nobody = app.as_coordinator().get("/v1/me").await.expect(200).json();
        assert_eq!(nobody["memberships"], json!([]));
    }
}
