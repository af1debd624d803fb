//! What the endpoints are asked about: one intake made over HTTP, and many like it.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context as _;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use koplopers_shared::catalogue;
use koplopers_shared::db::{DatabaseKind, DatabaseUrl, DbConn};
use koplopers_shared::testing::connect;
use serde_json::{Value, json};

use crate::load::{Requests, ask, request};
use crate::process;

/// Rounds in which each municipality can have an intake of its own.
const ROUNDS: u32 = 200;

/// The programme whose intakes belong to rounds.
const PROGRAMME: &str = "inclusief";

/// A page of the list, and how many intakes it shows.
pub const PAGE: &str = "/v1/intakes?limit=50";
pub const PAGE_SIZE: u32 = 50;

/// A database to ask about.
#[derive(Debug)]
pub struct Data {
    /// A token of a coordinator.
    pub token: String,
    /// Ids of some intakes.
    pub intakes: Vec<String>,
    /// Bodies of intakes that can be made, each once.
    pub new: Vec<Value>,
}

impl Data {
    /// Fills the database that is served at `address` with `rows` intakes.
    pub fn fill(
        address: SocketAddr,
        url: &DatabaseUrl,
        folder: &Path,
        rows: u32,
    ) -> anyhow::Result<Self> {
        let official = process::token(url, folder, &["municipality", "--municipality", "GM0363"])?;
        let token = process::token(url, folder, &["coordinator"])?;
        let intake = first_intake(address, &official)?;
        let round = json!({"name": "Ronde", "opensOn": "2000-01-01", "closesOn": "2999-12-31"});
        let path = format!("/v1/programmes/{PROGRAMME}/rounds");
        ask(address, &request("POST", &path, &token, Some(&round)))?;
        let mut conn = connect(url);
        multiply(&mut conn, url.kind(), &intake, rows).context("copying intakes")?;
        let intakes = column(&mut conn, &ids_of("intakes", url.kind(), 512))?;
        let rounds = column(&mut conn, &ids_of("rounds", url.kind(), ROUNDS))?;
        Ok(Self {
            token,
            intakes,
            new: new_intakes(&rounds),
        })
    }

    /// A request for each of some intakes.
    pub fn gets(&self) -> Requests {
        Requests::repeated(self.intakes.iter().map(|id| self.get(id)).collect())
    }

    /// The request for a page of the list.
    pub fn list(&self) -> Requests {
        Requests::repeated(vec![request("GET", PAGE, &self.token, None)])
    }

    /// A request for every intake that can be made.
    pub fn posts(&self) -> Requests {
        Requests::once(self.new.iter().map(|body| self.post(body)).collect())
    }

    /// Four reads for every intake that is made.
    pub fn mixed(&self) -> Requests {
        let mut ids = self.intakes.iter().cycle();
        let five = self.new.iter().flat_map(|body| {
            let reads = ids.by_ref().take(4).map(|id| self.get(id));
            reads.chain([self.post(body)]).collect::<Vec<_>>()
        });
        Requests::once(five.collect())
    }

    fn get(&self, intake: &str) -> Vec<u8> {
        request("GET", &format!("/v1/intakes/{intake}"), &self.token, None)
    }

    fn post(&self, body: &Value) -> Vec<u8> {
        request("POST", "/v1/intakes", &self.token, Some(body))
    }
}

/// Makes room for every intake of [`Data::new`] again.
pub fn close_new(url: &DatabaseUrl) -> anyhow::Result<()> {
    connect(url).batch_execute(
        "UPDATE intakes SET open_slot = NULL, status = 'withdrawn' WHERE status = 'draft'",
    )?;
    Ok(())
}

/// An intake as a municipality would make it; its id.
fn first_intake(address: SocketAddr, token: &str) -> anyhow::Result<String> {
    let post = |path: &str, body: Value| {
        let made = ask(address, &request("POST", path, token, Some(&body)))?;
        made["id"].as_str().map(str::to_owned).context("an id")
    };
    let person = |name: &str, email: &str, role: &str| {
        post(
            "/v1/people",
            json!({"name": name, "email": email, "roles": [{"role": role}]}),
        )
    };
    let contact = person("Mila de Boer", "mila@example.nl", "ambtenaar")?;
    let sponsor = person("Daan Smit", "daan@example.nl", "gemeentesecretaris")?;
    post(
        "/v1/intakes",
        json!({
            "programme": "uitvoering",
            "externalReference": "ZAAK-1",
            "contactPerson": contact,
            "sponsor": {"person": sponsor, "role": "gemeentesecretaris"},
            "issues": issues(),
            "answers": {
                "local_situation": "Veel ouderen in onze wijken wonen alleen.",
                "support_needed": "Samen met de buurt een aanpak maken.",
                "lasting_change": "Ouderen weten bij wie zij terechtkunnen.",
            },
        }),
    )
}

fn issues() -> Value {
    json!([{
        "title": "Ouderen die alleen wonen",
        "description": "Zij vinden de weg naar hulp niet. Hoe bereiken we hen?",
        "themes": ["loneliness"],
        "targetGroups": ["other"],
    }])
}

fn new_intakes(rounds: &[String]) -> Vec<Value> {
    let body = |municipality: &str, round: &String| {
        json!({
            "programme": PROGRAMME,
            "municipality": municipality,
            "round": round,
            "issues": issues(),
        })
    };
    let municipalities = &catalogue::shipped().municipalities;
    rounds
        .iter()
        .flat_map(|round| {
            municipalities
                .iter()
                .map(move |it| body(&it.code.to_string(), round))
        })
        .collect()
}

/// Copies the intake with its issue until there are `rows`, and the round until there are
/// [`ROUNDS`]. Copies are closed, each a second older than the one before.
fn multiply(conn: &mut DbConn, kind: DatabaseKind, intake: &str, rows: u32) -> anyhow::Result<()> {
    let (new_id, older, numbers, intake) = match kind {
        DatabaseKind::Postgres => (
            "gen_random_uuid()",
            "created_at - i * interval '1 second'",
            "generate_series(1, {n}) i".to_owned(),
            format!("'{intake}'"),
        ),
        DatabaseKind::Sqlite => (
            "randomblob(16)",
            "created_at - i * 1000000",
            "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {n}) \
             SELECT i FROM n) n"
                .to_owned(),
            format!("X'{}'", intake.replace('-', "")),
        ),
    };
    let numbers = |n: u32| numbers.replace("{n}", &n.to_string());
    conn.batch_execute(&format!(
        "CREATE TEMPORARY TABLE copies AS SELECT i, {new_id} AS intake, {new_id} AS issue FROM {};
         INSERT INTO intakes (id, version, status, municipality, programme, programme_number,
             contact_person, sponsor, sponsor_role, answers, created_at, updated_at, closed_at)
         SELECT copies.intake, version, 'withdrawn', municipality, programme, programme_number,
             contact_person, sponsor, sponsor_role, answers, {older}, {older}, {older}
         FROM intakes, copies WHERE id = {intake};
         INSERT INTO intake_issues (id, intake, position, title, description)
         SELECT copies.issue, copies.intake, position, title, description
         FROM intake_issues it, copies WHERE it.intake = {intake};
         INSERT INTO intake_issue_themes (issue, theme, intake)
         SELECT copies.issue, theme, copies.intake
         FROM intake_issue_themes it, copies WHERE it.intake = {intake};
         INSERT INTO intake_issue_target_groups (issue, target_group, intake)
         SELECT copies.issue, target_group, copies.intake
         FROM intake_issue_target_groups it, copies WHERE it.intake = {intake};
         DROP TABLE copies;
         INSERT INTO rounds (id, version, programme, name, opens_on, closes_on, capacity,
             created_at, updated_at)
         SELECT {new_id}, version, programme, name, opens_on, closes_on, capacity, created_at,
             updated_at
         FROM rounds, {} WHERE programme = '{PROGRAMME}';
         ANALYZE;",
        numbers(rows - 1),
        numbers(ROUNDS - 1),
    ))?;
    Ok(())
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = Text)]
    id: String,
}

/// Ids spread over the table, as the API writes them.
fn ids_of(table: &str, kind: DatabaseKind, limit: u32) -> String {
    let id = match kind {
        DatabaseKind::Postgres => "id::text",
        DatabaseKind::Sqlite => "lower(hex(id))",
    };
    format!("SELECT {id} AS id FROM {table} ORDER BY {table}.id LIMIT {limit}")
}

fn column(conn: &mut DbConn, sql: &str) -> anyhow::Result<Vec<String>> {
    let found: Vec<Id> = diesel::sql_query(sql).load(conn)?;
    let ids = found.into_iter().map(|row| row.id.parse::<uuid::Uuid>());
    ids.map(|id| Ok(id?.to_string())).collect()
}
