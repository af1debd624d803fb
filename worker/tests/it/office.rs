//! What the tests of deliveries start from: a talk with invitations in the outbox, a scripted
//! relay, and workers that send to it.

use std::sync::Arc;

use diesel::prelude::*;
use jiff::civil::{Date, DateTime, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use koplopers_shared::access::{
    Actor, Granted, IntakesAssess, InvitationsAnswer, MeetingsWrite, Permit, Role, Scope,
};
use koplopers_shared::catalogue::words::{MeetingKind, PersonRole};
use koplopers_shared::clock::{Clock, LocalNow};
use koplopers_shared::db::columns::At;
use koplopers_shared::db::schema::deliveries as table;
use koplopers_shared::db::{Db, DbError};
use koplopers_shared::deliveries::{
    self, Delivery, DeliveryFilter, PastAttempt, Payload, WorkerId,
};
use koplopers_shared::flows::{
    self, ChangedMeeting, Letterhead, MeetingChanges, MeetingPlan, PlannedMeeting, PlannedTalk,
    TalkPlan,
};
use koplopers_shared::ids::{DeliveryId, InvitationId, MeetingId, PersonId, ReminderRuleId};
use koplopers_shared::invitations::{self, Answer, AnswerChoice, AnsweredVia, Invitation, Invitee};
use koplopers_shared::keys::{self, KeyError, KeyRing, MasterKey};
use koplopers_shared::meetings::{LocalPeriod, MeetingExtras, NewMeeting, Venue};
use koplopers_shared::metrics::DeliveryMetrics;
use koplopers_shared::paging::PageSpec;
use koplopers_shared::reminders::{NewReminderRule, ReminderAudience, ReminderTiming, RuleReach};
use koplopers_shared::settings::Settings;
use koplopers_shared::testing::smtp::{Script, SmtpServer};
use koplopers_shared::testing::{Running, given, program_at};
use koplopers_worker::transport::{MailUrl, Transport};
use koplopers_worker::{Summary, Worker, WorkerOptions, WorkerParts, build_worker};
use tempfile::TempDir;

/// An installation with a scripted relay.
pub struct Office {
    pub db: Db,
    pub clock: Clock,
    pub relay: SmtpServer,
    pub metrics: DeliveryMetrics,
    keys: KeyRing,
    letterhead: Letterhead,
    data: TempDir,
}

/// A reminder that was sent.
#[derive(Debug, Clone, Copy)]
pub struct SentReminder {
    pub person: PersonId,
    pub meeting: MeetingId,
    pub rule: ReminderRuleId,
    pub starts_at: Timestamp,
    pub sent_at: Timestamp,
}

/// To whom, about which meeting, what it tells, and when it was sent.
type ReminderRow = (Option<PersonId>, Option<MeetingId>, String, Option<At>);

impl From<ReminderRow> for SentReminder {
    fn from((person, meeting, payload, sent_at): ReminderRow) -> Self {
        let Ok(Payload::Reminder {
            rule, starts_at, ..
        }) = serde_json::from_str(&payload)
        else {
            panic!("no reminder: {payload}");
        };
        Self {
            person: person.unwrap(),
            meeting: meeting.unwrap(),
            rule,
            starts_at,
            sent_at: sent_at.unwrap().0,
        }
    }
}

fn amsterdam() -> TimeZone {
    TimeZone::get("Europe/Amsterdam").unwrap()
}

fn coordinator() -> Granted<MeetingsWrite> {
    given::granted(&given::staff(Role::Coordinator))
}

/// Somebody to be invited.
pub fn invitee(person: PersonId) -> Invitee {
    Invitee {
        person,
        required: false,
        chair: false,
    }
}

/// An hour on the clock of the Netherlands.
pub fn an_hour_from(start: DateTime) -> LocalPeriod {
    let end = start.checked_add(SignedDuration::from_hours(1)).unwrap();
    LocalPeriod::new(start, end, amsterdam()).unwrap()
}

impl Office {
    pub async fn open(db: &Db, script: Script) -> Self {
        given::catalogue(db).await;
        let data = tempfile::tempdir().unwrap();
        let settings = Settings::for_tests(data.path());
        let master = MasterKey::generate().unwrap();
        std::fs::write(data.path().join("master.key"), &master).unwrap();
        let master = MasterKey::parse(&master).unwrap();
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
            data,
        }
    }

    /// Gives ops an address.
    pub fn tell_ops(&mut self, address: &str) {
        self.letterhead.ops = Some(address.parse().unwrap());
    }

    /// A worker that sends to the relay.
    pub fn worker(&self) -> Worker {
        self.worker_with(&self.db, WorkerOptions::default())
    }

    /// One that waits longer for the relay than a test of silence would like.
    pub fn patient_worker(&self) -> Worker {
        self.worker_by("timeout=20s", &self.db, WorkerOptions::default())
    }

    pub fn worker_with(&self, db: &Db, options: WorkerOptions) -> Worker {
        self.worker_by("timeout=1s", db, options)
    }

    /// A worker whose mail address has these settings.
    pub fn worker_by(&self, settings: &str, db: &Db, options: WorkerOptions) -> Worker {
        let url = format!("smtp://{}?tls=none&{settings}", self.relay.address());
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

    /// A worker process of its own that sends to the relay over so many connections, by the clock
    /// of the machine.
    pub fn process(&self, connections: usize) -> Running {
        self.process_with_id(connections).0
    }

    /// The same, with the id that the worker gave itself.
    pub fn process_with_id(&self, connections: usize) -> (Running, WorkerId) {
        self.process_with(&format!("connections={connections}"))
    }

    /// The same, with other settings of the relay.
    pub fn process_with(&self, settings: &str) -> (Running, WorkerId) {
        let program = env!("CARGO_BIN_EXE_koplopers-worker");
        let mut command = program_at(program, self.db.url(), self.data.path());
        let relay = self.relay.address();
        let url = format!("smtp://{relay}?tls=none&{settings}");
        command
            .env("KOPLOPERS_MAIL_URL", url)
            .env("KOPLOPERS_MAIL_FROM", "bureau@example.org");
        let mut worker = Running::start(command);
        let id = worker.logged("worker started", "worker");
        (worker, WorkerId(id.parse().unwrap()))
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
        self.talk_on(date(2026, 3, 12), addresses).await
    }

    /// The same on a day that is far ahead by any clock, for a worker with a process of its own.
    pub async fn talk_far_ahead(&self, addresses: &[&'static str]) -> PlannedTalk {
        self.talk_on(date(2127, 3, 6), addresses).await
    }

    async fn talk_on(&self, day: Date, addresses: &[&'static str]) -> PlannedTalk {
        let intake = given::submitted(&self.db, given::amsterdam(), "versnelling").await;
        self.forget_outbox().await;
        let mut invitees = Vec::new();
        for address in addresses {
            let role = PersonRole::Ambtenaar;
            let person = given::official(&self.db, given::amsterdam(), role, address).await;
            invitees.push(invitee(person));
        }
        let zone = amsterdam();
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
        let (granted, now) = (coordinator(), self.now());
        self.db
            .write(move |conn| {
                let reason = Some("De zaal is niet vrij.".to_owned());
                flows::cancel_meeting(conn, &granted, now, meeting, None, reason)
            })
            .await
            .unwrap();
    }

    /// A network meeting of an hour, with these people invited.
    pub async fn meeting(&self, start: DateTime, people: &[PersonId]) -> PlannedMeeting {
        let (granted, now) = (coordinator(), self.now());
        let plan = MeetingPlan {
            meeting: NewMeeting {
                kind: MeetingKind::Network,
                title: "Netwerkdag".to_owned(),
                agenda: None,
                programme: None,
                intake: None,
                municipality: None,
                organiser: None,
                period: an_hour_from(start),
                venue: Venue::new(Some("Stadhuis".to_owned()), None).unwrap(),
                knowledge_source: None,
                learning_practice: None,
                extras: MeetingExtras::default(),
            },
            invitees: people.iter().map(|person| invitee(*person)).collect(),
        };
        self.db
            .write(move |conn| flows::schedule_meeting(conn, &granted, now, plan.clone()))
            .await
            .unwrap()
    }

    /// Changes a meeting.
    pub async fn change(&self, meeting: MeetingId, changes: MeetingChanges) -> ChangedMeeting {
        let (granted, now) = (coordinator(), self.now());
        self.db
            .write(move |conn| {
                flows::change_meeting(conn, &granted, now, meeting, None, changes.clone())
            })
            .await
            .unwrap()
    }

    /// Takes somebody's answer to their invitation.
    pub async fn answer(&self, invitation: &Invitation, choice: AnswerChoice) -> Invitation {
        let (id, person, now) = (invitation.id, invitation.person, self.clock.now());
        let actor = Arc::new(Actor::link_holder(person, Permit::InvitationsAnswer));
        let granted = given::granted::<InvitationsAnswer>(&actor);
        self.db
            .write(move |conn| {
                let answer = Answer {
                    choice,
                    remark: None,
                    via: AnsweredVia::Api,
                };
                invitations::answer(conn, &granted, now, id, None, answer)
            })
            .await
            .unwrap()
    }

    /// Has a meeting reminded of by a rule of its own, instead of those for all.
    pub async fn rule(&self, meeting: MeetingId, timing: ReminderTiming, who: ReminderAudience) {
        let (granted, now) = (coordinator(), self.now());
        self.db
            .write(move |conn| {
                let new = NewReminderRule {
                    reach: RuleReach {
                        meeting: Some(meeting),
                        ..RuleReach::default()
                    },
                    timing,
                    audience: who,
                };
                flows::create_reminder_rule(conn, &granted, now, new)
            })
            .await
            .unwrap();
    }

    /// The reminders that were sent, the earliest first.
    pub async fn reminders(&self) -> Vec<SentReminder> {
        self.db
            .read(|conn| {
                let sent = table::table
                    .filter(table::kind.eq("reminder"))
                    .filter(table::sent_at.is_not_null())
                    .order((table::sent_at, table::id));
                let columns = (
                    table::recipient,
                    table::meeting,
                    table::payload,
                    table::sent_at,
                );
                let rows: Vec<ReminderRow> = sent.select(columns).load(conn)?;
                Ok::<_, DbError>(rows.into_iter().map(SentReminder::from).collect())
            })
            .await
            .unwrap()
    }

    /// The instant of the clock, and its day in the Netherlands.
    fn now(&self) -> LocalNow {
        LocalNow::new(self.clock.now(), &amsterdam())
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
