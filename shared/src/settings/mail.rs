//! The settings of mail, and of who the mails are from.

use std::path::Path;

use jiff::tz::TimeZone;
use url::Url;

use super::Secret;
use super::source::Source;
use crate::deliveries::return_path::LONGEST_INBOUND;
use crate::mail::calendar::MeetingZone;
use crate::mail::clean::Line;
use crate::mail::institute::{Colour, Institute};
use crate::words::EmailAddress;

/// Mail.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// Where mail goes; it may hold a password.
    pub url: Secret,
    /// The address that mail comes from.
    pub from: EmailAddress,
    /// The address that answers by mail come in at.
    pub inbound: Option<EmailAddress>,
    /// Whether the mails in the maildir are shown at `/dev/mail`.
    pub dev_mailbox: bool,
}

impl MailSettings {
    /// Shows the mails at `/dev/mail`, as the demo does; refused when they leave by a relay.
    pub fn show_in_dev_mailbox(&mut self) -> Result<(), RelayInUse> {
        if is_relay(&self.url) {
            return Err(RelayInUse);
        }
        self.dev_mailbox = true;
        Ok(())
    }
}

fn is_relay(url: &Secret) -> bool {
    url.expose().starts_with("smtp")
}

/// Mail goes to a relay, so that there is nothing to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("KOPLOPERS_MAIL_URL: the dev mailbox cannot be used when mail goes to a relay")]
pub struct RelayInUse;

pub(super) fn read(source: &mut Source, data_dir: &Path) -> Option<MailSettings> {
    let url = source.get("KOPLOPERS_MAIL_URL", |text| {
        let known = ["smtp://", "smtps://", "maildir://"]
            .iter()
            .any(|scheme| text.starts_with(scheme));
        known
            .then(|| Secret(text.to_owned()))
            .ok_or("must start with smtp://, smtps:// or maildir://")
    });
    let url =
        url.unwrap_or_else(|| Secret(format!("maildir://{}", data_dir.join("mail").display())));
    let by_smtp = is_relay(&url);
    let from = source.get("KOPLOPERS_MAIL_FROM", EmailAddress::parse);
    if from.is_none() && by_smtp {
        source.fault(
            "KOPLOPERS_MAIL_FROM",
            "must be given when mail goes to a relay",
        );
    }
    let dev_mailbox = source
        .get("KOPLOPERS_DEV_MAILBOX", |text| {
            text.parse::<bool>().map_err(|_| "must be true or false")
        })
        .unwrap_or(false);
    if dev_mailbox && by_smtp {
        source.fault(
            "KOPLOPERS_DEV_MAILBOX",
            "cannot be used when mail goes to a relay",
        );
    }
    Some(MailSettings {
        url,
        from: match from {
            Some(from) => from,
            None => EmailAddress::parse("koplopers@example.org").ok()?,
        },
        inbound: source.get("KOPLOPERS_INBOUND_ADDRESS", inbound_address),
        dev_mailbox,
    })
}

/// Short enough to carry the mark of a delivery before its `@`.
fn inbound_address(text: &str) -> Result<EmailAddress, String> {
    let address = EmailAddress::parse(text).map_err(|error| error.to_string())?;
    if address.parts().0.len() > LONGEST_INBOUND {
        return Err(format!(
            "may have at most {LONGEST_INBOUND} characters before the @"
        ));
    }
    Ok(address)
}

/// Who the mails and pages are from, and the zone in which days end.
pub(super) fn institute(source: &mut Source, from: &EmailAddress) -> Option<(Institute, TimeZone)> {
    let zone = source
        .get("KOPLOPERS_TIME_ZONE", |text| {
            Ok::<_, String>((
                MeetingZone::parse(text).map_err(|error| error.to_string())?,
                TimeZone::get(text).map_err(|_| "no such time zone".to_owned())?,
            ))
        })
        .or_else(|| {
            let name = "Europe/Amsterdam";
            Some((MeetingZone::parse(name).ok()?, TimeZone::get(name).ok()?))
        });
    let (usual_zone, time_zone) = zone?;
    let institute = Institute {
        name: source
            .text("KOPLOPERS_INSTITUTE_NAME")
            .map_or_else(|| Line::new("Koplopers"), |name| Line::new(&name)),
        reply_to: source
            .get("KOPLOPERS_INSTITUTE_REPLY_TO", EmailAddress::parse)
            .unwrap_or_else(|| from.clone()),
        colour: source
            .get("KOPLOPERS_INSTITUTE_COLOUR", str::parse)
            .unwrap_or(Colour::DEFAULT),
        usual_zone,
        privacy_statement: source.get("KOPLOPERS_INSTITUTE_PRIVACY_URL", |text| {
            Url::parse(text)
                .ok()
                .filter(|url| matches!(url.scheme(), "http" | "https"))
                .ok_or("must be a complete URL")
        }),
    };
    Some((institute, time_zone))
}
