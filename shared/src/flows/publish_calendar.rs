//! Meetings as a calendar that somebody follows or downloads.

use url::Url;

use super::Letterhead;
use crate::calendars::{self, Calendar, CalendarOf};
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::CalendarId;
use crate::mail::calendar::{MeetingZone, Organiser, PublishedCalendar, PublishedEvent, publish};
use crate::meetings::{Meeting, MeetingStatus};

/// The calendar of a link, as its text; `None` when it was deleted.
pub fn publish_calendar(
    conn: &mut DbConn,
    letterhead: &Letterhead,
    id: CalendarId,
    now: jiff::Timestamp,
) -> DbResult<Option<String>> {
    let Some(calendar) = calendars::find(conn, id)? else {
        return Ok(None);
    };
    let meetings = calendars::meetings(conn, &calendar, now)?;
    let name = name_of(&calendar, letterhead);
    published(letterhead, name, &meetings).map(Some)
}

/// Meetings that the caller found, as the text of a calendar. What they are called in a calendar
/// program, and nothing about who else is invited.
pub fn published(letterhead: &Letterhead, name: String, meetings: &[Meeting]) -> DbResult<String> {
    let events: DbResult<Vec<PublishedEvent>> = meetings.iter().map(event).collect();
    let address = letterhead.inbound.as_ref().unwrap_or(&letterhead.from);
    Ok(publish(&PublishedCalendar {
        name,
        organiser: Organiser {
            address: address.clone(),
            name: letterhead.institute.name.to_string(),
            rsvp: false,
        },
        events: events?,
    }))
}

fn name_of(calendar: &Calendar, letterhead: &Letterhead) -> String {
    let institute = &letterhead.institute.name;
    match &calendar.of {
        CalendarOf::Owner | CalendarOf::Series(_) => institute.to_string(),
        CalendarOf::Programme(slug) => format!("{institute}: {slug}"),
    }
}

fn event(meeting: &Meeting) -> DbResult<PublishedEvent> {
    let corrupt = || DbError::Corrupt { what: "meeting" };
    Ok(PublishedEvent {
        uid: meeting.ical_uid.clone(),
        sequence: u32::try_from(meeting.sequence).map_err(|_| corrupt())?,
        dtstamp: meeting.revised_at,
        local_start: meeting.period.local_start(),
        local_end: meeting.period.local_end(),
        time_zone: MeetingZone::parse(meeting.period.zone_name()).map_err(|_| corrupt())?,
        summary: meeting.title.clone(),
        description: meeting.agenda.clone(),
        location: meeting.venue.place().map(str::to_owned),
        url: (meeting.venue.online_url()).and_then(|url| Url::parse(url).ok()),
        cancelled: meeting.status == MeetingStatus::Cancelled,
    })
}
