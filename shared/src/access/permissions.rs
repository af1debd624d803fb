//! Permissions: one scope string, one marker type and one bit each.

use super::NotGranted;
use crate::text_enum;

/// A permission as a type, for [`Granted`](super::Granted).
pub trait Permission: Send + Sync + 'static {
    /// The permission as a value.
    const PERMIT: Permit;
}

macro_rules! permissions {
    ($($(#[$meta:meta])* $name:ident => $scope:literal),+ $(,)?) => {
        text_enum! {
            /// A permission, written as an OAuth scope `resource:action`.
            pub enum Permit {
                $($(#[$meta])* $name => $scope),+
            }
        }
        $(
            $(#[$meta])*
            #[derive(Debug)]
            pub enum $name {}

            impl Permission for $name {
                const PERMIT: Permit = Permit::$name;
            }
        )+
    };
}

permissions! {
    /// Read intakes, their history and their talks.
    IntakesRead => "intakes:read",
    /// Make, change, submit and withdraw intakes.
    IntakesWrite => "intakes:write",
    /// Plan talks and assess.
    IntakesAssess => "intakes:assess",
    /// Decide on intakes.
    IntakesDecide => "intakes:decide",
    /// Read meetings and who is invited.
    MeetingsRead => "meetings:read",
    /// Plan, change and cancel meetings.
    MeetingsWrite => "meetings:write",
    /// Make, change and retire the reminder rules of more than one meeting.
    RemindersWrite => "reminders:write",
    /// Answer an invitation.
    InvitationsAnswer => "invitations:answer",
    /// Read programmes, rounds, themes, target groups, municipalities and the glossary.
    CatalogueRead => "catalogue:read",
    /// Publish programme versions, rounds, themes and target groups.
    CatalogueWrite => "catalogue:write",
    /// Read people and organisations.
    PeopleRead => "people:read",
    /// Make and change people, their roles and organisations; link logins to people.
    PeopleWrite => "people:write",
    /// Read offers.
    OffersRead => "offers:read",
    /// Compose, send and withdraw offers.
    OffersWrite => "offers:write",
    /// Accept or refuse an offer; only by the link that was sent to the sponsor.
    OffersAnswer => "offers:answer",
    /// Read trajectories.
    TrajectoriesRead => "trajectories:read",
    /// Start trajectories, keep their steps, and close them.
    TrajectoriesWrite => "trajectories:write",
    /// Read the body of knowledge.
    KnowledgeRead => "knowledge:read",
    /// Write, publish and retire knowledge items.
    KnowledgeWrite => "knowledge:write",
    /// Read learning networks.
    NetworksRead => "networks:read",
    /// Let people join themed learning networks and leave them.
    NetworksJoin => "networks:join",
    /// Make, change and close learning networks.
    NetworksWrite => "networks:write",
    /// Read learning groups, their practices and plan checks.
    LearningGroupsRead => "learning-groups:read",
    /// Make, change and close learning groups.
    LearningGroupsWrite => "learning-groups:write",
    /// Read one's own nominations and their outcome.
    NominationsRead => "nominations:read",
    /// Nominate, and take a nomination back.
    NominationsWrite => "nominations:write",
    /// Read candidacies, with every nomination, the consent and the reviews.
    CandidaciesRead => "candidacies:read",
    /// Keep candidacies: merge, split, tell the candidate, ask for consent, assign reviewers.
    CandidaciesWrite => "candidacies:write",
    /// Review the candidacies one is assigned to.
    CandidaciesReview => "candidacies:review",
    /// Decide on candidacies.
    CandidaciesDecide => "candidacies:decide",
    /// Accept, decline or object as a candidate; only by the link that was sent to them.
    CandidaciesAnswer => "candidacies:answer",
    /// Give or refuse consent; only by the link that was sent to the executive.
    ConsentsAnswer => "consents:answer",
    /// Read members, as far as each of them chose, and cohorts.
    MembersRead => "members:read",
    /// Keep a member's profile: one's own, or with `members:write` anybody's.
    MembersProfile => "members:profile",
    /// Keep all members and cohorts.
    MembersWrite => "members:write",
    /// Read theme rounds.
    ThemeRoundsRead => "theme-rounds:read",
    /// Propose themes and vote on them, as a member.
    ThemeRoundsVote => "theme-rounds:vote",
    /// Open, close and cancel theme rounds.
    ThemeRoundsWrite => "theme-rounds:write",
    /// Hand out everything stored about a person, and erase it.
    PeopleErase => "people:erase",
    /// Read the outbox.
    DeliveriesRead => "deliveries:read",
    /// Retry and drop deliveries, pause and resume the queue.
    DeliveriesRetry => "deliveries:retry",
    /// Read the daily digest of what is overdue or stuck.
    DigestRead => "digest:read",
    /// Hand in mail that came back or was answered; for the mail gateway.
    InboundMailWrite => "inbound-mail:write",
    /// Replay the stream of business events.
    EventsRead => "events:read",
    /// Read the audit trail.
    AuditRead => "audit:read",
    /// Manage machine clients.
    ClientsManage => "clients:manage",
}

/// A set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PermitSet(u64);

impl PermitSet {
    /// Every permission.
    pub const ALL: Self = Self::of(Permit::ALL);

    /// The set of the given permissions.
    #[must_use]
    pub const fn of(permits: &[Permit]) -> Self {
        let mut bits = 0;
        let mut rest = permits;
        while let Some((permit, others)) = rest.split_first() {
            bits |= 1 << (*permit as u64);
            rest = others;
        }
        Self(bits)
    }

    /// Whether the set holds `permit`.
    #[must_use]
    pub const fn contains(self, permit: Permit) -> bool {
        self.0 & (1 << (permit as u64)) != 0
    }

    /// Whether the set holds all of these; the first that it lacks is named.
    pub fn require(self, needed: impl IntoIterator<Item = Permit>) -> Result<(), NotGranted> {
        let lacking = needed.into_iter().find(|permit| !self.contains(*permit));
        lacking.map_or(Ok(()), |needed| Err(NotGranted { needed }))
    }

    /// The permissions that both sets hold.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The permissions that either set holds.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The set named by an OAuth `scope` claim: words apart by spaces, unknown ones left out.
    #[must_use]
    pub fn parse(scope: &str) -> Self {
        let permits: Vec<Permit> = scope
            .split(' ')
            .filter_map(|word| word.parse().ok())
            .collect();
        Self::of(&permits)
    }

    /// The permissions in the set, in the order of [`Permit::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Permit> {
        Permit::ALL
            .iter()
            .copied()
            .filter(move |permit| self.contains(*permit))
    }

    /// The set as an OAuth `scope` claim.
    #[must_use]
    pub fn to_scope(self) -> String {
        let words: Vec<&str> = self.iter().map(Permit::as_str).collect();
        words.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_claim_reads_back_and_drops_unknown_words() {
        let set = PermitSet::parse("intakes:read admin:everything  meetings:write");
        assert_eq!(
            set,
            PermitSet::of(&[Permit::IntakesRead, Permit::MeetingsWrite])
        );
        assert_eq!(PermitSet::parse(&set.to_scope()), set);
        assert_eq!(PermitSet::ALL.iter().count(), Permit::ALL.len());
    }
}
