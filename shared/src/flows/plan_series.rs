//! Planning the meetings of a series at once.

use super::schedule_meeting::{
    MeetingPlan, PlannedMeeting, ScheduleMeetingError, schedule_meeting,
};
use crate::access::{Granted, MeetingsWrite};
use crate::clock::LocalNow;
use crate::db::{DbConn, DbError};
use crate::series::{self, Series};

/// The most invitations that one series sends at once.
pub const MOST_INVITATIONS: usize = 500;

/// A series about to be planned.
#[derive(Debug, Clone)]
pub struct SeriesPlan {
    /// What people call it.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Its meetings, each a meeting of its own.
    pub meetings: Vec<MeetingPlan>,
}

/// A planned series.
#[derive(Debug, Clone)]
pub struct PlannedSeries {
    /// The series.
    pub series: Series,
    /// Its meetings.
    pub meetings: Vec<PlannedMeeting>,
}

/// Why a series was not planned.
#[derive(Debug, thiserror::Error)]
pub enum PlanSeriesError {
    /// It would send too many invitations at once.
    #[error("a series sends at most {MOST_INVITATIONS} invitations at once")]
    TooMany,
    /// Meetings cannot be planned like this, by their place in the list; all of them.
    #[error("the meetings are not valid")]
    Meetings(Vec<(usize, ScheduleMeetingError)>),
    /// The database failed.
    #[error("database")]
    Db(#[from] DbError),
}

/// Plans all meetings of a series, or none.
pub fn plan_series(
    conn: &mut DbConn,
    granted: &Granted<MeetingsWrite>,
    now: LocalNow,
    plan: SeriesPlan,
) -> Result<PlannedSeries, PlanSeriesError> {
    let invited: usize = plan.meetings.iter().map(|it| it.invitees.len()).sum();
    if invited > MOST_INVITATIONS {
        return Err(PlanSeriesError::TooMany);
    }
    let actor = granted.actor();
    let series = series::create(conn, actor, now, plan.name, plan.description)?;
    let (mut meetings, mut refused) = (Vec::new(), Vec::new());
    for (at, mut meeting) in plan.meetings.into_iter().enumerate() {
        meeting.meeting.extras.series = Some(series.id);
        match schedule_meeting(conn, granted, now, meeting) {
            Ok(planned) => meetings.push(planned),
            Err(ScheduleMeetingError::Db(error)) => return Err(error.into()),
            Err(error) => refused.push((at, error)),
        }
    }
    if refused.is_empty() {
        Ok(PlannedSeries { series, meetings })
    } else {
        Err(PlanSeriesError::Meetings(refused))
    }
}
