//! Mails in the outbox, made from one that an intake brought about.

use std::sync::Arc;

use anyhow::Context as _;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use koplopers_shared::access::{Actor, Role};
use koplopers_shared::db::schema::deliveries as table;
use koplopers_shared::db::{DatabaseUrl, Db, DbConn, DbError, DbOptions, migrate};
use koplopers_shared::deliveries::{NewDelivery, OrderKey, Payload, enqueue};
use koplopers_shared::events::Subject;
use koplopers_shared::ids::{DeliveryId, IntakeId, PersonId};
use koplopers_shared::testing::given;

/// An installation with one intake that was sent in.
#[derive(Debug)]
pub struct Office {
    /// Its database.
    pub db: Db,
    actor: Arc<Actor>,
    intake: IntakeId,
    contact: PersonId,
}

impl Office {
    pub async fn open(url: &DatabaseUrl) -> anyhow::Result<Self> {
        migrate(url)?;
        let db = Db::open(url, DbOptions::default())?;
        given::catalogue(&db).await;
        let intake = given::submitted(&db, given::amsterdam(), "versnelling").await;
        Ok(Self {
            db,
            actor: given::staff(Role::Coordinator),
            intake: intake.id,
            contact: intake.contact_person.context("a contact person")?,
        })
    }

    /// What its mails tell.
    pub const fn payload(&self) -> Payload {
        Payload::IntakeReceived {
            intake: self.intake,
        }
    }

    /// Puts one mail into the outbox, as an action would; `word` tells it from others.
    pub async fn enqueue(&self, word: String) -> anyhow::Result<DeliveryId> {
        let actor = Arc::clone(&self.actor);
        let now = koplopers_shared::clock::Clock::System.now();
        let new = NewDelivery {
            dedupe_key: word,
            payload: self.payload(),
            recipient: self.contact,
            subject: Subject {
                kind: "intake",
                id: self.intake.0,
            },
            meeting: None,
            order_key: OrderKey::subject(self.intake.0, self.contact),
            due_at: now,
            expires_at: None,
        };
        let made = self
            .db
            .write(move |conn: &mut DbConn| -> Result<_, DbError> {
                enqueue(conn, &new, &actor, now)
            })
            .await?;
        made.context("a mail that is new")
    }
}

/// Leaves `rows` mails in the outbox on PostgreSQL, all of them due and none tried before.
pub fn refill(conn: &mut DbConn, rows: u32) -> anyhow::Result<()> {
    let template: DeliveryId = table::table
        .order((table::created_at, table::id))
        .select(table::id)
        .first(conn)
        .context("the mail of the intake")?;
    let sql = format!(
        "DELETE FROM delivery_attempts;
         DELETE FROM deliveries WHERE id <> '{template}';
         UPDATE deliveries SET state = 'sent' WHERE id = '{template}';
         INSERT INTO deliveries (id, dedupe_key, kind, payload, recipient, subject_type,
             subject_id, order_key, priority, due_at, state, attempts, next_at, created_at)
         SELECT gen_random_uuid(), 'copy-' || i, kind, payload, recipient, subject_type,
             subject_id, 'copy-' || i, priority, due_at, 'queued', 0, due_at,
             created_at + i * interval '1 millisecond'
         FROM deliveries, generate_series(1, {rows}) i WHERE id = '{template}'"
    );
    conn.batch_execute(&sql)?;
    // Each by itself: neither runs in a transaction.
    conn.batch_execute("VACUUM ANALYZE deliveries")?;
    conn.batch_execute("VACUUM ANALYZE delivery_attempts")?;
    Ok(())
}
