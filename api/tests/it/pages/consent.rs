//! The page on which an executive consents or refuses (N3).

use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use jiff::SignedDuration;
use koplopers_shared::access::Role;
use koplopers_shared::candidacies::{self, Candidacy, CandidacyStatus, Employer};
use koplopers_shared::catalogue::words::{Language, PersonRole};
use koplopers_shared::consents::{self, Consent, ConsentStatus, ConsentSubject};
use koplopers_shared::db::{DbConn, DbResult};
use koplopers_shared::flows::{self, ChosenGiver, ConsentRequest};
use koplopers_shared::ids::PersonId;
use koplopers_shared::links::{self, LinkPurpose};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::{TestDb, given};

use super::stage::{Page, Stage, is};

const FRESH: &str = "deliveries WHERE kind = 'fresh_link'";

/// A service with an executive who was asked about Kim.
struct Asked {
    stage: Stage,
    candidacy: Candidacy,
    consent: Consent,
}

fn request(email: &str) -> ConsentRequest {
    ConsentRequest {
        giver: ChosenGiver::New {
            name: "Joris Vermeulen".to_owned(),
            email: email.parse().unwrap(),
            language: Language::Nl,
        },
        role: Some(PersonRole::Gemeentesecretaris),
        reason: None,
    }
}

impl Asked {
    async fn new(db: TestDb) -> Self {
        let stage = Stage::new(db).await;
        let employer = Employer::Municipality(given::amsterdam());
        let candidacy = given::candidate(&stage.db, Some(employer)).await;
        let (granted, id) = (
            given::granted(&given::staff(Role::Coordinator)),
            candidacy.id,
        );
        let (consent, candidacy) = stage
            .db
            .write(move |conn| {
                let request = request("joris@example.nl");
                flows::request_consent(conn, &granted, given::now(), id, None, request)
            })
            .await
            .unwrap();
        Self {
            stage,
            candidacy,
            consent,
        }
    }

    fn giver(&self) -> PersonId {
        self.consent.giver.unwrap().person
    }

    async fn link_for(&self, person: PersonId, purpose: LinkPurpose, days: i64) -> String {
        let (keys, now) = (self.stage.keys.clone(), self.stage.clock.now());
        let (object, dead) = (
            self.consent.id.0,
            now + SignedDuration::from_hours(24 * days),
        );
        let token = self
            .stage
            .db
            .write(move |conn| links::make(conn, &keys, purpose, object, person, dead, now))
            .await
            .unwrap();
        LinkPurpose::Consent.path(&token)
    }

    async fn link(&self) -> String {
        self.link_for(self.giver(), LinkPurpose::Consent, 90).await
    }

    async fn read(&self) -> (Consent, Candidacy) {
        let (consent, candidacy) = (self.consent.id, self.candidacy.id);
        let find = move |conn: &mut DbConn| -> DbResult<(Consent, Candidacy)> {
            let consent = consents::find(conn, consent)?.unwrap();
            Ok((consent, candidacies::find(conn, candidacy)?.unwrap()))
        };
        self.stage.db.read(find).await.unwrap()
    }
}

fn signed<'a>(nonce: &'a str, answer: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("nonce", nonce),
        ("answer", answer),
        ("name", "Joris Vermeulen"),
        ("role", "Gemeentesecretaris"),
    ]
}

fn holds(page: &Page, all: &[&str]) {
    for shown in all {
        assert!(page.body.contains(shown), "{shown} in {}", page.body);
    }
}

on_both_databases! {
    async fn an_executive_reads_what_is_asked_and_consents_with_name_and_role(db: TestDb) {
        // mission: N3
        let asked = Asked::new(db).await;
        let path = asked.link().await;
        let page = asked.stage.get(&path).await;
        is(&page, StatusCode::OK);
        holds(&page, &[
            "<html lang=\"nl\"", "Instemming voor kim Voorbeeld", "Joris Vermeulen, gemeentesecretaris",
            "<dd>Amsterdam</dd>", "Wij vragen u om ermee in te stemmen", "Versie van deze tekst: 2026-1",
        ]);
        assert!(!page.body.contains(" checked"), "nothing is chosen beforehand");
        assert!(!page.body.contains("Noor"), "who nominated is not the executive's");
        let nonce = page.nonce();
        let bare = asked.stage.post(&path, &[("nonce", &nonce), ("answer", "give")]).await;
        is(&bare, StatusCode::BAD_REQUEST);
        holds(&bare, &["id=\"name-error\"", "id=\"role-error\""]);
        let unsaid = asked.stage.post(&path, &signed(&nonce, "maybe")).await;
        is(&unsaid, StatusCode::BAD_REQUEST);
        assert_eq!(asked.read().await.0.status, ConsentStatus::Requested);
        let saved = asked.stage.post(&path, &signed(&nonce, "give")).await;
        is(&saved, StatusCode::SEE_OTHER);
        let (consent, candidacy) = asked.read().await;
        assert_eq!((consent.status, candidacy.status), (ConsentStatus::Given, CandidacyStatus::Consented));
        assert_eq!(consent.wording, "2026-1");
        let by = consent.answered_by.unwrap();
        assert_eq!((by.name.as_str(), by.role.as_str()), ("Joris Vermeulen", "Gemeentesecretaris"));
        let page = asked.stage.get(&format!("{path}?saved")).await;
        holds(&page, &["Er is ingestemd", "Joris Vermeulen, Gemeentesecretaris", "dinsdag 3 maart 2026"]);
        assert!(!page.has_form());
    }

    async fn a_refusal_may_say_why_and_whoever_asked_hears_of_it(db: TestDb) {
        // mission: N3
        let asked = Asked::new(db).await;
        asked.stage.execute("UPDATE people SET language = 'en'").await;
        let path = asked.link().await;
        let nonce = asked.stage.get(&path).await.nonce();
        let mut form = signed(&nonce, "refuse");
        form.push(("reason", "Wij missen haar dan te vaak."));
        is(&asked.stage.post(&path, &form).await, StatusCode::SEE_OTHER);
        let (consent, candidacy) = asked.read().await;
        assert_eq!((consent.status, candidacy.status), (ConsentStatus::Refused, CandidacyStatus::ConsentRefused));
        assert_eq!(consent.reason.as_deref(), Some("Wij missen haar dan te vaak."));
        let page = asked.stage.get(&path).await;
        holds(&page, &["Consent was refused", "Wij missen haar dan te vaak."]);
        // A machine asked, so that ops are told.
        assert_eq!(asked.stage.count("deliveries WHERE kind = 'consent_refused' AND recipient IS NULL").await, 1);
        // The reason is kept with the consent and nowhere else.
        assert_eq!(asked.stage.count("events WHERE reason LIKE '%missen%'").await, 0);
    }

    // security: 62
    async fn fetching_the_link_fifty_times_changes_nothing(db: TestDb) {
        let asked = Asked::new(db).await;
        let path = asked.link().await;
        let (before, state) = (asked.stage.written().await, asked.read().await);
        for turn in 0..50 {
            let method = if turn % 2 == 0 { Method::GET } else { Method::HEAD };
            let query = ["", "?saved", "?answer=give&name=x&role=y"][turn % 3];
            let request = TestRequest::default().method(method).uri(&format!("{path}{query}"));
            let status = asked.stage.call(request).await.status;
            assert!(status == 200 || status == 429, "{status}");
        }
        assert_eq!(asked.stage.written().await, before);
        assert_eq!(asked.read().await, state);
    }

    // security: 50, 62
    async fn a_second_click_is_answered_calmly_and_changes_nothing(db: TestDb) {
        // mission: N3
        let asked = Asked::new(db).await;
        let path = asked.link().await;
        let (first, second) = (asked.stage.get(&path).await.nonce(), asked.stage.get(&path).await.nonce());
        let fields = signed(&first, "give");
        let clicks = futures_util::future::join(
            asked.stage.post(&path, &fields),
            asked.stage.post(&path, &fields),
        );
        let (one, other) = clicks.await;
        is(&one, StatusCode::SEE_OTHER);
        is(&other, StatusCode::SEE_OTHER);
        let state = asked.read().await;
        // From another window, and with another answer.
        is(&asked.stage.post(&path, &signed(&second, "give")).await, StatusCode::SEE_OTHER);
        let late = asked.stage.post(&path, &signed(&second, "refuse")).await;
        is(&late, StatusCode::CONFLICT);
        holds(&late, &["Er is ingestemd"]);
        assert!(!late.has_form());
        assert_eq!(asked.read().await, state);
        assert_eq!(asked.stage.count("events WHERE type = 'consent.given'").await, 1);
    }

    // security: 61, 63, 64
    async fn every_link_that_does_not_work_gets_the_same_page(db: TestDb) {
        // mission: N3
        let asked = Asked::new(db).await;
        let good = asked.link().await;
        let last = if good.ends_with('A') { "Q" } else { "A" };
        let stranger = given::somebody(&asked.stage.db, "iemand@example.nl", None).await;
        let bad = [
            ("expired", asked.link_for(asked.giver(), LinkPurpose::Consent, 0).await),
            ("for another page", asked.link_for(asked.giver(), LinkPurpose::Candidate, 30).await),
            ("to somebody else", asked.link_for(stranger, LinkPurpose::Consent, 30).await),
            ("tampered", format!("{}{last}", &good[..good.len() - 1])),
            ("cut short", good[..40].to_owned()),
            ("made up", "/c/x".to_owned()),
        ];
        let mut first: Option<String> = None;
        for (number, (kind, path)) in bad.iter().enumerate() {
            let page = asked.stage.get(path).await;
            is(&page, StatusCode::NOT_FOUND);
            let posted = asked.stage.post(path, &signed("AAAAAAAAAAAAAAAAAAAAAA", "give")).await;
            is(&posted, StatusCode::NOT_FOUND);
            assert_eq!(posted.body, page.body, "{kind}");
            assert_eq!(*first.get_or_insert_with(|| page.body.clone()), page.body, "{kind}");
            // security: 80
            let email = ["joris@example.nl", "onbekend@example.nl"][number % 2];
            let from = format!("198.51.100.{number}");
            let fresh = asked.stage.post_from(&from, path, &[("email", email)]).await;
            is(&fresh, StatusCode::OK);
            assert!(!fresh.body.contains("joris") && !fresh.body.contains("kim"));
        }
        assert_eq!(asked.read().await.0.status, ConsentStatus::Requested);
    }

    async fn an_expired_link_gets_a_fresh_one_at_the_address_on_file(db: TestDb) {
        // security: 63
        let asked = Asked::new(db).await;
        let path = asked.link_for(asked.giver(), LinkPurpose::Consent, 0).await;
        is(&asked.stage.post(&path, &[("email", "iemand@example.org")]).await, StatusCode::OK);
        let to_giver = format!("{FRESH} AND recipient = (SELECT giver FROM consents)");
        assert_eq!(asked.stage.count(&to_giver).await, 1);
    }

    async fn the_links_of_a_giver_who_was_replaced_die(db: TestDb) {
        // mission: N3; security: 64
        let asked = Asked::new(db).await;
        let path = asked.link().await;
        let (granted, id) = (given::granted(&given::staff(Role::Coordinator)), asked.candidacy.id);
        asked.stage.db.write(move |conn| {
            let anna = ConsentRequest {
                giver: ChosenGiver::New {
                    name: "Anna de Vries".to_owned(),
                    email: "anna@example.nl".parse().unwrap(),
                    language: Language::Nl,
                },
                ..request("anna@example.nl")
            };
            flows::replace_giver(conn, &granted, given::now(), id, None, anna)
        }).await.unwrap();
        is(&asked.stage.get(&path).await, StatusCode::NOT_FOUND);
        is(&asked.stage.post(&path, &signed("AAAAAAAAAAAAAAAAAAAAAA", "give")).await, StatusCode::NOT_FOUND);
        let subject = ConsentSubject::Candidacy(asked.candidacy.id);
        let open = asked.stage.db.read(move |conn| consents::requested_of(conn, subject)).await.unwrap();
        assert!(open.is_some());
    }

    async fn the_time_to_answer_ends_also_before_the_job_came_by(db: TestDb) {
        // mission: N3
        let asked = Asked::new(db).await;
        let path = asked.link().await;
        asked.stage.execute("UPDATE consents SET accepted_at = requested_at").await;
        let page = asked.stage.get(&path).await;
        holds(&page, &["tot en met</dt><dd>zondag 29 maart 2026"]);
        asked.stage.clock.turn_by(SignedDuration::from_hours(28 * 24));
        let late = asked.stage.post(&path, &signed(&page.nonce(), "give")).await;
        is(&late, StatusCode::CONFLICT);
        holds(&late, &["De tijd om te antwoorden is voorbij"]);
        assert!(!late.has_form());
        assert_eq!(asked.read().await.0.status, ConsentStatus::Requested);
    }
}
