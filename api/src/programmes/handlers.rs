//! Reading programmes, opening and closing them, their contact persons and partners.

use actix_web::{HttpResponse, get, patch, put, web};
use jiff::civil::Date;
use koplopers_shared::access::{CatalogueRead, CatalogueWrite, PermitSet, Scope};
use koplopers_shared::db::{DbConn, DbError, DbResult};
use koplopers_shared::paging::Paged;
use koplopers_shared::programmes::actions::{self, ChangeProgrammeError};
use koplopers_shared::programmes::queries::{self, WithVersion};
use koplopers_shared::programmes::{Programme, rounds};
use koplopers_shared::words::Slug;
use koplopers_shared::{organisations, people};

use super::content::ProgrammeContentBody;
use super::dto::{
    ChangeProgrammeRequest, ContactView, PartnerView, ProgrammeExpand, ProgrammeFilter,
    ProgrammeParams, ProgrammeView, ReplaceContactsRequest, ReplacePartnersRequest, RoundView,
};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::IfMatch;
use crate::operation;
use crate::page::{List, ListBody, PageParams};
use crate::problem::Problem;
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::query::Query;
use crate::reply::{self, Reply, StoredResponse};
use crate::state::AppState;

/// List programmes
///
/// In order of slug, without what their versions say.
#[utoipa::path(
    operation_id = "list_programmes",
    tag = "programmes",
    security(("bearer" = ["catalogue:read"])),
    params(ProgrammeFilter, PageParams),
    responses((status = 200, description = "A page of programmes", body = ListBody<ProgrammeView>), ReadErrors),
)]
#[get("/programmes")]
pub async fn list_programmes(
    auth: Authorized<CatalogueRead>,
    list: List<ProgrammeFilter, String>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let today = state.local_now().today;
    let permits = auth.actor().permits();
    let (filter, page, links) = list.into_parts();
    let found = state
        .db
        .read(move |conn| {
            let found = queries::list(conn, filter.open, &page)?;
            let mut items = views(conn, &found.items, permits)?;
            if filter.expand.contains(&ProgrammeExpand::Rounds) {
                let slugs: Vec<Slug> = items.iter().map(|view| view.slug().clone()).collect();
                let shown = rounds::current(conn, &slugs, today)?;
                items = items
                    .into_iter()
                    .map(|view| {
                        let own = shown
                            .iter()
                            .filter(|round| round.programme == *view.slug())
                            .map(|round| RoundView::new(round.clone(), today, permits))
                            .collect();
                        view.with_rounds(own)
                    })
                    .collect();
            }
            Ok::<_, DbError>(Paged {
                items,
                next: found.next,
                prev: found.prev,
            })
        })
        .await?;
    Ok(links.answer(found, None))
}

/// Get a programme
///
/// With what its current version says.
#[utoipa::path(
    operation_id = "get_programme",
    tag = "programmes",
    security(("bearer" = ["catalogue:read"])),
    params(("slug" = String, Path, description = "The programme", example = "inclusief"), ProgrammeParams),
    responses((status = 200, description = "The programme", body = ProgrammeView), ReadErrors),
)]
#[get("/programmes/{slug}")]
pub async fn get_programme(
    auth: Authorized<CatalogueRead>,
    slug: web::Path<Slug>,
    params: Query<ProgrammeParams>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let today = state.local_now().today;
    let (slug, Query(params)) = (slug.into_inner(), params);
    let rounds_on = params
        .expand
        .contains(&ProgrammeExpand::Rounds)
        .then_some(today);
    operation::get(&state, auth, move |conn, by| {
        match queries::find(conn, &slug)? {
            Some(programme) => answer(conn, programme, by.permits(), rounds_on).map(Some),
            None => Ok(None),
        }
    })
    .await
}

/// Open or close a programme
///
/// A closed programme takes no new intakes; those there are go on.
#[utoipa::path(
    operation_id = "change_programme",
    tag = "programmes",
    security(("bearer" = ["catalogue:write"])),
    params(
        ("slug" = String, Path, description = "The programme", example = "inclusief"),
        ("If-Match" = String, Header, description = "The version that you last read"),
    ),
    request_body(content = ChangeProgrammeRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The programme", body = ProgrammeView), WriteErrors),
)]
#[patch("/programmes/{slug}")]
pub async fn change_programme(
    auth: Authorized<CatalogueWrite>,
    slug: web::Path<Slug>,
    if_match: IfMatch,
    body: Body<ChangeProgrammeRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (slug, expected) = (slug.into_inner(), if_match.version());
    let open = body.into_inner().open;
    operation::change(&state, auth, move |conn, by| {
        let programme = actions::set_open(conn, by.granted(), by.now().at, &slug, expected, open)?;
        let permits = by.permits();
        Ok::<_, ChangeProgrammeError>(answer(conn, programme, permits, None)?)
    })
    .await
}

/// Replace the contact persons of a programme
///
/// Mails about the programme name them, and every caller sees them here.
#[utoipa::path(
    operation_id = "replace_programme_contacts",
    tag = "programmes",
    security(("bearer" = ["catalogue:write"])),
    params(
        ("slug" = String, Path, description = "The programme", example = "inclusief"),
        ("If-Match" = String, Header, description = "The version that you last read"),
    ),
    request_body = ReplaceContactsRequest,
    responses((status = 200, description = "The programme", body = ProgrammeView), WriteErrors),
)]
#[put("/programmes/{slug}/contacts")]
pub async fn replace_programme_contacts(
    auth: Authorized<CatalogueWrite>,
    slug: web::Path<Slug>,
    if_match: IfMatch,
    body: Body<ReplaceContactsRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let now = state.clock.now();
    let granted = auth.into_granted();
    let (slug, expected) = (slug.into_inner(), if_match.version());
    let ids = body.into_inner().people;
    let write = move |conn: &mut _| {
        let programme = actions::set_contacts(conn, &granted, now, &slug, expected, &ids)?;
        let permits = granted.actor().permits();
        Ok::<_, ChangeProgrammeError>(answer(conn, programme, permits, None)?)
    };
    let reply = state.db.write(write).await;
    Ok(reply::send(reply.map_err(|error| {
        super::problems::of_list(error, "/people")
    })?))
}

/// Replace the partners of a programme
///
/// The organisations that it is run jointly with.
#[utoipa::path(
    operation_id = "replace_programme_partners",
    tag = "programmes",
    security(("bearer" = ["catalogue:write"])),
    params(
        ("slug" = String, Path, description = "The programme", example = "inclusief"),
        ("If-Match" = String, Header, description = "The version that you last read"),
    ),
    request_body = ReplacePartnersRequest,
    responses((status = 200, description = "The programme", body = ProgrammeView), WriteErrors),
)]
#[put("/programmes/{slug}/partners")]
pub async fn replace_programme_partners(
    auth: Authorized<CatalogueWrite>,
    slug: web::Path<Slug>,
    if_match: IfMatch,
    body: Body<ReplacePartnersRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let now = state.clock.now();
    let granted = auth.into_granted();
    let (slug, expected) = (slug.into_inner(), if_match.version());
    let ids = body.into_inner().organisations;
    let write = move |conn: &mut _| {
        let programme = actions::set_partners(conn, &granted, now, &slug, expected, &ids)?;
        let permits = granted.actor().permits();
        Ok::<_, ChangeProgrammeError>(answer(conn, programme, permits, None)?)
    };
    let reply = state.db.write(write).await;
    Ok(reply::send(reply.map_err(|error| {
        super::problems::of_list(error, "/organisations")
    })?))
}

/// Views of programmes with their contact persons and partners: four queries, however many.
fn views(
    conn: &mut DbConn,
    programmes: &[WithVersion],
    permits: PermitSet,
) -> DbResult<Vec<ProgrammeView>> {
    let slugs: Vec<Slug> = programmes.iter().map(|(it, _)| it.slug.clone()).collect();
    let contacts = queries::contacts(conn, &slugs)?;
    let ids: Vec<_> = contacts.iter().map(|(_, id)| *id).collect();
    let people = people::queries::find_many(conn, &Scope::Institute, &ids)?;
    let partners = queries::partners(conn, &slugs)?;
    let ids: Vec<_> = partners.iter().map(|(_, id)| *id).collect();
    let organisations = organisations::queries::find_many(conn, &ids)?;
    let contacts_of = |slug: &Slug| -> Vec<ContactView> {
        contacts
            .iter()
            .filter(|(of, _)| of == slug)
            .filter_map(|(_, id)| people.iter().find(|person| person.id == *id))
            .filter(|person| !person.is_erased())
            .map(ContactView::from)
            .collect()
    };
    let partners_of = |slug: &Slug| -> Vec<PartnerView> {
        partners
            .iter()
            .filter(|(of, _)| of == slug)
            .filter_map(|(_, id)| organisations.iter().find(|it| it.id == *id))
            .map(PartnerView::from)
            .collect()
    };
    Ok(programmes
        .iter()
        .map(|(programme, version)| {
            let of = (contacts_of(&programme.slug), partners_of(&programme.slug));
            ProgrammeView::new(programme.clone(), version, of, permits)
        })
        .collect())
}

/// The answer about one programme, with the rounds that are open or upcoming on a day.
pub(super) fn answer(
    conn: &mut DbConn,
    programme: Programme,
    permits: PermitSet,
    rounds_on: Option<Date>,
) -> DbResult<StoredResponse> {
    let missing = || DbError::Corrupt { what: "programme" };
    let current =
        queries::version(conn, &programme.slug, programme.current_number)?.ok_or_else(missing)?;
    let (slug, version) = (programme.slug.clone(), programme.version);
    let content = ProgrammeContentBody(current.content.clone());
    let view = views(conn, &[(programme, current)], permits)?
        .pop()
        .ok_or_else(missing)?;
    let mut view = view.with_content(content);
    if let Some(today) = rounds_on {
        let shown = rounds::current(conn, &[slug], today)?
            .into_iter()
            .map(|round| RoundView::new(round, today, permits))
            .collect();
        view = view.with_rounds(shown);
    }
    Ok(Reply::ok(version, &view))
}
