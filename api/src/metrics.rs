//! What is counted, and the listener that shows it (security: 73).

use std::fmt;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::{App, HttpResponse, HttpServer, web};
use koplopers_shared::metrics::{DbMetrics, DeliveryMetrics, OutboxMetrics, registry};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::state::AppState;

/// An operation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Route {
    /// The method.
    pub method: String,
    /// The path with its parameters by name, or `-` when there is none.
    pub route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: String,
    route: String,
    status: u16,
}

/// Seconds; from a look-up in memory to the deadline of a request.
const BUCKETS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 20.0,
];

/// The counts of a process.
pub struct Metrics {
    registry: Registry,
    answered: Family<Answered, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
    unauthorized: Counter,
    database: DbMetrics,
    audit_waiting: Gauge,
    /// How the outbox and its workers stand.
    pub outbox: OutboxMetrics,
    /// What the worker inside this process has done.
    pub deliveries: DeliveryMetrics,
}

impl Metrics {
    /// Nothing counted yet.
    #[must_use]
    pub fn new() -> Self {
        let mut registry = registry();
        let answered = Family::default();
        registry.register("http_requests", "Requests answered", answered.clone());
        let seconds: Family<Route, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(BUCKETS));
        registry.register(
            "http_request_seconds",
            "Time from head to answer",
            seconds.clone(),
        );
        let unauthorized = Counter::default();
        registry.register(
            "http_unauthorized",
            "Requests without good credentials",
            unauthorized.clone(),
        );
        let audit_waiting = Gauge::default();
        registry.register(
            "audit_waiting",
            "Audit lines of reads and refusals that wait to be stored",
            audit_waiting.clone(),
        );
        let deliveries = DeliveryMetrics::new();
        deliveries.register(&mut registry);
        Self {
            database: DbMetrics::register(&mut registry),
            outbox: OutboxMetrics::register(&mut registry),
            registry,
            answered,
            seconds,
            unauthorized,
            audit_waiting,
            deliveries,
        }
    }

    /// Counts an answer.
    pub fn request(&self, route: Route, status: u16, elapsed: Duration) {
        if status == 401 {
            self.unauthorized.inc();
        }
        self.seconds
            .get_or_create(&route)
            .observe(elapsed.as_secs_f64());
        let Route { method, route } = route;
        let answered = Answered {
            method,
            route,
            status,
        };
        self.answered.get_or_create(&answered).inc();
    }

    fn text(&self, state: &AppState) -> Result<String, fmt::Error> {
        self.database.look(&state.db);
        let waiting = state.auth.audit().waiting();
        self.audit_waiting
            .set(i64::try_from(waiting).unwrap_or(i64::MAX));
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

/// Serves `/metrics` on a listener of its own.
pub fn serve(state: AppState, listener: TcpListener) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(state.clone()))
            .route("/metrics", web::get().to(show))
    });
    Ok(server
        .workers(1)
        .disable_signals()
        .shutdown_timeout(1)
        .listen(listener)?
        .run())
}

async fn show(state: web::Data<AppState>) -> HttpResponse {
    match state.process.metrics.text(&state) {
        Ok(text) => HttpResponse::Ok()
            .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
            .body(text),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}
