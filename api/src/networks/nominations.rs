//! Nominating the officials of a learning network (B4).

use actix_web::{HttpResponse, post, web};
use koplopers_shared::access::NominationsWrite;
use koplopers_shared::flows::{self, NominateOfficialsError, OfficialsNomination};
use koplopers_shared::ids::{LearningNetworkId, NominationId, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::Authorized;
use crate::body::Body;
use crate::idempotency::IdempotencyKey;
use crate::nominations::NominatorRequest;
use crate::operation;
use crate::problem::document::WriteErrors;
use crate::problem::{FieldError, Problem};
use crate::reply::Reply;
use crate::state::AppState;

/// Members of a learning network to be nominated, with what is said of each of them.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NominateMembersRequest {
    /// Whom, each of whom is in the network now.
    #[schema(value_type = Vec<uuid::Uuid>, min_items = 1, max_items = 50)]
    people: Vec<PersonId>,
    /// Who nominates. A person with a token is meant themselves and leaves it out.
    #[schema(nullable = false)]
    nominator: Option<NominatorRequest>,
    /// How the nominator knows them.
    #[schema(
        min_length = 1,
        max_length = 500,
        example = "Wij leren samen in het netwerk."
    )]
    relation: String,
    /// Why these people.
    #[schema(min_length = 50, max_length = 5_000)]
    motivation: String,
    /// What is new in how they work.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        example = "Zij gaan zelf de wijk in."
    )]
    innovation: String,
    /// What it brings about.
    #[schema(
        min_length = 1,
        max_length = 2_000,
        example = "Minder huisuitzettingen."
    )]
    impact: String,
}

impl From<NominateMembersRequest> for OfficialsNomination {
    fn from(request: NominateMembersRequest) -> Self {
        Self {
            people: request.people,
            nominator: request.nominator.map(Into::into),
            relation: request.relation,
            motivation: request.motivation,
            innovation: request.innovation,
            impact: request.impact,
        }
    }
}

/// The nominations that were made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NominatedMembers)]
pub struct NominatedMembersView {
    /// One for each person, in the order of the request.
    nominations: Vec<NominatedMemberView>,
}

/// A nomination that was made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NominatedMember)]
pub struct NominatedMemberView {
    /// Who was nominated.
    #[schema(value_type = uuid::Uuid)]
    person: PersonId,
    /// The nomination, of `/nominations`.
    #[schema(value_type = uuid::Uuid)]
    nomination: NominationId,
}

/// Nominate members of a learning network
///
/// Several at once, with one text: all of them or none. A municipality nominates its own people.
/// Each goes on as any other nomination.
#[utoipa::path(
    operation_id = "nominate_network_members",
    tag = "learning networks",
    security(("bearer" = ["nominations:write"])),
    params(("id" = uuid::Uuid, Path, description = "The learning network"), IdempotencyKey),
    request_body = NominateMembersRequest,
    responses((status = 201, description = "The nominations", body = NominatedMembersView), WriteErrors),
)]
#[post("/learning-networks/{id}/nominations")]
pub async fn nominate_network_members(
    auth: Authorized<NominationsWrite>,
    id: web::Path<LearningNetworkId>,
    key: IdempotencyKey,
    body: Body<NominateMembersRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let new = OfficialsNomination::from(body.into_inner());
    operation::post(&state, auth, key, move |conn, by| {
        let made = flows::nominate_officials(conn, by.granted(), by.now(), id, &new)?;
        let nominations = made
            .into_iter()
            .map(|(person, nomination)| NominatedMemberView { person, nomination });
        let view = NominatedMembersView {
            nominations: nominations.collect(),
        };
        Ok::<_, NominateOfficialsError>(Reply::created_plain("/v1/nominations".to_owned(), &view))
    })
    .await
}

impl From<NominateOfficialsError> for Problem {
    fn from(error: NominateOfficialsError) -> Self {
        match error {
            NominateOfficialsError::NotFound => Self::not_found(),
            NominateOfficialsError::People {
                strangers,
                repeated,
            } => Self::invalid(
                fields(&strangers, "unknown", "is not in the network now")
                    .chain(fields(&repeated, "duplicate", "is named twice"))
                    .collect(),
            ),
            NominateOfficialsError::Nominate(error) => error.into(),
            NominateOfficialsError::Db(error) => error.into(),
        }
    }
}

fn fields<'a>(
    places: &'a [usize],
    code: &'static str,
    reason: &'static str,
) -> impl Iterator<Item = FieldError> + 'a {
    places
        .iter()
        .map(move |at| FieldError::new(format!("/people/{at}"), code, reason))
}
