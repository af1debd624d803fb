//! A mail server that takes everything and keeps nothing but the count.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// It runs on a thread of its own, until the program ends.
#[derive(Debug)]
pub struct Sink {
    address: SocketAddr,
    taken: watch::Receiver<usize>,
}

impl Sink {
    pub fn start() -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (count, taken) = watch::channel(0);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        std::thread::spawn(move || {
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener)?;
                loop {
                    let (stream, _) = listener.accept().await?;
                    tokio::spawn(converse(stream, count.clone()));
                }
                #[expect(unreachable_code, reason = "names the error of `?`")]
                io::Result::Ok(())
            })
        });
        Ok(Self { address, taken })
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until it has taken this many mails.
    pub async fn taken(&self, count: usize) {
        let mut taken = self.taken.clone();
        // The sender lives as long as the thread.
        let _ = taken.wait_for(|taken| *taken >= count).await;
    }
}

const END: &[u8] = b"\r\n.\r\n";

async fn converse(mut stream: TcpStream, taken: watch::Sender<usize>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.write_all(b"220 sink ready\r\n").await?;
    let mut buffer: Vec<u8> = Vec::with_capacity(1 << 16);
    let mut in_data = false;
    loop {
        if stream.read_buf(&mut buffer).await? == 0 {
            return Ok(());
        }
        let mut replies: Vec<u8> = Vec::new();
        loop {
            if in_data {
                // No client says more before the mail is answered (RFC 2920 §3.1).
                if !buffer.ends_with(END) {
                    break;
                }
                buffer.clear();
                in_data = false;
                taken.send_modify(|count| *count += 1);
                replies.extend(b"250 taken\r\n");
                continue;
            }
            let Some(end) = buffer.iter().position(|byte| *byte == b'\n') else {
                break;
            };
            let line: Vec<u8> = buffer.drain(..=end).collect();
            in_data = line.starts_with(b"DATA");
            replies.extend::<&[u8]>(match line.get(..4) {
                Some(b"EHLO") => b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
                Some(b"DATA") => b"354 go on\r\n",
                _ => b"250 ok\r\n",
            });
        }
        stream.write_all(&replies).await?;
    }
}
