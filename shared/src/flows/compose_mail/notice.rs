//! Who gave the recipient's data, for the first mail they get (AVG art. 14).

use super::{ComposeError, Composer};
use crate::access::Scope;
use crate::catalogue::words::{Language, PersonRole};
use crate::db::DbResult;
use crate::intakes::{self, Intake};
use crate::invitations;
use crate::mail::clean::Line;
use crate::mail::notice::{NamedAs, Notice};
use crate::meetings::Meeting;
use crate::networks::Membership;
use crate::people::{self, Person};
use crate::words::MunicipalityCode;
use crate::{deliveries, municipalities};

/// For an invitee: named by the municipality whose intake is talked about, else by the
/// organiser. None for whoever works for the institute or had mail from us before.
pub(super) fn for_invitee(
    composer: &mut Composer<'_>,
    meeting: &Meeting,
    organiser: Option<&Person>,
) -> Result<Option<Notice>, ComposeError> {
    if !is_first_mail(composer)? || works_for_institute(composer)? {
        return Ok(None);
    }
    let intake = match meeting.intake {
        Some(id) => intakes::find(composer.conn, &Scope::Institute, id)?,
        None => None,
    };
    if let Some(intake) = intake {
        return Ok(Some(by_municipality(composer, &intake)?));
    }
    if let Some(sender) = sender_of(composer, meeting)? {
        return Ok(Some(Notice {
            named_by: Line::new(&sender.name),
            named_as: NamedAs::Invitee,
        }));
    }
    Ok(organiser
        .filter(|person| person.id != composer.reader.person.id)
        .map(|person| Notice {
            named_by: Line::new(&person.name),
            named_as: NamedAs::Invitee,
        }))
}

/// Who sent the reader in their place.
fn sender_of(composer: &mut Composer<'_>, meeting: &Meeting) -> DbResult<Option<Person>> {
    let reader = composer.reader.person.id;
    let listed = invitations::of_meeting(composer.conn, meeting.id)?;
    let own = listed.iter().find(|it| it.person == reader).map(|it| it.id);
    let sender = (listed.iter()).find(|it| own.is_some() && it.delegated_to == own);
    match sender {
        Some(sender) => people::queries::find(composer.conn, &Scope::Institute, sender.person),
        None => Ok(None),
    }
}

/// For the contact person of an intake.
pub(super) fn for_contact(
    composer: &mut Composer<'_>,
    intake: &Intake,
) -> Result<Option<Notice>, ComposeError> {
    if !is_first_mail(composer)? {
        return Ok(None);
    }
    by_municipality(composer, intake).map(Some)
}

/// For a new member of a learning network: named by their municipality, else by the institute.
pub(super) fn for_member(
    composer: &mut Composer<'_>,
    membership: &Membership,
) -> Result<Option<Notice>, ComposeError> {
    if !is_first_mail(composer)? || works_for_institute(composer)? {
        return Ok(None);
    }
    let named_by = match membership.municipality {
        Some(code) => municipality_in_words(composer, code)?,
        None => composer.letterhead.institute.name.clone(),
    };
    Ok(Some(Notice {
        named_by,
        named_as: NamedAs::NetworkMember,
    }))
}

fn by_municipality(composer: &mut Composer<'_>, intake: &Intake) -> Result<Notice, ComposeError> {
    let person = composer.reader.person.id;
    let named_as = if intake.contact_person == Some(person) {
        NamedAs::ContactPerson
    } else if intake
        .sponsor
        .is_some_and(|sponsor| sponsor.person == person)
    {
        NamedAs::Sponsor
    } else {
        NamedAs::Invitee
    };
    Ok(Notice {
        named_by: municipality_in_words(composer, intake.municipality)?,
        named_as,
    })
}

pub(super) fn municipality_in_words(
    composer: &mut Composer<'_>,
    code: MunicipalityCode,
) -> DbResult<Line> {
    let name = name_of(composer, code)?;
    Ok(Line::new(&match composer.reader.person.language {
        Language::Nl => format!("de gemeente {name}"),
        Language::En => format!("the municipality of {name}"),
    }))
}

/// The name of the intake's municipality, without the word for it.
pub(super) fn municipality_name(composer: &mut Composer<'_>, intake: &Intake) -> DbResult<String> {
    name_of(composer, intake.municipality)
}

pub(super) fn name_of(composer: &mut Composer<'_>, code: MunicipalityCode) -> DbResult<String> {
    let found = municipalities::queries::find(composer.conn, code)?;
    Ok(found.map_or_else(|| code.to_string(), |found| found.name))
}

pub(super) fn is_first_mail(composer: &mut Composer<'_>) -> DbResult<bool> {
    Ok(!deliveries::was_mailed(
        composer.conn,
        composer.reader.person.id,
    )?)
}

fn works_for_institute(composer: &mut Composer<'_>) -> DbResult<bool> {
    let zone = composer.letterhead.institute.usual_zone.time_zone();
    let today = zone.to_datetime(composer.now).date();
    let roles = people::queries::roles_of(composer.conn, composer.reader.person.id, today)?;
    Ok(roles.iter().any(|held| {
        matches!(
            held.role,
            PersonRole::Adviseur
                | PersonRole::Interventieprofessional
                | PersonRole::Onderzoeker
                | PersonRole::KritischeVragensteller
        )
    }))
}
