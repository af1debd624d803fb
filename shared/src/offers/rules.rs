//! What an offer may say, and what it needs to be sent.

use jiff::civil::Date;

use super::model::Totals;
use super::{NewBlock, NewStep, Offer, OfferBlock, OfferStep, OptionKind, Principle};
use crate::catalogue::programme::{BuildingBlock, ProgrammeContent};
use crate::catalogue::words::{CoFundingBase, PersonRole};
use crate::words::Cents;

/// Something an offer says that cannot be. Positions count from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfferProblem {
    /// The programme version of the intake has no such block (T5).
    UnknownBlock {
        /// Position of the block.
        block: usize,
    },
    /// The block is in the offer already (T5).
    BlockTwice {
        /// Position of the block.
        block: usize,
    },
    /// The block is no such option (T3).
    KindNotOfBlock {
        /// Position of the block.
        block: usize,
    },
    /// The block must be asked for, and it is not said by whom (B2).
    AskedByMissing {
        /// Position of the block.
        block: usize,
        /// Who may ask.
        roles: Vec<PersonRole>,
    },
    /// Somebody in this role cannot ask for the block (B2).
    AskedByNotAllowed {
        /// Position of the block.
        block: usize,
        /// Who may ask; nobody needs to when empty.
        roles: Vec<PersonRole>,
    },
    /// The municipality would pay more than the block costs (T5).
    OwnContributionOverCost {
        /// Position of the block.
        block: usize,
    },
    /// The block has no such fixed step (B3).
    UnknownStep {
        /// Position of the block.
        block: usize,
        /// Position of the step in it.
        step: usize,
    },
    /// The block has the fixed step already (B3).
    StepTwice {
        /// Position of the block.
        block: usize,
        /// Position of the step in it.
        step: usize,
    },
    /// A step of the offer's own has no name.
    StepNameMissing {
        /// Position of the block.
        block: usize,
        /// Position of the step in it.
        step: usize,
    },
    /// A fixed step has the name that the programme gives it, and no other.
    StepNameFixed {
        /// Position of the block.
        block: usize,
        /// Position of the step in it.
        step: usize,
    },
    /// The block knows no such form (B1).
    FormNotOfBlock {
        /// Position of the block.
        block: usize,
        /// Position of the step in it.
        step: usize,
    },
    /// The block knows no such method (B1).
    MethodNotOfBlock {
        /// Position of the block.
        block: usize,
        /// Position of the step in it.
        step: usize,
    },
    /// The programme has no such guiding principle (T4).
    UnknownPrinciple {
        /// Position of the principle.
        principle: usize,
    },
    /// The principle is in the offer already (T4).
    PrincipleTwice {
        /// Position of the principle.
        principle: usize,
    },
    /// Cost or own contribution of all blocks together is more than an amount can be (T5).
    TotalTooLarge,
}

/// Something an offer still needs before it can be sent. Positions count from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendingProblem {
    /// It has no block (T5).
    NoBlock,
    /// It does not say until when it holds (T4).
    ValidUntilMissing,
    /// Its last day is not in the future (T4).
    ValidUntilPast,
    /// The intake has no sponsor (T4).
    Sponsor,
    /// The sponsor has no e-mail address (T4).
    SponsorEmail,
    /// A guiding principle is neither ticked nor explained (T4).
    PrincipleOpen {
        /// Its key.
        key: String,
    },
    /// A step without a day.
    StepUndated {
        /// Position of the block.
        block: usize,
        /// Position of the step in it.
        step: usize,
    },
    /// A step without a form, in a block that has forms (B1).
    FormMissing {
        /// Position of the block.
        block: usize,
        /// Position of the step in it.
        step: usize,
    },
    /// A step without a method, in a block that has methods (B1).
    MethodMissing {
        /// Position of the block.
        block: usize,
        /// Position of the step in it.
        step: usize,
    },
    /// A step that the block always has is not there (B3).
    FixedStepMissing {
        /// Position of the block.
        block: usize,
        /// Its key.
        key: String,
    },
    /// A fixed step stands, or is planned, before one that comes earlier in the block (B3).
    StepOutOfOrder {
        /// Position of the block.
        block: usize,
        /// Position of the step in it.
        step: usize,
    },
}

/// The blocks as they are offered, and everything in them that cannot be.
pub(super) fn blocks(
    new: Vec<NewBlock>,
    programme: &ProgrammeContent,
) -> (Vec<OfferBlock>, Vec<OfferProblem>) {
    let mut problems = Vec::new();
    let mut blocks: Vec<OfferBlock> = Vec::with_capacity(new.len());
    for (position, new) in new.into_iter().enumerate() {
        let Some(known) = programme.building_block(&new.key) else {
            problems.push(OfferProblem::UnknownBlock { block: position });
            continue;
        };
        if blocks.iter().any(|earlier| earlier.key == new.key) {
            problems.push(OfferProblem::BlockTwice { block: position });
        }
        problems.extend(block_problems(&new, known, position));
        blocks.push(offered(new, known));
    }
    (blocks, problems)
}

fn block_problems(new: &NewBlock, known: &BuildingBlock, block: usize) -> Vec<OfferProblem> {
    let mut problems = Vec::new();
    if new.kind.is_some_and(|kind: OptionKind| !kind.fits(known)) {
        problems.push(OfferProblem::KindNotOfBlock { block });
    }
    let roles = &known.asked_by;
    match new.asked_by {
        None if !roles.is_empty() => problems.push(OfferProblem::AskedByMissing {
            block,
            roles: roles.clone(),
        }),
        Some(role) if !roles.contains(&role) => problems.push(OfferProblem::AskedByNotAllowed {
            block,
            roles: roles.clone(),
        }),
        None | Some(_) => {}
    }
    if new.own_contribution > new.cost {
        problems.push(OfferProblem::OwnContributionOverCost { block });
    }
    for (step, new_step) in new.steps.iter().enumerate() {
        let earlier = new.steps.get(..step).unwrap_or_default();
        problems.extend(step_problems(new_step, earlier, known, (block, step)));
    }
    problems
}

fn step_problems(
    new: &NewStep,
    earlier: &[NewStep],
    known: &BuildingBlock,
    (block, step): (usize, usize),
) -> Vec<OfferProblem> {
    let mut problems = Vec::new();
    let fixed = new
        .key
        .as_deref()
        .map(|key| known.steps.iter().find(|fixed| fixed.key == key));
    match (fixed, &new.name) {
        (Some(None), _) => problems.push(OfferProblem::UnknownStep { block, step }),
        (Some(Some(fixed)), Some(name)) if fixed.name.nl != *name => {
            problems.push(OfferProblem::StepNameFixed { block, step });
        }
        (None, None) => problems.push(OfferProblem::StepNameMissing { block, step }),
        (Some(Some(_)), _) | (None, Some(_)) => {}
    }
    if new.key.is_some() && earlier.iter().any(|other| other.key == new.key) {
        problems.push(OfferProblem::StepTwice { block, step });
    }
    let listed =
        |list: &[crate::catalogue::Named], key: &String| list.iter().any(|named| named.key == *key);
    if new
        .form
        .as_ref()
        .is_some_and(|form| !listed(&known.forms, form))
    {
        problems.push(OfferProblem::FormNotOfBlock { block, step });
    }
    if new
        .method
        .as_ref()
        .is_some_and(|method| !listed(&known.methods, method))
    {
        problems.push(OfferProblem::MethodNotOfBlock { block, step });
    }
    problems
}

/// The block with the names of its fixed steps filled in, in Dutch, the language of the records.
fn offered(new: NewBlock, known: &BuildingBlock) -> OfferBlock {
    let steps = new.steps.into_iter().map(|step| {
        let fixed = step
            .key
            .as_deref()
            .and_then(|key| known.steps.iter().find(|fixed| fixed.key == key));
        OfferStep {
            name: fixed.map_or_else(
                || step.name.unwrap_or_default(),
                |fixed| fixed.name.nl.clone(),
            ),
            key: step.key,
            form: step.form,
            method: step.method,
            planned_on: step.planned_on,
        }
    });
    OfferBlock {
        key: new.key,
        kind: new.kind,
        description: new.description,
        hours: new.hours,
        cost: new.cost,
        own_contribution: new.own_contribution,
        asked_by: new.asked_by,
        steps: steps.collect(),
    }
}

/// What is wrong with the principles of an offer.
pub(super) fn principle_problems(
    principles: &[Principle],
    programme: &ProgrammeContent,
) -> Vec<OfferProblem> {
    let mut problems = Vec::new();
    for (position, principle) in principles.iter().enumerate() {
        let is_known = programme
            .guiding_principles
            .iter()
            .any(|known| known.key == principle.key);
        if !is_known {
            problems.push(OfferProblem::UnknownPrinciple {
                principle: position,
            });
        }
        let earlier = principles.get(..position).unwrap_or_default();
        if earlier.iter().any(|other| other.key == principle.key) {
            problems.push(OfferProblem::PrincipleTwice {
                principle: position,
            });
        }
    }
    problems
}

/// Everything that an offer lacks to be sent on `today`, at once. The sponsor is for the caller.
pub(super) fn missing_for_sending(
    offer: &Offer,
    programme: &ProgrammeContent,
    today: Date,
) -> Vec<SendingProblem> {
    let mut missing = Vec::new();
    if offer.content.blocks.is_empty() {
        missing.push(SendingProblem::NoBlock);
    }
    match offer.valid_until_on {
        None => missing.push(SendingProblem::ValidUntilMissing),
        Some(last) if last <= today => missing.push(SendingProblem::ValidUntilPast),
        Some(_) => {}
    }
    for (position, block) in offer.content.blocks.iter().enumerate() {
        if let Some(known) = programme.building_block(&block.key) {
            missing.extend(missing_in_block(block, known, position));
        }
    }
    let open = programme.guiding_principles.iter().filter(|known| {
        let looked_at = offer
            .content
            .principles
            .iter()
            .find(|principle| principle.key == known.key);
        looked_at.is_none_or(|principle| !principle.ticked && principle.remark.is_none())
    });
    missing.extend(open.map(|known| SendingProblem::PrincipleOpen {
        key: known.key.clone(),
    }));
    missing
}

fn missing_in_block(
    offered: &OfferBlock,
    known: &BuildingBlock,
    block: usize,
) -> Vec<SendingProblem> {
    let mut missing = Vec::new();
    for (step, offered) in offered.steps.iter().enumerate() {
        if offered.planned_on.is_none() {
            missing.push(SendingProblem::StepUndated { block, step });
        }
        if offered.form.is_none() && !known.forms.is_empty() {
            missing.push(SendingProblem::FormMissing { block, step });
        }
        if offered.method.is_none() && !known.methods.is_empty() {
            missing.push(SendingProblem::MethodMissing { block, step });
        }
    }
    // Where the block's fixed steps stand in the offer, in the order of the block.
    let mut before: Option<(usize, &OfferStep)> = None;
    for fixed in &known.steps {
        let found = offered
            .steps
            .iter()
            .enumerate()
            .find(|(_, step)| step.key.as_deref() == Some(fixed.key.as_str()));
        let Some((step, here)) = found else {
            missing.push(SendingProblem::FixedStepMissing {
                block,
                key: fixed.key.clone(),
            });
            continue;
        };
        let out_of_order = before.is_some_and(|(position, earlier)| {
            let planned = earlier.planned_on.zip(here.planned_on);
            step < position || planned.is_some_and(|(earlier, here)| here < earlier)
        });
        if out_of_order {
            missing.push(SendingProblem::StepOutOfOrder { block, step });
        }
        before = Some((step, here));
    }
    missing
}

/// What the municipality pays of the cost that counts, and what share it must (C10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnContribution {
    /// Its own contribution over the blocks that count.
    pub sum: Cents,
    /// The cost of those blocks.
    pub base: Cents,
    /// The least share, in whole percents.
    pub percent: u8,
}

impl OwnContribution {
    /// Whether the share is reached. Counted in 128 bits: a percentage of a large amount is
    /// more than 64 bits hold.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        let paid = i128::from(self.sum.get()) * 100;
        paid >= i128::from(self.base.get()) * i128::from(self.percent)
    }
}

/// The own contribution that counts; `None` when the programme asks for no share. What the
/// municipality committed to in the assessment holds when that is more than the programme asks.
pub(super) fn own_contribution(
    blocks: &[OfferBlock],
    programme: &ProgrammeContent,
    committed: Option<u8>,
) -> Option<OwnContribution> {
    let (asked, base) = programme.co_funding()?;
    let counts = |block: &&OfferBlock| match base {
        CoFundingBase::WholeOffer => true,
        CoFundingBase::LocalPractice => programme
            .building_block(&block.key)
            .is_some_and(|known| known.local_practice),
    };
    let totals = Totals::of(blocks.iter().filter(counts))?;
    Some(OwnContribution {
        sum: totals.own_contribution,
        base: totals.cost,
        percent: committed.map_or(asked, |committed| asked.max(committed)),
    })
}

#[cfg(test)]
mod tests;
