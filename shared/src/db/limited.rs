//! Queries that end after some rows, with their number in the text.

use diesel::RunQueryDsl;
use diesel::backend::Backend;
use diesel::connection::Connection;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;

/// A query without a limit of its own, and how many rows are asked for.
///
/// PostgreSQL takes a limit that is a placeholder for a tenth of what there is. It finds a plan for
/// that too costly to keep, and plans the query anew at every run, which for a page of a list takes
/// longer than running it. A number in the text is known to a plan that is kept; each text is kept
/// by the connection, so there should be few.
pub(crate) struct Limited<Q> {
    query: Q,
    rows: u16,
}

impl<Q> Limited<Q> {
    pub(crate) const fn new(query: Q, rows: u16) -> Self {
        Self { query, rows }
    }
}

impl<DB: Backend, Q: QueryFragment<DB>> QueryFragment<DB> for Limited<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.query.walk_ast(out.reborrow())?;
        out.push_sql(" LIMIT ");
        out.push_sql(&self.rows.to_string());
        Ok(())
    }
}

/// Found by its text: the type says nothing of the number.
impl<Q> QueryId for Limited<Q> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Limited<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, Conn: Connection> RunQueryDsl<Conn> for Limited<Q> {}
