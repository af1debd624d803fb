//! The few use cases that reach across features.

mod answer_consent;
mod await_consents;
mod cancel_meeting;
pub mod catalogue;
mod change_round;
mod compose_mail;
mod consent_parties;
mod decide;
mod erase_person;
mod finish_mail;
mod forget_old;
pub mod fresh_link;
mod places;
mod plan_talk;
mod receive_mail;
mod record_outcome;
mod refer_intake;
mod request_consent;
mod review_candidacy;
mod start_trajectory;
mod withdraw_intake;

pub use answer_consent::{
    RecordConsentError, answer_consent, record_consent, waive_consent, withdraw_consent,
};
pub use await_consents::{chase_consents, expire_consents};
pub use cancel_meeting::cancel_meeting;
pub use change_round::change_round;
pub use compose_mail::{
    ComposeError, Composed, ComposedMail, Letterhead, compose, no_longer_wanted,
};
pub(crate) use decide::decisions_seen;
pub use decide::{
    DecideError, HinderedIntake, NewDecision, ReleaseRoundError, decision_of, prepare_decision,
    release_decision, release_round, take_back_decision,
};
pub use erase_person::{ErasePersonError, erase_candidacy, erase_person};
pub use finish_mail::{finish_mails, sweep_mails};
pub use forget_old::{Forgotten, forget_old};
pub use places::free_place;
pub use plan_talk::{PlanTalkError, PlannedTalk, TalkPlan, TalkPlanProblem, plan_talk};
pub use receive_mail::{ReceiveMailError, receive_mail};
pub use record_outcome::record_outcome;
pub use refer_intake::{NewReferral, NotOffered, ReferIntakeError, ReferralProblem, refer_intake};
pub use request_consent::{
    ChosenGiver, ConsentRequest, RequestConsentError, replace_giver, request_consent,
};
pub use review_candidacy::{
    AssignReviewersError, CohortRanking, HandInReviewError, ReviewFile, assign_reviewers,
    hand_in_review, rank_cohort, review_file,
};
pub use start_trajectory::{StartTrajectoryError, start_trajectory};
pub use withdraw_intake::{WithdrawIntakeError, withdraw_intake};
