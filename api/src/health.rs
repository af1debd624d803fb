//! Probes for whoever watches over the process.

use actix_web::{HttpResponse, get};

/// The process answers; restart it when this fails.
#[utoipa::path(responses((status = 200, description = "The process answers")))]
#[get("/health/live")]
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "ok" }))
}
