//! Bodies and answers of the operations on meetings.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use koplopers_shared::access::{Permit, PermitSet};
use koplopers_shared::catalogue::words::{KnowledgeSource, LearningPractice, MeetingKind};
use koplopers_shared::db::{DbConn, DbResult};
use koplopers_shared::ids::{
    IntakeId, InvitationId, LearningGroupId, MeetingId, PersonId, PracticeId, SeriesId,
    TrajectoryId,
};
use koplopers_shared::invitations::{
    self, AnswerCounts, AnsweredVia, Invitation, InvitationAnswer,
};
use koplopers_shared::meetings::{Meeting, MeetingAction, MeetingOutcome, MeetingStatus};
use koplopers_shared::overviews;
use koplopers_shared::words::Slug;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::conflicts::ConflictView;
use crate::actions::AllowedActionView;
use crate::operation::Caller;
use crate::words::{MeetingKindWord, MeetingOutcomeWord, MeetingStatusWord};

/// Why a meeting is called off.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CancelMeetingRequest {
    /// The reason, which the invitees read in their mail.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        nullable = false,
        example = "De gemeente kan deze dag toch niet."
    )]
    pub reason: Option<String>,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

/// What came of a meeting.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordOutcomeRequest {
    /// Whether it took place.
    #[schema(value_type = MeetingOutcomeWord, example = "held")]
    pub outcome: MeetingOutcome,
    /// What is worth knowing about it; the municipality may read it.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        nullable = false,
        example = "De wethouder was er ook bij."
    )]
    pub note: Option<String>,
    /// True when you looked, and no text holds a citizen service number.
    #[serde(rename = "containsNoBsn")]
    #[schema(nullable = false)]
    _contains_no_bsn: Option<bool>,
}

/// What a list of meetings is narrowed to.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct MeetingListFilter {
    /// Only those in this state.
    #[param(value_type = Option<MeetingStatusWord>, inline)]
    pub status: Option<MeetingStatus>,
    /// Only those of this kind.
    #[param(value_type = Option<MeetingKindWord>, inline)]
    pub kind: Option<MeetingKind>,
    /// Only the talks of this intake.
    #[param(value_type = Option<uuid::Uuid>)]
    pub intake: Option<IntakeId>,
    /// Only those of this programme.
    #[param(format = "slug", value_type = Option<String>)]
    pub programme: Option<Slug>,
    /// Only those of this learning group.
    #[param(value_type = Option<uuid::Uuid>)]
    pub learning_group: Option<LearningGroupId>,
    /// Only those of this practice.
    #[param(value_type = Option<uuid::Uuid>)]
    pub practice: Option<PracticeId>,
    /// Only those of this trajectory on its own.
    #[param(value_type = Option<uuid::Uuid>)]
    pub trajectory: Option<TrajectoryId>,
    /// Only those of this series.
    #[param(value_type = Option<uuid::Uuid>)]
    pub series: Option<SeriesId>,
    /// Only those that this person organises or is invited to.
    #[param(value_type = Option<uuid::Uuid>)]
    pub person: Option<PersonId>,
    /// Only those that start on this day or later, on the clock of the institute.
    #[param(format = "date", value_type = Option<String>)]
    pub on_from: Option<Date>,
    /// Only those that start before this day.
    #[param(format = "date", value_type = Option<String>)]
    pub on_to: Option<Date>,
    /// Only those that start at this instant or later.
    #[param(format = "date-time", value_type = Option<String>)]
    pub starts_from: Option<Timestamp>,
    /// Only those that start before this instant.
    #[param(format = "date-time", value_type = Option<String>)]
    pub starts_to: Option<Timestamp>,
}

/// A meeting.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeetingView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: MeetingId,
    /// Where it stands.
    #[schema(value_type = String, example = "scheduled")]
    status: MeetingStatus,
    /// What kind of meeting it is.
    #[schema(value_type = String, example = "intake_talk")]
    kind: MeetingKind,
    /// What it is called.
    title: String,
    /// What it is about.
    agenda: Option<String>,
    /// The programme it belongs to.
    #[schema(value_type = Option<String>)]
    programme: Option<Slug>,
    /// The intake whose talk it is.
    #[schema(value_type = Option<uuid::Uuid>)]
    intake: Option<IntakeId>,
    /// The learning group whose meeting it is.
    #[schema(value_type = Option<uuid::Uuid>)]
    learning_group: Option<LearningGroupId>,
    /// The practice of that group; null for a meeting of the group as a whole.
    #[schema(value_type = Option<uuid::Uuid>)]
    practice: Option<PracticeId>,
    /// The trajectory whose meeting it is, for one that is in no learning group.
    #[schema(value_type = Option<uuid::Uuid>)]
    trajectory: Option<TrajectoryId>,
    /// The series that it belongs to.
    #[schema(value_type = Option<uuid::Uuid>)]
    series: Option<SeriesId>,
    /// How many people there is room for; null for no bound.
    capacity: Option<i32>,
    /// Who organises it.
    #[schema(value_type = Option<uuid::Uuid>)]
    organiser: Option<PersonId>,
    /// The start, on the clock of the time zone.
    #[schema(value_type = String, example = "2027-03-04T14:00:00")]
    local_start: DateTime,
    /// The end, on the clock of the time zone.
    #[schema(value_type = String, example = "2027-03-04T15:30:00")]
    local_end: DateTime,
    /// The time zone (IANA).
    #[schema(example = "Europe/Amsterdam")]
    time_zone: String,
    /// The instant of the start.
    #[schema(value_type = String, format = DateTime)]
    starts_at: Timestamp,
    /// The instant of the end.
    #[schema(value_type = String, format = DateTime)]
    ends_at: Timestamp,
    /// The place.
    place: Option<String>,
    /// The online link.
    online_url: Option<String>,
    /// Where the knowledge that is shared comes from.
    #[schema(value_type = Option<String>)]
    knowledge_source: Option<KnowledgeSource>,
    /// The way in which people learn.
    #[schema(value_type = Option<String>)]
    learning_practice: Option<LearningPractice>,
    /// The SEQUENCE in calendars (RFC 5545): how often time or place changed.
    sequence: i32,
    /// Why it was called off.
    cancelled_reason: Option<String>,
    /// What came of it, in the words of whoever recorded it.
    outcome_note: Option<String>,
    /// When its outcome was recorded or last corrected.
    #[schema(value_type = Option<String>, format = DateTime)]
    outcome_at: Option<Timestamp>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// How many invitees gave each answer, in lists; an answer that nobody gave is left out. Null
    /// elsewhere: the invitations tell more.
    answers: Option<Vec<AnswerCountView>>,
    /// Every action on a meeting, with whether the caller may do it now.
    allowed_actions: Vec<AllowedActionView>,
}

/// How many invitees gave an answer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AnswerCount)]
pub struct AnswerCountView {
    /// The answer.
    #[schema(value_type = String, example = "accepted")]
    answer: InvitationAnswer,
    /// How many gave it.
    #[schema(example = 12)]
    count: i64,
}

impl MeetingView {
    /// The meeting as a caller with `permits` sees it at `now`.
    #[must_use]
    pub fn new(meeting: Meeting, permits: PermitSet, now: Timestamp) -> Self {
        let allowed = MeetingAction::ALL.iter().map(|action| {
            AllowedActionView::new(
                action.as_str(),
                permits.contains(Permit::MeetingsWrite),
                meeting.may(*action, now),
            )
        });
        Self {
            id: meeting.id,
            status: meeting.status,
            kind: meeting.kind,
            allowed_actions: allowed.collect(),
            answers: None,
            title: meeting.title,
            agenda: meeting.agenda,
            programme: meeting.programme,
            intake: meeting.intake,
            learning_group: meeting.extras.learning_group,
            practice: meeting.extras.practice,
            trajectory: meeting.extras.trajectory,
            series: meeting.extras.series,
            capacity: meeting.extras.capacity,
            organiser: meeting.organiser,
            local_start: meeting.period.local_start(),
            local_end: meeting.period.local_end(),
            time_zone: meeting.period.zone_name().to_owned(),
            starts_at: meeting.period.starts_at(),
            ends_at: meeting.period.ends_at(),
            place: meeting.venue.place().map(str::to_owned),
            online_url: meeting.venue.online_url().map(str::to_owned),
            knowledge_source: meeting.knowledge_source,
            learning_practice: meeting.learning_practice,
            sequence: meeting.sequence,
            cancelled_reason: meeting.cancelled_reason,
            outcome_note: meeting.outcome_note,
            outcome_at: meeting.outcome_at,
            created_at: meeting.created_at,
            updated_at: meeting.updated_at,
        }
    }

    /// The meeting in a list, with how its invitees answered.
    #[must_use]
    pub fn listed(self, counts: Option<&AnswerCounts>) -> Self {
        let counts = counts.into_iter().flatten();
        let answers = counts.map(|(answer, count)| AnswerCountView {
            answer: *answer,
            count: *count,
        });
        Self {
            answers: Some(answers.collect()),
            ..self
        }
    }
}

/// One person's invitation to a meeting.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitationView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: InvitationId,
    /// The invitee.
    #[schema(value_type = uuid::Uuid)]
    person: PersonId,
    /// Whether the meeting needs them.
    required: bool,
    /// Whether they lead it.
    chair: bool,
    /// What they answered.
    #[schema(value_type = String, example = "needs_action")]
    answer: InvitationAnswer,
    /// What they added.
    remark: Option<String>,
    /// When they answered.
    #[schema(value_type = Option<String>, format = DateTime)]
    answered_at: Option<Timestamp>,
    /// How they answered: `link`, `api` or `mail`.
    #[schema(value_type = Option<String>)]
    answered_via: Option<AnsweredVia>,
    /// When they were invited.
    #[schema(value_type = String, format = DateTime)]
    invited_at: Timestamp,
    /// Whether a mail with the invitation has left.
    mailed: bool,
    /// When a mail about it came back as undeliverable, unless a later one left since.
    #[schema(value_type = Option<String>, format = DateTime)]
    bounced_at: Option<Timestamp>,
    /// The invitation of whoever comes in their place.
    #[schema(value_type = Option<uuid::Uuid>)]
    delegated_to: Option<InvitationId>,
    /// What they do not eat or drink; for the organisers and themselves, null to others.
    dietary_wishes: Option<String>,
    /// What they need to get in, to hear, to see or to follow; likewise.
    accessibility_wishes: Option<String>,
}

impl InvitationView {
    /// The invitation as its own invitee sees it.
    #[must_use]
    pub fn own(invitation: Invitation) -> Self {
        let wishes = invitation.wishes.clone();
        Self {
            dietary_wishes: wishes.dietary,
            accessibility_wishes: wishes.accessibility,
            ..Self::from(invitation)
        }
    }

    /// The invitation as a caller with `permits` sees it: wishes may tell of somebody's health,
    /// so that only who organises meetings reads them.
    #[must_use]
    pub fn seen(invitation: Invitation, permits: PermitSet) -> Self {
        if permits.contains(Permit::MeetingsWrite) {
            Self::own(invitation)
        } else {
            Self::from(invitation)
        }
    }
}

impl From<Invitation> for InvitationView {
    fn from(invitation: Invitation) -> Self {
        Self {
            delegated_to: invitation.delegated_to,
            dietary_wishes: None,
            accessibility_wishes: None,
            id: invitation.id,
            person: invitation.person,
            required: invitation.required,
            chair: invitation.chair,
            answer: invitation.answer,
            remark: invitation.remark,
            answered_at: invitation.answered_at,
            answered_via: invitation.answered_via,
            invited_at: invitation.invited_at,
            mailed: invitation.last_sequence_sent.is_some(),
            bounced_at: invitation.bounced_at,
        }
    }
}

/// A meeting that was planned, with the invitations to it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeetingDetailView {
    /// The meeting.
    meeting: MeetingView,
    /// Who is invited, and what they answered.
    invitations: Vec<InvitationView>,
    /// Who of them, or the organiser, is expected elsewhere at that time; none when everybody is
    /// free. Null for a caller who does not plan meetings for the institute.
    conflicts: Option<Vec<ConflictView>>,
}

impl MeetingDetailView {
    /// The meeting, its invitations and what is in their way, as the caller who planned it sees
    /// them.
    pub fn planned<P>(
        conn: &mut DbConn,
        by: &Caller<P>,
        meeting: Meeting,
        invitations: Vec<Invitation>,
    ) -> DbResult<Self> {
        let permits = by.permits();
        Ok(Self {
            conflicts: conflicts_seen(conn, by, &meeting, &invitations::expected(&invitations))?,
            meeting: MeetingView::new(meeting, permits, by.now().at),
            invitations: invitations
                .into_iter()
                .map(|it| InvitationView::seen(it, permits))
                .collect(),
        })
    }

    /// What is in the way, as in the answer.
    #[must_use]
    pub fn conflicts(&self) -> Option<Vec<ConflictView>> {
        self.conflicts.clone()
    }
}

/// What is in the way of a meeting and those who are expected at it, for whoever plans meetings for the institute: it tells of
/// meetings of other municipalities.
pub fn conflicts_seen<P>(
    conn: &mut DbConn,
    by: &Caller<P>,
    meeting: &Meeting,
    expected: &[PersonId],
) -> DbResult<Option<Vec<ConflictView>>> {
    if by.scope().bound_to().is_some() || !by.permits().contains(Permit::MeetingsWrite) {
        return Ok(None);
    }
    let found = overviews::conflicts_with(conn, meeting, expected)?;
    Ok(Some(found.into_iter().map(ConflictView::from).collect()))
}

/// The invitations to a meeting, all of them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitationsView {
    /// Who is invited, in the order in which they were.
    pub items: Vec<InvitationView>,
}
