//! What the installation ships with: programmes, municipalities, reference lists, holidays and
//! the glossary, as data files inside the binary.

pub mod words;

pub use words::{
    CoFundingBase, Language, MeetingKind, MunicipalBody, OrganisationKind, PartyKind, PersonRole,
    RoundsRule, StandingCriterion, SupportKind, TalkKind,
};
