//! A request for consent that waits: counted from the moment the mail server took it, chased,
//! expired, and shown when it came back (N3).

use jiff::SignedDuration;
use koplopers_shared::access::Role;
use koplopers_shared::candidacies::{Candidacy, Employer};
use koplopers_shared::catalogue::words::PersonRole;
use koplopers_shared::ids::PersonId;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::smtp::ReceivedMail;
use koplopers_shared::testing::{TestDb, given};
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp};
use crate::mail_room::{MailRoom, page_in, subject_of, text_of};

const OPS: &str = "beheer@example.org";

/// A candidate whose executive is about to be asked.
struct Waiting {
    app: TestApp,
    room: MailRoom,
    candidacy: Candidacy,
    /// A coordinator who is somebody.
    asker: PersonId,
}

impl Waiting {
    async fn open(db: TestDb) -> Self {
        let app = TestApp::start_with(db, |settings| {
            settings.mail.inbound = Some("koplopers@example.org".parse().unwrap());
            settings.ops_email = Some(OPS.parse().unwrap());
        })
        .await;
        let employer = Employer::Municipality(given::amsterdam());
        let candidacy = given::candidate(&app.db, Some(employer)).await;
        let asker = given::somebody(&app.db, "sem@example.org", None).await;
        let waiting = Self {
            room: MailRoom::open().await,
            app,
            candidacy,
            asker,
        };
        // Whoever asks has had mail before, and the notice of a first mail is not the point here.
        waiting.told().await;
        waiting
    }

    fn path(&self, part: &str) -> String {
        format!("/v1/candidacies/{}/consent{part}", self.candidacy.id)
    }

    async fn ask(&self) -> Answer {
        let body = json!({
            "newPerson": { "name": "Joris Vermeulen", "email": "joris@example.nl" },
            "role": PersonRole::Gemeentesecretaris.as_str()
        });
        let asker = self.app.as_person(self.asker, Role::Coordinator);
        asker.post(&self.path(""), &body).await.expect(201)
    }

    async fn read(&self) -> Value {
        let read = self.app.as_coordinator().get(&self.path("")).await;
        read.expect(200).json()
    }

    fn pass(&self, days: i64) {
        self.app
            .clock
            .turn_by(SignedDuration::from_hours(24 * days));
    }

    /// What arrived since the last look, to whom and with which subject; the digest of the day
    /// is told elsewhere.
    async fn told(&self) -> Vec<String> {
        let before = self.room.mails().len();
        self.room.send(&self.app).await;
        let mails = self.room.mails();
        let told = |mail: &ReceivedMail| format!("{}: {}", mail.to.join(", "), subject_of(mail));
        let all = mails.iter().skip(before).map(told);
        all.filter(|told| !told.to_lowercase().contains("dagoverzicht"))
            .collect()
    }

    async fn hand_in(&self, returned_to: &str, status: &str) -> Answer {
        let mail = format!(
            "From: mailer-daemon@mx.example.nl\r\nTo: <{returned_to}>\r\nSubject: Undelivered\r\n\
             MIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"grens\"\r\n\r\n\
             --grens\r\nContent-Type: text/plain\r\n\r\nHelaas.\r\n\
             --grens\r\nContent-Type: message/delivery-status\r\n\r\n\
             Reporting-MTA: dns; mx.example.nl\r\n\r\n\
             Final-Recipient: rfc822; joris@example.nl\r\nAction: failed\r\nStatus: {status}\r\n\
             --grens--\r\n"
        );
        self.app
            .as_role(Role::MailGateway)
            .call(Method::POST, "/v1/inbound-mail")
            .header("content-type", "message/rfc822")
            .body(mail)
            .send()
            .await
            .expect(200)
    }
}

const ASKED: &str = "joris@example.nl: Actie nodig: instemming voor kim Voorbeeld";
const CHASED: &str = "joris@example.nl: Herinnering: instemming voor kim Voorbeeld";
const EXPIRED: &str = "sem@example.org: Verlopen: instemming voor kim Voorbeeld";

on_both_databases! {
    async fn a_request_is_chased_on_day_7_and_14_and_expires_on_day_28(db: TestDb) {
        // mission: N3
        let waiting = Waiting::open(db).await;
        waiting.ask().await;
        assert_eq!(waiting.read().await["acceptedAt"], Value::Null);
        assert!(waiting.told().await.contains(&ASKED.to_owned()));
        let read = waiting.read().await;
        assert_eq!(read["acceptedAt"], "2026-03-02T09:00:00Z");
        assert_eq!(read["expiresAt"], "2026-03-30T09:00:00Z");
        for (days, mails) in [(6, vec![]), (1, vec![CHASED]), (6, vec![]), (1, vec![CHASED]), (13, vec![]), (1, vec![EXPIRED]), (30, vec![])] {
            waiting.pass(days);
            assert_eq!(waiting.told().await, mails, "{days} days later");
            // Ticking once more sends nothing twice.
            assert_eq!(waiting.told().await, Vec::<String>::new());
        }
        let read = waiting.read().await;
        assert_eq!((read["status"].as_str(), read["candidacyStatus"].as_str()), (Some("expired"), Some("consent_expired")));
        assert_eq!(read["lastChaserDay"], 14);
        // The end was not moved by the chasers.
        assert_eq!(read["expiresAt"], "2026-03-30T09:00:00Z");
    }

    async fn the_link_of_the_first_mail_works_after_the_chasers(db: TestDb) {
        // mission: N3
        let waiting = Waiting::open(db).await;
        waiting.ask().await;
        waiting.told().await;
        waiting.pass(7);
        waiting.told().await;
        let mails = waiting.room.mails();
        let pages: Vec<String> = mails.iter().filter_map(|mail| page_in(mail, &waiting.app, "/c/")).collect();
        let chaser = mails.iter().rfind(|mail| page_in(mail, &waiting.app, "/c/").is_some());
        assert_eq!(pages.len(), 2);
        assert_ne!(pages[0], pages[1]);
        for page in &pages {
            waiting.app.anonymous().get(page).await.expect(200);
        }
        let chaser = text_of(chaser.unwrap());
        assert!(chaser.contains("zondag 29 maart 2026"), "{chaser}");
    }

    async fn a_request_that_never_left_never_expires_and_shows_to_ops(db: TestDb) {
        // mission: N3
        let waiting = Waiting::open(db).await;
        waiting.ask().await;
        let down = MailRoom::out_of_order().await;
        for _ in 0..5 {
            waiting.pass(10);
            down.send(&waiting.app).await;
        }
        let read = waiting.read().await;
        assert_eq!((read["status"].as_str(), &read["acceptedAt"]), (Some("requested"), &Value::Null));
        let shown = waiting.app.as_role(Role::Ops).get("/v1/consents?status=requested&sent=false").await.expect(200);
        assert_eq!(shown.text_at("/items/0/candidacy"), waiting.candidacy.id.to_string());
        // Once the mail server takes it, the days begin.
        waiting.pass(1);
        assert!(waiting.told().await.contains(&ASKED.to_owned()));
        waiting.pass(7);
        assert_eq!(waiting.told().await, [CHASED]);
    }

    async fn after_days_without_a_mail_server_only_the_latest_chaser_goes_out(db: TestDb) {
        // mission: N3; delivery: catch-up
        let waiting = Waiting::open(db).await;
        waiting.ask().await;
        waiting.told().await;
        let down = MailRoom::out_of_order().await;
        for _ in 0..3 {
            waiting.pass(5);
            down.send(&waiting.app).await;
        }
        // Both chasers wait by now; the first says nothing that the second does not.
        waiting.pass(1);
        assert_eq!(waiting.told().await, [CHASED]);
        let dropped = "deliveries WHERE kind = 'consent_chaser' AND dropped_reason = 'superseded'";
        assert_eq!(given::count(waiting.app.db.db(), dropped).await, 1);
    }

    async fn who_answered_is_not_chased(db: TestDb) {
        // mission: N3
        let waiting = Waiting::open(db).await;
        waiting.ask().await;
        waiting.told().await;
        let answer = json!({
            "answer": "give", "name": "Joris Vermeulen", "role": "Gemeentesecretaris", "evidence": "Brief."
        });
        waiting.app.as_coordinator().post(&waiting.path("/answer"), &answer).await.expect(201);
        waiting.pass(30);
        assert_eq!(waiting.told().await, Vec::<String>::new());
    }

    async fn a_replaced_giver_gets_no_mail_any_more(db: TestDb) {
        // mission: N3
        let waiting = Waiting::open(db).await;
        waiting.ask().await;
        waiting.told().await;
        waiting.pass(6);
        let anna = json!({
            "newPerson": { "name": "Anna de Vries", "email": "anna@example.nl" },
            "role": "hoogste_leidinggevende_sociaal_domein"
        });
        waiting.app.as_coordinator().put(&waiting.path("/giver"), "*", &anna).await.expect(200);
        assert_eq!(waiting.told().await, ["anna@example.nl: Actie nodig: instemming voor kim Voorbeeld"]);
        waiting.pass(1);
        assert_eq!(waiting.told().await, Vec::<String>::new());
        waiting.pass(6);
        assert_eq!(waiting.told().await, ["anna@example.nl: Herinnering: instemming voor kim Voorbeeld"]);
    }

    async fn a_bounce_shows_on_the_consent_and_alerts_whoever_asked(db: TestDb) {
        // mission: N3 (bounces)
        let waiting = Waiting::open(db).await;
        waiting.ask().await;
        waiting.told().await;
        let mails = waiting.room.mails();
        let to_giver = mails.iter().find(|mail| mail.to == ["joris@example.nl"]).unwrap();
        let taken = waiting.hand_in(&to_giver.from, "5.1.1").await;
        assert_eq!(taken.text_at("/outcome"), "bounced");
        assert!(waiting.read().await["bouncedAt"].is_string());
        let bounced = waiting.app.as_role(Role::Ops).get("/v1/consents?bounced=true").await.expect(200);
        assert_eq!(bounced.text_at("/items/0/status"), "requested");
        let alert = "sem@example.org: Actie nodig: mail niet aangekomen: instemming voor kim Voorbeeld";
        assert_eq!(waiting.told().await, [alert]);
        // The address takes no mail: no chaser is sent to it.
        waiting.pass(7);
        assert_eq!(waiting.told().await, Vec::<String>::new());
    }

    async fn ops_are_alerted_when_nobody_in_particular_asked(db: TestDb) {
        // mission: N3 (bounces)
        let waiting = Waiting::open(db).await;
        let body = json!({
            "newPerson": { "name": "Joris Vermeulen", "email": "joris@example.nl" }, "role": "gemeentesecretaris"
        });
        waiting.app.as_coordinator().post(&waiting.path(""), &body).await.expect(201);
        waiting.told().await;
        let mails = waiting.room.mails();
        let to_giver = mails.iter().find(|mail| mail.to == ["joris@example.nl"]).unwrap();
        waiting.hand_in(&to_giver.from, "5.1.1").await;
        let alert = format!("{OPS}: Actie nodig: mail niet aangekomen: instemming voor kim Voorbeeld");
        assert_eq!(waiting.told().await, [alert]);
    }

    async fn a_forged_bounce_suppresses_no_one_and_shows_nowhere(db: TestDb) {
        // mission: N3; security: 61; delivery: a forged bounce suppresses no one
        let waiting = Waiting::open(db).await;
        waiting.ask().await;
        waiting.told().await;
        let mails = waiting.room.mails();
        let to_giver = mails.iter().find(|mail| mail.to == ["joris@example.nl"]).unwrap();
        let (local, domain) = to_giver.from.split_once('@').unwrap();
        let mut forged = local.to_owned();
        let last = forged.pop().unwrap();
        forged.push(if last == '0' { 'g' } else { '0' });
        let taken = waiting.hand_in(&format!("{forged}@{domain}"), "5.1.1").await;
        assert_eq!(taken.text_at("/outcome"), "unmatched");
        assert_eq!(waiting.read().await["bouncedAt"], Value::Null);
        assert_eq!(given::count(waiting.app.db.db(), "suppressions").await, 0);
        assert_eq!(waiting.told().await, Vec::<String>::new());
        waiting.pass(7);
        assert_eq!(waiting.told().await, [CHASED]);
    }
}
