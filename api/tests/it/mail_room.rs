//! The mails of a test app: sent by a real worker to a scripted mail server, and read there.

use std::sync::Arc;

use koplopers_shared::flows::Letterhead;
use koplopers_shared::testing::smtp::{Act, ReceivedMail, Script, SmtpServer, Step};
use koplopers_worker::transport::{MailUrl, Transport};
use koplopers_worker::{Summary, WorkerOptions, WorkerParts, build_worker};
use mail_parser::MessageParser;

use crate::app::TestApp;

/// Where the mails of one app arrive.
pub struct MailRoom {
    relay: SmtpServer,
}

impl MailRoom {
    pub async fn open() -> Self {
        Self {
            relay: SmtpServer::start(Script::new()).await.unwrap(),
        }
    }

    /// A room whose mail server hangs up on everybody.
    pub async fn out_of_order() -> Self {
        Self::answering(Step::Greeting, Act::Drop).await
    }

    /// A room whose mail server always does this at this step.
    pub async fn answering(step: Step, act: Act) -> Self {
        let script = Script::new().always(step, act);
        Self {
            relay: SmtpServer::start(script).await.unwrap(),
        }
    }

    /// Sends what is due.
    pub async fn send(&self, app: &TestApp) -> Summary {
        let url = MailUrl::parse(&format!("smtp://{}?tls=none", self.relay.address())).unwrap();
        let parts = WorkerParts {
            db: app.db.db().clone(),
            clock: app.clock.clone(),
            keys: app.state.auth.keys().clone(),
            transport: Arc::new(Transport::open(&url).unwrap()),
            letterhead: Letterhead::from(&*app.state.settings),
            metrics: app.state.process.metrics.deliveries.clone(),
            options: WorkerOptions {
                consent_after: app.state.settings.consent_after,
                ..WorkerOptions::default()
            },
        };
        build_worker(parts).once().await.unwrap()
    }

    /// Everything that has arrived, in order.
    pub fn mails(&self) -> Vec<ReceivedMail> {
        self.relay.record().mails
    }
}

/// The text of a mail.
pub fn text_of(mail: &ReceivedMail) -> String {
    let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
    parsed.body_text(0).unwrap().into_owned()
}

/// The subject of a mail.
pub fn subject_of(mail: &ReceivedMail) -> String {
    let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
    parsed.subject().unwrap().to_owned()
}

/// The path of the page that a mail links to, such as `/o/…`.
pub fn page_in(mail: &ReceivedMail, app: &TestApp, start: &str) -> Option<String> {
    let text = text_of(mail);
    let base = app.state.settings.http.public_url.as_str();
    let base = base.trim_end_matches('/');
    let from = text.find(&format!("{base}{start}"))?;
    let link = text[from..].split_whitespace().next()?;
    Some(link[base.len()..].to_owned())
}
