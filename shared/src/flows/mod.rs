//! The few use cases that reach across features.

mod admit_candidate;
mod answer_consent;
mod ask_unasked;
mod await_consents;
mod cancel_meeting;
pub mod catalogue;
mod change_candidacy;
mod change_employer;
mod change_meeting;
mod change_round;
mod compose_mail;
mod consent_parties;
mod copy_meeting;
mod decide;
mod decide_candidacy;
mod delegate;
mod erase_person;
mod finish_mail;
mod forget_old;
mod forget_texts;
pub mod fresh_link;
mod invitees;
mod meeting_belongs;
mod nominate;
mod nominate_officials;
mod object;
mod open_nomination;
mod places;
mod plan_series;
mod plan_talk;
mod preview_mail;
mod publish_calendar;
mod receive_mail;
mod record_attendance;
mod record_outcome;
mod refer_intake;
mod regroup;
mod remind;
mod reminder_rules;
mod request_consent;
mod review_candidacy;
mod schedule_meeting;
mod send_digests;
mod start_trajectory;
mod take_reply;
mod tell_candidate;
mod tell_outcome;
mod unassign_reviewer;
mod withdraw_intake;
mod withdraw_nomination;

pub use admit_candidate::{AnswerInvitationError, accept_invitation, decline_invitation};
pub use answer_consent::{
    RecordConsentError, answer_consent, record_consent, waive_consent, withdraw_consent,
};
pub use ask_unasked::{ask_proposed_giver, note_unaskable, unasked_candidacies};
pub use await_consents::{chase_consents, expire_consents};
pub use cancel_meeting::cancel_meeting;
pub use change_candidacy::{
    CandidacyChange, CandidacyProblem, ChangeCandidacyError, change_candidacy,
};
pub use change_employer::{ChangeEmployerError, change_employer};
pub use change_meeting::{
    ChangeMeetingError, ChangeProblem, ChangedMeeting, MailCounts, MeetingChanges, PreviewedChange,
    change_meeting, preview_meeting_change,
};
pub use change_round::change_round;
pub use compose_mail::{
    ComposeError, Composed, ComposedMail, Letterhead, compose, no_longer_wanted,
};
pub use copy_meeting::{CopyMeetingError, copy_meeting};
pub(crate) use decide::decisions_seen;
pub use decide::{
    DecideError, HinderedIntake, NewDecision, ReleaseRoundError, decision_of, prepare_decision,
    release_decision, release_round, take_back_decision,
};
pub use decide_candidacy::{
    DecideCandidacyError, HinderedCandidacy, InviteHindrance, NewCandidacyDecision,
    ReleaseCohortError, prepare_candidacy_decision, release_candidacy_decision, release_cohort,
    take_back_candidacy_decision,
};
pub use delegate::{ChosenDelegate, DelegateError, Delegated, delegate};
pub use erase_person::{ErasePersonError, erase_candidacy, erase_person};
pub use finish_mail::{finish_mails, sweep_mails};
pub use forget_old::{Forgotten, forget_old};
pub use invitees::InviteeProblem;
pub use meeting_belongs::{BelongsChange, BelongsProblem};
pub use nominate::{ImportedNomination, TELL_WITHIN, import_nomination, nominate};
pub use nominate_officials::{NominateOfficialsError, OfficialsNomination, nominate_officials};
pub use object::{ObjectError, Objected, object};
pub use open_nomination::{ConfirmNominationError, confirm_nomination, receive_open_nomination};
pub use places::free_place;
pub use plan_series::{MOST_INVITATIONS, PlanSeriesError, PlannedSeries, SeriesPlan, plan_series};
pub use plan_talk::{PlanTalkError, PlannedTalk, TalkPlan, plan_talk};
pub use preview_mail::{PreviewEnd, preview_mail};
pub use publish_calendar::{publish_calendar, published};
pub use receive_mail::{ReceiveMailError, receive_mail};
pub use record_attendance::{
    AttendanceProblem, RecordMeetingError, record_attendance, write_minutes,
};
pub use record_outcome::record_outcome;
pub use refer_intake::{NewReferral, NotOffered, ReferIntakeError, ReferralProblem, refer_intake};
pub use regroup::{RegroupError, merge_candidacies, split_candidacy};
pub use remind::{is_reminded, remind_due};
pub use reminder_rules::{
    MOST_REMINDER_RULES, ReminderRuleError, RuleChange, RuleEffect, RuleProblem,
    change_reminder_rule, create_reminder_rule, find_reminder_rule, plan_reminders,
    preview_reminder_rule, retire_reminder_rule,
};
pub use request_consent::{
    ChosenGiver, ConsentRequest, RequestConsentError, replace_giver, request_consent,
};
pub use review_candidacy::{
    AssignReviewersError, CohortRanking, HandInReviewError, ReviewFile, assign_reviewers,
    hand_in_review, rank_cohort, review_file,
};
pub use schedule_meeting::{
    MeetingPlan, PlannedMeeting, ScheduleDraftError, ScheduleMeetingError, ScheduleProblem,
    draft_meeting, schedule_draft, schedule_meeting,
};
pub use send_digests::{send_digest_now, send_digests};
pub use start_trajectory::{StartTrajectoryError, start_trajectory};
pub use tell_candidate::{
    NoticeError, TELL_AHEAD, give_notice, tell_candidate, tell_due_candidates,
};
pub use unassign_reviewer::{UnassignReviewerError, unassign_reviewer};
pub use withdraw_intake::{WithdrawIntakeError, withdraw_intake};
pub use withdraw_nomination::withdraw_nomination;
