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
            (Language::En, NamedAs::ContactPerson) => "contact person of a request",
            (Language::En, NamedAs::Sponsor) => "sponsor of a request",
            (Language::En, NamedAs::Invitee) => "participant in a meeting",
        }
    }
}
