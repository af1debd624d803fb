//! The children that can be shown with an offer or a trajectory, for a whole page at once.

use std::collections::HashMap;

use super::intakes::{by_key, distinct};
use crate::access::{Permit, Scope};
use crate::catalogue::BilingualText;
use crate::db::{DbConn, DbResult};
use crate::ids::{IntakeId, OfferId, PersonId, RoundId};
use crate::intakes::{self, Intake};
use crate::municipalities::Municipality;
use crate::offers::{self, Offer};
use crate::people::Person;
use crate::programmes::{self, Round};
use crate::trajectories::Trajectory;
use crate::words::{MunicipalityCode, Slug};
use crate::{municipalities, people, text_enum};

text_enum! {
    /// A child that can be shown with an offer, by the key it is shown under.
    pub enum OfferPart {
        /// The intake that it answers.
        Intake => "intake",
        /// To whom it was sent.
        Sponsor => "sponsor",
        /// The municipality of the intake.
        Municipality => "municipality",
        /// The programme, as its version calls it.
        Programme => "programme",
    }
}

text_enum! {
    /// A child that can be shown with a trajectory, by the key it is shown under.
    pub enum TrajectoryPart {
        /// The intake that led to it.
        Intake => "intake",
        /// The offer that was accepted.
        Offer => "offer",
        /// The officials who take part.
        Officials => "officials",
        /// Whose it is.
        Municipality => "municipality",
        /// The programme, as its version calls it.
        Programme => "programme",
        /// The round.
        Round => "round",
    }
}

impl OfferPart {
    /// The permission to see the child.
    #[must_use]
    pub const fn needs(self) -> Permit {
        match self {
            Self::Intake => Permit::IntakesRead,
            Self::Sponsor => Permit::PeopleRead,
            Self::Municipality | Self::Programme => Permit::CatalogueRead,
        }
    }
}

impl TrajectoryPart {
    /// The permission to see the child.
    #[must_use]
    pub const fn needs(self) -> Permit {
        match self {
            Self::Intake => Permit::IntakesRead,
            Self::Offer => Permit::OffersRead,
            Self::Officials => Permit::PeopleRead,
            Self::Municipality | Self::Programme | Self::Round => Permit::CatalogueRead,
        }
    }
}

/// The children of a page of offers or trajectories, by their ids.
#[derive(Debug, Default)]
pub struct CaseParts {
    people: HashMap<PersonId, Person>,
    municipalities: HashMap<MunicipalityCode, Municipality>,
    programmes: HashMap<(Slug, i32), BilingualText>,
    rounds: HashMap<RoundId, Round>,
    intakes: HashMap<IntakeId, Intake>,
    offers: HashMap<OfferId, Offer>,
}

impl CaseParts {
    /// The wanted children of some offers, as far as `scope` sees them: one query for each kind,
    /// and five for intakes, however many offers there are.
    pub fn of_offers(
        conn: &mut DbConn,
        scope: &Scope,
        of: &[Offer],
        wanted: &[OfferPart],
    ) -> DbResult<Self> {
        let (mut parts, wants) = (Self::default(), |part| wanted.contains(&part));
        if wants(OfferPart::Intake) {
            let ids = distinct(of.iter().map(|offer| offer.intake));
            parts.read_intakes(conn, scope, &ids)?;
        }
        if wants(OfferPart::Sponsor) {
            let ids = distinct(of.iter().filter_map(|offer| Some(offer.sponsor?.person)));
            parts.read_people(conn, scope, &ids)?;
        }
        if wants(OfferPart::Municipality) {
            parts.read_municipalities(conn, of.iter().map(|offer| offer.municipality))?;
        }
        if wants(OfferPart::Programme) {
            let versions = of
                .iter()
                .map(|offer| (offer.programme.clone(), offer.programme_number));
            parts.read_programmes(conn, versions)?;
        }
        Ok(parts)
    }

    /// The wanted children of some trajectories, at the same cost.
    pub fn of_trajectories(
        conn: &mut DbConn,
        scope: &Scope,
        of: &[Trajectory],
        wanted: &[TrajectoryPart],
    ) -> DbResult<Self> {
        let (mut parts, wants) = (Self::default(), |part| wanted.contains(&part));
        let intakes = distinct(of.iter().map(|trajectory| trajectory.intake));
        if wants(TrajectoryPart::Intake) {
            parts.read_intakes(conn, scope, &intakes)?;
        }
        if wants(TrajectoryPart::Offer) && !intakes.is_empty() {
            let found = offers::of_intakes(conn, scope, &intakes)?;
            parts.offers = by_key(found, |offer| offer.id);
        }
        if wants(TrajectoryPart::Officials) {
            let officials = of.iter().flat_map(|trajectory| &trajectory.officials);
            parts.read_people(conn, scope, &distinct(officials.copied()))?;
        }
        if wants(TrajectoryPart::Municipality) {
            parts.read_municipalities(conn, of.iter().map(|it| it.municipality))?;
        }
        if wants(TrajectoryPart::Programme) {
            let versions = of
                .iter()
                .map(|it| (it.programme.clone(), it.programme_number));
            parts.read_programmes(conn, versions)?;
        }
        if wants(TrajectoryPart::Round) {
            let ids = distinct(of.iter().filter_map(|trajectory| trajectory.round));
            let found = programmes::rounds::find_many(conn, &ids)?;
            parts.rounds = by_key(found, |round| round.id);
        }
        Ok(parts)
    }

    fn read_intakes(&mut self, conn: &mut DbConn, scope: &Scope, ids: &[IntakeId]) -> DbResult<()> {
        if !ids.is_empty() {
            let found = intakes::find_many(conn, scope, ids)?;
            self.intakes = by_key(found, |intake| intake.id);
        }
        Ok(())
    }

    fn read_people(&mut self, conn: &mut DbConn, scope: &Scope, ids: &[PersonId]) -> DbResult<()> {
        if !ids.is_empty() {
            let found = people::queries::find_many(conn, scope, ids)?;
            let shown = found.into_iter().filter(|person| !person.is_erased());
            self.people = by_key(shown, |person| person.id);
        }
        Ok(())
    }

    fn read_municipalities(
        &mut self,
        conn: &mut DbConn,
        codes: impl Iterator<Item = MunicipalityCode>,
    ) -> DbResult<()> {
        let found = municipalities::queries::find_many(conn, &distinct(codes))?;
        self.municipalities = by_key(found, |it| it.code);
        Ok(())
    }

    fn read_programmes(
        &mut self,
        conn: &mut DbConn,
        versions: impl Iterator<Item = (Slug, i32)>,
    ) -> DbResult<()> {
        let found = programmes::queries::names_of(conn, &distinct(versions))?;
        self.programmes = found.into_iter().collect();
        Ok(())
    }

    /// A person, if they were read and are seen.
    #[must_use]
    pub fn person(&self, id: PersonId) -> Option<&Person> {
        self.people.get(&id)
    }

    /// A municipality, if it was read.
    #[must_use]
    pub fn municipality(&self, code: MunicipalityCode) -> Option<&Municipality> {
        self.municipalities.get(&code)
    }

    /// What a programme is called in one of its versions, if that was read.
    #[must_use]
    pub fn programme_name(&self, slug: &Slug, version: i32) -> Option<&BilingualText> {
        self.programmes.get(&(slug.clone(), version))
    }

    /// A round, if it was read.
    #[must_use]
    pub fn round(&self, id: RoundId) -> Option<&Round> {
        self.rounds.get(&id)
    }

    /// An intake, if it was read and is seen.
    #[must_use]
    pub fn intake(&self, id: IntakeId) -> Option<&Intake> {
        self.intakes.get(&id)
    }

    /// An offer, if it was read and is seen.
    #[must_use]
    pub fn offer(&self, id: OfferId) -> Option<&Offer> {
        self.offers.get(&id)
    }
}
