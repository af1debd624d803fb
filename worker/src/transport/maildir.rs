//! A folder of mails in the maildir format: the default without a relay, and what `/dev/mail` shows.
//!
//! A mail is written under `tmp`, made durable, and only then moved to `new`, so that a reader never sees half of one.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    hash::{BuildHasher as _, RandomState},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use super::{Envelope, Outcome, Phase, one_line};

/// A maildir.
#[derive(Debug, Clone)]
pub struct Maildir {
    root: Arc<Path>,
}

/// A mail that lies in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMail {
    /// Its name, for [`Maildir::read`].
    pub id: String,
    /// When it was delivered.
    pub received_at: SystemTime,
    /// Its length in bytes.
    pub length: u64,
}

/// Counts the mails of this process, as one part of their names.
static COUNT: AtomicU64 = AtomicU64::new(0);

impl Maildir {
    /// Opens the folder, and makes it when missing, readable by its owner only.
    pub fn open(root: impl AsRef<Path>) -> io::Result<Self> {
        for folder in ["tmp", "new", "cur"] {
            let mut builder = DirBuilder::new();
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.recursive(true).create(root.as_ref().join(folder))?;
        }
        Ok(Self {
            root: root.as_ref().into(),
        })
    }

    /// Stores one mail; a full or missing disk is a relay out of reach.
    pub async fn send(&self, envelope: &Envelope, mail: Arc<[u8]>) -> Outcome {
        let folder = self.clone();
        let trace = format!(
            "Return-Path: <{}>\r\nDelivered-To: {}\r\n",
            envelope.from(),
            envelope.to()
        );
        let stored =
            tokio::task::spawn_blocking(move || folder.store(&[trace.as_bytes(), &mail])).await;
        match stored {
            Ok(Ok(id)) => Outcome::Accepted {
                code: 250,
                text: id,
            },
            Ok(Err(error)) => Outcome::RelayUnavailable {
                phase: Phase::Connect,
                code: None,
                reason: one_line(&format!("mail folder: {error}")),
            },
            Err(_) => Outcome::Unknown {
                reason: "storing the mail was broken off".to_owned(),
            },
        }
    }

    fn store(&self, parts: &[&[u8]]) -> io::Result<String> {
        let unique = format!(
            "P{}Q{}R{:016x}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed),
            RandomState::new().hash_one(0),
        );
        let draft = self.root.join("tmp").join(&unique);
        let stored = self.store_draft(&draft, &unique, parts);
        if stored.is_err() {
            // Best effort: what stays in tmp is never read.
            let _ = fs::remove_file(&draft);
        }
        stored
    }

    fn store_draft(&self, draft: &Path, unique: &str, parts: &[&[u8]]) -> io::Result<String> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(draft)?;
        for part in parts {
            file.write_all(part)?;
        }
        file.sync_all()?;
        // The file system's idea of time is what mail readers sort by, also when our clock is turned.
        let written = file
            .metadata()?
            .modified()?
            .duration_since(UNIX_EPOCH)
            .map_err(io::Error::other)?;
        let id = format!(
            "{}.M{:06}{unique}.koplopers",
            written.as_secs(),
            written.subsec_micros()
        );
        let new = self.root.join("new");
        fs::rename(draft, new.join(&id))?;
        // Without this the move itself may be forgotten in a power cut.
        File::open(new)?.sync_all()?;
        Ok(id)
    }

    /// All mails, newest first.
    pub fn list(&self) -> io::Result<Vec<StoredMail>> {
        let mut mails = Vec::new();
        for folder in ["new", "cur"] {
            for entry in fs::read_dir(self.root.join(folder))? {
                let entry = entry?;
                let Ok(id) = entry.file_name().into_string() else {
                    continue;
                };
                // Another reader may have moved or removed it meanwhile.
                let Ok(metadata) = entry.metadata() else {
                    continue;
                };
                if is_id(&id) && metadata.is_file() {
                    mails.push(StoredMail {
                        id,
                        received_at: metadata.modified()?,
                        length: metadata.len(),
                    });
                }
            }
        }
        mails.sort_by(|a, b| (b.received_at, &b.id).cmp(&(a.received_at, &a.id)));
        Ok(mails)
    }

    /// The bytes of one mail, or nothing for an id that is not in [`Maildir::list`].
    pub fn read(&self, id: &str) -> io::Result<Option<Vec<u8>>> {
        if !is_id(id) {
            return Ok(None);
        }
        for folder in ["new", "cur"] {
            let path: PathBuf = self.root.join(folder).join(id);
            match fs::symlink_metadata(&path) {
                Ok(metadata) if metadata.is_file() => return fs::read(&path).map(Some),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}

/// A plain file name: no folder, no hidden file, nothing that climbs.
fn is_id(id: &str) -> bool {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '=' | ',' | ':' | '-');
    (1..=200).contains(&id.len()) && !id.starts_with('.') && id.chars().all(plain)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn envelope() -> Envelope {
        Envelope::new("bounce+1@example.org", "sam@example.nl").unwrap()
    }

    #[tokio::test]
    async fn a_mail_is_stored_whole_and_listed_newest_first() {
        let folder = tempfile::tempdir().unwrap();
        let maildir = Maildir::open(folder.path().join("a/mail")).unwrap();
        for text in ["first", "second", "third"] {
            let mail = format!("Subject: {text}\r\n\r\n{text}\r\n");
            let outcome = maildir.send(&envelope(), mail.into_bytes().into()).await;
            assert_eq!(outcome.code(), Some(250));
        }
        let mails = maildir.list().unwrap();
        let texts: Vec<_> = mails
            .iter()
            .map(|mail| String::from_utf8(maildir.read(&mail.id).unwrap().unwrap()).unwrap())
            .collect();
        assert_eq!(
            texts[0],
            "Return-Path: <bounce+1@example.org>\r\nDelivered-To: sam@example.nl\r\nSubject: third\r\n\r\nthird\r\n"
        );
        assert!(texts[2].ends_with("first\r\n"));
        assert_eq!(
            fs::read_dir(folder.path().join("a/mail/tmp"))
                .unwrap()
                .count(),
            0
        );
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_the_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("mail");
        let maildir = Maildir::open(&root).unwrap();
        let outcome = maildir.send(&envelope(), Arc::from(*b"x\r\n")).await;
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(root.join("new")), 0o700);
        assert_eq!(mode(root.join("new").join(outcome.text())), 0o600);
    }

    #[test]
    fn an_id_cannot_climb_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let maildir = Maildir::open(folder.path().join("mail")).unwrap();
        fs::write(folder.path().join("secret"), "x").unwrap();
        fs::write(folder.path().join("mail/new/.hidden"), "x").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(
            folder.path().join("secret"),
            folder.path().join("mail/new/link"),
        )
        .unwrap();
        for id in [
            "../../secret",
            "/etc/passwd",
            "..",
            ".",
            "",
            ".hidden",
            "link",
            "a\0b",
            "new/x",
        ] {
            assert_eq!(maildir.read(id).unwrap(), None, "{id:?}");
        }
        assert!(maildir.list().unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_a_relay_out_of_reach() {
        let folder = tempfile::tempdir().unwrap();
        let maildir = Maildir::open(folder.path()).unwrap();
        fs::remove_dir(folder.path().join("tmp")).unwrap();
        let outcome = maildir.send(&envelope(), Arc::from(*b"x\r\n")).await;
        assert_eq!(outcome.as_str(), "relay-unavailable");
    }
}
