//! Links that do not work, and the way to a fresh one.

use actix_web::http::StatusCode;
use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::test::TestRequest;
use jiff::SignedDuration;
use koplopers_shared::catalogue::words::Language;
use koplopers_shared::links::{self, LinkPurpose};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::TestDb;

use super::stage::{ADDRESS, Invited, Page, Stage, is};

const FRESH: &str = "deliveries WHERE kind = 'fresh_link'";

/// Every way in which a link of ours, or what looks like one, does not work.
async fn bad_links(stage: &Stage, invited: &Invited) -> Vec<(&'static str, String)> {
    let good = stage.answer_link(invited).await;
    let expired = stage.link(invited, LinkPurpose::Answer, 0).await;
    let other_page = stage.link(invited, LinkPurpose::Offer, 30).await;
    let elsewhere = Stage::new(TestDb::sqlite()).await;
    let foreign = elsewhere.invite(Language::Nl, "Elders").await;
    let foreign = elsewhere.answer_link(&foreign).await;
    let gone = Invited {
        invitation: koplopers_shared::ids::InvitationId::generate(),
        ..invited.clone()
    };
    let revoked = gone.invitation.0;
    let revoked_link = stage.answer_link(&gone).await;
    let now = stage.clock.now();
    stage
        .db
        .write(move |conn| links::revoke_object(conn, revoked, now))
        .await
        .unwrap();
    let last = if good.ends_with('A') { "Q" } else { "A" };
    vec![
        ("expired", expired),
        ("for another page", other_page),
        ("foreign", foreign),
        ("revoked", revoked_link),
        ("tampered", format!("{}{last}", &good[..good.len() - 1])),
        ("cut short", good[..40].to_owned()),
        ("made up", "/r/x".to_owned()),
        ("long", format!("/r/{}", "x".repeat(2000))),
        ("not ASCII", "/r/%C3%A9%00%0A".to_owned()),
    ]
}

async fn ask(stage: &Stage, path: &str, address: &str) -> Page {
    let page = stage.post(path, &[("email", address)]).await;
    is(&page, StatusCode::OK);
    page
}

on_both_databases! {
    // security: 63
    async fn every_link_that_does_not_work_gets_one_page(db: TestDb) {
        let stage = Stage::new(db).await;
        let invited = stage.invite(Language::En, "Talk").await;
        let mut first: Option<Page> = None;
        for (kind, path) in bad_links(&stage, &invited).await {
            let page = stage.get(&path).await;
            is(&page, StatusCode::NOT_FOUND);
            assert!(page.body.contains("<html lang=\"nl\"") && page.body.contains("name=\"email\""));
            // An answer sent to it gets the page too, and nothing else happens.
            let posted = stage.post(&path, &[("answer", "accepted")]).await;
            is(&posted, StatusCode::NOT_FOUND);
            assert_eq!(posted.body, page.body, "{kind}");
            let names = |page: &Page| {
                let mut names: Vec<String> = page.headers.keys().map(ToString::to_string).collect();
                names.sort();
                names
            };
            match &first {
                None => first = Some(page),
                Some(first) => {
                    assert_eq!(page.body, first.body, "{kind}");
                    assert_eq!(names(&page), names(first), "{kind}");
                }
            }
        }
    }

    async fn the_page_follows_the_language_of_the_browser(db: TestDb) {
        let stage = Stage::new(db).await;
        let request = TestRequest::get()
            .uri("/r/x")
            .insert_header((ACCEPT_LANGUAGE, "en-GB, nl;q=0.5"));
        let page = stage.call(request).await;
        assert!(page.body.contains("<html lang=\"en\"") && page.body.contains("Ask for a new link"));
    }

    // security: 63
    async fn an_expired_link_gets_a_fresh_one_at_the_address_on_file_once_an_hour(db: TestDb) {
        let stage = Stage::new(db).await;
        let invited = stage.invite(Language::Nl, "Gesprek").await;
        let path = stage.link(&invited, LinkPurpose::Answer, 0).await;
        ask(&stage, &path, "iemand.anders@example.org").await;
        ask(&stage, &path, ADDRESS).await;
        let to_sam = format!("{FRESH} AND recipient = (SELECT person FROM invitations)");
        assert_eq!(stage.count(&to_sam).await, 1);
        assert_eq!(stage.count(FRESH).await, 1);
        let typed = "deliveries WHERE payload LIKE '%anders%' OR dedupe_key LIKE '%anders%'";
        assert_eq!(stage.count(typed).await, 0);

        stage.clock.turn_by(SignedDuration::from_hours(1));
        ask(&stage, &path, ADDRESS).await;
        assert_eq!(stage.count(FRESH).await, 2);
    }

    // security: 80
    async fn a_damaged_link_gets_a_fresh_one_only_when_the_address_is_right_and_nobody_can_tell(db: TestDb) {
        let stage = Stage::new(db).await;
        let invited = stage.invite(Language::Nl, "Gesprek").await;
        let good = stage.answer_link(&invited).await;
        let damaged = &good[..50];
        let wrong = ask(&stage, damaged, "iemand.anders@example.org").await;
        assert_eq!(stage.count(FRESH).await, 0);
        let right = ask(&stage, damaged, "Sam@Example.nl").await;
        assert_eq!(stage.count(FRESH).await, 1);
        assert_eq!(wrong.body, right.body);
        // Both leave the same traces, so both take the same time.
        assert_eq!(stage.count("audit_events WHERE action = 'link.ask_fresh'").await, 2);
    }

    // security: 80
    async fn every_request_for_a_fresh_link_gets_one_answer(db: TestDb) {
        let stage = Stage::new(db).await;
        let invited = stage.invite(Language::Nl, "Gesprek").await;
        let mut first: Option<String> = None;
        for (number, (kind, path)) in bad_links(&stage, &invited).await.into_iter().enumerate() {
            // Another visitor each time, so that no limit is in the way.
            let fields = [("email", if number % 2 == 0 { ADDRESS } else { "x@example.org" })];
            let page = stage.post_from(&format!("198.51.100.{number}"), &path, &fields).await;
            is(&page, StatusCode::OK);
            assert_eq!(*first.get_or_insert_with(|| page.body.clone()), page.body, "{kind}");
        }
    }

    async fn an_address_that_is_none_is_asked_for_again(db: TestDb) {
        let stage = Stage::new(db).await;
        for typed in ["", "sam", "sam@example.nl\r\nBcc: x@example.org", "<b>@example.nl"] {
            let page = stage.post("/r/x", &[("email", typed)]).await;
            is(&page, StatusCode::BAD_REQUEST);
            assert!(page.body.contains("id=\"email-error\"") && !page.body.contains("<b>"));
        }
        assert_eq!(stage.count("deliveries").await, 0);
    }

    async fn no_fresh_link_is_sent_for_a_meeting_that_is_over_or_called_off(db: TestDb) {
        let stage = Stage::new(db).await;
        let invited = stage.invite(Language::Nl, "Gesprek").await;
        let path = stage.link(&invited, LinkPurpose::Answer, 0).await;
        stage.cancel(&invited).await;
        ask(&stage, &path, ADDRESS).await;
        let other = stage.invite(Language::Nl, "Ander gesprek").await;
        let path = stage.link(&other, LinkPurpose::Answer, 0).await;
        stage.clock.turn_by(SignedDuration::from_hours(72));
        ask(&stage, &path, ADDRESS).await;
        assert_eq!(stage.count(FRESH).await, 0);
    }

    // security: 43
    async fn one_visitor_and_one_link_are_limited_and_others_are_not(db: TestDb) {
        let stage = Stage::new(db).await;
        let mut slow = 0;
        for _ in 0..10 {
            let page = stage.post_from("203.0.113.1", "/r/one", &[("email", ADDRESS)]).await;
            if page.status == 429 {
                assert!(page.header("retry-after").parse::<u64>().unwrap() > 0);
                assert!(page.header("content-type").starts_with("text/html"));
                slow += 1;
            }
        }
        assert!(slow >= 4, "{slow}");
        let other = stage.post_from("203.0.113.2", "/r/other", &[("email", "x@example.org")]).await;
        is(&other, StatusCode::OK);
    }
}
