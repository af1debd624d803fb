//! What an item may say, and who sees it.

use super::{ItemContent, ItemStatus};
use crate::access::{Permit, PermitSet};
use crate::words::Slug;

/// Which items a reader sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// Those that were published and not retired since.
    Published,
    /// All of them.
    Everything,
}

impl Shelf {
    /// The shelf of whoever holds `permits`: who writes items sees drafts and retired ones, too.
    #[must_use]
    pub const fn of(permits: PermitSet) -> Self {
        if permits.contains(Permit::KnowledgeWrite) {
            Self::Everything
        } else {
            Self::Published
        }
    }

    /// Whether an item in this state stands on it.
    #[must_use]
    pub const fn holds(self, status: ItemStatus) -> bool {
        match (self, status) {
            (Self::Everything, _) | (Self::Published, ItemStatus::Published) => true,
            (Self::Published, ItemStatus::Draft | ItemStatus::Retired) => false,
        }
    }
}

/// The most characters of an item's address: a line of a mail holds 900, and one that is broken
/// over two lines no longer leads anywhere.
const LONGEST_URL: usize = 800;

/// Something an item says that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemProblem {
    /// The address is too long to stand in a mail.
    UrlTooLong,
    /// There is no such programme.
    UnknownProgramme,
    /// There is no such meeting.
    UnknownMeeting,
    /// There is no such theme, or it was retired.
    UnknownTheme {
        /// Position in the list, from 0.
        theme: usize,
    },
    /// It is in the list already.
    ThemeTwice {
        /// Position in the list, from 0.
        theme: usize,
    },
    /// There is no such target group, or it was retired.
    UnknownTargetGroup {
        /// Position in the list, from 0.
        target_group: usize,
    },
    /// It is in the list already.
    TargetGroupTwice {
        /// Position in the list, from 0.
        target_group: usize,
    },
}

/// What the item says and cannot be, as far as it shows without looking further: its address,
/// and where it names a theme or target group that cannot be used, or names one twice.
pub(super) fn content_problems(
    content: &ItemContent,
    bad_themes: &[Slug],
    bad_target_groups: &[Slug],
) -> Vec<ItemProblem> {
    let mut problems = Vec::new();
    if content.url.as_str().len() > LONGEST_URL {
        problems.push(ItemProblem::UrlTooLong);
    }
    for (theme, slug) in content.themes.iter().enumerate() {
        if content.themes.iter().take(theme).any(|it| it == slug) {
            problems.push(ItemProblem::ThemeTwice { theme });
        } else if bad_themes.contains(slug) {
            problems.push(ItemProblem::UnknownTheme { theme });
        }
    }
    let groups = &content.target_groups;
    for (target_group, slug) in groups.iter().enumerate() {
        if groups.iter().take(target_group).any(|it| it == slug) {
            problems.push(ItemProblem::TargetGroupTwice { target_group });
        } else if bad_target_groups.contains(slug) {
            problems.push(ItemProblem::UnknownTargetGroup { target_group });
        }
    }
    problems
}
