//! What the page shows of an offer.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use koplopers_shared::access::Scope;
use koplopers_shared::catalogue::programme::{BuildingBlock, GuidingPrinciple, ProgrammeContent};
use koplopers_shared::catalogue::words::{Language, PersonRole};
use koplopers_shared::catalogue::{BilingualText, Named, described, shipped};
use koplopers_shared::db::{DbConn, DbError, DbResult};
use koplopers_shared::ids::OfferId;
use koplopers_shared::links::Link;
use koplopers_shared::mail::money_words::euros;
use koplopers_shared::mail::time_words;
use koplopers_shared::offers::{self, Offer, OfferBlock, OfferStatus, OfferStep, OptionKind};
use koplopers_shared::people::{self, Person};
use koplopers_shared::{municipalities, programmes};

use super::super::layout::{Layout, Words};

/// An offer with what belongs to it, as reached by a link that works.
#[derive(Debug)]
pub(super) struct Offered {
    pub(super) link: Link,
    pub(super) offer: Offer,
    pub(super) recipient: Person,
    programme: ProgrammeContent,
    municipality: String,
    /// Whether another offer counts instead, and went to the same person.
    pub(super) has_newer: bool,
}

/// What `link` leads to; `None` when it is gone, or was not sent to its holder. The link shows
/// that its holder may see all this.
pub(super) fn find(conn: &mut DbConn, link: Link, today: Date) -> DbResult<Option<Offered>> {
    let scope = &Scope::Institute;
    let Some(offer) = offers::find(conn, scope, OfferId(link.object))? else {
        return Ok(None);
    };
    let is_theirs = |offer: &Offer| {
        offer
            .sponsor
            .is_some_and(|sponsor| sponsor.person == link.recipient)
    };
    let recipient = people::queries::find(conn, scope, link.recipient)?
        .filter(|person| is_theirs(&offer) && !person.is_erased());
    let Some(recipient) = recipient else {
        return Ok(None);
    };
    let programme = programmes::queries::content(conn, &offer.programme, offer.programme_number)?
        .ok_or(DbError::Corrupt {
        what: "programme version",
    })?;
    let municipality = municipalities::queries::find(conn, offer.municipality)?
        .map_or_else(|| offer.municipality.to_string(), |found| found.name);
    let newer = offers::that_counts(conn, offer.clone())?;
    let has_newer = newer.is_some_and(|newer| {
        let counts = newer.status == OfferStatus::Accepted || !newer.has_lapsed(today);
        newer.id != offer.id && is_theirs(&newer) && counts
    });
    Ok(Some(Offered {
        link,
        offer,
        recipient,
        programme,
        municipality,
        has_newer,
    }))
}

impl Offered {
    /// Where the offer stands for its reader: one whose last day is over has expired, also before
    /// its state says so.
    pub(super) fn status(&self, today: Date) -> OfferStatus {
        if self.offer.status == OfferStatus::Sent && self.offer.has_lapsed(today) {
            OfferStatus::Expired
        } else {
            self.offer.status
        }
    }
}

/// The page's contents, in words.
#[derive(Debug)]
pub(super) struct OfferView {
    pub(super) status: OfferStatus,
    pub(super) recipient: String,
    pub(super) sponsor_role: String,
    pub(super) municipality: String,
    pub(super) programme: String,
    pub(super) number: i32,
    pub(super) sent_on: String,
    pub(super) valid_until: String,
    pub(super) introduction: Option<String>,
    pub(super) blocks: Vec<BlockView>,
    pub(super) principles: Vec<PrincipleView>,
    pub(super) hours: u64,
    pub(super) cost: String,
    pub(super) own_contribution: String,
    pub(super) reason: Option<String>,
    answered_by: Option<String>,
    answered_on: Option<String>,
}

/// A building block.
#[derive(Debug)]
pub(super) struct BlockView {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) description: String,
    pub(super) kind: Option<Words>,
    pub(super) asked_by: Option<String>,
    pub(super) hours: u32,
    pub(super) cost: String,
    pub(super) own_contribution: String,
    pub(super) steps: Vec<StepView>,
}

/// A step of a block.
#[derive(Debug)]
pub(super) struct StepView {
    pub(super) name: String,
    pub(super) day: Option<String>,
    /// Its form and method.
    pub(super) how: Option<String>,
}

/// A guiding principle.
#[derive(Debug)]
pub(super) struct PrincipleView {
    pub(super) text: String,
    pub(super) mark: Words,
    pub(super) remark: Option<String>,
}

impl OfferView {
    pub(super) fn of(offered: &Offered, zone: &TimeZone, today: Date) -> Self {
        let Offered {
            offer,
            recipient,
            programme,
            ..
        } = offered;
        let language = recipient.language;
        let day = |at| time_words::day(zone.to_datetime(at).date(), language);
        let role = offer
            .sponsor
            .map(|sponsor| role_name(sponsor.role, language));
        Self {
            status: offered.status(today),
            recipient: recipient.name.clone(),
            sponsor_role: role.unwrap_or_default(),
            municipality: offered.municipality.clone(),
            programme: programme.name.in_language(language).to_owned(),
            number: offer.number,
            sent_on: offer.sent_at.map(day).unwrap_or_default(),
            valid_until: offer
                .valid_until_on
                .map(|last| time_words::day(last, language))
                .unwrap_or_default(),
            introduction: offer.introduction.clone(),
            blocks: offer
                .content
                .blocks
                .iter()
                .map(|block| BlockView::of(block, programme, language))
                .collect(),
            principles: principles(offered, language),
            hours: offer.hours(),
            cost: euros(offer.totals.cost, language),
            own_contribution: euros(offer.totals.own_contribution, language),
            reason: offer.closed_reason.clone(),
            answered_by: offer
                .answered_by
                .as_ref()
                .map(|by| format!("{}, {}", by.name, by.role)),
            answered_on: offer.answered_at.map(day),
        }
    }

    pub(super) fn title(&self, layout: &Layout<'_>) -> String {
        let (of, for_them) = (
            layout.say("Offerte", "Offer"),
            layout.say("voor de gemeente", "for the municipality of"),
        );
        format!("{of} {} {for_them} {}", self.programme, self.municipality)
    }

    pub(super) fn is_accepted(&self) -> bool {
        self.status == OfferStatus::Accepted
    }

    pub(super) fn state_heading(&self, layout: &Layout<'_>) -> &'static str {
        let words = match self.status {
            OfferStatus::Sent | OfferStatus::Drafted => Words {
                nl: "Deze offerte wacht op uw antwoord",
                en: "This offer waits for your answer",
            },
            OfferStatus::Accepted => Words {
                nl: "De offerte is aanvaard",
                en: "The offer is accepted",
            },
            OfferStatus::Refused => Words {
                nl: "De offerte is geweigerd",
                en: "The offer is refused",
            },
            OfferStatus::Expired => Words {
                nl: "De offerte is verlopen",
                en: "The offer has expired",
            },
            OfferStatus::Superseded => Words {
                nl: "De offerte is vervangen",
                en: "The offer was replaced",
            },
            OfferStatus::Withdrawn => Words {
                nl: "De offerte is ingetrokken",
                en: "The offer was withdrawn",
            },
        };
        words.say(layout)
    }

    pub(super) fn state_text(&self, layout: &Layout<'_>) -> String {
        let words = match self.status {
            OfferStatus::Sent | OfferStatus::Drafted => Words {
                nl: "Lees eerst wat wij voorstellen. Onder aan de pagina zegt u ja of nee.",
                en: "First read what we propose. At the bottom of the page you say yes or no.",
            },
            OfferStatus::Accepted => {
                let (by, on) = (
                    self.answered_by.as_deref().unwrap_or_default(),
                    self.answered_on.as_deref().unwrap_or_default(),
                );
                let (accepted, then, next) = (
                    layout.say("Aanvaard door", "Accepted by"),
                    layout.say("op", "on"),
                    layout.say(
                        "Wij nemen contact met u op over de start. U hoeft niets meer te doen.",
                        "We contact you about the start. There is nothing more to do.",
                    ),
                );
                return format!("{accepted} {by}, {then} {on}. {next}");
            }
            OfferStatus::Refused => Words {
                nl: "Wij lezen uw reden en nemen contact met u op. U hoeft niets meer te doen.",
                en: "We read your reason and contact you. There is nothing more to do.",
            },
            OfferStatus::Expired => Words {
                nl: "De laatste dag om te beslissen is voorbij. U kunt niet meer antwoorden.",
                en: "The last day to decide has passed. You can no longer answer.",
            },
            OfferStatus::Superseded => Words {
                nl: "U kreeg een nieuwere offerte. Op deze kunt u niet meer antwoorden.",
                en: "You got a newer offer. You can no longer answer this one.",
            },
            OfferStatus::Withdrawn => Words {
                nl: "Wij hebben deze offerte ingetrokken. U kunt niet meer antwoorden.",
                en: "We withdrew this offer. You can no longer answer.",
            },
        };
        words.say(layout).to_owned()
    }
}

impl BlockView {
    fn of(offered: &OfferBlock, programme: &ProgrammeContent, language: Language) -> Self {
        let known = programme.building_block(&offered.key);
        let text = |pick: fn(&BuildingBlock) -> &BilingualText| {
            known.map_or_else(String::new, |block| {
                pick(block).in_language(language).to_owned()
            })
        };
        let steps = offered.steps.iter();
        Self {
            name: text(|block| &block.name),
            text: text(|block| &block.text),
            description: offered.description.clone(),
            kind: offered.kind.map(kind_words),
            asked_by: offered.asked_by.map(|role| role_name(role, language)),
            hours: offered.hours,
            cost: euros(offered.cost, language),
            own_contribution: euros(offered.own_contribution, language),
            steps: steps
                .map(|step| StepView::of(step, known, language))
                .collect(),
        }
    }
}

impl StepView {
    fn of(step: &OfferStep, block: Option<&BuildingBlock>, language: Language) -> Self {
        let named = |list: fn(&BuildingBlock) -> &Vec<Named>, key: &Option<String>| {
            let key = key.as_ref()?;
            let named = list(block?).iter().find(|named| named.key == *key)?;
            Some(named.name.in_language(language).to_owned())
        };
        let how: Vec<String> = [
            named(|block| &block.forms, &step.form),
            named(|block| &block.methods, &step.method),
        ]
        .into_iter()
        .flatten()
        .collect();
        Self {
            name: named(|block| &block.steps, &step.key).unwrap_or_else(|| step.name.clone()),
            day: step.planned_on.map(|day| time_words::day(day, language)),
            how: (!how.is_empty()).then(|| how.join(", ")),
        }
    }
}

/// The programme's principles in its order, each with what the offer says of it.
fn principles(offered: &Offered, language: Language) -> Vec<PrincipleView> {
    let looked_at = &offered.offer.content.principles;
    let view = |known: &GuidingPrinciple| {
        let found = looked_at
            .iter()
            .find(|principle| principle.key == known.key);
        PrincipleView {
            text: known.text.in_language(language).to_owned(),
            mark: if found.is_some_and(|principle| principle.ticked) {
                Words {
                    nl: "(hier houden wij ons aan)",
                    en: "(we hold to this)",
                }
            } else {
                Words {
                    nl: "(hier houden wij ons niet helemaal aan)",
                    en: "(we do not fully hold to this)",
                }
            },
            remark: found.and_then(|principle| principle.remark.clone()),
        }
    };
    offered
        .programme
        .guiding_principles
        .iter()
        .map(view)
        .collect()
}

const fn kind_words(kind: OptionKind) -> Words {
    match kind {
        OptionKind::Partnership => Words {
            nl: "kennispartnerschap",
            en: "knowledge partnership",
        },
        OptionKind::ParticipatoryResearch => Words {
            nl: "participatief onderzoek",
            en: "participatory research",
        },
        OptionKind::Other => Words {
            nl: "anders",
            en: "other",
        },
    }
}

/// The name of a role, as people read it.
fn role_name(role: PersonRole, language: Language) -> String {
    let found = described(&shipped().roles, role);
    found.map_or_else(
        || role.to_string(),
        |found| found.name.in_language(language).to_owned(),
    )
}
