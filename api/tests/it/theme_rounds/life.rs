//! Every state of a theme round, every action and every role; and what is refused.

use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use reqwest::Method;
use serde_json::json;

use super::{ROUNDS, members, open_round, pass_until, propose, themselves, votes};
use crate::app::{Answer, Caller, TestApp};

fn field(name: &str, code: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), code.to_owned())]
}

async fn act(caller: &Caller<'_>, round: &str, action: &str, proposal: &str) -> Answer {
    match action {
        "change" => caller.patch(round, "*", &json!({ "name": "Anders" })).await,
        "propose" => propose(caller, round, "ageing").await,
        "vote" => {
            caller
                .post(&format!("{round}/votes"), &votes(&[(proposal, 1, 1)]))
                .await
        }
        "close" => {
            caller
                .call(Method::POST, &format!("{round}/closure"))
                .send()
                .await
        }
        "cancel" => {
            let reason = json!({ "reason": "Later" });
            caller.post(&format!("{round}/cancellation"), &reason).await
        }
        other => panic!("no such action: {other}"),
    }
}

const ACTIONS: [&str; 5] = ["change", "propose", "vote", "close", "cancel"];

on_both_databases! {
    async fn every_state_and_role_allows_exactly_what_allowed_actions_says(db: TestDb) {
        // mission: N6; security: 19, 26
        let app = TestApp::start(db).await;
        let them = members(&app, ["anna@example.nl"]).await;
        let coordinator = app.as_coordinator();
        for state in ["open", "closed", "cancelled"] {
            for role in Role::ALL {
                for action in ACTIONS {
                    let round = open_round(&app).await;
                    let proposal = propose(&themselves(&app, &them[0]), &round, "loneliness").await;
                    let proposal = proposal.expect(201).text_at("/id");
                    match state {
                        "closed" => act(&coordinator, &round, "close", "").await.expect(200),
                        "cancelled" => act(&coordinator, &round, "cancel", "").await.expect(200),
                        _ => coordinator.get(&round).await.expect(200),
                    };
                    let caller = match role {
                        Role::Member => themselves(&app, &them[0]),
                        Role::Municipality
                        | Role::Adviser
                        | Role::Coordinator
                        | Role::Ops
                        | Role::Auditor
                        | Role::MailGateway => app.as_any(*role),
                    };
                    let name = format!("{role} {state} {action}");
                    let may = match *role {
                        Role::Coordinator => !matches!(action, "propose" | "vote"),
                        Role::Member => matches!(action, "propose" | "vote"),
                        Role::Municipality
                        | Role::Adviser
                        | Role::Ops
                        | Role::Auditor
                        | Role::MailGateway => false,
                    };
                    let reads = matches!(role, Role::Coordinator | Role::Adviser | Role::Member);
                    let read = caller.get(&round).await;
                    let done = act(&caller, &round, action, &proposal).await;
                    if !reads {
                        assert_eq!((read.status, done.status), (403, 403), "{name}");
                        continue;
                    }
                    let body = read.expect(200).json();
                    assert_eq!(body["status"], state, "{name}");
                    let told = body["allowedActions"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .find(|told| told["action"] == action)
                        .unwrap();
                    let possible = state == "open";
                    let reason = match (may, possible) {
                        (false, _) => json!("scope"),
                        (true, false) => json!("state"),
                        (true, true) => json!(null),
                    };
                    assert_eq!(told["reason"], reason, "{name}");
                    assert_eq!(told["allowed"], may && possible, "{name}");
                    let expected = match (may, possible) {
                        (false, _) => 403,
                        (true, false) => 409,
                        (true, true) if action == "propose" => 201,
                        (true, true) => 200,
                    };
                    assert_eq!(done.status, expected, "{name}: {}", done.text);
                }
            }
        }
    }

    async fn nothing_is_chosen_after_the_last_day_though_nobody_closed_the_round(db: TestDb) {
        // mission: N6
        let app = TestApp::start(db).await;
        let round = open_round(&app).await;
        let them = members(&app, ["anna@example.nl"]).await;
        app.clock.turn_to("2026-03-10T22:59:59Z".parse().unwrap());
        // Tokens live for twelve hours.
        let anna = themselves(&app, &them[0]);
        let proposal = propose(&anna, &round, "loneliness").await.expect(201).text_at("/id");
        act(&anna, &round, "vote", &proposal).await.expect(200);
        app.clock.turn_to("2026-03-10T23:00:00Z".parse().unwrap());
        let late = act(&anna, &round, "vote", &proposal).await;
        assert_eq!(late.problem(409, "theme-round-over")["closesOn"], "2026-03-10");
        propose(&anna, &round, "ageing").await.problem(409, "theme-round-over");
        let seen = anna.get(&round).await.expect(200).json();
        assert_eq!(seen["status"], "open");
        for told in seen["allowedActions"].as_array().unwrap() {
            if ["propose", "vote"].contains(&told["action"].as_str().unwrap()) {
                assert_eq!(told["reason"], "state", "{told}");
            }
        }
        // With another last day it goes on.
        let longer = json!({ "closesOn": "2026-03-11" });
        app.as_coordinator().patch(&round, "*", &longer).await.expect(200);
        act(&anna, &round, "vote", &proposal).await.expect(200);
        assert_eq!(pass_until(&app, "2026-03-11T23:00:00Z").await, 1);
        let problem = act(&themselves(&app, &them[0]), &round, "vote", &proposal).await;
        assert_eq!(problem.problem(409, "invalid-transition")["currentStatus"], "closed");
    }

    async fn only_members_who_take_part_choose_and_from_what_there_is(db: TestDb) {
        // mission: N6; security: 26
        let app = TestApp::start(db).await;
        let round = open_round(&app).await;
        let other_round = open_round(&app).await;
        let them = members(&app, ["anna@example.nl", "bram@example.nl"]).await;
        let (anna, bram) = (themselves(&app, &them[0]), themselves(&app, &them[1]));
        let elsewhere = propose(&bram, &other_round, "loneliness").await.expect(201).text_at("/id");
        assert_eq!(propose(&anna, &round, "no-such-theme").await.invalid(), field("/theme", "unknown"));
        let retired = app.as_coordinator();
        retired
            .call(Method::POST, "/v1/themes/ageing/retirement")
            .header("if-match", "*")
            .send()
            .await
            .expect(200);
        assert_eq!(propose(&anna, &round, "ageing").await.invalid(), field("/theme", "unknown"));
        let mine = propose(&anna, &round, "loneliness").await.expect(201).text_at("/id");
        propose(&bram, &round, "loneliness").await.problem(409, "already-exists");
        let cast = format!("{round}/votes");
        assert_eq!(
            anna.post(&cast, &votes(&[(&mine, 1, 1), (&elsewhere, 1, 1)])).await.invalid(),
            field("/votes/1/proposal", "unknown")
        );
        assert_eq!(
            anna.post(&cast, &votes(&[(&mine, 1, 1), (&mine, 2, 2)])).await.invalid(),
            field("/votes/1/proposal", "duplicate")
        );
        for (experience, interest) in [(6, 0), (0, -1)] {
            let fields = anna.post(&cast, &votes(&[(&mine, experience, interest)])).await.invalid();
            assert_eq!(fields.len(), 1);
        }
        // A login that is no person, and one that is no member.
        act(&app.as_role(Role::Member), &round, "vote", &mine).await.problem(403, "person-required");
        let pause = format!("/v1/members/{}/pause", them[1].id);
        app.as_coordinator().post(&pause, &json!({})).await.expect(200);
        act(&bram, &round, "vote", &mine).await.problem(403, "forbidden");
        let departure = format!("/v1/members/{}/departure", them[1].id);
        app.as_coordinator().post(&departure, &json!({})).await.expect(200);
        act(&bram, &round, "vote", &mine).await.problem(403, "forbidden");
        assert_eq!(bram.get(&cast).await.expect(200).json()["votes"], json!([]));
    }

    async fn what_is_wrong_with_a_round_is_named(db: TestDb) {
        // security: 34, 35, 55
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        let past = json!({ "name": "Ronde", "closesOn": "2026-03-01" });
        assert_eq!(coordinator.post(ROUNDS, &past).await.invalid(), field("/closesOn", "out-of-range"));
        let bad = json!({ "name": " ", "closesOn": "ooit", "weights": {} });
        let fields = coordinator.post(ROUNDS, &bad).await.invalid();
        let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["/closesOn", "/name", "/weights"]);
        let round = open_round(&app).await;
        let call = coordinator.call(Method::PATCH, &round).json(&json!({}));
        call.send().await.problem(428, "precondition-required");
        coordinator.patch(&round, "\"7-00\"", &json!({})).await.problem(412, "stale");
        let blank = coordinator.post(&format!("{round}/cancellation"), &json!({ "reason": " " })).await;
        assert_eq!(blank.invalid()[0].0, "/reason");
        let missing = format!("{ROUNDS}/019b76da-0000-7000-8000-00000000dead");
        coordinator.get(&missing).await.problem(404, "not-found");
        coordinator.get(&format!("{missing}/ranking")).await.problem(404, "not-found");
    }
}
