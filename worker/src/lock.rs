//! One worker per embedded database: a lock that the operating system takes back when the process
//! ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// The lock on an embedded database; let go of when dropped.
#[derive(Debug)]
pub struct WorkerLock {
    _file: File,
}

/// Why the lock could not be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error("another worker already runs on this database (it holds {})", .0.display())]
    Held(PathBuf),
    /// The file cannot be made or locked.
    #[error("cannot lock {}", .0.display())]
    Io(PathBuf, #[source] std::io::Error),
}

impl WorkerLock {
    /// Takes the lock that lies next to the database file.
    pub fn take(database: &Path) -> Result<Self, LockError> {
        let path = database.with_file_name("worker.lock");
        let io = |error| LockError::Io(path.clone(), error);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(io)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LockError::Held(path)),
            Err(TryLockError::Error(error)) => Err(io(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_second_worker_on_one_database_is_turned_away_until_the_first_ends() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("koplopers.db");
        let first = WorkerLock::take(&database).unwrap();
        let error = WorkerLock::take(&database).unwrap_err();
        assert!(matches!(error, LockError::Held(_)));
        assert!(error.to_string().contains("worker.lock"));
        drop(first);
        assert!(WorkerLock::take(&database).is_ok());
    }
}
