//! Where repeated meetings are heading: "at this pace 3 of at least 4 by 31 December".

use std::ops::RangeInclusive;

use jiff::civil::Date;

use super::check::size;
use super::model::{Forecast, PlanMeeting, Standing};
use super::words;
use crate::catalogue::programme::PlannedMeetings;
use crate::ids::PracticeId;

/// The forecast for one kind of meeting over `days`. None for a meeting that is held once: whether
/// it has a date says it all.
///
/// The pace is what was held until today, drawn out over the whole time and rounded down; it
/// promises no more than the plan names. What has a date counts, whatever the pace.
pub(super) fn forecast(
    item: PlannedMeetings,
    practice: Option<PracticeId>,
    meetings: &[PlanMeeting],
    days: &RangeInclusive<Date>,
    today: Date,
) -> Option<Forecast> {
    if item.maximum <= 1 {
        return None;
    }
    let dated = meetings
        .iter()
        .filter(|meeting| meeting.standing == Standing::Dated && days.contains(&meeting.on));
    let (past, ahead): (Vec<&PlanMeeting>, Vec<&PlanMeeting>) =
        dated.partition(|meeting| meeting.on <= today);
    let (held, planned) = (size(past.len()), size(ahead.len()));
    let (minimum, maximum) = (u32::from(item.minimum), u32::from(item.maximum));
    let by = *days.end();
    let total = days_between(*days.start(), by) + 1;
    let elapsed = (days_between(*days.start(), today) + 1).clamp(0, total);
    let at_pace = if elapsed == 0 {
        0
    } else {
        u32::try_from(i64::from(held) * i64::from(total) / i64::from(elapsed)).unwrap_or(u32::MAX)
    };
    let projected = (held + planned).max(at_pace.min(maximum));
    Some(Forecast {
        kind: item.kind,
        practice,
        held,
        planned,
        projected,
        minimum,
        by,
        falls_short: projected < minimum,
        explanation: words::forecast(projected, minimum, by),
    })
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}
