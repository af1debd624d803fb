//! The page on which an invitation is answered.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use jiff::SignedDuration;
use koplopers_shared::catalogue::words::Language;
use koplopers_shared::invitations::{AnsweredVia, InvitationAnswer};
use koplopers_shared::on_both_databases;

use super::stage::{Stage, is};

const TITLE: &str = "Intakegesprek gemeente Voorbeeld";

on_both_databases! {
    async fn an_invitation_is_shown_and_accepted(db: TestDb) {
        let stage = Stage::new(db).await;
        let invited = stage.invite(Language::Nl, TITLE).await;
        let path = stage.answer_link(&invited).await;
        let page = stage.get(&path).await;
        is(&page, StatusCode::OK);
        for shown in [
            "<html lang=\"nl\"", TITLE, "donderdag 5 maart 2026 van 14.00 tot 15.30 uur",
            "Stadhuis, zaal 3", "href=\"https://video.example.org/talk\"", "Kim Voorbeeld",
            "Sam de Tester", "Nog geen antwoord", "Kennismaken",
        ] {
            assert!(page.body.contains(shown), "{shown} in {}", page.body);
        }

        let saved = stage.answer(&path, "accepted", " Ik kom\r\niets later ").await;
        is(&saved, StatusCode::SEE_OTHER);
        assert_eq!(saved.header("location"), "?saved");
        let invitation = stage.invitation(&invited).await;
        assert_eq!(invitation.answer, InvitationAnswer::Accepted);
        assert_eq!(invitation.remark.as_deref(), Some("Ik kom\niets later"));
        assert_eq!(invitation.answered_via, Some(AnsweredVia::Link));

        let page = stage.get(&format!("{path}?saved")).await;
        assert!(page.body.contains("Uw antwoord is bewaard") && page.body.contains("Ja, u komt"));
        assert!(page.body.contains("value=\"accepted\" checked"));
    }

    async fn an_answer_changes_until_the_meeting_starts(db: TestDb) {
        let stage = Stage::new(db).await;
        let invited = stage.invite(Language::En, TITLE).await;
        let path = stage.answer_link(&invited).await;
        for (answer, stored) in [
            ("tentative", InvitationAnswer::Tentative),
            ("declined", InvitationAnswer::Declined),
            ("accepted", InvitationAnswer::Accepted),
        ] {
            is(&stage.answer(&path, answer, "").await, StatusCode::SEE_OTHER);
            assert_eq!(stage.invitation(&invited).await.answer, stored);
        }
        let page = stage.get(&path).await;
        assert!(page.body.contains("<html lang=\"en\""));
        assert!(page.body.contains("Thursday 5 March 2026 from 14:00 to 15:30"));
        let nonce = page.nonce();

        stage.clock.turn_by(SignedDuration::from_hours(52));
        let page = stage.get(&path).await;
        is(&page, StatusCode::OK);
        assert!(!page.has_form() && page.body.contains("has started or is over"));
        let late = stage.post(&path, &[("nonce", &*nonce), ("answer", "declined")]).await;
        is(&late, StatusCode::CONFLICT);
        assert!(!late.has_form());
        assert_eq!(stage.invitation(&invited).await.answer, InvitationAnswer::Accepted);
    }

    async fn who_waits_for_a_place_sees_so_and_can_give_their_turn_back(db: TestDb) {
        // mission: S1
        let stage = Stage::new(db).await;
        let invited = stage.invite(Language::Nl, TITLE).await;
        stage.execute("INSERT INTO meeting_extras (meeting, capacity) SELECT id, 1 FROM meetings").await;
        stage.execute(
            "INSERT INTO invitations \
             (id, version, meeting, person, required, chair, answer, invited_at, sequence, updated_at) \
             SELECT p.id, 1, i.meeting, p.id, true, false, 'accepted', i.invited_at, 0, i.updated_at \
             FROM invitations i, people p WHERE p.id <> i.person",
        )
        .await;
        let path = stage.answer_link(&invited).await;
        is(&stage.answer(&path, "accepted", "").await, StatusCode::SEE_OTHER);
        assert_eq!(stage.invitation(&invited).await.answer, InvitationAnswer::Waitlisted);
        let page = stage.get(&format!("{path}?saved")).await;
        assert!(page.body.contains("U staat op de wachtlijst"), "{}", page.body);
        assert!(page.body.contains("value=\"accepted\" checked"));
        is(&stage.answer(&path, "declined", "").await, StatusCode::SEE_OTHER);
        assert_eq!(stage.invitation(&invited).await.answer, InvitationAnswer::Declined);
    }

    async fn a_cancelled_meeting_explains_itself_and_takes_no_answer(db: TestDb) {
        let stage = Stage::new(db).await;
        let invited = stage.invite(Language::Nl, TITLE).await;
        let path = stage.answer_link(&invited).await;
        let nonce = stage.get(&path).await.nonce();
        stage.cancel(&invited).await;
        let page = stage.get(&path).await;
        is(&page, StatusCode::OK);
        assert!(page.body.contains("gaat niet door") && page.body.contains("De spreker is ziek."));
        assert!(!page.has_form());
        let late = stage.post(&path, &[("nonce", &*nonce), ("answer", "accepted")]).await;
        is(&late, StatusCode::CONFLICT);
        assert_eq!(stage.invitation(&invited).await.answer, InvitationAnswer::NeedsAction);
    }

    async fn a_removed_invitee_is_told_so(db: TestDb) {
        let stage = Stage::new(db).await;
        let invited = stage.invite(Language::Nl, TITLE).await;
        let path = stage.answer_link(&invited).await;
        stage.execute("UPDATE invitations SET answer = 'removed'").await;
        let page = stage.get(&path).await;
        is(&page, StatusCode::OK);
        assert!(page.body.contains("niet meer uitgenodigd") && !page.has_form());
    }

    // security: 62
    async fn looking_changes_nothing(db: TestDb) {
        let stage = Stage::new(db).await;
        let invited = stage.invite(Language::Nl, TITLE).await;
        let path = stage.answer_link(&invited).await;
        let (before, invitation) = (stage.written().await, stage.invitation(&invited).await);
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            for path in [path.clone(), format!("{path}?saved"), format!("{path}?answer=accepted")] {
                let request = TestRequest::default().method(method.clone()).uri(&path);
                let status = stage.call(request).await.status;
                assert!(status == 200 || status == 204, "{method} {status}");
            }
        }
        for method in [Method::PUT, Method::PATCH, Method::DELETE] {
            let request = TestRequest::default().method(method.clone()).uri(&path);
            assert_eq!(stage.call(request).await.status, 405, "{method}");
        }
        assert_eq!(stage.written().await, before);
        assert_eq!(stage.invitation(&invited).await, invitation);
    }

    // security: 50, 62
    async fn the_same_form_twice_is_one_answer(db: TestDb) {
        let stage = Stage::new(db).await;
        let invited = stage.invite(Language::Nl, TITLE).await;
        let path = stage.answer_link(&invited).await;
        let nonce = stage.get(&path).await.nonce();
        let fields = [("nonce", &*nonce), ("answer", "declined"), ("remark", "ziek")];
        is(&stage.post(&path, &fields).await, StatusCode::SEE_OTHER);
        let (written, invitation) = (stage.written().await, stage.invitation(&invited).await);
        is(&stage.post(&path, &fields).await, StatusCode::SEE_OTHER);
        assert_eq!(stage.written().await, written);
        assert_eq!(stage.invitation(&invited).await, invitation);

        // Back in the browser, and another answer on the old form: asked again, with a new nonce.
        let other = [("nonce", &*nonce), ("answer", "accepted"), ("remark", "beter")];
        let page = stage.post(&path, &other).await;
        is(&page, StatusCode::CONFLICT);
        assert!(page.body.contains("value=\"accepted\" checked") && page.body.contains("beter"));
        assert_ne!(page.nonce(), nonce);
        assert_eq!(stage.invitation(&invited).await, invitation);
        let again = [("nonce", &*page.nonce()), ("answer", "accepted"), ("remark", "beter")];
        is(&stage.post(&path, &again).await, StatusCode::SEE_OTHER);
        assert_eq!(stage.invitation(&invited).await.answer, InvitationAnswer::Accepted);
    }

    // security: 65
    async fn what_is_kept_for_a_repeat_holds_no_token(db: TestDb) {
        let stage = Stage::new(db).await;
        let invited = stage.invite(Language::Nl, TITLE).await;
        let path = stage.answer_link(&invited).await;
        is(&stage.answer(&path, "accepted", "").await, StatusCode::SEE_OTHER);
        let token = path.trim_start_matches("/r/");
        assert_eq!(stage.count("idempotency_keys").await, 1);
        let holding = format!(
            "idempotency_keys WHERE caller LIKE '%{token}%' OR operation LIKE '%{token}%' \
             OR headers LIKE '%{token}%' OR body LIKE '%{token}%'"
        );
        assert_eq!(stage.count(&holding).await, 0);
    }

    // security: 32, 34
    async fn what_is_wrong_is_said_next_to_the_field_and_nothing_typed_is_lost(db: TestDb) {
        let stage = Stage::new(db).await;
        let invited = stage.invite(Language::Nl, TITLE).await;
        let path = stage.answer_link(&invited).await;
        let nonce = stage.get(&path).await.nonce();
        let before = stage.written().await;
        let long = "é".repeat(2001);
        let page = stage.post(&path, &[("nonce", &*nonce), ("answer", "maybe"), ("remark", &*long)]).await;
        is(&page, StatusCode::BAD_REQUEST);
        assert!(page.body.contains("id=\"answer-error\">Kies of u komt"));
        assert!(page.body.contains("id=\"remark-error\">Uw tekst is te lang"));
        assert!(page.body.contains("aria-invalid=\"true\"") && page.body.contains(&long));
        assert!(page.body.contains("<title>Nog niet goed: "));

        for (fields, said) in [
            (vec![("nonce", &*nonce), ("answer", "accepted"), ("remark", "a\u{0}b")], "tekens die wij niet kunnen bewaren"),
            (vec![("nonce", "x"), ("answer", "accepted")], "kwam niet compleet aan"),
            (vec![("answer", "accepted")], "kwam niet compleet aan"),
            (vec![], "Kies of u komt"),
        ] {
            let page = stage.post(&path, &fields).await;
            is(&page, StatusCode::BAD_REQUEST);
            assert!(page.body.contains(said), "{said}");
        }
        assert_eq!(stage.written().await, before);
        let limit = "é".repeat(2000);
        is(&stage.answer(&path, "accepted", &limit).await, StatusCode::SEE_OTHER);
    }

    // security: 29, 31
    async fn only_a_small_form_is_read(db: TestDb) {
        let stage = Stage::new(db).await;
        let invited = stage.invite(Language::Nl, TITLE).await;
        let path = stage.answer_link(&invited).await;
        let large = "x".repeat(65 * 1024);
        let page = stage.post(&path, &[("answer", "accepted"), ("remark", &*large)]).await;
        is(&page, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(page.header("content-type").starts_with("text/html"));
        for kind in ["application/json", "multipart/form-data; boundary=x", "text/plain"] {
            let request = TestRequest::post()
                .uri(&path)
                .insert_header((CONTENT_TYPE, kind))
                .set_payload("answer=accepted");
            is(&stage.call(request).await, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        let twice = TestRequest::post()
            .uri(&path)
            .insert_header((CONTENT_TYPE, "application/x-www-form-urlencoded"))
            .set_payload("answer=accepted&answer=declined");
        is(&stage.call(twice).await, StatusCode::BAD_REQUEST);
    }

    // security: 37
    async fn what_was_typed_is_shown_as_text(db: TestDb) {
        let stage = Stage::new(db).await;
        let title = "<script>alert(1)</script> \" ' & één";
        let invited = stage.invite(Language::Nl, title).await;
        let path = stage.answer_link(&invited).await;
        let remark = "</textarea><script>alert(2)</script>";
        is(&stage.answer(&path, "declined", remark).await, StatusCode::SEE_OTHER);
        stage.execute("UPDATE meetings SET online_url = 'javascript:alert(3)'").await;
        let page = stage.get(&path).await;
        is(&page, StatusCode::OK);
        assert!(!page.body.contains("<script") && !page.body.contains("href=\"javascript"));
        assert!(page.body.contains("&#60;script&#62;alert(1)&#60;/script&#62;"));
        assert!(page.body.contains("&#60;/textarea&#62;"));
    }

    // security: 71-72
    async fn a_page_loads_nothing_from_elsewhere_and_stays_out_of_caches(db: TestDb) {
        let stage = Stage::new(db).await;
        let invited = stage.invite(Language::Nl, TITLE).await;
        let path = stage.answer_link(&invited).await;
        for path in [&*path, "/r/x"] {
            let page = stage.get(path).await;
            let policy = page.header("content-security-policy");
            for rule in ["default-src 'none'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'"] {
                assert!(policy.contains(rule), "{policy}");
            }
            assert_eq!(page.header("cache-control"), "no-store");
            assert_eq!(page.header("referrer-policy"), "no-referrer");
            assert_eq!(page.header("x-content-type-options"), "nosniff");
        }
        let styles = stage.get("/pages.css").await;
        is(&styles, StatusCode::OK);
        assert!(styles.header("content-type").starts_with("text/css"));
        assert!(styles.body.contains("--institute: #0b4f8a"));
    }
}
