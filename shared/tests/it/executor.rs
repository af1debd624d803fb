//! Reads and writes through the executor, on both databases.

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use koplopers_shared::db::{DbConn, DbError, check};
use koplopers_shared::on_both_databases;

pub(crate) fn count(conn: &mut DbConn, table: &str) -> i64 {
    diesel::dsl::sql::<BigInt>(&format!("SELECT count(*) FROM {table}"))
        .get_result(conn)
        .unwrap()
}

pub(crate) fn insert(conn: &mut DbConn, code: &str) -> Result<(), DbError> {
    conn.batch_execute(&format!(
        "INSERT INTO municipalities (code, version, name, province, source, source_year) \
         VALUES ('{code}', 1, 'Voorbeeld', 'Utrecht', 'test', 2026)"
    ))
    .map_err(DbError::from)
}

on_both_databases! {
    async fn what_is_written_is_read_by_another_connection(db: TestDb) {
        db.write(|conn| insert(conn, "GM0001")).await.unwrap();
        let seen = db.read(|conn| Ok::<_, DbError>(count(conn, "municipalities"))).await.unwrap();
        assert_eq!(seen, 1);
        assert_eq!(count(&mut db.connect(), "municipalities"), 1);
    }

    async fn a_refused_write_leaves_nothing(db: TestDb) {
        db.write(|conn| insert(conn, "GM0001")).await.unwrap();
        let refused = db
            .write(|conn| {
                insert(conn, "GM0002")?;
                insert(conn, "GM0001")
            })
            .await;
        assert!(refused.unwrap_err().is_unique_violation());
        assert_eq!(count(&mut db.connect(), "municipalities"), 1);
    }

    async fn a_migrated_database_has_nothing_pending(db: TestDb) {
        assert_eq!(check(db.url()).unwrap(), Vec::<String>::new());
        assert_eq!(db.pending_migrations().await.unwrap(), Vec::<String>::new());
    }
}
