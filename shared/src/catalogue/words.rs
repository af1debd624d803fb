//! The closed sets of words that the catalogue, people, organisations and meetings share.
//!
//! Typed roles and practice parties keep their Dutch words: they name Dutch offices and groups
//! for which no exact English word exists. Their names and meanings in both languages are in
//! `data/roles.toml`, `data/party-kinds.toml` and `data/organisation-kinds.toml`.

use crate::text_enum;

text_enum! {
    /// A language we write mails and pages in.
    #[derive(Default)]
    pub enum Language {
        /// Dutch, the language of a person who did not choose.
        #[default]
        Nl => "nl",
        /// English.
        En => "en",
    }
}

text_enum! {
    /// The role a person holds in an organisation, for a period (A1-A3).
    pub enum PersonRole {
        /// Highest official of a municipality.
        Gemeentesecretaris => "gemeentesecretaris",
        /// Highest executive within the social domain of a municipality.
        HoogsteLeidinggevendeSociaalDomein => "hoogste_leidinggevende_sociaal_domein",
        /// Mayor.
        Burgemeester => "burgemeester",
        /// Alderman.
        Wethouder => "wethouder",
        /// Municipal professional.
        Ambtenaar => "ambtenaar",
        /// Member of the municipal council.
        Raadslid => "raadslid",
        /// Director of an organisation other than a municipality.
        Director => "director",
        /// Adviser of the institute.
        Adviseur => "adviseur",
        /// Professional of the institute who intervenes in a case that is stuck.
        Interventieprofessional => "interventieprofessional",
        /// Researcher.
        Onderzoeker => "onderzoeker",
        /// Independent person who asks the critical questions.
        KritischeVragensteller => "kritische_vragensteller",
        /// Resident.
        Inwoner => "inwoner",
        /// Expert by experience.
        Ervaringsdeskundige => "ervaringsdeskundige",
        /// Social professional.
        SociaalProfessional => "sociaal_professional",
        /// Speaks for a residents' initiative, a provider, a client organisation, an advisory
        /// council or a partner.
        Vertegenwoordiger => "vertegenwoordiger",
    }
}

impl PersonRole {
    /// Whether the holder may give the consent of N3: the highest executive of their
    /// organisation. In the social domain of a municipality two offices qualify.
    #[must_use]
    pub const fn is_highest_executive(self) -> bool {
        matches!(
            self,
            Self::Gemeentesecretaris | Self::HoogsteLeidinggevendeSociaalDomein | Self::Director
        )
    }

    /// Whether the holder may be the sponsor of an intake (C5).
    #[must_use]
    pub const fn may_sponsor(self) -> bool {
        matches!(
            self,
            Self::Gemeentesecretaris | Self::HoogsteLeidinggevendeSociaalDomein
        )
    }

    /// Whether this is an office or a post in a municipality (A1), so that the role is held
    /// with a municipality and nowhere else.
    #[must_use]
    pub const fn is_municipal(self) -> bool {
        matches!(
            self,
            Self::Gemeentesecretaris
                | Self::HoogsteLeidinggevendeSociaalDomein
                | Self::Burgemeester
                | Self::Wethouder
                | Self::Ambtenaar
                | Self::Raadslid
        )
    }
}

text_enum! {
    /// A kind of party that is heard in a case or sits at the table of a practice (A2, T6, L3).
    pub enum PartyKind {
        /// Residents.
        Inwoner => "inwoner",
        /// Experts by experience.
        Ervaringsdeskundige => "ervaringsdeskundige",
        /// Social professionals.
        SociaalProfessional => "sociaal_professional",
        /// Residents' initiatives.
        Bewonersinitiatief => "bewonersinitiatief",
        /// Providers of care and support.
        Aanbieder => "aanbieder",
        /// Client organisations.
        Clientenorganisatie => "clientenorganisatie",
        /// Advisory councils of residents.
        Adviesraad => "adviesraad",
        /// The municipality itself: no practice party, but one of the four at the table (L3).
        Gemeente => "gemeente",
    }
}

text_enum! {
    /// What an organisation is (A1, A2, A4).
    pub enum OrganisationKind {
        /// A municipality, with a CBS code.
        Municipality => "municipality",
        /// The institute that runs this installation.
        Institute => "institute",
        /// A ministry.
        Ministry => "ministry",
        /// The association of all municipalities (VNG).
        MunicipalAssociation => "municipal_association",
        /// An association of professionals.
        ProfessionalAssociation => "professional_association",
        /// Another knowledge institute.
        KnowledgeInstitute => "knowledge_institute",
        /// A residents' initiative.
        Bewonersinitiatief => "bewonersinitiatief",
        /// A provider of care and support.
        Aanbieder => "aanbieder",
        /// A client organisation.
        Clientenorganisatie => "clientenorganisatie",
        /// An advisory council of residents.
        Adviesraad => "adviesraad",
        /// Anything else, such as a library or a housing association.
        Other => "other",
    }
}

impl OrganisationKind {
    /// Whether such an organisation can be a partner (A4).
    #[must_use]
    pub const fn is_partner(self) -> bool {
        matches!(
            self,
            Self::Ministry
                | Self::MunicipalAssociation
                | Self::ProfessionalAssociation
                | Self::KnowledgeInstitute
        )
    }

    /// The practice party (A2) that such an organisation is, if it is one.
    #[must_use]
    pub const fn party_kind(self) -> Option<PartyKind> {
        match self {
            Self::Municipality => Some(PartyKind::Gemeente),
            Self::Bewonersinitiatief => Some(PartyKind::Bewonersinitiatief),
            Self::Aanbieder => Some(PartyKind::Aanbieder),
            Self::Clientenorganisatie => Some(PartyKind::Clientenorganisatie),
            Self::Adviesraad => Some(PartyKind::Adviesraad),
            Self::Institute
            | Self::Ministry
            | Self::MunicipalAssociation
            | Self::ProfessionalAssociation
            | Self::KnowledgeInstitute
            | Self::Other => None,
        }
    }
}

text_enum! {
    /// What a meeting is for.
    pub enum MeetingKind {
        /// Block 0: the local situation and the support needed (T1).
        ExploratoryTalk => "exploratory_talk",
        /// The talk planned from an intake (I1).
        IntakeTalk => "intake_talk",
        /// A meeting of the associate members or of a learning network (N5).
        Network => "network",
        /// The first meeting of a learning group (L4).
        KickOff => "kick_off",
        /// A meeting of one practice (L5).
        Local => "local",
        /// A meeting in which the practices of a group learn from each other (L6).
        Exchange => "exchange",
        /// The last meeting of a learning group (L7).
        Closing => "closing",
        /// Showing results or members to others (N9, B3).
        Presentation => "presentation",
        /// Any other meeting.
        Other => "other",
    }
}

text_enum! {
    /// Which talk is planned from an intake of a programme.
    pub enum TalkKind {
        /// An intake talk (I1).
        IntakeTalk => "intake_talk",
        /// An exploratory talk (T1).
        ExploratoryTalk => "exploratory_talk",
    }
}

impl TalkKind {
    /// The kind of the meeting that is planned.
    #[must_use]
    pub const fn meeting_kind(self) -> MeetingKind {
        match self {
            Self::IntakeTalk => MeetingKind::IntakeTalk,
            Self::ExploratoryTalk => MeetingKind::ExploratoryTalk,
        }
    }
}

text_enum! {
    /// Whether an intake of a programme belongs to a round.
    pub enum RoundsRule {
        /// The round is fixed at submission.
        Required => "required",
        /// Intakes come in all year.
        None => "none",
    }
}

text_enum! {
    /// One of the three supports an intake needs (C6).
    pub enum SupportKind {
        /// Board: the college or a member of it.
        Board => "board",
        /// Officials.
        Officials => "officials",
        /// Practice: residents, professionals, providers.
        Practice => "practice",
    }
}

text_enum! {
    /// A body of the municipality whose commitment is recorded (C9).
    pub enum MunicipalBody {
        /// The college of mayor and aldermen.
        College => "college",
        /// The municipal council.
        Raad => "raad",
        /// The officials.
        Ambtenaren => "ambtenaren",
    }
}

text_enum! {
    /// The cost over which an own contribution is counted (C10).
    pub enum CoFundingBase {
        /// Only the building blocks marked as local practice.
        LocalPractice => "local_practice",
        /// All building blocks of the offer.
        WholeOffer => "whole_offer",
    }
}

text_enum! {
    /// The standing conditions of the institute (C1-C11), so that criteria that say the same
    /// in several programmes can be compared.
    pub enum StandingCriterion {
        /// A desired effect in society that needs transformation.
        C1 => "C1",
        /// Urgency, argued from the public interest.
        C2 => "C2",
        /// The wish to learn with practice, science and policy.
        C3 => "C3",
        /// Lasting positive change for people in a vulnerable position.
        C4 => "C4",
        /// The sponsor is the highest executive.
        C5 => "C5",
        /// Board, officials and practice each support it.
        C6 => "C6",
        /// A question of two parts.
        C7 => "C7",
        /// Time, help with the end product, motivation to learn.
        C8 => "C8",
        /// Commitment of college, council and officials.
        C9 => "C9",
        /// Co-funding.
        C10 => "C10",
        /// A concrete task, researched together and anchored.
        C11 => "C11",
    }
}

text_enum! {
    /// Where knowledge comes from (N7).
    pub enum KnowledgeSource {
        /// The work.
        Practice => "practice",
        /// Research.
        Science => "science",
        /// People who live it.
        Experience => "experience",
    }
}

text_enum! {
    /// The way of learning in which something was gathered (N7).
    pub enum LearningPractice {
        /// Kwaliteitskompas: learning in steps on the quality of the social domain.
        QualityCompass => "quality_compass",
        /// Trying things out in the real surroundings.
        LivingLab => "living_lab",
        /// Studying and changing at the same time.
        ActionResearch => "action_research",
        /// Learning from one situation that was stuck.
        Breakthrough => "breakthrough",
    }
}

crate::text_column!(
    KnowledgeSource,
    Language,
    LearningPractice,
    PersonRole,
    PartyKind,
    OrganisationKind,
    MeetingKind,
    TalkKind,
    RoundsRule,
    SupportKind,
    MunicipalBody,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_three_roles_may_consent_and_two_may_sponsor() {
        // mission: N3, C5
        let consenting: Vec<_> = PersonRole::ALL
            .iter()
            .filter(|role| role.is_highest_executive())
            .map(|role| role.as_str())
            .collect();
        assert_eq!(
            consenting,
            [
                "gemeentesecretaris",
                "hoogste_leidinggevende_sociaal_domein",
                "director"
            ]
        );
        let sponsoring: Vec<_> = PersonRole::ALL
            .iter()
            .filter(|role| role.may_sponsor())
            .map(|role| role.as_str())
            .collect();
        assert_eq!(sponsoring, consenting[..2]);
    }

    #[test]
    fn every_talk_kind_is_a_meeting_kind_of_the_same_word() {
        for talk in TalkKind::ALL {
            assert_eq!(talk.meeting_kind().as_str(), talk.as_str());
        }
    }

    #[test]
    fn an_organisation_of_a_practice_kind_counts_as_that_party() {
        // mission: A2
        for kind in OrganisationKind::ALL {
            if let Some(party) = kind.party_kind()
                && *kind != OrganisationKind::Municipality
            {
                assert_eq!(party.as_str(), kind.as_str());
            }
        }
    }
}
