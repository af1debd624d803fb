//! Closed sets of words in the document: each a schema that lists its words, so that a body with
//! another word is refused with all its other failures.

use std::borrow::Cow;

use koplopers_shared::catalogue::programme::PlanUnit;
use koplopers_shared::catalogue::{
    CoFundingBase, Language, MeetingKind, MunicipalBody, OrganisationKind, PartyKind, PersonRole,
    RoundsRule, StandingCriterion, SupportKind, TalkKind,
};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

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
    PlanUnitWord of PlanUnit, "PlanUnit", "What the numbers of a meeting plan are counted over.";
}
