//! The public directory: what members show to everybody.

use actix_web::{HttpResponse, get, web};
use koplopers_shared::db::DbError;
use koplopers_shared::members::{self, Audience, MemberFilter};

use super::dto::DirectoryFilter;
use super::view::{Belongings, DirectoryEntryView};
use crate::page::{List, ListBody, PageParams};
use crate::problem::Problem;
use crate::problem::document::ReadErrors;
use crate::state::AppState;

/// List the directory of members
///
/// Without a token: the members who show their profile to everybody, with the parts that they show
/// to everybody. Who pauses is not in it.
#[utoipa::path(
    operation_id = "list_directory",
    tag = "members",
    security(()),
    params(DirectoryFilter, PageParams),
    responses((status = 200, description = "A page of members", body = ListBody<DirectoryEntryView>), ReadErrors),
)]
#[get("/directory")]
pub async fn list_directory(
    list: List<DirectoryFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (filter, page, links) = list.into_parts();
    let filter = MemberFilter::from(filter);
    let (found, mut belongings) = state
        .db
        .read(move |conn| {
            let found = members::list(conn, Audience::Public, &filter, &page)?;
            let belongings = Belongings::read(conn, Audience::Public, &found.items)?;
            Ok::<_, DbError>((found, belongings))
        })
        .await?;
    let entries = found.map(|member| belongings.entry(member));
    Ok(links.answer(entries, None))
}
