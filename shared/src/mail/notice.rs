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
        /// Executive who is asked for consent.
        ConsentGiver => "consent_giver",
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
            (Language::Nl, NamedAs::ConsentGiver) => "leidinggevende van een kandidaat",
            (Language::En, NamedAs::ContactPerson) => "contact person of a request",
            (Language::En, NamedAs::Sponsor) => "sponsor of a request",
            (Language::En, NamedAs::Invitee) => "participant in a meeting",
            (Language::En, NamedAs::NetworkMember) => "member of a learning network",
            (Language::En, NamedAs::ConsentGiver) => "executive of a candidate",
        }
    }

    /// What the data are used for: "de aanvraag, …".
    #[must_use]
    pub fn purposes(&self, page: &Page<'_>) -> &'static str {
        match (page.language(), self.named_as.circle()) {
            (Language::Nl, Circle::Request) => {
                "de aanvraag, het plannen van gesprekken en het programma"
            }
            (Language::Nl, Circle::Network) => "het lerend netwerk en het programma",
            (Language::Nl, Circle::Nomination) => "de voordracht",
            (Language::En, Circle::Request) => "the request, to plan talks and for the programme",
            (Language::En, Circle::Network) => "the learning network and for the programme",
            (Language::En, Circle::Nomination) => "the nomination",
        }
    }

    /// In what the people are involved who see the data.
    #[must_use]
    pub fn circle(&self, page: &Page<'_>) -> &'static str {
        match (page.language(), self.named_as.circle()) {
            (Language::Nl, Circle::Request) => "de aanvraag of het gesprek",
            (Language::Nl, Circle::Network) => "het netwerk of het programma",
            (Language::Nl, Circle::Nomination) => "de voordracht",
            (Language::En, Circle::Request) => "the request or the talk",
            (Language::En, Circle::Network) => "the network or the programme",
            (Language::En, Circle::Nomination) => "the nomination",
        }
    }
}

/// What somebody was named for.
enum Circle {
    Request,
    Network,
    Nomination,
}

impl NamedAs {
    const fn circle(self) -> Circle {
        match self {
            Self::ContactPerson | Self::Sponsor | Self::Invitee => Circle::Request,
            Self::NetworkMember => Circle::Network,
            Self::ConsentGiver => Circle::Nomination,
        }
    }
}
