//! Whom a candidacy concerns: who must neither consent to it nor review it.

use crate::access::Scope;
use crate::candidacies::Candidacy;
use crate::consents::{self, Mailboxes};
use crate::db::{DbConn, DbResult};
use crate::people::{self, Person};
use crate::words::EmailAddress;

/// The candidate and everybody who nominated them, with every mailbox that is known of each.
pub(super) fn of_candidacy(conn: &mut DbConn, candidacy: &Candidacy) -> DbResult<Mailboxes> {
    let scope = &Scope::Institute;
    let key = |person: &Person| person.email.as_ref().map(EmailAddress::key);
    let candidate = people::queries::find(conn, scope, candidacy.person)?;
    let named = consents::nominators(conn, candidacy.id)?;
    let nominators: Vec<_> = named.iter().filter_map(|(person, _)| *person).collect();
    let known = people::queries::find_many(conn, scope, &nominators)?;
    let given = named.iter().filter_map(|(_, email)| email.as_ref());
    Ok(Mailboxes {
        candidate: Some(candidacy.person),
        candidate_key: candidate.as_ref().and_then(key),
        nominator_keys: given
            .map(EmailAddress::key)
            .chain(known.iter().filter_map(key))
            .collect(),
        nominators,
    })
}
