//! The server as a process that is told to stop.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use koplopers_api::auth::subject_of_role;
use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::process::{Server, state_of, token};

/// A connection on which this was sent.
async fn sent(address: SocketAddr, bytes: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    stream
}

async fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    // Whoever was refused may be cut off while it still talks.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// A POST of an intake that is sent up to the middle of its body, and the rest of it.
async fn half_an_intake(address: SocketAddr, token: &str, programme: &str) -> (TcpStream, String) {
    let body = json!({ "municipality": "GM0363", "programme": programme }).to_string();
    let (first, second) = body.split_at(10);
    let head = format!(
        "POST /v1/intakes HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
         connection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{first}",
        body.len()
    );
    (sent(address, &head).await, second.to_owned())
}

/// Reads until the server says that it is not ready; how many requests had a whole answer.
async fn read_while_ready(address: SocketAddr, token: String) -> usize {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = |path: &str| format!("http://{address}{path}");
    for answered in 0.. {
        let ready = http.get(url("/health/ready")).send().await.unwrap();
        let status = ready.status();
        ready.text().await.unwrap();
        if status == 503 {
            return answered;
        }
        let list = http.get(url("/v1/intakes")).bearer_auth(&token);
        let answer = list.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.text().await.unwrap();
    }
    unreachable!("it stops some time")
}

on_both_databases! {
    async fn told_to_stop_it_answers_what_was_asked_and_ends_well(db: TestDb) {
        // security: 84, 91
        let data = tempfile::tempdir().unwrap();
        let state = state_of(&db, data.path()).await;
        let token = token(&state, &subject_of_role(Role::Coordinator, None).unwrap());
        for (signal, programme) in [("TERM", "versnelling"), ("INT", "uitvoering")] {
            let mut server = Server::start_with(&db, data.path(), |command| {
                command.env("KOPLOPERS_DRAIN_WAIT", "1s");
            });
            let address = server.address;
            let readers: Vec<_> = (0..8)
                .map(|_| tokio::spawn(read_while_ready(address, token.clone())))
                .collect();
            let (mut slow, second_half) = half_an_intake(address, &token, programme).await;
            let started = Instant::now();
            server.running.signal(signal);
            for reader in readers {
                reader.await.unwrap();
            }
            // Until nobody new is let in: what was begun before is still answered.
            while TcpStream::connect(address).await.is_ok() {}
            slow.write_all(second_half.as_bytes()).await.unwrap();
            let answer = rest(slow).await;
            assert!(answer.starts_with("HTTP/1.1 201 "), "{signal}: {answer}");
            assert!(server.running.ended().success(), "{signal}");
            assert!(started.elapsed() < Duration::from_secs(30), "{signal}");
        }
    }
}
