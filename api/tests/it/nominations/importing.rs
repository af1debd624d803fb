//! Many nominations at once.

use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use super::{NOMINATIONS, body, with};
use crate::app::{Answer, Caller, TestApp};

const HEADING: &str = "externalReference;nominatorName;nominatorEmail;candidateName;candidateEmail;candidateKind;municipality;relation;motivation;innovation;impact;giverName;giverEmail;giverRole";

async fn import(caller: &Caller<'_>, kind: &str, file: impl Into<String>) -> Answer {
    caller
        .call(Method::POST, "/v1/nominations/_import")
        .header("content-type", kind)
        .body(file.into())
        .send()
        .await
}

/// A row of a CSV file; the name as it stands in the file.
fn row(reference: &str, name: &str, email: &str) -> String {
    format!(
        "{reference};Noor Nominator;noor@example.org;{name};{email};municipal_professional;GM0363;Collega.;\"{}\";Nieuw.;Veel.;Gerda Gever;gerda@example.nl;gemeentesecretaris",
        super::MOTIVATION
    )
}

fn results(report: &Value) -> Vec<(u64, String)> {
    let rows = report["rows"].as_array().unwrap().iter();
    rows.map(|row| {
        (
            row["row"].as_u64().unwrap(),
            row["result"].as_str().unwrap().to_owned(),
        )
    })
    .collect()
}

fn of(results: &[&str]) -> Vec<(u64, String)> {
    (1..)
        .zip(results.iter().map(|it| (*it).to_owned()))
        .collect()
}

on_both_databases! {
    async fn rows_are_taken_or_refused_one_by_one(db: TestDb) {
        // mission: N2; security: 32, 36
        let app = TestApp::start(db).await;
        let caller = app.as_municipality("GM0363");
        let file = [
            HEADING.to_owned(),
            row("V-1", "Kim Kandidaat", "kim@example.nl"),
            row("V-2", "\"Kim\r\nBcc: x@example.org\"", "bcc@example.nl"),
            row("V-3", "\"Kim\rVals\"", "cr@example.nl"),
            row("V-4", "Sam Sociaal", "sam@example.nl"),
            row("", "Zonder Nummer", "zn@example.nl"),
            row("V-4", "Sam Sociaal", "sam@example.nl"),
            row("V-5", "Geen Adres", "geen adres"),
            "V-6;te kort".to_owned(),
            row("V-7", "=1+1", "formule@example.nl"),
        ]
        .join("\r\n");
        let report = import(&caller, "text/csv", file.clone()).await.expect(200).json();
        assert_eq!(
            results(&report),
            of(&["created", "refused", "refused", "created", "refused", "repeated", "refused", "refused", "created"])
        );
        assert_eq!((&report["created"], &report["repeated"], &report["refused"]), (&json!(3), &json!(1), &json!(5)));
        let codes = |row: usize| {
            let params = &report["rows"][row]["problem"]["invalidParams"];
            (params[0]["name"].as_str().unwrap().to_owned(), params[0]["code"].as_str().unwrap().to_owned())
        };
        assert_eq!(codes(1), ("/candidate/name".to_owned(), "line".to_owned()));
        assert_eq!(codes(2), ("/candidate/name".to_owned(), "control-character".to_owned()));
        assert_eq!(codes(4), ("/externalReference".to_owned(), "required".to_owned()));
        assert_eq!(codes(6), ("/candidate/email".to_owned(), "format".to_owned()));
        assert_eq!(report["rows"][0]["externalReference"], "V-1");
        // Refused values are not sent back, and nothing of a refused row is written.
        assert!(!report.to_string().contains("Bcc"));
        assert_eq!(given::count(&app.db, "nominations").await, 3);
        assert_eq!(given::count(&app.db, "people").await, 3);
        let seen = caller.get(&format!("{NOMINATIONS}?channel=import")).await.expect(200);
        assert_eq!(seen.json()["items"].as_array().unwrap().len(), 3);

        // Sent again with one row mended, only that one is new.
        let mended = file.replace("\"Kim\r\nBcc: x@example.org\"", "Kim Hersteld");
        let again = import(&caller, "text/csv", mended).await.expect(200).json();
        assert_eq!((&again["created"], &again["repeated"]), (&json!(1), &json!(4)));
        assert_eq!(again["rows"][0]["id"], report["rows"][0]["id"]);
        assert_eq!(given::count(&app.db, "nominations").await, 4);
        // Another client's numbers are its own.
        let theirs = import(&app.as_municipality("GM0344"), "text/csv", file).await.expect(200).json();
        assert_eq!(theirs["created"], 3);
    }

    async fn json_lines_are_rows_too(db: TestDb) {
        // mission: N2, N3
        let app = TestApp::start(db).await;
        let line = |reference: &str, changes: &[(&str, Value)]| {
            let body = with(body("Kim Kandidaat", "kim@example.nl"), &[("/externalReference", json!(reference))]);
            with(body, changes).to_string()
        };
        let file = [
            line("V-1", &[]),
            String::new(),
            line("V-2", &[("/giver/email", json!("KIM+x@example.nl"))]),
            "{ broken".to_owned(),
            line("V-3", &[("/colour", json!("red"))]),
            line("V-4", &[("/motivation", json!(" ".repeat(80)))]),
            line("V-5", &[("/impact", json!("Over 111222333"))]),
            line("V-6", &[]),
        ]
        .join("\n");
        let report = import(&app.as_coordinator(), "application/x-ndjson", file).await.expect(200).json();
        assert_eq!(
            results(&report),
            of(&["created", "refused", "refused", "refused", "refused", "refused", "created"])
        );
        let code = |row: usize| report["rows"][row]["problem"]["code"].as_str().unwrap().to_owned();
        assert_eq!(code(1), "validation-failed");
        assert_eq!(code(2), "invalid-json");
        assert_eq!(code(5), "possible-bsn");
        // Both are of one candidate.
        assert_eq!(given::count(&app.db, "candidacies").await, 1);
    }

    async fn a_file_is_bounded_and_of_a_known_kind(db: TestDb) {
        // security: 29, 31, 50
        let app = TestApp::start(db).await;
        let caller = app.as_municipality("GM0363");
        import(&caller, "application/json", "[]").await.problem(415, "unsupported-media-type");
        import(&caller, "text/csv; charset=latin1", HEADING).await.problem(415, "unsupported-media-type");
        import(&caller, "text/csv", "naam;kleur\na;b\n").await.problem(400, "validation-failed");
        import(&caller, "application/x-ndjson", "{}\n".repeat(501)).await.problem(413, "body-too-large");
        import(&caller, "application/x-ndjson", "x".repeat(2 * 1024 * 1024 + 1)).await.problem(413, "body-too-large");
        // Over the limit of other bodies is fine.
        let many: Vec<String> = (0..140).map(|n| row(&format!("V-{n}"), "Kim Kandidaat", "kim@example.nl")).collect();
        let file = format!("{HEADING}\n{}\n", many.join("\n"));
        let padded = file.replace("Nieuw.", &format!("Nieuw.{}", " x".repeat(950)));
        assert!(padded.len() > 256 * 1024);
        let keyed = async || {
            caller
                .call(Method::POST, "/v1/nominations/_import")
                .header("content-type", "text/csv")
                .header("idempotency-key", "een")
                .body(padded.clone())
                .send()
                .await
                .expect(200)
        };
        let (first, again) = (keyed().await, keyed().await);
        assert_eq!(first.json()["created"], 140);
        assert_eq!(again.header("idempotent-replayed"), "true");
        assert_eq!(first.text, again.text);
        app.as_role(koplopers_shared::access::Role::Ops)
            .call(Method::POST, "/v1/nominations/_import")
            .send()
            .await
            .problem(403, "forbidden");
    }
}
