//! The server: its limits, and how it starts and stops.

use std::net::{SocketAddr, TcpListener};

use actix_web::dev::{Server, ServerHandle};
use actix_web::http::KeepAlive;
use actix_web::{HttpServer, rt};

use crate::app::build_app;
use crate::state::AppState;
use crate::{health, metrics};

/// Seconds that requests at hand may still take once the server stops; with the wait before it
/// less than 30 (security: 84).
const DRAIN: u64 = 25;

/// A server that has been bound, and its addresses.
pub struct Bound {
    /// The server of the API; await it to run.
    pub server: Server,
    metrics: Server,
    /// Where the API is.
    pub address: SocketAddr,
    /// Where the metrics are.
    pub metrics_address: SocketAddr,
    state: AppState,
}

impl std::fmt::Debug for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bound")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// Binds both listeners.
pub fn bind(state: AppState) -> std::io::Result<Bound> {
    let http = &state.settings.http;
    let listener = TcpListener::bind(http.listen)?;
    let metrics_listener = TcpListener::bind(http.metrics_listen)?;
    let (address, metrics_address) = (listener.local_addr()?, metrics_listener.local_addr()?);
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let for_app = state.clone();
    let server = HttpServer::new(move || build_app(for_app.clone()))
        .workers(workers)
        .max_connections(http.max_connections.div_ceil(workers))
        .client_request_timeout(http.header_timeout)
        .client_disconnect_timeout(http.header_timeout)
        .keep_alive(KeepAlive::Timeout(http.keep_alive))
        .shutdown_timeout(DRAIN)
        .disable_signals()
        .listen(listener)?
        .run();
    Ok(Bound {
        metrics: metrics::serve(state.clone(), metrics_listener)?,
        server,
        address,
        metrics_address,
        state,
    })
}

impl Bound {
    /// Serves until `stop` is done: then not ready, a moment for the balancer to notice, and an
    /// answer to what was asked.
    pub async fn run(self, stop: impl Future<Output = ()> + 'static) -> std::io::Result<()> {
        let watch = rt::spawn(health::watch(self.state.clone()));
        let metrics_handle = self.metrics.handle();
        let metrics = rt::spawn(self.metrics);
        let stopper = rt::spawn(drain(stop, self.state, self.server.handle()));
        let ended = self.server.await;
        stopper.abort();
        watch.abort();
        metrics_handle.stop(false).await;
        metrics.abort();
        ended
    }
}

async fn drain(stop: impl Future<Output = ()>, state: AppState, handle: ServerHandle) {
    stop.await;
    tracing::info!("stopping");
    state.process.stop();
    rt::time::sleep(state.settings.http.drain_wait).await;
    handle.stop(true).await;
}

/// Ends at SIGTERM or Ctrl-C, heard from this call on.
pub fn stop_signal() -> std::io::Result<impl Future<Output = ()> + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
