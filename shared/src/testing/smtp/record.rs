//! What the server has seen.

/// A mail that came in whole, whatever was answered to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedMail {
    /// The address in MAIL FROM.
    pub from: String,
    /// The addresses in RCPT TO that were accepted.
    pub to: Vec<String>,
    /// The mail, with the doubled dots made single again.
    pub bytes: Vec<u8>,
    /// Which connection brought it, counted from 1.
    pub connection: usize,
    /// Whether the server has said 250 to it.
    pub accepted: bool,
    /// Whether it came through TLS.
    pub encrypted: bool,
    /// Who had authenticated.
    pub user: Option<String>,
}

/// What has happened so far.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// The mails, in order of their final dots.
    pub mails: Vec<ReceivedMail>,
    /// Every line the client sent, with its connection; the mails themselves are left out.
    pub commands: Vec<(usize, String)>,
    /// Connections that came.
    pub opened: usize,
    /// Connections that have ended.
    pub closed: usize,
    /// Steps at which the server holds or has held.
    pub held: usize,
    /// Mails whose MAIL came with more commands behind it (RFC 2920).
    pub pipelined: usize,
}
