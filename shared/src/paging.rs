//! Pages of a list by keyset: where the last page ended, not how many rows came before.
//!
//! A query asks for [`PageSpec::fetch`] rows beyond the key it is given, in list order or, going
//! back, in the reverse of it, which `turn_to!` sees to for most lists; [`PageSpec::finish`]
//! makes the page of what came.

use jiff::Timestamp;
use uuid::Uuid;

use crate::db::columns::At;
use crate::uuid_column;

/// The key of most lists: an instant, and the id that breaks ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The instant that the list is ordered by.
    pub at: Timestamp,
    /// The id of the row.
    pub id: Uuid,
}

/// The id of a row in whatever list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, diesel::expression::AsExpression)]
#[diesel(sql_type = crate::db::columns::Uid)]
pub(crate) struct RowId(Uuid);

uuid_column!(RowId);

impl Position {
    /// What the columns of the key are compared with.
    pub(crate) const fn columns(&self) -> (At, RowId) {
        (At(self.at), RowId(self.id))
    }
}

/// Where a page starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seek<K = Position> {
    /// At the start of the list.
    Start,
    /// With the row after this one, in list order.
    After(K),
    /// With the rows that end just before this one.
    Before(K),
}

/// Which page is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageSpec<K = Position> {
    /// At most this many rows, 1 to 100.
    pub limit: u16,
    /// Where it starts.
    pub seek: Seek<K>,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paged<T, K = Position> {
    /// The rows, in list order.
    pub items: Vec<T>,
    /// The key after which the next page starts, when there is one.
    pub next: Option<K>,
    /// The key before which the previous page ends, when there is one.
    pub prev: Option<K>,
}

/// The pages that most ask for, and the largest one, each with the row that follows.
const ROUND_FETCHES: [u16; 4] = [11, 26, 51, 101];

impl<K> PageSpec<K> {
    /// The first page.
    #[must_use]
    pub const fn first(limit: u16) -> Self {
        Self {
            limit,
            seek: Seek::Start,
        }
    }

    /// How many rows to ask the database for: one more than the page holds, to see whether
    /// another page follows.
    #[must_use]
    pub const fn fetch(&self) -> i64 {
        self.limit as i64 + 1
    }

    /// At least [`Self::fetch`] rows, as one of a few numbers: for a query with the number in its
    /// text, of which each form is kept by the database.
    #[must_use]
    pub fn fetch_roundly(&self) -> u16 {
        let enough = |rows: &u16| i64::from(*rows) >= self.fetch();
        let rows = ROUND_FETCHES.into_iter().find(enough);
        rows.unwrap_or(self.limit + 1)
    }

    /// Whether the rows must be read in the reverse of the list's order.
    #[must_use]
    pub const fn backwards(&self) -> bool {
        matches!(self.seek, Seek::Before(_))
    }

    /// The page made of the rows that came, read in the direction of [`Self::backwards`].
    #[must_use]
    pub fn finish<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> K) -> Paged<T, K> {
        let limit = usize::from(self.limit);
        let more = rows.len() > limit;
        rows.truncate(limit);
        if self.backwards() {
            rows.reverse();
        }
        let first = rows.first().map(&key);
        let last = rows.last().map(&key);
        let (next, prev) = match self.seek {
            Seek::Start => (last.filter(|_| more), None),
            Seek::After(_) => (last.filter(|_| more), first),
            Seek::Before(_) => (last, first.filter(|_| more)),
        };
        Paged {
            items: rows,
            next,
            prev,
        }
    }
}

impl<T, K> Paged<T, K> {
    /// The same page with each row turned into something else.
    #[must_use]
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Paged<U, K> {
        Paged {
            items: self.items.into_iter().map(turn).collect(),
            next: self.next,
            prev: self.prev,
        }
    }
}

/// The query in the order of the list, or in the reverse of it going back, from where the page
/// starts. The list is ordered by an instant and an id.
///
/// `at <= $1 AND (at < $1 OR id < $2)` tells an index where to start. `at < $1 OR (at = $1 AND
/// id < $2)` says the same, and has both databases read everything that comes before.
macro_rules! turn_to {
    ($query:expr, $page:expr, newest_first($at:expr, $id:expr)) => {
        $crate::paging::turn_to!(@ $query, $page, $at, $id, (desc le lt), (asc ge gt))
    };
    ($query:expr, $page:expr, oldest_first($at:expr, $id:expr)) => {
        $crate::paging::turn_to!(@ $query, $page, $at, $id, (asc ge gt), (desc le lt))
    };
    (
        @ $query:expr, $page:expr, $at:expr, $id:expr,
        ($on:ident $from:ident $past:ident), ($back:ident $to:ident $before:ident)
    ) => {
        match &$page.seek {
            $crate::paging::Seek::Start => $query.order(($at.$on(), $id.$on())),
            $crate::paging::Seek::After(key) => {
                let (instant, row) = key.columns();
                $query
                    .filter($at.$from(instant).and($at.$past(instant).or($id.$past(row))))
                    .order(($at.$on(), $id.$on()))
            }
            $crate::paging::Seek::Before(key) => {
                let (instant, row) = key.columns();
                $query
                    .filter($at.$to(instant).and($at.$before(instant).or($id.$before(row))))
                    .order(($at.$back(), $id.$back()))
            }
        }
    };
}
pub(crate) use turn_to;

#[cfg(test)]
mod tests {
    use super::*;

    /// The list 1..=5, asked the way a query would.
    fn page(limit: u16, seek: Seek<u8>) -> Paged<u8, u8> {
        let spec = PageSpec { limit, seek };
        let fetch = usize::from(limit) + 1;
        let rows: Vec<u8> = match spec.seek {
            Seek::Start => (1..=5).take(fetch).collect(),
            Seek::After(key) => (1..=5).filter(|n| *n > key).take(fetch).collect(),
            Seek::Before(key) => (1..=5).rev().filter(|n| *n < key).take(fetch).collect(),
        };
        spec.finish(rows, |n| *n)
    }

    #[test]
    fn walking_forwards_and_back_visits_every_row_once() {
        let first = page(2, Seek::Start);
        assert_eq!(
            (first.items, first.next, first.prev),
            (vec![1, 2], Some(2), None)
        );
        let second = page(2, Seek::After(2));
        assert_eq!(
            (second.items, second.next, second.prev),
            (vec![3, 4], Some(4), Some(3))
        );
        let third = page(2, Seek::After(4));
        assert_eq!(
            (third.items, third.next, third.prev),
            (vec![5], None, Some(5))
        );
        let back = page(2, Seek::Before(5));
        assert_eq!(
            (back.items, back.next, back.prev),
            (vec![3, 4], Some(4), Some(3))
        );
        let start = page(2, Seek::Before(3));
        assert_eq!(
            (start.items, start.next, start.prev),
            (vec![1, 2], Some(2), None)
        );
    }

    #[test]
    fn a_page_is_the_same_when_more_rows_came_than_it_holds() {
        let spec = |limit| PageSpec::<u8>::first(limit);
        let fetched = [1, 10, 11, 25, 50, 51, 100].map(|limit| spec(limit).fetch_roundly());
        assert_eq!(fetched, [11, 11, 26, 26, 51, 101, 101]);
        let page = spec(2).finish(vec![1, 2, 3, 4, 5], |n| *n);
        assert_eq!((page.items, page.next), (vec![1, 2], Some(2)));
        let back = PageSpec {
            limit: 2,
            seek: Seek::Before(5),
        };
        let page = back.finish(vec![4, 3, 2, 1], |n| *n);
        assert_eq!(
            (page.items, page.next, page.prev),
            (vec![3, 4], Some(4), Some(3))
        );
    }

    #[test]
    fn an_empty_page_leads_nowhere() {
        let past = page(2, Seek::After(5));
        assert_eq!((past.items, past.next, past.prev), (vec![], None, None));
    }
}
