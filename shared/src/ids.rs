//! Identifiers: one type per kind of thing, so that a meeting's id cannot stand for an intake's.
//!
//! All are `UUIDv7` (RFC 9562), made by us and never by the database, so that a row's id is
//! known before it is written and new rows land at the end of their index.

/// Defines an identifier newtype over [`uuid::Uuid`] with its text, JSON and column forms.
#[macro_export]
macro_rules! typed_id {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = $crate::db::columns::Uid)]
        #[serde(transparent)]
        pub struct $name(pub uuid::Uuid);

        impl $name {
            /// A new, time-ordered id.
            #[must_use]
            pub fn generate() -> Self {
                Self($crate::ids::new_uuid())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                uuid::Uuid::parse_str(text).map(Self)
            }
        }

        $crate::uuid_column!($name);
    )+};
}

/// The one place where ids are made.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where ids are made"
)]
pub(crate) fn new_uuid() -> uuid::Uuid {
    uuid::Uuid::now_v7()
}

typed_id! {
    /// An intake: one municipality's request for one programme.
    IntakeId,
    /// A social question brought by an intake.
    IssueId,
    /// One enrolment window of a programme.
    RoundId,
    /// A version of a programme's content.
    ProgrammeVersionId,
    /// A person.
    PersonId,
    /// A role that a person holds for a period.
    PersonRoleId,
    /// An organisation that is not a municipality.
    OrganisationId,
    /// A meeting.
    MeetingId,
    /// One person's invitation to one meeting.
    InvitationId,
    /// One mail to one address.
    DeliveryId,
    /// A machine client.
    ClientId,
    /// One secret of a machine client.
    ClientSecretId,
    /// The tie between a token's issuer and subject and a person.
    IdentityId,
    /// A signed link.
    LinkId,
    /// A signing, sealing or link key.
    KeyId,
    /// A business event.
    EventId,
    /// A line of the audit trail.
    AuditEventId,
    /// One HTTP request.
    RequestId,
}
