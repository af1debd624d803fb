//! Asking for consent without a coordinator, where the settings say so (N3): of the executive
//! whom a nomination proposes, under the same rules.

use std::sync::Arc;

use jiff::SignedDuration;

use super::request_consent::{ChosenGiver, ConsentRequest, RequestConsentError, request_consent};
use crate::access::{Actor, CandidaciesWrite};
use crate::candidacies::{self, Candidacy};
use crate::clock::LocalNow;
use crate::consents::Consent;
use crate::db::{DbConn, DbResult};
use crate::ids::CandidacyId;
use crate::nominations::{self, NominationStatus};

/// How many are asked about in one run; the next tick takes the rest.
const AT_ONCE: i64 = 20;

/// When another try makes sense where one failed: somebody may have given the candidate an
/// address or another employer.
const TRY_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// Some open candidacies, nominated `after` ago or longer, about which nobody was asked and which
/// name whom to ask. One that was tried less than a day ago is left out.
pub fn unasked_candidacies(
    conn: &mut DbConn,
    now: LocalNow,
    after: SignedDuration,
) -> DbResult<Vec<CandidacyId>> {
    candidacies::unasked(conn, now.at - after, now.at - TRY_AGAIN_AFTER, AT_ONCE)
}

/// Asks the executive whom the oldest nomination proposes; where the rules speak against that
/// one, the next. The candidate is told first. The outcome goes to ops, since nobody asked.
pub fn ask_proposed_giver(
    conn: &mut DbConn,
    now: LocalNow,
    id: CandidacyId,
) -> Result<(Consent, Candidacy), RequestConsentError> {
    let granted = Arc::new(Actor::system("ask-consents")).grant::<CandidaciesWrite>()?;
    let mut hindered = RequestConsentError::NotFound;
    for nomination in nominations::of_candidacy(conn, id)? {
        let stands = nomination.status == NominationStatus::Submitted;
        let Some(giver) = nomination.giver.filter(|_| stands) else {
            continue;
        };
        let request = ConsentRequest {
            giver: ChosenGiver::New {
                name: giver.name,
                email: giver.email,
                language: nomination.language,
            },
            role: Some(giver.role),
            reason: None,
        };
        match request_consent(conn, &granted, now, id, None, request) {
            // Found before anything was written about this giver.
            Err(error @ RequestConsentError::Giver { .. }) => hindered = error,
            done => return done,
        }
    }
    Err(hindered)
}

/// Remembers that nobody could be asked for now.
pub fn note_unaskable(conn: &mut DbConn, now: LocalNow, id: CandidacyId) -> DbResult<()> {
    candidacies::note_consent_tried(conn, id, now.at)
}
