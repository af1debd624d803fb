//! Where settings come from: the environment first, then the settings file.

use std::collections::HashMap;
use std::fmt;

use super::keys;

/// Why the service does not start: each setting that is wrong, by name and never by value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct SettingsError(pub Vec<Fault>);

/// One setting that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The setting.
    pub key: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Fault {
    /// A fault of the setting `key`.
    pub fn new(key: impl Into<String>, reason: impl fmt::Display) -> Self {
        Self {
            key: key.into(),
            reason: reason.to_string(),
        }
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings are not right")?;
        for fault in &self.0 {
            write!(f, "\n  {}: {}", fault.key, fault.reason)?;
        }
        Ok(())
    }
}

/// The values at hand, and the faults found so far.
#[derive(Default)]
pub struct Source {
    values: HashMap<&'static str, String>,
    /// Tables that only the file can hold.
    pub tables: toml::Table,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

/// Values may be secrets.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source")
    }
}

impl Source {
    /// Reads the environment and the text of the settings file.
    pub fn read(
        environment: impl IntoIterator<Item = (String, String)>,
        file: Option<&str>,
    ) -> Self {
        let mut source = Self::default();
        if let Some(text) = file {
            source.read_file(text);
        }
        for (name, value) in environment {
            let ours = name.starts_with("KOPLOPERS_") || name == "DATABASE_URL";
            if !ours || value.is_empty() || keys::OTHERS.contains(&name.as_str()) {
                continue;
            }
            match keys::find(&name) {
                Some(key) => {
                    source.values.insert(key.name, value);
                }
                None => source.faults.push(Fault::new(name, "is not a setting")),
            }
        }
        source
    }

    fn read_file(&mut self, text: &str) {
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            Err(error) => {
                // The error's own words quote the file.
                let error: toml::de::Error = error;
                let line = error
                    .span()
                    .map_or(1, |span| text[..span.start.min(text.len())].lines().count());
                self.faults.push(Fault::new(
                    "KOPLOPERS_CONFIG",
                    format!("is not TOML near line {line}"),
                ));
                return;
            }
        };
        for (name, value) in table {
            if name == "issuer" {
                self.tables.insert(name, value);
                continue;
            }
            match (keys::find_in_file(&name), text_of(&value)) {
                (Some(key), Some(text)) => {
                    self.values.insert(key.name, text);
                }
                (Some(_), None) => self.faults.push(Fault::new(
                    name,
                    "must be a text, a number, true or false, or a list of texts",
                )),
                (None, _) => self.faults.push(Fault::new(name, "is not a setting")),
            }
        }
    }

    /// The value of `key` read by `parse`, or `None` when there is none or it is wrong.
    pub fn get<T, E: fmt::Display>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        debug_assert!(keys::find(key).is_some(), "{key} is not in the table");
        let value = self.values.get(key)?;
        match parse(value) {
            Ok(value) => Some(value),
            Err(error) => {
                self.faults.push(Fault::new(key, error));
                None
            }
        }
    }

    /// The value of `key` as it is.
    pub fn text(&self, key: &'static str) -> Option<String> {
        debug_assert!(keys::find(key).is_some(), "{key} is not in the table");
        self.values.get(key).cloned()
    }

    /// The items of a list apart by commas.
    pub fn list<T, E: fmt::Display>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Vec<T> {
        self.get(key, |text| {
            text.split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(parse)
                .collect::<Result<Vec<T>, E>>()
        })
        .unwrap_or_default()
    }

    /// Adds a fault.
    pub fn fault(&mut self, key: &'static str, reason: impl fmt::Display) {
        self.faults.push(Fault::new(key, reason));
    }
}

fn text_of(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(flag) => Some(flag.to_string()),
        toml::Value::Array(items) => {
            let items: Option<Vec<&str>> = items.iter().map(toml::Value::as_str).collect();
            items.map(|items| items.join(","))
        }
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Table(_) => None,
    }
}
