//! Every state of a nomination and of a candidacy, every action and every role: what the table
//! allows, what `allowedActions` says, and what happens when it is tried.

use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::prelude::*;
use koplopers_shared::access::{Actor, Role};
use koplopers_shared::candidacies::{self, Candidacy, CandidacyAction, CandidacyStatus};
use koplopers_shared::db::columns::At;
use koplopers_shared::db::schema::{candidacies as candidacies_table, reviews};
use koplopers_shared::db::{DbConn, DbResult};
use koplopers_shared::ids::{CohortId, PersonId, ReviewId};
use koplopers_shared::links::{self, LinkPurpose};
use koplopers_shared::nominations::{NominationAction, NominationStatus};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use serde_json::{Value, json};

use super::open::submit;
use super::{CANDIDACIES, NOMINATIONS, body, nominate};
use crate::app::{Answer, TestApp};

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
    reviewers: [PersonId; 2],
    cohort: CohortId,
}

impl<'a> Stage<'a> {
    async fn new(app: &'a TestApp) -> Self {
        let one = given::somebody(&app.db, "een@example.org", None).await;
        let other = given::somebody(&app.db, "twee@example.org", None).await;
        Self {
            app,
            next: AtomicUsize::new(0),
            reviewers: [one, other],
            cohort: given::cohort(&app.db, "Lichting 2026").await,
        }
    }

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

    /// The same, with what `action` asks for besides the state.
    async fn ready_for(&self, action: A, status: S) -> Candidacy {
        if matches!(action, A::ReplaceGiver | A::GiveConsent | A::RefuseConsent) {
            let open = self.candidacy(S::Open).await;
            let path = format!("{CANDIDACIES}/{}/consent", open.id);
            let coordinator = self.app.as_coordinator();
            coordinator.post(&path, &self.giver()).await.expect(201);
            return open;
        }
        let candidacy = self.candidacy(status).await;
        let path = format!("{CANDIDACIES}/{}", candidacy.id);
        let change = if action == A::SkipConsent {
            json!({ "municipality": null })
        } else if action == A::Invite {
            json!({ "cohort": self.cohort })
        } else {
            return candidacy;
        };
        let changed = self.app.as_coordinator().patch(&path, "*", &change).await;
        changed.expect(200);
        if action == A::Invite {
            self.reviewed(&candidacy, Some(4)).await;
        }
        candidacy
    }

    /// Asks both reviewers, who gave `mark` if there is one.
    async fn reviewed(&self, candidacy: &Candidacy, mark: Option<i32>) -> Vec<ReviewId> {
        let (of, reviewers) = (candidacy.id, self.reviewers);
        let write = self.app.db.write(move |conn| -> DbResult<Vec<ReviewId>> {
            let mut ids = Vec::new();
            for reviewer in reviewers {
                let id = ReviewId::generate();
                let at = At(given::now().at);
                diesel::insert_into(reviews::table)
                    .values((
                        reviews::id.eq(id),
                        reviews::version.eq(1_i64),
                        reviews::candidacy.eq(of),
                        reviews::reviewer.eq(reviewer),
                        reviews::assigned_at.eq(at),
                        reviews::innovation.eq(mark),
                        reviews::impact.eq(mark),
                        reviews::handed_in_at.eq(mark.map(|_| at)),
                        reviews::updated_at.eq(at),
                    ))
                    .execute(conn)?;
                ids.push(id);
            }
            Ok(ids)
        });
        write.await.unwrap()
    }

    fn giver(&self) -> Value {
        let person = json!({ "name": "Gerda Gever", "email": self.address() });
        json!({ "newPerson": person, "role": "gemeentesecretaris" })
    }

    /// The candidate's page, as the mail to them would have it.
    async fn page(&self, candidacy: &Candidacy) -> String {
        let (keys, now) = (self.app.state.auth.keys().clone(), self.app.now());
        let (of, to) = (candidacy.id.0, candidacy.person);
        let until = now + jiff::SignedDuration::from_hours(24);
        let made = self.app.db.write(move |conn| {
            links::make(conn, &keys, LinkPurpose::Candidate, of, to, until, now)
        });
        LinkPurpose::Candidate.path(&made.await.unwrap())
    }
}

/// Tries an action; nothing for those that take the candidate's link or the service itself.
async fn attempt(stage: &Stage<'_>, role: R, candidacy: &Candidacy, action: A) -> Option<Answer> {
    let by = stage.app.as_any(role);
    let path = format!("{CANDIDACIES}/{}", candidacy.id);
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
        A::RequestConsent => {
            let path = format!("{path}/consent");
            by.post(&path, &stage.giver()).await
        }
        A::ReplaceGiver => {
            let path = format!("{path}/consent/giver");
            by.put(&path, "*", &stage.giver()).await
        }
        A::SkipConsent => {
            let path = format!("{path}/consent/exemption");
            by.post(&path, &json!({ "reason": "Zonder werkgever." }))
                .await
        }
        A::GiveConsent | A::RefuseConsent => {
            let answer = if action == A::GiveConsent {
                "give"
            } else {
                "refuse"
            };
            let body = json!({
                "answer": answer, "name": "Gerda Gever", "role": "Gemeentesecretaris",
                "evidence": "Brief van 4 maart 2026."
            });
            by.post(&format!("{path}/consent/answer"), &body).await
        }
        A::AssignReviewers => {
            let body = json!({ "reviewers": stage.reviewers });
            by.post(&format!("{path}/reviews"), &body).await
        }
        A::Review => {
            let review = stage.reviewed(candidacy, None).await[0];
            // A municipality's token is no reviewer's.
            let by = if role == R::Municipality {
                by
            } else {
                stage.app.as_person(stage.reviewers[0], role)
            };
            let body = json!({ "innovation": 4, "impact": 4, "remark": "Goed." });
            by.put(&format!("/v1/reviews/{review}"), "*", &body).await
        }
        A::Invite => {
            let body = json!({ "outcome": "invite" });
            by.post(&format!("{path}/decision"), &body).await
        }
        A::Reject => {
            let body = json!({ "outcome": "reject", "reason": "Dit jaar niet." });
            by.post(&format!("{path}/decision"), &body).await
        }
        A::ExpireConsent | A::Accept | A::Decline | A::Withdraw => return None,
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
        let stage = Stage::new(&app).await;
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
                    // Members review, and see of the candidacy what is in the review.
                    let tries = may || (*action, *role) == (A::Review, R::Member);
                    if let Some(shown) = &shown {
                        let all = shown["allowedActions"].as_array().unwrap();
                        assert_eq!(all.len(), TABLE.len(), "{shown}");
                        let expected = promised(action.as_str(), may, can);
                        assert!(all.contains(&expected), "{name}: {shown}");
                    }
                    if tries && can {
                        let fresh = stage.ready_for(*action, *status).await;
                        let Some(answer) = attempt(&stage, *role, &fresh, *action).await else { continue };
                        assert!(answer.status < 300, "{name}: {}", answer.text);
                        let after = app.as_coordinator().get(&format!("{CANDIDACIES}/{}", fresh.id)).await;
                        let expected = action.leads_to().unwrap_or(*status);
                        assert_eq!(after.expect(200).text_at("/status"), expected.as_str(), "{name}");
                        continue;
                    }
                    // Whom a review was asked of is not asked twice.
                    let tried = if *action == A::Review {
                        stage.candidacy(*status).await
                    } else {
                        candidacy.clone()
                    };
                    let Some(answer) = attempt(&stage, *role, &tried, *action).await else { continue };
                    if tries {
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

    // mission: N1, N2; security: 61, 64
    async fn every_action_of_the_candidate_in_every_state_follows_the_table(db: TestDb) {
        let app = TestApp::start(db).await;
        let stage = Stage::new(&app).await;
        for status in S::ALL {
            for action in [A::Accept, A::Decline, A::Withdraw] {
                let candidacy = stage.candidacy(*status).await;
                let (id, cohort) = (candidacy.id, stage.cohort);
                let put = move |conn: &mut DbConn| -> DbResult<usize> {
                    let found = candidacies_table::table.find(id);
                    Ok(diesel::update(found).set(candidacies_table::cohort.eq(cohort)).execute(conn)?)
                };
                app.db.write(put).await.unwrap();
                let page = stage.page(&candidacy).await;
                let fields: &[(&str, &str)] = if action == A::Accept {
                    &[("act", "accept"), ("name", "Kim Kandidaat")]
                } else if action == A::Decline {
                    &[("act", "decline"), ("sure", "yes")]
                } else {
                    &[("act", "object"), ("sure", "yes")]
                };
                let answer = submit(&app, &page, fields).await;
                let name = format!("{status} {action}: {}", answer.text);
                let leads_to = action.leads_to().unwrap();
                let after = app.as_coordinator().get(&format!("{CANDIDACIES}/{id}")).await.expect(200);
                let after = after.text_at("/status");
                let (_, states, _) = TABLE.iter().find(|(acts, ..)| *acts == action).unwrap();
                // The same answer again is no other answer; and whoever is on file may object to that.
                let repeated = *status == leads_to || (action == A::Withdraw && *status != S::Admitted);
                if states.contains(status) {
                    assert_eq!((answer.status, after.as_str()), (200, leads_to.as_str()), "{name}");
                } else {
                    assert_eq!(after, status.as_str(), "{name}");
                    assert_eq!(answer.status, if repeated { 200 } else { 409 }, "{name}");
                }
            }
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
