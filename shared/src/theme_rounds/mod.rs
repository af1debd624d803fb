//! Theme rounds: members choose what the network works on (N6).
//!
//! | from | action | to | who |
//! | --- | --- | --- | --- |
//! | – | open | open | coordinator |
//! | open | change | open | coordinator |
//! | open, until the end of its last day | propose, vote | open | members who take part |
//! | open | close | closed | coordinator; the service after the last day |
//! | open | cancel | cancelled | coordinator |
//!
//! A member proposes themes of the list, each once per round, and says of every proposal how much
//! experience and interest they have; the latest answer counts. The weights of a round are fixed
//! when it opens, so that nobody votes under other rules than the result is made with. The result
//! is computed on every look until the close, and frozen by it: what members learn or leave later
//! changes nothing. How it is computed is in [`rules`].

mod actions;
mod choose;
mod errors;
mod life_cycle;
mod model;
mod queries;
mod ranking;
pub mod rules;
mod votes;

pub use actions::{NewThemeRound, ThemeRoundChange, cancel, change, close, close_due, open};
pub use choose::{NewVote, propose, vote};
pub use errors::{ChangeThemeRoundError, ChooseThemeError, OpenThemeRoundError};
pub use life_cycle::{InvalidThemeRoundTransition, ThemeRoundAction, ThemeRoundStatus};
pub use model::{Proposal, ThemeRound, Vote};
pub use queries::{find, list};
pub use ranking::ranking;
pub use rules::{RankedTheme, Ranking, ScorePart, ScoreSource, ThemeWeights};
pub use votes::{proposals_of, votes_of};
