//! How problems look in the document: one type for the errors that every operation can give.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::openapi::response::Response;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

/// Problem details (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// A page that explains it.
    #[schema(example = "/problems/validation-failed")]
    pub r#type: String,
    /// What it is, in a few words.
    pub title: String,
    /// The status of the answer.
    #[schema(example = 400)]
    pub status: u16,
    /// What happened this time.
    #[schema(nullable = false)]
    pub detail: Option<String>,
    /// The request, as it is in our log.
    #[schema(
        nullable = false,
        example = "urn:uuid:019b2f6e-0000-7000-8000-000000000000"
    )]
    pub instance: Option<String>,
    /// The word to branch on.
    #[schema(example = "validation-failed")]
    pub code: String,
    /// Every field or query key that is wrong.
    #[schema(nullable = false)]
    pub invalid_params: Option<Vec<InvalidParam>>,
    /// With a 409: the state the resource is in.
    #[schema(nullable = false)]
    pub current_status: Option<String>,
    /// With a 409: what can be done from there.
    #[schema(nullable = false)]
    pub allowed_actions: Option<Vec<String>>,
}

/// One field or query key that is wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvalidParam {
    /// A JSON pointer into the body, or a query key.
    #[schema(example = "/contact/email")]
    pub name: String,
    /// The word to branch on.
    #[schema(example = "format")]
    pub code: String,
    /// What is wrong, for people.
    #[schema(example = "must be an e-mail address")]
    pub reason: String,
}

/// The errors of an operation that reads: name it in `responses(ReadErrors)`.
#[derive(Debug)]
pub struct ReadErrors;

/// The errors of an operation that writes: name it in `responses(WriteErrors)`.
#[derive(Debug)]
pub struct WriteErrors;

/// The errors of an operation that anyone may call.
#[derive(Debug)]
pub struct OpenErrors;

/// The errors of an operation with which anyone may write.
#[derive(Debug)]
pub struct OpenWriteErrors;

const OPEN: &[(&str, &str)] = &[
    ("400", "Something in the request is not right"),
    ("404", "There is nothing here for this caller"),
    ("406", "Nothing is in a form that the caller accepts"),
    ("429", "Too many requests"),
    ("500", "Something went wrong on our side"),
    ("503", "Busy, or the database is out of reach"),
];
const CREDENTIALS: &[(&str, &str)] = &[
    ("401", "Valid credentials are needed"),
    ("403", "The caller may not do this"),
];
const WRITING: &[(&str, &str)] = &[
    ("408", "The body took too long to arrive"),
    ("409", "The state does not allow it, or it exists already"),
    ("412", "It was changed in the meantime"),
    ("413", "The body is over 256 kB"),
    ("415", "The body is not JSON in UTF-8"),
    ("422", "The Idempotency-Key was used for another request"),
    ("428", "If-Match is needed"),
];

type Responses = BTreeMap<String, RefOr<Response>>;

fn problems(groups: &[&[(&str, &str)]]) -> Responses {
    groups
        .iter()
        .flat_map(|group| group.iter())
        .map(|(status, description)| {
            let content = ContentBuilder::new()
                .schema(Some(Ref::from_schema_name("Problem")))
                .build();
            let response = ResponseBuilder::new()
                .description(*description)
                .content(super::MEDIA_TYPE, content)
                .build();
            ((*status).to_owned(), response.into())
        })
        .collect()
}

impl IntoResponses for OpenErrors {
    fn responses() -> Responses {
        problems(&[OPEN])
    }
}

impl IntoResponses for OpenWriteErrors {
    fn responses() -> Responses {
        problems(&[OPEN, WRITING])
    }
}

impl IntoResponses for ReadErrors {
    fn responses() -> Responses {
        problems(&[OPEN, CREDENTIALS])
    }
}

impl IntoResponses for WriteErrors {
    fn responses() -> Responses {
        problems(&[OPEN, CREDENTIALS, WRITING])
    }
}
