//! What a worker does from time to time. Each job looks at the database and nothing else, so that
//! a missed tick repairs itself and several workers do no harm.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use koplopers_shared::clock::LocalNow;
use koplopers_shared::db::{DbConn, DbError};
use koplopers_shared::deliveries::{self, LEASE, Swept, WorkerId, workers};
use koplopers_shared::flows::{
    Forgotten, RequestConsentError, ask_proposed_giver, chase_consents, expire_consents,
    forget_old, note_unaskable, plan_reminders, remind_due, send_digests, sweep_mails,
    tell_due_candidates, unasked_candidacies,
};
use koplopers_shared::{
    audit, events, members, nominations, offers, polls, schedule, theme_rounds, trajectories,
};

use crate::runner::Shared;
use crate::wake::between;

/// How often the worker ticks; each time somewhere between.
const TICK: (Duration, Duration) = (Duration::from_millis(800), Duration::from_millis(1200));
/// Ticks between two looks at leases and heartbeats.
const SWEEP_EVERY: u64 = 5;
/// Ticks between two looks at keys.
const KEYS_EVERY: u64 = 30;
/// Ticks between two looks at what waits for an answer or ends with its last day: offers, requests
/// for consent, pauses of members, theme rounds, date polls, end products and the digest.
const LAST_DAYS_EVERY: u64 = 10;
/// Ticks between two looks at candidates to be told and nominations that nobody confirmed.
const NOMINATIONS_EVERY: u64 = 30;
/// Ticks between two looks at whether the reminders were planned today.
const PLAN_EVERY: u64 = 60;
/// Ticks between two seals of the audit trail.
const SEAL_EVERY: u64 = 60;
/// Transactions of one hour's cleaning up: enough for ten thousand mails.
const CLEAN_UPS: usize = 20;

/// How long it is remembered which slots were taken, and by which workers.
const KEEP_SLOTS: SignedDuration = SignedDuration::from_hours(60 * 24);

/// Ticks until dropped.
pub(crate) async fn tick_forever(shared: Arc<Shared>) {
    let mut ticker = Ticker::default();
    loop {
        ticker.tick(&shared).await;
        tokio::time::sleep(between(TICK)).await;
    }
}

/// Keeps the leases of this worker alive until dropped.
pub(crate) async fn renew_forever(shared: Arc<Shared>) {
    let third = Duration::from_millis(LEASE.as_millis().unsigned_abs().try_into().unwrap_or(0)) / 3;
    loop {
        tokio::time::sleep(third).await;
        let (leases, now) = (shared.leases(), shared.clock.now());
        if leases.is_empty() {
            continue;
        }
        let renewed = shared
            .db
            .write(move |conn| deliveries::renew(conn, &leases, now))
            .await;
        if let Err(error) = renewed {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "leases could not be renewed"
            );
        }
    }
}

/// Counts the ticks.
#[derive(Debug, Default)]
pub(crate) struct Ticker {
    ticks: u64,
    /// The lost workers that were told of, so that each is told of once.
    missed: HashSet<WorkerId>,
}

impl Ticker {
    /// Does everything whose time has come; the first tick does everything.
    pub(crate) async fn tick(&mut self, shared: &Shared) {
        let tick = self.ticks;
        self.ticks += 1;
        let now = shared.clock.now();
        if tick.is_multiple_of(SWEEP_EVERY) {
            sweep(shared, now).await;
            let (id, started_at) = (shared.id, shared.started_at);
            job(shared, "heartbeat", move |conn| {
                workers::beat(conn, id, started_at, now)
            })
            .await;
            self.miss(shared, now).await;
        }
        job(shared, "number events", events::number_committed).await;
        let local = shared.local(now);
        job(shared, "remind invitees", move |conn| {
            remind_due(conn, local)
        })
        .await;
        if tick.is_multiple_of(KEYS_EVERY) {
            let keys = shared.keys.clone();
            let reloaded = shared.db.read(move |conn| keys.reload(conn, now)).await;
            if let Err(error) = reloaded {
                warn("read keys", &error);
            }
        }
        if tick.is_multiple_of(LAST_DAYS_EVERY) {
            let local = shared.local(now);
            job(shared, "expire offers", move |conn| {
                offers::expire_due(conn, local)
            })
            .await;
            job(shared, "expire consents", move |conn| {
                expire_consents(conn, local)
            })
            .await;
            job(shared, "chase consents", move |conn| {
                chase_consents(conn, local)
            })
            .await;
            job(shared, "resume members", move |conn| {
                members::resume_due(conn, local)
            })
            .await;
            job(shared, "close theme rounds", move |conn| {
                theme_rounds::close_due(conn, local)
            })
            .await;
            job(shared, "remind voters", move |conn| {
                polls::chase_due(conn, local)
            })
            .await;
            job(shared, "close date polls", move |conn| {
                polls::close_due(conn, local)
            })
            .await;
            chase_by_day(shared, local).await;
            let letterhead = shared.letterhead.clone();
            job(shared, "send digests", move |conn| {
                send_digests(conn, local, &letterhead)
            })
            .await;
        }
        if tick.is_multiple_of(PLAN_EVERY) {
            let local = shared.local(now);
            job(shared, "plan reminders", move |conn| {
                plan_reminders(conn, local)
            })
            .await;
        }
        if tick.is_multiple_of(NOMINATIONS_EVERY) {
            let local = shared.local(now);
            job(shared, "tell candidates", move |conn| {
                tell_due_candidates(conn, local)
            })
            .await;
            ask_consents(shared, local).await;
            job(shared, "forget unconfirmed nominations", move |conn| {
                nominations::forget_unconfirmed(conn, now)
            })
            .await;
        }
        if tick.is_multiple_of(SEAL_EVERY) {
            job(shared, "seal audit lines", move |conn| {
                audit::seal_batch(conn, now)
            })
            .await;
            clean_up(shared, now).await;
        }
    }
}

impl Ticker {
    /// Says which workers were lost since.
    async fn miss(&mut self, shared: &Shared, now: Timestamp) {
        let roster = match shared.db.read(move |conn| workers::roster(conn, now)).await {
            Ok(roster) => roster,
            Err(error) => return warn("miss workers", &error),
        };
        for lost in &roster.lost {
            if self.missed.insert(lost.id) {
                tracing::error!(
                    worker = %lost.id,
                    started_at = %lost.started_at,
                    seen_at = %lost.seen_at,
                    "a worker was not heard of again"
                );
            }
        }
        let lost: HashSet<WorkerId> = roster.lost.iter().map(|lost| lost.id).collect();
        self.missed.retain(|id| lost.contains(id));
    }
}

/// Sends the chasers that are due on some day rather than at some instant: not before people are
/// at work.
async fn chase_by_day(shared: &Shared, now: LocalNow) {
    if !shared.is_daytime(now.at) {
        return;
    }
    let chasers = shared.options.chasers;
    if let Some(days) = chasers.offer {
        job(shared, "chase sponsors", move |conn| {
            offers::chase_due(conn, now, days)
        })
        .await;
    }
    if let Some(days) = chasers.end_product {
        job(shared, "chase end products", move |conn| {
            trajectories::chase_end_products(conn, now, days)
        })
        .await;
    }
}

/// Asks about candidates of whom nobody asked yet, if the settings say so. Each in a transaction of
/// its own: what hinders one takes back what was done for that one only.
async fn ask_consents(shared: &Shared, now: LocalNow) {
    let Some(after) = shared.options.consent_after else {
        return;
    };
    let due = job(shared, "ask for consent", move |conn| {
        unasked_candidacies(conn, now, after)
    })
    .await;
    for id in due.unwrap_or_default() {
        let asked = shared
            .db
            .write(move |conn| ask_proposed_giver(conn, now, id).map(|_| ()))
            .await;
        match asked {
            Ok(()) => {}
            Err(RequestConsentError::Db(error)) => warn("ask for consent", &error),
            Err(_) => {
                job(shared, "ask for consent", move |conn| {
                    note_unaskable(conn, now, id)
                })
                .await;
            }
        }
    }
}

async fn sweep(shared: &Shared, now: Timestamp) {
    let (worker, own): (WorkerId, _) = (shared.id, shared.leases());
    let swept = job(shared, "sweep", move |conn| {
        sweep_mails(conn, worker, &own, now)
    })
    .await;
    if let Some(swept) = &swept {
        shared.metrics.swept(swept);
    }
    if let Some(Swept {
        requeued,
        unknown,
        past,
        ..
    }) = swept
        && requeued + unknown + past > 0
    {
        tracing::warn!(requeued, unknown, past, "deliveries swept");
    }
}

/// Once an hour, by whichever worker comes first: a bounded amount per transaction, and a
/// bounded number of those, since leases and heartbeats wait meanwhile.
async fn clean_up(shared: &Shared, now: Timestamp) {
    let (keep, local) = (shared.options.retention, shared.local(now));
    let first = job(shared, "clean up", move |conn| {
        let slot = now.strftime("%Y-%m-%dT%HZ").to_string();
        if !schedule::take_slot(conn, "clean-up", &slot, now)? {
            return Ok(Forgotten::default());
        }
        schedule::forget_slots(conn, now - KEEP_SLOTS)?;
        workers::forget(conn, now - KEEP_SLOTS)?;
        forget_old(conn, &keep, local)
    })
    .await;
    let mut latest = first.unwrap_or_default();
    for _ in 0..CLEAN_UPS {
        if !latest.is_something() {
            return;
        }
        tracing::info!(
            mails = latest.mails,
            answers = latest.answers,
            audit_lines = latest.audit_lines,
            links = latest.links,
            candidacies = latest.candidacies,
            people = latest.people,
            intakes = latest.intakes,
            trajectories = latest.trajectories,
            "forgot what was kept long enough"
        );
        let next = job(shared, "clean up", move |conn| {
            forget_old(conn, &keep, local)
        })
        .await;
        latest = next.unwrap_or_default();
    }
}

/// Runs one job in a transaction of its own; a failure is logged, and the next tick tries again.
async fn job<T, F>(shared: &Shared, name: &'static str, closure: F) -> Option<T>
where
    T: Send + 'static,
    F: Fn(&mut DbConn) -> Result<T, DbError> + Send + 'static,
{
    match shared.db.write(closure).await {
        Ok(done) => Some(done),
        Err(error) => {
            warn(name, &error);
            None
        }
    }
}

fn warn(job: &'static str, error: &(dyn std::error::Error + 'static)) {
    tracing::warn!(job, error, "a job failed and will be tried again");
}
