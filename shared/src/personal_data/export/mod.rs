//! Telling a person everything that is stored about them (security 77, AVG art. 15): one list of
//! rows per section, as they are in the database.

mod candidate;
mod cases;
mod traces;
mod who;

use serde::Serialize;
use serde_json::Value;

use super::Trail;
use crate::access::{Granted, PeopleErase, Scope};
use crate::db::{DbConn, DbError, DbResult};
use crate::ids::PersonId;
use crate::people;
use crate::text_enum;

text_enum! {
    /// A part of what is stored about somebody.
    pub enum Section {
        /// Name, address and language.
        Person => "person",
        /// The roles they held, hold and will hold.
        Roles => "roles",
        /// The logins that belong to them.
        Logins => "logins",
        /// Programmes whose contact they are.
        Programmes => "programmes",
        /// Intakes of which they are contact or sponsor.
        Intakes => "intakes",
        /// What they found, recorded or committed in assessments.
        Assessments => "assessments",
        /// Offers that were sent to them, with their answer.
        Offers => "offers",
        /// Their invitations, with their answers.
        Invitations => "invitations",
        /// What they voted in date polls.
        DatePolls => "datePolls",
        /// Trajectories in which they take part.
        Trajectories => "trajectories",
        /// Their time in learning networks.
        LearningNetworks => "learningNetworks",
        /// Their time in learning groups.
        LearningGroups => "learningGroups",
        /// The meetings at which they were, or were not.
        Attendance => "attendance",
        /// Knowledge items to which they were pointed.
        Knowledge => "knowledge",
        /// Nominations of them, by them, and those that propose them as the giver of consent.
        Nominations => "nominations",
        /// Their candidacies.
        Candidacies => "candidacies",
        /// Consents that were asked about them or of them.
        Consents => "consents",
        /// Reviews of them, and those they wrote.
        Reviews => "reviews",
        /// Their memberships.
        Members => "members",
        /// What they know and want to work on.
        Expertise => "expertise",
        /// The learning practices they know.
        LearningPractices => "learningPractices",
        /// What they proposed and voted in theme rounds.
        Themes => "themes",
        /// Mails to them: which, when, and whether they arrived.
        Mails => "mails",
        /// Links that were sent to them.
        Links => "links",
        /// What happened to their things, and what they did; the newest 10,000.
        History => "history",
        /// Who read or changed what is stored about them, and what they did here; the newest
        /// 10,000.
        Audit => "audit",
    }
}

/// Everything about one person, section by section, in the order of [`Section::ALL`].
#[derive(Debug, Clone)]
pub struct PersonalData(Vec<(Section, Vec<Value>)>);

impl PersonalData {
    /// The sections with their rows; empty ones included.
    pub fn into_sections(self) -> impl Iterator<Item = (Section, Vec<Value>)> {
        self.0.into_iter()
    }
}

/// Everything about a person; `None` when there is none of this id. For the institute only: a
/// municipality knows but a part of somebody.
pub fn everything(
    conn: &mut DbConn,
    granted: &Granted<PeopleErase>,
    person: PersonId,
) -> DbResult<Option<PersonalData>> {
    let known = people::queries::find(conn, granted.scope(), person)?;
    if *granted.scope() != Scope::Institute || known.is_none() {
        return Ok(None);
    }
    let trail = Trail::of(conn, person)?;
    let mut sections = Vec::with_capacity(Section::ALL.len());
    for section in Section::ALL {
        let rows = match section {
            Section::Person => who::person(conn, &trail)?,
            Section::Roles => who::roles(conn, &trail)?,
            Section::Logins => who::logins(conn, &trail)?,
            Section::Programmes => who::programmes(conn, &trail)?,
            Section::Intakes => cases::intakes(conn, &trail)?,
            Section::Assessments => cases::assessments(conn, &trail)?,
            Section::Offers => cases::offers(conn, &trail)?,
            Section::Invitations => cases::invitations(conn, &trail)?,
            Section::DatePolls => cases::date_polls(conn, &trail)?,
            Section::Trajectories => cases::trajectories(conn, &trail)?,
            Section::LearningNetworks => cases::learning_networks(conn, &trail)?,
            Section::LearningGroups => cases::learning_groups(conn, &trail)?,
            Section::Attendance => cases::attendance(conn, &trail)?,
            Section::Knowledge => cases::knowledge(conn, &trail)?,
            Section::Nominations => candidate::nominations(conn, &trail)?,
            Section::Candidacies => candidate::candidacies(conn, &trail)?,
            Section::Consents => candidate::consents(conn, &trail)?,
            Section::Reviews => candidate::reviews(conn, &trail)?,
            Section::Members => candidate::members(conn, &trail)?,
            Section::Expertise => candidate::expertise(conn, &trail)?,
            Section::LearningPractices => candidate::learning_practices(conn, &trail)?,
            Section::Themes => candidate::themes(conn, &trail)?,
            Section::Mails => traces::mails(conn, &trail)?,
            Section::Links => traces::links(conn, &trail)?,
            Section::History => traces::history(conn, &trail)?,
            Section::Audit => traces::audit(conn, &trail)?,
        };
        sections.push((*section, rows));
    }
    Ok(Some(PersonalData(sections)))
}

fn told<R: Serialize>(rows: Vec<R>) -> DbResult<Vec<Value>> {
    rows.into_iter()
        .map(|row| serde_json::to_value(row).map_err(|_| DbError::Corrupt { what: "row" }))
        .collect()
}
