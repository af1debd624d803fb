//! Conversations with a scripted relay, each of them over a real socket.

use std::sync::Arc;

use koplopers_shared::testing::smtp::{Act, Script, SmtpServer, Step};
use koplopers_worker::transport::{Envelope, MailUrl, Outcome, Phase, Transport};

const MAIL: &[u8] = b"Subject: x\r\n\r\n.dot\r\n..two\r\nend\r\n";

fn envelope(to: &str) -> Envelope {
    Envelope::new("bounce+1@example.org", to).unwrap()
}

pub fn relay(server: &SmtpServer, settings: &str) -> Transport {
    let url = format!("smtp://{}?tls=none{settings}", server.address());
    Transport::open(&MailUrl::parse(&url).unwrap()).unwrap()
}

pub async fn send(transport: &Transport, to: &str) -> Outcome {
    transport.send(&envelope(to), Arc::from(MAIL)).await
}

async fn outcome_with(script: Script) -> (Outcome, SmtpServer) {
    outcome_within("20s", script).await
}

async fn outcome_within(limit: &str, script: Script) -> (Outcome, SmtpServer) {
    let server = SmtpServer::start(script).await.unwrap();
    let transport = relay(&server, &format!("&timeout={limit}"));
    let outcome = send(&transport, "sam@example.nl").await;
    (outcome, server)
}

#[tokio::test]
async fn an_accepted_mail_arrives_byte_for_byte() {
    let (outcome, server) = outcome_with(Script::new()).await;
    assert_eq!(
        outcome,
        Outcome::Accepted {
            code: 250,
            text: "2.0.0 queued".into()
        }
    );
    let mails = server.received(1).await;
    assert_eq!(mails[0].bytes, MAIL);
    assert_eq!(mails[0].from, "bounce+1@example.org");
    assert_eq!(mails[0].to, ["sam@example.nl"]);
}

#[tokio::test]
async fn one_connection_carries_many_mails() {
    let server = SmtpServer::start(Script::new()).await.unwrap();
    let transport = relay(&server, "&connections=1");
    for number in 0..20 {
        let outcome = send(&transport, &format!("p{number}@example.nl")).await;
        assert_eq!(outcome.code(), Some(250));
    }
    let record = server.record();
    assert_eq!((record.mails.len(), record.opened), (20, 1));
    assert!(record.mails.iter().all(|mail| mail.to.len() == 1));
}

#[tokio::test]
async fn no_more_connections_open_than_allowed() {
    let server = SmtpServer::start(Script::new()).await.unwrap();
    let transport = Arc::new(relay(&server, "&connections=3"));
    let sends: Vec<_> = (0..30)
        .map(|number| {
            let transport = Arc::clone(&transport);
            tokio::spawn(async move { send(&transport, &format!("p{number}@example.nl")).await })
        })
        .collect();
    for task in sends {
        assert_eq!(task.await.unwrap().as_str(), "accepted");
    }
    let record = server.record();
    assert_eq!(record.mails.len(), 30);
    assert!(record.opened <= 3, "{} connections", record.opened);
}

#[tokio::test]
async fn a_relay_that_does_not_listen_is_unavailable() {
    let server = SmtpServer::start(Script::new()).await.unwrap();
    let transport = relay(&server, "");
    drop(server);
    // The port is free now, or a conversation ends at once: either way nothing was said about a recipient.
    let outcome = send(&transport, "sam@example.nl").await;
    assert!(
        matches!(
            outcome,
            Outcome::RelayUnavailable {
                phase: Phase::Connect | Phase::Greeting,
                code: None,
                ..
            }
        ),
        "{outcome:?}"
    );
}

// security: 88
#[tokio::test]
async fn a_refusal_before_the_recipient_is_about_the_relay() {
    for (step, phase) in [
        (Step::Greeting, Phase::Greeting),
        (Step::Hello, Phase::Hello),
        (Step::Sender, Phase::Sender),
    ] {
        for code in [421, 451, 554] {
            let script = Script::new().once(step, Act::reply(format!("{code} go away")));
            let (outcome, _server) = outcome_with(script).await;
            assert_eq!(
                outcome,
                Outcome::RelayUnavailable {
                    phase,
                    code: Some(code),
                    reason: "go away".into()
                }
            );
        }
    }
}

// security: 88
#[tokio::test]
async fn a_4xx_defers_and_a_5xx_rejects_from_the_recipient_on() {
    for (step, phase) in [
        (Step::Recipient, Phase::Recipient),
        (Step::Data, Phase::Data),
        (Step::Final, Phase::Final),
    ] {
        for code in [421, 450, 451, 452] {
            let script = Script::new().once(step, Act::reply(format!("{code} later")));
            let (outcome, _server) = outcome_with(script).await;
            let text = "later".to_owned();
            let code = Some(code);
            assert_eq!(outcome, Outcome::Deferred { phase, code, text });
        }
        for code in [550, 552, 554] {
            let script = Script::new().once(step, Act::reply(format!("{code} never")));
            let (outcome, _server) = outcome_with(script).await;
            let text = "never".to_owned();
            let code = Some(code);
            assert_eq!(outcome, Outcome::Rejected { phase, code, text });
        }
    }
}

// security: 88
#[tokio::test]
async fn a_stall_at_any_step_ends_at_its_deadline_with_the_connection() {
    for (step, word, phase) in [
        (Step::Greeting, "relay-unavailable", Some(Phase::Greeting)),
        (Step::Hello, "relay-unavailable", Some(Phase::Hello)),
        (Step::Sender, "relay-unavailable", Some(Phase::Sender)),
        (Step::Recipient, "deferred", Some(Phase::Recipient)),
        (Step::Data, "deferred", Some(Phase::Data)),
        (Step::Final, "unknown", None),
    ] {
        let (outcome, server) = outcome_within("300ms", Script::new().once(step, Act::Stall)).await;
        assert_eq!(outcome.as_str(), word, "{step:?}");
        assert_eq!(phase_of(&outcome), phase, "{step:?}");
        assert_eq!(outcome.code(), None);
        server.closed(1).await;
    }
}

// security: 88
#[tokio::test]
async fn a_cut_at_any_step_is_told_apart_by_the_final_dot() {
    for (step, word, phase) in [
        (Step::Greeting, "relay-unavailable", Some(Phase::Greeting)),
        (Step::Hello, "relay-unavailable", Some(Phase::Hello)),
        (Step::Sender, "relay-unavailable", Some(Phase::Sender)),
        (Step::Recipient, "deferred", Some(Phase::Recipient)),
        (Step::Data, "deferred", Some(Phase::Data)),
        (Step::Final, "unknown", None),
    ] {
        let (outcome, _server) = outcome_with(Script::new().once(step, Act::Drop)).await;
        assert_eq!(outcome.as_str(), word, "{step:?}");
        assert_eq!(phase_of(&outcome), phase, "{step:?}");
    }
}

#[tokio::test]
async fn garbage_at_any_step_is_no_success() {
    for garbage in [
        &b"\0\xff\xfe\r\n"[..],
        b"HTTP/1.1 200 OK\r\n",
        b"250-one\r\n550 two\r\n",
        b"251 nearly\r\n",
    ] {
        for (step, expected) in [
            (Step::Greeting, "relay-unavailable"),
            (Step::Hello, "relay-unavailable"),
            (Step::Sender, "relay-unavailable"),
            (Step::Data, "deferred"),
            (Step::Final, "unknown"),
        ] {
            let script = Script::new().once(step, Act::Raw(garbage.to_vec()));
            let (outcome, _server) = outcome_with(script).await;
            assert_eq!(outcome.as_str(), expected, "{step:?} {garbage:?}");
        }
    }
}

#[tokio::test]
async fn an_endless_reply_is_cut_off() {
    let endless = "250-more\r\n".repeat(10_000).into_bytes();
    let (outcome, _server) = outcome_with(Script::new().once(Step::Hello, Act::Raw(endless))).await;
    assert_eq!(outcome.as_str(), "relay-unavailable");
    let line = vec![b'2'; 100_000];
    let (outcome, _server) = outcome_with(Script::new().once(Step::Final, Act::Raw(line))).await;
    assert_eq!(outcome.as_str(), "unknown");
}

// security: 70
#[tokio::test]
async fn a_reply_cannot_bring_control_characters_along() {
    let act = Act::Raw(b"550-5.1.1 no\x1b[2J such\r\n550 5.1.1 user\tINFO fake=log\r\n".to_vec());
    let (outcome, _server) = outcome_with(Script::new().once(Step::Recipient, act)).await;
    assert_eq!(outcome.text(), "5.1.1 no [2J such 5.1.1 user INFO fake=log");
}

#[tokio::test]
async fn server_stalls_after_the_final_dot_and_the_next_mail_is_unaffected() {
    let script = Script::new().once(Step::Final, Act::Hold).always_for(
        "nobody@example.nl",
        Step::Recipient,
        Act::reply("550 no such user"),
    );
    let server = SmtpServer::start(script).await.unwrap();
    let transport = relay(&server, "&timeout=300ms&connections=1");
    assert_eq!(send(&transport, "sam@example.nl").await.as_str(), "unknown");
    // The late 250 for the first mail comes now; read by the second, it would make a refusal look like success.
    server.release();
    assert_eq!(
        send(&transport, "nobody@example.nl").await.code(),
        Some(550)
    );
    assert_eq!(
        send(&transport, "kim@example.nl").await.as_str(),
        "accepted"
    );
    let record = server.record();
    assert_eq!(record.opened, 2);
    assert_eq!(record.mails.len(), 2);
    assert_eq!(record.mails[0].connection, 1);
    assert_eq!(record.mails[1].connection, 2);
}

#[tokio::test]
async fn a_cancelled_send_takes_its_connection_with_it() {
    let script = Script::new().once(Step::Final, Act::Hold).always_for(
        "nobody@example.nl",
        Step::Recipient,
        Act::reply("550 no such user"),
    );
    let server = SmtpServer::start(script).await.unwrap();
    let transport = Arc::new(relay(&server, "&connections=1"));
    let cancelled = tokio::spawn({
        let transport = Arc::clone(&transport);
        async move { send(&transport, "sam@example.nl").await }
    });
    server.until(|record| record.held == 1).await;
    cancelled.abort();
    assert!(cancelled.await.unwrap_err().is_cancelled());
    server.release();
    assert_eq!(
        send(&transport, "nobody@example.nl").await.code(),
        Some(550)
    );
    assert_eq!(server.record().opened, 2);
}

#[tokio::test]
async fn a_reply_nobody_asked_for_does_not_shift_the_next_ones() {
    let script = Script::new()
        .once(
            Step::Final,
            Act::Raw(b"250 ok\r\n250 ok again\r\n".to_vec()),
        )
        .always_for(
            "nobody@example.nl",
            Step::Recipient,
            Act::reply("550 no such user"),
        );
    let server = SmtpServer::start(script).await.unwrap();
    let transport = relay(&server, "&connections=1");
    assert_eq!(
        send(&transport, "sam@example.nl").await.as_str(),
        "accepted"
    );
    assert_eq!(
        send(&transport, "nobody@example.nl").await.code(),
        Some(550)
    );
    assert_eq!(server.record().opened, 2);
}

#[tokio::test]
async fn a_refused_recipient_leaves_the_connection_usable() {
    let script = Script::new().always_for(
        "nobody@example.nl",
        Step::Recipient,
        Act::reply("550 no such user"),
    );
    let server = SmtpServer::start(script).await.unwrap();
    let transport = relay(&server, "&connections=1");
    assert_eq!(
        send(&transport, "nobody@example.nl").await.as_str(),
        "rejected"
    );
    assert_eq!(
        send(&transport, "sam@example.nl").await.as_str(),
        "accepted"
    );
    let record = server.record();
    assert_eq!(record.opened, 1);
    assert!(record.commands.iter().any(|(_, line)| line == "RSET"));
    assert_eq!(record.mails[0].to, ["sam@example.nl"]);
}

#[tokio::test]
async fn an_idle_connection_that_was_closed_is_replaced_without_a_trace() {
    let script = Script::new().once(Step::Final, Act::ReplyAndDrop("250 ok".into()));
    let server = SmtpServer::start(script).await.unwrap();
    let transport = relay(&server, "&connections=1");
    assert_eq!(
        send(&transport, "sam@example.nl").await.as_str(),
        "accepted"
    );
    server.closed(1).await;
    assert_eq!(
        send(&transport, "kim@example.nl").await.as_str(),
        "accepted"
    );
    let script = Script::new().once(Step::Sender, Act::ReplyAndDrop("421 idle too long".into()));
    server.change(script);
    assert_eq!(
        send(&transport, "lou@example.nl").await.as_str(),
        "accepted"
    );
    assert_eq!(server.record().opened, 3);
}

#[tokio::test]
async fn a_relay_that_stops_reading_in_the_middle_has_not_got_the_mail() {
    let server = SmtpServer::start(Script::new().once(Step::Body, Act::Stall))
        .await
        .unwrap();
    let transport = relay(&server, "&timeout=300ms");
    let mail = "0123456789abcdef\r\n".repeat(2_000_000).into_bytes();
    let outcome = transport
        .send(&envelope("sam@example.nl"), mail.into())
        .await;
    assert_eq!(phase_of(&outcome), Some(Phase::Body), "{outcome:?}");
    assert_eq!(outcome.as_str(), "deferred");
}

#[tokio::test]
async fn an_8_bit_mail_is_offered_only_to_a_relay_that_takes_it() {
    let mail: Arc<[u8]> = Arc::from("Subject: x\r\n\r\né\r\n".as_bytes());
    let server = SmtpServer::start(Script::new()).await.unwrap();
    let outcome = relay(&server, "")
        .send(&envelope("sam@example.nl"), Arc::clone(&mail))
        .await;
    assert_eq!(outcome.as_str(), "rejected");
    server.change(Script::new().offering("8BITMIME"));
    let outcome = relay(&server, "")
        .send(&envelope("sam@example.nl"), mail)
        .await;
    assert_eq!(outcome.as_str(), "accepted");
}

#[tokio::test]
async fn our_name_is_the_set_one_or_our_address() {
    let server = SmtpServer::start(Script::new()).await.unwrap();
    send(&relay(&server, ""), "sam@example.nl").await;
    send(&relay(&server, "&helo=mail.example.nl"), "sam@example.nl").await;
    let hellos: Vec<_> = server
        .record()
        .commands
        .into_iter()
        .filter_map(|(_, line)| line.starts_with("EHLO").then_some(line))
        .collect();
    assert_eq!(hellos, ["EHLO [127.0.0.1]", "EHLO mail.example.nl"]);
}

pub fn phase_of(outcome: &Outcome) -> Option<Phase> {
    match outcome {
        Outcome::Deferred { phase, .. }
        | Outcome::Rejected { phase, .. }
        | Outcome::RelayUnavailable { phase, .. } => Some(*phase),
        Outcome::Accepted { .. } | Outcome::Unknown { .. } => None,
    }
}
