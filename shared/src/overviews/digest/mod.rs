//! The digest: everything that is overdue, stuck or near, in one reading (S2).
//!
//! | topic | what is told | of a programme |
//! | --- | --- | --- |
//! | `overdue_intakes` | submitted without a talk, assessed for too long, matched with nothing on offer | yes |
//! | `talks_without_outcome` | a talk is over and nobody said whether it was held | yes |
//! | `parties_not_heard` | kinds of party that an assessment still has to hear (T6) | yes |
//! | `consents_unanswered` | requests that wait, never left or came back (N3) | no |
//! | `polls_unanswered` | date polls without all votes, or without a choice (L9) | yes |
//! | `offers_expiring` | offers whose last day is near | yes |
//! | `end_products_due` | end products that are owed and nearly or already late (K2) | yes |
//! | `plan_shortfalls` | learning groups that miss meetings, and the network's year (L3-L8, N5) | groups only |
//! | `bounces` | mails that came back since the working day before | no |
//! | `stuck_deliveries` | mails that should have gone an hour ago | no |
//! | `buried_deliveries` | mails that are not tried again unless by hand | no |
//! | `queue_pauses` | the whole queue waits | no |
//! | `lost_workers` | workers that fell silent, and no other came in their place | no |
//! | `upcoming_meetings` | meetings of the next 14 days with their answers; asks nothing | yes |
//!
//! Nobody is named in it: a mail to ops travels far. Cases are told by their municipality and
//! their reference, and each line leads to where something can be done. Its cost does not grow
//! with what there is to tell.

mod answers;
mod cases;
mod outbox;
mod plans;
mod words;

use std::collections::HashMap;

use diesel::prelude::*;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use url::Url;
use uuid::Uuid;

use crate::catalogue::{BilingualText, previous_working_day};
use crate::clock::LocalNow;
use crate::db::schema::municipalities;
use crate::db::{DbConn, DbResult};
use crate::settings::DigestLimits;
use crate::text_enum;
use crate::words::{MunicipalityCode, Slug};

/// How many lines a section has at most; the rest is only counted.
pub const MOST_LINES: i64 = 20;

text_enum! {
    /// What a section of the digest is about, in the order of the digest.
    pub enum DigestTopic {
        /// Intakes that wait too long.
        OverdueIntakes => "overdue_intakes",
        /// Talks that are over, with no word on whether they were held.
        TalksWithoutOutcome => "talks_without_outcome",
        /// Assessments that still have to hear a kind of party.
        PartiesNotHeard => "parties_not_heard",
        /// Requests for consent that wait, never left, or came back.
        ConsentsUnanswered => "consents_unanswered",
        /// Date polls without all votes, or without a choice.
        PollsUnanswered => "polls_unanswered",
        /// Offers whose last day is near.
        OffersExpiring => "offers_expiring",
        /// End products that are owed.
        EndProductsDue => "end_products_due",
        /// Plans that miss meetings.
        PlanShortfalls => "plan_shortfalls",
        /// Mails that came back.
        Bounces => "bounces",
        /// Mails that should have gone.
        StuckDeliveries => "stuck_deliveries",
        /// Mails that are not tried again.
        BuriedDeliveries => "buried_deliveries",
        /// Why the whole queue waits.
        QueuePauses => "queue_pauses",
        /// Workers that fell silent.
        LostWorkers => "lost_workers",
        /// The meetings of the next 14 days.
        UpcomingMeetings => "upcoming_meetings",
    }
}

impl DigestTopic {
    /// Whether its lines wait for somebody to do something.
    #[must_use]
    pub const fn asks(self) -> bool {
        !matches!(self, Self::UpcomingMeetings)
    }
}

/// What is overdue, stuck or near.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// The day it tells of.
    pub on: Date,
    /// The sections that have something to tell, in the order of [`DigestTopic`].
    pub sections: Vec<DigestSection>,
}

impl Digest {
    /// How many things wait for somebody.
    #[must_use]
    pub fn to_do(&self) -> i64 {
        let asking = self.sections.iter().filter(|it| it.topic.asks());
        asking.map(|it| it.count).sum()
    }

    /// Whether there is nothing to report.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }
}

/// All there is on one topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestSection {
    /// The topic.
    pub topic: DigestTopic,
    /// How many things there are, also when not each has a line.
    pub count: i64,
    /// The most urgent of them.
    pub lines: Vec<DigestLine>,
}

impl DigestSection {
    /// How many things have no line of their own.
    #[must_use]
    pub fn more(&self) -> i64 {
        let told: i64 = self.lines.iter().map(|line| line.stands_for).sum();
        (self.count - told).max(0)
    }
}

/// One thing to know, and where to go with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestLine {
    /// What it is about, if that is one thing with an id.
    pub subject: Option<(&'static str, Uuid)>,
    /// How many things the line tells of.
    pub stands_for: i64,
    /// In words.
    pub text: BilingualText,
    /// Where it is dealt with, from the root of the API's version or of the front end.
    pub path: String,
    /// How much of something is there, where that can be counted.
    pub share: Option<Share>,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// How many are there.
    pub part: i64,
    /// Of how many.
    pub whole: i64,
}

impl Share {
    /// In whole percents, for the width of a bar.
    #[must_use]
    pub fn percent(self) -> i64 {
        if self.whole <= 0 {
            return 0;
        }
        (self.part * 100 / self.whole).clamp(0, 100)
    }
}

/// What the digest is asked.
#[derive(Debug, Clone)]
pub struct DigestQuestion {
    /// From when something is overdue.
    pub limits: DigestLimits,
    /// Where days begin.
    pub zone: TimeZone,
    /// Only what belongs to these programmes; everything when none are given.
    pub programmes: Option<Vec<Slug>>,
}

/// What every section looks at.
struct Asked<'a> {
    now: LocalNow,
    limits: &'a DigestLimits,
    zone: &'a TimeZone,
    programmes: Option<&'a [Slug]>,
    /// The beginning of the working day before: what happened since then is news.
    since: Timestamp,
    municipalities: HashMap<MunicipalityCode, String>,
}

impl Asked<'_> {
    fn days_ago(&self, days: u32) -> Timestamp {
        self.now.at - SignedDuration::from_hours(24 * i64::from(days))
    }

    /// Whole days since an instant.
    fn days_since(&self, at: Timestamp) -> i64 {
        self.now.at.duration_since(at).as_hours() / 24
    }

    fn day_of(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    /// What a municipality is called; its code when it is not on the list.
    fn name(&self, code: MunicipalityCode) -> String {
        let known = self.municipalities.get(&code);
        known.cloned().unwrap_or_else(|| code.to_string())
    }
}

/// A boxed query, narrowed to the programmes that are asked for. A macro, since boxed queries of
/// different tables have no type in common.
macro_rules! within {
    ($query:expr, $programme:expr, $asked:expr) => {{
        let mut query = $query.into_boxed();
        if let Some(slugs) = $asked.programmes {
            query = query.filter($programme.eq_any(slugs.to_vec()));
        }
        query
    }};
}
use within;

/// The address of a line: at the front end when there is one, else at the API. `None` when the
/// settings make no address of it, which they were checked for.
#[must_use]
pub fn link(app: Option<&Url>, public: &Url, path: &str) -> Option<Url> {
    let (base, version) = app.map_or((public, "/v1"), |app| (app, ""));
    let base = base.as_str().trim_end_matches('/');
    Url::parse(&format!("{base}{version}{path}")).ok()
}

/// Reads the digest for whoever looks after the institute's work. Writes nothing.
pub fn digest(conn: &mut DbConn, now: LocalNow, question: &DigestQuestion) -> DbResult<Digest> {
    let before = previous_working_day(now.today);
    let since = before.to_zoned(question.zone.clone());
    let named: Vec<(MunicipalityCode, String)> = municipalities::table
        .select((municipalities::code, municipalities::name))
        .load(conn)?;
    let asked = Asked {
        now,
        limits: &question.limits,
        zone: &question.zone,
        programmes: question.programmes.as_deref(),
        since: since.map_or(now.at, |midnight| midnight.timestamp()),
        municipalities: named.into_iter().collect(),
    };
    let mut sections = vec![
        cases::overdue_intakes(conn, &asked)?,
        cases::talks_without_outcome(conn, &asked)?,
        cases::parties_not_heard(conn, &asked)?,
    ];
    if asked.programmes.is_none() {
        sections.push(answers::consents_unanswered(conn, &asked)?);
    }
    sections.push(answers::polls_unanswered(conn, &asked)?);
    sections.push(cases::offers_expiring(conn, &asked)?);
    sections.push(cases::end_products_due(conn, &asked)?);
    sections.push(plans::plan_shortfalls(conn, &asked)?);
    if asked.programmes.is_none() {
        sections.push(outbox::bounces(conn, &asked)?);
        sections.push(outbox::stuck_deliveries(conn, &asked)?);
        sections.push(outbox::buried_deliveries(conn, &asked)?);
        sections.push(outbox::queue_pauses(conn, &asked)?);
        sections.push(outbox::lost_workers(conn, &asked)?);
    }
    sections.push(answers::upcoming_meetings(conn, &asked)?);
    sections.retain(|section| section.count > 0);
    Ok(Digest {
        on: now.today,
        sections,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_line_leads_to_the_front_end_and_without_one_to_the_api() {
        let url = |text: &str| Url::parse(text).ok();
        let public = url("https://koplopers.example.nl/").unwrap();
        let app = url("https://app.example.nl/werk");
        assert_eq!(
            link(None, &public, "/deliveries?status=buried"),
            url("https://koplopers.example.nl/v1/deliveries?status=buried")
        );
        assert_eq!(
            link(app.as_ref(), &public, "/delivery-queue"),
            url("https://app.example.nl/werk/delivery-queue")
        );
    }

    #[test]
    fn a_share_of_nothing_is_nothing_and_none_is_more_than_all() {
        for (part, whole, percent) in [(0, 0, 0), (1, 3, 33), (3, 3, 100), (5, 3, 100), (-1, 3, 0)]
        {
            assert_eq!(Share { part, whole }.percent(), percent);
        }
    }
}
