//! Every state of a nomination and of a candidacy, every action and every role: what the table
//! allows, what `allowedActions` says, and what happens when it is tried.

use std::sync::atomic::{AtomicUsize, Ordering};

use koplopers_shared::access::{Actor, Role};
use koplopers_shared::candidacies::{self, Candidacy, CandidacyAction, CandidacyStatus};
use koplopers_shared::nominations::{NominationAction, NominationStatus};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use serde_json::{Value, json};

use super::{CANDIDACIES, NOMINATIONS, body, nominate};
use crate::app::{Answer, Caller, TestApp};

use CandidacyAction as A;
use CandidacyStatus as S;
use Role as R;

const UNDECIDED: &[S] = &[
    S::Open,
    S::ConsentRequested,
    S::ConsentRefused,
    S::ConsentExpired,
    S::Consented,
];

const UNDER_WAY: &[S] = &[
    S::Open,
    S::ConsentRequested,
    S::ConsentRefused,
    S::ConsentExpired,
    S::Consented,
    S::CandidateInvited,
];

/// Which action is possible in which states, and by whom of those who see candidacies.
const TABLE: &[(A, &[S], &[R])] = &[
    (A::Tell, UNDER_WAY, &[R::Coordinator]),
    (A::Merge, UNDER_WAY, &[R::Coordinator]),
    (A::Split, UNDER_WAY, &[R::Coordinator]),
    (
        A::RequestConsent,
        &[S::Open, S::ConsentRefused, S::ConsentExpired],
        &[R::Coordinator],
    ),
    (A::ReplaceGiver, &[S::ConsentRequested], &[R::Coordinator]),
    (A::SkipConsent, &[S::Open], &[R::Coordinator]),
    (A::GiveConsent, &[S::ConsentRequested], &[R::Coordinator]),
    (A::RefuseConsent, &[S::ConsentRequested], &[R::Coordinator]),
    (A::AssignReviewers, UNDECIDED, &[R::Coordinator]),
    (A::Review, UNDECIDED, &[R::Adviser, R::Coordinator]),
    (A::Invite, &[S::Consented], &[R::Coordinator]),
    (A::Accept, &[S::CandidateInvited], &[]),
    (A::Decline, &[S::CandidateInvited], &[]),
    (A::Reject, UNDECIDED, &[R::Coordinator]),
    (A::Withdraw, UNDER_WAY, &[]),
];

/// The way to a state.
const fn way_to(status: S) -> &'static [A] {
    match status {
        S::Open => &[],
        S::ConsentRequested => &[A::RequestConsent],
        S::ConsentRefused => &[A::RequestConsent, A::RefuseConsent],
        S::ConsentExpired => &[A::RequestConsent, A::ExpireConsent],
        S::Consented => &[A::SkipConsent],
        S::CandidateInvited => &[A::SkipConsent, A::Invite],
        S::Admitted => &[A::SkipConsent, A::Invite, A::Accept],
        S::CandidateDeclined => &[A::SkipConsent, A::Invite, A::Decline],
        S::Rejected => &[A::Reject],
        S::Withdrawn => &[A::Withdraw],
    }
}

/// What makes candidacies in a state, each of somebody else.
struct Stage<'a> {
    app: &'a TestApp,
    next: AtomicUsize,
}

impl Stage<'_> {
    fn address(&self) -> String {
        format!(
            "kim{}@example.nl",
            self.next.fetch_add(1, Ordering::Relaxed)
        )
    }

    /// A candidacy with two nominations, moved on without what that brings about elsewhere.
    async fn candidacy(&self, status: S) -> Candidacy {
        let email = self.address();
        let name = format!("Kim {email}");
        given::candidacy(&self.app.db, &name, &email).await;
        let candidacy = given::candidacy(&self.app.db, &name, &email).await;
        let write = self.app.db.write(move |conn| {
            let actor = Actor::system("test");
            let mut moved = candidacy.clone();
            for action in way_to(status) {
                moved = candidacies::move_on(conn, &actor, given::now(), moved, *action, None)?;
            }
            Ok::<_, candidacies::MoveCandidacyError>(moved)
        });
        write.await.unwrap()
    }
}

/// Tries an action; nothing for those of consent, review and decision, which have their own test.
async fn attempt(stage: &Stage<'_>, by: &Caller<'_>, id: &str, action: A) -> Option<Answer> {
    let path = format!("{CANDIDACIES}/{id}");
    Some(match action {
        A::Tell => {
            let how = json!({ "how": "Gebeld." });
            by.post(&format!("{path}/notice"), &how).await
        }
        A::Merge => {
            let other = stage.candidacy(S::Open).await.id;
            let body = json!({ "candidacy": other });
            by.post(&format!("{path}/merger"), &body).await
        }
        A::Split => {
            let coordinator = stage.app.as_coordinator();
            let seen = coordinator.get(&path).await.expect(200);
            let body = json!({ "nominations": [seen.text_at("/nominations/0/id")] });
            by.post(&format!("{path}/split"), &body).await
        }
        A::RequestConsent
        | A::ReplaceGiver
        | A::SkipConsent
        | A::GiveConsent
        | A::RefuseConsent
        | A::ExpireConsent
        | A::AssignReviewers
        | A::Review
        | A::Invite
        | A::Accept
        | A::Decline
        | A::Reject
        | A::Withdraw => return None,
    })
}

fn promised(action: &str, may: bool, can: bool) -> Value {
    match (may, can) {
        (true, true) => json!({ "action": action, "allowed": true, "reason": null }),
        (false, _) => json!({ "action": action, "allowed": false, "reason": "scope" }),
        (true, false) => json!({ "action": action, "allowed": false, "reason": "state" }),
    }
}

on_both_databases! {
    // mission: N2, N3, N4; security: 19
    async fn every_action_on_a_candidacy_in_every_state_by_every_role_follows_the_table(db: TestDb) {
        let app = TestApp::start(db).await;
        let stage = Stage { app: &app, next: AtomicUsize::new(0) };
        for status in S::ALL {
            let candidacy = stage.candidacy(*status).await;
            assert_eq!(candidacy.status, *status);
            let id = candidacy.id.to_string();
            for role in R::ALL {
                let by = app.as_any(*role);
                let read = by.get(&format!("{CANDIDACIES}/{id}")).await;
                let shown = match role {
                    R::Adviser | R::Coordinator => Some(read.expect(200).json()),
                    R::Municipality | R::Member | R::Ops | R::Auditor | R::MailGateway => {
                        read.problem(403, "forbidden");
                        None
                    }
                };
                for (action, states, roles) in TABLE {
                    let name = format!("{status} {action} {role}");
                    let (may, can) = (roles.contains(role), states.contains(status));
                    if let Some(shown) = &shown {
                        let all = shown["allowedActions"].as_array().unwrap();
                        assert_eq!(all.len(), TABLE.len(), "{shown}");
                        let expected = promised(action.as_str(), may, can);
                        assert!(all.contains(&expected), "{name}: {shown}");
                    }
                    if may && can {
                        let fresh = stage.candidacy(*status).await.id.to_string();
                        let Some(answer) = attempt(&stage, &by, &fresh, *action).await else { continue };
                        assert!(answer.status < 300, "{name}: {}", answer.text);
                        let after = app.as_coordinator().get(&format!("{CANDIDACIES}/{fresh}")).await;
                        assert_eq!(after.expect(200).text_at("/status"), status.as_str(), "{name}");
                        continue;
                    }
                    let Some(answer) = attempt(&stage, &by, &id, *action).await else { continue };
                    if may {
                        answer.problem(409, "invalid-transition");
                    } else {
                        answer.problem(403, "forbidden");
                    }
                }
            }
            let untouched = app.as_coordinator().get(&format!("{CANDIDACIES}/{id}")).await.expect(200);
            let version = format!("\"{}-", candidacy.version);
            assert!(untouched.header("etag").starts_with(&version), "{status}: a refusal changed something");
        }
    }

    // mission: N2; security: 19
    async fn every_action_on_a_nomination_in_every_state_by_every_role_follows_the_table(db: TestDb) {
        let app = TestApp::start(db).await;
        // Withdraw is for whoever nominated, and for the coordinator; confirm takes the link.
        let may = |role: R| matches!(role, R::Municipality | R::Coordinator);
        for status in NominationStatus::ALL {
            for role in R::ALL {
                let by = app.as_any(*role);
                let id = match status {
                    NominationStatus::Unconfirmed => {
                        let open = body("Kim Kandidaat", "kim@example.nl");
                        app.anonymous().post("/v1/open-nominations", &open).await.expect(202);
                        let held = app.as_coordinator().get(&format!("{NOMINATIONS}?status=unconfirmed")).await;
                        held.text_at("/items/0/id")
                    }
                    NominationStatus::Submitted | NominationStatus::Withdrawn => {
                        let owner = app.as_municipality("GM0363");
                        let made = nominate(&owner, &body("Kim Kandidaat", "kim@example.nl")).await;
                        let id = made.expect(201).text_at("/id");
                        if *status == NominationStatus::Withdrawn {
                            let path = format!("{NOMINATIONS}/{id}/withdrawal");
                            owner.post(&path, &json!({})).await.expect(200);
                        }
                        id
                    }
                };
                let is_theirs = *status != NominationStatus::Unconfirmed;
                let sees = match role {
                    R::Adviser | R::Coordinator => true,
                    R::Municipality => is_theirs,
                    R::Member | R::Ops | R::Auditor | R::MailGateway => false,
                };
                let holds_scope = role.permits().contains(koplopers_shared::access::Permit::NominationsWrite);
                let read = by.get(&format!("{NOMINATIONS}/{id}")).await;
                if sees {
                    let shown = read.expect(200).json();
                    assert_eq!(shown["status"], status.as_str());
                    for action in NominationAction::ALL {
                        let (may, can) = match action {
                            NominationAction::Confirm => (false, false),
                            NominationAction::Withdraw => (may(*role), *status == NominationStatus::Submitted),
                        };
                        let expected = promised(action.as_str(), may, can);
                        let all = shown["allowedActions"].as_array().unwrap();
                        assert_eq!(all.len(), NominationAction::ALL.len());
                        assert!(all.contains(&expected), "{status} {action} {role}: {shown}");
                    }
                } else {
                    assert_eq!(read.status, if holds_scope { 404 } else { 403 }, "{status} {role}");
                }
                let tried = by.post(&format!("{NOMINATIONS}/{id}/withdrawal"), &json!({})).await;
                let expected = match (holds_scope, sees, may(*role), *status) {
                    (false, ..) | (true, true, false, _) => 403,
                    (true, false, ..) => 404,
                    (true, true, true, NominationStatus::Submitted) => 200,
                    (true, true, true, _) => 409,
                };
                assert_eq!(tried.status, expected, "{status} {role}: {}", tried.text);
            }
        }
    }
}
