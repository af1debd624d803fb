//! The statements of a request, as PostgreSQL logged them, for its own benchmark to run.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, ensure};

/// A statement with its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// With `$1` and so on.
    sql: String,
    /// The values, as literals of SQL.
    values: Vec<String>,
}

/// What PostgreSQL logged since, as statements in the order in which they ran.
///
/// Needs `log_statement = 'all'` and `log_line_prefix = ''`.
pub fn logged(log: &str) -> Vec<Statement> {
    let mut found: Vec<Statement> = Vec::new();
    for line in log.lines() {
        if let Some(said) = line.strip_prefix("LOG:  ") {
            let sql = said.strip_prefix("statement: ").or_else(|| {
                said.strip_prefix("execute ")?
                    .split_once(": ")
                    .map(|(_, sql)| sql)
            });
            if let Some(sql) = sql {
                found.push(Statement {
                    sql: sql.to_owned(),
                    values: Vec::new(),
                });
            }
        } else if let Some(values) = line
            .strip_prefix("DETAIL:  parameters: ")
            .or_else(|| line.strip_prefix("DETAIL:  Parameters: "))
            && let Some(last) = found.last_mut()
        {
            last.values = values_in(values);
        }
    }
    found
}

/// The values in `$1 = 'it''s', $2 = NULL`, as literals.
fn values_in(text: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(" = ") {
        let end = match after.strip_prefix('\'') {
            None => after.find(',').unwrap_or(after.len()),
            Some(quoted) => 1 + closing_quote(quoted),
        };
        let (value, left) = after.split_at(end.min(after.len()));
        values.push(value.to_owned());
        rest = left;
    }
    values
}

/// The length up to and with the quote that ends a literal; two quotes are one within.
fn closing_quote(quoted: &str) -> usize {
    let bytes = quoted.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'\'' {
            if bytes.get(at + 1) != Some(&b'\'') {
                return at + 1;
            }
            at += 1;
        }
        at += 1;
    }
    bytes.len()
}

/// The part from the first statement about `table` to the last one about a table of that name or
/// one that starts with it; with the transaction around it when there is one.
pub fn about<'a>(statements: &'a [Statement], table: &str) -> anyhow::Result<&'a [Statement]> {
    // `"intakes"` and `"intake_issues"`, and the same in SQL written by hand.
    let is_about = |it: &Statement| {
        it.sql.contains(&format!("\"{table}s\"")) || it.sql.contains(&format!("{table}_"))
    };
    let first = statements
        .iter()
        .position(is_about)
        .context("a statement of the request")?;
    let last = statements.iter().rposition(is_about).unwrap_or(first);
    let begins = |it: &Statement| it.sql.starts_with("BEGIN");
    let begin = statements[..first].iter().rposition(begins);
    let ends = |it: &Statement| it.sql.starts_with("COMMIT");
    let commit = statements[last..]
        .iter()
        .position(ends)
        .map(|after| last + after);
    match (begin, commit) {
        (Some(begin), Some(commit)) => {
            let ended = statements[begin..first].iter().any(ends);
            Ok(if ended {
                &statements[first..=last]
            } else {
                &statements[begin..=commit]
            })
        }
        _ => Ok(&statements[first..=last]),
    }
}

/// A script for `pgbench` that runs the statements.
///
/// Ids of new rows, and what `fresh` names (a table and a column), get another value at each run.
pub fn script(statements: &[Statement], fresh: &[(&str, &str)]) -> anyhow::Result<String> {
    let mut script = String::from("\\set run random(1, 9000000000000000000)\n");
    let mut replaced: BTreeMap<String, String> = BTreeMap::new();
    for statement in statements {
        let mut values = statement.values.clone();
        for (place, column) in inserted(&statement.sql) {
            let value = values.get_mut(place).context("a value for each column")?;
            let is_named = fresh.iter().any(|(table, name)| {
                *name == column
                    && statement
                        .sql
                        .starts_with(&format!("INSERT INTO \"{table}\""))
            });
            if is_named {
                *value = random_id(replaced.len(), "slot");
            } else if column == "id" && value.len() == 38 {
                let id = random_id(replaced.len(), "id");
                replaced.insert(value.clone(), id);
            }
        }
        for value in &mut values {
            if let Some(new) = replaced.get(value) {
                value.clone_from(new);
            }
        }
        let mut sql = statement.sql.clone();
        // From the last, so that `$1` does not take the start of `$12`.
        for (place, value) in values.iter().enumerate().rev() {
            sql = sql.replace(&format!("${}", place + 1), &without_colons(value));
        }
        ensure!(!sql.contains('\n'), "a statement in one line");
        let _ = writeln!(script, "{};", sql.trim_end_matches(';'));
    }
    Ok(script)
}

/// The same literal; a colon in it would be the start of a variable to `pgbench`.
fn without_colons(literal: &str) -> String {
    match literal.strip_prefix('\'') {
        Some(quoted) if quoted.contains(':') => {
            format!("E'{}", quoted.replace('\\', r"\\").replace(':', r"\x3a"))
        }
        _ => literal.to_owned(),
    }
}

/// An id that differs at each run, the same for one place throughout it.
fn random_id(place: usize, word: &str) -> String {
    format!("md5(:run::text || '{word}{place}')::uuid")
}

/// The columns of an insert by the number of their value, from 0.
fn inserted(sql: &str) -> Vec<(usize, String)> {
    let insert = || {
        let (columns, values) = sql.strip_prefix("INSERT INTO ")?.split_once(" VALUES ")?;
        let (_, columns) = columns.split_once('(')?;
        let columns = columns.trim_end_matches(')').split(", ");
        let values = values.trim_start_matches('(').split([',', ')']);
        let pairs = columns.zip(values).filter_map(|(column, value)| {
            let place: usize = value.trim().strip_prefix('$')?.parse().ok()?;
            Some((place - 1, column.trim_matches('"').to_owned()))
        });
        Some(pairs.collect())
    };
    insert().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const LOG: &str = r#"LOG:  statement: SELECT 1
LOG:  statement: BEGIN
LOG:  execute __diesel_stmt_0: SELECT "intakes"."id" FROM "intakes" WHERE "id" = $1 AND x = $2
DETAIL:  parameters: $1 = '0198c0de-0000-7000-8000-000000000001', $2 = 'it''s, at 14:30'
LOG:  execute __diesel_stmt_1: INSERT INTO "intakes" ("id", "open_slot", "closed_at") VALUES ($1, $2, DEFAULT)
DETAIL:  parameters: $1 = '0198c0de-0000-7000-8000-000000000002', $2 = NULL
LOG:  execute <unnamed>: INSERT INTO "events" ("seq", "subject_id") VALUES (DEFAULT, $1)
DETAIL:  parameters: $1 = '0198c0de-0000-7000-8000-000000000002'
LOG:  statement: COMMIT
"#;

    #[test]
    fn the_statements_of_a_request_are_found_with_their_transaction() {
        let all = logged(LOG);
        assert_eq!(all.len(), 6);
        assert_eq!(all[2].values[1], "'it''s, at 14:30'");
        let found = about(&all, "intake").unwrap();
        assert_eq!(found.first().unwrap().sql, "BEGIN");
        assert_eq!(found.last().unwrap().sql, "COMMIT");
    }

    #[test]
    fn a_new_row_is_another_at_each_run_and_the_same_within_it() {
        let script = script(&logged(LOG)[1..], &[("intakes", "open_slot")]).unwrap();
        let lines: Vec<&str> = script.lines().collect();
        assert!(
            lines[2].ends_with(
                "= '0198c0de-0000-7000-8000-000000000001' AND x = E'it''s, at 14\\x3a30';"
            )
        );
        let id = "md5(:run::text || 'id0')::uuid";
        let slot = "md5(:run::text || 'slot1')::uuid";
        assert!(
            lines[3].ends_with(&format!("VALUES ({id}, {slot}, DEFAULT);")),
            "{script}"
        );
        assert!(
            lines[4].ends_with(&format!("VALUES (DEFAULT, {id});")),
            "{script}"
        );
    }
}
