//! The day and hours of a meeting, in the words of a page.

use koplopers_shared::catalogue::words::Language;
use koplopers_shared::mail::calendar::MeetingZone;
use koplopers_shared::mail::institute::Institute;
use koplopers_shared::mail::time_words;
use koplopers_shared::meetings::LocalPeriod;

/// Day and hours on the clock of the meeting, naming the zone when it is not the usual one.
pub(super) fn when(period: &LocalPeriod, institute: &Institute, language: Language) -> String {
    let span = time_words::span(period.local_start(), period.local_end(), language);
    let zone = MeetingZone::parse(period.zone_name())
        .ok()
        .and_then(|zone| time_words::zone(&zone, &institute.usual_zone, language));
    match zone {
        Some(zone) => format!("{span} ({zone})"),
        None => span,
    }
}
