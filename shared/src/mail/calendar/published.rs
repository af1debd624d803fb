//! Meetings to be looked at in a calendar program, with nothing to answer (RFC 5546 §3.2.1).

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil;
use url::Url;

use super::lines::Lines;
use super::{MeetingZone, Method, Organiser, begin, end, local, mailto, time_zone, utc};

/// A calendar that somebody follows or downloads.
#[derive(Debug, Clone)]
pub struct PublishedCalendar {
    /// What calendar programs call it, one line.
    pub name: String,
    /// Who publishes it; a published event has no attendees.
    pub organiser: Organiser,
    /// The meetings, in any order.
    pub events: Vec<PublishedEvent>,
}

/// A meeting in it.
#[derive(Debug, Clone)]
pub struct PublishedEvent {
    /// Stable for the life of the meeting, and the same as in invitations.
    pub uid: String,
    /// Rises when time or place changes or the meeting is cancelled.
    pub sequence: u32,
    /// When this revision came to be.
    pub dtstamp: Timestamp,
    /// Start on the clock of [`Self::time_zone`].
    pub local_start: civil::DateTime,
    /// End on the same clock.
    pub local_end: civil::DateTime,
    /// Where that clock hangs.
    pub time_zone: MeetingZone,
    /// Title, one line.
    pub summary: String,
    /// Plain text, several lines.
    pub description: Option<String>,
    /// Place, one line.
    pub location: Option<String>,
    /// The online room.
    pub url: Option<Url>,
    /// Whether it was called off.
    pub cancelled: bool,
}

/// How often calendar programs are asked to look again (RFC 7986 §5.7, and what Outlook reads).
const REFRESH: &str = "PT1H";

/// Writes the calendar. The same meetings give the same text.
#[must_use]
pub fn publish(calendar: &PublishedCalendar) -> String {
    let mut out = begin(Method::Publish);
    out.text_line("NAME", &calendar.name);
    out.text_line("X-WR-CALNAME", &calendar.name);
    out.parameters("REFRESH-INTERVAL", &[("VALUE", "DURATION")], REFRESH);
    out.plain("X-PUBLISHED-TTL", REFRESH);
    let zones: BTreeMap<&str, &MeetingZone> = calendar
        .events
        .iter()
        .map(|event| (event.time_zone.name(), &event.time_zone))
        .collect();
    for zone in zones.into_values() {
        time_zone::write(&mut out, zone);
    }
    for event in &calendar.events {
        write_event(&mut out, event, &calendar.organiser);
    }
    end(out)
}

fn write_event(out: &mut Lines, event: &PublishedEvent, organiser: &Organiser) {
    out.plain("BEGIN", "VEVENT");
    out.text_line("UID", &event.uid);
    out.plain("SEQUENCE", &event.sequence.to_string());
    out.plain("DTSTAMP", &utc(event.dtstamp));
    let zone = [("TZID", event.time_zone.name())];
    out.parameters("DTSTART", &zone, &local(event.local_start));
    out.parameters("DTEND", &zone, &local(event.local_end));
    out.text_line("SUMMARY", &event.summary);
    if let Some(description) = &event.description {
        out.text("DESCRIPTION", description);
    }
    if let Some(location) = &event.location {
        out.text_line("LOCATION", location);
    }
    if let Some(url) = &event.url {
        out.plain("URL", url.as_str());
    }
    let status = if event.cancelled {
        "CANCELLED"
    } else {
        "CONFIRMED"
    };
    out.plain("STATUS", status);
    let name = [("CN", organiser.name.as_str())];
    out.parameters("ORGANIZER", &name, &mailto(&organiser.address));
    out.plain("END", "VEVENT");
}
