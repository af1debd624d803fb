//! Identifiers: one type per kind of thing, so that a meeting's id cannot stand for an intake's.
//!
//! All are `UUIDv7` (RFC 9562), made by us and never by the database, so that a row's id is
//! known before it is written and new rows land at the end of their index.

use std::cell::RefCell;

/// Defines an identifier newtype over [`uuid::Uuid`] with its text, JSON and column forms.
#[macro_export]
macro_rules! typed_id {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = $crate::db::columns::Uid)]
        #[serde(transparent)]
        pub struct $name(pub uuid::Uuid);

        impl $name {
            /// A new, time-ordered id.
            #[must_use]
            pub fn generate() -> Self {
                Self($crate::ids::new_uuid())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                uuid::Uuid::parse_str(text).map(Self)
            }
        }

        $crate::uuid_column!($name);
    )+};
}

/// The one place where ids are made.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where ids are made"
)]
pub(crate) fn new_uuid() -> uuid::Uuid {
    STABLE
        .with_borrow_mut(|stable| stable.as_mut().map(StableIds::next))
        .unwrap_or_else(uuid::Uuid::now_v7)
}

thread_local! {
    static STABLE: RefCell<Option<StableIds>> = const { RefCell::new(None) };
}

/// Ids that are the same on every machine, for the demo: its tour and a front end under
/// construction can name them.
struct StableIds {
    millis: u64,
    count: u64,
}

impl StableIds {
    fn next(&mut self) -> uuid::Uuid {
        self.count += 1;
        let mut random = [0; 10];
        random[2..].copy_from_slice(&self.count.to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(self.millis + self.count, &random).into_uuid()
    }
}

/// Runs `work` with ids counted from `start` (milliseconds since 1970) instead of fresh ones.
pub fn with_stable<T>(start: u64, work: impl FnOnce() -> T) -> T {
    /// Takes the counter away again, also when `work` panics.
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            STABLE.set(None);
        }
    }
    STABLE.set(Some(StableIds {
        millis: start,
        count: 0,
    }));
    let _reset = Reset;
    work()
}

typed_id! {
    /// An intake: one municipality's request for one programme.
    IntakeId,
    /// A social question brought by an intake.
    IssueId,
    /// One enrolment window of a programme.
    RoundId,
    /// A version of a programme's content.
    ProgrammeVersionId,
    /// A person.
    PersonId,
    /// A role that a person holds for a period.
    PersonRoleId,
    /// An organisation that is not a municipality.
    OrganisationId,
    /// A meeting.
    MeetingId,
    /// One person's invitation to one meeting.
    InvitationId,
    /// A calendar that somebody follows.
    CalendarId,
    /// One mail to one address.
    DeliveryId,
    /// A machine client.
    ClientId,
    /// One secret of a machine client.
    ClientSecretId,
    /// The tie between a token's issuer and subject and a person.
    IdentityId,
    /// A signed link.
    LinkId,
    /// A signing, sealing or link key.
    KeyId,
    /// A business event.
    EventId,
    /// A line of the audit trail.
    AuditEventId,
    /// One HTTP request.
    RequestId,
    /// A mail that came in.
    InboundMailId,
    /// A decision on an intake.
    DecisionId,
    /// An item of the body of knowledge.
    KnowledgeItemId,
    /// The answer to a light question.
    ReferralId,
    /// One item to which one person was pointed.
    SpreadId,
    /// An offer.
    OfferId,
    /// A running engagement after an accepted offer.
    TrajectoryId,
    /// A building block of a trajectory.
    TrajectoryBlockId,
    /// A dated step of a building block.
    TrajectoryStepId,
    /// A learning network.
    LearningNetworkId,
    /// One person's membership of a learning network.
    NetworkMembershipId,
    /// A group of associate members that starts together.
    CohortId,
    /// One person's way to membership.
    CandidacyId,
    /// One nominator's text.
    NominationId,
    /// What a highest executive was asked, and what they answered.
    ConsentId,
    /// One reviewer's judgement of one candidacy.
    ReviewId,
    /// An associate member.
    MemberId,
    /// Something a member knows or wants to work on.
    MemberTopicId,
    /// A round in which members choose themes.
    ThemeRoundId,
    /// A theme that a member proposed in a round.
    ThemeProposalId,
    /// Practices that learn together.
    LearningGroupId,
    /// One municipality's part in a learning group.
    PracticeId,
    /// One person's time in a learning group.
    GroupMemberId,
    /// Meetings that belong together.
    SeriesId,
    /// A day and time in a date poll.
    PollOptionId,
    /// An address to which nothing is sent.
    SuppressionId,
    /// When whom is reminded of which meetings.
    ReminderRuleId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_ids_repeat_and_end_with_the_work() {
        let two = || (PersonId::generate(), PersonId::generate());
        let first = with_stable(1_700_000_000_000, two);
        assert_eq!(first, with_stable(1_700_000_000_000, two));
        assert!(first.0 < first.1);
        assert_eq!(first.0.0.get_version_num(), 7);
        assert_ne!(PersonId::generate(), first.0);
    }
}
