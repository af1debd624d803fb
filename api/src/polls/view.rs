//! What is shown of a date poll.

use jiff::Timestamp;
use jiff::civil::DateTime;
use koplopers_shared::access::{Granted, Permission};
use koplopers_shared::ids::{InvitationId, MeetingId, PersonId, PollOptionId};
use koplopers_shared::invitations::AnsweredVia;
use koplopers_shared::polls::{
    MissingReason, OptionState, PollAction, PollDetail, PollOption, PollStatus, PollVote, Vote,
};
use koplopers_shared::words::MunicipalityCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::AllowedActionView;
use crate::words::{
    AnsweredViaWord, DatePollOptionStateWord, DatePollStatusWord, DateVoteWord,
    MissingMunicipalityReasonWord, MunicipalityCodeText,
};

/// The date poll of a meeting.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DatePoll)]
pub struct DatePollView {
    /// The meeting.
    #[schema(value_type = uuid::Uuid)]
    meeting: MeetingId,
    /// Where it stands.
    #[schema(value_type = DatePollStatusWord)]
    status: PollStatus,
    /// From this instant on no vote counts.
    #[schema(value_type = String, format = DateTime)]
    closes_at: Timestamp,
    /// The municipalities that must be represented.
    #[schema(value_type = Vec<MunicipalityCodeText>)]
    required_municipalities: Vec<MunicipalityCode>,
    /// The options with their counts, in the order of their start.
    options: Vec<DatePollOptionView>,
    /// The option that wins: every required municipality is represented on it, then most yes,
    /// fewest if need be, earliest. Null when no option can.
    #[schema(value_type = Option<uuid::Uuid>)]
    winner: Option<PollOptionId>,
    /// Why that one wins, or who blocks.
    #[schema(
        example = "no option suits everybody who is needed: GM0344 says no on 2 of 3, GM0344 has not voted on 1 of 3"
    )]
    explanation: String,
    /// Whether the counts are frozen, as they are once an option was chosen.
    frozen: bool,
    /// Whoever may vote.
    voters: Vec<DatePollVoterView>,
    /// The votes.
    votes: Vec<DateVoteView>,
    /// When it was closed.
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last changed; votes do not count.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// Every action on a date poll, with whether the caller may do it now.
    allowed_actions: Vec<AllowedActionView>,
}

/// A day and time to vote on, with what the votes come to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DatePollOption)]
pub struct DatePollOptionView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: PollOptionId,
    /// What became of it.
    #[schema(value_type = DatePollOptionStateWord)]
    state: OptionState,
    /// The start, on the clock of the time zone.
    #[schema(value_type = String, example = "2027-04-15T13:00:00")]
    local_start: DateTime,
    /// The end, on the clock of the time zone.
    #[schema(value_type = String, example = "2027-04-15T17:00:00")]
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
    /// How many say yes.
    yes: i64,
    /// How many say if need be.
    if_need_be: i64,
    /// How many say no.
    no: i64,
    /// Required municipalities that are not represented.
    missing: Vec<MissingMunicipalityView>,
    /// Whether the votes let it win.
    possible: bool,
    /// How it came about.
    #[schema(example = "4 yes, 1 if need be, 2 no; GM0344 says no")]
    explanation: String,
}

/// A required municipality that is not represented on an option.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MissingMunicipality)]
pub struct MissingMunicipalityView {
    /// Which.
    #[schema(value_type = String, example = "GM0344")]
    pub municipality: MunicipalityCode,
    /// Why.
    #[schema(value_type = MissingMunicipalityReasonWord)]
    pub reason: MissingReason,
}

/// Somebody who may vote.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DatePollVoter)]
pub struct DatePollVoterView {
    /// Their invitation.
    #[schema(value_type = uuid::Uuid)]
    invitation: InvitationId,
    /// Who.
    #[schema(value_type = uuid::Uuid)]
    person: PersonId,
    /// Whether the meeting needs them.
    required: bool,
    /// The municipalities that they represent.
    #[schema(value_type = Vec<MunicipalityCodeText>)]
    municipalities: Vec<MunicipalityCode>,
    /// Whether they voted on every option.
    voted: bool,
}

/// What somebody says of an option.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DateVote)]
pub struct DateVoteView {
    /// The option.
    #[schema(value_type = uuid::Uuid)]
    option: PollOptionId,
    /// Who.
    #[schema(value_type = uuid::Uuid)]
    person: PersonId,
    /// What they say.
    #[schema(value_type = DateVoteWord)]
    vote: Vote,
    /// What they add.
    remark: Option<String>,
    /// How it came in.
    #[schema(value_type = AnsweredViaWord)]
    via: AnsweredVia,
    /// When they last said so.
    #[schema(value_type = String, format = DateTime)]
    voted_at: Timestamp,
}

/// What the caller said of every option.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DateVotes)]
pub struct DateVotesView {
    /// One for each option.
    pub votes: Vec<DateVoteView>,
}

impl From<PollVote> for DateVoteView {
    fn from(vote: PollVote) -> Self {
        Self {
            option: vote.option,
            person: vote.person,
            vote: vote.vote,
            remark: vote.remark,
            via: vote.via,
            voted_at: vote.voted_at,
        }
    }
}

impl DatePollView {
    /// The poll as the caller sees it at `now`.
    #[must_use]
    pub fn new<P: Permission>(detail: PollDetail, granted: &Granted<P>, now: Timestamp) -> Self {
        let permits = granted.actor().permits();
        let invited = |person| detail.voters.iter().any(|it| it.person == person);
        let votes_here = granted.person().is_ok_and(invited);
        let allowed: Vec<AllowedActionView> = PollAction::ALL
            .iter()
            .map(|action| {
                let theirs = *action != PollAction::Vote || votes_here;
                let permitted = theirs && permits.contains(action.needs());
                let possible = detail.poll.allows(*action, now);
                AllowedActionView::new(action.as_str(), permitted, possible)
            })
            .collect();
        let waiting: Vec<PersonId> = detail.not_voted().map(|voter| voter.person).collect();
        let options = (detail.options.iter())
            .map(|option| DatePollOptionView::new(option, &detail))
            .collect();
        let PollDetail {
            poll,
            required,
            voters: people,
            votes,
            result,
            ..
        } = detail;
        Self {
            meeting: poll.meeting,
            status: poll.status,
            closes_at: poll.closes_at,
            required_municipalities: required.into_iter().collect(),
            options,
            winner: result.winner,
            explanation: result.explanation,
            frozen: poll.result.is_some(),
            voters: people
                .into_iter()
                .map(|voter| DatePollVoterView {
                    voted: !waiting.contains(&voter.person),
                    invitation: voter.invitation,
                    person: voter.person,
                    required: voter.required,
                    municipalities: voter.municipalities,
                })
                .collect(),
            votes: votes.into_iter().map(DateVoteView::from).collect(),
            closed_at: poll.closed_at,
            created_at: poll.created_at,
            updated_at: poll.updated_at,
            allowed_actions: allowed,
        }
    }
}

impl DatePollOptionView {
    fn new(option: &PollOption, detail: &PollDetail) -> Self {
        let counts = &detail.result.options;
        let count = counts.iter().find(|count| count.option == option.id);
        let missing = count.map(|count| count.missing.clone()).unwrap_or_default();
        Self {
            id: option.id,
            state: option.state,
            local_start: option.period.local_start(),
            local_end: option.period.local_end(),
            time_zone: option.period.zone_name().to_owned(),
            starts_at: option.period.starts_at(),
            ends_at: option.period.ends_at(),
            yes: count.map_or(0, |count| count.yes),
            if_need_be: count.map_or(0, |count| count.if_need_be),
            no: count.map_or(0, |count| count.no),
            missing: missing
                .into_iter()
                .map(|missing| MissingMunicipalityView {
                    municipality: missing.municipality,
                    reason: missing.reason,
                })
                .collect(),
            possible: count.is_some_and(|count| count.possible),
            explanation: count
                .map(|count| count.explanation.clone())
                .unwrap_or_default(),
        }
    }
}
