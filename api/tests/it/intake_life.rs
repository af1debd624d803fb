//! Every state, action and role of an intake over HTTP: what the table allows, what
//! `allowedActions` says, and what happens when it is tried.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use koplopers_shared::access::{Actor, Role};
use koplopers_shared::decisions::DecisionOutcome;
use koplopers_shared::ids::IntakeId;
use koplopers_shared::intakes::{self, Intake, IntakeAction, IntakeStatus};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use koplopers_shared::words::MunicipalityCode;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, Caller, TestApp};

use IntakeAction as A;
use IntakeStatus as S;
use Role as R;

const OPEN: &[S] = &[
    S::Draft,
    S::Submitted,
    S::TalkPlanned,
    S::Assessing,
    S::Matched,
    S::Waitlisted,
];

/// Which action is possible in which states, by whom, and what it leads to.
const TABLE: &[(A, &[S], &[R], S)] = &[
    (
        A::Change,
        &[S::Draft],
        &[R::Municipality, R::Coordinator],
        S::Draft,
    ),
    (
        A::Submit,
        &[S::Draft],
        &[R::Municipality, R::Coordinator],
        S::Submitted,
    ),
    (
        A::PlanTalk,
        &[S::Submitted],
        &[R::Adviser, R::Coordinator],
        S::TalkPlanned,
    ),
    (
        A::CancelTalk,
        &[S::TalkPlanned],
        &[R::Adviser, R::Coordinator],
        S::Submitted,
    ),
    (
        A::StartAssessment,
        &[S::TalkPlanned],
        &[R::Adviser, R::Coordinator],
        S::Assessing,
    ),
    (
        A::Assess,
        &[S::Assessing],
        &[R::Adviser, R::Coordinator],
        S::Assessing,
    ),
    (A::Settle, &[S::Assessing], &[R::Coordinator], S::Assessing),
    (
        A::Refer,
        &[S::Submitted, S::Assessing],
        &[R::Adviser, R::Coordinator],
        S::Referred,
    ),
    (A::Match, &[S::Assessing], &[R::Coordinator], S::Matched),
    (
        A::Decline,
        &[S::Assessing, S::Matched, S::Waitlisted],
        &[R::Coordinator],
        S::Declined,
    ),
    (
        A::StartTrajectory,
        &[S::Matched],
        &[R::Adviser, R::Coordinator],
        S::Started,
    ),
    (
        A::Withdraw,
        OPEN,
        &[R::Municipality, R::Coordinator],
        S::Withdrawn,
    ),
];

/// What makes intakes in a state, each of another municipality.
struct Stage<'a> {
    app: &'a TestApp,
    next: AtomicUsize,
}

impl Stage<'_> {
    fn municipality(&self) -> MunicipalityCode {
        given::municipality_number(self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// An intake in a state, in which `action` has all it needs.
    async fn intake(&self, status: S, action: A) -> Intake {
        let (db, code, programme) = (&self.app.db, self.municipality(), "versnelling");
        match status {
            S::Draft => given::draft(db, code, programme).await,
            S::Submitted => given::submitted(db, code, programme).await,
            S::TalkPlanned => {
                let intake = given::submitted(db, code, programme).await;
                if action == A::CancelTalk {
                    given::talk_planned(db, &intake).await;
                } else {
                    given::talk_held(db, &intake).await;
                }
                given::reread(db, intake.id).await
            }
            S::Assessing => given::assessed(db, code, programme).await,
            S::Matched => given::matched(db, code, programme).await,
            S::Waitlisted => given::matched(db, code, "inclusief").await,
            S::Referred => self.moved(S::Assessing, A::Refer).await,
            S::Started => self.moved(S::Matched, A::StartTrajectory).await,
            S::Withdrawn => self.moved(S::Submitted, A::Withdraw).await,
            S::Declined => {
                let intake = given::assessed(db, code, programme).await;
                let (outcome, at) = (DecisionOutcome::Decline, given::now().at);
                given::decided(db, intake.id, outcome, at).await.unwrap().1
            }
        }
    }

    /// An intake that was moved on without what the action brings about elsewhere.
    async fn moved(&self, from: S, action: A) -> Intake {
        let intake = Box::pin(self.intake(from, action)).await;
        let write = self.app.db.write(move |conn| {
            let actor = Arc::new(Actor::system("test"));
            intakes::move_on(conn, &actor, given::now(), intake.clone(), action, None)
        });
        write.await.unwrap()
    }
}

fn caller<'a>(app: &'a TestApp, role: Role, intake: &Intake) -> Caller<'a> {
    match role {
        R::Municipality => app.as_municipality(&intake.municipality.to_string()),
        R::Adviser | R::Coordinator | R::Member | R::Ops | R::Auditor | R::MailGateway => {
            app.as_role(role)
        }
    }
}

/// Tries an action; nothing for those that other tests try, or without a talk to call off.
async fn attempt(app: &TestApp, by: &Caller<'_>, intake: IntakeId, action: A) -> Option<Answer> {
    let of = |part: &str| format!("/v1/intakes/{intake}{part}");
    let with = async |method: Method, path: String, body: Value| {
        by.call(method, &path)
            .header("if-match", "*")
            .json(&body)
            .send()
            .await
    };
    let answer = match action {
        A::Change => with(Method::PATCH, of(""), json!({})).await,
        A::Submit => by.call(Method::POST, &of("/submission")).send().await,
        A::PlanTalk => {
            let body = json!({
                "localStart": "2026-03-12T14:00", "localEnd": "2026-03-12T15:00", "place": "Stadhuis"
            });
            by.post(&of("/talk"), &body).await
        }
        A::CancelTalk => {
            let talks = app
                .as_coordinator()
                .get(&format!("/v1/meetings?intake={intake}"))
                .await;
            let talks = talks.expect(200).json();
            let id = talks["items"][0]["id"].as_str()?;
            with(
                Method::POST,
                format!("/v1/meetings/{id}/cancellation"),
                json!({}),
            )
            .await
        }
        A::StartAssessment => by.call(Method::POST, &of("/assessment")).send().await,
        A::Assess => with(Method::PATCH, of("/assessment"), json!({})).await,
        A::Settle => {
            let settled: Vec<Value> = given::catalogue_of("versnelling")
                .criteria
                .iter()
                .map(|it| json!({ "criterion": it.key, "value": "met" }))
                .collect();
            let body = json!({ "settlements": settled });
            with(Method::PUT, of("/assessment/settlement"), body).await
        }
        A::Match => {
            by.post(&of("/decision"), &json!({ "outcome": "match" }))
                .await
        }
        A::Decline => {
            let body = json!({ "outcome": "decline", "reason": "Te vroeg." });
            by.post(&of("/decision"), &body).await
        }
        A::Withdraw => by.post(&of("/withdrawal"), &json!({})).await,
        A::Refer | A::StartTrajectory | A::Waitlist | A::TakePlace => return None,
    };
    Some(answer)
}

on_both_databases! {
    // mission: I1, L1, T1
    async fn every_action_in_every_state_by_every_role_follows_the_table(db: TestDb) {
        let app = TestApp::start(db).await;
        let stage = Stage { app: &app, next: AtomicUsize::new(0) };
        // A round without room, for those who wait.
        given::round(&app.db, 1).await;
        given::matched(&app.db, stage.municipality(), "inclusief").await;
        for status in S::ALL {
            let intake = stage.intake(*status, A::Withdraw).await;
            assert_eq!(intake.status, *status);
            for role in R::ALL {
                let by = caller(&app, *role, &intake);
                let read = by.get(&format!("/v1/intakes/{}", intake.id)).await;
                let shown = match role {
                    R::Municipality | R::Adviser | R::Coordinator => Some(read.expect(200).json()),
                    R::Member | R::Ops | R::Auditor | R::MailGateway => {
                        read.problem(403, "forbidden");
                        None
                    }
                };
                if let Some(shown) = &shown {
                    let all = shown["allowedActions"].as_array().unwrap();
                    assert_eq!(all.len(), TABLE.len(), "{shown}");
                }
                for (action, states, roles, leads_to) in TABLE {
                    let name = format!("{status} {action} {role}");
                    let (may, can) = (roles.contains(role), states.contains(status));
                    if let Some(shown) = &shown {
                        let expected = match (may, can) {
                            (true, true) => json!({ "action": action, "allowed": true, "reason": null }),
                            (false, _) => json!({ "action": action, "allowed": false, "reason": "scope" }),
                            (true, false) => json!({ "action": action, "allowed": false, "reason": "state" }),
                        };
                        let all = shown["allowedActions"].as_array().unwrap();
                        assert!(all.contains(&expected), "{name}: {shown}");
                    }
                    if may && can {
                        let fresh = stage.intake(*status, *action).await;
                        let by = caller(&app, *role, &fresh);
                        let Some(answer) = attempt(&app, &by, fresh.id, *action).await else { continue };
                        assert!(answer.status < 300, "{name}: {}", answer.text);
                        assert_eq!(given::reread(&app.db, fresh.id).await.status, *leads_to, "{name}");
                        continue;
                    }
                    let Some(answer) = attempt(&app, &by, intake.id, *action).await else { continue };
                    if may {
                        answer.problem(409, "invalid-transition");
                    } else {
                        answer.problem(403, "forbidden");
                    }
                }
            }
            let untouched = given::reread(&app.db, intake.id).await;
            assert_eq!(untouched.version, intake.version, "{status}: a refusal changed something");
        }
    }
}
