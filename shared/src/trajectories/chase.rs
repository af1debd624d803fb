//! Reminding contact persons of end products that are nearly due (K2).

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::{queries, trace};
use crate::access::{Actor, Scope};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbResult};
use crate::deliveries::{self, NewDelivery, OrderKey, Payload};
use crate::intakes;

/// How many are chased in one transaction; the next tick takes the rest.
const AT_ONCE: i64 = 100;

/// Reminds the contact person, or without one the sponsor, once of every end product that is owed
/// and whose last day is at most `days` away. Says of how many. What is late already is told to
/// ops, by the digest.
pub fn chase_end_products(conn: &mut DbConn, now: LocalNow, days: u32) -> DbResult<usize> {
    let until = now
        .today
        .checked_add(i64::from(days).days())
        .unwrap_or(Date::MAX);
    let actor = Actor::system("chase-end-products");
    let mut count = 0;
    for trajectory in queries::due_for_chaser(conn, (now.today, until), AT_ONCE)? {
        let intake = intakes::find(conn, &Scope::Institute, trajectory.intake)?;
        let recipient = intake.and_then(|intake| {
            let sponsor = intake.sponsor.map(|sponsor| sponsor.person);
            intake.contact_person.or(sponsor)
        });
        let Some(recipient) = recipient else {
            continue;
        };
        let new = NewDelivery {
            dedupe_key: format!(
                "{}:{}:{recipient}",
                Payload::END_PRODUCT_CHASER,
                trajectory.id
            ),
            payload: Payload::EndProductChaser {
                trajectory: trajectory.id,
            },
            recipient,
            subject: trace::subject(&trajectory),
            meeting: None,
            order_key: OrderKey::subject(trajectory.id.0, recipient),
            due_at: now.at,
            expires_at: None,
        };
        deliveries::enqueue(conn, &new, &actor, now.at)?;
        count += 1;
    }
    Ok(count)
}
