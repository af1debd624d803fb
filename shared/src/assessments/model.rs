//! What is recorded of a case, and what assessors and coordinator say of its criteria.

use jiff::Timestamp;

use crate::catalogue::words::{MunicipalBody, PartyKind, SupportKind};
use crate::ids::{IntakeId, PersonId};
use crate::text_enum;

text_enum! {
    /// What is said of a criterion.
    pub enum CriterionValue {
        /// It is met.
        Met => "met",
        /// It is not.
        NotMet => "not_met",
        /// Nobody can say yet.
        Unknown => "unknown",
        /// It need not hold here, for a reason that is given.
        Waived => "waived",
    }
}

text_enum! {
    /// How the value of a criterion came about.
    pub enum Basis {
        /// The coordinator settled it.
        Settled => "settled",
        /// Everybody who assessed it says the same.
        Agreed => "agreed",
        /// The findings differ, and nobody has settled it.
        Disputed => "disputed",
        /// Nobody has assessed it.
        Unassessed => "unassessed",
    }
}

crate::text_column!(CriterionValue);

/// Something that was recorded, with who did so and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded<T> {
    /// What.
    pub what: T,
    /// The kind of actor and its id, joined by a colon: `person:0198…`.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A word with what shows that it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidenced<W> {
    /// The party kind that was heard, the support, or the body.
    pub key: W,
    /// What shows it; for a party, a note on who was heard and where.
    pub evidence: Option<String>,
}

/// The share of the cost that the municipality committed to (C10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoFunding {
    /// The share in whole percents, 0-100.
    pub percent: u8,
    /// Who committed to it on behalf of the municipality.
    pub given_by: Option<PersonId>,
}

/// What is recorded of the case of one intake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// The intake.
    pub intake: IntakeId,
    /// Rises on every write to record, findings or settlement; the ETag.
    pub version: i64,
    /// The local situation (T1).
    pub local_situation: Option<String>,
    /// The support that is needed (T1).
    pub support_needed: Option<String>,
    /// The kinds of party that were heard (T6).
    pub heard: Vec<Recorded<Evidenced<PartyKind>>>,
    /// The supports there are (C6).
    pub supports: Vec<Recorded<Evidenced<SupportKind>>>,
    /// The bodies that committed themselves (C9).
    pub bodies: Vec<Recorded<Evidenced<MunicipalBody>>>,
    /// The own contribution that was committed to (C10).
    pub co_funding: Option<Recorded<CoFunding>>,
    /// When the assessment started.
    pub created_at: Timestamp,
    /// When anything of it was last written.
    pub updated_at: Timestamp,
}

/// What somebody says of one criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The criterion's key in the programme.
    pub criterion: String,
    /// What they say.
    pub value: CriterionValue,
    /// What shows it.
    pub evidence: Option<String>,
    /// Why, which a waiver must tell.
    pub reason: Option<String>,
}

/// One assessor's view of one criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whose view.
    pub assessor: PersonId,
    /// What they say.
    pub judgement: Judgement,
    /// When they said so.
    pub found_at: Timestamp,
}

/// What the coordinator settled of one criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// What it counts as.
    pub judgement: Judgement,
    /// The kind of actor and its id, joined by a colon.
    pub by: String,
    /// When it was settled.
    pub at: Timestamp,
}
