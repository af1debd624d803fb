//! The document, readable and to try out, without any outside host.

use std::sync::{Arc, LazyLock};

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::{HttpResponse, get, web};
use utoipa_swagger_ui::{Config, serve};

use crate::problem::Problem;

/// Everything from here, nothing from elsewhere. The page sets styles in its markup.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; \
    base-uri 'none'; form-action 'none'";

static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    Arc::new(
        Config::new(["/v1/openapi.json"])
            .try_it_out_enabled(true)
            .persist_authorization(false)
            .validator_url("none"),
    )
});

/// The page itself.
#[utoipa::path(responses((status = 200, description = "The page")))]
#[get("/docs")]
pub async fn docs() -> Result<HttpResponse, Problem> {
    file("index.html")
}

/// What the page is made of.
#[utoipa::path(responses((status = 200, description = "A file of the page")))]
#[get("/docs/{file}")]
pub async fn docs_file(name: web::Path<String>) -> Result<HttpResponse, Problem> {
    file(&name)
}

fn file(name: &str) -> Result<HttpResponse, Problem> {
    let file = serve(name, Arc::clone(&CONFIG)).map_err(|error| {
        tracing::error!(%error, "the docs page cannot be made");
        Problem::of(&crate::problem::kinds::INTERNAL)
    })?;
    let file = file.ok_or_else(Problem::not_found)?;
    let bytes = if name == "index.html" {
        // The page lives at `/docs` and its files below it.
        String::from_utf8_lossy(&file.bytes)
            .replace("\"./", "\"/docs/")
            .replace("\"index.css\"", "\"/docs/index.css\"")
            .into_bytes()
    } else {
        file.bytes.into_owned()
    };
    Ok(HttpResponse::Ok()
        .content_type(file.content_type)
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        .body(bytes))
}
