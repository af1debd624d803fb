//! A nomination, and what is said of a new one.

use jiff::Timestamp;

use super::{InvalidNominationTransition, NominationAction, NominationStatus};
use crate::candidacies::{CandidateKind, Employer};
use crate::catalogue::{Language, PersonRole};
use crate::ids::{CandidacyId, NominationId, PersonId};
use crate::text_enum;
use crate::words::{EmailAddress, MunicipalityCode};

text_enum! {
    /// Where a nomination came in.
    pub enum Channel {
        /// By the API, with a token.
        Api => "api",
        /// By the open form or its operation, without one.
        Open => "open",
        /// As a row among many.
        Import => "import",
        /// From a learning network.
        Network => "network",
    }
}

crate::text_column!(Channel);

/// For whom a candidate works, as a nominator says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamedEmployer {
    /// A municipality, or an organisation that we know.
    Known(Employer),
    /// An organisation by its name, until a coordinator links it.
    Named(String),
}

impl NamedEmployer {
    /// The employer, if it is one that we know.
    #[must_use]
    pub const fn known(&self) -> Option<Employer> {
        match self {
            Self::Known(employer) => Some(*employer),
            Self::Named(_) => None,
        }
    }

    /// The name of an organisation that we do not know.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Known(_) => None,
            Self::Named(name) => Some(name),
        }
    }
}

/// Who is nominated, as a nominator says it.
#[derive(Clone, PartialEq, Eq)]
pub struct CandidateDetails {
    /// Their name, words apart by one space.
    pub name: String,
    /// Where mail to them goes.
    pub email: Option<EmailAddress>,
    /// What makes them a candidate (N4).
    pub kind: CandidateKind,
    /// For whom they work; `None` for a candidate without organisation.
    pub employer: Option<NamedEmployer>,
}

/// Who could consent, as a nominator says it (N3).
#[derive(Clone, PartialEq, Eq)]
pub struct ProposedGiver {
    /// Their name.
    pub name: String,
    /// Where mail to them goes.
    pub email: EmailAddress,
    /// Their role with the candidate's employer.
    pub role: PersonRole,
}

/// Who nominates, where the caller says so.
#[derive(Clone, PartialEq, Eq)]
pub struct Nominator {
    /// Their name.
    pub name: String,
    /// Where mail to them goes; only a person of ours may have none.
    pub email: Option<EmailAddress>,
}

/// A nomination about to be made.
#[derive(Clone)]
pub struct NewNomination {
    /// Where it came in.
    pub channel: Channel,
    /// The caller's own number for it.
    pub external_reference: Option<String>,
    /// Who nominates. A person with a token is meant themselves and leaves it out.
    pub nominator: Option<Nominator>,
    /// The language of mails to nominator and candidate.
    pub language: Language,
    /// Who is nominated.
    pub candidate: CandidateDetails,
    /// How the nominator knows the candidate.
    pub relation: String,
    /// Why this person (N2).
    pub motivation: String,
    /// What is new in how the candidate works (N4).
    pub innovation: String,
    /// What it brings about (N4).
    pub impact: String,
    /// Who could consent.
    pub giver: Option<ProposedGiver>,
}

/// One nominator's text about one candidate.
#[derive(Clone, PartialEq, Eq)]
pub struct Nomination {
    /// Its id.
    pub id: NominationId,
    /// Rises on every write; the ETag.
    pub version: i64,
    /// Where it stands.
    pub status: NominationStatus,
    /// Where it came in.
    pub channel: Channel,
    /// Who handed it in: the client, or the login of a person.
    pub client: Option<String>,
    /// The caller's own number for it; unique per client.
    pub external_reference: Option<String>,
    /// The candidacy it belongs to, once confirmed.
    pub candidacy: Option<CandidacyId>,
    /// The nominator, where they are a person of ours.
    pub nominator: Option<PersonId>,
    /// Their name.
    pub nominator_name: String,
    /// Their address.
    pub nominator_email: Option<EmailAddress>,
    /// The language of mails to nominator and candidate.
    pub language: Language,
    /// The municipality whose system nominated.
    pub nominated_by: Option<MunicipalityCode>,
    /// How the nominator knows the candidate.
    pub relation: String,
    /// Who is nominated.
    pub candidate: CandidateDetails,
    /// Why this person.
    pub motivation: String,
    /// What is new in how the candidate works.
    pub innovation: String,
    /// What it brings about.
    pub impact: String,
    /// Who could consent.
    pub giver: Option<ProposedGiver>,
    /// Why it was taken back.
    pub withdrawn_reason: Option<String>,
    /// When the nominator stood by it: at once with a token, else by the link.
    pub confirmed_at: Option<Timestamp>,
    /// When it is deleted unless confirmed.
    pub confirm_by: Option<Timestamp>,
    /// When it came in.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Nomination {
    /// Whether the state allows `action`.
    #[must_use]
    pub const fn allows(&self, action: NominationAction) -> bool {
        self.status.after(action).is_ok()
    }

    /// The nomination after `action`.
    pub fn after(
        self,
        action: NominationAction,
        now: Timestamp,
    ) -> Result<Self, InvalidNominationTransition> {
        let status = self.status.after(action)?;
        Ok(Self {
            status,
            updated_at: now,
            ..self
        })
    }
}

// Names, addresses and texts about people stay out of logs (security 66).
macro_rules! hidden {
    ($($name:ident),+) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
}

hidden!(CandidateDetails, ProposedGiver, Nominator, NewNomination);

impl std::fmt::Debug for Nomination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Nomination")
            .field("id", &self.id)
            .field("version", &self.version)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
