//! The embedded issuer: tokens for machine clients, and what others need to check them.

use actix_web::dev::Payload;
use actix_web::http::header::{
    AUTHORIZATION, CACHE_CONTROL, HeaderValue, PRAGMA, WWW_AUTHENTICATE,
};
use actix_web::{FromRequest, HttpRequest, HttpResponse, get, post, web};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use futures_util::future::LocalBoxFuture;
use koplopers_shared::access::{Permit, PermitSet};
use koplopers_shared::clients::actions::authenticate;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::auth::{TOKEN_LIFETIME, TokenSubject, issue};
use crate::body;
use crate::problem::document::OpenErrors;
use crate::problem::{Problem, kinds};
use crate::state::AppState;

/// The form of a token request (RFC 6749 §4.4.2).
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form in the document")]
pub struct TokenForm {
    /// Always `client_credentials`.
    #[schema(max_length = 40, example = "client_credentials")]
    grant_type: String,
    /// Scopes apart by spaces; all that the client has unless given.
    #[schema(
        nullable = false,
        max_length = 1000,
        example = "intakes:read intakes:write"
    )]
    scope: Option<String>,
}

/// An access token.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub struct TokenView {
    /// The token, for `Authorization: Bearer`.
    #[schema(example = "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln")]
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// How many seconds it lives.
    #[schema(example = 900)]
    pub expires_in: i64,
    /// What it allows.
    #[schema(example = "intakes:read intakes:write")]
    pub scope: String,
}

/// A token request as it came: the body is read by the extractor, so that the limits of every
/// body hold for this one.
#[derive(Debug)]
pub struct Form(Vec<(String, String)>);

impl FromRequest for Form {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let req = req.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            body::accept_media_type(&req, &["application/x-www-form-urlencoded"])?;
            let bytes = body::read(&req, &mut payload).await?;
            let pairs = url::form_urlencoded::parse(&bytes);
            Ok(Self(pairs.into_owned().collect()))
        })
    }
}

impl Form {
    /// The value of a parameter, which may be there once (RFC 6749 §3.2).
    fn get(&self, name: &str) -> Result<Option<&str>, Problem> {
        let mut values = self.0.iter().filter(|(key, _)| key == name);
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(refused("invalid_request", "a parameter is there twice")),
            (found, None) => Ok(found.map(|(_, value)| value.as_str())),
        }
    }
}

/// Get a token
///
/// For machine clients: client id and secret by HTTP Basic. The token lives 15 minutes; ask for
/// another rather than keep one.
#[utoipa::path(
    operation_id = "create_token",
    tag = "access",
    security(("basic" = [])),
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "The token", body = TokenView), OpenErrors),
)]
#[post("/oauth/token")]
pub async fn create_token(
    req: HttpRequest,
    form: Form,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let now = state.clock.now();
    let (client_id, secret) = credentials(&req).ok_or_else(invalid_client)?;
    match form.get("grant_type")? {
        Some("client_credentials") => {}
        Some(_) => {
            return Err(refused(
                "unsupported_grant_type",
                "the grant type is client_credentials",
            ));
        }
        None => return Err(refused("invalid_request", "grant_type must be given")),
    }
    let asked = asked_scope(form.get("scope")?)?;
    let client = state
        .db
        .read(move |conn| authenticate(conn, &client_id, &secret, now))
        .await?
        .ok_or_else(invalid_client)?;
    state.process.limits.client(client.client_id.as_str())?;
    let subject = TokenSubject::client(&client, asked);
    if subject.permits() == PermitSet::default() {
        return Err(refused(
            "invalid_scope",
            "the client has none of these scopes",
        ));
    }
    let auth = &state.auth;
    let token = issue(auth.keys(), auth.issuer(), &subject, now, TOKEN_LIFETIME)
        .map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((PRAGMA, "no-cache"))
        .json(TokenView {
            access_token: token,
            token_type: "Bearer",
            expires_in: TOKEN_LIFETIME.as_secs(),
            scope: subject.permits().to_scope(),
        }))
}

/// Client id and secret of `client_secret_basic`: each form-encoded, then joined by a colon
/// (RFC 6749 §2.3.1).
fn credentials(req: &HttpRequest) -> Option<(String, String)> {
    let mut headers = req.headers().get_all(AUTHORIZATION);
    let (Some(header), None) = (headers.next(), headers.next()) else {
        return None;
    };
    let (scheme, encoded) = header.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let plain = |part: &str| -> Option<String> {
        let pair = format!("part={part}");
        let mut pairs = url::form_urlencoded::parse(pair.as_bytes());
        let (_, value) = pairs.next()?;
        // A database must never see a NUL, whatever it is.
        let odd = value.chars().any(char::is_control) || pairs.next().is_some();
        (!odd).then(|| value.into_owned())
    };
    Some((plain(id)?, plain(secret)?))
}

fn asked_scope(scope: Option<&str>) -> Result<PermitSet, Problem> {
    let Some(scope) = scope.filter(|scope| !scope.is_empty()) else {
        return Ok(PermitSet::ALL);
    };
    if scope.split(' ').any(|word| word.parse::<Permit>().is_err()) {
        return Err(refused("invalid_scope", "a scope is unknown"));
    }
    Ok(PermitSet::parse(scope))
}

/// A problem that also speaks OAuth: `error` and `error_description` of RFC 6749 §5.2.
fn refused(error: &'static str, description: &'static str) -> Problem {
    Problem::of(&kinds::BAD_REQUEST)
        .detail(description)
        .member("error", error)
        .member("error_description", description)
}

/// Unknown client, wrong secret, disabled: one answer.
fn invalid_client() -> Problem {
    Problem::of(&kinds::UNAUTHORIZED)
        .member("error", "invalid_client")
        .header(
            WWW_AUTHENTICATE,
            HeaderValue::from_static("Basic realm=\"koplopers\", charset=\"UTF-8\""),
        )
}

/// The public keys of the embedded issuer
///
/// A JSON Web Key Set (RFC 7517). A new key is here two minutes before it signs.
#[utoipa::path(
    operation_id = "list_token_keys",
    tag = "access",
    responses((status = 200, description = "The key set"), OpenErrors),
)]
#[get("/.well-known/jwks.json")]
pub async fn list_token_keys(state: web::Data<AppState>) -> HttpResponse {
    let keys: Vec<_> = state
        .auth
        .keys()
        .token_keys()
        .into_iter()
        .map(|(id, public)| {
            json!({
                "kty": "OKP",
                "crv": "Ed25519",
                "use": "sig",
                "alg": "EdDSA",
                "kid": id,
                "x": URL_SAFE_NO_PAD.encode(public),
            })
        })
        .collect();
    HttpResponse::Ok().json(json!({ "keys": keys }))
}

/// What the embedded issuer can do
///
/// Authorization server metadata (RFC 8414).
#[utoipa::path(
    operation_id = "get_issuer_metadata",
    tag = "access",
    responses((status = 200, description = "The metadata"), OpenErrors),
)]
#[get("/.well-known/oauth-authorization-server")]
pub async fn get_issuer_metadata(state: web::Data<AppState>) -> HttpResponse {
    let issuer = state.auth.issuer();
    HttpResponse::Ok().json(json!({
        "issuer": issuer,
        "token_endpoint": format!("{issuer}/v1/oauth/token"),
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "scopes_supported": Permit::WORDS,
    }))
}
