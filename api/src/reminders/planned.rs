//! The reminders of one meeting.

use actix_web::{HttpResponse, get, web};
use jiff::Timestamp;
use koplopers_shared::access::MeetingsRead;
use koplopers_shared::deliveries::DeliveryState;
use koplopers_shared::ids::{InvitationId, MeetingId, PersonId, ReminderRuleId};
use koplopers_shared::overviews::{self, MeetingReminder, Reminded};
use koplopers_shared::reminders::{PlanState, ReminderAudience, ReminderKind};
use serde::Serialize;
use utoipa::ToSchema;

use super::dto::parts;
use crate::auth::Authorized;
use crate::problem::Problem;
use crate::problem::document::ReadErrors;
use crate::state::AppState;
use crate::words::{PlanStateWord, ReminderAudienceWord, ReminderKindWord};

/// One reminder of a meeting.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MeetingReminder)]
pub struct MeetingReminderView {
    /// The rule that asks for it.
    #[schema(value_type = uuid::Uuid)]
    rule: ReminderRuleId,
    /// How the rule says when.
    #[schema(value_type = ReminderKindWord)]
    kind: ReminderKind,
    /// How many days before the day of the meeting; for `local`.
    days: Option<i32>,
    /// At what time of that day, on the clock of the meeting; for `local`.
    #[schema(format = "time-local", value_type = Option<String>, example = "09:00")]
    local_time: Option<String>,
    /// How many minutes before the start; for `elapsed`.
    minutes: Option<i32>,
    /// Whom it reminds.
    #[schema(value_type = ReminderAudienceWord)]
    audience: ReminderAudience,
    /// The start it reminds of: that of now, or a former one.
    #[schema(value_type = String, format = DateTime)]
    starts_at: Timestamp,
    /// When it is due.
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
    /// Where it stands.
    #[schema(value_type = PlanStateWord)]
    state: PlanState,
    /// Who would get it by the answers of now, or whose mail was made.
    recipients: Vec<RemindedView>,
}

/// Somebody who is reminded.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Reminded)]
pub struct RemindedView {
    /// Their invitation.
    #[schema(value_type = uuid::Uuid)]
    invitation: InvitationId,
    /// Who they are.
    #[schema(value_type = uuid::Uuid)]
    person: PersonId,
    /// Where the mail stands, such as `sent`; null while it is only planned.
    #[schema(value_type = Option<String>, example = "sent")]
    mail: Option<DeliveryState>,
}

/// The reminders of a meeting.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MeetingReminders)]
pub struct MeetingRemindersView {
    /// The earliest first; none while the meeting has no date.
    items: Vec<MeetingReminderView>,
}

impl From<MeetingReminder> for MeetingReminderView {
    fn from(reminder: MeetingReminder) -> Self {
        let MeetingReminder {
            plan,
            rule,
            recipients,
        } = reminder;
        let (days, local_time, minutes) = parts(rule.timing);
        Self {
            rule: rule.id,
            kind: rule.timing.kind(),
            days,
            local_time,
            minutes,
            audience: rule.audience,
            starts_at: plan.starts_at,
            due_at: plan.due_at,
            state: plan.state,
            recipients: recipients.into_iter().map(RemindedView::from).collect(),
        }
    }
}

impl From<Reminded> for RemindedView {
    fn from(reminded: Reminded) -> Self {
        Self {
            invitation: reminded.invitation,
            person: reminded.person,
            mail: reminded.mail,
        }
    }
}

/// List the reminders of a meeting
///
/// When each is due, where it stands, and who gets what: a plan that is `passed` was not sent since
/// its time had gone, one that is `withdrawn` no longer counts.
#[utoipa::path(
    operation_id = "list_meeting_reminders",
    tag = "reminders",
    security(("bearer" = ["meetings:read"])),
    params(("id" = uuid::Uuid, Path, description = "The meeting")),
    responses((status = 200, description = "Its reminders", body = MeetingRemindersView), ReadErrors),
)]
#[get("/meetings/{id}/reminders")]
pub async fn list_meeting_reminders(
    auth: Authorized<MeetingsRead>,
    id: web::Path<MeetingId>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (granted, id) = (auth.into_granted(), id.into_inner());
    let found = state
        .db
        .read(move |conn| overviews::meeting_reminders(conn, granted.scope(), id))
        .await?
        .ok_or_else(Problem::not_found)?;
    let items = found.into_iter().map(MeetingReminderView::from).collect();
    Ok(HttpResponse::Ok().json(MeetingRemindersView { items }))
}
