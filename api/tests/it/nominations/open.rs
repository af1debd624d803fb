//! Nominating without a token: held, confirmed by the nominator, or forgotten.

use jiff::SignedDuration;
use koplopers_shared::nominations as shared;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use super::{CANDIDACIES, NOMINATIONS, body, field, nominate, person, with};
use crate::app::{Answer, TestApp};
use crate::mail_room::{MailRoom, page_in, subject_of, text_of};

const OPEN: &str = "/v1/open-nominations";

async fn nominate_openly(app: &TestApp, body: &Value) -> Answer {
    app.anonymous().post(OPEN, body).await
}

/// Sends a form as a browser does.
pub async fn submit(app: &TestApp, path: &str, fields: &[(&str, &str)]) -> Answer {
    let form = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    app.anonymous()
        .call(Method::POST, path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept-language", "nl")
        .body(form)
        .send()
        .await
}

/// The nonce of the form on a page.
pub fn nonce(page: &Answer) -> String {
    let (_, rest) = page.text.split_once("name=\"nonce\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

async fn unconfirmed(app: &TestApp) -> i64 {
    given::count(&app.db, "nominations WHERE status = 'unconfirmed'").await
}

/// The page to confirm on, as the mail has it.
async fn confirmation(app: &TestApp, room: &MailRoom) -> String {
    room.send(app).await;
    let mail = room.mails().pop().expect("a mail");
    page_in(&mail, app, "/n/").expect("a link")
}

/// How many rows every table has: the work that a request did.
async fn rows(app: &TestApp) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in [
        "people",
        "candidacies",
        "nominations",
        "deliveries",
        "links",
        "events",
        "audit_events",
        "idempotency_keys",
    ] {
        counts.push(given::count(&app.db, table).await);
    }
    counts
}

fn fields() -> Vec<(&'static str, &'static str)> {
    vec![
        ("nominator_name", "Noor Nominator"),
        ("nominator_email", "noor@example.org"),
        ("relation", "Wij werken samen in de wijk."),
        ("candidate_name", "Kim Kandidaat"),
        ("candidate_email", "kim@example.nl"),
        ("candidate_kind", "municipal_professional"),
        ("municipality", "GM0363"),
        ("organisation_name", ""),
        ("motivation", super::MOTIVATION),
        ("innovation", "Bewoners leiden de gesprekken zelf."),
        ("impact", "Veertig gezinnen minder met schulden."),
        ("giver_name", "Gerda Gever"),
        ("giver_email", "gerda@example.nl"),
        ("giver_role", "gemeentesecretaris"),
    ]
}

on_both_databases! {
    async fn an_open_nomination_is_held_until_its_nominator_confirms(db: TestDb) {
        // mission: N2; security: 62
        let app = TestApp::start(db).await;
        let room = MailRoom::open().await;
        let held = nominate_openly(&app, &body("Kim Kandidaat", "kim@example.nl")).await.expect(202);
        assert_eq!(held.json(), json!({ "next": "confirmation-mailed", "confirmWithinDays": 7 }));
        assert_eq!(unconfirmed(&app).await, 1);
        assert_eq!(given::count(&app.db, "people").await, 0);
        assert_eq!(given::count(&app.db, "candidacies").await, 0);
        let page = confirmation(&app, &room).await;
        let mails = room.mails();
        assert_eq!(mails.len(), 1);
        assert_eq!(subject_of(&mails[0]), "Actie nodig: bevestig uw voordracht");
        // The address may be somebody else's: the mail names nobody who was nominated.
        assert!(!text_of(&mails[0]).contains("Kim"));

        for _ in 0..2 {
            let shown = app.anonymous().get(&page).await.expect(200);
            assert!(shown.text.contains("Kim Kandidaat") && shown.text.contains("<form"));
        }
        submit(&app, &page, &[]).await.expect(400);
        assert_eq!(unconfirmed(&app).await, 1);
        submit(&app, &page, &[("mine", "yes")]).await.expect(303);
        submit(&app, &page, &[("mine", "yes")]).await.expect(303);
        let shown = app.anonymous().get(&page).await.expect(200);
        assert!(shown.text.contains("bevestigd") && !shown.text.contains("<form"));
        assert_eq!(given::count(&app.db, "people").await, 2);
        let list = app.as_coordinator().get(CANDIDACIES).await.expect(200).json();
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        assert_eq!(list["items"][0]["nominationCount"], 1);
        room.send(&app).await;
        assert_eq!(room.mails().len(), 1, "the candidate was mailed at once");
    }

    async fn what_nobody_confirms_is_deleted_after_seven_days(db: TestDb) {
        // mission: N2; security: 79
        let app = TestApp::start(db).await;
        let room = MailRoom::open().await;
        nominate_openly(&app, &body("Kim Kandidaat", "kim@example.nl")).await.expect(202);
        let page = confirmation(&app, &room).await;
        app.clock.turn_by(SignedDuration::from_hours(7 * 24) - SignedDuration::from_secs(1));
        let forget = async || {
            let now = app.now();
            app.db.write(move |conn| shared::forget_unconfirmed(conn, now)).await.unwrap()
        };
        assert_eq!(forget().await, 0);
        app.anonymous().get(&page).await.expect(200);
        app.clock.turn_by(SignedDuration::from_secs(1));
        assert_eq!(forget().await, 1);
        assert_eq!(given::count(&app.db, "nominations").await, 0);
        assert_eq!(given::count(&app.db, "deliveries WHERE mime IS NOT NULL").await, 0);
        app.anonymous().get(&page).await.expect(404);
        submit(&app, &page, &[("mine", "yes")]).await.expect(404);
        // A confirmed one stays.
        nominate_openly(&app, &body("Kim Kandidaat", "kim@example.nl")).await.expect(202);
        let page = confirmation(&app, &room).await;
        submit(&app, &page, &[("mine", "yes")]).await.expect(303);
        app.clock.turn_by(SignedDuration::from_hours(30 * 24));
        assert_eq!(forget().await, 0);
        assert_eq!(given::count(&app.db, "nominations").await, 1);
    }

    async fn the_form_nominates_without_a_script(db: TestDb) {
        // mission: N2; security: 50, 62
        let app = TestApp::start(db).await;
        let room = MailRoom::open().await;
        let page = app.anonymous().get("/n").await.expect(200);
        assert!(page.text.contains("<select id=\"municipality\"") && !page.text.contains("<script"));
        assert!(page.text.contains("<option value=\"GM0363\""));
        let nonce = nonce(&page);
        let mut form = fields();
        form.push(("nonce", &nonce));
        for _ in 0..2 {
            let sent = submit(&app, "/n", &form).await.expect(303);
            assert_eq!(sent.header("location"), "?saved");
        }
        assert_eq!(unconfirmed(&app).await, 1);
        let thanks = app.anonymous().get("/n?saved").await.expect(200);
        assert!(thanks.text.contains("zeven dagen"));
        let page = confirmation(&app, &room).await;
        submit(&app, &page, &[("mine", "yes")]).await.expect(303);
        assert_eq!(given::count(&app.db, "candidacies").await, 1);
        let english = app.anonymous().call(Method::GET, "/n").header("accept-language", "en").send().await;
        assert!(english.expect(200).text.contains("Nominate an associate member"));
    }

    async fn the_form_says_what_is_wrong_and_keeps_what_was_typed(db: TestDb) {
        // mission: N2, N3; security: 34, 36
        let app = TestApp::start(db).await;
        let with_field = |name: &'static str, value: &'static str| {
            let mut form = fields();
            form.retain(|(field, _)| *field != name);
            form.push((name, value));
            if name != "nonce" {
                form.push(("nonce", "AAAAAAAAAAAAAAAAAAAAAA"));
            }
            form
        };
        for (name, value, wrong) in [
            ("motivation", "          ", "#motivation"),
            ("motivation", "Te kort", "#motivation"),
            ("nominator_email", "noor", "#nominator_email"),
            ("candidate_name", "Kim\r\nBcc: x@example.org", "#candidate_name"),
            ("candidate_kind", "adviser", "niet compleet"),
            ("municipality", "", "#municipality"),
            ("organisation_name", "Stichting Voorbeeld", "#organisation_name"),
            ("giver_email", "KIM+x@example.nl", "#giver_name"),
            ("giver_email", "Noor+x@example.org", "#giver_name"),
            ("giver_role", "director", "#giver_role"),
            ("giver_role", "", "#giver_name"),
            ("impact", "Over 111222333 dus", "#impact"),
            ("nonce", "x", "niet compleet"),
        ] {
            let answer = submit(&app, "/n", &with_field(name, value)).await.expect(400);
            assert!(answer.text.contains(wrong), "{name} {value}: {}", answer.text);
            assert!(answer.text.contains("Noor Nominator"), "{name}");
            assert!(answer.text.contains("aria-invalid") || wrong == "niet compleet", "{name}");
        }
        assert_eq!(unconfirmed(&app).await, 0);
    }

    async fn neither_answer_nor_work_tells_whether_somebody_is_known(db: TestDb) {
        // mission: N2; security: 80
        let app = TestApp::start(db).await;
        let coordinator = app.as_coordinator();
        nominate(&coordinator, &body("Kim Kandidaat", "kim@example.nl")).await.expect(201);
        person(&app, "Noor Nominator", "noor@example.org").await;
        let from = |candidate: &str, nominator: &str| {
            with(body("Kim Kandidaat", candidate), &[("/nominator/email", json!(nominator))])
        };
        let mut seen = Vec::new();
        for (candidate, nominator) in [
            ("kim@example.nl", "noor@example.org"),
            ("KIM+x@example.nl", "stranger@example.org"),
            ("unknown@example.nl", "noor@example.org"),
            ("unknown@example.nl", "stranger@example.org"),
        ] {
            let before = rows(&app).await;
            let answer = nominate_openly(&app, &from(candidate, nominator)).await.expect(202);
            let after = rows(&app).await;
            let work: Vec<i64> = before.iter().zip(&after).map(|(before, after)| after - before).collect();
            let mut headers: Vec<&str> = answer.headers.keys().map(reqwest::header::HeaderName::as_str).collect();
            headers.sort_unstable();
            seen.push((answer.text.clone(), work, headers.join(" ")));
        }
        for one in &seen {
            assert_eq!(one, &seen[0]);
        }
        // With a token, too: the same fields with the same values, but for ids and what was sent.
        let mut told = Vec::new();
        for candidate in ["kim@example.nl", "new@example.nl"] {
            let caller = app.as_municipality("GM0344");
            let mut made = nominate(&caller, &body("Kim Anders", candidate)).await.expect(201).json();
            made["id"].take();
            made["candidate"].take();
            told.push(made);
        }
        assert_eq!(told[0], told[1]);
        // And so does the page after the mail, whoever joined whom.
        let room = MailRoom::open().await;
        room.send(&app).await;
        let mut pages = Vec::new();
        for mail in room.mails() {
            let path = page_in(&mail, &app, "/n/").expect("a link");
            let answer = submit(&app, &path, &[("mine", "yes")]).await;
            let shown = app.anonymous().get(&path).await;
            pages.push((answer.status, answer.text.clone(), shown.status, shown.text.clone()));
        }
        assert_eq!(pages.len(), 4);
        for page in &pages {
            assert_eq!(page, &pages[0]);
        }
    }

    async fn a_bad_link_to_confirm_gets_the_one_page_and_a_fresh_one_by_mail(db: TestDb) {
        // security: 63, 80
        let app = TestApp::start(db).await;
        let room = MailRoom::open().await;
        nominate_openly(&app, &body("Kim Kandidaat", "kim@example.nl")).await.expect(202);
        let page = confirmation(&app, &room).await;
        let cut = &page[..page.len() - 3];
        let bad = app.anonymous().get(cut).await.expect(404);
        assert_eq!(bad.text, app.anonymous().get("/n/made-up").await.expect(404).text);
        let stranger = submit(&app, cut, &[("email", "somebody@example.nl")]).await.expect(200);
        room.send(&app).await;
        assert_eq!(room.mails().len(), 1);
        let asked = submit(&app, cut, &[("email", "NOOR@example.org")]).await.expect(200);
        assert_eq!(asked.text, stranger.text);
        room.send(&app).await;
        assert_eq!(room.mails().len(), 2);
        let fresh = confirmation(&app, &room).await;
        submit(&app, &fresh, &[("mine", "yes")]).await.expect(303);
        // The older link still shows the page.
        assert!(app.anonymous().get(&page).await.expect(200).text.contains("bevestigd"));
    }

    async fn nominations_without_a_token_are_limited_per_address_and_mailbox(db: TestDb) {
        // security: 43
        let app = TestApp::start_with(db, |settings| {
            settings.http.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        })
        .await;
        let from = async |address: &str, nominator: &str| {
            let body = with(body("Kim Kandidaat", "kim@example.nl"), &[("/nominator/email", json!(nominator))]);
            app.anonymous()
                .call(Method::POST, OPEN)
                .header("x-forwarded-for", address)
                .json(&body)
                .send()
                .await
        };
        // One mailbox: dropped without a word after some.
        for _ in 0..12 {
            from("203.0.113.9", "noor@example.org").await.expect(202);
        }
        assert_eq!(unconfirmed(&app).await, 10);
        let mut refused = 0;
        for number in 0..20 {
            let answer = from("203.0.113.9", &format!("n{number}@example.org")).await;
            if answer.status == 429 {
                answer.problem(429, "too-many-requests");
                assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
                refused += 1;
            }
        }
        assert!(refused >= 2, "{refused}");
        from("203.0.113.10", "anna@example.org").await.expect(202);
    }

    async fn what_is_wrong_with_an_open_nomination_is_named(db: TestDb) {
        // mission: N2, N3; security: 29, 31, 34
        let app = TestApp::start(db).await;
        let good = || body("Kim Kandidaat", "kim@example.nl");
        for (changes, expected) in [
            (vec![("/motivation", json!(" ".repeat(60)))], field("/motivation", "blank")),
            (vec![("/nominator", Value::Null)], field("/nominator", "required")),
            (vec![("/externalReference", json!("V-1"))], field("/externalReference", "unknown")),
            (vec![("/giver/email", json!("noor+z@example.org"))], field("/giver", "is-nominator")),
            (vec![("/giver/role", json!("burgemeester"))], field("/giver/role", "not-highest-executive")),
            (vec![("/candidate/name", json!("Kim\nKandidaat"))], field("/candidate/name", "line")),
        ] {
            assert_eq!(nominate_openly(&app, &with(good(), &changes)).await.invalid(), expected, "{changes:?}");
        }
        let keyed = async |body: &Value| {
            app.anonymous().call(Method::POST, OPEN).header("idempotency-key", "een").json(body).send().await
        };
        let (first, again) = (keyed(&good()).await.expect(202), keyed(&good()).await.expect(202));
        assert_eq!(first.text, again.text);
        assert_eq!(unconfirmed(&app).await, 1);
        app.anonymous().get(OPEN).await.problem(405, "method-not-allowed");
        // Staff see what is held; it takes the link to confirm it.
        let seen = app.as_coordinator().get(&format!("{NOMINATIONS}?status=unconfirmed")).await.expect(200).json();
        assert_eq!(seen["items"][0]["outcome"], "unconfirmed");
        let withdrawal = format!("{NOMINATIONS}/{}/withdrawal", seen["items"][0]["id"].as_str().unwrap());
        let problem = app.as_coordinator().post(&withdrawal, &json!({})).await.problem(409, "invalid-transition");
        assert_eq!(problem["allowedActions"], json!(["confirm"]));
    }
}
