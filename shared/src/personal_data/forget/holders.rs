//! What keeps somebody in our people.

use diesel::prelude::*;

use crate::db::schema::{
    assessment_facts, assessment_findings, attendances, consents, date_poll_votes, identities,
    intakes, invitations, learning_group_members, meetings, members, network_memberships, offers,
    person_roles, programme_contacts, reviews, spreads, trajectory_officials,
};
use crate::db::{DbConn, DbResult};
use crate::ids::PersonId;

macro_rules! holders {
    ($($table:ident.$column:ident)+) => {
        /// Whether any row of these columns names the person.
        pub(super) fn hold(conn: &mut DbConn, person: PersonId) -> DbResult<bool> {
            $(
                let found: i64 = $table::table
                    .filter($table::$column.eq(person))
                    .count()
                    .get_result(conn)?;
                if found > 0 {
                    return Ok(true);
                }
            )+
            Ok(false)
        }

        /// The columns, by name.
        #[cfg(test)]
        pub(in crate::personal_data) const HOLDERS: &[(&str, &str)] =
            &[$((stringify!($table), stringify!($column))),+];
    };
}

// Roles first: nearly everybody has one, so that the rest is seldom looked at.
holders! {
    person_roles.person
    members.person
    identities.person
    programme_contacts.person
    invitations.person
    reviews.reviewer
    consents.giver
    consents.requested_by
    consents.recorded_by
    meetings.organiser
    attendances.person
    attendances.delegate
    date_poll_votes.person
    learning_group_members.person
    network_memberships.person
    trajectory_officials.person
    spreads.recipient
    offers.sponsor
    intakes.contact_person
    intakes.sponsor
    assessment_facts.given_by
    assessment_findings.assessor
}

/// Columns that name people and keep nobody: what is in them is theirs and goes with them, or is
/// looked at on its own.
#[cfg(test)]
pub(in crate::personal_data) const OTHERS: &[(&str, &str)] = &[
    ("calendars", "owner"),
    ("candidacies", "person"),
    ("candidacies", "prepared_by"),
    ("consents", "person"),
    ("deliveries", "recipient"),
    ("identity_links", "person"),
    ("nominations", "nominator"),
];
