//! The commands for whoever keeps the service running, as processes on real files.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use koplopers_api::auth::subject_of_role;
use koplopers_shared::access::Role;
use koplopers_shared::clock::Clock;
use koplopers_shared::db::{DatabaseUrl, DbConn};
use koplopers_shared::deliveries::{WorkerId, workers};
use koplopers_shared::keys::MasterKey;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::{TestDb, connect, given, postgres_program, program_at};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{PROGRAM, Server, state_of, token};

/// What a command did.
struct Done {
    good: bool,
    said: String,
}

impl Done {
    #[track_caller]
    fn good(self) -> String {
        assert!(self.good, "{}", self.said);
        self.said
    }

    #[track_caller]
    fn refused(self, why: &str) {
        assert!(
            !self.good && self.said.contains(why),
            "{why}: {}",
            self.said
        );
    }
}

/// Runs the program on a database, with the master key in `data`.
fn run_at(url: &DatabaseUrl, data: &Path, change: impl FnOnce(&mut Command)) -> Done {
    let mut command = program_at(PROGRAM, url, data);
    change(&mut command);
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    Done {
        good: output.status.success(),
        said: String::from_utf8(said).unwrap(),
    }
}

fn run(db: &TestDb, data: &Path, arguments: &[&str]) -> Done {
    run_at(db.url(), data, |command| {
        command.args(arguments);
    })
}

/// A text, or a number as one, of each row.
fn texts(conn: &mut DbConn, sql: &str) -> Vec<String> {
    diesel::dsl::sql::<Text>(sql).load(conn).unwrap()
}

async fn post_intake(server: &Server, token: &str, programme: &str) -> String {
    let answer = reqwest::Client::builder()
        .no_proxy()
        .build()
        .unwrap()
        .post(format!("http://{}/v1/intakes", server.address))
        .bearer_auth(token)
        .header("content-type", "application/json")
        .body(json!({ "municipality": "GM0363", "programme": programme }).to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 201);
    let intake: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    intake["id"].as_str().unwrap().to_owned()
}

async fn status_of(server: &Server, token: &str, intake: &str) -> u16 {
    let answer = reqwest::Client::builder()
        .no_proxy()
        .build()
        .unwrap()
        .get(format!("http://{}/v1/intakes/{intake}", server.address))
        .bearer_auth(token)
        .send()
        .await
        .unwrap();
    answer.status().as_u16()
}

/// An embedded database that only the programs open, with its keys, and a coordinator's token.
fn installation() -> (TempDir, DatabaseUrl, String) {
    let data = tempfile::tempdir().unwrap();
    fs::write(
        data.path().join("master.key"),
        MasterKey::generate().unwrap(),
    )
    .unwrap();
    let url = DatabaseUrl::sqlite(data.path().join("koplopers.db"));
    let token = run_at(&url, data.path(), |command| {
        command.args(["token", "--role", "coordinator"]);
    });
    let token = token.good().trim().to_owned();
    (data, url, token)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_made_in_use_is_put_back_with_what_it_held_and_its_keys() {
    // security: 92
    let (data, url, token) = installation();
    let copy = data.path().join("copies/monday.db");
    let copy = copy.to_str().unwrap();
    let run = |arguments: &[&str]| {
        run_at(&url, data.path(), |command| {
            command.args(arguments);
        })
    };

    let mut server = Server::start_at(&url, data.path(), |_| {});
    let before = post_intake(&server, &token, "versnelling").await;
    let said = run(&["backup", copy]).good();
    assert!(said.contains(copy) && said.contains("master key"), "{said}");
    let mode = fs::metadata(copy).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let after = post_intake(&server, &token, "uitvoering").await;
    run(&["backup", copy]).refused("exists already");
    run(&["restore", copy]).refused("--force");
    run(&["restore", copy, "--force"]).refused("in use");
    assert_eq!(status_of(&server, &token, &after).await, 200);
    server.running.signal("TERM");
    assert!(server.running.ended().success());

    let said = run(&["restore", copy, "--force"]).good();
    assert!(said.contains("koplopers.db.replaced"), "{said}");
    let server = Server::start_at(&url, data.path(), |_| {});
    assert_eq!(status_of(&server, &token, &before).await, 200);
    assert_eq!(status_of(&server, &token, &after).await, 404);
    let aside = data.path().join("koplopers.db.replaced");
    let programmes = texts(
        &mut connect(&DatabaseUrl::sqlite(aside)),
        "SELECT programme FROM intakes ORDER BY created_at",
    );
    assert_eq!(programmes, ["versnelling", "uitvoering"]);
}

#[test]
fn what_cannot_be_restored_changes_nothing() {
    let (data, url, _) = installation();
    let copy = data.path().join("copy.db");
    run_at(&url, data.path(), |command| {
        command.args(["backup", copy.to_str().unwrap()]);
    })
    .good();

    let elsewhere = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::sqlite(elsewhere.path().join("koplopers.db"));
    let key = elsewhere.path().join("master.key");
    let restore = |file: &Path| {
        let file = file.to_str().unwrap().to_owned();
        run_at(&url, elsewhere.path(), |command| {
            command.env_remove("KOPLOPERS_MASTER_KEY_FILE");
            command.args(["restore", &file]);
        })
    };
    restore(&copy).refused("put the master key of the copy in");
    assert!(!key.exists());
    fs::write(&key, MasterKey::generate().unwrap()).unwrap();
    restore(&copy).refused("not the one of the copy");
    fs::copy(data.path().join("master.key"), &key).unwrap();
    restore(&elsewhere.path().join("nothing.db")).refused("there is no file");
    let other = elsewhere.path().join("other.db");
    fs::write(&other, vec![7; 20_000]).unwrap();
    restore(&other).refused("not a whole database");
    let mut damaged = fs::read(&copy).unwrap();
    let middle = damaged.len() / 2 / 4096 * 4096;
    damaged[middle..middle + 8192].fill(0xff);
    fs::write(&other, damaged).unwrap();
    restore(&other).refused("not a whole database");
    fs::copy(&copy, &other).unwrap();
    connect(&DatabaseUrl::sqlite(&other))
        .batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000001')")
        .unwrap();
    restore(&other).refused("newer version");
    assert!(!elsewhere.path().join("koplopers.db").exists());
    let left = fs::read_dir(elsewhere.path()).unwrap();
    assert!(
        left.map(|entry| entry.unwrap().file_name())
            .all(|name| { !name.to_string_lossy().contains("restore") })
    );
    restore(&copy).good();
    assert!(elsewhere.path().join("koplopers.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql_its_own_tools_are_named_and_bring_everything_back() {
    // security: 92
    let Some(db) = TestDb::postgres() else {
        return;
    };
    let data = tempfile::tempdir().unwrap();
    state_of(&db, data.path()).await;
    let intake = given::submitted(&db, given::amsterdam(), "versnelling").await;
    run(&db, data.path(), &["backup", "copy.dump"]).refused("pg_dump --format=custom");
    run(&db, data.path(), &["restore", "copy.dump"]).refused("pg_restore --clean --if-exists");

    let file = data.path().join("copy.dump");
    let tool = |name: &str, arguments: &[&str], to: &TestDb| {
        let done = Command::new(postgres_program(name).unwrap())
            .args(arguments)
            .arg(format!("--dbname={}", to.url().server().unwrap()))
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
    };
    let file = file.to_str().unwrap();
    tool(
        "pg_dump",
        &["--format=custom", &format!("--file={file}")],
        &db,
    );
    let other = TestDb::postgres().unwrap();
    tool("pg_restore", &["--clean", "--if-exists", file], &other);
    let server = Server::start(&other, data.path());
    let state = state_of(&db, data.path()).await;
    let token = token(&state, &subject_of_role(Role::Coordinator, None).unwrap());
    assert_eq!(
        status_of(&server, &token, &intake.id.to_string()).await,
        200
    );
    run(&other, data.path(), &["audit", "verify"]).good();
}

on_both_databases! {
    async fn keys_are_listed_turned_over_and_ended(db: TestDb) {
        // security: 7
        let data = tempfile::tempdir().unwrap();
        state_of(&db, data.path()).await;
        let list = run(&db, data.path(), &["keys", "list"]).good();
        for purpose in ["token_signing", "link", "callback", "sealing"] {
            let line = list.lines().find(|line| line.contains(purpose)).expect(&list);
            assert!(line.contains("in use"), "{line}");
        }
        let old = list.lines().find(|line| line.contains("link")).unwrap();
        let old = old.split_whitespace().next().unwrap().to_owned();
        run(&db, data.path(), &["keys", "remove", &old]).refused("last one of its purpose");
        let said = run(&db, data.path(), &["keys", "rotate", "link"]).good();
        let new = said.lines().next().unwrap();
        let list = run(&db, data.path(), &["keys", "list"]).good();
        let line = list.lines().find(|line| line.starts_with(new)).expect(&list);
        assert!(line.contains("link") && line.contains("waiting"), "{line}");
        run(&db, data.path(), &["keys", "remove", &old]).good();
        let list = run(&db, data.path(), &["keys", "list"]).good();
        assert!(!list.contains(&old) && list.contains(new), "{list}");
        run(&db, data.path(), &["keys", "rotate", "nothing"]).refused("nothing");
        let actions = "SELECT action FROM audit_events WHERE object_type = 'key' ORDER BY at, id";
        assert_eq!(texts(&mut db.connect(), actions), ["key.rotate", "key.remove"]);
    }

    async fn all_keys_are_sealed_anew_while_nothing_runs(db: TestDb) {
        let data = tempfile::tempdir().unwrap();
        let state = state_of(&db, data.path()).await;
        let token = token(&state, &subject_of_role(Role::Coordinator, None).unwrap());
        let (id, now) = (WorkerId::generate(), Clock::System.now());
        db.write(move |conn| workers::beat(conn, id, now, now)).await.unwrap();
        run(&db, data.path(), &["keys", "reseal", "new.key"]).refused("stop every process");
        db.write(move |conn| workers::stop(conn, id, now)).await.unwrap();
        let said = run(&db, data.path(), &["keys", "reseal", "new.key"]).good();
        assert!(said.contains("new.key") && said.contains("4 keys"), "{said}");
        run(&db, data.path(), &["keys", "list"]).refused("master key");
        fs::rename(data.path().join("new.key"), data.path().join("master.key")).unwrap();
        let server = Server::start(&db, data.path());
        assert_eq!(status_of(&server, &token, "019b76da-0000-7000-8000-00000000dead").await, 404);
    }

    async fn a_changed_audit_trail_is_named_with_its_batch(db: TestDb) {
        // security: 75
        let data = tempfile::tempdir().unwrap();
        state_of(&db, data.path()).await;
        run(&db, data.path(), &["keys", "rotate", "link"]).good();
        let seal = |db: &TestDb| {
            let db = db.db().clone();
            async move {
                let now = Clock::System.now();
                db.write(move |conn| koplopers_shared::audit::seal_batch(conn, now)).await.unwrap()
            }
        };
        assert!(seal(&db).await > 0);
        run(&db, data.path(), &["keys", "rotate", "sealing"]).good();
        assert!(seal(&db).await > 0);
        let said = run(&db, data.path(), &["audit", "verify"]).good();
        assert!(said.contains("up to batch 2"), "{said}");
        let guards = match db.connect() {
            DbConn::Sqlite(_) => "DROP TRIGGER audit_events_no_update",
            DbConn::Postgres(_) => "DROP TRIGGER audit_events_append_only ON audit_events",
        };
        let mut conn = db.connect();
        conn.batch_execute(guards).unwrap();
        conn.batch_execute("UPDATE audit_events SET actor_id = 'somebody-else' WHERE batch = 2").unwrap();
        run(&db, data.path(), &["audit", "verify"]).refused("changed in batch 2");
        let count: i64 = diesel::dsl::sql::<BigInt>("SELECT count(*) FROM audit_seals")
            .get_result(&mut conn)
            .unwrap();
        assert_eq!(count, 2);
    }
}

#[test]
fn every_command_explains_itself() {
    let help = |arguments: &[&str]| {
        let output = Command::new(PROGRAM)
            .args(arguments)
            .arg("--help")
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let all = help(&[]);
    for command in [
        "serve", "migrate", "openapi", "demo", "token", "client", "backup", "restore", "keys",
        "audit",
    ] {
        assert!(all.contains(&format!("\n  {command}")), "{command}: {all}");
    }
    for (arguments, words) in [
        (&["backup"][..], "must not exist yet"),
        (&["restore"], "--force"),
        (&["keys"], "reseal"),
        (&["keys", "rotate"], "token_signing"),
        (&["audit"], "verify"),
        (&["audit", "verify"], "exit with 1"),
    ] {
        let text = help(arguments);
        assert!(text.contains(words), "{words}: {text}");
    }
}
