//! The children that can be shown with an intake, for a whole page of intakes at once.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use crate::access::{Granted, IntakesRead, Permit};
use crate::catalogue::BilingualText;
use crate::db::{DbConn, DbResult};
use crate::decisions::{self, Decision};
use crate::flows::decisions_seen;
use crate::ids::{IntakeId, MeetingId, PersonId, RoundId};
use crate::intakes::Intake;
use crate::meetings::{Meeting, MeetingStatus};
use crate::municipalities::Municipality;
use crate::offers::{self, Offer, OfferStatus};
use crate::people::Person;
use crate::programmes::{self, Round};
use crate::trajectories::{self, Trajectory};
use crate::words::{MunicipalityCode, Slug};
use crate::{meetings, municipalities, people, text_enum};

text_enum! {
    /// A child that can be shown with an intake, by the key it is shown under.
    pub enum IntakePart {
        /// Who answers questions about it.
        ContactPerson => "contactPerson",
        /// Who commissions it.
        Sponsor => "sponsor",
        /// The municipality that asks.
        Municipality => "municipality",
        /// The programme, as the version of the intake calls it.
        Programme => "programme",
        /// The round.
        Round => "round",
        /// The talk that is planned or was held, else the last one that was not.
        Talk => "talk",
        /// The newest decision; a municipality sees it once it was released.
        Decision => "decision",
        /// The offer that was accepted or waits for an answer, else the newest one.
        Offer => "offer",
        /// The trajectory that it became.
        Trajectory => "trajectory",
    }
}

impl IntakePart {
    /// The permission to see the child.
    #[must_use]
    pub const fn needs(self) -> Permit {
        match self {
            Self::ContactPerson | Self::Sponsor => Permit::PeopleRead,
            Self::Municipality | Self::Programme | Self::Round => Permit::CatalogueRead,
            Self::Talk => Permit::MeetingsRead,
            Self::Decision => Permit::IntakesRead,
            Self::Offer => Permit::OffersRead,
            Self::Trajectory => Permit::TrajectoriesRead,
        }
    }
}

/// The children of a page of intakes.
#[derive(Debug, Default)]
pub struct IntakeParts {
    people: HashMap<PersonId, Person>,
    municipalities: HashMap<MunicipalityCode, Municipality>,
    programmes: HashMap<(Slug, i32), BilingualText>,
    rounds: HashMap<RoundId, Round>,
    talks: HashMap<IntakeId, Meeting>,
    decisions: HashMap<IntakeId, Decision>,
    offers: HashMap<IntakeId, Offer>,
    trajectories: HashMap<IntakeId, Trajectory>,
}

impl IntakeParts {
    /// Reads the wanted children, as far as the caller sees them. One query for each kind of child,
    /// however many intakes there are, and four for trajectories; people are of one kind.
    pub fn read(
        conn: &mut DbConn,
        granted: &Granted<IntakesRead>,
        intakes: &[Intake],
        wanted: &[IntakePart],
    ) -> DbResult<Self> {
        let (mut parts, scope) = (Self::default(), granted.scope());
        if intakes.is_empty() {
            return Ok(parts);
        }
        let wants = |part: IntakePart| wanted.contains(&part);
        let contacts = intakes
            .iter()
            .filter(|_| wants(IntakePart::ContactPerson))
            .filter_map(|intake| intake.contact_person);
        let sponsors = intakes
            .iter()
            .filter(|_| wants(IntakePart::Sponsor))
            .filter_map(|intake| Some(intake.sponsor?.person));
        let ids: Vec<PersonId> = distinct(contacts.chain(sponsors));
        if !ids.is_empty() {
            let found = people::queries::find_many(conn, scope, &ids)?;
            let shown = found.into_iter().filter(|person| !person.is_erased());
            parts.people = by_key(shown, |person| person.id);
        }
        if wants(IntakePart::Municipality) {
            let codes = distinct(intakes.iter().map(|intake| intake.municipality));
            let found = municipalities::queries::find_many(conn, &codes)?;
            parts.municipalities = by_key(found, |it| it.code);
        }
        if wants(IntakePart::Programme) {
            let asked = intakes
                .iter()
                .map(|intake| (intake.programme.clone(), intake.programme_number));
            parts.programmes = programmes::queries::names_of(conn, &distinct(asked))?
                .into_iter()
                .collect();
        }
        if wants(IntakePart::Round) {
            let ids = distinct(intakes.iter().filter_map(|intake| intake.round));
            let found = programmes::rounds::find_many(conn, &ids)?;
            parts.rounds = by_key(found, |round| round.id);
        }
        if wants(IntakePart::Talk) {
            let ids: Vec<IntakeId> = intakes.iter().map(|intake| intake.id).collect();
            for meeting in meetings::talks_of(conn, scope, &ids)? {
                parts.take_talk(meeting);
            }
        }
        parts.read_what_followed(conn, granted, intakes, wanted)?;
        Ok(parts)
    }

    /// The decision, the offer and the trajectory.
    fn read_what_followed(
        &mut self,
        conn: &mut DbConn,
        granted: &Granted<IntakesRead>,
        intakes: &[Intake],
        wanted: &[IntakePart],
    ) -> DbResult<()> {
        let scope = granted.scope();
        let ids: Vec<IntakeId> = intakes.iter().map(|intake| intake.id).collect();
        if wanted.contains(&IntakePart::Decision) {
            // Oldest first, so that the newest of an intake stays.
            let found = decisions::of_intakes(conn, &ids, decisions_seen(granted))?;
            self.decisions = by_key(found, |decision| decision.intake);
        }
        if wanted.contains(&IntakePart::Offer) {
            for offer in offers::of_intakes(conn, scope, &ids)? {
                let kept = self.offers.get(&offer.intake).map(weight);
                if kept.is_none_or(|kept| kept < weight(&offer)) {
                    self.offers.insert(offer.intake, offer);
                }
            }
        }
        if wanted.contains(&IntakePart::Trajectory) {
            let found = trajectories::of_intakes(conn, scope, &ids)?;
            self.trajectories = by_key(found, |trajectory| trajectory.intake);
        }
        Ok(())
    }

    fn take_talk(&mut self, meeting: Meeting) {
        let Some(intake) = meeting.intake else { return };
        let kept = self.talks.get(&intake).map(rank);
        if kept.is_none_or(|kept| kept < rank(&meeting)) {
            self.talks.insert(intake, meeting);
        }
    }

    /// The contact person of an intake, if they were read and are seen.
    #[must_use]
    pub fn contact_person(&self, intake: &Intake) -> Option<&Person> {
        self.people.get(&intake.contact_person?)
    }

    /// The sponsor of an intake, if they were read and are seen.
    #[must_use]
    pub fn sponsor(&self, intake: &Intake) -> Option<&Person> {
        self.people.get(&intake.sponsor?.person)
    }

    /// The municipality of an intake, if it was read.
    #[must_use]
    pub fn municipality(&self, intake: &Intake) -> Option<&Municipality> {
        self.municipalities.get(&intake.municipality)
    }

    /// What the programme of an intake is called in its version, if that was read.
    #[must_use]
    pub fn programme_name(&self, intake: &Intake) -> Option<&BilingualText> {
        self.programmes
            .get(&(intake.programme.clone(), intake.programme_number))
    }

    /// The round of an intake, if it was read.
    #[must_use]
    pub fn round(&self, intake: &Intake) -> Option<&Round> {
        self.rounds.get(&intake.round?)
    }

    /// The talk of an intake, if it was read.
    #[must_use]
    pub fn talk(&self, intake: &Intake) -> Option<&Meeting> {
        self.talks.get(&intake.id)
    }

    /// The decision on an intake, if it was read and is seen.
    #[must_use]
    pub fn decision(&self, intake: &Intake) -> Option<&Decision> {
        self.decisions.get(&intake.id)
    }

    /// The offer on an intake, if it was read and is seen.
    #[must_use]
    pub fn offer(&self, intake: &Intake) -> Option<&Offer> {
        self.offers.get(&intake.id)
    }

    /// The trajectory of an intake, if it was read.
    #[must_use]
    pub fn trajectory(&self, intake: &Intake) -> Option<&Trajectory> {
        self.trajectories.get(&intake.id)
    }
}

/// The order in which talks of one intake give way to each other; ids are made in order of time.
fn rank(meeting: &Meeting) -> (bool, MeetingId) {
    let holds = match meeting.status {
        MeetingStatus::Draft
        | MeetingStatus::Polling
        | MeetingStatus::Scheduled
        | MeetingStatus::Held => true,
        MeetingStatus::NotHeld | MeetingStatus::Cancelled => false,
    };
    (holds, meeting.id)
}

/// The order in which offers on one intake give way to each other.
fn weight(offer: &Offer) -> (bool, i32) {
    let counts = match offer.status {
        OfferStatus::Sent | OfferStatus::Accepted => true,
        OfferStatus::Drafted
        | OfferStatus::Refused
        | OfferStatus::Expired
        | OfferStatus::Superseded
        | OfferStatus::Withdrawn => false,
    };
    (counts, offer.number)
}

pub(super) fn distinct<T: Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    all.collect::<BTreeSet<T>>().into_iter().collect()
}

pub(super) fn by_key<T, K: Eq + Hash>(
    found: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> K,
) -> HashMap<K, T> {
    found.into_iter().map(|it| (key(&it), it)).collect()
}
