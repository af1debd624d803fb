//! Tokens of the embedded issuer: what is let in, and what never is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_lc_rs::hmac;
use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use diesel::prelude::*;
use jiff::SignedDuration;
use koplopers_shared::access::Role;
use koplopers_shared::db::DbError;
use koplopers_shared::db::columns::On;
use koplopers_shared::db::schema::{audit_events, municipality_successors};
use koplopers_shared::ids::KeyId;
use koplopers_shared::keys::{KeyPurpose, actions};
use koplopers_shared::on_both_databases;
use koplopers_shared::words::MunicipalityCode;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp};
use crate::tokens::{Draft, token};

async fn me(app: &TestApp, token: String) -> Answer {
    app.with_token(Some(token)).get("/v1/me").await
}

/// Insists on the one 401, and gives its body without what names the request.
#[track_caller]
fn refused(answer: &Answer, why: &str) -> Value {
    assert_eq!(answer.status, 401, "{why}: {}", answer.text);
    assert!(
        answer.header("www-authenticate").starts_with("Bearer"),
        "{why}"
    );
    let mut body = answer.problem(401, "unauthorized");
    body.as_object_mut().unwrap().remove("instance");
    body
}

/// Kind of actor, kind of object, object, origin.
type Refusal = (String, String, Option<String>, Option<String>);

on_both_databases! {
    // security: 1
    async fn every_cause_of_a_401_gets_one_answer(db: TestDb) {
        let app = TestApp::start(db).await;
        let good = token(&app, Role::Coordinator, None);
        me(&app, good.clone()).await.expect(200);
        let first = refused(&app.anonymous().get("/v1/me").await, "nothing");
        let expired = Draft::own(&app)
            .claim("iat", app.now().as_second() - 1_000)
            .claim("exp", app.now().as_second() - 100)
            .signed_by(&app);
        let mut changed = good.clone().into_bytes();
        let last = changed.len() - 10;
        changed[last] = if changed[last] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        for bad in ["x", "x.y", "..", "e30.e30.", "a.b.c.d", &expired, &changed, &format!("{good}."), &format!("{good}=")] {
            assert_eq!(refused(&me(&app, bad.to_owned()).await, bad), first);
        }
        for header in ["", "Bearer", "Bearer ", &format!("Basic {good}"), &format!("Token {good}"), &good] {
            let call = app.anonymous().call(Method::GET, "/v1/me").header("authorization", header);
            assert_eq!(refused(&call.send().await, header), first);
        }
    }

    // security: 2
    async fn an_unsigned_token_is_refused_in_any_spelling(db: TestDb) {
        let app = TestApp::start(db).await;
        for alg in ["none", "None", "NONE", "nOnE", "", "EDDSA", "eddsa", "Ed25519"] {
            let draft = Draft::own(&app).header("alg", alg);
            refused(&me(&app, draft.signed(|_| Vec::new())).await, alg);
            refused(&me(&app, draft.signed_by(&app)).await, alg);
        }
        refused(&me(&app, Draft::own(&app).header("alg", Value::Null).signed_by(&app)).await, "null");
        refused(&me(&app, Draft::own(&app).without("alg").signed_by(&app)).await, "absent");
        refused(&me(&app, Draft::own(&app).header("alg", "RS256").signed_by(&app)).await, "RS256");
    }

    // security: 3
    async fn the_public_key_is_not_a_shared_secret(db: TestDb) {
        let app = TestApp::start(db).await;
        let ring = app.state.auth.keys();
        let public = ring.token_key(ring.token_signer().id()).unwrap();
        let forms = [
            public.to_vec(),
            STANDARD.encode(public).into_bytes(),
            URL_SAFE_NO_PAD.encode(public).into_bytes(),
        ];
        for alg in ["HS256", "HS384", "HS512"] {
            for secret in &forms {
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
                let draft = Draft::own(&app).header("alg", alg);
                let forged = draft.signed(|content| hmac::sign(&key, content).as_ref().to_vec());
                refused(&me(&app, forged).await, alg);
            }
        }
    }

    // security: 4
    async fn keys_that_a_token_brings_along_are_neither_used_nor_fetched(db: TestDb) {
        let app = TestApp::start(db).await;
        let fetches = Arc::new(AtomicUsize::new(0));
        let trap = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/keys", trap.local_addr().unwrap());
        let counter = Arc::clone(&fetches);
        std::thread::spawn(move || {
            for _ in trap.incoming() {
                counter.fetch_add(1, Ordering::SeqCst);
            }
        });
        let stranger = Ed25519KeyPair::generate().unwrap();
        let public = URL_SAFE_NO_PAD.encode(aws_lc_rs::signature::KeyPair::public_key(&stranger));
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "x": public, "kid": "k" });
        for (name, value) in [
            ("jwk", jwk),
            ("jku", json!(url)),
            ("x5u", json!(url)),
            ("x5c", json!([STANDARD.encode(public.as_bytes())])),
        ] {
            let draft = Draft::own(&app).header(name, value);
            let forged = draft.signed(|content| stranger.sign(content).as_ref().to_vec());
            refused(&me(&app, forged).await, name);
            me(&app, draft.signed_by(&app)).await.expect(200);
        }
        assert_eq!(fetches.load(Ordering::SeqCst), 0);
    }

    // security: 5
    async fn no_key_id_is_more_than_a_name(db: TestDb) {
        let app = TestApp::start(db).await;
        for kid in [
            json!("../../../dev/null"),
            json!("/etc/passwd"),
            json!("' OR '1'='1"),
            json!("x'; DROP TABLE keys; --"),
            json!(KeyId::generate()),
            json!("A".repeat(20_000)),
            json!(""),
            json!("\u{0}"),
            json!({ "a": 1 }),
            json!(["a"]),
            json!(7),
            Value::Null,
        ] {
            let why = kid.to_string().chars().take(30).collect::<String>();
            refused(&me(&app, Draft::own(&app).header("kid", kid).signed_by(&app)).await, &why);
        }
        refused(&me(&app, Draft::own(&app).without("kid").signed_by(&app)).await, "absent");
    }

    // security: 7
    async fn a_new_key_is_known_and_a_removed_one_is_not(db: TestDb) {
        let app = TestApp::start(db).await;
        let old = token(&app, Role::Coordinator, None);
        me(&app, old.clone()).await.expect(200);
        let master = app.state.settings.master_key().unwrap();
        let (keys, now) = (app.state.auth.keys().clone(), app.now());
        let old_key = keys.token_signer().id();
        app.db
            .write(move |conn| {
                actions::rotate(conn, &master, KeyPurpose::TokenSigning, now)?;
                actions::remove(conn, old_key, now)
            })
            .await
            .unwrap();
        let ring = keys.clone();
        app.db.read(move |conn| ring.reload(conn, now)).await.unwrap();
        assert_ne!(keys.token_signer().id(), old_key);
        me(&app, token(&app, Role::Coordinator, None)).await.expect(200);
        app.clock.turn_by(SignedDuration::from_secs(60));
        refused(&me(&app, old).await, "removed");
        let published = app.anonymous().get("/.well-known/jwks.json").await.expect(200).json();
        let keys_published = published["keys"].as_array().unwrap();
        assert_eq!(keys_published.len(), 1);
        assert_ne!(keys_published[0]["kid"], json!(old_key));
    }

    // security: 9
    async fn the_claims_are_required_and_compared_exactly(db: TestDb) {
        let app = TestApp::start(db).await;
        me(&app, Draft::own(&app).signed_by(&app)).await.expect(200);
        for name in ["iss", "aud", "sub", "exp", "iat", "scope"] {
            refused(&me(&app, Draft::own(&app).without(name).signed_by(&app)).await, name);
        }
        let name = app.state.auth.issuer().to_owned();
        for bad in [
            json!(format!("{name}/")),
            json!(name.to_uppercase()),
            json!(format!("{name}.example.org")),
            json!(""),
            json!([name, "other"]),
            json!(["other"]),
            json!([]),
            json!({ "0": name }),
            Value::Null,
        ] {
            let why = bad.to_string();
            refused(&me(&app, Draft::own(&app).claim("aud", bad.clone()).signed_by(&app)).await, &why);
            if bad.is_string() {
                refused(&me(&app, Draft::own(&app).claim("iss", bad).signed_by(&app)).await, &why);
            }
        }
        for bad in [json!(""), json!("x".repeat(256)), json!("a\nb"), json!(7), json!("somebody"), json!("role:admin"), json!("person:7")] {
            let why = bad.to_string();
            refused(&me(&app, Draft::own(&app).claim("sub", bad).signed_by(&app)).await, &why);
        }
        let twice = Draft::own(&app);
        let claims = twice.claims.to_string().replacen('{', "{\"iss\":\"other\",", 1);
        let content = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(twice.header.to_string()),
            URL_SAFE_NO_PAD.encode(claims)
        );
        let signature = app.state.auth.keys().token_signer().sign(content.as_bytes());
        let token = format!("{content}.{}", URL_SAFE_NO_PAD.encode(signature));
        refused(&me(&app, token).await, "iss twice");
    }

    // security: 10
    async fn times_are_whole_seconds(db: TestDb) {
        let app = TestApp::start(db).await;
        let exp = app.now().as_second() + 900;
        for bad in [json!(exp.to_string()), Value::Null, json!({}), json!([exp]), json!(true), json!(1e19), json!(i64::MAX), json!(-1), json!(0.5)] {
            for name in ["exp", "iat", "nbf"] {
                if name != "exp" && (bad == json!(-1)) {
                    continue;
                }
                let why = format!("{name} {bad}");
                refused(&me(&app, Draft::own(&app).claim(name, bad.clone()).signed_by(&app)).await, &why);
            }
        }
    }

    // security: 11, 12
    async fn clocks_may_differ_a_little_and_tokens_live_half_a_day_at_most(db: TestDb) {
        let app = TestApp::start(db).await;
        let now = app.now().as_second();
        let at = |iat: i64, exp: i64| {
            Draft::own(&app).claim("iat", now + iat).claim("exp", now + exp).signed_by(&app)
        };
        me(&app, at(-900, -20)).await.expect(200);
        refused(&me(&app, at(-900, -61)).await, "expired");
        me(&app, at(20, 900)).await.expect(200);
        refused(&me(&app, at(61, 900)).await, "from the future");
        refused(&me(&app, at(0, 0)).await, "no life");
        refused(&me(&app, at(10, 5)).await, "ends before it starts");
        me(&app, at(0, 12 * 3_600)).await.expect(200);
        refused(&me(&app, at(0, 12 * 3_600 + 1)).await, "too long");
        let later = Draft::own(&app).claim("nbf", now + 61).signed_by(&app);
        refused(&me(&app, later).await, "not yet");
    }

    // security: 13, 14
    async fn only_access_tokens_without_extensions_count(db: TestDb) {
        let app = TestApp::start(db).await;
        for typ in ["at+jwt", "AT+JWT", "application/at+jwt"] {
            me(&app, Draft::own(&app).header("typ", typ).signed_by(&app)).await.expect(200);
        }
        for typ in ["JWT", "id+jwt", "", "at+jwt2"] {
            refused(&me(&app, Draft::own(&app).header("typ", typ).signed_by(&app)).await, typ);
        }
        refused(&me(&app, Draft::own(&app).without("typ").signed_by(&app)).await, "absent");
        for crit in [json!([]), json!(["exp"]), json!(["b64"]), json!("exp"), Value::Null] {
            let why = crit.to_string();
            refused(&me(&app, Draft::own(&app).header("crit", crit).signed_by(&app)).await, &why);
        }
        refused(&me(&app, Draft::own(&app).header("b64", false).signed_by(&app)).await, "b64");
    }

    // security: 15
    async fn a_token_is_in_one_header_and_nowhere_else(db: TestDb) {
        let app = TestApp::start(db).await;
        let good = token(&app, Role::Coordinator, None);
        let query = format!("/v1/me?access_token={good}");
        refused(&app.anonymous().get(&query).await, "query");
        refused(&app.with_token(Some(good.clone())).get(&query).await, "query and header");
        let cookie = app.anonymous().call(Method::GET, "/v1/me")
            .header("cookie", &format!("access_token={good}; token={good}"));
        refused(&cookie.send().await, "cookie");
        let twice = app.with_token(Some(good.clone())).call(Method::GET, "/v1/me")
            .header("authorization", &format!("Bearer {good}"));
        refused(&twice.send().await, "two headers");
    }

    // security: 16
    async fn a_municipality_is_one_known_code_or_absent(db: TestDb) {
        let app = TestApp::start(db).await;
        let bound = || Draft::own(&app).claim("sub", "role:municipality");
        let good = me(&app, bound().claim("municipality", "GM0363").signed_by(&app)).await.expect(200);
        assert_eq!(good.json()["municipality"], "GM0363");
        for bad in [json!(""), json!("*"), json!(["GM0363"]), json!([]), json!("GM9999"), json!("gm0363"), json!("GM0363 "), json!(363), json!({}), json!(true), Value::Null] {
            let why = bad.to_string();
            refused(&me(&app, bound().claim("municipality", bad).signed_by(&app)).await, &why);
        }
        refused(&me(&app, bound().signed_by(&app)).await, "absent for a municipality");
        let everything = Draft::own(&app).claim("municipality", "GM0363").signed_by(&app);
        refused(&me(&app, everything).await, "a coordinator of one municipality");
    }

    // mission: A1
    async fn a_municipality_sees_those_that_merged_into_it(db: TestDb) {
        let app = TestApp::start(db).await;
        let code = |text: &str| text.parse::<MunicipalityCode>().unwrap();
        let (old, older, new) = (code("GM0363"), code("GM0344"), code("GM0599"));
        let merged: Result<(), DbError> = app
            .db
            .write(move |conn| {
                for (from, to) in [(older, old), (old, new)] {
                    diesel::insert_into(municipality_successors::table)
                        .values((
                            municipality_successors::code.eq(from),
                            municipality_successors::successor.eq(to),
                            municipality_successors::since_on.eq(On("2026-01-01".parse().unwrap())),
                        ))
                        .execute(conn)?;
                }
                Ok(())
            })
            .await;
        merged.unwrap();
        let seen = me(&app, token(&app, Role::Municipality, Some("GM0599"))).await.expect(200).json();
        assert_eq!(seen["municipalities"], json!(["GM0599", "GM0344", "GM0363"]));
        let old = me(&app, token(&app, Role::Municipality, Some("GM0363"))).await.expect(200).json();
        assert_eq!(old["municipalities"], json!(["GM0363", "GM0344"]));
    }

    // security: 21
    async fn whoever_may_not_is_told_before_the_body_is_read(db: TestDb) {
        let app = TestApp::start(db).await;
        let broken = |token: Option<String>| {
            app.with_token(token).call(Method::POST, "/v1/clients")
                .header("content-type", "application/json").body("{broken")
        };
        refused(&broken(None).send().await, "nobody");
        let municipality = token(&app, Role::Municipality, Some("GM0363"));
        let answer = broken(Some(municipality)).send().await;
        let problem = answer.problem(403, "forbidden");
        assert_eq!(problem["scope"], "clients:manage");
        let coordinator = token(&app, Role::Coordinator, None);
        assert_eq!(broken(Some(coordinator)).send().await.status, 400);
    }

    // security: 74
    async fn a_403_is_in_the_audit_trail_and_a_401_is_not(db: TestDb) {
        let app = TestApp::start(db).await;
        app.anonymous().get("/v1/clients").await.expect(401);
        let auditor = token(&app, Role::Auditor, None);
        app.with_token(Some(auditor)).get("/v1/clients").await.expect(403);
        app.state.auth.audit().flush().await;
        let lines: Result<Vec<Refusal>, DbError> = app
            .db
            .read(|conn| {
                Ok(audit_events::table
                    .filter(audit_events::result.eq("refused"))
                    .select((
                        audit_events::actor_kind,
                        audit_events::object_type,
                        audit_events::object_id,
                        audit_events::origin,
                    ))
                    .load(conn)?)
            })
            .await;
        let expected = (
            "person".to_owned(),
            "operation".to_owned(),
            Some("GET /v1/clients".to_owned()),
            Some("127.0.0.1".to_owned()),
        );
        assert_eq!(lines.unwrap(), [expected]);
    }
}
