//! Why people and roles were not written.

use jiff::civil::Date;

use crate::db::DbError;
use crate::municipalities::InvalidMunicipality;

/// Why a role cannot be held.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    /// The caller is bound to a municipality, which is the one that is meant.
    #[error("leave the municipality out: it is your own")]
    MunicipalityNamed,
    /// The caller is bound to a municipality and the role is held elsewhere.
    #[error("only roles with your own municipality")]
    NotOwn,
    /// The role is held with a municipality, and none was named.
    #[error("this role is held with a municipality")]
    NeedsMunicipality,
    /// The role is held with an organisation, and none was named.
    #[error("this role is held with an organisation")]
    NeedsOrganisation,
    /// The role is not held with a municipality.
    #[error("this role is not held with a municipality")]
    NoMunicipality,
    /// The role is not held with an organisation.
    #[error("this role is not held with an organisation")]
    NoOrganisation,
    /// Both were named.
    #[error("name a municipality or an organisation, not both")]
    Both,
    /// There is no such organisation.
    #[error("there is no such organisation")]
    UnknownOrganisation,
    /// The municipality does not exist when the role begins.
    #[error(transparent)]
    Municipality(#[from] InvalidMunicipality),
    /// The last day comes before the first.
    #[error("the last day comes before the first")]
    Backwards,
    /// The person holds this role with this body in that time.
    #[error("the person holds this role already")]
    Held,
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why a person was not added.
#[derive(Debug, thiserror::Error)]
pub enum CreatePersonError {
    /// The caller is bound to a municipality and gave no role there.
    #[error("a person is added together with a role at your municipality")]
    RoleNeeded,
    /// Roles that cannot be held.
    #[error("{} of the roles cannot be held", .0.len())]
    Roles(Vec<(usize, RoleError)>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Why a person or their roles were not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePersonError {
    /// There is no such person, or the caller does not see them.
    #[error("there is no such person")]
    NotFound,
    /// The person has no such role, or the caller does not see it.
    #[error("the person has no such role")]
    RoleNotFound,
    /// The person was changed since the caller read them.
    #[error("the person was changed in the meantime")]
    Stale,
    /// Everything about the person was blanked.
    #[error("the person was erased")]
    Erased,
    /// The person also holds roles elsewhere.
    #[error("the person also holds roles elsewhere")]
    Shared,
    /// The role cannot be held.
    #[error(transparent)]
    Role(#[from] RoleError),
    /// The role ended before.
    #[error("the role ended on {on}")]
    RoleEnded {
        /// The last day on which it was held.
        on: Date,
    },
    /// The last day comes before the first.
    #[error("the role began on {from}")]
    BeforeBegin {
        /// The first day on which it is held.
        from: Date,
    },
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}
