//! The network address of a caller.

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::{HttpMessage as _, HttpRequest};
use koplopers_shared::settings::Network;

static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of the caller of a request, kept with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// The address of the caller: what the nearest trusted proxy saw, else the other end of the
/// connection (security: 42).
#[must_use]
pub fn address(
    peer: Option<SocketAddr>,
    headers: &HeaderMap,
    proxies: &[Network],
) -> Option<IpAddr> {
    let peer = peer?.ip().to_canonical();
    let trusted = |address: IpAddr| proxies.iter().any(|proxy| proxy.contains(address));
    if !trusted(peer) {
        return Some(peer);
    }
    let forwarded: Vec<&str> = headers
        .get_all(&FORWARDED_FOR)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let mut nearest = peer;
    for hop in forwarded.iter().rev() {
        let Ok(hop) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        nearest = hop.to_canonical();
        if !trusted(nearest) {
            break;
        }
    }
    Some(nearest)
}

/// The address of the caller of `req`, for the audit trail.
#[must_use]
pub fn origin_of(req: &HttpRequest) -> Option<IpAddr> {
    let known = req.extensions().get::<ClientAddress>().copied();
    known.map(|ClientAddress(address)| address)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use actix_web::http::header::HeaderValue;

    use super::*;

    // security: 42
    #[test]
    fn only_a_trusted_proxy_says_where_a_request_came_from() {
        let proxies: Vec<Network> = vec!["10.0.0.0/8".parse().unwrap()];
        let seen = |peer: &str, forwarded: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(FORWARDED_FOR.clone(), HeaderValue::from_static(forwarded));
            address(
                Some(format!("{peer}:1").parse().unwrap()),
                &headers,
                &proxies,
            )
            .unwrap()
            .to_string()
        };
        assert_eq!(seen("192.0.2.1", "203.0.113.9"), "192.0.2.1");
        assert_eq!(seen("10.0.0.1", "203.0.113.9"), "203.0.113.9");
        // What the caller itself wrote in front is not believed.
        assert_eq!(
            seen("10.0.0.1", "198.51.100.1, 203.0.113.9, 10.0.0.2"),
            "203.0.113.9"
        );
        assert_eq!(seen("10.0.0.1", "rubbish"), "10.0.0.1");
    }
}
