//! What the commands have in common: a process on its database.

use std::sync::Arc;

use anyhow::Context as _;
use koplopers_shared::clock::Clock;
use koplopers_shared::db::{self, Db};
use koplopers_shared::deliveries;
use koplopers_shared::settings::Settings;

use crate::server;
use crate::state::AppState;

/// Brings the database up to date and gets a process ready on it.
pub(super) async fn start(settings: Arc<Settings>) -> anyhow::Result<AppState> {
    db::migrate(&settings.database_url).context("migrating the database")?;
    let db = Db::open(&settings.database_url, settings.database.clone())?;
    Ok(AppState::start(db, Clock::System, settings).await?)
}

/// Sends the mails that are due, before there is anybody to serve.
pub(super) async fn send_due(state: &AppState) -> anyhow::Result<()> {
    worker::once(state).await
}

/// Serves until told to stop, with or without a worker in the same process. `ready` is told the
/// address once requests are welcome.
pub(super) async fn serve(
    state: AppState,
    with_worker: bool,
    ready: impl FnOnce(std::net::SocketAddr) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    // Before anybody can know that we serve: a signal that nobody hears cuts every request.
    let stop = server::stop_signal()?;
    let db = state.db.clone();
    // Wakes the workers of other processes after each commit; does nothing on SQLite.
    let announcer = actix_web::rt::spawn(deliveries::announce(db.clone()));
    let worker = with_worker.then(|| worker::start(&state)).transpose()?;
    let bound = server::bind(state).context("listening")?;
    tracing::info!(
        address = %bound.address,
        metrics = %bound.metrics_address,
        worker = with_worker,
        "serving"
    );
    ready(bound.address)?;
    bound.run(stop).await?;
    announcer.abort();
    // Mails that the last requests caused may still go out.
    if let Some(worker) = worker {
        worker.stop().await?;
    }
    db.stop().await;
    tracing::info!("stopped");
    Ok(())
}

#[cfg(feature = "embedded-worker")]
mod worker {
    use anyhow::Context as _;
    use koplopers_worker::{Worker, WorkerError, WorkerParts, build_worker};
    use tokio::sync::oneshot;
    use tokio::task::JoinHandle;

    use crate::state::AppState;

    /// A worker in this process.
    pub(super) struct Embedded {
        running: JoinHandle<Result<(), WorkerError>>,
        stop: oneshot::Sender<()>,
    }

    fn worker(state: &AppState) -> anyhow::Result<Worker> {
        let parts = WorkerParts::new(
            state.db.clone(),
            state.clock.clone(),
            state.keys.clone(),
            &state.settings,
        )?;
        Ok(build_worker(WorkerParts {
            metrics: state.process.metrics.deliveries.clone(),
            ..parts
        }))
    }

    pub(super) async fn once(state: &AppState) -> anyhow::Result<()> {
        worker(state)?.once().await?;
        Ok(())
    }

    pub(super) fn start(state: &AppState) -> anyhow::Result<Embedded> {
        let worker = worker(state)?;
        let (stop, stopped) = oneshot::channel::<()>();
        let running = actix_web::rt::spawn(async move {
            let ended = worker
                .run(async {
                    // A sender that is gone means stop as well.
                    let _ = stopped.await;
                })
                .await;
            if let Err(error) = &ended {
                tracing::error!(error = %error, "the worker stopped");
            }
            ended
        });
        Ok(Embedded { running, stop })
    }

    impl Embedded {
        /// Lets the worker finish what it is sending.
        pub(super) async fn stop(self) -> anyhow::Result<()> {
            drop(self.stop);
            self.running.await.context("the worker")??;
            Ok(())
        }
    }
}

#[cfg(not(feature = "embedded-worker"))]
mod worker {
    use crate::state::AppState;

    /// Stands for the worker that this build does not hold.
    pub(super) struct Embedded;

    pub(super) async fn once(state: &AppState) -> anyhow::Result<()> {
        start(state)?.stop().await
    }

    pub(super) fn start(_: &AppState) -> anyhow::Result<Embedded> {
        anyhow::bail!("this build holds no worker: start koplopers-worker, and serve --no-worker")
    }

    impl Embedded {
        #[expect(clippy::unused_async, reason = "as the worker that is there")]
        pub(super) async fn stop(self) -> anyhow::Result<()> {
            Ok(())
        }
    }
}
