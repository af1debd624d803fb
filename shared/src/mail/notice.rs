//! The notice to somebody whose data another person gave us (AVG art. 14), part of the first mail they get.

use super::clean::Line;
use super::render::Page;
use crate::catalogue::words::Language;
use crate::text_enum;

/// Who gave the recipient's data, and what for.
#[derive(Debug, Clone)]
pub struct Notice {
    /// The person or organisation that named the recipient.
    pub named_by: Line,
    /// As what they were named.
    pub named_as: NamedAs,
}

text_enum! {
    /// As what somebody was named by another.
    pub enum NamedAs {
        /// Contact person of an intake.
        ContactPerson => "contact_person",
        /// Sponsor of an intake.
        Sponsor => "sponsor",
        /// Somebody to meet.
        Invitee => "invitee",
        /// Member of a learning network.
        NetworkMember => "network_member",
    }
}

impl Notice {
    /// As what, in the language of the reader: "als contactpersoon van een aanvraag".
    #[must_use]
    pub fn role(&self, page: &Page<'_>) -> &'static str {
        match (page.language(), self.named_as) {
            (Language::Nl, NamedAs::ContactPerson) => "contactpersoon van een aanvraag",
            (Language::Nl, NamedAs::Sponsor) => "opdrachtgever van een aanvraag",
            (Language::Nl, NamedAs::Invitee) => "deelnemer aan een bijeenkomst",
            (Language::Nl, NamedAs::NetworkMember) => "lid van een lerend netwerk",
            (Language::En, NamedAs::ContactPerson) => "contact person of a request",
            (Language::En, NamedAs::Sponsor) => "sponsor of a request",
            (Language::En, NamedAs::Invitee) => "participant in a meeting",
            (Language::En, NamedAs::NetworkMember) => "member of a learning network",
        }
    }

    /// What the data are used for: "de aanvraag, …".
    #[must_use]
    pub fn purposes(&self, page: &Page<'_>) -> &'static str {
        match (page.language(), self.is_about_network()) {
            (Language::Nl, false) => "de aanvraag, het plannen van gesprekken en het programma",
            (Language::Nl, true) => "het lerend netwerk en het programma",
            (Language::En, false) => "the request, to plan talks and for the programme",
            (Language::En, true) => "the learning network and for the programme",
        }
    }

    /// In what the people are involved who see the data.
    #[must_use]
    pub fn circle(&self, page: &Page<'_>) -> &'static str {
        match (page.language(), self.is_about_network()) {
            (Language::Nl, false) => "de aanvraag of het gesprek",
            (Language::Nl, true) => "het netwerk of het programma",
            (Language::En, false) => "the request or the talk",
            (Language::En, true) => "the network or the programme",
        }
    }

    const fn is_about_network(&self) -> bool {
        matches!(self.named_as, NamedAs::NetworkMember)
    }
}
