//! Every mail about the network: nomination, consent, membership, and learning networks.

use super::every_mail::one;
use super::*;

pub(super) fn nomination_mails(typed: &str, to: &Recipient) -> Vec<(&'static str, RenderedMail)> {
    vec![
        one(
            &NominationConfirmation {
                confirm_url: "https://koplopers.example.nl/n/0a1b2c3d".parse().unwrap(),
                confirm_by_on: date(2026, 3, 8),
            },
            to,
        ),
        one(
            &CandidateNotice {
                nominators: vec![
                    Line::new(&format!("Noor Jansen{typed}")),
                    Line::new(&format!("Ali Bakker{typed}")),
                ],
                candidate_url: "https://koplopers.example.nl/a/0a1b2c3d".parse().unwrap(),
            },
            to,
        ),
    ]
}

pub(super) fn consent_mails(typed: &str, to: &Recipient) -> Vec<(&'static str, RenderedMail)> {
    let consent_url: url::Url = "https://koplopers.example.nl/c/0a1b2c3d".parse().unwrap();
    let about = ConsentAbout {
        candidate: Line::new(&format!("Kim de Wit{typed}")),
        employer: Line::new(&format!("de gemeente Voorbeeldstad{typed}")),
        reference: Line::new("0198c0de"),
    };
    let giver = Line::new(&format!("Joris Vermeulen{typed}"));
    vec![
        one(
            &ConsentRequest {
                about: about.clone(),
                is_member: false,
                role: Line::new("gemeentesecretaris"),
                days: 28,
                consent_url: consent_url.clone(),
                notice: Some(notice(typed, NamedAs::ConsentGiver)),
            },
            to,
        ),
        one(
            &ConsentChaser {
                about: about.clone(),
                asked_on: date(2026, 3, 2),
                answer_until_on: date(2026, 3, 29),
                consent_url: consent_url.clone(),
            },
            to,
        ),
        one(
            &ConsentLink {
                about: about.clone(),
                consent_url,
                works_until_on: date(2026, 3, 29),
            },
            to,
        ),
        one(
            &ConsentRefused {
                about: about.clone(),
                giver: giver.clone(),
                on: date(2026, 3, 9),
                reason: Paragraphs::new(&format!("Wij missen haar dan te vaak.{typed}")),
            },
            to,
        ),
        one(
            &ConsentExpired {
                about: about.clone(),
                giver: giver.clone(),
                on: date(2026, 3, 30),
            },
            to,
        ),
        one(
            &ConsentBounced {
                about,
                giver,
                on: date(2026, 3, 3),
            },
            to,
        ),
    ]
}

pub(super) fn membership_mails(typed: &str, to: &Recipient) -> Vec<(&'static str, RenderedMail)> {
    vec![
        one(
            &CandidateInvitation {
                cohort: Line::new(&format!("Lichting 2026{typed}")),
                starts_on: date(2026, 9, 1),
                candidate_url: "https://koplopers.example.nl/a/0a1b2c3d".parse().unwrap(),
            },
            to,
        ),
        one(
            &CandidateRejected {
                decided_on: date(2026, 4, 7),
            },
            to,
        ),
        one(&outcome(typed, NominationEnd::Rejected), to),
    ]
}

pub(super) fn outcome(typed: &str, end: NominationEnd) -> NominationOutcome {
    NominationOutcome {
        candidate: Line::new(&format!("Kim de Wit{typed}")),
        nominated_on: date(2026, 3, 2),
        end,
        reason: (end == NominationEnd::Rejected)
            .then(|| Paragraphs::new(&format!("De lichting is vol.{typed}")))
            .flatten(),
    }
}

pub(super) fn member_mails(typed: &str, to: &Recipient) -> Vec<(&'static str, RenderedMail)> {
    vec![
        one(
            &MemberWelcome {
                cohort: Line::new(&format!("Lichting 2026{typed}")),
                starts_on: date(2026, 9, 1),
            },
            to,
        ),
        one(
            &MemberLeft {
                left_on: date(2026, 3, 2),
            },
            to,
        ),
    ]
}

pub(super) fn network_mails(typed: &str, to: &Recipient) -> Vec<(&'static str, RenderedMail)> {
    let leave_url: url::Url = "https://koplopers.example.nl/u/0a1b2c3d".parse().unwrap();
    vec![
        one(
            &TrajectoryRunning {
                programme: programme(typed),
                municipality: Line::new(&format!("Voorbeeldstad{typed}")),
                reference: Line::new("0198c0de"),
                began_on: date(2026, 3, 2),
                year_ends_on: date(2027, 3, 1),
                end_product_due_on: Some(date(2027, 3, 2)),
                steps: vec![
                    PlannedStep {
                        name: Line::new(&format!("Eerste overleg{typed}")),
                        block: Line::new("Lokale praktijk"),
                        on: Some(date(2026, 4, 20)),
                    },
                    PlannedStep {
                        name: Line::new("Gesprek met de buurt"),
                        block: Line::new("Lokale praktijk"),
                        on: None,
                    },
                ],
                notice: None,
            },
            to,
        ),
        one(
            &EndProductChaser {
                programme: programme(typed),
                municipality: Line::new(&format!("Voorbeeldstad{typed}")),
                reference: Line::new("0198c0de"),
                due_on: date(2027, 3, 2),
                notice: None,
            },
            to,
        ),
        one(
            &NetworkWelcome {
                network: network(typed),
                brought_by: Some(BroughtBy {
                    programme: Line::new(&format!("Versnelling{typed}")),
                    municipality: Line::new(&format!("Voorbeeldstad{typed}")),
                }),
                leave_url: leave_url.clone(),
                notice: Some(notice(typed, NamedAs::NetworkMember)),
            },
            to,
        ),
        one(
            &FreshLeaveLink {
                network: network(typed),
                leave_url,
                works_until_on: date(2028, 3, 4),
            },
            to,
        ),
    ]
}
