//! Tokens of issuers outside, whose keys are fetched.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::*;
use jiff::SignedDuration;
use koplopers_shared::access::Role;
use koplopers_shared::db::DbError;
use koplopers_shared::db::columns::At;
use koplopers_shared::db::schema::people;
use koplopers_shared::ids::PersonId;
use koplopers_shared::issuers::IssuerSettings;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::TestDb;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp};
use crate::tokens::{Draft, token};

/// Serves one text at one address, and counts how often.
struct KeyServer {
    address: SocketAddr,
    fetches: Arc<AtomicUsize>,
    answer: Arc<Mutex<String>>,
}

impl KeyServer {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            fetches: Arc::default(),
            answer: Arc::default(),
        };
        let (fetches, answer) = (Arc::clone(&server.fetches), Arc::clone(&server.answer));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut head = [0; 4_096];
                let read = stream.read(&mut head);
                fetches.fetch_add(1, Ordering::SeqCst);
                let answer = answer.lock().unwrap().clone();
                // A caller that is gone is no concern of ours.
                let _ = read.and_then(|_| stream.write_all(answer.as_bytes()));
            }
        });
        server
    }

    fn serve(&self, keys: &[Value]) {
        let body = json!({ "keys": keys }).to_string();
        let length = body.len();
        *self.answer.lock().unwrap() = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
    }

    fn answer(&self, head: &str) {
        head.clone_into(&mut self.answer.lock().unwrap());
    }

    fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }

    fn url(&self) -> String {
        format!("http://{}/keys", self.address)
    }
}

const DOWN: &str =
    "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// A key of the issuer, by the name it has in the set.
struct Signer {
    kid: &'static str,
    pair: Ed25519KeyPair,
}

impl Signer {
    fn new(kid: &'static str) -> Self {
        let pair = Ed25519KeyPair::generate().unwrap();
        Self { kid, pair }
    }

    fn jwk(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.pair.public_key());
        json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": self.kid, "x": x })
    }

    fn sign(&self, draft: &Draft) -> String {
        draft
            .clone()
            .header("kid", self.kid)
            .signed(|content| self.pair.sign(content).as_ref().to_vec())
    }
}

fn settings(url: &str) -> IssuerSettings {
    let table = format!(
        "issuer = 'https://login.example.nl'\naudience = 'koplopers'\n\
         algorithms = ['EdDSA']\njwks_url = '{url}'\n\
         [claims]\nroles = 'realm_access.roles'\nmunicipality = 'gemeente'\n\
         [roles]\nKoplopersCoordinator = 'coordinator'\nKoplopersGemeente = 'municipality'\n"
    );
    toml::from_str(&table).unwrap()
}

async fn start(db: TestDb, server: &KeyServer) -> TestApp {
    let issuer = settings(&server.url());
    TestApp::start_with(db, |settings| settings.issuers = vec![issuer]).await
}

/// A token of a coordinator who logged in.
fn login(app: &TestApp) -> Draft {
    let now = app.now().as_second();
    Draft {
        header: json!({ "alg": "EdDSA", "typ": "JWT" }),
        claims: json!({
            "iss": "https://login.example.nl",
            "aud": "koplopers",
            "sub": "subject-1",
            "azp": "front-end",
            "exp": now + 3_600,
            "iat": now,
            "realm_access": { "roles": ["offline", "KoplopersCoordinator"] },
        }),
    }
}

async fn me(app: &TestApp, token: String) -> Answer {
    app.with_token(Some(token)).get("/v1/me").await
}

async fn person(app: &TestApp) -> PersonId {
    let id = PersonId::generate();
    let now = At(app.now());
    let made: Result<_, DbError> = app
        .db
        .write(move |conn| {
            diesel::insert_into(people::table)
                .values((
                    people::id.eq(id),
                    people::version.eq(1_i64),
                    people::name.eq("Noor Voorbeeld"),
                    people::name_key.eq("noor voorbeeld"),
                    people::language.eq("nl"),
                    people::created_at.eq(now),
                    people::updated_at.eq(now),
                ))
                .execute(conn)?;
            Ok(())
        })
        .await;
    made.unwrap();
    id
}

on_both_databases! {
    async fn the_claims_of_an_issuer_become_our_roles_and_municipality(db: TestDb) {
        let (server, signer) = (KeyServer::start(), Signer::new("one"));
        server.serve(&[signer.jwk()]);
        let app = start(db, &server).await;
        let coordinator = me(&app, signer.sign(&login(&app))).await.expect(200).json();
        assert_eq!(coordinator["kind"], "person");
        assert_eq!(coordinator["municipality"], Value::Null);
        assert!(coordinator["scopes"].as_array().unwrap().contains(&json!("intakes:decide")));

        let bound = login(&app)
            .claim("gemeente", "GM0363")
            .claim("realm_access", json!({ "roles": ["KoplopersGemeente", "KoplopersCoordinator"] }));
        let municipal = me(&app, signer.sign(&bound)).await.expect(200).json();
        assert_eq!(municipal["municipality"], "GM0363");
        // Whatever else the issuer says, a bound caller does what a municipality may.
        assert!(!municipal["scopes"].as_array().unwrap().contains(&json!("intakes:decide")));

        let machine = login(&app).claim("sub", "front-end");
        let machine = me(&app, signer.sign(&machine)).await.expect(200).json();
        assert_eq!(machine["clientId"], "https://login.example.nl#front-end");
    }

    // security: 16
    async fn an_issuer_cannot_grant_everything_by_leaving_something_out(db: TestDb) {
        let (server, signer) = (KeyServer::start(), Signer::new("one"));
        server.serve(&[signer.jwk()]);
        let app = start(db, &server).await;
        let nobody = json!({ "roles": [] });
        for claims in [
            login(&app).without("realm_access"),
            login(&app).claim("realm_access", nobody).claim("scope", "intakes:read"),
            login(&app).claim("realm_access", json!({ "roles": ["KoplopersGemeente"] })),
            login(&app).claim("gemeente", ""),
            login(&app).claim("gemeente", "*"),
            login(&app).claim("gemeente", json!(["GM0363"])),
            login(&app).claim("gemeente", Value::Null),
            login(&app).claim("gemeente", "GM9999"),
        ] {
            me(&app, signer.sign(&claims)).await.problem(401, "unauthorized");
        }
        // An issuer's tokens are for the audience that it was configured with, and only signed
        // by its own keys.
        me(&app, signer.sign(&login(&app).claim("aud", app.state.auth.issuer()))).await.expect(401);
        let own = Draft::own(&app);
        me(&app, signer.sign(&own)).await.expect(401);
        let swapped = login(&app).header("kid", own.header["kid"].clone()).signed_by(&app);
        me(&app, swapped).await.expect(401);
    }

    // security: 6
    async fn an_unknown_key_is_looked_for_once_a_minute(db: TestDb) {
        let (server, signer) = (KeyServer::start(), Signer::new("one"));
        server.serve(&[signer.jwk()]);
        let app = start(db, &server).await;
        me(&app, signer.sign(&login(&app))).await.expect(200);
        assert_eq!(server.fetches(), 1);
        let strangers = ["a", "b", "c", "d", "e"].map(Signer::new);
        for stranger in &strangers {
            me(&app, stranger.sign(&login(&app))).await.expect(401);
        }
        assert_eq!(server.fetches(), 1);
        app.clock.turn_by(SignedDuration::from_secs(60));
        for stranger in &strangers {
            me(&app, stranger.sign(&login(&app))).await.expect(401);
        }
        assert_eq!(server.fetches(), 2);
    }

    // security: 7
    async fn a_new_key_is_found_within_a_minute_and_a_removed_one_ends(db: TestDb) {
        let (server, old, new) = (KeyServer::start(), Signer::new("old"), Signer::new("new"));
        server.serve(&[old.jwk()]);
        let app = start(db, &server).await;
        me(&app, old.sign(&login(&app))).await.expect(200);
        server.serve(&[new.jwk()]);
        app.clock.turn_by(SignedDuration::from_secs(60));
        me(&app, new.sign(&login(&app))).await.expect(200);
        app.clock.turn_by(SignedDuration::from_mins(5));
        me(&app, old.sign(&login(&app))).await.expect(401);
    }

    // security: 7
    async fn a_removed_key_ends_even_when_nobody_brings_a_new_one(db: TestDb) {
        let (server, kept, removed) = (KeyServer::start(), Signer::new("kept"), Signer::new("removed"));
        server.serve(&[kept.jwk(), removed.jwk()]);
        let app = start(db, &server).await;
        me(&app, removed.sign(&login(&app))).await.expect(200);
        server.serve(&[kept.jwk()]);
        app.clock.turn_by(SignedDuration::from_mins(5));
        me(&app, removed.sign(&login(&app))).await.expect(401);
        me(&app, kept.sign(&login(&app))).await.expect(200);
    }

    // security: 8
    async fn known_keys_serve_while_the_issuer_is_away_and_then_no_more(db: TestDb) {
        let (server, signer) = (KeyServer::start(), Signer::new("one"));
        server.answer(DOWN);
        let app = start(db, &server).await;
        let early = me(&app, signer.sign(&login(&app))).await;
        early.problem(503, "keys-unreachable");
        assert!(!early.header("retry-after").is_empty());
        server.serve(&[signer.jwk()]);
        app.clock.turn_by(SignedDuration::from_secs(60));
        me(&app, signer.sign(&login(&app))).await.expect(200);
        server.answer(DOWN);
        app.clock.turn_by(SignedDuration::from_mins(59));
        me(&app, signer.sign(&login(&app))).await.expect(200);
        app.clock.turn_by(SignedDuration::from_mins(2));
        me(&app, signer.sign(&login(&app))).await.problem(503, "keys-unreachable");
        // Our own tokens do not depend on it.
        me(&app, token(&app, Role::Coordinator, None)).await.expect(200);
    }

    // security: 4
    async fn a_redirect_of_the_key_address_is_not_followed(db: TestDb) {
        let (server, other, signer) = (KeyServer::start(), KeyServer::start(), Signer::new("one"));
        other.serve(&[signer.jwk()]);
        let location = other.url();
        server.answer(&format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"));
        let app = start(db, &server).await;
        me(&app, signer.sign(&login(&app))).await.problem(503, "keys-unreachable");
        assert_eq!(other.fetches(), 0);
    }

    // security: 2
    async fn each_algorithm_counts_only_where_key_and_settings_allow_it(db: TestDb) {
        let server = KeyServer::start();
        let random = SystemRandom::new();
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let point = ec.public_key().as_ref();
        let modulus = rsa.public_key().modulus().big_endian_without_leading_zero();
        let exponent = rsa.public_key().exponent().big_endian_without_leading_zero();
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        server.serve(&[
            json!({ "kty": "RSA", "kid": "rsa", "n": text(modulus), "e": text(exponent) }),
            json!({ "kty": "RSA", "kid": "ps", "alg": "PS256", "n": text(modulus), "e": text(exponent) }),
            json!({ "kty": "EC", "crv": "P-256", "kid": "ec", "x": text(&point[1..33]), "y": text(&point[33..]) }),
            json!({ "kty": "oct", "kid": "secret", "k": "c2VjcmV0" }),
        ]);
        let issuer: IssuerSettings = IssuerSettings {
            algorithms: vec!["RS256".parse().unwrap(), "PS256".parse().unwrap(), "ES256".parse().unwrap()],
            ..settings(&server.url())
        };
        let app = TestApp::start_with(db, |settings| settings.issuers = vec![issuer]).await;
        let rsa_sign = |padding, content: &[u8]| {
            let mut signature = vec![0; rsa.public_modulus_len()];
            rsa.sign(padding, &random, content, &mut signature).unwrap();
            signature
        };
        let draft = |alg: &str, kid: &str| login(&app).header("alg", alg).header("kid", kid);
        let rs = |kid| draft("RS256", kid).signed(|content| rsa_sign(&RSA_PKCS1_SHA256, content));
        let ps = |kid| draft("PS256", kid).signed(|content| rsa_sign(&RSA_PSS_SHA256, content));
        let es = |kid| draft("ES256", kid).signed(|content| ec.sign(&random, content).unwrap().as_ref().to_vec());
        for good in [rs("rsa"), ps("rsa"), ps("ps"), es("ec")] {
            me(&app, good).await.expect(200);
        }
        let mixed = draft("PS256", "rsa").signed(|content| rsa_sign(&RSA_PKCS1_SHA256, content));
        let eddsa = draft("EdDSA", "ec").signed(|content| ec.sign(&random, content).unwrap().as_ref().to_vec());
        let shared = draft("HS256", "secret").signed(|_| vec![0; 32]);
        for bad in [rs("ps"), rs("ec"), es("rsa"), mixed, eddsa, shared] {
            me(&app, bad).await.expect(401);
        }
    }

    async fn a_login_becomes_a_person_by_a_code(db: TestDb) {
        let (server, signer) = (KeyServer::start(), Signer::new("one"));
        server.serve(&[signer.jwk()]);
        let app = start(db, &server).await;
        let person = person(&app).await;
        let coordinator = app.with_token(Some(token(&app, Role::Coordinator, None)));
        let path = format!("/v1/people/{person}/identity-links");
        let link = coordinator.post(&path, &json!({})).await.expect(201);
        let code = json!({ "code": link.text_at("/code") });
        // A token of our own is nobody's login.
        coordinator.post("/v1/me/identity", &code).await.problem(403, "login-required");
        let caller = app.with_token(Some(signer.sign(&login(&app))));
        caller.post("/v1/me/identity", &json!({ "code": "kpi_wrong" })).await.invalid();
        let linked = caller.post("/v1/me/identity", &code).await.expect(200).json();
        assert_eq!(linked["person"], json!(person));
        app.clock.turn_by(SignedDuration::from_secs(60));
        let me = caller.get("/v1/me").await.expect(200).json();
        assert_eq!(me["person"], json!(person));
        caller.post("/v1/me/identity", &code).await.invalid();
        let municipality = app.with_token(Some(token(&app, Role::Municipality, Some("GM0363"))));
        municipality.post(&path, &json!({})).await.problem(403, "forbidden");
    }
}
