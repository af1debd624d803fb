//! From what a token says to who that is here and now.

use jiff::civil::Date;
use koplopers_shared::access::{Actor, PermitSet, Role, Scope, Who};
use koplopers_shared::clients::{self, ClientStatus};
use koplopers_shared::db::DbConn;
use koplopers_shared::identities;
use koplopers_shared::ids::PersonId;
use koplopers_shared::words::MunicipalityCode;

use super::{AuthError, Caller, Login};

/// What a token says about its bearer.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    pub bearer: Bearer,
    pub permits: PermitSet,
    pub municipality: Option<MunicipalityCode>,
}

/// Who bears a token.
#[derive(Debug, Clone)]
pub(super) enum Bearer {
    /// One of our clients.
    Client { client_id: String },
    /// A person, named by ourselves.
    Person { person: PersonId },
    /// Nobody in particular, for demo and development.
    Role { subject: String },
    /// A machine that an outside issuer knows.
    Machine { subject: String },
    /// A human who logged in outside.
    Login(Login),
}

/// The caller, as the database has it.
pub(super) fn caller(
    conn: &mut DbConn,
    profile: &Profile,
    today: Date,
) -> Result<Caller, AuthError> {
    let mut permits = profile.permits;
    let mut login = None;
    let who = match &profile.bearer {
        Bearer::Client { client_id } => {
            let client = clients::queries::find_by_client_id(conn, client_id)?
                .filter(|client| client.status == ClientStatus::Active)
                // What a client is bound to never changes; a token that says otherwise is not ours.
                .filter(|client| client.municipality == profile.municipality)
                .ok_or(AuthError::Refused)?;
            permits = permits.and(client.role.permits());
            Who::Client {
                client_id: client.client_id.as_str().into(),
            }
        }
        Bearer::Person { person } => {
            if !identities::queries::person_exists(conn, *person)? {
                return Err(AuthError::Refused);
            }
            Who::Person { person: *person }
        }
        Bearer::Role { subject } => Who::Login {
            subject: subject.as_str().into(),
        },
        Bearer::Machine { subject } => Who::Client {
            client_id: subject.as_str().into(),
        },
        Bearer::Login(outside) => {
            login = Some(outside.clone());
            match identities::queries::person_of(conn, &outside.issuer, &outside.subject)? {
                Some(person) => Who::Person { person },
                None => Who::Login {
                    subject: format!("{}#{}", outside.issuer, outside.subject).into(),
                },
            }
        }
    };
    let scope = match profile.municipality {
        None => Scope::Institute,
        Some(code) => {
            // Whatever an issuer says, a bound caller does no more than a municipality may.
            permits = permits.and(Role::Municipality.permits());
            identities::scope_of(conn, code, today)?.ok_or(AuthError::Refused)?
        }
    };
    Ok(Caller::new(Actor::new(who, scope, permits), login))
}
