//! The server as a process: told to stop, and after abuse.

use std::fs;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use koplopers_api::auth::subject_of_role;
use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::rounds;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

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

    async fn soak_memory_and_descriptors_come_back_after_abuse(db: TestDb) {
        // security: 49
        let data = tempfile::tempdir().unwrap();
        let state = state_of(&db, data.path()).await;
        let token = token(&state, &subject_of_role(Role::Coordinator, None).unwrap());
        let server = Server::start_with(&db, data.path(), |command| {
            command
                .env("KOPLOPERS_HEADER_TIMEOUT", "1s")
                .env("KOPLOPERS_BODY_TIMEOUT", "1s")
                .env("KOPLOPERS_KEEP_ALIVE", "1s")
                .env("KOPLOPERS_RATE_ANONYMOUS_PER_MINUTE", "0");
        });
        // The first round fills what is kept on purpose: caches, pools, the allocator's reserve.
        let mut before = after_abuse(&server, &token, usize::MAX).await;
        for round in 0..rounds(2) {
            let now = after_abuse(&server, &token, before.descriptors).await;
            assert!(
                now.memory < before.memory + 24_000_000,
                "round {round}: {} bytes, then {}", before.memory, now.memory
            );
            // A later round may be the first to meet a full pool; what leaks adds up.
            before.memory = before.memory.max(now.memory.min(before.memory + 4_000_000));
        }
    }
}

/// What a process holds.
struct Held {
    /// Bytes in memory.
    memory: usize,
    /// Files and sockets.
    descriptors: usize,
}

fn held(process: u32) -> Held {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let resident = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kilobytes = resident.unwrap().split_whitespace().nth(1).unwrap();
    Held {
        memory: kilobytes.parse::<usize>().unwrap() * 1024,
        descriptors: fs::read_dir(format!("/proc/{process}/fd")).unwrap().count(),
    }
}

/// Treats the server badly on 400 connections at once, then waits until it holds no more
/// descriptors than `at_most`, or no fewer with every further question.
async fn after_abuse(server: &Server, token: &str, at_most: usize) -> Held {
    let address = server.address;
    let bearer = format!("authorization: Bearer {token}\r\n");
    let large = "x".repeat(400_000);
    let post = format!(
        "POST /v1/intakes HTTP/1.1\r\nhost: x\r\n{bearer}content-type: application/json\r\n"
    );
    let mut abused = JoinSet::new();
    for _ in 0..50 {
        for request in [
            "GET /v1/gloss".to_owned(),
            String::new(),
            format!("{post}content-length: 1000\r\n\r\n{{"),
            format!("{post}transfer-encoding: chunked\r\n\r\n5\r\n{{"),
            format!("{post}content-length: {}\r\n\r\n{large}", large.len()),
            format!("{post}content-length: 50000\r\n\r\n{}", "[".repeat(50_000)),
            format!(
                "GET /v1/intakes HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n",
                "y".repeat(4_000)
            ),
            format!("GET /v1/intakes?limit=100 HTTP/1.1\r\nhost: x\r\n{bearer}\r\n"),
        ] {
            // Half of them hang up, the others wait to be cut off.
            let waits = abused.len() % 16 >= 8;
            abused.spawn(async move {
                let mut stream = TcpStream::connect(address).await.unwrap();
                // It may close before everything has been said.
                let _ = stream.write_all(request.as_bytes()).await;
                if waits {
                    let answer = rest(stream).await;
                    assert!(!answer.starts_with("HTTP/1.1 5"), "{answer}");
                }
            });
        }
    }
    abused.join_all().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let began = Instant::now();
    let mut fewest = usize::MAX;
    let mut calm = 0;
    while calm < 200 {
        http.get(format!("http://{address}/health/live"))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        let descriptors = held(server.running.id()).descriptors;
        if at_most == usize::MAX {
            calm = if descriptors < fewest { 0 } else { calm + 1 };
            fewest = fewest.min(descriptors);
        } else if descriptors <= at_most {
            break;
        }
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "{descriptors} descriptors, {at_most} before"
        );
    }
    held(server.running.id())
}
