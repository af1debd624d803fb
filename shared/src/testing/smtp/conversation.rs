//! One conversation with a client.

use std::io;
use std::sync::Arc;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::server::{Shared, locked};
use super::{Act, BoxWire, Handshake, ReceivedMail, Step};

/// What the conversation does next.
enum Next {
    GoOn,
    HangUp,
}

/// One conversation.
pub(super) struct Talk {
    shared: Arc<Shared>,
    number: usize,
    wire: BufReader<BoxWire>,
    encrypted: bool,
    user: Option<String>,
    from: Option<String>,
    to: Vec<String>,
}

impl Talk {
    /// Talks until either side hangs up.
    pub(super) async fn run(shared: Arc<Shared>, number: usize, stream: TcpStream) {
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
            } else if upper == "DATA" {
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
        if !self.wire.buffer().is_empty() {
            self.shared
                .record
                .send_modify(|record| record.pipelined += 1);
        }
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
        // A script may give the go-ahead to a mail for nobody, as RFC 2920 §3.1 allows.
        let polite = if self.to.is_empty() {
            "503 5.5.1 no valid recipients"
        } else {
            "354 go ahead"
        };
        let (reply, next) = self.play(Step::Data, polite).await?;
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
        let polite = if self.to.is_empty() {
            "554 5.5.1 no valid recipients"
        } else {
            "250 2.0.0 queued"
        };
        let (reply, next) = self.play(Step::Final, polite).await?;
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
        locked(&self.shared.script).act(step, &self.to)
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
