//! The page on which an offer is read, accepted and refused.

use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use jiff::SignedDuration;
use koplopers_shared::access::{Role, Scope};
use koplopers_shared::clock::LocalNow;
use koplopers_shared::db::DbResult;
use koplopers_shared::ids::PersonId;
use koplopers_shared::intakes::Intake;
use koplopers_shared::links::{self, LinkPurpose};
use koplopers_shared::offers::{self, Offer, OfferStatus};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::{TestDb, given};

use super::stage::{Page, Stage, is};

/// The mails about offers in the outbox.
const CONFIRMED: &str = "deliveries WHERE kind = 'offer_accepted'";
const FRESH: &str = "deliveries WHERE kind = 'fresh_link'";

/// A service with an offer that was sent.
struct Sent {
    stage: Stage,
    intake: Intake,
    offer: Offer,
}

impl Sent {
    async fn new(db: TestDb) -> Self {
        Self::of(db, "uitvoering").await
    }

    async fn of(db: TestDb, programme: &str) -> Self {
        let stage = Stage::new(db).await;
        let intake = given::matched(&stage.db, given::amsterdam(), programme).await;
        let offer = given::sent_offer(&stage.db, &intake).await;
        Self {
            stage,
            intake,
            offer,
        }
    }

    fn sponsor(&self) -> PersonId {
        self.offer.sponsor.unwrap().person
    }

    /// The path of a page, for this person and dead after `days`.
    async fn link_for(&self, person: PersonId, purpose: LinkPurpose, days: i64) -> String {
        let (keys, now) = (self.stage.keys.clone(), self.stage.clock.now());
        let (object, dead) = (self.offer.id.0, now + SignedDuration::from_hours(24 * days));
        let token = self
            .stage
            .db
            .write(move |conn| links::make(conn, &keys, purpose, object, person, dead, now))
            .await
            .unwrap();
        LinkPurpose::Offer.path(&token)
    }

    async fn link(&self) -> String {
        self.link_for(self.sponsor(), LinkPurpose::Offer, 60).await
    }

    async fn read(&self) -> Offer {
        let id = self.offer.id;
        let find = move |conn: &mut _| -> DbResult<Option<Offer>> {
            offers::find(conn, &Scope::Institute, id)
        };
        self.stage.db.read(find).await.unwrap().unwrap()
    }

    async fn withdraw(&self) {
        let (granted, id) = (given::granted(&given::staff(Role::Adviser)), self.offer.id);
        self.stage
            .db
            .write(move |conn| {
                let reason = "De uren kloppen niet.".to_owned();
                offers::withdraw(conn, &granted, given::now(), id, None, reason)
            })
            .await
            .unwrap();
    }

    /// Turns the clock to an instant.
    fn at(&self, instant: &str) {
        self.stage.clock.turn_to(instant.parse().unwrap());
    }
}

fn acceptance(nonce: &str) -> Vec<(&str, &str)> {
    vec![
        ("nonce", nonce),
        ("answer", "accept"),
        ("name", "Anna de Vries"),
        ("role", "Gemeentesecretaris"),
        ("may", "yes"),
    ]
}

fn refusal<'a>(nonce: &'a str, reason: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("nonce", nonce), ("answer", "refuse"), ("reason", reason)]
}

async fn accept(sent: &Sent, path: &str) -> Page {
    let nonce = sent.stage.get(path).await.nonce();
    sent.stage.post(path, &acceptance(&nonce)).await
}

fn holds(page: &Page, all: &[&str]) {
    for shown in all {
        assert!(page.body.contains(shown), "{shown} in {}", page.body);
    }
}

on_both_databases! {
    async fn an_offer_is_read_in_full_and_accepted(db: TestDb) {
        // mission: T4, T5
        let sent = Sent::new(db).await;
        let path = sent.link().await;
        let page = sent.stage.get(&path).await;
        is(&page, StatusCode::OK);
        holds(&page, &[
            "<html lang=\"nl\"", "Offerte Ondersteuning bij de uitvoering voor de gemeente Amsterdam", "Anna Voorbeeld, gemeentesecretaris",
            "Fijn dat we elkaar spraken.", "Kennispartnerschap", "Een jaar lang trekken we op",
            "Eerste overleg<br>maandag 20 april 2026<br>werkgroep, participatiewiel",
            "€\u{a0}10.000,00", "€\u{a0}5.000,00", "<dd>80</dd>", "dinsdag 31 maart 2026",
            "We beginnen bij wat mensen zelf nodig hebben", "(hier houden wij ons aan)",
        ]);
        let saved = accept(&sent, &path).await;
        is(&saved, StatusCode::SEE_OTHER);
        assert_eq!(saved.header("location"), "?saved");
        let offer = sent.read().await;
        assert_eq!(offer.status, OfferStatus::Accepted);
        let by = offer.answered_by.unwrap();
        assert_eq!((by.name.as_str(), by.role.as_str()), ("Anna de Vries", "Gemeentesecretaris"));
        let page = sent.stage.get(&format!("{path}?saved")).await;
        holds(&page, &["De offerte is aanvaard", "Anna de Vries, Gemeentesecretaris", "dinsdag 3 maart 2026"]);
        assert!(!page.has_form());
        // Sponsor and contact person each hear of it.
        assert_eq!(sent.stage.count(CONFIRMED).await, 2);
    }

    async fn an_offer_is_refused_with_a_reason(db: TestDb) {
        // mission: T4
        let sent = Sent::new(db).await;
        sent.stage.execute("UPDATE people SET language = 'en'").await;
        let path = sent.link().await;
        let page = sent.stage.get(&path).await;
        holds(&page, &["<html lang=\"en\"", "Knowledge partnership", "€10,000.00", "municipal secretary", "Monday 20 April 2026"]);
        let nonce = page.nonce();
        let silent = sent.stage.post(&path, &refusal(&nonce, " ")).await;
        is(&silent, StatusCode::BAD_REQUEST);
        holds(&silent, &["id=\"reason-error\">Write down why"]);
        let saved = sent.stage.post(&path, &refusal(&nonce, "Te duur\r\nvoor ons")).await;
        is(&saved, StatusCode::SEE_OTHER);
        let offer = sent.read().await;
        assert_eq!(offer.status, OfferStatus::Refused);
        assert_eq!(offer.closed_reason.as_deref(), Some("Te duur\nvoor ons"));
        let page = sent.stage.get(&path).await;
        holds(&page, &["The offer is refused", "Te duur"]);
        let late = sent.stage.post(&path, &acceptance(&nonce)).await;
        is(&late, StatusCode::CONFLICT);
        assert_eq!(sent.stage.count("deliveries WHERE kind = 'offer_refused'").await, 2);
        assert_eq!(sent.stage.count(CONFIRMED).await, 0);
    }

    // security: 62
    async fn fetching_the_link_fifty_times_changes_nothing(db: TestDb) {
        // mission: T4
        let sent = Sent::new(db).await;
        let path = sent.link().await;
        let (before, offer) = (sent.stage.written().await, sent.read().await);
        let mut shown = 0;
        for turn in 0..50 {
            let method = if turn % 2 == 0 { Method::GET } else { Method::HEAD };
            let query = ["", "?saved", "?answer=accept&may=yes"][turn % 3];
            let request = TestRequest::default().method(method).uri(&format!("{path}{query}"));
            match sent.stage.call(request).await.status {
                200 => shown += 1,
                // A link is opened so often only by machines.
                429 => {}
                other => panic!("{other}"),
            }
        }
        assert!(shown >= 30, "{shown}");
        assert_eq!(sent.stage.written().await, before);
        assert_eq!(sent.read().await, offer);
    }

    // security: 50, 62
    async fn two_clicks_on_accept_are_one_acceptance(db: TestDb) {
        // mission: T4
        let sent = Sent::new(db).await;
        let path = sent.link().await;
        let (first, second) = (sent.stage.get(&path).await.nonce(), sent.stage.get(&path).await.nonce());
        let fields = acceptance(&first);
        let clicks = futures_util::future::join(
            sent.stage.post(&path, &fields),
            sent.stage.post(&path, &fields),
        );
        let (one, other) = clicks.await;
        is(&one, StatusCode::SEE_OTHER);
        is(&other, StatusCode::SEE_OTHER);
        let (written, offer) = (sent.stage.written().await, sent.read().await);
        // And once more from another window.
        is(&sent.stage.post(&path, &acceptance(&second)).await, StatusCode::SEE_OTHER);
        assert_eq!(sent.read().await, offer);
        let accepted = "events WHERE type = 'offer.accepted'";
        assert_eq!(sent.stage.count(accepted).await, 1);
        assert_eq!(sent.stage.count(CONFIRMED).await, 2);
        // Only the key of the last form is new.
        let after = sent.stage.written().await;
        assert_eq!(after[..4], written[..4]);
        // The old form with another answer changes nothing either.
        is(&sent.stage.post(&path, &refusal(&first, "Toch niet")).await, StatusCode::CONFLICT);
        assert_eq!(sent.read().await, offer);
    }

    async fn an_offer_lapses_at_the_end_of_its_last_day_also_before_the_job_came_by(db: TestDb) {
        // mission: T4
        let sent = Sent::new(db).await;
        let path = sent.link().await;
        sent.at("2026-03-31T21:59:59Z");
        let nonce = sent.stage.get(&path).await.nonce();
        sent.at("2026-03-31T22:00:00Z");
        let late = sent.stage.post(&path, &acceptance(&nonce)).await;
        is(&late, StatusCode::CONFLICT);
        holds(&late, &["De offerte is verlopen"]);
        assert!(!late.has_form());
        assert_eq!(sent.read().await.status, OfferStatus::Sent);
        let now = LocalNow::new(sent.stage.clock.now(), &sent.stage.state.settings.time_zone);
        let expired = sent.stage.db.write(move |conn| offers::expire_due(conn, now)).await.unwrap();
        assert_eq!(expired, 1);
        assert_eq!(sent.read().await.status, OfferStatus::Expired);
        assert_eq!(sent.stage.count("events WHERE type = 'offer.expired'").await, 1);
        let again = sent.stage.db.write(move |conn| offers::expire_due(conn, now)).await.unwrap();
        assert_eq!(again, 0);
        is(&sent.stage.post(&path, &acceptance(&nonce)).await, StatusCode::CONFLICT);
    }

    async fn a_replaced_offer_sends_the_newer_one_by_mail_and_never_shows_it(db: TestDb) {
        // mission: T4
        let sent = Sent::new(db).await;
        let path = sent.link().await;
        let nonce = sent.stage.get(&path).await.nonce();
        let newer = given::sent_offer(&sent.stage.db, &sent.intake).await;
        let page = sent.stage.get(&path).await;
        is(&page, StatusCode::OK);
        holds(&page, &["De offerte is vervangen", "Mail mij de nieuwere offerte", "nummer 1"]);
        assert!(!page.body.contains("name=\"nonce\"") && !page.body.contains("nummer 2"));
        is(&sent.stage.post(&path, &acceptance(&nonce)).await, StatusCode::CONFLICT);
        let asked = sent.stage.post(&path, &[("ask", "newer")]).await;
        is(&asked, StatusCode::OK);
        assert!(asked.body.contains("Kijk in uw mail") && !asked.body.contains("/o/"));
        let to_newer = format!("{FRESH} AND payload LIKE '%{}%'", newer.id);
        assert_eq!(sent.stage.count(&to_newer).await, 1);
        is(&sent.stage.post(&path, &[("ask", "newer")]).await, StatusCode::OK);
        assert_eq!(sent.stage.count(FRESH).await, 1);
    }

    async fn a_withdrawn_offer_says_why_and_offers_nothing(db: TestDb) {
        // mission: T4
        let sent = Sent::new(db).await;
        let path = sent.link().await;
        let nonce = sent.stage.get(&path).await.nonce();
        sent.withdraw().await;
        let page = sent.stage.get(&path).await;
        is(&page, StatusCode::OK);
        holds(&page, &["De offerte is ingetrokken", "De uren kloppen niet."]);
        assert!(!page.has_form());
        is(&sent.stage.post(&path, &acceptance(&nonce)).await, StatusCode::CONFLICT);
        is(&sent.stage.post(&path, &[("ask", "newer")]).await, StatusCode::CONFLICT);
        assert_eq!(sent.read().await.status, OfferStatus::Withdrawn);
        assert_eq!(sent.stage.count(FRESH).await, 0);
    }

    // security: 61, 63
    async fn every_link_that_is_not_the_sponsors_own_gets_the_one_page(db: TestDb) {
        let sent = Sent::new(db).await;
        let contact = sent.intake.contact_person.unwrap();
        let good = sent.link().await;
        let last = if good.ends_with('A') { "Q" } else { "A" };
        let mut first: Option<String> = None;
        for path in [
            "/o/x".to_owned(),
            "/r/x".to_owned(),
            sent.link_for(contact, LinkPurpose::Offer, 30).await,
            sent.link_for(sent.sponsor(), LinkPurpose::Answer, 30).await,
            sent.link_for(sent.sponsor(), LinkPurpose::Offer, 0).await,
            format!("{}{last}", &good[..good.len() - 1]),
        ] {
            for page in [sent.stage.get(&path).await, sent.stage.post(&path, &acceptance("x")).await] {
                is(&page, StatusCode::NOT_FOUND);
                assert_eq!(*first.get_or_insert_with(|| page.body.clone()), page.body, "{path}");
            }
        }
        assert_eq!(sent.read().await.status, OfferStatus::Sent);
    }

    // security: 63, 80
    async fn an_expired_link_gets_a_fresh_one_to_the_offer_that_counts(db: TestDb) {
        let sent = Sent::new(db).await;
        let path = sent.link_for(sent.sponsor(), LinkPurpose::Offer, 0).await;
        let newer = given::sent_offer(&sent.stage.db, &sent.intake).await;
        is(&sent.stage.post(&path, &[("email", "iemand.anders@example.org")]).await, StatusCode::OK);
        let to_newer = format!("{FRESH} AND payload LIKE '%{}%'", newer.id);
        assert_eq!(sent.stage.count(&to_newer).await, 1);
        assert_eq!(sent.stage.count(FRESH).await, 1);
        // The contact person's copy opens nothing and gets nothing.
        let contact = sent.intake.contact_person.unwrap();
        let theirs = sent.link_for(contact, LinkPurpose::Offer, 30).await;
        is(&sent.stage.post(&theirs, &[("email", "contact@example.nl")]).await, StatusCode::OK);
        assert_eq!(sent.stage.count(FRESH).await, 1);
    }

    async fn what_is_wrong_is_said_next_to_the_field_and_nothing_typed_is_lost(db: TestDb) {
        let sent = Sent::new(db).await;
        let path = sent.link().await;
        let nonce = sent.stage.get(&path).await.nonce();
        let before = sent.stage.written().await;
        let fields = [("nonce", &*nonce), ("answer", "accept"), ("name", "Anna <b>"), ("role", "BSN 111222333")];
        let page = sent.stage.post(&path, &fields).await;
        is(&page, StatusCode::BAD_REQUEST);
        holds(&page, &[
            "<title>Nog niet goed: ", "value=\"Anna &#60;b&#62;\"", "id=\"role-error\">In uw tekst staat een nummer",
            "id=\"may-error\">Bevestig dat u hierover mag beslissen", "href=\"#may\"",
        ]);
        assert_ne!(page.nonce(), nonce);
        is(&sent.stage.post(&path, &[("answer", "accept")]).await, StatusCode::BAD_REQUEST);
        is(&sent.stage.post(&path, &[]).await, StatusCode::BAD_REQUEST);
        assert_eq!(sent.stage.written().await, before);
    }

    async fn a_sponsor_who_is_the_contact_person_gets_one_confirmation(db: TestDb) {
        let sent = Sent::new(db).await;
        sent.stage.execute("UPDATE intakes SET contact_person = sponsor").await;
        let path = sent.link().await;
        is(&accept(&sent, &path).await, StatusCode::SEE_OTHER);
        assert_eq!(sent.stage.count(CONFIRMED).await, 1);
    }

    // security: 65
    async fn what_is_kept_for_a_repeat_holds_no_token(db: TestDb) {
        let sent = Sent::new(db).await;
        let path = sent.link().await;
        is(&accept(&sent, &path).await, StatusCode::SEE_OTHER);
        let token = path.trim_start_matches("/o/");
        let holding = format!(
            "idempotency_keys WHERE caller LIKE '%{token}%' OR operation LIKE '%{token}%' \
             OR headers LIKE '%{token}%' OR body LIKE '%{token}%'"
        );
        assert_eq!(sent.stage.count(&holding).await, 0);
    }
}
