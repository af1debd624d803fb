//! Associate members over HTTP.

mod cohorts;
mod life;
mod privacy;
mod profile;

use koplopers_shared::access::Role;
use koplopers_shared::ids::PersonId;
use koplopers_shared::members::Member;
use koplopers_shared::testing::given;

use crate::app::{Caller, TestApp};

pub const MEMBERS: &str = "/v1/members";

/// A member of a cohort of its own, who works for Amsterdam.
pub async fn a_member(app: &TestApp, cohort: &'static str, email: &'static str) -> Member {
    let cohort = given::new_cohort(&app.db, cohort).await;
    given::associate(&app.db, &cohort, given::amsterdam(), email).await
}

pub fn path(member: &Member) -> String {
    format!("{MEMBERS}/{}", member.id)
}

/// Somebody who logs in as a member.
pub fn as_member(app: &TestApp, person: PersonId) -> Caller<'_> {
    app.as_person(person, Role::Member)
}
