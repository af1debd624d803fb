//! The settings of the HTTP server.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use url::Url;

use super::Network;
use super::amounts::{number, size, slow_span, span};
use super::source::Source;

/// The HTTP server.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// Where the API listens.
    pub listen: SocketAddr,
    /// Where the metrics are.
    pub metrics_listen: SocketAddr,
    /// Where people and systems reach it; without a slash at its end.
    pub public_url: Url,
    /// Origins of front ends in browsers.
    pub cors_origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Requests per minute of one client; 0 for no limit.
    pub rate_per_minute: u32,
    /// Requests per minute without a token from one address; 0 for no limit.
    pub rate_anonymous_per_minute: u32,
    /// Connections held at once.
    pub max_connections: usize,
    /// How long the head of a request may take to arrive.
    pub header_timeout: Duration,
    /// How long a body may take to arrive.
    pub body_timeout: Duration,
    /// How long a request may take in all.
    pub request_timeout: Duration,
    /// How long an idle connection is kept.
    pub keep_alive: Duration,
    /// How long to go on, not ready, after a stop signal.
    pub drain_wait: Duration,
}

impl HttpSettings {
    /// Whether people reach the service over TLS.
    #[must_use]
    pub fn behind_tls(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}

pub(super) fn read(source: &mut Source) -> Option<HttpSettings> {
    let local = |port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
    let address = |text: &str| {
        text.parse::<SocketAddr>()
            .map_err(|_| "must be an address and a port, such as 127.0.0.1:8080")
    };
    let listen = source
        .get("KOPLOPERS_LISTEN", address)
        .unwrap_or_else(|| local(8080));
    let public_url = source.get("KOPLOPERS_PUBLIC_URL", public_url);
    Some(HttpSettings {
        listen,
        metrics_listen: source
            .get("KOPLOPERS_METRICS_LISTEN", address)
            .unwrap_or_else(|| local(9090)),
        public_url: match public_url {
            Some(url) => url,
            None => Url::parse(&format!("http://{listen}")).ok()?,
        },
        cors_origins: source.list("KOPLOPERS_CORS_ORIGINS", origin),
        trusted_proxies: source.list("KOPLOPERS_TRUSTED_PROXIES", str::parse),
        rate_per_minute: number(source, "KOPLOPERS_RATE_PER_MINUTE", 0..=1_000_000, 6000),
        rate_anonymous_per_minute: number(
            source,
            "KOPLOPERS_RATE_ANONYMOUS_PER_MINUTE",
            0..=1_000_000,
            300,
        ),
        max_connections: size(source, "KOPLOPERS_MAX_CONNECTIONS", 1..=100_000, 2000),
        header_timeout: slow_span(source, "KOPLOPERS_HEADER_TIMEOUT", 5),
        body_timeout: span(source, "KOPLOPERS_BODY_TIMEOUT", 15),
        request_timeout: span(source, "KOPLOPERS_REQUEST_TIMEOUT", 20),
        keep_alive: slow_span(source, "KOPLOPERS_KEEP_ALIVE", 15),
        drain_wait: span(source, "KOPLOPERS_DRAIN_WAIT", 2),
    })
}

fn public_url(text: &str) -> Result<Url, &'static str> {
    let wrong = "must be http:// or https:// and a host, without a path, user or query";
    let url = Url::parse(text).map_err(|_| wrong)?;
    let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    if matches!(url.scheme(), "http" | "https") && url.has_host() && plain && anonymous {
        Ok(url)
    } else {
        Err(wrong)
    }
}

fn origin(text: &str) -> Result<String, &'static str> {
    public_url(text)
        .map(|url| url.origin().ascii_serialization())
        .map_err(|_| "must be origins such as https://app.example.nl")
}
