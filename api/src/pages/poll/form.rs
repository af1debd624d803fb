//! The form on the page, and what comes back from it.

use std::fmt::Write as _;

use aws_lc_rs::error::Unspecified;
use koplopers_shared::ids::PollOptionId;
use koplopers_shared::polls::{NewVote, PollOption, Vote};

use super::super::form::{Form, TextError, is_nonce, line, new_nonce};
use super::super::layout::{Layout, Words};
use super::view::Voter;

/// The longest remark, in characters.
const MAX_REMARK: usize = 500;

/// The form as the page shows it.
#[derive(Debug)]
pub(super) struct PollForm {
    /// Makes a second press of the button the same request.
    pub(super) nonce: String,
    pub(super) rows: Vec<Row>,
    pub(super) general_error: Option<Words>,
}

/// One date on the form.
#[derive(Debug)]
pub(super) struct Row {
    option: PollOptionId,
    chosen: Option<Vote>,
    pub(super) remark: String,
    pub(super) choice_error: Option<Words>,
    pub(super) remark_error: Option<Words>,
}

/// One of the answers to choose from.
pub(super) struct Choice {
    pub(super) word: &'static str,
    pub(super) chosen: bool,
    label: Words,
}

impl Choice {
    pub(super) fn label(&self, layout: &Layout<'_>) -> &'static str {
        self.label.say(layout)
    }
}

impl Row {
    /// The name of its choices, and the start of their ids.
    pub(super) fn vote_field(&self) -> String {
        vote_field(self.option)
    }

    /// The name and id of its remark.
    pub(super) fn remark_field(&self) -> String {
        remark_field(self.option)
    }

    pub(super) fn choices(&self) -> Vec<Choice> {
        Vote::ALL
            .iter()
            .map(|vote| Choice {
                word: vote.as_str(),
                chosen: self.chosen == Some(*vote),
                label: label(*vote),
            })
            .collect()
    }
}

fn vote_field(option: PollOptionId) -> String {
    format!("vote-{option}")
}

fn remark_field(option: PollOptionId) -> String {
    format!("remark-{option}")
}

/// What a vote is called on the form and on the page.
pub(super) const fn label(vote: Vote) -> Words {
    match vote {
        Vote::Yes => Words {
            nl: "Ja, dan kan ik",
            en: "Yes, that suits me",
        },
        Vote::IfNeedBe => Words {
            nl: "Als het moet",
            en: "If need be",
        },
        Vote::No => Words {
            nl: "Nee, dan kan ik niet",
            en: "No, that does not suit me",
        },
    }
}

impl PollForm {
    /// The form of a voter, with what they said so far.
    pub(super) fn of(voter: &Voter) -> Self {
        let row = |option: &PollOption| {
            let said = voter.votes.iter().find(|vote| vote.option == option.id);
            Row {
                option: option.id,
                chosen: said.map(|said| said.vote),
                remark: said
                    .and_then(|said| said.remark.clone())
                    .unwrap_or_default(),
                choice_error: None,
                remark_error: None,
            }
        };
        Self {
            nonce: String::new(),
            rows: voter.options.iter().map(row).collect(),
            general_error: None,
        }
    }

    /// The same form, to be sent as a new request, saying what is wrong.
    pub(super) fn again(voter: &Voter, parsed: &Parsed, general_error: Words) -> Self {
        let mut form = Self::of(voter);
        for row in &mut form.rows {
            if let Some(said) = parsed.votes.iter().find(|vote| vote.option == row.option) {
                row.chosen = Some(said.vote);
                row.remark = said.remark.clone().unwrap_or_default();
            }
        }
        form.general_error = Some(general_error);
        form
    }

    pub(super) fn has_errors(&self) -> bool {
        let wrong = |row: &Row| row.choice_error.is_some() || row.remark_error.is_some();
        self.general_error.is_some() || self.rows.iter().any(wrong)
    }

    /// The form as a page can send it: with a nonce that no other has.
    pub(super) fn ready(mut self) -> Result<Self, Unspecified> {
        self.nonce = new_nonce()?;
        Ok(self)
    }
}

/// What a form that is right says.
#[derive(Debug, Clone)]
pub(super) struct Parsed {
    pub(super) votes: Vec<NewVote>,
    pub(super) nonce: String,
}

impl Parsed {
    /// What makes two sendings of one form the same.
    pub(super) fn contents(&self) -> String {
        let mut contents = String::new();
        for vote in &self.votes {
            let remark = vote.remark.as_deref().unwrap_or_default();
            // Writing to a string cannot fail.
            let _ = writeln!(contents, "{} {} {remark}", vote.option, vote.vote);
        }
        contents
    }
}

/// Reads the form; else gives it back with all that is wrong, and with what was typed.
pub(super) fn parse(form: &Form, voter: &Voter) -> Result<Parsed, Box<PollForm>> {
    let nonce = form.get("nonce").filter(|nonce| is_nonce(nonce));
    let mut chosen_votes = Vec::with_capacity(voter.options.len());
    let mut rows = Vec::with_capacity(voter.options.len());
    for option in &voter.options {
        let chosen = form
            .get(&vote_field(option.id))
            .and_then(|word| word.parse::<Vote>().ok());
        let typed = form.get(&remark_field(option.id)).unwrap_or_default();
        let remark = line(typed, MAX_REMARK);
        if let (Some(vote), Ok(remark)) = (chosen, &remark) {
            chosen_votes.push(NewVote {
                option: option.id,
                vote,
                remark: remark.clone(),
            });
        }
        rows.push(Row {
            option: option.id,
            chosen,
            remark: typed.to_owned(),
            choice_error: chosen.is_none().then_some(Words {
                nl: "Kies of u op deze datum kunt",
                en: "Choose whether this date suits you",
            }),
            remark_error: remark.err().map(|error| match error {
                TextError::TooLong => Words {
                    nl: "Uw opmerking is te lang. Gebruik ten hoogste 500 tekens",
                    en: "Your remark is too long. Use at most 500 characters",
                },
                TextError::Control => Words {
                    nl: "In uw opmerking staan tekens die wij niet kunnen bewaren. Typ de opmerking opnieuw",
                    en: "Your remark has characters that we cannot keep. Type the remark again",
                },
            }),
        });
    }
    if let Some(nonce) = nonce
        && chosen_votes.len() == rows.len()
    {
        return Ok(Parsed {
            votes: chosen_votes,
            nonce: nonce.to_owned(),
        });
    }
    Err(Box::new(PollForm {
        nonce: String::new(),
        rows,
        general_error: nonce.is_none().then_some(Words {
            nl: "Het formulier kwam niet compleet aan. Kijk of alles klopt en probeer het nog een keer",
            en: "The form did not arrive completely. Check your choices and try again",
        }),
    }))
}
