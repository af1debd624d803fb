//! Mails about an intake, to the contact person of the municipality.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{ComposeError, ComposedMail, Composer, Looked, notice};
use crate::access::Scope;
use crate::catalogue::programme::ProgrammeContent;
use crate::db::{DbConn, DbResult};
use crate::deliveries::DroppedReason;
use crate::ids::{IntakeId, OrganisationId, PersonId};
use crate::intakes::{self, Intake, IntakeStatus};
use crate::mail::clean::{Line, Paragraphs};
use crate::mail::intake::{IntakeReceived, IntakeWithdrawn, ProgrammeContact, ProgrammeNames};
use crate::meetings::{self, MeetingFilter, MeetingStatus};
use crate::paging::PageSpec;
use crate::{organisations, people, programmes};

/// An intake that a mail is about.
pub(super) struct IntakeFacts {
    intake: Intake,
}

pub(super) fn read(conn: &mut DbConn, id: IntakeId) -> Result<Intake, ComposeError> {
    intakes::find(conn, &Scope::Institute, id)?.ok_or(ComposeError::Incomplete { what: "intake" })
}

/// One that was taken back in the meantime has a mail of its own.
pub(super) fn look_received(conn: &mut DbConn, id: IntakeId) -> Looked<IntakeFacts> {
    let intake = read(conn, id)?;
    Ok(if intake.status == IntakeStatus::Withdrawn {
        Err(DroppedReason::Superseded)
    } else {
        Ok(IntakeFacts { intake })
    })
}

pub(super) fn look_withdrawn(conn: &mut DbConn, id: IntakeId) -> Looked<IntakeFacts> {
    let intake = read(conn, id)?;
    Ok(if intake.status == IntakeStatus::Withdrawn {
        Ok(IntakeFacts { intake })
    } else {
        Err(DroppedReason::Superseded)
    })
}

impl Composer<'_> {
    pub(super) fn intake_received(
        &mut self,
        IntakeFacts { intake }: &IntakeFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let content = self.content(intake)?;
        let contents = IntakeReceived {
            programme: self.programme(intake, &content)?,
            municipality: Line::new(&notice::municipality_name(self, intake)?),
            reference: reference(intake),
            received_on: self.day(intake.submitted_at, intake.created_at),
            next: content.talk_kind,
            notice: notice::for_contact(self, intake)?,
        };
        self.write(&contents)
    }

    pub(super) fn intake_withdrawn(
        &mut self,
        IntakeFacts { intake }: &IntakeFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let content = self.content(intake)?;
        let contents = IntakeWithdrawn {
            programme: self.programme(intake, &content)?,
            municipality: Line::new(&notice::municipality_name(self, intake)?),
            reference: reference(intake),
            withdrawn_on: self.day(intake.closed_at, intake.updated_at),
            reason: intake.closed_reason.as_deref().and_then(Paragraphs::new),
            had_talk: self.had_talk(intake)?,
        };
        self.write(&contents)
    }

    pub(super) fn content(&mut self, intake: &Intake) -> Result<ProgrammeContent, ComposeError> {
        programmes::queries::content(self.conn, &intake.programme, intake.programme_number)?
            .ok_or(ComposeError::Incomplete { what: "programme" })
    }

    /// The programme with whoever answers questions and whoever it is run with (P2).
    pub(super) fn programme(
        &mut self,
        intake: &Intake,
        content: &ProgrammeContent,
    ) -> DbResult<ProgrammeNames> {
        let slug = std::slice::from_ref(&intake.programme);
        let contacts: Vec<PersonId> = programmes::queries::contacts(self.conn, slug)?
            .into_iter()
            .map(|(_, person)| person)
            .collect();
        let partners: Vec<OrganisationId> = programmes::queries::partners(self.conn, slug)?
            .into_iter()
            .map(|(_, organisation)| organisation)
            .collect();
        let people = people::queries::find_many(self.conn, &Scope::Institute, &contacts)?;
        let organisations = organisations::queries::find_many(self.conn, &partners)?;
        let contacts = contacts
            .iter()
            .filter_map(|id| people.iter().find(|person| person.id == *id))
            .filter_map(|person| {
                Some(ProgrammeContact {
                    name: Line::new(&person.name),
                    address: person.email.clone()?,
                    telephone: person.phone.as_deref().map(Line::new),
                })
            })
            .collect();
        let partners = partners
            .iter()
            .filter_map(|id| organisations.iter().find(|found| found.id == *id))
            .map(|organisation| Line::new(&organisation.name))
            .collect();
        let language = self.reader.person.language;
        Ok(ProgrammeNames {
            name: Line::new(content.name.in_language(language)),
            contacts,
            partners,
        })
    }

    /// Whether a talk was called off together with the intake.
    fn had_talk(&mut self, intake: &Intake) -> DbResult<bool> {
        let filter = MeetingFilter {
            intake: Some(intake.id),
            status: Some(MeetingStatus::Cancelled),
            ..MeetingFilter::default()
        };
        let talks = meetings::list(self.conn, &Scope::Institute, &filter, &PageSpec::first(100))?;
        let closed_at = intake.closed_at;
        Ok(talks
            .items
            .iter()
            .any(|talk| Some(talk.updated_at) >= closed_at))
    }

    /// The day of an instant where the institute is.
    pub(super) fn day(&self, at: Option<Timestamp>, or_else: Timestamp) -> Date {
        let zone = self.letterhead.institute.usual_zone.time_zone();
        zone.to_datetime(at.unwrap_or(or_else)).date()
    }
}

/// What to mention in questions: the municipality's own case number, else ours.
pub(super) fn reference(intake: &Intake) -> Line {
    match &intake.external_reference {
        Some(reference) => Line::new(reference),
        None => Line::new(&intake.id.to_string()),
    }
}
