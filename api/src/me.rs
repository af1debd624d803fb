//! Who we think the caller is, and how a login becomes a person.

use actix_web::{HttpResponse, get, post, web};
use jiff::Timestamp;
use jiff::civil::Date;
use koplopers_shared::access::{Permit, Who};
use koplopers_shared::db::DbError;
use koplopers_shared::identities::{self, LinkIdentityError};
use koplopers_shared::ids::PersonId;
use koplopers_shared::words::MunicipalityCode;
use koplopers_shared::{members, networks};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::Authenticated;
use crate::body::Body;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::problem::{Problem, kinds};
use crate::reply::{self, Reply};
use crate::state::AppState;

/// The caller, as we see them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Me)]
pub struct MeView {
    /// `client` for a machine, `person` for a human.
    #[schema(example = "client")]
    pub kind: &'static str,
    /// The OAuth client id of a machine.
    #[schema(example = "zaaksysteem")]
    pub client_id: Option<String>,
    /// The person behind a linked login.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub person: Option<PersonId>,
    /// The municipality that the caller is bound to; null for the institute.
    #[schema(value_type = Option<String>, format = "municipality-code", example = "GM0363")]
    pub municipality: Option<MunicipalityCode>,
    /// Whose rows the caller sees: that municipality and those that merged into it.
    #[schema(value_type = Vec<String>, example = json!(["GM0363"]))]
    pub municipalities: Vec<MunicipalityCode>,
    /// What the caller may do.
    #[schema(example = json!(["intakes:read"]))]
    pub scopes: Vec<&'static str>,
    /// What the person belongs to.
    pub memberships: Vec<MembershipView>,
}

/// Something that a person belongs to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Membership)]
pub struct MembershipView {
    /// `associate_member`, or `learning_network`.
    #[schema(example = "associate_member")]
    pub kind: &'static str,
    /// The member, for `/members`; or the network, for `/learning-networks`.
    pub id: uuid::Uuid,
    /// Since when.
    #[schema(value_type = String, format = "date")]
    pub since_on: Date,
}

/// A one-time code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LinkIdentityRequest {
    /// The code that a coordinator gave.
    #[schema(min_length = 1, max_length = 100, example = "kpi_Zm9vYmFy")]
    pub code: String,
}

/// Look at who you are
///
/// Needs a valid token and no scope.
#[utoipa::path(
    operation_id = "get_me",
    tag = "access",
    security(("bearer" = [])),
    responses((status = 200, description = "The caller", body = MeView), ReadErrors),
)]
#[get("/me")]
pub async fn get_me(
    caller: Authenticated,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let mut view = MeView::new(&caller);
    if let Some(person) = view.person {
        view.memberships = memberships(&state, person).await?;
    }
    Ok(reply::send(Reply::plain(&view)))
}

/// What a person belongs to now.
async fn memberships(state: &AppState, person: PersonId) -> Result<Vec<MembershipView>, Problem> {
    let (member, networks) = state
        .db
        .read(move |conn| {
            let member = members::open_of(conn, person)?;
            Ok::<_, DbError>((member, networks::of_person(conn, person)?))
        })
        .await?;
    let zone = &state.settings.time_zone;
    let day = |at: Timestamp| zone.to_datetime(at).date();
    let member = member.map(|member| MembershipView {
        kind: "associate_member",
        id: member.id.0,
        since_on: day(member.joined_at),
    });
    let networks = networks.into_iter().map(|membership| MembershipView {
        kind: "learning_network",
        id: membership.network.0,
        since_on: day(membership.joined_at),
    });
    Ok(member.into_iter().chain(networks).collect())
}

/// Become a person
///
/// Ties the login that this call is made with to the person for whom a coordinator made the
/// code. A code works once, within a week. Needs a login at an outside provider and no scope.
#[utoipa::path(
    operation_id = "link_identity",
    tag = "access",
    security(("bearer" = [])),
    request_body = LinkIdentityRequest,
    responses((status = 200, description = "The caller, as the person", body = MeView), WriteErrors),
)]
#[post("/me/identity")]
pub async fn link_identity(
    caller: Authenticated,
    body: Body<LinkIdentityRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let now = state.clock.now();
    let login = caller
        .login
        .clone()
        .ok_or_else(|| Problem::of(&kinds::LOGIN_REQUIRED))?;
    let code = body.into_inner().code;
    let actor = caller.actor.clone();
    let person = state
        .db
        .write(move |conn| {
            let login = (login.issuer.as_str(), login.subject.as_str());
            identities::redeem(conn, &actor, login, &code, now)
        })
        .await?;
    // Tokens seen before stay the unlinked login for up to a minute; this answer is ahead.
    let view = MeView {
        person: Some(person),
        memberships: memberships(&state, person).await?,
        ..MeView::new(&caller)
    };
    Ok(reply::send(Reply::plain(&view)))
}

impl MeView {
    fn new(caller: &Authenticated) -> Self {
        let actor = &caller.actor;
        let (client_id, person) = match &actor.who {
            Who::Client { client_id } => (Some(client_id.to_string()), None),
            Who::Person { person } => (None, Some(*person)),
            Who::Login { .. } | Who::LinkHolder { .. } | Who::System { .. } => (None, None),
        };
        Self {
            kind: actor.who.kind(),
            client_id,
            person,
            municipality: actor.scope.bound_to(),
            municipalities: actor.scope.codes().unwrap_or_default().to_vec(),
            scopes: actor.permits().iter().map(Permit::as_str).collect(),
            memberships: Vec::new(),
        }
    }
}

impl From<LinkIdentityError> for Problem {
    fn from(error: LinkIdentityError) -> Self {
        match error {
            LinkIdentityError::InvalidCode => Self::invalid_field(
                "/code",
                "invalid",
                "is wrong, used or over; ask for a new one",
            ),
            LinkIdentityError::AlreadyLinked => {
                Self::of(&kinds::ALREADY_EXISTS).detail("this login is linked to another person")
            }
            LinkIdentityError::Db(error) => error.into(),
        }
    }
}
