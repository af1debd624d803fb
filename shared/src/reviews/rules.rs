//! Who may review, and who sees what.

use super::Review;
use crate::candidacies::Employer;
use crate::consents::{Mailboxes, is_with};
use crate::ids::PersonId;
use crate::people::HeldRole;
use crate::text_enum;

/// How many reviews a candidate needs before they are invited (N4).
pub const NEEDED: usize = 2;

text_enum! {
    /// Why somebody does not review a candidacy.
    pub enum ConflictOfInterest {
        /// It is their own.
        IsCandidate => "is-candidate",
        /// They nominated the candidate.
        IsNominator => "is-nominator",
        /// They work for the same municipality or organisation.
        SameEmployer => "same-employer",
    }
}

/// What keeps somebody from reviewing a candidacy; everything at once.
///
/// `key` is their mailbox in the form in which two spellings are equal, `held` the roles that they
/// hold today, and `employers` those of the candidate.
#[must_use]
pub fn conflicts(
    reviewer: PersonId,
    key: Option<&str>,
    held: &[HeldRole],
    employers: &[Employer],
    parties: &Mailboxes,
) -> Vec<ConflictOfInterest> {
    let mut found = Vec::new();
    let is = |other: &String| key == Some(other.as_str());
    if parties.candidate == Some(reviewer) || parties.candidate_key.as_ref().is_some_and(is) {
        found.push(ConflictOfInterest::IsCandidate);
    }
    if parties.nominators.contains(&reviewer) || parties.nominator_keys.iter().any(is) {
        found.push(ConflictOfInterest::IsNominator);
    }
    let shared = |employer: &Employer| held.iter().any(|role| is_with(*employer, role));
    if employers.iter().any(shared) {
        found.push(ConflictOfInterest::SameEmployer);
    }
    found
}

/// Whether everybody who was asked has handed in.
#[must_use]
pub fn are_complete(reviews: &[Review]) -> bool {
    !reviews.is_empty() && reviews.iter().all(|review| review.judgement.is_some())
}

/// Whether somebody sees what `review` says, among all of its candidacy: its author does, and
/// everybody once all are in. Before that only whoever keeps candidacies, unless they review this
/// one themselves.
#[must_use]
pub fn visible_to(review: &Review, all: &[Review], viewer: Option<PersonId>, keeps: bool) -> bool {
    if viewer == Some(review.reviewer) || are_complete(all) {
        return true;
    }
    let reviews_it = viewer.is_some_and(|viewer| all.iter().any(|other| other.reviewer == viewer));
    keeps && !reviews_it
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use jiff::Timestamp;
    use jiff::civil::date;

    use super::super::Judgement;
    use super::*;
    use crate::catalogue::words::PersonRole;
    use crate::ids::{CandidacyId, OrganisationId, PersonRoleId, ReviewId};

    fn review(reviewer: PersonId, handed_in: bool) -> Review {
        Review {
            id: ReviewId::generate(),
            version: 1,
            candidacy: CandidacyId::generate(),
            reviewer,
            assigned_at: Timestamp::UNIX_EPOCH,
            judgement: handed_in.then(|| Judgement {
                innovation: 4,
                impact: 3,
                remark: "Overtuigend.".to_owned(),
            }),
            handed_in_at: None,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_reviewer_sees_the_others_when_all_are_in_also_when_they_keep_candidacies() {
        // mission: N4
        let (own, other, outsider) = (
            PersonId::generate(),
            PersonId::generate(),
            PersonId::generate(),
        );
        for complete in [false, true] {
            let all = [review(own, complete), review(other, true)];
            for (viewer, keeps, sees_other) in [
                (Some(own), false, complete),
                (Some(own), true, complete),
                (Some(outsider), false, complete),
                (Some(outsider), true, true),
                (None, true, true),
                (None, false, complete),
            ] {
                assert_eq!(
                    visible_to(&all[1], &all, viewer, keeps),
                    sees_other,
                    "{complete} {viewer:?} {keeps}"
                );
            }
            assert!(visible_to(&all[0], &all, Some(own), false));
        }
    }

    #[test]
    fn who_has_a_stake_does_not_review() {
        // mission: N4
        let amsterdam = Employer::Municipality("GM0363".parse().unwrap());
        let utrecht = Employer::Municipality("GM0344".parse().unwrap());
        let buurtzaak = Employer::Organisation(OrganisationId::generate());
        let reviewer = PersonId::generate();
        let held = |employer: Employer| HeldRole {
            id: PersonRoleId::generate(),
            person: reviewer,
            role: PersonRole::Inwoner,
            municipality: employer.municipality(),
            organisation: employer.organisation(),
            valid_from: date(2025, 1, 1),
            valid_until: None,
        };
        let none = Mailboxes::default();
        let of = |roles: &[HeldRole], employers: &[Employer], parties: &Mailboxes| {
            conflicts(reviewer, Some("sem@example.nl"), roles, employers, parties)
        };
        assert_eq!(of(&[held(utrecht)], &[amsterdam, buurtzaak], &none), []);
        for employer in [amsterdam, buurtzaak] {
            assert_eq!(
                of(&[held(utrecht), held(employer)], &[employer], &none),
                [ConflictOfInterest::SameEmployer]
            );
        }
        let parties = Mailboxes {
            candidate: Some(reviewer),
            nominator_keys: vec!["sem@example.nl".to_owned()],
            ..Mailboxes::default()
        };
        assert_eq!(
            of(&[], &[], &parties),
            [
                ConflictOfInterest::IsCandidate,
                ConflictOfInterest::IsNominator
            ]
        );
    }
}
