//! A mail server that does as it is told: accepts, refuses, stalls, breaks off or talks nonsense at any step.
//!
//! ```text
//! let server = SmtpServer::start(Script::new().once(Step::Recipient, Act::reply("451 try later"))).await?;
//! // send through server.address()
//! let mails = server.received(1).await;
//! ```
//!
//! It knows nothing of the client under test. A step without an instruction is answered as a good server would.

use std::{
    fmt,
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use tokio::{
    io::{
        AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _,
        BufReader,
    },
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// Any stream a conversation can run over.
pub trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// A boxed stream.
pub type BoxWire = Box<dyn Wire>;

/// Does the server's side of a TLS handshake; given by the test, so that this crate links no TLS.
pub type Handshake =
    Arc<dyn Fn(BoxWire) -> Pin<Box<dyn Future<Output = io::Result<BoxWire>> + Send>> + Send + Sync>;

/// A step of the conversation, at which the script may interfere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Before the greeting.
    Greeting,
    /// EHLO.
    Hello,
    /// STARTTLS, before the handshake.
    StartTls,
    /// AUTH.
    Auth,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA.
    Data,
    /// After the go-ahead, before the mail is read.
    Body,
    /// After the final dot.
    Final,
    /// RSET.
    Reset,
}

/// What to do instead of the polite answer.
#[derive(Debug, Clone)]
pub enum Act {
    /// Answer this and go on; a refusing answer has the effect it has on a good server.
    Reply(String),
    /// Send these bytes as they are and go on.
    Raw(Vec<u8>),
    /// Say nothing until the client hangs up.
    Stall,
    /// Wait for [`SmtpServer::release`], then answer politely, also when nobody listens any more.
    Hold,
    /// Hang up.
    Drop,
    /// Answer this and hang up.
    ReplyAndDrop(String),
}

impl Act {
    /// Answer this and go on.
    #[must_use]
    pub fn reply(text: impl Into<String>) -> Self {
        Self::Reply(text.into())
    }
}

/// What the server offers and where it misbehaves.
#[derive(Clone, Default)]
pub struct Script {
    rules: Vec<Rule>,
    offers: Vec<String>,
    credentials: Option<(String, String)>,
    handshake: Option<Handshake>,
    implicit_tls: bool,
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Clone)]
struct Rule {
    step: Step,
    recipient: Option<String>,
    act: Act,
    once: bool,
}

impl Script {
    /// A server that accepts everything.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Does `act` the next time `step` is reached; several are used up in order.
    #[must_use]
    pub fn once(self, step: Step, act: Act) -> Self {
        self.rule(step, None, act, true)
    }

    /// Does `act` whenever `step` is reached.
    #[must_use]
    pub fn always(self, step: Step, act: Act) -> Self {
        self.rule(step, None, act, false)
    }

    /// Does `act` whenever `step` is reached for this recipient: at RCPT TO or later.
    #[must_use]
    pub fn always_for(self, recipient: &str, step: Step, act: Act) -> Self {
        self.rule(step, Some(recipient.to_owned()), act, false)
    }

    fn rule(mut self, step: Step, recipient: Option<String>, act: Act, once: bool) -> Self {
        self.rules.push(Rule {
            step,
            recipient,
            act,
            once,
        });
        self
    }

    /// Offers one more extension in the answer to EHLO, such as `8BITMIME`.
    #[must_use]
    pub fn offering(mut self, extension: &str) -> Self {
        self.offers.push(extension.to_owned());
        self
    }

    /// Accepts only this user and password; offer `AUTH PLAIN` or `AUTH LOGIN` as well.
    #[must_use]
    pub fn knowing(mut self, user: &str, password: &str) -> Self {
        self.credentials = Some((user.to_owned(), password.to_owned()));
        self
    }

    /// Can do STARTTLS, offered until it has been done.
    #[must_use]
    pub fn with_start_tls(mut self, handshake: Handshake) -> Self {
        self.handshake = Some(handshake);
        self
    }

    /// Speaks TLS from the first byte.
    #[must_use]
    pub fn with_implicit_tls(mut self, handshake: Handshake) -> Self {
        self.handshake = Some(handshake);
        self.implicit_tls = true;
        self
    }
}

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
}

/// A running server; dropping it ends it and every conversation.
#[derive(Debug)]
pub struct SmtpServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    script: Mutex<Script>,
    record: watch::Sender<Record>,
    released: watch::Sender<bool>,
    talks: Mutex<Vec<JoinHandle<()>>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SmtpServer {
    /// Listens on a free port of this machine.
    pub async fn start(script: Script) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            script: Mutex::new(script),
            record: watch::Sender::new(Record::default()),
            released: watch::Sender::new(false),
            talks: Mutex::default(),
        });
        let accepting = tokio::spawn({
            let shared = Arc::clone(&shared);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let mut number = 0;
                    shared.record.send_modify(|record| {
                        record.opened += 1;
                        number = record.opened;
                    });
                    let talk = tokio::spawn(Talk::run(Arc::clone(&shared), number, stream));
                    locked(&shared.talks).push(talk);
                }
            }
        });
        Ok(Self {
            address,
            shared,
            accepting,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on behave like this; a conversation under way keeps what it was offered.
    pub fn change(&self, script: Script) {
        *locked(&self.shared.script) = script;
    }

    /// Lets every [`Act::Hold`] go on, now and later.
    pub fn release(&self) {
        self.shared.released.send_replace(true);
    }

    /// What has happened up to now.
    #[must_use]
    pub fn record(&self) -> Record {
        self.shared.record.borrow().clone()
    }

    /// Waits until `enough` holds.
    pub async fn until(&self, enough: impl FnMut(&Record) -> bool) -> Record {
        let mut changes = self.shared.record.subscribe();
        match changes.wait_for(enough).await {
            Ok(record) => record.clone(),
            // The sender lives in `self`.
            Err(_) => self.record(),
        }
    }

    /// Waits for at least `count` mails and gives all of them.
    pub async fn received(&self, count: usize) -> Vec<ReceivedMail> {
        self.until(|record| record.mails.len() >= count).await.mails
    }

    /// Waits until at least `count` connections have ended.
    pub async fn closed(&self, count: usize) {
        self.until(|record| record.closed >= count).await;
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.accepting.abort();
        for talk in locked(&self.shared.talks).drain(..) {
            talk.abort();
        }
    }
}

/// What the conversation does next.
enum Next {
    GoOn,
    HangUp,
}

/// One conversation.
struct Talk {
    shared: Arc<Shared>,
    number: usize,
    wire: BufReader<BoxWire>,
    encrypted: bool,
    user: Option<String>,
    from: Option<String>,
    to: Vec<String>,
}

impl Talk {
    async fn run(shared: Arc<Shared>, number: usize, stream: TcpStream) {
        // Only speed is lost without it.
        let _ = stream.set_nodelay(true);
        let mut talk = Self {
            shared: Arc::clone(&shared),
            number,
            wire: BufReader::new(Box::new(stream)),
            encrypted: false,
            user: None,
            from: None,
            to: Vec::new(),
        };
        // A client that hangs up in the middle is a normal end here.
        let _ = talk.converse().await;
        drop(talk);
        shared.record.send_modify(|record| record.closed += 1);
    }

    async fn converse(&mut self) -> io::Result<()> {
        let (handshake, implicit) = {
            let script = locked(&self.shared.script);
            (script.handshake.clone(), script.implicit_tls)
        };
        if let (Some(handshake), true) = (&handshake, implicit) {
            self.encrypt(handshake).await?;
        }
        if let Next::HangUp = self
            .answer(Step::Greeting, "220 mail.example.org ready")
            .await?
        {
            return Ok(());
        }
        loop {
            let Some(line) = self.read_line().await? else {
                return Ok(());
            };
            let upper = line.to_ascii_uppercase();
            let next = if upper.starts_with("EHLO ") {
                let answer = self.extensions();
                self.answer(Step::Hello, &answer).await?
            } else if upper == "STARTTLS" && handshake.is_some() {
                let next = self.answer(Step::StartTls, "220 go ahead").await?;
                if let (Next::GoOn, Some(handshake)) = (&next, &handshake) {
                    self.encrypt(handshake).await?;
                }
                next
            } else if upper.starts_with("AUTH ") {
                self.authenticate(&line).await?
            } else if upper.starts_with("MAIL FROM:<") {
                self.sender(&line).await?
            } else if upper.starts_with("RCPT TO:<") && self.from.is_some() {
                self.recipient(&line).await?
            } else if upper == "DATA" && !self.to.is_empty() {
                self.data().await?
            } else if upper == "RSET" {
                self.forget();
                self.answer(Step::Reset, "250 2.0.0 forgotten").await?
            } else if upper == "QUIT" {
                self.say(b"221 2.0.0 bye\r\n").await?;
                Next::HangUp
            } else {
                self.say(b"503 5.5.1 not now\r\n").await?;
                Next::GoOn
            };
            if let Next::HangUp = next {
                return Ok(());
            }
        }
    }

    async fn sender(&mut self, line: &str) -> io::Result<Next> {
        let address = angled(line);
        let (reply, next) = self.play(Step::Sender, "250 2.1.0 sender ok").await?;
        self.from = reply.starts_with('2').then_some(address);
        Ok(next)
    }

    async fn recipient(&mut self, line: &str) -> io::Result<Next> {
        self.to.push(angled(line));
        let (reply, next) = self.play(Step::Recipient, "250 2.1.5 recipient ok").await?;
        if !reply.starts_with('2') {
            self.to.pop();
        }
        Ok(next)
    }

    async fn data(&mut self) -> io::Result<Next> {
        let (reply, next) = self.play(Step::Data, "354 go ahead").await?;
        if !reply.starts_with('3') || matches!(next, Next::HangUp) {
            return Ok(next);
        }
        match self.rule(Step::Body) {
            None => {}
            Some(Act::Stall) => {
                // Unread, so that the client's writing comes to a halt too.
                self.hold().await;
                return Ok(Next::HangUp);
            }
            Some(act) => {
                if let (_, Next::HangUp) = self.act(act, "").await? {
                    return Ok(Next::HangUp);
                }
            }
        }
        let mut bytes = Vec::new();
        loop {
            let start = bytes.len();
            if self.wire.read_until(b'\n', &mut bytes).await? == 0 {
                return Ok(Next::HangUp);
            }
            match &bytes[start..] {
                b".\r\n" => {
                    bytes.truncate(start);
                    break;
                }
                [b'.', ..] => {
                    bytes.remove(start);
                }
                _ => {}
            }
        }
        let mail = ReceivedMail {
            from: self.from.clone().unwrap_or_default(),
            to: self.to.clone(),
            bytes,
            connection: self.number,
            accepted: false,
            encrypted: self.encrypted,
            user: self.user.clone(),
        };
        let mut index = 0;
        self.shared.record.send_modify(|record| {
            index = record.mails.len();
            record.mails.push(mail);
        });
        let (reply, next) = self.play(Step::Final, "250 2.0.0 queued").await?;
        self.shared.record.send_modify(|record| {
            record.mails[index].accepted = reply.starts_with("250");
        });
        self.forget();
        Ok(next)
    }

    fn forget(&mut self) {
        self.from = None;
        self.to.clear();
    }

    async fn authenticate(&mut self, line: &str) -> io::Result<Next> {
        let known = locked(&self.shared.script).credentials.clone();
        let mut words = line.split(' ').skip(1);
        let (method, initial) = (words.next().unwrap_or_default(), words.next());
        let given = match (method, initial) {
            ("PLAIN", Some(token)) => {
                let token = decoded(token);
                let mut parts = token.split('\0').skip(1).map(str::to_owned);
                parts.next().zip(parts.next())
            }
            ("LOGIN", None) => {
                self.say(b"334 VXNlcm5hbWU6\r\n").await?;
                let user = self.read_line().await?;
                self.say(b"334 UGFzc3dvcmQ6\r\n").await?;
                let password = self.read_line().await?;
                user.zip(password)
                    .map(|(user, password)| (decoded(&user), decoded(&password)))
            }
            _ => None,
        };
        let right = known.is_some() && given == known;
        let answer = if right {
            "235 2.7.0 welcome"
        } else {
            "535 5.7.8 wrong user or password"
        };
        let (reply, next) = self.play(Step::Auth, answer).await?;
        if reply.starts_with("235") {
            self.user = given.map(|(user, _)| user);
        }
        Ok(next)
    }

    fn extensions(&self) -> String {
        let script = locked(&self.shared.script);
        let mut lines = vec!["mail.example.org".to_owned()];
        lines.extend(script.offers.iter().cloned());
        if script.handshake.is_some() && !self.encrypted {
            lines.push("STARTTLS".to_owned());
        }
        let last = lines.len() - 1;
        let mut answer = String::new();
        for (index, line) in lines.iter().enumerate() {
            answer.push_str(if index == last { "250 " } else { "250-" });
            answer.push_str(line);
            if index < last {
                answer.push_str("\r\n");
            }
        }
        answer
    }

    async fn encrypt(&mut self, handshake: &Handshake) -> io::Result<()> {
        let nothing: BoxWire = Box::new(tokio::io::empty());
        let wire = std::mem::replace(&mut self.wire, BufReader::new(nothing)).into_inner();
        self.wire = BufReader::new(handshake(wire).await?);
        self.encrypted = true;
        Ok(())
    }

    async fn answer(&mut self, step: Step, polite: &str) -> io::Result<Next> {
        Ok(self.play(step, polite).await?.1)
    }

    /// Does what the script says at this step, else answers politely; gives the answer.
    async fn play(&mut self, step: Step, polite: &str) -> io::Result<(String, Next)> {
        match self.rule(step) {
            Some(act) => self.act(act, polite).await,
            None => self.act(Act::reply(polite), polite).await,
        }
    }

    async fn act(&mut self, act: Act, polite: &str) -> io::Result<(String, Next)> {
        match act {
            Act::Reply(text) => {
                self.say(format!("{text}\r\n").as_bytes()).await?;
                Ok((text, Next::GoOn))
            }
            Act::Raw(bytes) => {
                self.say(&bytes).await?;
                Ok((String::from_utf8_lossy(&bytes).into_owned(), Next::GoOn))
            }
            Act::ReplyAndDrop(text) => {
                self.say(format!("{text}\r\n").as_bytes()).await?;
                Ok((text, Next::HangUp))
            }
            Act::Drop => Ok((String::new(), Next::HangUp)),
            Act::Stall => {
                self.shared.record.send_modify(|record| record.held += 1);
                let mut waste = [0; 1024];
                while self.wire.read(&mut waste).await? > 0 {}
                Ok((String::new(), Next::HangUp))
            }
            Act::Hold => {
                self.hold().await;
                self.say(format!("{polite}\r\n").as_bytes()).await?;
                Ok((polite.to_owned(), Next::GoOn))
            }
        }
    }

    async fn hold(&mut self) {
        self.shared.record.send_modify(|record| record.held += 1);
        // The sender lives as long as the server.
        let _ = self
            .shared
            .released
            .subscribe()
            .wait_for(|released| *released)
            .await;
    }

    fn rule(&self, step: Step) -> Option<Act> {
        let mut script = locked(&self.shared.script);
        let matching = script.rules.iter().position(|rule| {
            rule.step == step
                && rule
                    .recipient
                    .as_ref()
                    .is_none_or(|recipient| self.to.contains(recipient))
        })?;
        if script.rules[matching].once {
            Some(script.rules.remove(matching).act)
        } else {
            Some(script.rules[matching].act.clone())
        }
    }

    async fn say(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.wire.write_all(bytes).await?;
        self.wire.flush().await
    }

    async fn read_line(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        if self.wire.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let line = line.trim_end_matches(['\r', '\n']).to_owned();
        let number = self.number;
        self.shared
            .record
            .send_modify(|record| record.commands.push((number, line.clone())));
        Ok(Some(line))
    }
}

/// The part between angle brackets.
fn angled(line: &str) -> String {
    let inner = line.split_once('<').map_or("", |(_, rest)| rest);
    inner
        .split_once('>')
        .map_or("", |(inner, _)| inner)
        .to_owned()
}

fn decoded(token: &str) -> String {
    BASE64_STANDARD
        .decode(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_default()
}
