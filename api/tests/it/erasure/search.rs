//! A search of every column of every table, as a thief of the file would: bytes and sealed mails
//! included.

use std::fmt::Write as _;

use diesel::RunQueryDsl as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use koplopers_shared::db::DbConn;
use koplopers_shared::db::schema::{deliveries, inbound_mails};

use crate::app::TestApp;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    text: String,
}

fn texts(conn: &mut DbConn, sql: &str) -> Vec<String> {
    let query = diesel::sql_query(sql.to_owned());
    let rows: Vec<Row> = query.load(conn).expect(sql);
    rows.into_iter().map(|row| row.text).collect()
}

/// Every column, as `table.column`.
fn columns(conn: &mut DbConn) -> Vec<String> {
    let sql = match conn {
        DbConn::Sqlite(_) => {
            "SELECT m.name || '.' || c.name AS text FROM sqlite_master m \
             JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
        }
        DbConn::Postgres(_) => {
            "SELECT table_name || '.' || column_name AS text FROM information_schema.columns \
             WHERE table_schema = 'public'"
        }
    };
    texts(conn, sql)
}

/// The columns whose values hold `marker`, in whatever case, as text or as bytes; and the stored
/// mails that hold it once opened.
pub fn places(app: &TestApp, marker: &str) -> Vec<String> {
    let mut conn = app.db.connect();
    let columns = columns(&mut conn);
    assert!(columns.len() > 300, "the database lost its columns");
    let needle = marker.to_lowercase();
    let hex = marker.bytes().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let mut found = Vec::new();
    for place in columns {
        let (table, column) = place.split_once('.').unwrap();
        let (as_text, as_hex) = match conn {
            DbConn::Sqlite(_) => (
                format!("CAST(\"{column}\" AS text)"),
                format!("lower(hex(\"{column}\"))"),
            ),
            // PostgreSQL writes bytes as hexadecimal digits.
            DbConn::Postgres(_) => (format!("\"{column}\"::text"), format!("\"{column}\"::text")),
        };
        let sql = format!(
            "SELECT 'x' AS text FROM \"{table}\" \
             WHERE lower({as_text}) LIKE '%{needle}%' OR lower({as_hex}) LIKE '%{hex}%' LIMIT 1"
        );
        if !texts(&mut conn, &sql).is_empty() {
            found.push(place);
        }
    }
    let sealed: [(&str, Vec<Option<Vec<u8>>>); 2] = [
        (
            "deliveries.mime opened",
            deliveries::table
                .select(deliveries::mime)
                .load(&mut conn)
                .unwrap(),
        ),
        (
            "inbound_mails.mime opened",
            inbound_mails::table
                .select(inbound_mails::mime)
                .load(&mut conn)
                .unwrap(),
        ),
    ];
    for (place, mails) in sealed {
        let opened = mails.into_iter().flatten();
        let names = opened.map(|sealed| app.state.auth.keys().open(&sealed).unwrap());
        if names.into_iter().any(|plain| holds(&plain, &needle)) {
            found.push(place.to_owned());
        }
    }
    found
}

/// Whether a mail holds the marker, in any of its parts.
fn holds(frozen: &[u8], needle: &str) -> bool {
    let raw = String::from_utf8_lossy(frozen).to_lowercase();
    if raw.contains(needle) {
        return true;
    }
    let bytes = frozen
        .splitn(3, |byte| *byte == b'\n')
        .nth(2)
        .unwrap_or(frozen);
    let Some(mail) = mail_parser::MessageParser::default().parse(bytes) else {
        return false;
    };
    let subject = mail.subject().unwrap_or_default().to_lowercase();
    let parts = (0..mail.parts.len()).filter_map(|part| mail.body_text(part));
    subject.contains(needle)
        || parts
            .into_iter()
            .any(|text| text.to_lowercase().contains(needle))
}
