//! The page on which a member leaves a learning network.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use jiff::SignedDuration;
use koplopers_shared::catalogue::words::{Language, PersonRole};
use koplopers_shared::ids::{NetworkMembershipId, PersonId};
use koplopers_shared::links::{self, LinkPurpose};
use koplopers_shared::networks::{self, Membership, MembershipStatus};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::{TestDb, given};

use super::stage::{Page, Stage, is};

const ADDRESS: &str = "anna@example.nl";

async fn member(stage: &Stage, language: Language) -> Membership {
    let code = given::amsterdam();
    let person = given::official(&stage.db, code, PersonRole::Ambtenaar, ADDRESS).await;
    stage
        .execute(&format!("UPDATE people SET language = '{language}'"))
        .await;
    let network = given::themed_network(&stage.db, "Netwerk schulden").await;
    given::member(&stage.db, code, &network, person).await
}

async fn link_to(
    stage: &Stage,
    object: NetworkMembershipId,
    person: PersonId,
    days: i64,
) -> String {
    let (keys, now) = (stage.keys.clone(), stage.clock.now());
    let expires_at = now + SignedDuration::from_hours(24 * days);
    let purpose = LinkPurpose::Unsubscribe;
    let token = stage
        .db
        .write(move |conn| links::make(conn, &keys, purpose, object.0, person, expires_at, now))
        .await
        .unwrap();
    purpose.path(&token)
}

async fn link(stage: &Stage, membership: &Membership) -> String {
    link_to(stage, membership.id, membership.person, 30).await
}

async fn status(stage: &Stage, membership: &Membership) -> MembershipStatus {
    let id = membership.id;
    let found = stage
        .db
        .read(move |conn| networks::membership_by_id(conn, id))
        .await;
    found.unwrap().unwrap().status()
}

async fn one_click(stage: &Stage, path: &str, kind: &'static str, body: &'static str) -> Page {
    let request = TestRequest::post()
        .uri(path)
        .insert_header((CONTENT_TYPE, kind))
        .set_payload(body);
    stage.call(request).await
}

async fn leaves(db: TestDb, language: Language, shown: &[&str], gone: &[&str]) {
    let stage = Stage::new(db).await;
    let membership = member(&stage, language).await;
    let path = link(&stage, &membership).await;
    let page = stage.get(&path).await;
    is(&page, StatusCode::OK);
    for text in shown {
        assert!(page.body.contains(text), "{text} in {}", page.body);
    }
    assert!(page.has_form() && page.body.contains("Hoe helpen we eerder?"));
    let left = stage.post(&path, &[]).await;
    is(&left, StatusCode::SEE_OTHER);
    assert_eq!(left.header("location"), "?");
    assert_eq!(status(&stage, &membership).await, MembershipStatus::Left);
    let page = stage.get(&path).await;
    is(&page, StatusCode::OK);
    for text in gone {
        assert!(page.body.contains(text), "{text} in {}", page.body);
    }
    assert!(!page.has_form());
}

async fn leaves_by_one_click(db: TestDb, kind: &'static str, body: &'static str) {
    let stage = Stage::new(db).await;
    let membership = member(&stage, Language::Nl).await;
    let path = link(&stage, &membership).await;
    for _ in 0..2 {
        let page = one_click(&stage, &path, kind, body).await;
        is(&page, StatusCode::OK);
        assert!(page.body.contains("U bent geen lid meer"));
    }
    assert_eq!(status(&stage, &membership).await, MembershipStatus::Left);
    is(
        &one_click(&stage, "/u/x", kind, body).await,
        StatusCode::NOT_FOUND,
    );
}

on_both_databases! {
    async fn a_member_sees_the_network_and_leaves_it(db: TestDb) {
        // mission: B5
        let shown = ["<html lang=\"nl\"", "Netwerk schulden", "Anna Voorbeeld", "maandag 2 maart 2026"];
        leaves(db, Language::Nl, &shown, &["U bent geen lid meer", "dinsdag 3 maart 2026"]).await;
    }

    async fn a_member_who_reads_english_does_so_in_english(db: TestDb) {
        let shown = ["<html lang=\"en\"", "Netwerk schulden", "Anna Voorbeeld", "Monday 2 March 2026"];
        leaves(db, Language::En, &shown, &["You are no longer a member", "Tuesday 3 March 2026"]).await;
    }

    // security: 62
    async fn looking_changes_nothing(db: TestDb) {
        let stage = Stage::new(db).await;
        let membership = member(&stage, Language::Nl).await;
        let path = link(&stage, &membership).await;
        let before = stage.written().await;
        for _ in 0..10 {
            for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
                let request = TestRequest::default().method(method.clone()).uri(&path);
                let status = stage.call(request).await.status;
                assert!(status == 200 || status == 204 || status == 429, "{method} {status}");
            }
        }
        assert_eq!(stage.written().await, before);
        assert_eq!(status(&stage, &membership).await, MembershipStatus::Active);
    }

    // security: 50, 62
    async fn leaving_twice_is_leaving_once(db: TestDb) {
        let stage = Stage::new(db).await;
        let membership = member(&stage, Language::Nl).await;
        let path = link(&stage, &membership).await;
        is(&stage.post(&path, &[]).await, StatusCode::SEE_OTHER);
        let written = stage.written().await;
        is(&stage.post(&path, &[]).await, StatusCode::SEE_OTHER);
        assert_eq!(stage.written().await, written);
    }

    async fn one_click_in_a_mail_program_leaves_without_a_redirect(db: TestDb) {
        let kind = "application/x-www-form-urlencoded";
        leaves_by_one_click(db, kind, "List-Unsubscribe=One-Click").await;
    }

    async fn one_click_may_come_as_multipart(db: TestDb) {
        let body = "--xx\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--xx--\r\n";
        leaves_by_one_click(db, "multipart/form-data; boundary=xx", body).await;
    }

    // security: 63
    async fn a_link_that_does_not_work_gets_the_page_of_every_other(db: TestDb) {
        let stage = Stage::new(db).await;
        let membership = member(&stage, Language::En).await;
        let good = link(&stage, &membership).await;
        let expired = link_to(&stage, membership.id, membership.person, 0).await;
        let made_up = stage.get("/r/x").await;
        let answer = good.replace("/u/", "/r/");
        for path in [expired, format!("{}AAAA", &good[..good.len() - 4]), "/u/x".to_owned(), answer] {
            let page = stage.get(&path).await;
            is(&page, StatusCode::NOT_FOUND);
            assert_eq!(page.body, made_up.body, "{path}");
            let post = stage.post(&path, &[]).await;
            is(&post, StatusCode::NOT_FOUND);
        }
        assert_eq!(status(&stage, &membership).await, MembershipStatus::Active);
    }

    // security: 63, 80
    async fn a_member_whose_link_expired_gets_a_fresh_one_by_mail(db: TestDb) {
        let stage = Stage::new(db).await;
        let membership = member(&stage, Language::Nl).await;
        let expired = link_to(&stage, membership.id, membership.person, 0).await;
        let fresh = "deliveries WHERE kind = 'fresh_link'";
        for address in ["somebody@example.nl", ADDRESS] {
            let page = stage.post(&expired, &[("email", address)]).await;
            is(&page, StatusCode::OK);
            assert!(page.body.contains("Kijk in uw mail"));
        }
        assert_eq!(stage.count(fresh).await, 1);
        let working = link(&stage, &membership).await;
        is(&stage.post(&working, &[]).await, StatusCode::SEE_OTHER);
        stage.execute("DELETE FROM deliveries").await;
        is(&stage.post(&expired, &[("email", ADDRESS)]).await, StatusCode::OK);
        assert_eq!(stage.count(fresh).await, 0);
    }
}
