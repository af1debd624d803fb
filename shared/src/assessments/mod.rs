//! Assessments: from the talk to what stands in the way of a match (T1, T6, C1-C11).
//!
//! An intake gets one when its assessment starts. Advisers record what the talk was about and
//! each their own findings on the criteria of the programme version that the intake was made
//! under; the coordinator settles. Nothing here is for the municipality: it reads the decision.
//!
//! | a criterion counts as | because |
//! | --- | --- |
//! | what the coordinator settled | `settled` |
//! | what every finding says, when all say the same | `agreed` |
//! | unknown, since the findings differ | `disputed` |
//! | unknown, since nobody found anything | `unassessed` |
//!
//! [`rules`] weighs it: which hard requirements hold, who was not heard, and what hinders a
//! match.

mod actions;
mod gates;
mod model;
pub mod queries;
pub mod rules;

pub(crate) use actions::weigh;
pub use actions::{
    AssessmentChange, ChangeAssessmentError, Overview, RecordProblem, StartAssessmentError, change,
    overview, set_findings, settle, start,
};
pub use model::{
    Assessment, Basis, CoFunding, CriterionValue, Evidenced, Finding, Judgement, Recorded,
    Settlement,
};
pub use rules::{
    CriterionResult, GateResult, Hindrance, HindranceKind, JudgementProblem, PartyAlert, Weighed,
};
