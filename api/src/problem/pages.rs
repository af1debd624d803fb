//! The pages that the `type` of a problem leads to.

use std::fmt::Write as _;

use actix_web::http::header::CONTENT_SECURITY_POLICY;
use actix_web::{HttpResponse, get, web};

use super::{Kind, Problem, kinds};

/// The pages have no style and no script of their own.
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";

/// Lists every kind of problem.
#[utoipa::path(responses((status = 200, description = "Every code")))]
#[get("/problems")]
pub async fn problem_list() -> HttpResponse {
    let mut items = String::new();
    for kind in kinds::ALL {
        let _ = write!(
            items,
            "<li><a href=\"/problems/{0}\"><code>{0}</code></a> ({1}): {2}</li>",
            kind.code,
            kind.status.as_u16(),
            kind.title
        );
    }
    page("Problems", &format!("<ul>{items}</ul>"))
}

/// Explains one kind of problem.
#[utoipa::path(responses((status = 200, description = "What the code means")))]
#[get("/problems/{code}")]
pub async fn problem_page(code: web::Path<String>) -> Result<HttpResponse, Problem> {
    let kind = kinds::find(&code).ok_or_else(Problem::not_found)?;
    Ok(page(kind.title, &explain(kind)))
}

fn explain(kind: &Kind) -> String {
    format!(
        "<p>Status {}, code <code>{}</code>.</p><p>{}</p><p><a href=\"/problems\">All problems</a></p>",
        kind.status.as_u16(),
        kind.code,
        with_code(kind.explanation)
    )
}

/// Text with the words between back-ticks as code. The text is ours and holds no markup.
fn with_code(text: &str) -> String {
    let mut html = String::new();
    for (number, part) in text.split('`').enumerate() {
        if number % 2 == 0 {
            html.push_str(part);
        } else {
            let _ = write!(html, "<code>{part}</code>");
        }
    }
    html
}

fn page(title: &str, body: &str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .body(format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\">\
             <title>{title}</title><main><h1>{title}</h1>{body}</main></html>"
        ))
}
