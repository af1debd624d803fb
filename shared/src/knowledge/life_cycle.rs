//! The states of a knowledge item and what moves it from one to the next.

use crate::access::Permit;
use crate::text_enum;

text_enum! {
    /// Where a knowledge item stands.
    pub enum ItemStatus {
        /// Being written.
        Draft => "draft",
        /// For everybody to read, and to refer to.
        Published => "published",
        /// No longer offered.
        Retired => "retired",
    }
}

crate::text_column!(ItemStatus);

text_enum! {
    /// What can be done with a knowledge item.
    pub enum ItemAction {
        /// Change what it says.
        Change => "change",
        /// Show it to everybody.
        Publish => "publish",
        /// Stop offering it.
        Retire => "retire",
    }
}

impl ItemAction {
    /// The states in which the action is possible.
    #[must_use]
    pub const fn possible_in(self) -> &'static [ItemStatus] {
        match self {
            // A published one, too: a link that broke must be mended.
            Self::Change => &[ItemStatus::Draft, ItemStatus::Published],
            Self::Publish => &[ItemStatus::Draft],
            Self::Retire => &[ItemStatus::Published],
        }
    }

    /// The permission that every action needs.
    #[must_use]
    pub const fn needs(self) -> Permit {
        match self {
            Self::Change | Self::Publish | Self::Retire => Permit::KnowledgeWrite,
        }
    }

    /// The type of the business event that the action appends.
    #[must_use]
    pub const fn event_type(self) -> &'static str {
        match self {
            Self::Change => "knowledge_item.changed",
            Self::Publish => "knowledge_item.published",
            Self::Retire => "knowledge_item.retired",
        }
    }

    /// The action in the words of the audit trail.
    #[must_use]
    pub const fn audit_action(self) -> &'static str {
        match self {
            Self::Change => "knowledge_item.change",
            Self::Publish => "knowledge_item.publish",
            Self::Retire => "knowledge_item.retire",
        }
    }
}

/// An action that the state of the item does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a knowledge item that is {from} does not allow {action}")]
pub struct InvalidItemTransition {
    /// The state it is in.
    pub from: ItemStatus,
    /// What was tried.
    pub action: ItemAction,
}

impl ItemStatus {
    /// The state after `action`.
    pub fn after(self, action: ItemAction) -> Result<Self, InvalidItemTransition> {
        if !action.possible_in().contains(&self) {
            return Err(InvalidItemTransition { from: self, action });
        }
        Ok(match action {
            ItemAction::Change => self,
            ItemAction::Publish => Self::Published,
            ItemAction::Retire => Self::Retired,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Role;

    /// The table of the module documentation, row by row.
    const TABLE: &[(ItemStatus, ItemAction, ItemStatus)] = {
        use ItemAction as A;
        use ItemStatus as S;
        &[
            (S::Draft, A::Change, S::Draft),
            (S::Published, A::Change, S::Published),
            (S::Draft, A::Publish, S::Published),
            (S::Published, A::Retire, S::Retired),
        ]
    };

    #[test]
    fn every_pair_of_state_and_action_follows_the_table() {
        for status in ItemStatus::ALL {
            for action in ItemAction::ALL {
                let expected = TABLE
                    .iter()
                    .find(|(from, acts, _)| from == status && acts == action)
                    .map(|(.., to)| *to);
                assert_eq!(status.after(*action).ok(), expected, "{status} {action}");
            }
        }
    }

    #[test]
    fn advisers_and_coordinators_write_items() {
        for action in ItemAction::ALL {
            let writers: Vec<&Role> = Role::ALL
                .iter()
                .filter(|role| role.permits().contains(action.needs()))
                .collect();
            assert_eq!(writers, [&Role::Adviser, &Role::Coordinator], "{action}");
        }
    }
}
