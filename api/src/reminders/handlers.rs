//! Making, reading, replacing and retiring reminder rules.

use actix_web::{HttpResponse, delete, get, post, put, web};
use koplopers_shared::access::MeetingsWrite;
use koplopers_shared::flows::{self, RuleChange};
use koplopers_shared::ids::ReminderRuleId;
use koplopers_shared::reminders;

use super::dto::{
    CreateReminderRuleRequest, KeptReminderRuleView, ReminderRuleListFilter, ReminderRuleParams,
    ReminderRuleView, ReplaceReminderRuleRequest,
};
use crate::auth::Authorized;
use crate::body::Body;
use crate::etag::{IfMatch, MaybeIfMatch};
use crate::idempotency::IdempotencyKey;
use crate::operation;
use crate::page::{List, ListBody, PageParams};
use crate::problem::document::{ReadErrors, WriteErrors};
use crate::problem::{Problem, kinds};
use crate::query::Query;
use crate::reply::Reply;
use crate::state::AppState;

/// Make a reminder rule
///
/// Of the rules that fit a meeting only the most particular ones count: its own, those of its
/// programme and kind, of its programme, of its kind, and then those for all. A rule of kind `none`
/// takes less particular reminders away. It holds from now on, also for the meetings that have a
/// date; a reminder whose time has gone is not sent. With `preview=true` nothing is made, and the
/// answer says how many mails it would come to. A rule that is not for one meeting takes the scope
/// `reminders:write`, too.
#[utoipa::path(
    operation_id = "create_reminder_rule",
    tag = "reminders",
    security(("bearer" = ["meetings:write"])),
    params(ReminderRuleParams, IdempotencyKey),
    request_body = CreateReminderRuleRequest,
    responses(
        (status = 200, description = "What the rule would do", body = KeptReminderRuleView),
        (status = 201, description = "The rule and what it does", body = KeptReminderRuleView),
        WriteErrors,
    ),
)]
#[post("/reminder-rules")]
pub async fn create_reminder_rule(
    auth: Authorized<MeetingsWrite>,
    params: Query<ReminderRuleParams>,
    key: IdempotencyKey,
    body: Body<CreateReminderRuleRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let preview = params.0.preview.unwrap_or(false);
    let new = body.into_inner().rule()?;
    operation::post(&state, auth, key, move |conn, by| {
        let (granted, now, new) = (by.granted(), by.now(), new.clone());
        if preview {
            let effect = flows::preview_reminder_rule(conn, granted, now, new)?;
            return Ok(Reply::plain(&KeptReminderRuleView::new(effect, None)));
        }
        flows::create_reminder_rule(conn, granted, now, new).map(|(rule, effect)| {
            let location = format!("/v1/reminder-rules/{}", rule.id);
            let version = rule.version;
            let rule = ReminderRuleView::new(rule, by.permits());
            let view = KeptReminderRuleView::new(effect, Some(rule));
            Reply::created(location, version, &view)
        })
    })
    .await
}

/// List reminder rules
///
/// Those that count, the newest first. For the institute.
#[utoipa::path(
    operation_id = "list_reminder_rules",
    tag = "reminders",
    security(("bearer" = ["meetings:write"])),
    params(ReminderRuleListFilter, PageParams),
    responses((status = 200, description = "A page of rules", body = ListBody<ReminderRuleView>), ReadErrors),
)]
#[get("/reminder-rules")]
pub async fn list_reminder_rules(
    auth: Authorized<MeetingsWrite>,
    list: List<ReminderRuleListFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let granted = auth.into_granted();
    if granted.scope().bound_to().is_some() {
        return Err(Problem::of(&kinds::FORBIDDEN).detail("reminders are the institute's"));
    }
    let permits = granted.actor().permits();
    let (filter, page, links) = list.into_parts();
    let found = state
        .db
        .read(move |conn| reminders::list(conn, filter.meeting, &page))
        .await?;
    let views = found.map(|rule| ReminderRuleView::new(rule, permits));
    Ok(links.answer(views, None))
}

/// Get a reminder rule
#[utoipa::path(
    operation_id = "get_reminder_rule",
    tag = "reminders",
    security(("bearer" = ["meetings:write"])),
    params(("id" = uuid::Uuid, Path, description = "The rule")),
    responses((status = 200, description = "The rule", body = ReminderRuleView), ReadErrors),
)]
#[get("/reminder-rules/{id}")]
pub async fn get_reminder_rule(
    auth: Authorized<MeetingsWrite>,
    id: web::Path<ReminderRuleId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::get(&state, auth, move |conn, by| {
        let found = flows::find_reminder_rule(conn, by.granted(), id)?;
        Ok(found.map(|rule| {
            let version = rule.version;
            Reply::ok(version, &ReminderRuleView::new(rule, by.permits()))
        }))
    })
    .await
}

/// Replace a reminder rule
///
/// Says anew when it reminds, and whom; `If-Match` is needed. What it sent stays sent: nobody is
/// reminded of one start twice by the same rule. The meetings that it is for stay the same.
#[utoipa::path(
    operation_id = "replace_reminder_rule",
    tag = "reminders",
    security(("bearer" = ["meetings:write"])),
    params(("id" = uuid::Uuid, Path, description = "The rule"), IfMatch),
    request_body = ReplaceReminderRuleRequest,
    responses((status = 200, description = "The rule and what it does", body = KeptReminderRuleView), WriteErrors),
)]
#[put("/reminder-rules/{id}")]
pub async fn replace_reminder_rule(
    auth: Authorized<MeetingsWrite>,
    id: web::Path<ReminderRuleId>,
    if_match: IfMatch,
    body: Body<ReplaceReminderRuleRequest>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let (timing, audience) = body.into_inner().words()?;
    let change = RuleChange { timing, audience };
    operation::change(&state, auth, move |conn, by| {
        let version = if_match.version();
        flows::change_reminder_rule(conn, by.granted(), by.now(), id, version, change).map(
            |(rule, effect)| {
                let version = rule.version;
                let rule = ReminderRuleView::new(rule, by.permits());
                Reply::ok(version, &KeptReminderRuleView::new(effect, Some(rule)))
            },
        )
    })
    .await
}

/// Retire a reminder rule
///
/// Nobody is reminded by it any more; less particular rules may count again.
#[utoipa::path(
    operation_id = "retire_reminder_rule",
    tag = "reminders",
    security(("bearer" = ["meetings:write"])),
    params(("id" = uuid::Uuid, Path, description = "The rule"), MaybeIfMatch),
    responses((status = 204, description = "It no longer counts"), WriteErrors),
)]
#[delete("/reminder-rules/{id}")]
pub async fn retire_reminder_rule(
    auth: Authorized<MeetingsWrite>,
    id: web::Path<ReminderRuleId>,
    if_match: MaybeIfMatch,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    operation::change(&state, auth, move |conn, by| {
        let version = if_match.version();
        flows::retire_reminder_rule(conn, by.granted(), by.now(), id, version)
            .map(|()| Reply::no_content())
    })
    .await
}
