//! Column types that PostgreSQL and SQLite share, and the Rust types that live in them.
//!
//! | SQL type | PostgreSQL | SQLite | Rust |
//! | --- | --- | --- | --- |
//! | [`Uid`] | `uuid` | 16-byte blob | the newtypes of [`crate::ids`] |
//! | [`Moment`] | `timestamptz` | integer, microseconds since 1970 | [`At`] |
//! | [`Day`] | `date` | text, ISO 8601 | [`On`] |
//!
//! Closed sets of words and words with rules are `TEXT`, through [`text_column!`](crate::text_column).

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql};
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, HasSqlType, Integer, SqlType, Text};
use diesel::sqlite::Sqlite;
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use std::io::Write as _;

use super::MultiBackend;

/// An identifier.
#[derive(Debug, Clone, Copy, SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951))]
#[diesel(sqlite_type(name = "Binary"))]
pub struct Uid;

/// An instant, precise to the microsecond.
#[derive(Debug, Clone, Copy, SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185))]
#[diesel(sqlite_type(name = "Long"))]
pub struct Moment;

/// A calendar day.
#[derive(Debug, Clone, Copy, SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(oid = 1082, array_oid = 1182))]
#[diesel(sqlite_type(name = "Text"))]
pub struct Day;

impl diesel::sql_types::SqlOrd for Uid {}
impl diesel::sql_types::SqlOrd for Moment {}
impl diesel::sql_types::SqlOrd for Day {}

macro_rules! shared_by_both {
    ($($sql:ident),+) => {$(
        impl HasSqlType<$sql> for MultiBackend {
            fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
                Self::lookup_sql_type::<$sql>(lookup)
            }
        }
    )+};
}
shared_by_both!(Uid, Moment, Day);

/// Lets a newtype over [`uuid::Uuid`] live in a [`Uid`] column.
#[macro_export]
macro_rules! uuid_column {
    ($name:ident) => {
        const _: () = {
            use diesel::backend::Backend;
            use diesel::deserialize::{self, FromSql};
            use diesel::serialize::{self, IsNull, Output, ToSql};
            use $crate::db::columns::{Uid, read_uuid_pg, read_uuid_sqlite, write_uuid_pg};

            impl FromSql<Uid, diesel::pg::Pg> for $name {
                fn from_sql(bytes: diesel::pg::PgValue<'_>) -> deserialize::Result<Self> {
                    read_uuid_pg(bytes).map(Self)
                }
            }
            impl FromSql<Uid, diesel::sqlite::Sqlite> for $name {
                fn from_sql(
                    bytes: <diesel::sqlite::Sqlite as Backend>::RawValue<'_>,
                ) -> deserialize::Result<Self> {
                    read_uuid_sqlite(bytes).map(Self)
                }
            }
            impl FromSql<Uid, $crate::db::MultiBackend> for $name {
                fn from_sql(
                    bytes: <$crate::db::MultiBackend as Backend>::RawValue<'_>,
                ) -> deserialize::Result<Self> {
                    bytes.from_sql::<Self, Uid>()
                }
            }
            impl ToSql<Uid, diesel::pg::Pg> for $name {
                fn to_sql<'b>(
                    &'b self,
                    out: &mut Output<'b, '_, diesel::pg::Pg>,
                ) -> serialize::Result {
                    write_uuid_pg(&self.0, out)
                }
            }
            impl ToSql<Uid, diesel::sqlite::Sqlite> for $name {
                fn to_sql<'b>(
                    &'b self,
                    out: &mut Output<'b, '_, diesel::sqlite::Sqlite>,
                ) -> serialize::Result {
                    out.set_value(self.0.as_bytes().as_slice());
                    Ok(IsNull::No)
                }
            }
            impl ToSql<Uid, $crate::db::MultiBackend> for $name {
                fn to_sql<'b>(
                    &'b self,
                    out: &mut Output<'b, '_, $crate::db::MultiBackend>,
                ) -> serialize::Result {
                    out.set_value((Uid, self));
                    Ok(IsNull::No)
                }
            }
        };
    };
}

/// Reads a PostgreSQL `uuid`.
#[doc(hidden)]
pub fn read_uuid_pg(bytes: PgValue<'_>) -> deserialize::Result<uuid::Uuid> {
    Ok(uuid::Uuid::from_slice(bytes.as_bytes())?)
}

/// Reads a 16-byte blob.
#[doc(hidden)]
pub fn read_uuid_sqlite(
    bytes: <Sqlite as Backend>::RawValue<'_>,
) -> deserialize::Result<uuid::Uuid> {
    let blob = <Vec<u8> as FromSql<diesel::sql_types::Binary, Sqlite>>::from_sql(bytes)?;
    Ok(uuid::Uuid::from_slice(&blob)?)
}

/// Writes a PostgreSQL `uuid`.
#[doc(hidden)]
pub fn write_uuid_pg(id: &uuid::Uuid, out: &mut Output<'_, '_, Pg>) -> serialize::Result {
    out.write_all(id.as_bytes())?;
    Ok(IsNull::No)
}

/// Lets a type with `as_str` and `FromStr` live in a `TEXT` column.
#[macro_export]
macro_rules! text_column {
    ($($name:ty),+ $(,)?) => {$(
        const _: () = {
            use diesel::backend::Backend;
            use diesel::deserialize::{self, FromSql};
            use diesel::serialize::{self, Output, ToSql};
            use diesel::sql_types::Text;

            impl<DB> FromSql<Text, DB> for $name
            where
                DB: Backend,
                String: FromSql<Text, DB>,
            {
                fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                    let text = <String as FromSql<Text, DB>>::from_sql(bytes)?;
                    // The stored text stays out of the error: it could be personal.
                    text.parse().map_err(|_| {
                        concat!("a stored text is not a valid ", stringify!($name)).into()
                    })
                }
            }
            impl<DB> ToSql<Text, DB> for $name
            where
                DB: Backend,
                str: ToSql<Text, DB>,
            {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                    ToSql::<Text, DB>::to_sql(self.as_str(), out)
                }
            }
            #[derive(
                diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
            )]
            #[diesel(sql_type = Text, foreign_derive)]
            #[expect(dead_code, reason = "names the type that the derives are for")]
            struct Column($name);
        };
    )+};
}

/// An instant as a column value; rows hold it, the domain holds [`Timestamp`].
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[serde(transparent)]
#[diesel(sql_type = Moment)]
pub struct At(pub Timestamp);

impl From<At> for Timestamp {
    fn from(at: At) -> Self {
        at.0
    }
}

impl From<Timestamp> for At {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

/// A day as a column value; rows hold it, the domain holds [`Date`].
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[serde(transparent)]
#[diesel(sql_type = Day)]
pub struct On(pub Date);

impl From<On> for Date {
    fn from(on: On) -> Self {
        on.0
    }
}

impl From<Date> for On {
    fn from(on: Date) -> Self {
        Self(on)
    }
}

macro_rules! multi_column {
    ($name:ty, $sql:ident) => {
        impl FromSql<$sql, MultiBackend> for $name {
            fn from_sql(
                bytes: <MultiBackend as Backend>::RawValue<'_>,
            ) -> deserialize::Result<Self> {
                bytes.from_sql::<Self, $sql>()
            }
        }

        impl ToSql<$sql, MultiBackend> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value(($sql, self));
                Ok(IsNull::No)
            }
        }
    };
}
multi_column!(At, Moment);
multi_column!(On, Day);

/// Microseconds from 1970 to 2000, where PostgreSQL's count begins.
const POSTGRES_EPOCH_MICROS: i64 = 946_684_800_000_000;

impl FromSql<Moment, Pg> for At {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        let micros = <i64 as FromSql<BigInt, Pg>>::from_sql(bytes)?;
        let since_1970 = micros
            .checked_add(POSTGRES_EPOCH_MICROS)
            .ok_or("a stored instant is out of range")?;
        Ok(Self(Timestamp::from_microsecond(since_1970)?))
    }
}

impl ToSql<Moment, Pg> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let micros = self.0.as_microsecond() - POSTGRES_EPOCH_MICROS;
        out.write_all(&micros.to_be_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<Moment, Sqlite> for At {
    fn from_sql(bytes: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let micros = <i64 as FromSql<BigInt, Sqlite>>::from_sql(bytes)?;
        Ok(Self(Timestamp::from_microsecond(micros)?))
    }
}

impl ToSql<Moment, Sqlite> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_microsecond());
        Ok(IsNull::No)
    }
}

/// The day from which PostgreSQL counts.
const POSTGRES_EPOCH_DAY: Date = jiff::civil::date(2000, 1, 1);

impl FromSql<Day, Pg> for On {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        let days = <i32 as FromSql<Integer, Pg>>::from_sql(bytes)?;
        Ok(Self(
            POSTGRES_EPOCH_DAY.checked_add(Span::new().try_days(days)?)?,
        ))
    }
}

impl ToSql<Day, Pg> for On {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let days = (self.0 - POSTGRES_EPOCH_DAY).get_days();
        out.write_all(&days.to_be_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<Day, Sqlite> for On {
    fn from_sql(bytes: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Sqlite>>::from_sql(bytes)?;
        Ok(Self(text.parse()?))
    }
}

impl ToSql<Day, Sqlite> for On {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.to_string());
        Ok(IsNull::No)
    }
}
