//! A year of meetings on a clock that is turned: whoever was reminded of what, when and by which
//! rule is compared with what plain arithmetic makes of the same events.

mod arithmetic;
mod script;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use koplopers_shared::catalogue::words::PersonRole;
use koplopers_shared::flows::MeetingChanges;
use koplopers_shared::ids::{InvitationId, MeetingId, PersonId, ReminderRuleId};
use koplopers_shared::invitations::AnswerChoice;
use koplopers_shared::meetings::MeetingChange;
use koplopers_shared::on_both_databases;
use koplopers_shared::reminders::{self, ReminderAudience, ReminderTiming};
use koplopers_shared::testing::given;
use koplopers_shared::testing::smtp::Script;
use koplopers_worker::Worker;

use self::arithmetic::{OWN, Reminder, When, Whom};
use self::script::{Choice, Event, MEETINGS, PEOPLE, What};
use crate::office::{Office, an_hour_from, invitee};

/// The year as it is played.
struct Play {
    office: Office,
    worker: Worker,
    people: Vec<PersonId>,
    meetings: BTreeMap<usize, MeetingId>,
    invitations: BTreeMap<(usize, usize), InvitationId>,
}

impl Play {
    async fn open(office: Office) -> Self {
        let mut people = Vec::new();
        for number in 0..PEOPLE {
            let address = Box::leak(format!("p{number}@example.nl").into_boxed_str());
            let role = PersonRole::Ambtenaar;
            people.push(given::official(&office.db, given::amsterdam(), role, address).await);
        }
        Self {
            worker: office.patient_worker(),
            office,
            people,
            meetings: BTreeMap::new(),
            invitations: BTreeMap::new(),
        }
    }

    async fn happen(&mut self, event: &Event) {
        let number = event.meeting;
        match &event.what {
            What::Plan {
                start,
                people,
                own_rules,
            } => {
                let ids: Vec<PersonId> = people.iter().map(|it| self.people[*it]).collect();
                let planned = self.office.meeting(*start, &ids).await;
                self.meetings.insert(number, planned.meeting.id);
                self.note(number, &planned.invitations);
                if *own_rules {
                    for (when, whom) in OWN {
                        let (timing, audience) = (timing(when), audience(whom));
                        self.office.rule(planned.meeting.id, timing, audience).await;
                    }
                }
            }
            What::Move { start } => {
                let period = Some(an_hour_from(*start));
                let meeting = MeetingChange {
                    period,
                    ..MeetingChange::default()
                };
                self.change(
                    number,
                    MeetingChanges {
                        meeting,
                        ..MeetingChanges::default()
                    },
                )
                .await;
            }
            What::Cancel => self.office.cancel(self.meetings[&number]).await,
            What::Invite { person } => {
                let add = vec![invitee(self.people[*person])];
                self.change(
                    number,
                    MeetingChanges {
                        add,
                        ..MeetingChanges::default()
                    },
                )
                .await;
            }
            What::Remove { person } => {
                let remove = vec![self.invitations[&(number, *person)]];
                self.change(
                    number,
                    MeetingChanges {
                        remove,
                        ..MeetingChanges::default()
                    },
                )
                .await;
            }
            What::Answer { person, choice } => {
                let invitation = self.invitations[&(number, *person)];
                let invitation = self.office.invitation(invitation).await;
                let choice = match choice {
                    Choice::Accepted => AnswerChoice::Accepted,
                    Choice::Tentative => AnswerChoice::Tentative,
                    Choice::Declined => AnswerChoice::Declined,
                };
                self.office.answer(&invitation, choice).await;
            }
        }
    }

    async fn change(&mut self, number: usize, changes: MeetingChanges) {
        let after = self.office.change(self.meetings[&number], changes).await;
        self.note(number, &after.invitations);
    }

    fn note(&mut self, number: usize, invitations: &[koplopers_shared::invitations::Invitation]) {
        for invitation in invitations {
            let person = self.people.iter().position(|it| *it == invitation.person);
            self.invitations
                .insert((number, person.unwrap()), invitation.id);
        }
    }

    /// What was sent, in the words of the arithmetic.
    async fn sent(&self) -> Vec<Reminder> {
        let mut sent = Vec::new();
        for it in self.office.reminders().await {
            let meeting = self.meetings.iter().find(|(_, id)| **id == it.meeting);
            sent.push(Reminder {
                sent_at: it.sent_at,
                meeting: *meeting.unwrap().0,
                person: self.people.iter().position(|id| *id == it.person).unwrap(),
                when: self.when(it.rule).await,
                starts_at: it.starts_at,
            });
        }
        sent.sort();
        sent
    }

    async fn when(&self, rule: ReminderRuleId) -> When {
        let rule = self
            .office
            .db
            .read(move |conn| reminders::find(conn, rule))
            .await
            .unwrap();
        match rule.unwrap().timing {
            ReminderTiming::Local { days, at } => When::Days(days, at.hour(), at.minute()),
            ReminderTiming::Elapsed { minutes } => When::Minutes(i64::from(minutes)),
            ReminderTiming::Never => panic!("a rule that reminds nobody has reminded somebody"),
        }
    }
}

fn timing(when: When) -> ReminderTiming {
    match when {
        When::Days(days, hour, minute) => ReminderTiming::Local {
            days,
            at: Time::new(hour, minute, 0, 0).unwrap(),
        },
        When::Minutes(minutes) => ReminderTiming::Elapsed {
            minutes: i32::try_from(minutes).unwrap(),
        },
    }
}

fn audience(whom: Whom) -> ReminderAudience {
    match whom {
        Whom::Everybody => ReminderAudience::All,
        Whom::Silent => ReminderAudience::NotAnswered,
        Whom::Coming => ReminderAudience::Accepted,
    }
}

/// The instants at which the clock stops: whatever happens, whatever could be due, and the minute
/// before that, at which nothing may go yet.
fn stops(year: &[Event]) -> BTreeSet<Timestamp> {
    let minute = SignedDuration::from_mins(1);
    let dues = arithmetic::moments(MEETINGS, year);
    let before = dues.iter().map(|due| *due - minute);
    let happening = year.iter().map(|event| event.at);
    happening
        .chain(before)
        .chain(dues.iter().copied())
        .collect()
}

on_both_databases! {
// mission: S1; security: 89; issue: a simulated year
async fn a_year_of_meetings_sends_the_reminders_that_plain_arithmetic_expects(db: TestDb) {
    let year = script::year();
    let expected = arithmetic::reminders(MEETINGS, &year);
    let count = |kind: fn(&What) -> bool| year.iter().filter(|it| kind(&it.what)).count();
    let kinds = [
        count(|it| matches!(it, What::Move { .. })),
        count(|it| matches!(it, What::Cancel)),
        count(|it| matches!(it, What::Invite { .. })),
        count(|it| matches!(it, What::Remove { .. })),
        count(|it| matches!(it, What::Answer { choice: Choice::Declined, .. })),
    ];
    assert!(kinds.iter().all(|count| *count >= 5), "{kinds:?} is no eventful year");
    assert!(expected.len() > 100, "{} reminders", expected.len());

    let mut play = Play::open(Office::open(&db, Script::new()).await).await;
    let mut ahead = year.iter().peekable();
    for stop in stops(&year) {
        play.office.clock.turn_to(stop);
        while let Some(event) = ahead.next_if(|event| event.at <= stop) {
            play.happen(event).await;
        }
        play.worker.once().await.unwrap();
    }
    let sent = play.sent().await;
    let missing: Vec<_> = expected.iter().filter(|it| !sent.contains(it)).collect();
    let unasked: Vec<_> = sent.iter().filter(|it| !expected.contains(it)).collect();
    assert!(missing.is_empty() && unasked.is_empty(), "{missing:#?} {unasked:#?}");
    assert_eq!(sent, expected);
}
}
