//! Closed sets of words in the document: each a schema that lists its words, so that a body with
//! another word is refused with all its other failures.

use std::borrow::Cow;

use koplopers_shared::assessments::CriterionValue;
use koplopers_shared::calendars::CalendarKind;
use koplopers_shared::candidacies::{CandidacyStatus, CandidateKind, Outcome as CandidacyOutcome};
use koplopers_shared::catalogue::programme::PlanUnit;
use koplopers_shared::catalogue::{
    CoFundingBase, KnowledgeSource, Language, LearningPractice, MeetingKind, MunicipalBody,
    OrganisationKind, PartyKind, PersonRole, RoundsRule, StandingCriterion, SupportKind, TalkKind,
};
use koplopers_shared::consents::{AnsweredVia, ConsentStatus};
use koplopers_shared::decisions::DecisionOutcome;
use koplopers_shared::deliveries::{DeliveryState, DroppedReason, SuppressionReason};
use koplopers_shared::intakes::IntakeStatus;
use koplopers_shared::invitations::AnswerChoice;
use koplopers_shared::knowledge::ItemStatus;
use koplopers_shared::learning_groups::GroupStatus;
use koplopers_shared::meetings::{MeetingOutcome, MeetingStatus, Presence};
use koplopers_shared::members::{MemberStatus, Visibility};
use koplopers_shared::networks::{MembershipStatus, NetworkKind, NetworkStatus};
use koplopers_shared::nominations::{Channel, NominationOutcome, NominationStatus};
use koplopers_shared::offers::{OfferStatus, OptionKind};
use koplopers_shared::overviews::digest::DigestTopic;
use koplopers_shared::overviews::{FunnelStep, IntakePart, OfferPart, TrajectoryPart};
use koplopers_shared::plan_checks::{PlanRule, Severity};
use koplopers_shared::polls::{MissingReason, OptionState, PollStatus, Vote};
use koplopers_shared::reminders::{PlanState, ReminderAudience, ReminderKind};
use koplopers_shared::theme_rounds::{ScoreSource, ThemeRoundStatus};
use koplopers_shared::trajectories::{BlockStatus, Judgement, StepStatus, TrajectoryStatus};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::consents::AnswerWord;

macro_rules! word_schemas {
    ($($name:ident of $words:ty, $schema:literal, $about:literal;)+) => {$(
        #[doc = $about]
        #[derive(Debug)]
        pub enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .enum_values(Some(<$words>::WORDS.iter().copied()))
                    .description(Some($about))
                    .into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($schema)
            }
        }
    )+};
}

word_schemas! {
    PersonRoleWord of PersonRole, "PersonRole", "The role a person holds in an organisation, for a period; see the glossary.";
    OrganisationKindWord of OrganisationKind, "OrganisationKind", "What an organisation is; see the glossary.";
    LanguageWord of Language, "Language", "A language of mails and pages.";
    PartyKindWord of PartyKind, "PartyKind", "A kind of party that is heard in a case; see the glossary.";
    MeetingKindWord of MeetingKind, "MeetingKind", "What a meeting is for; see the glossary.";
    TalkKindWord of TalkKind, "TalkKind", "Which talk is planned from an intake.";
    RoundsRuleWord of RoundsRule, "RoundsRule", "Whether an intake belongs to a round.";
    SupportKindWord of SupportKind, "SupportKind", "One of the three supports an intake needs.";
    MunicipalBodyWord of MunicipalBody, "MunicipalBody", "A body of the municipality whose commitment is recorded.";
    CoFundingBaseWord of CoFundingBase, "CoFundingBase", "The cost over which an own contribution is counted.";
    StandingCriterionWord of StandingCriterion, "StandingCriterion", "A standing condition of the institute.";
    IntakeStatusWord of IntakeStatus, "IntakeStatus", "Where an intake stands; see the glossary.";
    ConsentStatusWord of ConsentStatus, "ConsentStatus", "Where a consent stands; see the glossary.";
    AnsweredViaWord of AnsweredVia, "AnsweredVia", "How an answer came.";
    ConsentAnswerWord of AnswerWord, "ConsentAnswer", "What an executive says.";
    CandidacyOutcomeWord of CandidacyOutcome, "CandidacyOutcome", "What is decided on a candidacy.";
    IntakePartWord of IntakePart, "IntakePart", "A child that can be shown with an intake.";
    OfferPartWord of OfferPart, "OfferPart", "A child that can be shown with an offer.";
    TrajectoryPartWord of TrajectoryPart, "TrajectoryPart", "A child that can be shown with a trajectory.";
    DigestTopicWord of DigestTopic, "DigestTopic", "What a section of the digest is about.";
    FunnelStepWord of FunnelStep, "FunnelStep", "A step on the way of an intake.";
    ItemStatusWord of ItemStatus, "KnowledgeItemStatus", "Where a knowledge item stands; see the glossary.";
    KnowledgeSourceWord of KnowledgeSource, "KnowledgeSource", "Where knowledge comes from; see the glossary.";
    LearningPracticeWord of LearningPractice, "LearningPractice", "The way of learning in which something was gathered; see the glossary.";
    CalendarKindWord of CalendarKind, "CalendarKind", "Whose meetings a calendar holds.";
    DeliveryStateWord of DeliveryState, "DeliveryState", "Where a delivery stands; see the glossary.";
    SuppressionReasonWord of SuppressionReason, "SuppressionReason", "Why nothing is sent to an address.";
    DroppedReasonWord of DroppedReason, "DroppedReason", "Why a delivery is no longer wanted.";
    ReminderKindWord of ReminderKind, "ReminderKind", "How a reminder rule says when.";
    ReminderAudienceWord of ReminderAudience, "ReminderAudience", "Whom a reminder rule reminds.";
    PlanStateWord of PlanState, "ReminderState", "Where a planned reminder stands.";
    MeetingStatusWord of MeetingStatus, "MeetingStatus", "Where a meeting stands; see the glossary.";
    AnswerChoiceWord of AnswerChoice, "AnswerChoice", "What an invitee can answer.";
    MeetingOutcomeWord of MeetingOutcome, "MeetingOutcome", "What came of a meeting.";
    PresenceWord of Presence, "Presence", "Whether somebody was at a meeting.";
    OfferStatusWord of OfferStatus, "OfferStatus", "Where an offer stands; see the glossary.";
    OptionKindWord of OptionKind, "OptionKind", "What kind of option a building block is; see the glossary.";
    TrajectoryStatusWord of TrajectoryStatus, "TrajectoryStatus", "Where a trajectory stands; see the glossary.";
    BlockStatusWord of BlockStatus, "BlockStatus", "Where a block of a trajectory stands; follows from its steps.";
    StepStatusWord of StepStatus, "StepStatus", "Where a step of a trajectory stands.";
    JudgementWord of Judgement, "Judgement", "How content somebody is with what came of a trajectory.";
    NetworkKindWord of NetworkKind, "NetworkKind", "Whom a learning network is for.";
    NetworkStatusWord of NetworkStatus, "NetworkStatus", "Whether a learning network takes members.";
    MembershipStatusWord of MembershipStatus, "MembershipStatus", "Whether somebody is in a learning network.";
    GroupStatusWord of GroupStatus, "LearningGroupStatus", "Whether a learning group learns together.";
    PlanRuleWord of PlanRule, "PlanRule", "A rule that meetings are held against.";
    SeverityWord of Severity, "PlanSeverity", "How bad a finding of a plan check is.";
    MemberStatusWord of MemberStatus, "MemberStatus", "Where a membership stands; see the glossary.";
    VisibilityWord of Visibility, "Visibility", "Who sees a part of a member's profile: everybody, municipalities and members too, or the staff of the institute alone.";
    ThemeRoundStatusWord of ThemeRoundStatus, "ThemeRoundStatus", "Where a theme round stands; see the glossary.";
    ScoreSourceWord of ScoreSource, "ScoreSource", "What a part of a theme's score is about.";
    CriterionValueWord of CriterionValue, "CriterionValue", "What is said of a criterion; see the glossary.";
    DecisionOutcomeWord of DecisionOutcome, "DecisionOutcome", "What is decided on an intake.";
    NominationStatusWord of NominationStatus, "NominationStatus", "Where a nomination stands; see the glossary.";
    NominationOutcomeWord of NominationOutcome, "NominationOutcome", "What came of a nomination, for its nominator.";
    NominationChannelWord of Channel, "NominationChannel", "Where a nomination came in.";
    CandidateKindWord of CandidateKind, "CandidateKind", "What makes somebody a candidate; see the glossary.";
    CandidacyStatusWord of CandidacyStatus, "CandidacyStatus", "Where a candidacy stands; see the glossary.";
    DatePollStatusWord of PollStatus, "DatePollStatus", "Where a date poll stands; see the glossary.";
    DatePollOptionStateWord of OptionState, "DatePollOptionState", "What became of an option of a date poll.";
    DateVoteWord of Vote, "DateVoteWord", "Whether a date suits; see the glossary.";
    MissingMunicipalityReasonWord of MissingReason, "MissingMunicipalityReason", "Why a municipality is not represented on a date.";
    PlanUnitWord of PlanUnit, "PlanUnit", "What the numbers of a meeting plan are counted over.";
}

macro_rules! text_schemas {
    ($($name:ident, $schema:literal, $longest:literal, $kind:expr, $format:expr, $about:literal;)+) => {$(
        #[doc = $about]
        #[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let format: Option<&str> = $format;
                ObjectBuilder::new()
                    .schema_type($kind)
                    .max_length(Some($longest))
                    .format(format.map(|name| SchemaFormat::Custom(name.to_owned())))
                    .description(Some($about))
                    .into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($schema)
            }
        }
    )+};
}

// For lists and maps of texts, whose items no attribute can bound.
text_schemas! {
    SlugText, "Slug", 60, Type::String, Some("slug"), "A name of one of our lists: lower-case words joined by hyphens.";
    MunicipalityCodeText, "MunicipalityCode", 6, Type::String, Some("municipality-code"), "A municipality by its code of Statistics Netherlands.";
    AnswerKeyText, "AnswerKey", 60, Type::String, None, "The key of a question of the programme.";
    AnswerText, "Answer", 10_000, Type::String, None, "An answer to a question of the programme.";
    AnswerChangeText, "AnswerChange", 10_000, SchemaType::from_iter([Type::String, Type::Null]), None, "An answer to a question of the programme; null takes it away.";
}
