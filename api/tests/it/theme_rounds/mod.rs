//! Theme rounds over HTTP (N6).

mod life;
mod result;

use koplopers_shared::clock::LocalNow;
use koplopers_shared::members::Member;
use koplopers_shared::testing::given;
use koplopers_shared::theme_rounds;
use serde_json::{Value, json};

use crate::app::{Answer, Caller, TestApp};
use crate::members::as_member;

pub const ROUNDS: &str = "/v1/theme-rounds";

/// An open round that ends on the tenth of March.
pub async fn open_round(app: &TestApp) -> String {
    let body = json!({ "name": "Thema's voor 2027", "closesOn": "2026-03-10" });
    let made = app.as_coordinator().post(ROUNDS, &body).await.expect(201);
    made.header("location").to_owned()
}

/// As many members of one cohort as there are addresses.
pub async fn members<const N: usize>(app: &TestApp, emails: [&'static str; N]) -> Vec<Member> {
    let cohort = given::new_cohort(&app.db, "Lichting 2026").await;
    let mut members = Vec::new();
    for email in emails {
        members.push(given::associate(&app.db, &cohort, given::amsterdam(), email).await);
    }
    members
}

pub fn themselves<'a>(app: &'a TestApp, member: &Member) -> Caller<'a> {
    as_member(app, member.person)
}

pub async fn propose(caller: &Caller<'_>, round: &str, theme: &str) -> Answer {
    let body = json!({ "theme": theme, "motivation": "We zien het in elke wijk." });
    caller.post(&format!("{round}/proposals"), &body).await
}

/// A vote: proposal, experience, interest.
pub fn votes(votes: &[(&str, i64, i64)]) -> Value {
    let votes = votes.iter().map(|(proposal, experience, interest)| {
        json!({ "proposal": proposal, "experience": experience, "interest": interest })
    });
    json!({ "votes": votes.collect::<Vec<_>>() })
}

/// Turns the clock, and lets the job come by that closes rounds.
pub async fn pass_until(app: &TestApp, at: &str) -> usize {
    app.clock.turn_to(at.parse().unwrap());
    let now = LocalNow::new(app.now(), &app.state.settings.time_zone);
    app.db
        .write(move |conn| theme_rounds::close_due(conn, now))
        .await
        .unwrap()
}
