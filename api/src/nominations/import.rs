//! Many nominations at once, as rows of a file: municipal bulk.
//!
//! Each row stands for itself: it is taken as a whole or refused as a whole, and what is wrong
//! with it is said. Rows that were taken before, by their external reference, are left alone, so
//! that a file can be sent again after its faults were mended.

mod rows;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, post, web};
use futures_util::future::LocalBoxFuture;
use koplopers_shared::access::NominationsWrite;
use koplopers_shared::flows::{self, ImportedNomination};
use koplopers_shared::ids::NominationId;
use koplopers_shared::nominations::{NewNomination, NominateError};
use koplopers_shared::text_enum;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Authorized;
use crate::body;
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::problem::document::WriteErrors;
use crate::problem::{FieldError, Problem, kinds};
use crate::reply::Reply;
use crate::state::AppState;

/// The most bytes of a file: enough for its rows with texts of usual length.
const MAX_IMPORT: usize = 2 * 1024 * 1024;

/// The most rows of a file: more would hold up other writers for too long.
const MAX_ROWS: usize = 500;

const CSV: &str = "text/csv";
const NDJSON: &str = "application/x-ndjson";

/// The rows of a file, each read or refused.
#[derive(Debug)]
pub struct ImportBody(Vec<Row>);

/// A row of a file.
#[derive(Debug, Clone)]
struct Row {
    reference: Option<String>,
    nomination: Result<NewNomination, Problem>,
}

impl FromRequest for ImportBody {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let req = req.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let is_csv = body::accept_media_type(&req, &[CSV]).is_ok();
            if !is_csv {
                body::accept_media_type(&req, &[NDJSON])?;
            }
            let bytes = body::read_within(&req, &mut payload, MAX_IMPORT).await?;
            let rows = if is_csv {
                rows::of_csv(&bytes, MAX_ROWS)?
            } else {
                rows::of_ndjson(&bytes, MAX_ROWS)?
            };
            Ok(Self(rows))
        })
    }
}

text_enum! {
    /// What became of a row.
    pub enum RowResult {
        /// A nomination was made of it.
        Created => "created",
        /// It was taken before.
        Repeated => "repeated",
        /// Something is wrong with it.
        Refused => "refused",
    }
}

/// What is wrong with a row.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ImportRowProblem)]
struct RowProblemView {
    /// The word to branch on, as of a problem.
    #[schema(example = "validation-failed")]
    code: &'static str,
    /// What it is, in a few words.
    title: &'static str,
    /// Every field that is wrong, by its place in a nomination.
    invalid_params: Vec<FieldError>,
}

/// What became of a row.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ImportRow)]
struct RowView {
    /// Its place in the file, from 1, a heading and empty lines not counted.
    row: usize,
    /// Its external reference.
    external_reference: Option<String>,
    /// What became of it: `created`, `repeated` or `refused`.
    #[schema(value_type = String, example = "created")]
    result: RowResult,
    /// The nomination.
    #[schema(value_type = Option<uuid::Uuid>)]
    id: Option<NominationId>,
    /// What is wrong with it.
    problem: Option<RowProblemView>,
}

/// What became of every row of a file.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ImportReport)]
struct ImportReportView {
    /// How many nominations were made.
    created: usize,
    /// How many rows were taken before.
    repeated: usize,
    /// How many rows were refused.
    refused: usize,
    /// Every row, in the order of the file.
    rows: Vec<RowView>,
}

impl ImportReportView {
    fn new(rows: Vec<RowView>) -> Self {
        let count = |result| rows.iter().filter(|row| row.result == result).count();
        Self {
            created: count(RowResult::Created),
            repeated: count(RowResult::Repeated),
            refused: count(RowResult::Refused),
            rows,
        }
    }
}

fn refused(problem: &Problem) -> (RowResult, Option<NominationId>, Option<RowProblemView>) {
    let kind = problem.kind();
    let view = RowProblemView {
        code: kind.code,
        title: kind.title,
        invalid_params: problem.invalid_params().to_vec(),
    };
    (RowResult::Refused, None, Some(view))
}

/// Nominate many at once
///
/// A CSV file with a heading, or one JSON object a line as for `POST /nominations`; at most 2 MB
/// and 500 rows. Every row needs an `externalReference`: a row whose reference was used before is
/// left alone, so that the same file can be sent again. The columns of a CSV file, apart by commas
/// or semicolons: `externalReference`, `nominatorName`, `nominatorEmail`, `language`,
/// `candidateName`, `candidateEmail`, `candidateKind`, `municipality`, `organisation`,
/// `organisationName`, `relation`, `motivation`, `innovation`, `impact`, `giverName`,
/// `giverEmail`, `giverRole`, `containsNoBsn`. A row is taken as a whole or not at all; what is
/// wrong with one does not keep the others out.
#[utoipa::path(
    operation_id = "import_nominations",
    tag = "nominations",
    security(("bearer" = ["nominations:write"])),
    params(IdempotencyKey),
    request_body(content((String = "text/csv"), (String = "application/x-ndjson"))),
    responses((status = 200, description = "What became of every row", body = ImportReportView), WriteErrors),
)]
#[post("/nominations/_import")]
pub async fn import_nominations(
    auth: Authorized<NominationsWrite>,
    key: IdempotencyKey,
    body: ImportBody,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    operation::post(&state, auth, key, move |conn, by| {
        let mut report = Vec::new();
        for (number, row) in body.0.iter().enumerate() {
            let (result, id, problem) = match &row.nomination {
                Err(problem) => refused(problem),
                Ok(new) => {
                    match flows::import_nomination(conn, by.granted(), by.now(), new.clone()) {
                        Ok(ImportedNomination::Created(id)) => (RowResult::Created, Some(id), None),
                        Ok(ImportedNomination::Repeated(id)) => {
                            (RowResult::Repeated, Some(id), None)
                        }
                        Err(NominateError::Db(error)) => return Err(NominateError::Db(error)),
                        Err(error) => refused(&error.into()),
                    }
                }
            };
            report.push(RowView {
                row: number + 1,
                external_reference: row.reference.clone(),
                result,
                id,
                problem,
            });
        }
        Ok(Reply::plain(&ImportReportView::new(report)))
    })
    .await
}

/// The problem of a file with too many rows.
fn too_many_rows() -> Problem {
    Problem::of(&kinds::BODY_TOO_LARGE).detail("an import holds at most 500 rows")
}
