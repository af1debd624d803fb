//! Answers of the operations on learning groups.

use jiff::Timestamp;
use jiff::civil::Date;
use koplopers_shared::access::PermitSet;
use koplopers_shared::catalogue::words::PartyKind;
use koplopers_shared::ids::{
    GroupMemberId, LearningGroupId, PersonId, PracticeId, RoundId, TrajectoryId,
};
use koplopers_shared::learning_groups::{
    GroupAction, GroupMember, GroupStatus, LearningGroup, Practice,
};
use koplopers_shared::words::{MunicipalityCode, Slug};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::AllowedActionView;
use crate::words::{GroupStatusWord, PartyKindWord};

fn allowed(action: GroupAction, possible: bool, permits: PermitSet) -> AllowedActionView {
    AllowedActionView::new(action.as_str(), permits.contains(action.needs()), possible)
}

/// A learning group.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LearningGroup)]
pub struct LearningGroupView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: LearningGroupId,
    /// Whether it learns together.
    #[schema(value_type = GroupStatusWord)]
    status: GroupStatus,
    /// What people call it.
    #[schema(example = "Leergroep 2026")]
    name: String,
    /// What it is about.
    description: Option<String>,
    /// Its programme.
    #[schema(value_type = String, example = "inclusief")]
    programme: Slug,
    /// The version of the programme whose meeting plan it is held to.
    programme_version: i32,
    /// The round whose intakes came together in it.
    #[schema(value_type = Option<uuid::Uuid>)]
    round: Option<RoundId>,
    /// From when its year is counted while no meeting has a date.
    #[schema(value_type = Option<String>, format = Date)]
    starts_on: Option<Date>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// When it was closed.
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
    /// Every action on a learning group, with whether the caller may do it now.
    allowed_actions: Vec<AllowedActionView>,
}

impl LearningGroupView {
    /// The group as a caller with `permits` sees it.
    #[must_use]
    pub fn new(group: LearningGroup, permits: PermitSet) -> Self {
        let status = group.status();
        let actions = GroupAction::ALL
            .iter()
            .map(|action| allowed(*action, status.after(*action).is_ok(), permits));
        Self {
            allowed_actions: actions.collect(),
            id: group.id,
            status,
            name: group.name,
            description: group.description,
            programme: group.programme,
            programme_version: group.programme_number,
            round: group.round,
            starts_on: group.starts_on,
            created_at: group.created_at,
            updated_at: group.updated_at,
            closed_at: group.closed_at,
        }
    }
}

/// One municipality's part in a learning group.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Practice)]
pub struct PracticeView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: PracticeId,
    /// The learning group.
    #[schema(value_type = uuid::Uuid)]
    learning_group: LearningGroupId,
    /// Whose practice it is.
    #[schema(value_type = String, example = "GM0363")]
    municipality: MunicipalityCode,
    /// The trajectory it belongs to; to another municipality null.
    #[schema(value_type = Option<uuid::Uuid>)]
    trajectory: Option<TrajectoryId>,
    /// What people call it.
    name: String,
    /// The social issue that it chose itself.
    issue: String,
    /// The kinds of party around its table.
    #[schema(value_type = Vec<PartyKindWord>)]
    parties: Vec<PartyKind>,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    /// Every action on a practice, with whether the caller may do it now.
    allowed_actions: Vec<AllowedActionView>,
}

impl PracticeView {
    /// A practice of a group in a state, as a caller with `permits` sees it.
    #[must_use]
    pub fn new(practice: Practice, group: GroupStatus, own: bool, permits: PermitSet) -> Self {
        let actions = [GroupAction::ChangePractice, GroupAction::EndPractice]
            .into_iter()
            .map(|action| {
                let possible = practice.takes_part() && group.after(action).is_ok();
                allowed(action, possible, permits)
            });
        Self {
            allowed_actions: actions.collect(),
            id: practice.id,
            learning_group: practice.group,
            municipality: practice.municipality,
            trajectory: practice.trajectory.filter(|_| own),
            name: practice.name,
            issue: practice.issue,
            parties: practice.parties.into_iter().collect(),
            created_at: practice.created_at,
            updated_at: practice.updated_at,
            ended_at: practice.ended_at,
        }
    }
}

/// The practices of a learning group.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Practices)]
pub struct PracticesView {
    /// All of them, in the order in which they were added; also those that ended.
    pub items: Vec<PracticeView>,
}

/// One person's time in a learning group.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LearningGroupMember)]
pub struct GroupMemberView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: GroupMemberId,
    /// The learning group.
    #[schema(value_type = uuid::Uuid)]
    learning_group: LearningGroupId,
    /// Who.
    #[schema(value_type = uuid::Uuid)]
    person: PersonId,
    /// Their practice; null for who guides the group as a whole.
    #[schema(value_type = Option<uuid::Uuid>)]
    practice: Option<PracticeId>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    joined_at: Timestamp,
    /// Until when.
    #[schema(value_type = Option<String>, format = DateTime)]
    left_at: Option<Timestamp>,
}

impl From<GroupMember> for GroupMemberView {
    fn from(member: GroupMember) -> Self {
        Self {
            id: member.id,
            learning_group: member.group,
            person: member.person,
            practice: member.practice,
            joined_at: member.joined_at,
            left_at: member.left_at,
        }
    }
}
