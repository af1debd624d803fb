//! Why a member was not changed.

use super::InvalidMemberTransition;
use crate::db::DbError;

/// Why a member was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeMemberError {
    /// There is no such member, or the caller does not see them.
    #[error("no such member")]
    NotFound,
    /// The caller is another member, or does not act for themselves.
    #[error("a member keeps their own profile only")]
    NotOwn,
    /// Cohort and kind are the institute's to change.
    #[error("only the institute changes the {field}")]
    InstituteOnly {
        /// The field, as the body names it.
        field: &'static str,
    },
    /// They were changed since the caller read them.
    #[error("the member was changed in the meantime")]
    Stale,
    /// The state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidMemberTransition),
    /// There is no such cohort.
    #[error("no such cohort")]
    UnknownCohort,
    /// A theme is not on the list, or was retired: which one, counted from 0.
    #[error("an unknown theme")]
    UnknownTheme {
        /// In `expertise` or in `issues`.
        list: &'static str,
        /// Which one.
        at: usize,
    },
    /// A theme stands twice among the expertise: the second one, counted from 0.
    #[error("a theme twice")]
    ThemeTwice {
        /// Which one.
        at: usize,
    },
    /// The pause would end before it begins.
    #[error("the last day of the pause has passed")]
    PauseOver,
    /// There is no such organisation.
    #[error("no such organisation")]
    UnknownOrganisation,
    /// There is no such municipality now.
    #[error("no such municipality")]
    UnknownMunicipality,
    /// They work there already.
    #[error("this is the employer already")]
    SameEmployer,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}
