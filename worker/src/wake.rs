//! How a worker notices that something is due: by a commit in its own process, by a NOTIFY of
//! PostgreSQL, and without either by looking every few seconds.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use koplopers_shared::db::Db;
use koplopers_shared::deliveries::CHANNEL;
use openssl::ssl::{SslConnector, SslMethod, SslVerifyMode};
use postgres_openssl::MakeTlsConnector;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio_postgres::{AsyncMessage, Config};

/// How long to wait before listening again after the connection was lost.
const AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(5));

/// Ends the waiting of a worker.
#[derive(Debug)]
pub(crate) struct Wake {
    commits: watch::Receiver<u64>,
    notified: Arc<Notify>,
}

impl Wake {
    /// Starts to listen; the listening ends with `helpers`.
    pub(crate) fn new(db: &Db, helpers: &mut JoinSet<()>) -> Self {
        let notified = Arc::new(Notify::new());
        if let Some(url) = db.url().server() {
            match Listener::new(url) {
                Ok(listener) => {
                    helpers.spawn(listener.listen_forever(Arc::clone(&notified)));
                }
                Err(error) => tracing::warn!(
                    error = &*error as &dyn std::error::Error,
                    "cannot listen for new deliveries; looking every few seconds instead"
                ),
            }
        }
        Self {
            commits: db.commits(),
            notified,
        }
    }

    /// Waits for a sign, or as long as one of the times between.
    pub(crate) async fn wait(&mut self, at_most: (Duration, Duration)) {
        let waiting = async {
            tokio::select! {
                changed = self.commits.changed() => {
                    if changed.is_err() {
                        // The database is gone; time alone tells.
                        std::future::pending::<()>().await;
                    }
                }
                () = self.notified.notified() => {}
            }
        };
        let _ = tokio::time::timeout(between(at_most), waiting).await;
    }
}

/// A time somewhere between two, so that workers that start together do not stay together.
pub(crate) fn between((shortest, longest): (Duration, Duration)) -> Duration {
    let spread = RandomState::new().hash_one(0) >> 32;
    let range = u64::try_from(longest.saturating_sub(shortest).as_micros()).unwrap_or(0);
    shortest + Duration::from_micros((range * spread) >> 32)
}

/// A connection of its own to PostgreSQL: diesel's would block.
struct Listener {
    config: Config,
    tls: MakeTlsConnector,
}

impl Listener {
    fn new(url: &str) -> anyhow::Result<Self> {
        let (url, tls) = for_this_client(url);
        Ok(Self {
            config: url.parse()?,
            tls: tls.connector()?,
        })
    }

    async fn listen_forever(self, notified: Arc<Notify>) {
        loop {
            // Whatever was announced while nobody listened.
            notified.notify_one();
            if let Err(error) = self.listen(&notified).await {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "stopped listening for new deliveries"
                );
            }
            tokio::time::sleep(between(AGAIN)).await;
        }
    }

    async fn listen(&self, notified: &Notify) -> Result<(), tokio_postgres::Error> {
        let (client, mut connection) = self.config.connect(self.tls.clone()).await?;
        let mut messages = futures_util::stream::poll_fn(move |cx| connection.poll_message(cx));
        let pump = async {
            use futures_util::StreamExt as _;
            while let Some(message) = messages.next().await {
                if let AsyncMessage::Notification(_) = message? {
                    notified.notify_one();
                }
            }
            Ok(())
        };
        let ask = async {
            client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
            // What was committed before we listened, and keeps the client alive.
            notified.notify_one();
            std::future::pending::<Result<(), tokio_postgres::Error>>().await
        };
        tokio::select! {
            ended = pump => ended,
            failed = ask => failed,
        }
    }
}

/// How far the server's certificate is checked, in the words of libpq.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tls {
    verify_chain: bool,
    verify_name: bool,
    root: Option<String>,
}

impl Tls {
    fn connector(&self) -> anyhow::Result<MakeTlsConnector> {
        let mut builder = SslConnector::builder(SslMethod::tls())?;
        if let Some(root) = &self.root {
            builder.set_ca_file(root)?;
        }
        if !self.verify_chain {
            builder.set_verify(SslVerifyMode::NONE);
        }
        let mut connector = MakeTlsConnector::new(builder.build());
        let verify_name = self.verify_name;
        connector.set_callback(move |connection, _| {
            connection.set_verify_hostname(verify_name);
            Ok(())
        });
        Ok(connector)
    }
}

/// The parameters that this client knows as libpq does.
const KNOWN: &[&str] = &[
    "application_name",
    "channel_binding",
    "connect_timeout",
    "dbname",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "load_balance_hosts",
    "options",
    "password",
    "port",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
];

/// Turns an address for libpq into one for this client, which refuses what it does not know.
fn for_this_client(url: &str) -> (String, Tls) {
    let mut tls = Tls::default();
    let Some((address, query)) = url.split_once('?') else {
        return (url.to_owned(), tls);
    };
    let mut kept = Vec::new();
    for parameter in query.split('&') {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match (name, value) {
            ("sslmode", "verify-full") => {
                tls.verify_chain = true;
                tls.verify_name = true;
                kept.push("sslmode=require".to_owned());
            }
            ("sslmode", "verify-ca") => {
                tls.verify_chain = true;
                kept.push("sslmode=require".to_owned());
            }
            ("sslmode", "disable" | "prefer" | "require") => kept.push(parameter.to_owned()),
            ("sslrootcert", path) if path != "system" => tls.root = Some(unescaped(path)),
            (name, _) if KNOWN.contains(&name) => kept.push(parameter.to_owned()),
            _ => {}
        }
    }
    // libpq verifies with `require` too when it was given a root certificate.
    tls.verify_chain |= tls.root.is_some();
    (format!("{address}?{}", kept.join("&")), tls)
}

fn unescaped(path: &str) -> String {
    let form = format!("path={path}");
    url::form_urlencoded::parse(form.as_bytes())
        .next()
        .map(|(_, path)| path.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_for_libpq_is_read_with_its_certificate_rules() {
        let (url, tls) = for_this_client(
            "postgres://u:p@db.example.org/k?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem&gssencmode=disable&connect_timeout=2",
        );
        assert_eq!(
            url,
            "postgres://u:p@db.example.org/k?sslmode=require&connect_timeout=2"
        );
        assert_eq!(
            tls,
            Tls {
                verify_chain: true,
                verify_name: true,
                root: Some("/etc/ca.pem".to_owned()),
            }
        );
        assert!(url.parse::<Config>().is_ok());
        let (plain, tls) = for_this_client("postgres:///k?host=/run/postgresql&user=postgres");
        assert_eq!(tls, Tls::default());
        assert!(plain.parse::<Config>().is_ok());
    }

    #[test]
    fn a_time_between_two_is_between_them() {
        let (shortest, longest) = (Duration::from_millis(800), Duration::from_millis(1200));
        for _ in 0..100 {
            assert!((shortest..longest).contains(&between((shortest, longest))));
        }
    }
}
