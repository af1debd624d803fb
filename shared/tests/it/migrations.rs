//! Both sets of migrations make the same tables, and they are the ones of the code.

use std::collections::BTreeMap;
use std::path::Path;

use diesel::RunQueryDsl;
use diesel::sql_types::{Bool, Text};
use koplopers_shared::db::{DatabaseUrl, DbConn, check, migrate};
use koplopers_shared::testing::{TestDb, connect, run_on};

use crate::rows::run;

/// Table and column to SQL type and whether it may be absent.
type Columns = BTreeMap<(String, String), (String, bool)>;

#[derive(diesel::QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    in_table: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    data_type: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

fn columns(conn: &mut DbConn) -> Columns {
    // A primary key of SQLite is not NOT NULL by itself.
    let sql = match conn {
        DbConn::Sqlite(_) => {
            "SELECT m.name AS in_table, c.name AS name, lower(c.type) AS data_type, \
             c.\"notnull\" = 0 AND c.pk = 0 AS nullable \
             FROM sqlite_master m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
        }
        DbConn::Postgres(_) => {
            "SELECT table_name::text AS in_table, column_name::text AS name, data_type::text, \
             is_nullable = 'YES' AS nullable \
             FROM information_schema.columns WHERE table_schema = 'public'"
        }
    };
    let found: Vec<Column> = diesel::sql_query(sql).load(conn).unwrap();
    found
        .into_iter()
        .filter(|column| column.in_table != "__diesel_schema_migrations")
        .map(|column| {
            (
                (column.in_table, column.name),
                (column.data_type, column.nullable),
            )
        })
        .collect()
}

/// The tables as the code declares them: table, column, type, nullable.
fn declared() -> Columns {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/db/schema");
    let mut declared = Columns::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let source = std::fs::read_to_string(file.unwrap().path()).unwrap();
        declared.append(&mut declared_in(&source));
    }
    declared
}

fn declared_in(source: &str) -> Columns {
    let mut declared = Columns::new();
    let (mut table, mut renamed) = (String::new(), None);
    for line in source.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("#[sql_name = ") {
            renamed = Some(name.trim_matches(['"', ']']));
        } else if let Some((column, rest)) = line.split_once(" -> ") {
            let column = renamed.take().unwrap_or(column);
            let rest = rest.trim_end_matches(',');
            let inner = rest
                .strip_prefix("Nullable<")
                .map(|rest| rest.trim_end_matches('>'));
            declared.insert(
                (table.clone(), column.to_owned()),
                (inner.unwrap_or(rest).to_owned(), inner.is_some()),
            );
        } else if let Some((name, _)) = line.split_once(" (")
            && line.ends_with('{')
        {
            name.clone_into(&mut table);
        }
    }
    declared
}

/// The SQL type of each database for a type of the code.
const TYPES: [(&str, &str, &str); 8] = [
    ("Uid", "blob", "uuid"),
    ("Moment", "integer", "timestamp with time zone"),
    ("Day", "text", "date"),
    ("Text", "text", "text"),
    ("BigInt", "bigint", "bigint"),
    ("Integer", "integer", "integer"),
    ("Bool", "boolean", "boolean"),
    ("Binary", "blob", "bytea"),
];

fn translated(columns: &Columns, translate: impl Fn(&(&str, &str, &str)) -> String) -> Columns {
    columns
        .iter()
        .map(|(key, (name, nullable))| {
            let found = TYPES
                .iter()
                .find(|(code, ..)| code == name)
                .unwrap_or_else(|| panic!("no SQL type is known for {name}"));
            (key.clone(), (translate(found), *nullable))
        })
        .collect()
}

#[test]
fn the_embedded_tables_are_those_of_the_code() {
    let db = TestDb::sqlite();
    let expected = translated(&declared(), |(_, sqlite, _)| (*sqlite).to_owned());
    assert!(expected.len() > 100);
    assert_same(&columns(&mut db.connect()), &expected);
}

#[test]
fn the_tables_of_the_server_are_those_of_the_code() {
    let Some(db) = TestDb::postgres() else {
        return;
    };
    let expected = translated(&declared(), |(.., postgres)| (*postgres).to_owned());
    assert_same(&columns(&mut db.connect()), &expected);
}

fn assert_same(found: &Columns, expected: &Columns) {
    let missing: Vec<_> = expected
        .iter()
        .filter(|(key, kind)| found.get(*key) != Some(kind))
        .collect();
    let unknown: Vec<_> = found
        .keys()
        .filter(|key| !expected.contains_key(*key))
        .collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "missing or other: {missing:?}, unknown: {unknown:?}"
    );
}

#[test]
fn both_databases_have_the_same_indexes() {
    let Some(server) = TestDb::postgres() else {
        return;
    };
    let embedded: Vec<String> = diesel::dsl::sql::<Text>(
        "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name",
    )
    .load(&mut TestDb::sqlite().connect())
    .unwrap();
    let on_server: Vec<String> = diesel::dsl::sql::<Text>(
        "SELECT indexname::text COLLATE \"C\" AS name FROM pg_indexes i WHERE schemaname = 'public' \
         AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname) ORDER BY name",
    )
    .load(&mut server.connect())
    .unwrap();
    assert_eq!(embedded, on_server);
}

/// Starts eight at once on an empty database; exactly one of them does each step.
fn migrate_at_once(url: &DatabaseUrl) {
    let steps = check(url).unwrap().len();
    assert!(steps > 5);
    let done: usize = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| migrate(url).unwrap()))
            .collect();
        starts.into_iter().map(|start| start.join().unwrap()).sum()
    });
    assert_eq!(done, steps);
    assert!(check(url).unwrap().is_empty());
}

// security: 90
#[test]
fn concurrent_starts_migrate_once() {
    let folder = tempfile::tempdir().unwrap();
    migrate_at_once(&DatabaseUrl::sqlite(folder.path().join("new/koplopers.db")));
    if let Some(db) = TestDb::postgres() {
        run(
            &mut db.connect(),
            "DROP SCHEMA public CASCADE; CREATE SCHEMA public",
        )
        .unwrap();
        migrate_at_once(db.url());
    }
}

#[test]
fn looking_for_pending_migrations_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("absent.db");
    assert!(!check(&DatabaseUrl::sqlite(&path)).unwrap().is_empty());
    assert!(!path.exists());
}

// security: 85
#[test]
fn no_foreign_key_waits_for_the_commit() {
    async fn body(db: TestDb) {
        let sql = match db.connect() {
            DbConn::Sqlite(_) => {
                "SELECT name FROM sqlite_master WHERE upper(sql) LIKE '%DEFERRABLE%'"
            }
            DbConn::Postgres(_) => "SELECT conname::text FROM pg_constraint WHERE condeferrable",
        };
        let found: Vec<String> = diesel::dsl::sql::<Text>(sql)
            .load(&mut connect(db.url()))
            .unwrap();
        assert_eq!(found, Vec::<String>::new());
    }
    run_on(body, TestDb::sqlite(), TestDb::postgres());
}
