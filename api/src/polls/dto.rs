//! Bodies of the operations on date polls.

use jiff::Timestamp;
use koplopers_shared::ids::PollOptionId;
use koplopers_shared::meetings::LocalPeriod;
use koplopers_shared::polls::{NewPoll, NewVote, PollChange, Vote};
use koplopers_shared::words::MunicipalityCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::meetings::PeriodRequest;
use crate::problem::Problem;
use crate::state::AppState;
use crate::words::{DateVoteWord, MunicipalityCodeText};

/// A date poll to be opened.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpenDatePollRequest {
    /// The days and times to vote on.
    #[schema(min_items = 2, max_items = 40)]
    options: Vec<PeriodRequest>,
    /// From when no vote counts; before the first option begins.
    #[schema(value_type = String, format = "date-time", example = "2027-03-20T17:00:00Z")]
    closes_at: Timestamp,
    /// The municipalities that must be represented at the meeting. When left out: those with
    /// which a required invitee holds a role.
    #[schema(value_type = Option<Vec<MunicipalityCodeText>>, max_items = 500, nullable = false, example = json!(["GM0363", "GM0344"]))]
    required_municipalities: Option<Vec<MunicipalityCode>>,
}

impl OpenDatePollRequest {
    /// The poll, with every period that cannot be at once.
    pub fn parse(self, state: &AppState) -> Result<NewPoll, Problem> {
        Ok(NewPoll {
            options: periods(self.options, state)?,
            closes_at: self.closes_at,
            required: self.required_municipalities,
        })
    }
}

/// What is to change of a date poll, as a JSON Merge Patch (RFC 7396): a key left out stays as it
/// is.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeDatePollRequest {
    /// All options from now on. One at the time of a present option is that option, and keeps its
    /// votes; the others are new, and a present option that is not among them goes.
    #[schema(min_items = 2, max_items = 40, nullable = false)]
    options: Option<Vec<PeriodRequest>>,
    /// Another end. A closed poll opens again with it.
    #[schema(value_type = Option<String>, format = "date-time", nullable = false, example = "2027-03-24T17:00:00Z")]
    closes_at: Option<Timestamp>,
    /// The municipalities that must be represented.
    #[schema(value_type = Option<Vec<MunicipalityCodeText>>, max_items = 500, nullable = false, example = json!(["GM0363"]))]
    required_municipalities: Option<Vec<MunicipalityCode>>,
}

impl ChangeDatePollRequest {
    /// The change, with every period that cannot be at once.
    pub fn parse(self, state: &AppState) -> Result<PollChange, Problem> {
        Ok(PollChange {
            options: self.options.map(|it| periods(it, state)).transpose()?,
            closes_at: self.closes_at,
            required: self.required_municipalities,
        })
    }
}

fn periods(options: Vec<PeriodRequest>, state: &AppState) -> Result<Vec<LocalPeriod>, Problem> {
    let mut periods = Vec::with_capacity(options.len());
    let mut wrong: Option<Problem> = None;
    for (at, option) in options.into_iter().enumerate() {
        match option.parse(state) {
            Ok(period) => periods.push(period),
            Err(problem) => {
                let problem = problem.under(&format!("/options/{at}"));
                wrong = Some(match wrong {
                    Some(earlier) => earlier.and(problem),
                    None => problem,
                });
            }
        }
    }
    wrong.map_or(Ok(periods), Err)
}

/// What the caller says of every option.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplaceDatePollVotesRequest {
    /// One for each option, in any order.
    #[schema(min_items = 1, max_items = 40)]
    pub votes: Vec<DateVoteRequest>,
}

/// What the caller says of one option.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DateVoteRequest {
    /// The option.
    #[schema(value_type = uuid::Uuid)]
    option: PollOptionId,
    /// Whether it suits.
    #[schema(value_type = DateVoteWord, example = "if_need_be")]
    vote: Vote,
    /// What they add, for the organiser.
    #[schema(
        min_length = 1,
        max_length = 500,
        nullable = false,
        example = "Alleen in de ochtend."
    )]
    remark: Option<String>,
}

impl From<DateVoteRequest> for NewVote {
    fn from(request: DateVoteRequest) -> Self {
        Self {
            option: request.option,
            vote: request.vote,
            remark: request.remark,
        }
    }
}

/// Which option is chosen.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChooseDatePollOptionRequest {
    /// The option.
    #[schema(value_type = uuid::Uuid)]
    pub option: PollOptionId,
}
