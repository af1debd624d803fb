//! The fields of the open form, in the order of the page.

use koplopers_shared::nominations::rules;

use super::super::layout::Words;

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text of one line.
    Line,
    /// An e-mail address.
    Email,
    /// A text of several lines.
    Paragraphs,
    /// One of a few words, all of which show.
    Radios,
    /// One of a list, or nothing.
    Select,
}

/// A field.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) section: usize,
    pub(super) kind: Kind,
    pub(super) required: bool,
    /// The most characters.
    pub(super) longest: usize,
    /// What browsers may fill in: about the visitor only.
    pub(super) autocomplete: Option<&'static str>,
    pub(super) label: Words,
    pub(super) hint: Option<Words>,
    /// What is said when it is required and empty.
    pub(super) missing: Words,
}

/// The headings under which the fields stand.
pub(super) const SECTIONS: &[Words] = &[
    Words {
        nl: "Over u",
        en: "About you",
    },
    Words {
        nl: "Wie draagt u voor?",
        en: "Whom do you nominate?",
    },
    Words {
        nl: "Waarom deze persoon?",
        en: "Why this person?",
    },
    Words {
        nl: "Wie kan instemmen?",
        en: "Who could consent?",
    },
];

const NOTHING: Words = Words { nl: "", en: "" };

const LINE: Field = Field {
    name: "",
    section: 0,
    kind: Kind::Line,
    required: true,
    longest: rules::LONGEST_NAME,
    autocomplete: None,
    label: NOTHING,
    hint: None,
    missing: NOTHING,
};

/// Every field.
pub(super) const FIELDS: &[Field] = &[
    Field {
        name: "nominator_name",
        autocomplete: Some("name"),
        label: Words {
            nl: "Uw naam",
            en: "Your name",
        },
        missing: Words {
            nl: "Vul uw naam in",
            en: "Fill in your name",
        },
        ..LINE
    },
    Field {
        name: "nominator_email",
        kind: Kind::Email,
        autocomplete: Some("email"),
        label: Words {
            nl: "Uw mailadres",
            en: "Your e-mail address",
        },
        hint: Some(Words {
            nl: "Wij sturen u een mail. Daarin bevestigt u de voordracht.",
            en: "We send you a mail. In it you confirm the nomination.",
        }),
        missing: Words {
            nl: "Vul uw mailadres in",
            en: "Fill in your e-mail address",
        },
        ..LINE
    },
    Field {
        name: "relation",
        kind: Kind::Paragraphs,
        longest: rules::LONGEST_RELATION,
        label: Words {
            nl: "Hoe kent u de persoon die u voordraagt?",
            en: "How do you know the person whom you nominate?",
        },
        hint: Some(Words {
            nl: "Ten hoogste 500 tekens.",
            en: "At most 500 characters.",
        }),
        missing: Words {
            nl: "Schrijf op hoe u de persoon kent",
            en: "Write down how you know the person",
        },
        ..LINE
    },
    Field {
        name: "candidate_name",
        section: 1,
        label: Words {
            nl: "Naam van de persoon",
            en: "Name of the person",
        },
        missing: Words {
            nl: "Vul de naam in van wie u voordraagt",
            en: "Fill in the name of whom you nominate",
        },
        ..LINE
    },
    Field {
        name: "candidate_email",
        section: 1,
        kind: Kind::Email,
        required: false,
        label: Words {
            nl: "Mailadres van de persoon (mag leeg blijven)",
            en: "E-mail address of the person (may stay empty)",
        },
        hint: Some(Words {
            nl: "Nadat u hebt bevestigd, vertellen wij de persoon dat u hem of haar hebt voorgedragen.",
            en: "After you have confirmed, we tell the person that you nominated them.",
        }),
        ..LINE
    },
    Field {
        name: "candidate_kind",
        section: 1,
        kind: Kind::Radios,
        label: Words {
            nl: "Wat is deze persoon?",
            en: "What is this person?",
        },
        missing: Words {
            nl: "Kies wat deze persoon is",
            en: "Choose what this person is",
        },
        ..LINE
    },
    Field {
        name: "municipality",
        section: 1,
        kind: Kind::Select,
        required: false,
        label: Words {
            nl: "Werkt de persoon voor een gemeente? Welke?",
            en: "Does the person work for a municipality? Which?",
        },
        ..LINE
    },
    Field {
        name: "organisation_name",
        section: 1,
        required: false,
        label: Words {
            nl: "Of voor een andere organisatie? Welke?",
            en: "Or for another organisation? Which?",
        },
        hint: Some(Words {
            nl: "Laat leeg als de persoon voor een gemeente of voor niemand werkt.",
            en: "Leave empty if the person works for a municipality or for nobody.",
        }),
        ..LINE
    },
    Field {
        name: "motivation",
        section: 2,
        kind: Kind::Paragraphs,
        longest: rules::LONGEST_MOTIVATION,
        label: Words {
            nl: "Uw motivatie",
            en: "Your motivation",
        },
        hint: Some(Words {
            nl: "Waarom is deze persoon een koploper? 50 tot 5.000 tekens. De persoon kan dit lezen.",
            en: "Why is this person ahead of others? 50 to 5,000 characters. The person can read this.",
        }),
        missing: Words {
            nl: "Schrijf uw motivatie op",
            en: "Write down your motivation",
        },
        ..LINE
    },
    Field {
        name: "innovation",
        section: 2,
        kind: Kind::Paragraphs,
        longest: rules::LONGEST_JUDGEMENT,
        label: Words {
            nl: "Wat is er nieuw aan hoe deze persoon werkt?",
            en: "What is new in how this person works?",
        },
        hint: Some(Words {
            nl: "Ten hoogste 2.000 tekens.",
            en: "At most 2,000 characters.",
        }),
        missing: Words {
            nl: "Schrijf op wat er nieuw is",
            en: "Write down what is new",
        },
        ..LINE
    },
    Field {
        name: "impact",
        section: 2,
        kind: Kind::Paragraphs,
        longest: rules::LONGEST_JUDGEMENT,
        label: Words {
            nl: "Wat levert dat op voor mensen?",
            en: "What does it bring about for people?",
        },
        hint: Some(Words {
            nl: "Ten hoogste 2.000 tekens.",
            en: "At most 2,000 characters.",
        }),
        missing: Words {
            nl: "Schrijf op wat het oplevert",
            en: "Write down what it brings about",
        },
        ..LINE
    },
    Field {
        name: "giver_name",
        section: 3,
        required: false,
        label: Words {
            nl: "Naam van de hoogste leidinggevende (mag leeg blijven)",
            en: "Name of the highest executive (may stay empty)",
        },
        ..LINE
    },
    Field {
        name: "giver_email",
        section: 3,
        kind: Kind::Email,
        required: false,
        label: Words {
            nl: "Mailadres van de hoogste leidinggevende",
            en: "E-mail address of the highest executive",
        },
        ..LINE
    },
    Field {
        name: "giver_role",
        section: 3,
        kind: Kind::Select,
        required: false,
        label: Words {
            nl: "Functie van de hoogste leidinggevende",
            en: "Role of the highest executive",
        },
        hint: Some(Words {
            nl: "Bij een gemeente de gemeentesecretaris of de hoogste leidinggevende van het sociaal domein. Bij een andere organisatie de directeur.",
            en: "In a municipality the town clerk or the highest executive of the social domain. In another organisation the director.",
        }),
        ..LINE
    },
];
