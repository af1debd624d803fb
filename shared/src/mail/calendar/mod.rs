//! Calendars (RFC 5545): the part of a mail that invites one person to a meeting or calls it off, and the meetings that
//! somebody follows.
//!
//! Written by hand, because it is a handful of properties and every value in it was typed by somebody. `lines` is the
//! only place that makes a line, so that no value can start one of its own (RFC 5545 §3.1, §3.3.11; RFC 6868).
//!
//! What calendar programs hold us to, as learned by others: the UID never changes, SEQUENCE only rises, METHOD in the file
//! equals the method of the mail part (RFC 6047 §2.4), an ORGANIZER and exactly one ATTENDEE, and the zone with its rule.
//!
//! A start that the clock skips, or shows twice, means the same here as in RFC 5545 §3.3.5: a skipped time is read with the
//! offset before the change, a doubled time is its first occurrence.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;
use url::Url;

pub use super::zone::{MeetingZone, MeetingZoneError};
use crate::text_enum;
use crate::words::EmailAddress;
pub use published::{PublishedCalendar, PublishedEvent, publish};

use lines::Lines;

mod lines;
mod published;
mod time_zone;

/// A meeting as one invitee sees it.
#[derive(Debug, Clone)]
pub struct CalendarEvent {
    /// Stable for the life of the meeting; also for the programs that have never seen the other mails.
    pub uid: String,
    /// Rises when time or place changes or the meeting is cancelled, not with its wording (RFC 5546 §2.1.4).
    pub sequence: u32,
    /// When this revision came to be; equal for everybody and in every copy of it.
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
    pub description: String,
    /// Place or online room, one line.
    pub location: Option<String>,
    /// The page where the invitee answers.
    pub url: Option<Url>,
    /// Who the answers go to.
    pub organiser: Organiser,
    /// The recipient of the mail; nobody sees who else is invited.
    pub attendee: Attendee,
}

/// Who invites.
#[derive(Debug, Clone)]
pub struct Organiser {
    /// Where calendar programs send their answers.
    pub address: EmailAddress,
    /// Name shown as the one who invites.
    pub name: String,
    /// Whether an answer sent to the address is read. Without it only the link in the mail counts.
    pub rsvp: bool,
}

/// Who is invited.
#[derive(Debug, Clone)]
pub struct Attendee {
    /// Address of the mail itself, or calendar programs do not recognise their owner.
    pub address: EmailAddress,
    /// Name shown in the list of people.
    pub name: String,
    /// What they answered so far.
    pub partstat: PartStat,
    /// Whether the meeting needs them.
    pub required: bool,
}

text_enum! {
    /// An answer to an invitation in the words of RFC 5545 §3.2.12.
    pub enum PartStat {
        /// Not answered.
        NeedsAction => "NEEDS-ACTION",
        /// Comes.
        Accepted => "ACCEPTED",
        /// May come.
        Tentative => "TENTATIVE",
        /// Does not come.
        Declined => "DECLINED",
        /// Sends somebody else.
        Delegated => "DELEGATED",
    }
}

/// What is cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelled {
    /// The meeting, for everybody.
    WholeMeeting,
    /// The place of this attendee; the meeting goes on (RFC 5546 §3.2.5).
    RemovedAttendee,
}

text_enum! {
    /// The method of a calendar, also a parameter of the mail part that holds it.
    pub enum Method {
        /// An invitation or a change of it.
        Request => "REQUEST",
        /// The end of it.
        Cancel => "CANCEL",
        /// To be looked at, with nothing to answer.
        Publish => "PUBLISH",
    }
}

/// The calendar that invites, or that tells of a new time or place (RFC 5546 §3.2.2).
#[must_use]
pub fn request(event: &CalendarEvent) -> String {
    calendar(Method::Request, event, Some("CONFIRMED"))
}

/// The calendar that takes the meeting out of the invitee's agenda (RFC 5546 §3.2.5).
///
/// The event carries the SEQUENCE of the cancellation, one above that of the last request.
#[must_use]
pub fn cancel(event: &CalendarEvent, cancelled: Cancelled) -> String {
    let status = match cancelled {
        Cancelled::WholeMeeting => Some("CANCELLED"),
        // The meeting itself goes on, so it has no status to tell this attendee.
        Cancelled::RemovedAttendee => None,
    };
    calendar(Method::Cancel, event, status)
}

fn calendar(method: Method, event: &CalendarEvent, status: Option<&str>) -> String {
    let mut out = begin(method);
    time_zone::write(&mut out, &event.time_zone);
    write_event(&mut out, method, event, status);
    end(out)
}

fn begin(method: Method) -> Lines {
    let mut out = Lines::new();
    out.plain("BEGIN", "VCALENDAR");
    out.plain("PRODID", "-//Koplopers//Koplopers//NL");
    out.plain("VERSION", "2.0");
    out.plain("CALSCALE", "GREGORIAN");
    out.plain("METHOD", method.as_str());
    out
}

fn end(mut out: Lines) -> String {
    out.plain("END", "VCALENDAR");
    out.finish()
}

fn write_event(out: &mut Lines, method: Method, event: &CalendarEvent, status: Option<&str>) {
    out.plain("BEGIN", "VEVENT");
    out.text_line("UID", &event.uid);
    out.plain("SEQUENCE", &event.sequence.to_string());
    out.plain("DTSTAMP", &utc(event.dtstamp));
    let zone = [("TZID", event.time_zone.name())];
    out.parameters("DTSTART", &zone, &local(event.local_start));
    out.parameters("DTEND", &zone, &local(event.local_end));
    out.text_line("SUMMARY", &event.summary);
    out.text("DESCRIPTION", &event.description);
    if let Some(location) = &event.location {
        out.text_line("LOCATION", location);
    }
    if let Some(url) = &event.url {
        out.plain("URL", url.as_str());
    }
    if let Some(status) = status {
        out.plain("STATUS", status);
    }
    if method == Method::Request {
        out.plain("TRANSP", "OPAQUE");
    }
    out.parameters(
        "ORGANIZER",
        &[("CN", &event.organiser.name)],
        &mailto(&event.organiser.address),
    );
    write_attendee(out, method, &event.attendee, event.organiser.rsvp);
    out.plain("END", "VEVENT");
}

fn write_attendee(out: &mut Lines, method: Method, attendee: &Attendee, rsvp: bool) {
    let role = if attendee.required {
        "REQ-PARTICIPANT"
    } else {
        "OPT-PARTICIPANT"
    };
    let mut parameters = vec![
        ("CUTYPE", "INDIVIDUAL"),
        ("ROLE", role),
        ("PARTSTAT", attendee.partstat.as_str()),
    ];
    // A cancellation asks for no answer.
    if method == Method::Request {
        parameters.push(("RSVP", if rsvp { "TRUE" } else { "FALSE" }));
    }
    parameters.push(("CN", &attendee.name));
    out.parameters("ATTENDEE", &parameters, &mailto(&attendee.address));
}

/// A mailto address (RFC 6068 §2): what could end the value or mean something in a URI is percent-encoded.
fn mailto(address: &EmailAddress) -> String {
    let mut uri = String::from("mailto:");
    for byte in address.to_ascii().bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$'*+@".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

fn local(time: civil::DateTime) -> String {
    time.strftime("%Y%m%dT%H%M%S").to_string()
}

fn utc(at: Timestamp) -> String {
    format!("{}Z", local(TimeZone::UTC.to_datetime(at)))
}

#[cfg(test)]
mod tests;
