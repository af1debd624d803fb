//! The talk of an intake: planned, answered, called off.

use diesel::prelude::*;
use jiff::civil::date;
use jiff::tz::TimeZone;
use koplopers_shared::access::{
    Actor, IntakesAssess, IntakesWrite, InvitationsAnswer, MeetingsWrite, Permit, Role, Scope,
};
use koplopers_shared::catalogue::words::{MeetingKind, PersonRole};
use koplopers_shared::clock::LocalNow;
use koplopers_shared::db::schema::deliveries;
use koplopers_shared::db::{Db, DbError};
use koplopers_shared::deliveries::{DeliveryState, DroppedReason};
use koplopers_shared::flows::{self, InviteeProblem, PlanTalkError, PlannedTalk, TalkPlan};
use koplopers_shared::ids::{InvitationId, PersonId};
use koplopers_shared::intakes::{self, Intake, IntakeStatus};
use koplopers_shared::invitations::{
    self, Answer, AnswerChoice, AnswerError, AnsweredVia, InvitationAnswer, Invitee,
};
use koplopers_shared::meetings::{self, CancelMeetingError, LocalPeriod, MeetingStatus, Venue};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use std::sync::Arc;

fn plan(invitees: Vec<Invitee>) -> TalkPlan {
    let zone = TimeZone::get("Europe/Amsterdam").unwrap();
    let day = date(2026, 3, 12);
    TalkPlan {
        kind: None,
        period: LocalPeriod::new(day.at(14, 0, 0, 0), day.at(15, 30, 0, 0), zone).unwrap(),
        venue: Venue::new(Some("Stadhuis".to_owned()), None).unwrap(),
        agenda: None,
        organiser: None,
        invitees,
    }
}

async fn planned(
    db: &Db,
    intake: &Intake,
    invitees: Vec<Invitee>,
) -> Result<PlannedTalk, PlanTalkError> {
    let granted = given::granted::<IntakesAssess>(&given::staff(Role::Adviser));
    let (id, plan) = (intake.id, plan(invitees));
    db.write(move |conn| flows::plan_talk(conn, &granted, given::now(), id, None, plan.clone()))
        .await
}

async fn outbox(db: &Db) -> Vec<(String, DeliveryState, Option<DroppedReason>)> {
    db.read(|conn| {
        Ok::<_, DbError>(
            deliveries::table
                .order((deliveries::created_at, deliveries::id))
                .select((
                    deliveries::kind,
                    deliveries::state,
                    deliveries::dropped_reason,
                ))
                .load(conn)?,
        )
    })
    .await
    .unwrap()
}

async fn answer(
    db: &Db,
    actor: Arc<Actor>,
    id: InvitationId,
    choice: AnswerChoice,
    now: LocalNow,
) -> Result<InvitationAnswer, AnswerError> {
    let granted = given::granted::<InvitationsAnswer>(&actor);
    db.write(move |conn| {
        let answer = Answer {
            choice,
            remark: None,
            via: AnsweredVia::Link,
        };
        invitations::answer(conn, &granted, now.at, id, None, answer)
    })
    .await
    .map(|invitation| invitation.answer)
}

fn holder(person: PersonId) -> Arc<Actor> {
    Arc::new(Actor::link_holder(person, Permit::InvitationsAnswer))
}

on_both_databases! {
    // mission: I1, T1, S1
    async fn planning_makes_the_meeting_its_invitations_and_their_mails(db: TestDb) {
        given::catalogue(&db).await;
        let intake = given::submitted(&db, given::amsterdam(), "versnelling").await;
        let guest = given::official(&db, given::amsterdam(), PersonRole::Wethouder, "gast@example.nl").await;
        let talk = planned(&db, &intake, vec![Invitee { person: guest, required: false, chair: false }])
            .await
            .unwrap();
        assert_eq!(talk.intake.status, IntakeStatus::TalkPlanned);
        assert_eq!(talk.meeting.kind, MeetingKind::IntakeTalk);
        assert_eq!(talk.meeting.period.starts_at().to_string(), "2026-03-12T13:00:00Z");
        let title = format!("Intakegesprek {} – Amsterdam", programme_name());
        assert_eq!(talk.meeting.title, title);
        let people: Vec<_> = talk.invitations.iter().map(|invitation| invitation.person).collect();
        assert_eq!(people, [guest, intake.contact_person.unwrap()]);
        let kinds: Vec<_> = outbox(&db).await.into_iter().map(|(kind, ..)| kind).collect();
        assert_eq!(kinds, ["intake_received", "invitation", "invitation"]);
    }

    async fn a_light_programme_starts_with_an_exploratory_talk(db: TestDb) {
        // mission: T1
        given::catalogue(&db).await;
        let intake = given::submitted(&db, given::amsterdam(), "uitvoering").await;
        let talk = planned(&db, &intake, Vec::new()).await.unwrap();
        assert_eq!(talk.meeting.kind, MeetingKind::ExploratoryTalk);
    }

    async fn a_draft_has_no_talk(db: TestDb) {
        // mission: I1
        given::catalogue(&db).await;
        let draft = given::draft(&db, given::amsterdam(), "versnelling").await;
        let refused = planned(&db, &draft, Vec::new()).await;
        assert!(matches!(refused, Err(PlanTalkError::State(_))));
        assert_eq!(given::count(&db, "meetings").await, 0);
    }

    async fn a_plan_names_everybody_who_cannot_be_invited(db: TestDb) {
        given::catalogue(&db).await;
        let intake = given::submitted(&db, given::amsterdam(), "versnelling").await;
        let mute = given::official(&db, given::amsterdam(), PersonRole::Ambtenaar, "").await;
        let seat = |person| Invitee { person, required: true, chair: false };
        let contact = intake.contact_person.unwrap();
        let invitees = vec![seat(PersonId::generate()), seat(mute), seat(contact), seat(contact)];
        let Err(PlanTalkError::Invalid(problems)) = planned(&db, &intake, invitees).await else {
            panic!("the plan was taken");
        };
        assert_eq!(problems, [
            InviteeProblem::UnknownInvitee { invitee: 0 },
            InviteeProblem::InviteeWithoutEmail { invitee: 1 },
            InviteeProblem::InviteeTwice { invitee: 3 },
        ]);
        assert_eq!(given::count(&db, "invitations").await, 0);
    }

    async fn calling_the_talk_off_takes_the_intake_back(db: TestDb) {
        given::catalogue(&db).await;
        let intake = given::submitted(&db, given::amsterdam(), "versnelling").await;
        let talk = planned(&db, &intake, Vec::new()).await.unwrap();
        let granted = given::granted::<MeetingsWrite>(&given::staff(Role::Adviser));
        let (again, id) = (granted.clone(), talk.meeting.id);
        let cancelled = db
            .write(move |conn| {
                flows::cancel_meeting(conn, &granted, given::now(), id, Some(1), Some("ziek".to_owned()))
            })
            .await
            .unwrap();
        assert_eq!((cancelled.status, cancelled.sequence), (MeetingStatus::Cancelled, 1));
        let intake_id = intake.id;
        let back = db
            .read(move |conn| intakes::find(conn, &Scope::Institute, intake_id))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(back.status, IntakeStatus::Submitted);
        // delivery: cancelled before the invitation left
        assert_eq!(outbox(&db).await[1..], [
            ("invitation".to_owned(), DeliveryState::Dropped, Some(DroppedReason::Cancelled)),
            ("cancellation".to_owned(), DeliveryState::Queued, None),
        ]);
        let refused = db
            .write(move |conn| flows::cancel_meeting(conn, &again, given::now(), id, None, None))
            .await;
        assert!(matches!(refused, Err(CancelMeetingError::State(_))));
        // It can be planned anew.
        assert!(planned(&db, &intake, Vec::new()).await.is_ok());
    }

    async fn withdrawing_the_intake_calls_its_talk_off(db: TestDb) {
        // mission: I1
        given::catalogue(&db).await;
        let intake = given::submitted(&db, given::amsterdam(), "versnelling").await;
        let talk = planned(&db, &intake, Vec::new()).await.unwrap();
        let granted = given::granted::<IntakesWrite>(&given::municipality(given::amsterdam()));
        let id = intake.id;
        let withdrawn = db
            .write(move |conn| flows::withdraw_intake(conn, &granted, given::now(), id, None, None))
            .await
            .unwrap();
        assert_eq!(withdrawn.status, IntakeStatus::Withdrawn);
        let meeting = talk.meeting.id;
        let found = db
            .read(move |conn| meetings::find(conn, &Scope::Institute, meeting))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.status, MeetingStatus::Cancelled);
        let kinds: Vec<_> = outbox(&db).await.into_iter().map(|(kind, ..)| kind).collect();
        assert_eq!(kinds, ["intake_received", "invitation", "cancellation", "intake_withdrawn"]);
    }

    async fn answers_change_until_the_start(db: TestDb) {
        // mission: S1
        given::catalogue(&db).await;
        let intake = given::submitted(&db, given::amsterdam(), "versnelling").await;
        let talk = planned(&db, &intake, Vec::new()).await.unwrap();
        let contact = intake.contact_person.unwrap();
        let id = talk.invitations[0].id;
        for (choice, expected) in [
            (AnswerChoice::Accepted, InvitationAnswer::Accepted),
            (AnswerChoice::Declined, InvitationAnswer::Declined),
            (AnswerChoice::Tentative, InvitationAnswer::Tentative),
        ] {
            assert_eq!(answer(&db, holder(contact), id, choice, given::now()).await.unwrap(), expected);
        }
        let start = LocalNow { at: talk.meeting.period.starts_at(), ..given::now() };
        let late = answer(&db, holder(contact), id, AnswerChoice::Accepted, start).await;
        assert!(matches!(late, Err(AnswerError::Closed)));
    }

    async fn nobody_answers_for_somebody_else(db: TestDb) {
        // security: 61
        given::catalogue(&db).await;
        let intake = given::submitted(&db, given::amsterdam(), "versnelling").await;
        let talk = planned(&db, &intake, Vec::new()).await.unwrap();
        let id = talk.invitations[0].id;
        let other = holder(PersonId::generate());
        let refused = answer(&db, other, id, AnswerChoice::Accepted, given::now()).await;
        assert!(matches!(refused, Err(AnswerError::NotFound)));
        let machine = given::municipality(given::amsterdam());
        let refused = answer(&db, machine, id, AnswerChoice::Accepted, given::now()).await;
        assert!(matches!(refused, Err(AnswerError::Person(_))));
    }

    async fn a_municipality_sees_the_talk_of_its_intake_and_another_does_not(db: TestDb) {
        // security: 20
        given::catalogue(&db).await;
        let intake = given::submitted(&db, given::amsterdam(), "versnelling").await;
        let talk = planned(&db, &intake, Vec::new()).await.unwrap();
        let id = talk.meeting.id;
        for (code, sees) in [(given::amsterdam(), true), (given::utrecht(), false)] {
            let scope = Scope::municipality(code, &[]);
            let found = db.read(move |conn| meetings::find(conn, &scope, id)).await.unwrap();
            assert_eq!(found.is_some(), sees);
        }
    }
}

fn programme_name() -> String {
    use koplopers_shared::catalogue::words::Language;
    let content = koplopers_shared::catalogue::shipped()
        .programme("versnelling")
        .unwrap();
    content.name.in_language(Language::Nl).to_owned()
}
