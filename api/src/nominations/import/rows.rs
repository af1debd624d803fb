//! The rows of a file: of JSON objects a line each, or of comma-separated values.

use std::collections::BTreeSet;

use koplopers_shared::nominations::Channel;
use serde_json::{Map, Value};

use super::super::dto::CreateNominationRequest;
use super::{Row, too_many_rows};
use crate::body;
use crate::problem::{FieldError, Problem, kinds};

/// Every column of a CSV file, with its place in a nomination.
const COLUMNS: &[(&str, &str)] = &[
    ("externalReference", "/externalReference"),
    ("nominatorName", "/nominator/name"),
    ("nominatorEmail", "/nominator/email"),
    ("language", "/language"),
    ("candidateName", "/candidate/name"),
    ("candidateEmail", "/candidate/email"),
    ("candidateKind", "/candidate/kind"),
    ("municipality", "/candidate/municipality"),
    ("organisation", "/candidate/organisation"),
    ("organisationName", "/candidate/organisationName"),
    ("relation", "/relation"),
    ("motivation", "/motivation"),
    ("innovation", "/innovation"),
    ("impact", "/impact"),
    ("giverName", "/giver/name"),
    ("giverEmail", "/giver/email"),
    ("giverRole", "/giver/role"),
    ("containsNoBsn", "/containsNoBsn"),
];

/// What spreadsheets write in front of a file.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The rows of a file with one JSON object a line; empty lines are no rows.
pub(super) fn of_ndjson(bytes: &[u8], most: usize) -> Result<Vec<Row>, Problem> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let lines: Vec<&[u8]> = bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.trim_ascii().is_empty())
        .collect();
    if lines.len() > most {
        return Err(too_many_rows());
    }
    Ok(lines.into_iter().map(read).collect())
}

/// The rows of a CSV file with a heading (RFC 4180), apart by commas or, as Dutch spreadsheets
/// write them, by semicolons.
pub(super) fn of_csv(bytes: &[u8], most: usize) -> Result<Vec<Row>, Problem> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let heading = bytes.split(|byte| *byte == b'\n').next().unwrap_or(bytes);
    let semicolons = heading.contains(&b';') && !heading.contains(&b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(if semicolons { b';' } else { b',' })
        .flexible(true)
        .from_reader(bytes);
    let columns = columns(&mut reader)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        if rows.len() == most {
            return Err(too_many_rows());
        }
        rows.push(match record {
            Ok(record) => of_record(&columns, &record),
            Err(_) => refused("is not readable as CSV in UTF-8"),
        });
    }
    Ok(rows)
}

/// The places in a nomination of the columns of a file. Its heading is right as a whole, or the
/// file is not read.
fn columns(reader: &mut csv::Reader<&[u8]>) -> Result<Vec<&'static str>, Problem> {
    let unreadable =
        |_| Problem::of(&kinds::BAD_REQUEST).detail("the heading is not readable as CSV in UTF-8");
    let heading = reader.headers().map_err(unreadable)?;
    let (mut found, mut wrong, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (number, name) in heading.iter().enumerate() {
        let place = format!("/heading/{number}");
        match COLUMNS.iter().find(|(column, _)| *column == name.trim()) {
            Some((column, _)) if !seen.insert(*column) => {
                wrong.push(FieldError::new(place, "duplicate", "must be given once"));
            }
            Some((_, pointer)) => found.push(*pointer),
            None => wrong.push(FieldError::new(
                place,
                "unknown",
                "is not a column of this file",
            )),
        }
    }
    if wrong.is_empty() {
        Ok(found)
    } else {
        Err(Problem::invalid(wrong))
    }
}

fn of_record(columns: &[&'static str], record: &csv::StringRecord) -> Row {
    if record.len() != columns.len() {
        return refused("has another number of columns than the heading");
    }
    let mut nomination = Map::new();
    for (pointer, cell) in columns.iter().zip(record) {
        // Blanks around a cell are how it was typed; line ends are not.
        let cell = cell.trim_matches(' ');
        if cell.is_empty() {
            continue;
        }
        let value = match (*pointer, cell) {
            ("/containsNoBsn", "true") => Value::Bool(true),
            ("/containsNoBsn", "false") => Value::Bool(false),
            (_, text) => Value::from(text),
        };
        put(&mut nomination, pointer, value);
    }
    match serde_json::to_vec(&nomination) {
        Ok(json) => read(&json),
        Err(_) => refused("is not readable as CSV in UTF-8"),
    }
}

/// Puts a value at its place, at most one level down.
fn put(into: &mut Map<String, Value>, pointer: &str, value: Value) {
    let path = pointer.trim_start_matches('/');
    match path.split_once('/') {
        None => {
            into.insert(path.to_owned(), value);
        }
        Some((parent, key)) => {
            let parent = into
                .entry(parent)
                .or_insert_with(|| Value::Object(Map::new()));
            if let Some(parent) = parent.as_object_mut() {
                parent.insert(key.to_owned(), value);
            }
        }
    }
}

fn refused(reason: &'static str) -> Row {
    Row {
        reference: None,
        nomination: Err(Problem::invalid_field("", "unreadable", reason)),
    }
}

/// Reads a row as the body of a nomination, with every check that one gets.
fn read(json: &[u8]) -> Row {
    let reference = serde_json::from_slice::<Value>(json)
        .ok()
        .and_then(|value| value["externalReference"].as_str().map(str::to_owned))
        // What is no reference is not repeated.
        .filter(|text| text.chars().count() <= 100 && !text.chars().any(char::is_control));
    let nomination = body::parse::<CreateNominationRequest>(json).and_then(|request| {
        let new = request.read(Channel::Import)?;
        if new.external_reference.is_none() {
            return Err(Problem::invalid_field(
                "/externalReference",
                "required",
                "must be given: it keeps a row from being taken twice",
            ));
        }
        Ok(new)
    });
    Row {
        reference,
        nomination,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_heading_is_read_in_any_order_and_with_either_separator() {
        for csv in [
            "candidateName,externalReference\nKim,V-1\n",
            "\u{feff}candidateName;externalReference\r\nKim;V-1\r\n",
        ] {
            let rows = of_csv(csv.as_bytes(), 5).unwrap();
            assert_eq!(rows.len(), 1);
            assert_eq!(rows[0].reference.as_deref(), Some("V-1"));
            assert!(rows[0].nomination.is_err());
        }
        for csv in ["name\nKim\n", "impact,impact\na,b\n"] {
            assert!(of_csv(csv.as_bytes(), 5).is_err(), "{csv}");
        }
    }

    #[test]
    fn a_file_with_too_many_rows_is_not_read() {
        let lines = "{}\n\n".repeat(6);
        assert!(of_ndjson(lines.as_bytes(), 5).is_err());
        assert_eq!(of_ndjson(lines.as_bytes(), 6).unwrap().len(), 6);
        let csv = format!("impact\n{}", "x\n".repeat(6));
        assert!(of_csv(csv.as_bytes(), 5).is_err());
    }

    #[test]
    fn a_row_that_cannot_be_read_does_not_keep_the_others_out() {
        let csv = b"externalReference,impact\nV-1,\xff\nV-2\nV-3,a\n";
        let rows = of_csv(csv, 5).unwrap();
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[2].reference.as_deref(), Some("V-3"));
    }
}
