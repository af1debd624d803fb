//! The one place a token may be: the `Authorization` header, once.

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;

use super::Refused;

/// The bearer token of a request (RFC 6750 §2.1).
///
/// A token in the query is refused even next to a good header: it was in somebody's log by then
/// (security: 15).
pub(super) fn token(req: &HttpRequest) -> Result<&str, Refused> {
    if req.query_string().contains("access_token") {
        return Err(Refused);
    }
    let mut headers = req.headers().get_all(AUTHORIZATION);
    let (Some(header), None) = (headers.next(), headers.next()) else {
        return Err(Refused);
    };
    let header = header.to_str().map_err(|_| Refused)?;
    let (scheme, token) = header.split_once(' ').ok_or(Refused)?;
    let token = token.trim_start_matches(' ');
    if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() {
        Ok(token)
    } else {
        Err(Refused)
    }
}
