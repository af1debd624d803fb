//! A write that happens once, however often it is asked.

use std::error::Error;

use super::model::{IdempotencyKey, Outcome, StoredResponse, WriteOnceError};
use super::queries;
use crate::db::{Db, DbConn, DbError};

impl Db {
    /// Runs `closure` as [`Db::write`] does, unless `key` was answered before: then that answer
    /// is given again. Without a key it is a plain write.
    // security: 50-54
    pub async fn write_once<E, F>(
        &self,
        key: Option<IdempotencyKey>,
        closure: F,
    ) -> Result<Outcome, WriteOnceError<E>>
    where
        E: Error + From<DbError> + Send + 'static,
        F: Fn(&mut DbConn) -> Result<StoredResponse, E> + Send + 'static,
    {
        self.write(move |conn| once(conn, key.as_ref(), &closure))
            .await
    }
}

fn once<E, F>(
    conn: &mut DbConn,
    key: Option<&IdempotencyKey>,
    closure: &F,
) -> Result<Outcome, WriteOnceError<E>>
where
    E: Error + From<DbError> + Send + 'static,
    F: Fn(&mut DbConn) -> Result<StoredResponse, E>,
{
    let Some(key) = key else {
        return closure(conn)
            .map(Outcome::Fresh)
            .map_err(WriteOnceError::Action);
    };
    if !queries::try_lock(conn, key)? {
        return Err(WriteOnceError::StillRunning);
    }
    if let Some(found) = queries::find(conn, key)? {
        return if found.body_hash == key.body_hash {
            Ok(Outcome::Replayed(found.response))
        } else {
            Err(WriteOnceError::BodyDiffers)
        };
    }
    let response = closure(conn).map_err(WriteOnceError::Action)?;
    queries::insert(conn, key, &response)?;
    Ok(Outcome::Fresh(response))
}
