//! Bounces: what comes back is matched by our own return address, and by nothing else.

use koplopers_shared::access::{Role, Scope};
use koplopers_shared::db::DbError;
use koplopers_shared::ids::InboundMailId;
use koplopers_shared::inbound_mail;
use koplopers_shared::on_both_databases;
use koplopers_shared::paging::PageSpec;
use koplopers_shared::testing::given;
use koplopers_shared::testing::smtp::ReceivedMail;
use reqwest::Method;
use serde_json::json;

use crate::app::{Answer, Caller, TestApp};
use crate::mail_room::MailRoom;

async fn installation(db: koplopers_shared::testing::TestDb) -> (TestApp, MailRoom) {
    let app = TestApp::start_with(db, |settings| {
        settings.mail.inbound = Some("Koplopers@example.org".parse().unwrap());
    })
    .await;
    (app, MailRoom::open().await)
}

/// A talk whose invitation was sent: the meeting, and the mail.
async fn invited(app: &TestApp, room: &MailRoom) -> (String, ReceivedMail) {
    let intake = given::submitted(app.db.db(), given::amsterdam(), "versnelling").await;
    let talk = json!({
        "localStart": "2026-03-12T14:00", "localEnd": "2026-03-12T15:00", "place": "Stadhuis"
    });
    let planned = app
        .as_coordinator()
        .post(&format!("/v1/intakes/{}/talk", intake.id), &talk)
        .await
        .expect(201);
    room.send(app).await;
    let is_invitation =
        |mail: &ReceivedMail| String::from_utf8_lossy(&mail.bytes).contains("METHOD:REQUEST");
    let invitation = room.mails().into_iter().find(is_invitation).unwrap();
    (planned.text_at("/meeting/id"), invitation)
}

/// A delivery report to one of our return addresses.
pub fn report(returned_to: &str, status: &str) -> String {
    format!(
        "From: mailer-daemon@mx.example.nl\r\nTo: <{returned_to}>\r\nSubject: Undelivered\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"grens\"\r\n\r\n\
         --grens\r\nContent-Type: text/plain\r\n\r\nHelaas.\r\n\
         --grens\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.example.nl\r\n\r\n\
         Final-Recipient: rfc822; iemand.anders@example.nl\r\nAction: failed\r\nStatus: {status}\r\n\
         --grens--\r\n"
    )
}

async fn hand_in(gateway: &Caller<'_>, mail: String) -> Answer {
    gateway
        .call(Method::POST, "/v1/inbound-mail")
        .header("content-type", "message/rfc822")
        .body(mail)
        .send()
        .await
}

async fn bounced_at(app: &TestApp, meeting: &str) -> serde_json::Value {
    let path = format!("/v1/meetings/{meeting}/invitations");
    let read = app.as_coordinator().get(&path).await.expect(200).json();
    read["items"][0]["bouncedAt"].clone()
}

on_both_databases! {
    async fn a_bounce_shows_on_the_invitation_and_ends_the_mail_to_its_address(db: TestDb) {
        // mission: N3 (bounces); delivery: envelope sender carries the delivery id with a MAC
        let (app, room) = installation(db).await;
        let (meeting, mail) = invited(&app, &room).await;
        assert!(mail.from.starts_with("Koplopers+b-"), "{}", mail.from);
        assert!(mail.from.split('@').next().unwrap().len() <= 64);
        assert!(bounced_at(&app, &meeting).await.is_null());

        let gateway = app.as_role(Role::MailGateway);
        // Some mail servers change the case on the way back.
        let returned = report(&mail.from.to_lowercase(), "5.1.1");
        let taken = hand_in(&gateway, returned.clone()).await.expect(200);
        assert_eq!(taken.text_at("/outcome"), "bounced");
        let again = hand_in(&gateway, returned).await.expect(200);
        assert_eq!(again.json(), taken.json());
        assert!(bounced_at(&app, &meeting).await.is_string());

        // The next mail to that address does not leave. The report named another one, which is
        // anybody's word.
        app.as_coordinator()
            .call(Method::POST, &format!("/v1/meetings/{meeting}/cancellation"))
            .header("if-match", "*")
            .json(&json!({}))
            .send()
            .await
            .expect(200);
        let sent = room.send(&app).await;
        assert_eq!((sent.sent, sent.dropped), (0, 1));
        assert_eq!(given::count(app.db.db(), "suppressions").await, 1);
    }

    async fn a_forged_bounce_suppresses_no_one_and_is_kept_for_ops(db: TestDb) {
        // security: 61; delivery: a forged bounce suppresses no one
        let (app, room) = installation(db).await;
        let (meeting, mail) = invited(&app, &room).await;
        let gateway = app.as_role(Role::MailGateway);
        let (local, domain) = mail.from.split_once('@').unwrap();
        let mut forged = local.to_owned();
        let last = forged.pop().unwrap();
        forged.push(if last == '0' { 'g' } else { '0' });
        for (returned_to, reason) in [
            (format!("{forged}@{domain}"), "not-to-a-return-address"),
            ("koplopers@example.org".to_owned(), "not-to-a-return-address"),
        ] {
            let taken = hand_in(&gateway, report(&returned_to, "5.1.1")).await.expect(200);
            assert_eq!(taken.text_at("/outcome"), "unmatched");
            assert_eq!(taken.text_at("/reason"), reason);
        }
        let other = hand_in(&gateway, "Subject: Hoi\r\n\r\nBen ik hier goed?\r\n".to_owned()).await;
        assert_eq!(other.expect(200).text_at("/reason"), "not-a-report");
        assert!(bounced_at(&app, &meeting).await.is_null());
        assert_eq!(given::count(app.db.db(), "suppressions").await, 0);

        let ops = app.as_role(Role::Ops);
        let kept = ops.get("/v1/inbound-mail").await.expect(200).json();
        assert_eq!(kept["items"].as_array().unwrap().len(), 3);
        let id = kept["items"][0]["id"].as_str().unwrap();
        let source = ops.get(&format!("/v1/inbound-mail/{id}/source")).await.expect(200);
        assert_eq!(source.header("content-type"), "message/rfc822");
        assert!(source.text.contains("Ben ik hier goed?"));
        // security: 74
        app.state.auth.audit().flush().await;
        let trail = app.as_role(Role::Auditor).get("/v1/audit-events").await.expect(200).json();
        let read = |line: &serde_json::Value| line["action"] == "inbound_mail.read" && line["objectId"] == id;
        assert!(trail["items"].as_array().unwrap().iter().any(read), "{trail}");
        // security: 22; a login of a municipality may come with the scope from elsewhere.
        let id: InboundMailId = id.parse().unwrap();
        let seen = app.db.db().read(move |conn| -> Result<_, DbError> {
            let bound = Scope::municipality(given::amsterdam(), &[]);
            let listed = inbound_mail::list_unmatched(conn, &bound, &PageSpec::first(10))?;
            Ok((listed.items.len(), inbound_mail::mime_of(conn, &bound, id)?))
        });
        assert_eq!(seen.await.unwrap(), (0, None));
        gateway.get("/v1/inbound-mail").await.problem(403, "forbidden");
    }

    async fn a_full_mailbox_is_shown_and_tried_again(db: TestDb) {
        let (app, room) = installation(db).await;
        let (meeting, mail) = invited(&app, &room).await;
        let gateway = app.as_role(Role::MailGateway);
        let taken = hand_in(&gateway, report(&mail.from, "5.2.2")).await.expect(200);
        assert_eq!(taken.text_at("/outcome"), "bounced");
        assert!(bounced_at(&app, &meeting).await.is_string());
        assert_eq!(given::count(app.db.db(), "suppressions").await, 0);
    }
}
