//! Whose rows an actor sees.

use std::sync::Arc;

use crate::words::MunicipalityCode;

/// Whose rows an actor sees: all of the institute's, or one municipality's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    Institute,
    /// One municipality and those that merged into it (A1).
    Municipality {
        /// The municipality of the token.
        code: MunicipalityCode,
        /// That code followed by all its predecessors.
        codes: Arc<[MunicipalityCode]>,
    },
}

impl Scope {
    /// The scope of a municipality and its predecessors.
    #[must_use]
    pub fn municipality(code: MunicipalityCode, predecessors: &[MunicipalityCode]) -> Self {
        let codes = std::iter::once(code)
            .chain(predecessors.iter().copied())
            .collect();
        Self::Municipality { code, codes }
    }

    /// The codes a query is bounded to; `None` for no bound.
    #[must_use]
    pub fn codes(&self) -> Option<&[MunicipalityCode]> {
        match self {
            Self::Institute => None,
            Self::Municipality { codes, .. } => Some(codes),
        }
    }

    /// The municipality the actor is bound to.
    #[must_use]
    pub const fn bound_to(&self) -> Option<MunicipalityCode> {
        match self {
            Self::Institute => None,
            Self::Municipality { code, .. } => Some(*code),
        }
    }

    /// Whether a row of `municipality` is seen.
    #[must_use]
    pub fn sees(&self, municipality: MunicipalityCode) -> bool {
        self.codes()
            .is_none_or(|codes| codes.contains(&municipality))
    }
}
