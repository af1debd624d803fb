//! Databases and a mail server for the tests of every crate; behind the feature `testing`.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot have its database must fail loudly"
)]

mod child;
mod cluster;
mod database;
pub mod given;
mod program;
pub mod smtp;

pub use child::{Victim, child_argument, rounds};
pub use cluster::{Cluster, Durability, postgres_program};
pub use database::{TestDb, connect};
pub use program::{Running, program, program_at};

#[expect(
    clippy::disallowed_methods,
    reason = "settings of the tests, not of the program"
)]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[doc(hidden)]
pub fn run<F>(body: impl FnOnce(TestDb) -> F, db: TestDb)
where
    F: Future<Output = ()>,
{
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(body(db));
}

/// Runs one test body on each of the databases given, one after the other.
pub fn run_on<F>(
    body: impl Fn(TestDb) -> F,
    sqlite: impl Into<Option<TestDb>>,
    postgres: impl Into<Option<TestDb>>,
) where
    F: Future<Output = ()>,
{
    for db in [sqlite.into(), postgres.into()].into_iter().flatten() {
        run(&body, db);
    }
}

/// Makes `name::sqlite` and `name::postgres` of one test body.
///
/// Without PostgreSQL the second says that it was skipped and passes, unless
/// `KOPLOPERS_REQUIRE_POSTGRES` is set: then it fails.
///
/// ```text
/// on_both_databases! {
///     async fn a_person_is_found_by_id(db: TestDb) { … }
/// }
/// ```
#[macro_export]
macro_rules! on_both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($db:ident: TestDb) $body:block)+) => {$(
        $(#[$meta])*
        async fn $name($db: $crate::testing::TestDb) $body

        mod $name {
            #[test]
            fn sqlite() {
                $crate::testing::run(super::$name, $crate::testing::TestDb::sqlite());
            }

            #[test]
            fn postgres() {
                if let Some(db) = $crate::testing::TestDb::postgres() {
                    $crate::testing::run(super::$name, db);
                }
            }
        }
    )+};
}
