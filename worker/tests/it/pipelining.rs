//! A relay that takes several commands in one go (RFC 2920): the replies stay with their commands.

use koplopers_shared::testing::smtp::{Act, Script, SmtpServer, Step};
use koplopers_worker::transport::{Outcome, Phase, Transport};

use crate::smtp::{phase_of, relay, send};

/// A server that offers it.
fn offering() -> Script {
    Script::new().offering("PIPELINING")
}

/// One connection to a server.
async fn connected(script: Script) -> (SmtpServer, Transport) {
    let server = SmtpServer::start(script).await.unwrap();
    let transport = relay(&server, "&connections=1&timeout=20s");
    (server, transport)
}

/// What comes after a mail that was refused: is it taken for itself?
async fn then_the_next_ones_are_told_apart(server: &SmtpServer, transport: &Transport) {
    server.change(offering().always_for(
        "nobody@example.nl",
        Step::Recipient,
        Act::reply("550 no such user"),
    ));
    for _ in 0..2 {
        let refused = send(transport, "nobody@example.nl").await;
        assert_eq!((refused.as_str(), refused.code()), ("rejected", Some(550)));
        let taken = send(transport, "kim@example.nl").await;
        assert_eq!(taken.as_str(), "accepted", "{taken:?}");
    }
    let record = server.record();
    let to_nobody = |mail: &&_| {
        let mail: &koplopers_shared::testing::smtp::ReceivedMail = mail;
        mail.to.is_empty() || mail.to[0] == "nobody@example.nl"
    };
    assert!(
        record
            .mails
            .iter()
            .filter(to_nobody)
            .all(|mail| !mail.accepted)
    );
}

#[tokio::test]
async fn it_is_used_where_it_is_offered_and_nowhere_else() {
    for (script, pipelined) in [(offering(), 3), (Script::new(), 0)] {
        let (server, transport) = connected(script).await;
        for number in 0..3 {
            let outcome = send(&transport, &format!("p{number}@example.nl")).await;
            assert_eq!(outcome.code(), Some(250));
        }
        let record = server.record();
        assert_eq!((record.pipelined, record.opened), (pipelined, 1));
        let to: Vec<&str> = record
            .mails
            .iter()
            .map(|mail| mail.to[0].as_str())
            .collect();
        assert_eq!(to, ["p0@example.nl", "p1@example.nl", "p2@example.nl"]);
        let said: Vec<&str> = record.commands.iter().map(|(_, line)| &line[..4]).collect();
        assert_eq!(said[1..4], ["MAIL", "RCPT", "DATA"]);
    }
}

#[tokio::test]
async fn a_refused_recipient_is_told_apart_from_the_replies_behind_it() {
    for (reply, word) in [("550 no such user", "rejected"), ("451 later", "deferred")] {
        let (server, transport) =
            connected(offering().once(Step::Recipient, Act::reply(reply))).await;
        let outcome = send(&transport, "sam@example.nl").await;
        assert_eq!(outcome.as_str(), word);
        assert_eq!(phase_of(&outcome), Some(Phase::Recipient));
        then_the_next_ones_are_told_apart(&server, &transport).await;
        // The same connection all the time.
        assert_eq!(server.record().opened, 1);
    }
}

#[tokio::test]
async fn a_go_ahead_for_a_mail_to_nobody_is_answered_with_a_lone_dot() {
    // What the relay says to the dot, and whether the connection is fit for use after it.
    for (last, connections) in [("554 5.5.1 nobody", 1), ("250 2.0.0 queued", 2)] {
        let script = offering()
            .once(Step::Recipient, Act::reply("550 no such user"))
            .once(Step::Data, Act::reply("354 go ahead all the same"))
            .once(Step::Final, Act::reply(last));
        let (server, transport) = connected(script).await;
        let outcome = send(&transport, "sam@example.nl").await;
        assert_eq!((outcome.as_str(), outcome.code()), ("rejected", Some(550)));
        let mails = server.received(1).await;
        assert!(mails[0].bytes.is_empty() && mails[0].to.is_empty());
        server.change(offering());
        assert_eq!(
            send(&transport, "kim@example.nl").await.as_str(),
            "accepted"
        );
        assert_eq!(server.record().opened, connections);
    }
}

#[tokio::test]
async fn a_recipient_who_may_have_been_named_gets_no_empty_mail() {
    let script = offering().once(Step::Recipient, Act::reply("252 we shall see"));
    let (server, transport) = connected(script).await;
    let outcome = send(&transport, "sam@example.nl").await;
    assert_eq!(outcome.as_str(), "deferred");
    server.closed(1).await;
    assert!(server.record().mails.is_empty());
    then_the_next_ones_are_told_apart(&server, &transport).await;
}

// security: 88
#[tokio::test]
async fn a_refusal_anywhere_is_that_of_its_step() {
    for (step, phase) in [
        (Step::Sender, Phase::Sender),
        (Step::Recipient, Phase::Recipient),
        (Step::Data, Phase::Data),
        (Step::Final, Phase::Final),
    ] {
        for code in [421, 451, 550] {
            let script = offering().once(step, Act::reply(format!("{code} no")));
            let (server, transport) = connected(script).await;
            let outcome = send(&transport, "sam@example.nl").await;
            let word = match (step, code) {
                (Step::Sender, _) => "relay-unavailable",
                (_, 550) => "rejected",
                _ => "deferred",
            };
            assert_eq!(outcome.as_str(), word, "{code} at {step:?}");
            assert_eq!(
                (phase_of(&outcome), outcome.code()),
                (Some(phase), Some(code))
            );
            then_the_next_ones_are_told_apart(&server, &transport).await;
            // Who says 421 is about to close, and who refuses the sender refuses us.
            let fresh = step == Step::Sender || code == 421;
            assert_eq!(server.record().opened, 1 + usize::from(fresh));
        }
    }
}

// security: 88
#[tokio::test]
async fn a_stall_or_a_cut_anywhere_is_that_of_its_step() {
    for act in [Act::Stall, Act::Drop] {
        for (step, word) in [
            (Step::Sender, "relay-unavailable"),
            (Step::Recipient, "deferred"),
            (Step::Data, "deferred"),
            (Step::Final, "unknown"),
        ] {
            let server = SmtpServer::start(offering().once(step, act.clone()))
                .await
                .unwrap();
            let transport = relay(&server, "&connections=1&timeout=400ms");
            let outcome = send(&transport, "sam@example.nl").await;
            assert_eq!(outcome.as_str(), word, "{act:?} at {step:?}");
            server.closed(1).await;
            let patient = relay(&server, "&connections=1");
            then_the_next_ones_are_told_apart(&server, &patient).await;
        }
    }
}

#[tokio::test]
async fn a_reply_too_many_never_stands_for_the_mail() {
    let early = |replies: &str| Act::Raw(replies.as_bytes().to_vec());
    for (step, act) in [
        (Step::Sender, early("250 ok\r\n250 ok again\r\n")),
        (Step::Recipient, early("250 ok\r\n354 go\r\n")),
        (Step::Recipient, early("250 ok\r\n354 go\r\n250 queued\r\n")),
        (Step::Data, early("354 go\r\n250 queued\r\n")),
    ] {
        for script in [offering(), Script::new()] {
            // Whatever was said too early, this mail is refused.
            let refusing = script
                .once(step, act.clone())
                .always(Step::Final, Act::reply("554 refused"));
            let (server, transport) = connected(refusing).await;
            let outcome = send(&transport, "sam@example.nl").await;
            assert_ne!(outcome.as_str(), "accepted", "{act:?} at {step:?}");
            assert!(!matches!(outcome, Outcome::Accepted { .. }));
            then_the_next_ones_are_told_apart(&server, &transport).await;
        }
    }
}
