//! Who gave the recipient's data, for the first mail they get (AVG art. 14).

use super::{ComposeError, Composer};
use crate::access::Scope;
use crate::catalogue::words::{Language, PersonRole};
use crate::db::DbResult;
use crate::intakes::{self, Intake};
use crate::mail::clean::Line;
use crate::mail::notice::{NamedAs, Notice};
use crate::meetings::Meeting;
use crate::people::{self, Person};
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
    Ok(organiser
        .filter(|person| person.id != composer.reader.person.id)
        .map(|person| Notice {
            named_by: Line::new(&person.name),
            named_as: NamedAs::Invitee,
        }))
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
    let name = municipality_name(composer, intake)?;
    let named_by = match composer.reader.person.language {
        Language::Nl => format!("de gemeente {name}"),
        Language::En => format!("the municipality of {name}"),
    };
    Ok(Notice {
        named_by: Line::new(&named_by),
        named_as,
    })
}

/// The name of the intake's municipality, without the word for it.
pub(super) fn municipality_name(composer: &mut Composer<'_>, intake: &Intake) -> DbResult<String> {
    let found = municipalities::queries::find(composer.conn, intake.municipality)?;
    Ok(found.map_or_else(|| intake.municipality.to_string(), |found| found.name))
}

fn is_first_mail(composer: &mut Composer<'_>) -> DbResult<bool> {
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
