//! What the server offers, and where it misbehaves.

use std::fmt;

use super::Handshake;

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
    /// Wait for [`SmtpServer::release`](super::SmtpServer::release), then answer politely, also when nobody listens any more.
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
    pub(super) offers: Vec<String>,
    pub(super) credentials: Option<(String, String)>,
    pub(super) handshake: Option<Handshake>,
    pub(super) implicit_tls: bool,
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

    /// What to do at `step` of a mail to these recipients; what is for once is used up.
    pub(super) fn act(&mut self, step: Step, recipients: &[String]) -> Option<Act> {
        let matching = self.rules.iter().position(|rule| {
            rule.step == step
                && rule
                    .recipient
                    .as_ref()
                    .is_none_or(|recipient| recipients.contains(recipient))
        })?;
        if self.rules[matching].once {
            Some(self.rules.remove(matching).act)
        } else {
            Some(self.rules[matching].act.clone())
        }
    }
}
