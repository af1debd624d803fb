//! One conversation with the relay: every phase has its deadline, and every command has its own reply.
//!
//! A relay that offers PIPELINING (RFC 2920) gets MAIL, RCPT and DATA in one go; their replies are read in that order, and
//! the mail itself is written only after the go-ahead to DATA with nothing left unread, so that no reply can shift.

use std::{fmt::Write as _, future::Future, io, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{Instant, timeout},
};

use super::{
    super::{Credentials, Envelope, Phase, SmtpSettings, TlsMode, one_line, url::Deadlines},
    dots::dot_stuffed,
    reply::{REPLY_LIMIT, Reply, ReplyReader},
    stream::Stream,
    tls::TlsClient,
};

/// After this many mails a connection is closed: some relays count, and load balancers move.
const MAILS_PER_CONNECTION: u32 = 500;
/// Relays close idle connections after some minutes; we are earlier.
const IDLE_LIMIT: Duration = Duration::from_mins(1);

/// The replies that let a conversation go on. 251 is "not here, but I will forward" (RFC 5321 §3.4); it is the reply to the
/// mail that decides.
const SENDER_TAKEN: [u16; 1] = [250];
const RECIPIENT_TAKEN: [u16; 2] = [250, 251];
const GO_AHEAD: [u16; 1] = [354];
/// How a relay turns down a mail that it gave the go-ahead for and that has no recipient.
const NO_RECIPIENT: [u16; 3] = [503, 550, 554];

/// An open conversation, ready for a MAIL command.
#[derive(Debug)]
pub(super) struct Connection {
    stream: Stream,
    unread: Vec<u8>,
    offers: Offers,
    deadlines: Deadlines,
    mails: u32,
    used_at: Instant,
    /// True only while every command sent has had its whole reply.
    in_step: bool,
}

/// What the relay said it can do.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one word of the answer to EHLO"
)]
struct Offers {
    start_tls: bool,
    eight_bit: bool,
    pipelining: bool,
    plain: bool,
    login: bool,
}

/// Where and why a conversation failed.
#[derive(Debug)]
pub(super) struct Failure {
    pub phase: Phase,
    pub fault: Fault,
}

/// Why.
#[derive(Debug)]
pub(super) enum Fault {
    /// A reply other than the one needed.
    Refused(Reply),
    /// The deadline of the phase passed.
    TimedOut,
    /// The connection broke or ended.
    Lost(io::Error),
    /// Bytes that are no reply, or a reply nobody asked for.
    Garbage,
    /// We will not say this to that relay.
    Policy(&'static str),
    /// We will not offer this mail to that relay.
    Unsendable(&'static str),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Lost(error)
    }
}

impl Fault {
    pub(super) fn code(&self) -> Option<u16> {
        match self {
            Self::Refused(reply) => Some(reply.code),
            Self::TimedOut
            | Self::Lost(_)
            | Self::Garbage
            | Self::Policy(_)
            | Self::Unsendable(_) => None,
        }
    }

    pub(super) fn into_text(self) -> String {
        match self {
            Self::Refused(reply) => reply.text,
            Self::TimedOut => "no answer before the deadline".to_owned(),
            Self::Lost(error) => one_line(&format!("connection lost: {error}")),
            Self::Garbage => "the answer is not SMTP".to_owned(),
            Self::Policy(text) | Self::Unsendable(text) => text.to_owned(),
        }
    }
}

impl Failure {
    /// Whether a relay that was tired of waiting explains it: then a fresh connection is worth a try at once.
    pub(super) fn closed_while_idle(&self) -> bool {
        self.phase == Phase::Sender
            && match &self.fault {
                Fault::Lost(_) => true,
                Fault::Refused(reply) => reply.code == 421,
                Fault::TimedOut | Fault::Garbage | Fault::Policy(_) | Fault::Unsendable(_) => false,
            }
    }
}

/// Names the phase of a fault.
fn at(phase: Phase) -> impl FnOnce(Fault) -> Failure {
    move |fault| Failure { phase, fault }
}

async fn within<T, F>(limit: Duration, work: F) -> Result<T, Fault>
where
    F: Future<Output = Result<T, Fault>>,
{
    timeout(limit, work).await.unwrap_or(Err(Fault::TimedOut))
}

impl Connection {
    /// Connects, greets, encrypts and authenticates as the settings say.
    pub(super) async fn open(
        settings: &SmtpSettings,
        tls: Option<&TlsClient>,
    ) -> Result<Self, Failure> {
        let limits = settings.deadlines;
        let tcp = within(limits.connect, async {
            let tcp = TcpStream::connect((settings.host.as_str(), settings.port)).await?;
            // Without this every mail waits some 40 ms for the other side's delayed acknowledgement.
            tcp.set_nodelay(true)?;
            Ok(tcp)
        })
        .await
        .map_err(at(Phase::Connect))?;
        let helo = match &settings.helo {
            Some(name) => name.clone(),
            None => address_literal(&tcp).map_err(at(Phase::Connect))?,
        };
        let stream = match (settings.tls, tls) {
            (TlsMode::Implicit, Some(tls)) => within(limits.tls, encrypted(tcp, tls))
                .await
                .map_err(at(Phase::Tls))?,
            _ => Stream::Plain(tcp),
        };
        let mut connection = Self {
            stream,
            unread: Vec::new(),
            offers: Offers::default(),
            deadlines: limits,
            mails: 0,
            used_at: Instant::now(),
            in_step: false,
        };
        within(limits.greeting, connection.expect(&[220]))
            .await
            .map_err(at(Phase::Greeting))?;
        connection.hello(&helo).await.map_err(at(Phase::Hello))?;
        if matches!(settings.tls, TlsMode::Required | TlsMode::Opportunistic) {
            connection = connection.start_tls(settings, tls, &helo).await?;
        }
        if let Some(credentials) = &settings.credentials {
            connection
                .authenticate(settings.tls, credentials)
                .await
                .map_err(at(Phase::Auth))?;
        }
        Ok(connection)
    }

    async fn start_tls(
        mut self,
        settings: &SmtpSettings,
        tls: Option<&TlsClient>,
        helo: &str,
    ) -> Result<Self, Failure> {
        let Some(tls) = tls.filter(|_| self.offers.start_tls) else {
            return if settings.tls == TlsMode::Required {
                Err(at(Phase::Tls)(Fault::Policy(
                    "the relay offers no STARTTLS",
                )))
            } else {
                Ok(self)
            };
        };
        let mut connection = within(self.deadlines.tls, async move {
            self.command("STARTTLS", &[220]).await?;
            // Bytes sent before the handshake would be read as if they came from inside it.
            if !self.unread.is_empty() {
                return Err(Fault::Garbage);
            }
            if let Stream::Plain(tcp) = self.stream {
                self.stream = encrypted(tcp, tls).await?;
            }
            Ok(self)
        })
        .await
        .map_err(at(Phase::Tls))?;
        connection.hello(helo).await.map_err(at(Phase::Hello))?;
        Ok(connection)
    }

    async fn hello(&mut self, helo: &str) -> Result<(), Fault> {
        let reply = within(
            self.deadlines.hello,
            self.command(&format!("EHLO {helo}"), &[250]),
        )
        .await?;
        // What was offered before encryption does not count after it.
        self.offers = Offers::default();
        for line in reply.lines.iter().skip(1) {
            let mut words = line.split_ascii_whitespace();
            match words.next().map(str::to_ascii_uppercase).as_deref() {
                Some("STARTTLS") => self.offers.start_tls = true,
                Some("8BITMIME") => self.offers.eight_bit = true,
                Some("PIPELINING") => self.offers.pipelining = true,
                Some("AUTH") => {
                    for method in words {
                        self.offers.plain |= method.eq_ignore_ascii_case("PLAIN");
                        self.offers.login |= method.eq_ignore_ascii_case("LOGIN");
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    async fn authenticate(
        &mut self,
        mode: TlsMode,
        Credentials { user, password }: &Credentials,
    ) -> Result<(), Fault> {
        if matches!(self.stream, Stream::Plain(_)) && mode != TlsMode::Never {
            return Err(Fault::Policy("no password is sent without encryption"));
        }
        let result = within(self.deadlines.auth, async {
            if self.offers.plain {
                let token = BASE64_STANDARD.encode(format!("\0{user}\0{password}"));
                self.command(&format!("AUTH PLAIN {token}"), &[235]).await
            } else if self.offers.login {
                self.command("AUTH LOGIN", &[334]).await?;
                self.command(&BASE64_STANDARD.encode(user), &[334]).await?;
                self.command(&BASE64_STANDARD.encode(password), &[235])
                    .await
            } else {
                Err(Fault::Policy(
                    "the relay offers neither AUTH PLAIN nor AUTH LOGIN",
                ))
            }
        })
        .await;
        match result {
            Ok(_) => Ok(()),
            // A relay may quote what it was sent, so its words are not kept.
            Err(Fault::Refused(mut reply)) => {
                reply.text = format!("authentication refused with {}", reply.code);
                reply.lines.clear();
                Err(Fault::Refused(reply))
            }
            Err(fault) => Err(fault),
        }
    }

    /// Offers one mail. On success the reply is the 250 after the final dot.
    pub(super) async fn deliver(
        &mut self,
        envelope: &Envelope,
        mail: &[u8],
    ) -> Result<Reply, Failure> {
        self.used_at = Instant::now();
        self.mails += 1;
        let limits = self.deadlines;
        let mut sender = format!("MAIL FROM:<{}>", envelope.from());
        if !mail.is_ascii() {
            if !self.offers.eight_bit {
                return Err(at(Phase::Data)(Fault::Unsendable(
                    "the mail is 8-bit and the relay takes only 7-bit",
                )));
            }
            sender.push_str(" BODY=8BITMIME");
        }
        let recipient = format!("RCPT TO:<{}>", envelope.to());
        if self.offers.pipelining {
            self.introduce_at_once([&sender, &recipient, "DATA"])
                .await?;
        } else {
            self.introduce(&sender, &recipient).await?;
        }
        // Something that came early would be taken for the reply to the mail.
        if !self.unread.is_empty() {
            self.in_step = false;
            return Err(at(Phase::Data)(Fault::Garbage));
        }
        self.in_step = false;
        self.write_mail(&dot_stuffed(mail)).await?;
        let reply = within(limits.last, self.expect(&[250])).await;
        reply.map_err(at(Phase::Final))
    }

    /// Names sender and recipient and asks for the go-ahead, each after the reply to the one before.
    async fn introduce(&mut self, sender: &str, recipient: &str) -> Result<(), Failure> {
        let limits = self.deadlines;
        if let Err(fault) = within(limits.sender, self.command(sender, &SENDER_TAKEN)).await {
            // Whatever displeased the relay here displeases it about us: start afresh next time.
            self.in_step = false;
            return Err(at(Phase::Sender)(fault));
        }
        let named = within(limits.recipient, self.command(recipient, &RECIPIENT_TAKEN)).await;
        if let Err(fault) = named {
            self.reset().await;
            return Err(at(Phase::Recipient)(fault));
        }
        if let Err(fault) = within(limits.data, self.command("DATA", &GO_AHEAD)).await {
            self.reset().await;
            return Err(at(Phase::Data)(fault));
        }
        Ok(())
    }

    /// The same with all three commands in one go. What the first refusal says is the outcome; the replies after it are
    /// read nevertheless, so that the connection stays in step or is known not to be.
    async fn introduce_at_once(&mut self, commands: [&str; 3]) -> Result<(), Failure> {
        let limits = self.deadlines;
        let lines = commands.join("\r\n");
        within(limits.sender, self.say(&lines))
            .await
            .map_err(at(Phase::Sender))?;
        let sender = within(limits.sender, self.expect(&SENDER_TAKEN)).await;
        if let Err(fault) = sender {
            self.in_step = false;
            return Err(at(Phase::Sender)(fault));
        }
        if let Err(fault) = within(limits.recipient, self.expect(&RECIPIENT_TAKEN)).await {
            // In step after another reply than the ones wanted: that was a refusal, so that nobody was named.
            if self.in_step {
                let go_ahead = within(limits.data, self.expect(&GO_AHEAD)).await;
                self.take_back(go_ahead.is_ok()).await;
            }
            return Err(at(Phase::Recipient)(fault));
        }
        if let Err(fault) = within(limits.data, self.expect(&GO_AHEAD)).await {
            self.reset().await;
            return Err(at(Phase::Data)(fault));
        }
        Ok(())
    }

    /// Ends a mail that has no recipient: one that the relay wants nevertheless is a lone dot (RFC 2920 §3.1).
    async fn take_back(&mut self, wanted: bool) {
        if wanted && self.in_step && self.unread.is_empty() {
            // Whatever it is answered, nobody was named.
            let ended = within(self.deadlines.data, self.command(".", &NO_RECIPIENT)).await;
            self.in_step &= ended.is_ok();
        }
        self.reset().await;
    }

    /// Writes the stuffed mail with its final dot.
    ///
    /// As long as the stream has not taken the last byte, the relay cannot have a whole mail; after it, it may.
    async fn write_mail(&mut self, mail: &[u8]) -> Result<(), Failure> {
        let mut rest = mail;
        let written = within(self.deadlines.body, async {
            while !rest.is_empty() {
                let taken = self.stream.write(rest).await?;
                if taken == 0 {
                    return Err(Fault::Lost(io::ErrorKind::WriteZero.into()));
                }
                rest = &rest[taken..];
            }
            Ok(self.stream.flush().await?)
        })
        .await;
        let phase = if rest.is_empty() {
            Phase::Final
        } else {
            Phase::Body
        };
        written.map_err(at(phase))
    }

    /// Forgets the transaction after a refusal, so that the next mail can use the connection; else it is destroyed.
    async fn reset(&mut self) {
        if self.in_step {
            let reset = within(self.deadlines.sender, self.command("RSET", &[250])).await;
            self.in_step &= reset.is_ok();
        }
    }

    /// Says goodbye without insisting.
    pub(super) async fn quit(mut self) {
        // The result is of no use: the connection is dropped in any case.
        let _ = timeout(Duration::from_secs(1), self.command("QUIT", &[221])).await;
    }

    /// Whether the next mail may use it.
    pub(super) fn is_reusable(&self) -> bool {
        self.in_step && self.unread.is_empty() && self.mails < MAILS_PER_CONNECTION
    }

    /// Whether it is still worth using after lying idle: not too old, and nothing unasked has come in.
    pub(super) fn is_quiet(&mut self) -> bool {
        self.used_at.elapsed() < IDLE_LIMIT && self.stream.is_quiet()
    }

    async fn command(&mut self, line: &str, wanted: &[u16]) -> Result<Reply, Fault> {
        self.say(line).await?;
        self.expect(wanted).await
    }

    async fn say(&mut self, lines: &str) -> Result<(), Fault> {
        let was_asked = self.unread.is_empty();
        self.in_step = false;
        // A reply nobody asked for would be taken for the answer to this command, and all later ones shift by one.
        if !was_asked {
            return Err(Fault::Garbage);
        }
        let mut bytes = Vec::with_capacity(lines.len() + 2);
        bytes.extend_from_slice(lines.as_bytes());
        bytes.extend_from_slice(b"\r\n");
        self.stream.write_all(&bytes).await?;
        Ok(self.stream.flush().await?)
    }

    async fn expect(&mut self, wanted: &[u16]) -> Result<Reply, Fault> {
        self.in_step = false;
        let reply = self.read_reply().await?;
        let is_wanted = wanted.contains(&reply.code);
        // 421 announces that the relay is about to close (RFC 5321 §3.8). Another success than the one that was asked for
        // belongs to another command, and the reply to this one is still to come.
        self.in_step = is_wanted || (reply.code >= 400 && reply.code != 421);
        if is_wanted {
            Ok(reply)
        } else {
            Err(Fault::Refused(reply))
        }
    }

    async fn read_reply(&mut self) -> Result<Reply, Fault> {
        let mut reader = ReplyReader::default();
        let mut total = 0;
        let mut searched = 0;
        loop {
            if let Some(end) = self.unread[searched..]
                .iter()
                .position(|&byte| byte == b'\n')
            {
                let line: Vec<u8> = self.unread.drain(..=searched + end).collect();
                searched = 0;
                total += line.len();
                let line = line.strip_suffix(b"\n").unwrap_or(&line);
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                match reader.line(line) {
                    Ok(Some(reply)) => return Ok(reply),
                    Ok(None) => continue,
                    Err(_) => return Err(Fault::Garbage),
                }
            }
            searched = self.unread.len();
            if total + searched > REPLY_LIMIT {
                return Err(Fault::Garbage);
            }
            if self.stream.read_buf(&mut self.unread).await? == 0 {
                return Err(Fault::Lost(io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }
}

async fn encrypted(tcp: TcpStream, tls: &TlsClient) -> Result<Stream, Fault> {
    Ok(Stream::Tls(Box::new(tls.handshake(tcp).await?)))
}

/// Our own address on this connection as EHLO wants it (RFC 5321 §4.1.3).
fn address_literal(tcp: &TcpStream) -> Result<String, Fault> {
    let mut literal = String::from("[");
    let address = tcp.local_addr()?.ip().to_canonical();
    if address.is_ipv6() {
        literal.push_str("IPv6:");
    }
    // Writing to a String does not fail.
    let _ = write!(literal, "{address}]");
    Ok(literal)
}
