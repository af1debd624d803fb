//! The page that a problem's `type` leads to.

use actix_web::{HttpResponse, get, web};
use serde_json::json;

use super::{Problem, kinds};

/// Explains one kind of problem.
#[utoipa::path(responses((status = 200, description = "What the code means")))]
#[get("/problems/{code}")]
pub async fn problem_page(code: web::Path<String>) -> Result<HttpResponse, Problem> {
    let kind = kinds::find(&code).ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(json!({
        "code": kind.code,
        "status": kind.status.as_u16(),
        "title": kind.title,
        "explanation": kind.explanation,
    })))
}
