//! Who sees which nominations.

use super::Nomination;
use crate::access::{Granted, NominationsRead, NominationsWrite, Permit, Scope, Who};
use crate::ids::PersonId;
use crate::words::MunicipalityCode;

/// The nominations that a caller sees. Everybody sees their own; staff who read candidacies see
/// all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Viewer {
    /// All of them, with the candidacy that each belongs to.
    Staff,
    /// Those that the systems of a municipality or of its predecessors made.
    Municipality(Vec<MunicipalityCode>),
    /// Those of one nominator.
    Person(PersonId),
    /// Those that one client of the institute made.
    Client(String),
}

/// Whose external references are one series. One login may act for several municipalities: what
/// it did for one of them is nothing to another.
pub(crate) fn client_of(scope: &Scope, who: &Who) -> String {
    match who {
        Who::Client { client_id } => client_id.to_string(),
        Who::Person { .. } | Who::Login { .. } | Who::LinkHolder { .. } | Who::System { .. } => {
            let bound_to = scope.bound_to();
            let acts_for = bound_to.map_or_else(|| "institute".to_owned(), |code| code.to_string());
            format!("{}:{}:{acts_for}", who.kind(), who.id())
        }
    }
}

impl Viewer {
    /// As a reader.
    #[must_use]
    pub fn reading(granted: &Granted<NominationsRead>) -> Self {
        let staff = granted.also(Permit::CandidaciesRead);
        Self::of(granted.scope(), granted.who(), staff)
    }

    /// As somebody who takes a nomination back: others' only with the candidacies in hand.
    #[must_use]
    pub fn own<P>(granted: &Granted<P>) -> Self {
        let staff = granted.also(Permit::CandidaciesWrite);
        Self::of(granted.scope(), granted.who(), staff)
    }

    /// As whoever looks for what they may take back or not.
    #[must_use]
    pub fn seeing(granted: &Granted<NominationsWrite>) -> Self {
        let staff = granted.also(Permit::CandidaciesRead);
        Self::of(granted.scope(), granted.who(), staff)
    }

    fn of(scope: &Scope, who: &Who, staff: bool) -> Self {
        match (scope.codes(), who) {
            (Some(codes), _) => Self::Municipality(codes.to_vec()),
            (None, _) if staff => Self::Staff,
            (None, Who::Person { person } | Who::LinkHolder { recipient: person }) => {
                Self::Person(*person)
            }
            (None, Who::Client { .. } | Who::Login { .. } | Who::System { .. }) => {
                Self::Client(client_of(scope, who))
            }
        }
    }

    /// Whether a nomination is among those.
    #[must_use]
    pub fn sees(&self, nomination: &Nomination) -> bool {
        match self {
            Self::Staff => true,
            Self::Municipality(codes) => nomination
                .nominated_by
                .is_some_and(|code| codes.contains(&code)),
            Self::Person(person) => nomination.nominator == Some(*person),
            Self::Client(client) => nomination.client.as_ref() == Some(client),
        }
    }

    /// Whether the candidacy itself is shown.
    #[must_use]
    pub const fn is_staff(&self) -> bool {
        matches!(self, Self::Staff)
    }
}
