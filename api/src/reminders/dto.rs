//! Bodies of reminder rules.

use jiff::Timestamp;
use jiff::civil::Time;
use koplopers_shared::access::{Permit, PermitSet};
use koplopers_shared::catalogue::words::MeetingKind;
use koplopers_shared::flows::RuleEffect;
use koplopers_shared::ids::{MeetingId, ReminderRuleId};
use koplopers_shared::reminders::{
    NewReminderRule, ReminderAudience, ReminderKind, ReminderRule, ReminderTiming, RuleReach,
};
use koplopers_shared::words::Slug;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actions::AllowedActionView;
use crate::problem::Problem;
use crate::words::{MeetingKindWord, ReminderAudienceWord, ReminderKindWord};

/// A reminder rule about to be made. It is for the meetings of a programme, of a kind or of both,
/// for one meeting, or without any of these for all.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateReminderRuleRequest {
    /// The programme whose meetings it is for.
    #[schema(format = "slug", value_type = Option<String>, nullable = false, example = "inclusief")]
    programme: Option<Slug>,
    /// The kind of meetings it is for.
    #[schema(value_type = Option<MeetingKindWord>, nullable = false)]
    meeting_kind: Option<MeetingKind>,
    /// The one meeting it is for; then there is no programme and no kind.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    meeting: Option<MeetingId>,
    /// How it says when.
    #[schema(value_type = ReminderKindWord, example = "local")]
    kind: ReminderKind,
    /// How many days before the day of the meeting; for `local`.
    #[schema(minimum = 1, maximum = 90, nullable = false, example = 2)]
    days: Option<i32>,
    /// At what time of that day, on the clock of the meeting; for `local`.
    #[schema(format = "time-local", value_type = Option<String>, nullable = false, example = "09:00")]
    local_time: Option<Time>,
    /// How many minutes before the start; for `elapsed`.
    #[schema(minimum = 15, maximum = 20_160, nullable = false)]
    minutes: Option<i32>,
    /// Whom it reminds; all when left out.
    #[schema(value_type = Option<ReminderAudienceWord>, nullable = false)]
    audience: Option<ReminderAudience>,
}

impl CreateReminderRuleRequest {
    /// The rule in words of the domain.
    pub fn rule(self) -> Result<NewReminderRule, Problem> {
        let reach = RuleReach {
            programme: self.programme,
            kind: self.meeting_kind,
            meeting: self.meeting,
        };
        let narrow = reach.programme.is_some() || reach.kind.is_some();
        let wrong = (reach.meeting.is_some() && narrow).then(|| {
            let reason = "stands alone, without programme and meetingKind";
            Problem::invalid_field("/meeting", "not-allowed", reason)
        });
        let timing = timing(self.kind, self.days, self.local_time, self.minutes);
        match (wrong, timing) {
            (None, Ok(timing)) => Ok(NewReminderRule {
                reach,
                timing,
                audience: self.audience.unwrap_or(ReminderAudience::All),
            }),
            (Some(wrong), Ok(_)) => Err(wrong),
            (None, Err(problem)) => Err(problem),
            (Some(wrong), Err(problem)) => Err(wrong.and(problem)),
        }
    }
}

/// When a rule reminds, and whom, as it is from now on.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplaceReminderRuleRequest {
    /// How it says when.
    #[schema(value_type = ReminderKindWord, example = "elapsed")]
    kind: ReminderKind,
    /// How many days before the day of the meeting; for `local`.
    #[schema(minimum = 1, maximum = 90, nullable = false)]
    days: Option<i32>,
    /// At what time of that day, on the clock of the meeting; for `local`.
    #[schema(format = "time-local", value_type = Option<String>, nullable = false)]
    local_time: Option<Time>,
    /// How many minutes before the start; for `elapsed`.
    #[schema(minimum = 15, maximum = 20_160, nullable = false, example = 120)]
    minutes: Option<i32>,
    /// Whom it reminds.
    #[schema(value_type = ReminderAudienceWord, example = "not_answered")]
    audience: ReminderAudience,
}

impl ReplaceReminderRuleRequest {
    /// When it reminds, and whom.
    pub fn words(&self) -> Result<(ReminderTiming, ReminderAudience), Problem> {
        let timing = timing(self.kind, self.days, self.local_time, self.minutes)?;
        Ok((timing, self.audience))
    }
}

/// The timing, provided that it has what its kind needs and nothing else.
fn timing(
    kind: ReminderKind,
    days: Option<i32>,
    local_time: Option<Time>,
    minutes: Option<i32>,
) -> Result<ReminderTiming, Problem> {
    let (by_day, by_minute) = match kind {
        ReminderKind::Local => (true, false),
        ReminderKind::Elapsed => (false, true),
        ReminderKind::None => (false, false),
    };
    let fields = [
        ("/days", days.is_some(), by_day),
        ("/localTime", local_time.is_some(), by_day),
        ("/minutes", minutes.is_some(), by_minute),
    ];
    let wrong = fields
        .into_iter()
        .filter_map(|(name, given, needed)| match (given, needed) {
            (false, true) => Some(Problem::invalid_field(
                name,
                "required",
                "is needed for this kind",
            )),
            (true, false) => Some(Problem::invalid_field(
                name,
                "not-allowed",
                "is not for this kind",
            )),
            (true, true) | (false, false) => None,
        });
    if let Some(problem) = wrong.reduce(Problem::and) {
        return Err(problem);
    }
    Ok(match (days, local_time, minutes) {
        (Some(days), Some(at), _) => ReminderTiming::Local { days, at },
        (_, _, Some(minutes)) => ReminderTiming::Elapsed { minutes },
        _ => ReminderTiming::Never,
    })
}

/// Whether to look only.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ReminderRuleParams {
    /// Say what the rule would do, and make none.
    #[param(inline)]
    pub preview: Option<bool>,
}

/// Which rules are listed.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ReminderRuleListFilter {
    /// Only those of this one meeting.
    #[param(value_type = Option<uuid::Uuid>)]
    pub meeting: Option<MeetingId>,
}

/// When whom is reminded of which meetings.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReminderRule)]
pub struct ReminderRuleView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: ReminderRuleId,
    /// The programme whose meetings it is for.
    #[schema(value_type = Option<String>, example = "inclusief")]
    programme: Option<Slug>,
    /// The kind of meetings it is for.
    #[schema(value_type = Option<String>, example = "network")]
    meeting_kind: Option<MeetingKind>,
    /// The one meeting it is for.
    #[schema(value_type = Option<uuid::Uuid>)]
    meeting: Option<MeetingId>,
    /// How it says when.
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
    /// What the caller may do with it.
    allowed_actions: Vec<AllowedActionView>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl ReminderRuleView {
    /// The rule, for a caller with these permissions.
    pub fn new(rule: ReminderRule, permits: PermitSet) -> Self {
        let needs = match rule.reach.meeting {
            Some(_) => Permit::MeetingsWrite,
            None => Permit::RemindersWrite,
        };
        let permitted = permits.contains(needs);
        let (days, at, minutes) = parts(rule.timing);
        Self {
            id: rule.id,
            programme: rule.reach.programme,
            meeting_kind: rule.reach.kind,
            meeting: rule.reach.meeting,
            kind: rule.timing.kind(),
            days,
            local_time: at,
            minutes,
            audience: rule.audience,
            allowed_actions: ["replace", "retire"]
                .map(|action| AllowedActionView::new(action, permitted, true))
                .into(),
            created_at: rule.created_at,
            updated_at: rule.updated_at,
        }
    }
}

/// Days, time of day and minutes of a timing.
pub fn parts(timing: ReminderTiming) -> (Option<i32>, Option<String>, Option<i32>) {
    match timing {
        ReminderTiming::Local { days, at } => {
            (Some(days), Some(at.strftime("%H:%M").to_string()), None)
        }
        ReminderTiming::Elapsed { minutes } => (None, None, Some(minutes)),
        ReminderTiming::Never => (None, None, None),
    }
}

/// What a rule does to the meetings that have a date.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RuleEffectView {
    /// The meetings it is for that have yet to start.
    meetings: usize,
    /// Reminders that are to come from now on.
    planned: usize,
    /// Reminders whose time had gone already: they are listed, and not sent.
    passed: usize,
    /// Reminders that no longer count, such as those of less particular rules.
    withdrawn: usize,
    /// The mails that the rule comes to, by the answers of now.
    mails: usize,
}

impl From<RuleEffect> for RuleEffectView {
    fn from(effect: RuleEffect) -> Self {
        Self {
            meetings: effect.meetings,
            planned: effect.plans.planned,
            passed: effect.plans.passed,
            withdrawn: effect.plans.withdrawn,
            mails: effect.mails,
        }
    }
}

/// A rule and what it does.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeptReminderRuleView {
    /// What it does to the meetings that have a date.
    effect: RuleEffectView,
    /// The rule; null in a preview.
    rule: Option<ReminderRuleView>,
}

impl KeptReminderRuleView {
    /// A rule, or none in a preview, and what it does.
    pub fn new(effect: RuleEffect, rule: Option<ReminderRuleView>) -> Self {
        Self {
            effect: effect.into(),
            rule,
        }
    }
}
