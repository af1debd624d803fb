//! Answers that calendar programs send: made of the very calendar that was mailed, handed in by
//! the gateway.

use jiff::SignedDuration;
use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::TestDb;
use koplopers_shared::testing::smtp::ReceivedMail;
use mail_parser::{MessageParser, MimeHeaders as _};
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp};
use crate::mail_room::MailRoom;

/// A network day that Kim is invited to, and the invitation that reached them.
struct Invited {
    app: TestApp,
    room: MailRoom,
    meeting: String,
}

impl Invited {
    async fn start(db: TestDb) -> Self {
        let app = TestApp::start_with(db, |settings| {
            settings.mail.inbound = Some("antwoord@example.org".parse().unwrap());
        })
        .await;
        let coordinator = app.as_coordinator();
        let mut invitees = Vec::new();
        for name in ["kim", "bo"] {
            let body = json!({ "name": name, "email": format!("{name}@example.nl") });
            let person = coordinator.post("/v1/people", &body).await.expect(201);
            invitees.push(json!({ "person": person.text_at("/id") }));
        }
        let body = json!({
            "kind": "network", "title": "Netwerkdag", "place": "De Observant, Amersfoort",
            "localStart": "2026-04-09T13:00", "localEnd": "2026-04-09T17:00",
            "invitees": invitees,
        });
        let planned = coordinator.post("/v1/meetings", &body).await.expect(201);
        let invited = Self {
            meeting: planned.header("location").to_owned(),
            room: MailRoom::open().await,
            app,
        };
        invited.room.send(&invited.app).await;
        invited
    }

    /// The last calendar that was mailed to Kim.
    fn calendar(&self) -> String {
        let mails = self.room.mails();
        let is_kims = |mail: &&ReceivedMail| mail.to.iter().any(|to| to == "kim@example.nl");
        let mail = mails.iter().rfind(is_kims).unwrap();
        let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
        let is_calendar = |part: &&mail_parser::MessagePart<'_>| {
            part.content_type()
                .is_some_and(|it| it.subtype() == Some("calendar"))
        };
        let part = parsed.parts.iter().find(is_calendar).unwrap();
        let unfolded = part.text_contents().unwrap().replace("\r\n ", "");
        assert!(unfolded.contains("METHOD:REQUEST"), "{unfolded}");
        unfolded
    }

    /// The mail of a calendar program that answers this calendar in Kim's name.
    fn reply(&self, calendar: &str, partstat: &str) -> String {
        let stamp = self.app.now().strftime("%Y%m%dT%H%M%SZ");
        let lines = calendar
            .lines()
            .map(|line| match line.split([':', ';']).next().unwrap() {
                "METHOD" => "METHOD:REPLY".to_owned(),
                "DTSTAMP" => format!("DTSTAMP:{stamp}"),
                "ATTENDEE" => format!("ATTENDEE;PARTSTAT={partstat}:mailto:kim@example.nl"),
                _ => line.to_owned(),
            });
        let calendar: Vec<String> = lines.collect();
        format!(
            "From: Kim <kim@example.nl>\r\nTo: antwoord@example.org\r\nSubject: Re: Netwerkdag\r\n\
             Message-ID: <{stamp}.{partstat}@mail.example.nl>\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/calendar; method=REPLY; charset=UTF-8\r\n\r\n{}\r\n",
            calendar.join("\r\n")
        )
    }

    async fn hand_in(&self, mail: &str) -> Answer {
        let gateway = self.app.as_role(Role::MailGateway);
        let handed = gateway
            .call(Method::POST, "/v1/inbound-mail")
            .header("content-type", "message/rfc822")
            .body(mail.to_owned());
        handed.send().await.expect(200)
    }

    /// Hands in a mail that is not taken, and gives the reason.
    async fn refused(&self, mail: &str) -> String {
        let taken = self.hand_in(mail).await;
        assert_eq!(taken.text_at("/outcome"), "unmatched");
        taken.text_at("/reason")
    }

    async fn invitation(&self) -> Value {
        let path = format!("{}/invitations", self.meeting);
        let read = self.app.as_coordinator().get(&path).await.expect(200);
        read.json()["items"][0].clone()
    }

    fn a_minute_goes_by(&self) {
        self.app.clock.turn_by(SignedDuration::from_mins(1));
    }
}

on_both_databases! {
    async fn the_answer_of_a_calendar_program_updates_the_invitation(db: TestDb) {
        // mission: S1; delivery: a REPLY is compared by SEQUENCE, then DTSTAMP
        let invited = Invited::start(db).await;
        invited.a_minute_goes_by();
        let accepts = invited.reply(&invited.calendar(), "ACCEPTED");
        let taken = invited.hand_in(&accepts).await;
        assert_eq!(taken.text_at("/outcome"), "answered");
        let invitation = invited.invitation().await;
        assert_eq!(taken.text_at("/invitation"), invitation["id"]);
        assert_eq!(invitation["answer"], "accepted");
        assert_eq!(invitation["answeredVia"], "mail");

        invited.a_minute_goes_by();
        let declines = invited.reply(&invited.calendar(), "DECLINED");
        let comment = "COMMENT:Ik ben er niet\\, helaas.\r\nEND:VEVENT";
        let why = declines.replace("END:VEVENT", comment);
        invited.hand_in(&why).await;
        let invitation = invited.invitation().await;
        assert_eq!(invitation["answer"], "declined");
        assert_eq!(invitation["remark"], "Ik ben er niet, helaas.");
        // The gateway may hand in a mail twice: the last word stays.
        assert_eq!(invited.hand_in(&accepts).await.json(), taken.json());
        assert_eq!(invited.invitation().await["answer"], "declined");
    }

    async fn an_answer_that_was_overtaken_is_not_the_last_word(db: TestDb) {
        let invited = Invited::start(db).await;
        invited.a_minute_goes_by();
        let early = invited.reply(&invited.calendar(), "DECLINED");
        invited.a_minute_goes_by();
        invited.hand_in(&invited.reply(&invited.calendar(), "ACCEPTED")).await;
        assert_eq!(invited.refused(&early).await, "outdated");
        assert_eq!(invited.invitation().await["answer"], "accepted");

        // The meeting moves: who answers the old day has not answered the new one.
        let old = invited.calendar();
        let moved = json!({
            "period": { "localStart": "2026-04-16T13:00", "localEnd": "2026-04-16T17:00" }
        });
        let change = invited.app.as_coordinator()
            .call(Method::POST, &format!("{}/changes", invited.meeting))
            .header("if-match", "*")
            .json(&moved);
        change.send().await.expect(200);
        invited.room.send(&invited.app).await;
        invited.a_minute_goes_by();
        assert_eq!(invited.refused(&invited.reply(&old, "ACCEPTED")).await, "outdated");
        assert_eq!(invited.invitation().await["answer"], "needs_action");
        let new = invited.reply(&invited.calendar(), "TENTATIVE");
        assert_eq!(invited.hand_in(&new).await.text_at("/outcome"), "answered");
        assert_eq!(invited.invitation().await["answer"], "tentative");
    }

    async fn nobody_answers_for_somebody_else(db: TestDb) {
        // security: 61
        let invited = Invited::start(db).await;
        invited.a_minute_goes_by();
        let reply = invited.reply(&invited.calendar(), "ACCEPTED");
        let by_another = reply.replace("From: Kim <kim@example.nl>", "From: Bo <bo@example.nl>");
        assert_eq!(invited.refused(&by_another).await, "sender-differs");
        let stranger = reply.replace("kim@example.nl", "stranger@example.org");
        assert_eq!(invited.refused(&stranger).await, "not-invited");
        let elsewhere = reply.replace("@koplopers", "@elsewhere.example");
        assert_eq!(invited.refused(&elsewhere).await, "unknown-meeting");
        let sends_another = invited.reply(&invited.calendar(), "DELEGATED");
        assert_eq!(invited.refused(&sends_another).await, "no-answer");
        assert_eq!(invited.invitation().await["answer"], "needs_action");
        let kept = invited.app.as_role(Role::Ops).get("/v1/inbound-mail").await.expect(200).json();
        assert_eq!(kept["items"].as_array().unwrap().len(), 4);
    }

    async fn an_answer_after_the_start_is_too_late(db: TestDb) {
        let invited = Invited::start(db).await;
        let calendar = invited.calendar();
        invited.app.clock.turn_by(SignedDuration::from_hours(24 * 60));
        let late = invited.reply(&calendar, "ACCEPTED");
        assert_eq!(invited.refused(&late).await, "answers-closed");
    }
}
