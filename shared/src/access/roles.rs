//! Roles: names for sets of permissions.

use super::{Permit, PermitSet};
use crate::text_enum;

text_enum! {
    /// A bundle of permissions.
    pub enum Role {
        /// A municipality's system or official; always bound to that municipality.
        Municipality => "municipality",
        /// An adviser of the institute: plans and holds talks.
        Adviser => "adviser",
        /// A coordinator of the institute: decides, and keeps catalogue, people and clients.
        Coordinator => "coordinator",
        /// An associate member.
        Member => "member",
        /// Operations: the outbox.
        Ops => "ops",
        /// Reads what was done by whom.
        Auditor => "auditor",
        /// The gateway that hands in mail.
        MailGateway => "mail-gateway",
    }
}

impl Role {
    /// What the role may do.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "one list per role")]
    pub const fn permits(self) -> PermitSet {
        match self {
            Self::Municipality => PermitSet::of(&[
                Permit::IntakesRead,
                Permit::IntakesWrite,
                Permit::MeetingsRead,
                Permit::InvitationsAnswer,
                Permit::CatalogueRead,
                Permit::PeopleRead,
                Permit::PeopleWrite,
                Permit::EventsRead,
                Permit::OffersRead,
                Permit::TrajectoriesRead,
                Permit::KnowledgeRead,
                Permit::NetworksRead,
                Permit::NetworksJoin,
                Permit::LearningGroupsRead,
                Permit::NominationsRead,
                Permit::NominationsWrite,
                Permit::MembersRead,
            ]),
            Self::Adviser => PermitSet::of(&[
                Permit::IntakesRead,
                Permit::IntakesAssess,
                Permit::MeetingsRead,
                Permit::MeetingsWrite,
                Permit::InvitationsAnswer,
                Permit::CatalogueRead,
                Permit::PeopleRead,
                Permit::PeopleWrite,
                Permit::OffersRead,
                Permit::OffersWrite,
                Permit::TrajectoriesRead,
                Permit::TrajectoriesWrite,
                Permit::KnowledgeRead,
                Permit::KnowledgeWrite,
                Permit::NetworksRead,
                Permit::NetworksJoin,
                Permit::LearningGroupsRead,
                Permit::LearningGroupsWrite,
                Permit::NominationsRead,
                Permit::NominationsWrite,
                Permit::CandidaciesRead,
                Permit::CandidaciesReview,
                Permit::MembersRead,
                Permit::ThemeRoundsRead,
            ]),
            Self::Coordinator => PermitSet::of(&[
                Permit::IntakesRead,
                Permit::IntakesWrite,
                Permit::IntakesAssess,
                Permit::IntakesDecide,
                Permit::MeetingsRead,
                Permit::MeetingsWrite,
                Permit::RemindersWrite,
                Permit::InvitationsAnswer,
                Permit::CatalogueRead,
                Permit::CatalogueWrite,
                Permit::PeopleRead,
                Permit::PeopleWrite,
                Permit::DeliveriesRead,
                Permit::DigestRead,
                Permit::EventsRead,
                Permit::ClientsManage,
                Permit::OffersRead,
                Permit::OffersWrite,
                Permit::TrajectoriesRead,
                Permit::TrajectoriesWrite,
                Permit::KnowledgeRead,
                Permit::KnowledgeWrite,
                Permit::NetworksRead,
                Permit::NetworksJoin,
                Permit::NetworksWrite,
                Permit::LearningGroupsRead,
                Permit::LearningGroupsWrite,
                Permit::NominationsRead,
                Permit::NominationsWrite,
                Permit::CandidaciesRead,
                Permit::CandidaciesWrite,
                Permit::CandidaciesReview,
                Permit::CandidaciesDecide,
                Permit::MembersRead,
                Permit::MembersProfile,
                Permit::MembersWrite,
                Permit::ThemeRoundsRead,
                Permit::ThemeRoundsWrite,
                Permit::PeopleErase,
            ]),
            Self::Member => PermitSet::of(&[
                Permit::MeetingsRead,
                Permit::InvitationsAnswer,
                Permit::CatalogueRead,
                Permit::KnowledgeRead,
                Permit::NetworksRead,
                Permit::NominationsRead,
                Permit::NominationsWrite,
                Permit::CandidaciesReview,
                Permit::MembersRead,
                Permit::MembersProfile,
                Permit::ThemeRoundsRead,
                Permit::ThemeRoundsVote,
            ]),
            Self::Ops => PermitSet::of(&[
                Permit::CatalogueRead,
                Permit::DeliveriesRead,
                Permit::DigestRead,
                Permit::DeliveriesRetry,
                Permit::EventsRead,
            ]),
            Self::MailGateway => PermitSet::of(&[Permit::InboundMailWrite]),
            Self::Auditor => {
                PermitSet::of(&[Permit::CatalogueRead, Permit::EventsRead, Permit::AuditRead])
            }
        }
    }

    /// Whether a holder must be bound to a municipality.
    #[must_use]
    pub const fn needs_municipality(self) -> bool {
        matches!(self, Self::Municipality)
    }
}

crate::text_column!(Role);
