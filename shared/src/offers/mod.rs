//! Offers: what is proposed to a municipality after a match (T3, T4, T5).
//!
//! | from | action | to | who |
//! | --- | --- | --- | --- |
//! | – | draft | drafted | adviser, coordinator |
//! | drafted | change | drafted | adviser, coordinator |
//! | drafted | send | sent | adviser, coordinator |
//! | sent | supersede: a newer one was sent | superseded | follows from send |
//! | sent | accept | accepted | the sponsor, by the link in the mail |
//! | sent | refuse | refused | the sponsor, by the link in the mail |
//! | sent | expire: its last day has passed | expired | System |
//! | drafted, sent | withdraw | withdrawn | adviser, coordinator; follows from the end of the intake |
//!
//! A test tries every pair of state and action. Of one intake at most one offer is sent, and at
//! most one accepted. A municipality sees an offer from the moment it was sent.
//!
//! An offer is composed of the building blocks of the programme version of its intake, each once.
//! Nothing in it is about a person or a family, also where that is what it helps with (B2): there
//! is no field for them.

mod actions;
mod answer;
mod chase;
mod errors;
mod expiry;
mod life_cycle;
mod model;
mod queries;
mod rules;
mod sending;
mod trace;

pub use actions::{NewOffer, OfferChange, change, draft, withdraw, withdraw_open_of_intake};
pub use answer::{OfferAnswer, answer};
pub use chase::chase_due;
pub use errors::{AnswerOfferError, DraftOfferError, SendOfferError, WithdrawOfferError};
pub use expiry::expire_due;
pub use life_cycle::{InvalidOfferTransition, OfferAction, OfferStatus};
pub use model::{
    AnsweredBy, NewBlock, NewStep, Offer, OfferBlock, OfferContent, OfferStep, OptionKind,
    Principle, Totals,
};
pub use queries::{
    OfferFilter, accepted_of, find, list, of_intakes, replaces_another, that_counts,
};
pub use rules::{OfferProblem, OwnContribution, SendingProblem};
pub use sending::send;
