//! Date polls: on which date a meeting is, agreed with every municipality that it needs (L9).
//!
//! | from | action | to | who |
//! | --- | --- | --- | --- |
//! | – | open | open | the institute; the meeting goes from draft to polling |
//! | open, until `closes_at` | vote | open | whoever is invited |
//! | open, closed | change: options, end, municipalities | open | the institute |
//! | open | close | closed | the institute; the service at `closes_at` |
//! | open, closed | choose | decided | the institute; the meeting is scheduled, people are invited |
//! | open, closed | cancel | cancelled | the institute, with the meeting |
//!
//! An invitee votes on every option at once, as often as they like; the latest vote counts. Votes
//! on options that stay survive a change of the others. Who votes for which municipality follows
//! from the roles they hold on that day, so that a delegate represents theirs. How an option wins
//! is in [`rules`]; the counts are computed on every look and frozen by the choice.
//!
//! Everybody is asked by mail, anew when there are new options. Whoever has not voted on every
//! option is reminded three days and one day before the end, and never within two days of the mail
//! before. The organiser hears when the poll closed.

mod actions;
mod agenda;
mod chase;
mod choose;
mod errors;
mod life_cycle;
mod mails;
mod model;
mod queries;
mod result;
pub mod rules;
mod vote;

pub use actions::{NewPoll, PollChange, change, close, close_due, follow_cancellation, open};
pub use agenda::held;
pub use chase::{CHASERS, chase_due};
pub use choose::{AgreedMeeting, choose};
pub use errors::{
    ChangePollError, ChoosePollOptionError, OpenPollError, PollProblem, VoteError, VoteProblem,
};
pub use life_cycle::{InvalidPollTransition, PollAction, PollStatus};
pub use mails::ask;
pub use model::{MAX_OPTIONS, OptionState, Poll, PollOption, PollVote, Vote};
pub use queries::{find, options_of, required_of, votes_by, votes_of};
pub use result::{PollDetail, Voter, detail};
pub use rules::{
    Ballot, MissingMunicipality, MissingReason, OptionCount, OptionVotes, PollResult, count,
};
pub use vote::{NewVote, vote};
