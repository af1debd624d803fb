//! The `OpenAPI` document, made of the mounted operations.

use std::sync::LazyLock;

use actix_web::http::header::ACCESS_CONTROL_ALLOW_ORIGIN;
use actix_web::{HttpResponse, get};
use serde_json::{Map, Value, json};
use utoipa::ToSchema as _;

use crate::app::{self, BASE};
use crate::body::strengthen;
use crate::middleware::headers::API_VERSION;
use crate::problem::document::{OpenErrors, ProblemBody};

/// The document as text, made once.
pub static TEXT: LazyLock<String> = LazyLock::new(|| {
    let mut text = serde_json::to_string_pretty(&document()).unwrap_or_default();
    text.push('\n');
    text
});

/// The document.
#[must_use]
pub fn document() -> Value {
    let mounted = app::mounted();
    let mut paths = Map::new();
    for (path, item) in &mounted.paths.paths {
        if let Some(path) = path.strip_prefix(BASE) {
            let item = serde_json::to_value(item).unwrap_or_default();
            paths.insert(path.to_owned(), with_version_header(item));
        }
    }
    paths.sort_keys();
    let mut parts = Vec::new();
    ProblemBody::schemas(&mut parts);
    parts.push((
        ProblemBody::name().into_owned(),
        <ProblemBody as utoipa::PartialSchema>::schema(),
    ));
    parts.extend(
        mounted
            .components
            .into_iter()
            .flat_map(|components| components.schemas),
    );
    let mut schemas: Map<String, Value> = parts
        .into_iter()
        .map(|(name, schema)| (name, serde_json::to_value(schema).unwrap_or_default()))
        .collect();
    schemas.sort_keys();
    let mut document = json!({
        "openapi": "3.1.0",
        "info": info(),
        "servers": [{ "url": BASE, "description": "This installation" }],
        "tags": tags(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "headers": {
                "ApiVersion": {
                    "description": "The version of the API",
                    "schema": { "type": "string", "examples": [API_VERSION] }
                }
            },
            "securitySchemes": security_schemes(),
        },
    });
    strengthen(&mut document);
    document
}

fn info() -> Value {
    json!({
        "title": "Koplopers",
        "version": API_VERSION,
        "description": "Intakes, talks and invitations for programmes that help municipalities.\n\n\
            Every error is problem details (RFC 9457): branch on `code`. Lists are paged by \
            `cursor`. Writes take an `Idempotency-Key`; changes take `If-Match`. The words are \
            explained at `/v1/glossary`.",
        "contact": {
            "name": "Koplopers",
            "email": "koplopers@example.org",
            "url": "https://koplopers.example.org"
        },
        "license": { "name": "EUPL-1.2", "identifier": "EUPL-1.2" }
    })
}

/// What each tag is about, in reading order.
const TAGS: &[(&str, &str)] = &[
    ("intakes", "A municipality's request for a programme"),
    (
        "assessments",
        "What the talk was about, and what stands in the way of a match",
    ),
    (
        "decisions",
        "What is decided on an intake, and when the municipality hears it",
    ),
    ("meetings", "Talks and other meetings, and who is invited"),
    ("reminders", "When whom is reminded of which meetings"),
    (
        "date polls",
        "On which date a meeting is, agreed with every municipality that it needs",
    ),
    ("offers", "What is proposed to a municipality after a match"),
    (
        "knowledge",
        "The body of knowledge, and who was pointed to what",
    ),
    (
        "trajectories",
        "What follows from an accepted offer: blocks, steps, end product, outcome",
    ),
    (
        "learning networks",
        "Who learns together, and how they join and leave",
    ),
    (
        "learning groups",
        "Practices that learn together, and whether their meetings follow the plan",
    ),
    (
        "nominations",
        "Who nominates whom as an associate member, and what came of it",
    ),
    (
        "candidacies",
        "One person's way to associate membership: nominations, consent, review, decision",
    ),
    (
        "consents",
        "What the highest executive of a candidate's employer is asked",
    ),
    (
        "reviews",
        "What several people think of a candidate, and the ranking that follows",
    ),
    (
        "candidacy decisions",
        "Whom the institute invites, and when those who nominated them hear it",
    ),
    (
        "members",
        "Associate members: cohorts, expertise, and who sees what of whom",
    ),
    ("theme rounds", "Members choose what the network works on"),
    ("mail", "Mail that comes back"),
    ("programmes", "What a municipality can apply for, and when"),
    (
        "municipalities",
        "Dutch municipalities and their successors",
    ),
    ("organisations", "Partner and practice organisations"),
    ("people", "People, their roles and their logins"),
    (
        "reference",
        "Themes, target groups and other lists of words",
    ),
    ("digest", "What is overdue, stuck or near"),
    ("deliveries", "The outbox: one mail to one address"),
    ("events", "What happened, in order"),
    ("audit", "Who did or read what"),
    ("clients", "Machines that may call, and their secrets"),
    ("access", "Tokens, and who you are"),
    ("about", "The API itself: its document and its words"),
];

fn tags() -> Vec<Value> {
    TAGS.iter()
        .map(|(name, description)| json!({ "name": name, "description": description }))
        .collect()
}

fn security_schemes() -> Value {
    let scopes: Map<String, Value> = koplopers_shared::access::Permit::ALL
        .iter()
        .map(|permit| (permit.as_str().to_owned(), json!(permit.as_str())))
        .collect();
    json!({
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "A token of this service (`POST /oauth/token`) or of an issuer it accepts"
        },
        "clientCredentials": {
            "type": "oauth2",
            "description": "How a machine gets its token",
            "flows": {
                "clientCredentials": {
                    "tokenUrl": format!("{BASE}/oauth/token"),
                    "scopes": scopes
                }
            }
        },
        "basic": {
            "type": "http",
            "scheme": "basic",
            "description": "Client id and secret, for `POST /oauth/token` only"
        }
    })
}

fn with_version_header(mut item: Value) -> Value {
    let operations = item.as_object_mut().into_iter().flat_map(Map::values_mut);
    for operation in operations {
        let Some(responses) = operation
            .get_mut("responses")
            .and_then(Value::as_object_mut)
        else {
            continue;
        };
        for response in responses.values_mut().filter_map(Value::as_object_mut) {
            let headers = response.entry("headers").or_insert_with(|| json!({}));
            if let Some(headers) = headers.as_object_mut() {
                headers.insert(
                    "API-Version".to_owned(),
                    json!({ "$ref": "#/components/headers/ApiVersion" }),
                );
            }
        }
    }
    item
}

/// Get the document of this API
///
/// `OpenAPI` 3.1, for anyone from anywhere.
#[utoipa::path(
    operation_id = "get_openapi",
    tag = "about",
    security(()),
    responses((status = 200, description = "The document", body = serde_json::Value), OpenErrors),
)]
#[get("/openapi.json")]
pub async fn get_openapi() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .body(TEXT.as_str())
}
