//! A mail server that does as it is told: accepts, refuses, stalls, breaks off or talks nonsense at any step.
//!
//! ```text
//! let server = SmtpServer::start(Script::new().once(Step::Recipient, Act::reply("451 try later"))).await?;
//! // send through server.address()
//! let mails = server.received(1).await;
//! ```
//!
//! It knows nothing of the client under test. A step without an instruction is answered as a good server would.

mod conversation;
mod record;
mod script;
mod server;

pub use record::{ReceivedMail, Record};
pub use script::{Act, Script, Step};
pub use server::SmtpServer;

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};

/// Any stream a conversation can run over.
pub trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// A boxed stream.
pub type BoxWire = Box<dyn Wire>;

/// Does the server's side of a TLS handshake; given by the test, so that this crate links no TLS.
pub type Handshake =
    Arc<dyn Fn(BoxWire) -> Pin<Box<dyn Future<Output = io::Result<BoxWire>> + Send>> + Send + Sync>;
