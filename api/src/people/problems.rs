//! Refusals of the actions on people, as problems.

use koplopers_shared::municipalities::InvalidMunicipality;
use koplopers_shared::people::{ChangePersonError, CreatePersonError, RoleError};
use koplopers_shared::words::MunicipalityCode;

use crate::problem::{FieldError, Problem, kinds};

/// What is wrong with the role whose body is at `at`; the database's failure when it is that.
fn role_field(at: &str, error: RoleError) -> Result<FieldError, Problem> {
    let field = |key: &str, code: &'static str, reason: &'static str| {
        Ok(FieldError::new(format!("{at}{key}"), code, reason))
    };
    match error {
        RoleError::MunicipalityNamed => field(
            "/municipality",
            "not-allowed",
            "must be left out: the token says which municipality asks",
        ),
        RoleError::NotOwn => field(
            "/role",
            "not-allowed",
            "must be held with your municipality",
        ),
        RoleError::NeedsMunicipality => {
            field("/municipality", "required", "must be given with this role")
        }
        RoleError::NeedsOrganisation => {
            field("/organisation", "required", "must be given with this role")
        }
        RoleError::NoMunicipality => {
            field("/municipality", "not-allowed", "does not go with this role")
        }
        RoleError::NoOrganisation => {
            field("/organisation", "not-allowed", "does not go with this role")
        }
        RoleError::Both => field(
            "/organisation",
            "not-allowed",
            "must be left out when a municipality is given",
        ),
        RoleError::UnknownOrganisation => {
            field("/organisation", "unknown", "there is no such organisation")
        }
        RoleError::Municipality(InvalidMunicipality::Ended { successors, .. }) => {
            let codes: Vec<&str> = successors.iter().map(MunicipalityCode::as_str).collect();
            Ok(FieldError::new(
                format!("{at}/municipality"),
                "ended",
                format!("was merged or split; its successors: {}", codes.join(", ")),
            ))
        }
        RoleError::Municipality(InvalidMunicipality::Db(error)) | RoleError::Db(error) => {
            Err(error.into())
        }
        RoleError::Municipality(
            InvalidMunicipality::Unknown | InvalidMunicipality::NotYet { .. },
        ) => field(
            "/municipality",
            "unknown",
            "must be the code of a Dutch municipality",
        ),
        RoleError::Backwards => field(
            "/validUntilOn",
            "out-of-range",
            "must not come before the first day",
        ),
        RoleError::Held => field("/role", "duplicate", "is held by the person in that time"),
    }
}

impl From<CreatePersonError> for Problem {
    fn from(error: CreatePersonError) -> Self {
        match error {
            CreatePersonError::RoleNeeded => Self::invalid_field(
                "/roles",
                "required",
                "must hold at least one role with your municipality",
            ),
            CreatePersonError::Roles(wrong) => {
                let fields: Result<Vec<FieldError>, Self> = wrong
                    .into_iter()
                    .map(|(at, error)| role_field(&format!("/roles/{at}"), error))
                    .collect();
                fields.map_or_else(|problem| problem, Self::invalid)
            }
            CreatePersonError::Db(error) => error.into(),
        }
    }
}

impl From<ChangePersonError> for Problem {
    fn from(error: ChangePersonError) -> Self {
        match error {
            ChangePersonError::NotFound | ChangePersonError::RoleNotFound => Self::not_found(),
            ChangePersonError::Stale => Self::of(&kinds::STALE),
            ChangePersonError::Erased => Self::invalid_transition("erased", &[]),
            ChangePersonError::Shared => Self::of(&kinds::FORBIDDEN)
                .detail("the person also holds roles elsewhere; ask the institute to change them"),
            ChangePersonError::Role(RoleError::Held) => Self::of(&kinds::ALREADY_EXISTS)
                .detail("the person holds this role in that time already"),
            ChangePersonError::Role(error) => match role_field("", error) {
                Ok(field) => Self::invalid(vec![field]),
                Err(problem) => problem,
            },
            ChangePersonError::RoleEnded { on } => {
                Self::invalid_transition("ended", &[]).member("validUntilOn", on.to_string())
            }
            ChangePersonError::BeforeBegin { .. } => Self::invalid_field(
                "/validUntilOn",
                "out-of-range",
                "must not come before the first day of the role",
            ),
            ChangePersonError::Db(error) => error.into(),
        }
    }
}
