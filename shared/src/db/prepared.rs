//! Statements written out in SQL that a connection prepares once.
//!
//! `diesel::sql_query` has the database parse and plan its text at every run, which for the larger
//! statements of the queue takes several times as long as running them.

use std::borrow::Cow;

use diesel::RunQueryDsl;
use diesel::backend::Backend;
use diesel::connection::Connection;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Untyped;

/// What fills the placeholders of a statement, in their order.
pub(crate) trait Values<DB: Backend> {
    /// Hands over each value by [`AstPass::push_bind_param_value_only`].
    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>;
}

/// A statement with its values; each text is kept by the connection, so there should be few.
pub(crate) struct Prepared<V> {
    sql: Cow<'static, str>,
    values: V,
}

impl<V> Prepared<V> {
    /// A statement with the placeholders of the database it is for.
    pub(crate) fn new(sql: impl Into<Cow<'static, str>>, values: V) -> Self {
        Self {
            sql: sql.into(),
            values,
        }
    }
}

impl<DB: Backend, V: Values<DB>> QueryFragment<DB> for Prepared<V> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(&self.sql);
        self.values.push(&mut out)
    }
}

/// Found by its text: the type says nothing of it.
impl<V> QueryId for Prepared<V> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<V> Query for Prepared<V> {
    type SqlType = Untyped;
}

impl<V, Conn: Connection> RunQueryDsl<Conn> for Prepared<V> {}
