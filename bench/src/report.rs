//! The table, and where it is kept.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::machine::Facts;

/// One line of the table.
#[derive(Debug)]
pub struct Row {
    /// What was measured.
    pub measured: &'static str,
    /// What it is compared with, in words and figures.
    pub limit: String,
    /// The figure itself, in words.
    pub figure: String,
    /// Figure by limit, and what it should be at least or at most.
    pub ratio: Option<(f64, Target)>,
}

/// What a ratio should be.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
    /// Only printed.
    None,
}

impl Target {
    fn in_words(self, ratio: f64) -> (String, &'static str) {
        let met = |met: bool| if met { "yes" } else { "**no**" };
        match self {
            Self::AtLeast(least) => (format!("≥ {least}"), met(ratio >= least)),
            Self::AtMost(most) => (format!("≤ {most}"), met(ratio <= most)),
            Self::None => ("–".to_owned(), "–"),
        }
    }
}

/// Everything that was measured in this run.
#[derive(Debug)]
pub struct Report {
    facts: Facts,
    rows: Vec<Row>,
    notes: Vec<String>,
}

impl Report {
    /// A report on this machine.
    pub const fn new(facts: Facts) -> Self {
        Self {
            facts,
            rows: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Adds a line, and prints it, since a run takes minutes.
    pub fn add(&mut self, row: Row) {
        let ratio = row
            .ratio
            .map_or_else(String::new, |(ratio, _)| format!(", ratio {ratio:.2}"));
        eprintln!("{}: {}; {}{ratio}", row.measured, row.limit, row.figure);
        self.rows.push(row);
    }

    /// Adds what the table cannot say.
    pub fn note(&mut self, note: String) {
        eprintln!("{note}");
        self.notes.push(note);
    }

    /// The whole report.
    pub fn as_markdown(&self) -> String {
        let mut text = format!("# Measured on {}\n\n{}\n", self.facts.day, self.facts);
        text += "| measured | limit | figure | ratio | target | met |\n";
        text += "| --- | --- | --- | --- | --- | --- |\n";
        for row in &self.rows {
            let (ratio, (target, met)) = match row.ratio {
                Some((ratio, target)) => (format!("{ratio:.2}"), target.in_words(ratio)),
                None => ("–".to_owned(), ("–".to_owned(), "–")),
            };
            let _ = writeln!(
                text,
                "| {} | {} | {} | {ratio} | {target} | {met} |",
                row.measured, row.limit, row.figure
            );
        }
        for note in &self.notes {
            let _ = write!(text, "\n{note}\n");
        }
        text
    }

    /// Writes the report into `folder`; the file.
    pub fn write(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        fs::create_dir_all(folder).context("making the folder of the results")?;
        let file = folder.join(format!("{}-{}-cores.md", self.facts.day, self.facts.cores));
        fs::write(&file, self.as_markdown()).context("writing the results")?;
        Ok(file)
    }
}

/// A rate in words.
pub fn rate(per_second: f64) -> String {
    let whole = format!("{per_second:.0}");
    let mut text = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text + "/s"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_target_is_told() {
        let mut report = Report::new(Facts::default());
        let row = |measured, ratio| Row {
            measured,
            limit: "limit".to_owned(),
            figure: rate(1_234_567.4),
            ratio: Some((ratio, Target::AtLeast(0.65))),
        };
        report.add(row("met", 0.65));
        report.add(row("missed", 0.64));
        let text = report.as_markdown();
        assert!(
            text.contains("| met | limit | 1,234,567/s | 0.65 | ≥ 0.65 | yes |"),
            "{text}"
        );
        assert!(
            text.contains("| missed | limit | 1,234,567/s | 0.64 | ≥ 0.65 | **no** |"),
            "{text}"
        );
    }
}
