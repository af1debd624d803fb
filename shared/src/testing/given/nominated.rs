//! Nominations and the candidacies that they open.

use super::{amsterdam, granted, now, staff};
use crate::access::Role;
use crate::candidacies::{self, Candidacy, CandidateKind, Employer};
use crate::catalogue::words::{Language, PersonRole};
use crate::db::{Db, DbError};
use crate::flows;
use crate::nominations::{
    CandidateDetails, Channel, NamedEmployer, NewNomination, Nominator, ProposedGiver,
};

/// A nomination of somebody who works for Amsterdam, by a machine of the institute.
#[must_use]
pub fn nomination(name: &str, email: &str) -> NewNomination {
    NewNomination {
        channel: Channel::Api,
        external_reference: None,
        nominator: Some(Nominator {
            name: "Noor Nominator".to_owned(),
            email: "noor.nominator@example.org".parse().ok(),
        }),
        language: Language::Nl,
        candidate: CandidateDetails {
            name: name.to_owned(),
            email: email.parse().ok(),
            kind: CandidateKind::MunicipalProfessional,
            employer: Some(NamedEmployer::Known(Employer::Municipality(amsterdam()))),
        },
        relation: "Wij werken samen in de wijk.".to_owned(),
        motivation: "Zij brengt bewoners en ambtenaren aan één tafel, en houdt vol.".to_owned(),
        innovation: "Bewoners leiden de gesprekken zelf.".to_owned(),
        impact: "Veertig gezinnen minder met schulden.".to_owned(),
        giver: Some(ProposedGiver {
            name: "Gerda Gever".to_owned(),
            email: "gerda.gever@example.nl".parse().expect("an address"),
            role: PersonRole::Gemeentesecretaris,
        }),
    }
}

/// The candidacy that `new` belongs to, nominated at [`now`] by a machine of the institute.
pub async fn nominated(db: &Db, new: NewNomination) -> Candidacy {
    let granted = granted(&staff(Role::Coordinator));
    let made = db
        .write(move |conn| {
            let nomination = flows::nominate(conn, &granted, now(), new.clone())?;
            let id = nomination.candidacy.ok_or(DbError::Conflict)?;
            let found = candidacies::find(conn, id)?;
            Ok::<_, crate::nominations::NominateError>(found.ok_or(DbError::Conflict)?)
        })
        .await;
    made.expect("a candidacy")
}

/// The candidacy of somebody who works for Amsterdam, with one nomination.
pub async fn candidacy(db: &Db, name: &str, email: &str) -> Candidacy {
    nominated(db, nomination(name, email)).await
}
