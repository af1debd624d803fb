//! What the tests of deliveries start from: a talk with invitations in the outbox, a scripted
//! relay, and workers that send to it.

use std::sync::Arc;

use diesel::prelude::*;
use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use koplopers_shared::access::{IntakesAssess, MeetingsWrite, Role, Scope};
use koplopers_shared::catalogue::words::PersonRole;
use koplopers_shared::clock::Clock;
use koplopers_shared::db::columns::At;
use koplopers_shared::db::schema::deliveries as table;
use koplopers_shared::db::{Db, DbError};
use koplopers_shared::deliveries::{self, Delivery, DeliveryFilter, PastAttempt};
use koplopers_shared::flows::{self, Letterhead, PlannedTalk, TalkPlan};
use koplopers_shared::ids::{DeliveryId, InvitationId, MeetingId};
use koplopers_shared::invitations::{self, Invitation, Invitee};
use koplopers_shared::keys::{self, KeyError, KeyRing, MasterKey};
use koplopers_shared::meetings::{LocalPeriod, Venue};
use koplopers_shared::metrics::DeliveryMetrics;
use koplopers_shared::paging::PageSpec;
use koplopers_shared::settings::Settings;
use koplopers_shared::testing::given;
use koplopers_shared::testing::smtp::{Script, SmtpServer};
use koplopers_worker::transport::{MailUrl, Transport};
use koplopers_worker::{Summary, Worker, WorkerOptions, WorkerParts, build_worker};

/// An installation with a scripted relay.
pub struct Office {
    pub db: Db,
    pub clock: Clock,
    pub relay: SmtpServer,
    pub metrics: DeliveryMetrics,
    keys: KeyRing,
    letterhead: Letterhead,
}

impl Office {
    pub async fn open(db: &Db, script: Script) -> Self {
        given::catalogue(db).await;
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::for_tests(folder.path());
        let master = MasterKey::parse(&MasterKey::generate().unwrap()).unwrap();
        let keys = db
            .write(move |conn| -> Result<KeyRing, KeyError> {
                keys::actions::ensure(conn, &master, given::now().at)?;
                KeyRing::load(conn, &master, given::now().at)
            })
            .await
            .unwrap();
        Self {
            db: db.clone(),
            clock: Clock::manual(given::now().at),
            relay: SmtpServer::start(script).await.unwrap(),
            metrics: DeliveryMetrics::new(),
            keys,
            letterhead: Letterhead::from(&settings),
        }
    }

    /// A worker that sends to the relay.
    pub fn worker(&self) -> Worker {
        self.worker_with(&self.db, WorkerOptions::default())
    }

    pub fn worker_with(&self, db: &Db, options: WorkerOptions) -> Worker {
        let url = format!("smtp://{}?tls=none&timeout=1s", self.relay.address());
        build_worker(WorkerParts {
            db: db.clone(),
            clock: self.clock.clone(),
            keys: self.keys.clone(),
            transport: Arc::new(Transport::open(&MailUrl::parse(&url).unwrap()).unwrap()),
            letterhead: self.letterhead.clone(),
            metrics: self.metrics.clone(),
            options,
        })
    }

    /// Sends what is due.
    pub async fn send(&self) -> Summary {
        self.worker().once().await.unwrap()
    }

    /// Lets time pass.
    pub fn pass(&self, time: SignedDuration) {
        self.clock.turn_by(time);
    }

    /// An intake whose talk is planned on 12 March at 14.00; the mail that the intake came in has
    /// left already.
    pub async fn talk(&self) -> PlannedTalk {
        self.talk_with(&[]).await
    }

    /// The same, with more people invited than the contact person.
    pub async fn talk_with(&self, addresses: &[&'static str]) -> PlannedTalk {
        let intake = given::submitted(&self.db, given::amsterdam(), "versnelling").await;
        self.forget_outbox().await;
        let mut invitees = Vec::new();
        for address in addresses {
            let role = PersonRole::Ambtenaar;
            let person = given::official(&self.db, given::amsterdam(), role, address).await;
            invitees.push(Invitee {
                person,
                required: false,
                chair: false,
            });
        }
        let day = date(2026, 3, 12);
        let zone = TimeZone::get("Europe/Amsterdam").unwrap();
        let plan = TalkPlan {
            kind: None,
            period: LocalPeriod::new(day.at(14, 0, 0, 0), day.at(15, 30, 0, 0), zone).unwrap(),
            venue: Venue::new(Some("Stadhuis".to_owned()), None).unwrap(),
            agenda: None,
            organiser: None,
            invitees,
        };
        let granted = given::granted::<IntakesAssess>(&given::staff(Role::Adviser));
        self.db
            .write(move |conn| {
                flows::plan_talk(conn, &granted, given::now(), intake.id, None, plan.clone())
            })
            .await
            .unwrap()
    }

    /// Calls the talk off.
    pub async fn cancel(&self, meeting: MeetingId) {
        let granted = given::granted::<MeetingsWrite>(&given::staff(Role::Coordinator));
        self.db
            .write(move |conn| {
                let reason = Some("De zaal is niet vrij.".to_owned());
                flows::cancel_meeting(conn, &granted, given::now(), meeting, None, reason)
            })
            .await
            .unwrap();
    }

    /// The outbox, oldest first.
    pub async fn outbox(&self) -> Vec<Delivery> {
        let page = self
            .db
            .read(|conn| {
                let filter = DeliveryFilter::default();
                deliveries::list(conn, &Scope::Institute, &filter, &PageSpec::first(100))
            })
            .await
            .unwrap();
        page.items.into_iter().rev().collect()
    }

    /// The one delivery in the outbox.
    pub async fn only(&self) -> Delivery {
        let mut outbox = self.outbox().await;
        assert_eq!(outbox.len(), 1);
        outbox.remove(0)
    }

    pub async fn attempts(&self, delivery: DeliveryId) -> Vec<PastAttempt> {
        self.db
            .read(move |conn| deliveries::attempts(conn, delivery))
            .await
            .unwrap()
    }

    pub async fn invitation(&self, id: InvitationId) -> Invitation {
        self.db
            .read(move |conn| invitations::find(conn, id))
            .await
            .unwrap()
            .unwrap()
    }

    /// Makes every lease run out, as if the workers that hold them had died a while ago.
    pub async fn run_out_of_leases(&self) {
        let long_ago: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        self.db
            .write(move |conn| -> Result<usize, DbError> {
                let held = table::table.filter(table::lease_until.is_not_null());
                Ok(diesel::update(held)
                    .set(table::lease_until.eq(At(long_ago)))
                    .execute(conn)?)
            })
            .await
            .unwrap();
    }

    /// Takes everything out of the outbox.
    pub async fn forget_outbox(&self) {
        self.db
            .write(|conn| -> Result<usize, DbError> {
                Ok(diesel::delete(table::table).execute(conn)?)
            })
            .await
            .unwrap();
    }
}
