//! A database of one test.

use std::ops::Deref;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use tempfile::TempDir;

use super::cluster::{self, Server};
use crate::db::{DatabaseUrl, Db, DbConn, DbOptions, migrate};

/// A migrated database that nobody else uses; gone with the test.
#[derive(Debug)]
pub struct TestDb {
    db: Db,
    url: DatabaseUrl,
    _home: Home,
}

#[derive(Debug)]
enum Home {
    Folder { _folder: TempDir },
    Server { admin: DatabaseUrl, name: String },
}

impl TestDb {
    /// A copy of a migrated file, in a folder of its own.
    #[must_use]
    pub fn sqlite() -> Self {
        Self::sqlite_with(DbOptions::default())
    }

    /// As [`TestDb::sqlite`], with other limits.
    #[must_use]
    pub fn sqlite_with(options: DbOptions) -> Self {
        static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("template.db");
            migrate(&DatabaseUrl::sqlite(&path)).expect("migrations that run");
            std::fs::read(path).expect("the migrated file")
        });
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("koplopers.db");
        std::fs::write(&path, template).expect("a copy of the migrated file");
        let url = DatabaseUrl::sqlite(path);
        Self {
            db: Db::open(&url, options).expect("a database"),
            url,
            _home: Home::Folder { _folder: folder },
        }
    }

    /// A copy of a migrated database on the server of `TEST_DATABASE_URL`, else on a private
    /// cluster of this process; `None` without PostgreSQL.
    #[must_use]
    pub fn postgres() -> Option<Self> {
        Self::postgres_with(DbOptions {
            pool: 4,
            ..DbOptions::default()
        })
    }

    /// As [`TestDb::postgres`], with other limits.
    #[must_use]
    pub fn postgres_with(options: DbOptions) -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let server = cluster::server()?;
        let template = template(server);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{template}_{number}");
        let admin = server.url("postgres");
        execute(
            &admin,
            &format!("CREATE DATABASE {name} TEMPLATE {template}"),
        );
        let url = server.url(&name);
        Some(Self {
            db: Db::open(&url, options).expect("a database"),
            url,
            _home: Home::Server { admin, name },
        })
    }

    /// The handle that the application would have.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Where the database is.
    #[must_use]
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// A connection outside the executor: what it sees is stored.
    #[must_use]
    pub fn connect(&self) -> DbConn {
        connect(&self.url)
    }
}

impl Deref for TestDb {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Self::Server { admin, name } = self
            && let Some(url) = admin.server()
            && let Ok(mut conn) = PgConnection::establish(url)
        {
            // The tests are over; what cannot be dropped now goes with the cluster.
            let _ = conn.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// Opens a plain connection to `url`, outside any executor.
#[must_use]
pub fn connect(url: &DatabaseUrl) -> DbConn {
    match (url.file(), url.server()) {
        (Some(path), _) => {
            let path = path.to_str().expect("a UTF-8 path");
            let mut conn = diesel::SqliteConnection::establish(path).expect("a connection");
            conn.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON")
                .expect("settings");
            DbConn::Sqlite(conn)
        }
        (None, url) => DbConn::Postgres(
            PgConnection::establish(url.expect("an address")).expect("a connection"),
        ),
    }
}

pub(super) fn execute(url: &DatabaseUrl, sql: &str) {
    connect(url)
        .batch_execute(sql)
        .expect("a statement that runs");
}

/// The migrated database that others are copied from, made once per process.
fn template(server: &Server) -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let name = format!("koplopers_test_{}", std::process::id());
        let admin = server.url("postgres");
        execute(
            &admin,
            &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        );
        execute(&admin, &format!("CREATE DATABASE {name}"));
        migrate(&server.url(&name)).expect("migrations that run");
        name
    })
}
