//! How long what is no longer needed is kept.

use jiff::SignedDuration;

use super::amounts::number;
use super::source::Source;

/// How long what is no longer needed is kept. Kept answers of `Idempotency-Key` have a fixed
/// 48 hours, which the API promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// The bytes of a mail, after it was sent, buried or dropped.
    pub mail_bytes: SignedDuration,
    /// Lines of the audit trail. The database itself refuses to delete any within a year.
    pub audit: SignedDuration,
    /// Signed links and one-time codes, after they expired. Meanwhile an expired link offers a
    /// fresh one.
    pub links: SignedDuration,
    /// What was said in a candidacy that came to nothing, after it was closed; or after the last
    /// that happened in one that waits since consent was refused or did not come.
    pub candidacies: SignedDuration,
    /// The texts of a declined intake, after the decision.
    pub declined_intakes: SignedDuration,
    /// The texts of a trajectory and of its intake, after it was completed or stopped.
    pub trajectories: SignedDuration,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            mail_bytes: days(30),
            audit: days(730),
            links: days(365),
            candidacies: days(365),
            declined_intakes: days(730),
            trajectories: days(2557),
        }
    }
}

const fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}

pub(super) fn read(source: &mut Source) -> Retention {
    let mut keep = |key, shortest, default| {
        let count = number(source, key, shortest..=36_500, default);
        days(i64::from(count))
    };
    Retention {
        mail_bytes: keep("KOPLOPERS_KEEP_MAIL_DAYS", 1, 30),
        audit: keep("KOPLOPERS_KEEP_AUDIT_DAYS", 367, 730),
        links: keep("KOPLOPERS_KEEP_LINK_DAYS", 0, 365),
        candidacies: keep("KOPLOPERS_KEEP_CANDIDACY_DAYS", 30, 365),
        declined_intakes: keep("KOPLOPERS_KEEP_DECLINED_DAYS", 30, 730),
        trajectories: keep("KOPLOPERS_KEEP_TRAJECTORY_DAYS", 365, 2557),
    }
}
