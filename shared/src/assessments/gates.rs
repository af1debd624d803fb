//! The hard requirements of criteria: whether each holds, and why, in both languages.

use super::rules::{Case, text};
use super::{Evidenced, Recorded};
use crate::catalogue::programme::Gate;
use crate::catalogue::role_name;
use crate::catalogue::text::BilingualText;
use crate::catalogue::words::{Language, MunicipalBody, PersonRole, SupportKind};

/// Whether a hard requirement holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateResult {
    /// Its kind, as in the content of the programme.
    pub kind: &'static str,
    /// Whether it holds.
    pub holds: bool,
    /// Why, or why not.
    pub why: BilingualText,
}

/// The state of a gate; none for one that leaves the judgement to the assessor.
pub(super) fn check(case: &Case<'_>, gate: &Gate) -> Option<GateResult> {
    let (kind, (holds, why)) = match gate {
        Gate::Open {} => return None,
        Gate::SponsorRole { roles } => ("sponsor_role", sponsor_role(case, roles)),
        Gate::ThreeSupports { supports } => ("three_supports", three_supports(case, supports)),
        Gate::TwoPartQuestion { questions } => {
            ("two_part_question", two_part_question(case, questions))
        }
        Gate::NamedBodies { bodies } => ("named_bodies", named_bodies(case, bodies)),
        Gate::CoFunding { percent, base: _ } => ("co_funding", co_funding(case, *percent)),
    };
    Some(GateResult { kind, holds, why })
}

/// C5: the sponsor holds one of the roles, today.
fn sponsor_role(case: &Case<'_>, roles: &[PersonRole]) -> (bool, BilingualText) {
    let Some((role, held_today)) = case.sponsor else {
        return (
            false,
            text("Er is geen opdrachtgever.", "There is no sponsor."),
        );
    };
    let (nl, en) = (role_name(role, Language::Nl), role_name(role, Language::En));
    let fits = roles.contains(&role);
    let why = match (fits, held_today) {
        (true, true) => text(
            &format!("De opdrachtgever heeft vandaag deze rol: {nl}."),
            &format!("The sponsor holds this role today: {en}."),
        ),
        (true, false) => text(
            &format!("De opdrachtgever heeft deze rol nu niet meer bij de gemeente: {nl}."),
            &format!("The sponsor no longer holds this role with the municipality: {en}."),
        ),
        (false, _) => text(
            &format!("Met deze rol kan iemand hier geen opdrachtgever zijn: {nl}."),
            &format!("Somebody in this role cannot be the sponsor here: {en}."),
        ),
    };
    (fits && held_today, why)
}

/// C6: each support is recorded apart, with evidence.
fn three_supports(case: &Case<'_>, needed: &[SupportKind]) -> (bool, BilingualText) {
    let name = |support: SupportKind| match support {
        SupportKind::Board => ("bestuur", "board"),
        SupportKind::Officials => ("ambtenaren", "officials"),
        SupportKind::Practice => ("praktijk", "practice"),
    };
    each_with_evidence(needed, &case.assessment.supports, name, &SUPPORT)
}

/// C9: each body committed itself, with evidence.
fn named_bodies(case: &Case<'_>, needed: &[MunicipalBody]) -> (bool, BilingualText) {
    let name = |body: MunicipalBody| match body {
        MunicipalBody::College => ("college", "municipal executive"),
        MunicipalBody::Raad => ("raad", "council"),
        MunicipalBody::Ambtenaren => ("ambtenaren", "officials"),
    };
    each_with_evidence(needed, &case.assessment.bodies, name, &COMMITMENT)
}

/// What is said of a list of which each part is recorded, with the names of the parts behind.
struct Words {
    complete: (&'static str, &'static str),
    missing: (&'static str, &'static str),
    bare: (&'static str, &'static str),
}

const SUPPORT: Words = Words {
    complete: (
        "Het draagvlak is vastgelegd, elk met bewijs",
        "The support is recorded, each with evidence",
    ),
    missing: (
        "Dit draagvlak is nog niet vastgelegd",
        "This support is not recorded yet",
    ),
    bare: (
        "Bij dit draagvlak ontbreekt het bewijs",
        "This support lacks evidence",
    ),
};

const COMMITMENT: Words = Words {
    complete: (
        "De toezegging is vastgelegd, elk met bewijs",
        "The commitment is recorded, each with evidence",
    ),
    missing: (
        "Deze toezegging is nog niet vastgelegd",
        "This commitment is not recorded yet",
    ),
    bare: (
        "Bij deze toezegging ontbreekt het bewijs",
        "This commitment lacks evidence",
    ),
};

fn each_with_evidence<W: Copy + PartialEq>(
    needed: &[W],
    recorded: &[Recorded<Evidenced<W>>],
    name: impl Fn(W) -> (&'static str, &'static str),
    words: &Words,
) -> (bool, BilingualText) {
    let of = |key: W| recorded.iter().find(|fact| fact.what.key == key);
    let has_evidence = |key: W| {
        let evidence = of(key).and_then(|fact| fact.what.evidence.as_deref());
        evidence.is_some_and(|evidence| !evidence.trim().is_empty())
    };
    let missing: Vec<W> = needed
        .iter()
        .copied()
        .filter(|key| of(*key).is_none())
        .collect();
    let bare: Vec<W> = needed
        .iter()
        .copied()
        .filter(|key| of(*key).is_some() && !has_evidence(*key))
        .collect();
    let told = |(nl, en): (&str, &str), keys: &[W]| {
        let names: Vec<_> = keys.iter().map(|key| name(*key)).collect();
        let listed = |pick: fn(&(&'static str, &'static str)) -> &'static str| {
            names.iter().map(pick).collect::<Vec<_>>().join(", ")
        };
        text(
            &format!("{nl}: {}.", listed(|(nl, _)| nl)),
            &format!("{en}: {}.", listed(|(_, en)| en)),
        )
    };
    let why = match (missing.is_empty(), bare.is_empty()) {
        (true, true) => told(words.complete, needed),
        (false, true) => told(words.missing, &missing),
        (true, false) => told(words.bare, &bare),
        (false, false) => {
            let (missing, bare) = (told(words.missing, &missing), told(words.bare, &bare));
            text(
                &format!("{} {}", missing.nl, bare.nl),
                &format!("{} {}", missing.en, bare.en),
            )
        }
    };
    (missing.is_empty() && bare.is_empty(), why)
}

/// C7: both parts of the question are answered.
fn two_part_question(case: &Case<'_>, questions: &[String]) -> (bool, BilingualText) {
    let answered = |key: &String| {
        let answer = case.answers.get(key);
        answer.is_some_and(|answer| !answer.trim().is_empty())
    };
    let open: Vec<String> = (1..)
        .zip(questions)
        .filter(|(_, key)| !answered(key))
        .map(|(part, _)| part.to_string())
        .collect();
    if open.is_empty() {
        let why = text(
            "Beide delen van de vraag zijn beantwoord.",
            "Both parts of the question are answered.",
        );
        return (true, why);
    }
    let open = open.join(", ");
    (
        false,
        text(
            &format!("Dit deel van de vraag is niet beantwoord: {open}."),
            &format!("This part of the question is not answered: {open}."),
        ),
    )
}

/// C10: the municipality committed to at least the share, and it is known who did.
fn co_funding(case: &Case<'_>, least: u8) -> (bool, BilingualText) {
    let Some(funding) = case.assessment.co_funding.as_ref().map(|fact| fact.what) else {
        let why = text(
            &format!("De eigen bijdrage van minstens {least}% is nog niet toegezegd."),
            &format!("The own contribution of at least {least}% is not committed to yet."),
        );
        return (false, why);
    };
    let percent = funding.percent;
    let why = match (percent >= least, funding.given_by.is_some()) {
        (true, true) => text(
            &format!("De gemeente zegde {percent}% toe; nodig is minstens {least}%."),
            &format!("The municipality committed to {percent}%; at least {least}% is needed."),
        ),
        (false, _) => text(
            &format!("De gemeente zegde maar {percent}% toe; nodig is minstens {least}%."),
            &format!("The municipality committed to only {percent}%; at least {least}% is needed."),
        ),
        (true, false) => text(
            &format!("Er is {percent}% toegezegd, maar niet vastgelegd door wie."),
            &format!("{percent}% is committed to, but not recorded by whom."),
        ),
    };
    (percent >= least && funding.given_by.is_some(), why)
}
