//! The things of one person, as ids.

use diesel::prelude::*;
use uuid::Uuid;

use crate::candidacies::Candidacy;
use crate::db::schema::{
    candidacies, consents, intakes, invitations, meetings, members, network_memberships,
    nominations, offers, people, reviews, trajectories,
};
use crate::db::{DbConn, DbResult};
use crate::ids::{
    CandidacyId, ConsentId, IntakeId, InvitationId, MeetingId, MemberId, NetworkMembershipId,
    NominationId, OfferId, PersonId, ReviewId, TrajectoryId,
};
use crate::words::EmailAddress;

crate::typed_id! {
    /// Something that a person has a part in, whatever it is.
    Thing,
}

/// The things of one person.
#[derive(Debug, Clone)]
pub struct Trail {
    /// Who.
    pub person: PersonId,
    /// Intakes of which they are contact or sponsor.
    pub intakes: Vec<IntakeId>,
    /// Offers that were sent to them.
    pub offers: Vec<OfferId>,
    /// Trajectories of those intakes.
    pub trajectories: Vec<TrajectoryId>,
    /// Meetings that they organise or are invited to.
    pub meetings: Vec<MeetingId>,
    /// Their invitations.
    pub invitations: Vec<InvitationId>,
    /// Their time in learning networks.
    pub network_memberships: Vec<NetworkMembershipId>,
    /// Their candidacies.
    pub candidacies: Vec<CandidacyId>,
    /// Nominations of them.
    pub nominated: Vec<NominationId>,
    /// Nominations by them.
    pub nominating: Vec<NominationId>,
    /// Nominations that propose them as the giver of consent.
    pub proposed: Vec<NominationId>,
    /// Nominations of or by them that were never confirmed.
    pub unconfirmed: Vec<NominationId>,
    /// Consents that were asked about them.
    pub consents: Vec<ConsentId>,
    /// Consents that were asked of them.
    pub asked: Vec<ConsentId>,
    /// Reviews of them.
    pub reviews: Vec<ReviewId>,
    /// Reviews by them.
    pub reviewing: Vec<ReviewId>,
    /// Their memberships.
    pub members: Vec<MemberId>,
}

impl Trail {
    /// The things of a person.
    pub fn of(conn: &mut DbConn, person: PersonId) -> DbResult<Self> {
        let intakes: Vec<IntakeId> = intakes::table
            .filter((intakes::contact_person.eq(person)).or(intakes::sponsor.eq(person)))
            .select(intakes::id)
            .load(conn)?;
        let candidacies: Vec<CandidacyId> = candidacies::table
            .filter(candidacies::person.eq(person))
            .select(candidacies::id)
            .load(conn)?;
        let invited: Vec<(InvitationId, MeetingId)> = invitations::table
            .filter(invitations::person.eq(person))
            .select((invitations::id, invitations::meeting))
            .load(conn)?;
        let mut meetings: Vec<MeetingId> = meetings::table
            .filter(meetings::organiser.eq(person))
            .select(meetings::id)
            .load(conn)?;
        meetings.extend(invited.iter().map(|(_, meeting)| *meeting));
        let named = Named::find(conn, person, &candidacies)?;
        Ok(Self {
            person,
            offers: offers::table
                .filter(offers::sponsor.eq(person))
                .select(offers::id)
                .load(conn)?,
            trajectories: trajectories::table
                .filter(trajectories::intake.eq_any(intakes.clone()))
                .select(trajectories::id)
                .load(conn)?,
            intakes,
            meetings,
            invitations: invited
                .into_iter()
                .map(|(invitation, _)| invitation)
                .collect(),
            network_memberships: network_memberships::table
                .filter(network_memberships::person.eq(person))
                .select(network_memberships::id)
                .load(conn)?,
            nominated: named.nominated,
            nominating: named.nominating,
            proposed: named.proposed,
            unconfirmed: named.unconfirmed,
            consents: consents::table
                .filter(consents::person.eq(person))
                .select(consents::id)
                .load(conn)?,
            asked: consents::table
                .filter(consents::giver.eq(person))
                .select(consents::id)
                .load(conn)?,
            reviews: reviews::table
                .filter(reviews::candidacy.eq_any(candidacies.clone()))
                .select(reviews::id)
                .load(conn)?,
            reviewing: reviews::table
                .filter(reviews::reviewer.eq(person))
                .select(reviews::id)
                .load(conn)?,
            candidacies,
            members: members::table
                .filter(members::person.eq(person))
                .select(members::id)
                .load(conn)?,
        })
    }

    /// What was said in one candidacy, by nominators as by others.
    pub(super) fn of_candidacy(conn: &mut DbConn, candidacy: &Candidacy) -> DbResult<Self> {
        let nominated: Vec<NominationId> = nominations::table
            .filter(nominations::candidacy.eq(candidacy.id))
            .select(nominations::id)
            .load(conn)?;
        Ok(Self {
            candidacies: vec![candidacy.id],
            nominating: nominated.clone(),
            nominated,
            consents: consents::table
                .filter(consents::candidacy.eq(candidacy.id))
                .select(consents::id)
                .load(conn)?,
            reviews: reviews::table
                .filter(reviews::candidacy.eq(candidacy.id))
                .select(reviews::id)
                .load(conn)?,
            ..Self::nothing(candidacy.person)
        })
    }

    /// What is theirs alone, besides themselves: what is told of it is told of them.
    #[must_use]
    pub fn own(&self) -> Vec<Uuid> {
        let mut own = Vec::new();
        own.extend(self.candidacies.iter().map(|id| id.0));
        own.extend(self.nominated.iter().map(|id| id.0));
        own.extend(self.nominating.iter().map(|id| id.0));
        own.extend(self.unconfirmed.iter().map(|id| id.0));
        own.extend(self.consents.iter().map(|id| id.0));
        own.extend(self.asked.iter().map(|id| id.0));
        own.extend(self.reviews.iter().map(|id| id.0));
        own.extend(self.members.iter().map(|id| id.0));
        own.extend(self.invitations.iter().map(|id| id.0));
        own.extend(self.network_memberships.iter().map(|id| id.0));
        own
    }

    /// The ids, besides the person's own, by which an answer that shows them can be known.
    /// Whatever else is theirs is shown with the person's id.
    #[must_use]
    pub fn told_of(&self) -> Vec<Uuid> {
        let mut told = Vec::new();
        told.extend(self.candidacies.iter().map(|id| id.0));
        told.extend(self.nominated.iter().map(|id| id.0));
        told.extend(self.nominating.iter().map(|id| id.0));
        told.extend(self.proposed.iter().map(|id| id.0));
        told.extend(self.unconfirmed.iter().map(|id| id.0));
        told.extend(self.consents.iter().map(|id| id.0));
        told.extend(self.asked.iter().map(|id| id.0));
        told.extend(self.reviews.iter().map(|id| id.0));
        told.extend(self.members.iter().map(|id| id.0));
        told
    }

    /// The part of it that is about somebody as a candidate and nothing else.
    #[must_use]
    pub fn as_candidate(&self) -> Self {
        Self {
            person: self.person,
            candidacies: self.candidacies.clone(),
            nominated: self.nominated.clone(),
            unconfirmed: self.unconfirmed.clone(),
            consents: self.consents.clone(),
            reviews: self.reviews.clone(),
            ..Self::nothing(self.person)
        }
    }

    pub(super) const fn nothing(person: PersonId) -> Self {
        Self {
            person,
            intakes: Vec::new(),
            offers: Vec::new(),
            trajectories: Vec::new(),
            meetings: Vec::new(),
            invitations: Vec::new(),
            network_memberships: Vec::new(),
            candidacies: Vec::new(),
            nominated: Vec::new(),
            nominating: Vec::new(),
            proposed: Vec::new(),
            unconfirmed: Vec::new(),
            consents: Vec::new(),
            asked: Vec::new(),
            reviews: Vec::new(),
            reviewing: Vec::new(),
            members: Vec::new(),
        }
    }

    /// Whatever mails may name them.
    #[must_use]
    pub fn things(&self) -> Vec<Thing> {
        let mut things = self.own();
        things.extend(self.proposed.iter().map(|id| id.0));
        things.extend(self.intakes.iter().map(|id| id.0));
        things.extend(self.offers.iter().map(|id| id.0));
        things.extend(self.trajectories.iter().map(|id| id.0));
        things.extend(self.meetings.iter().map(|id| id.0));
        things.into_iter().map(Thing).collect()
    }
}

/// The nominations that name somebody, by id or by mailbox: what a nominator typed in belongs to
/// no row of `people`.
#[derive(Default)]
struct Named {
    nominated: Vec<NominationId>,
    nominating: Vec<NominationId>,
    proposed: Vec<NominationId>,
    unconfirmed: Vec<NominationId>,
}

type NominationRow = (
    NominationId,
    String,
    Option<CandidacyId>,
    Option<PersonId>,
    Option<String>,
    Option<String>,
    Option<String>,
);

impl Named {
    fn find(conn: &mut DbConn, person: PersonId, candidacies: &[CandidacyId]) -> DbResult<Self> {
        let email: Option<Option<EmailAddress>> = people::table
            .find(person)
            .select(people::email)
            .first(conn)
            .optional()?;
        let email = email.flatten();
        let mailbox = email.as_ref().map(EmailAddress::key);
        let mut query = nominations::table
            .select((
                nominations::id,
                nominations::status,
                nominations::candidacy,
                nominations::nominator,
                nominations::candidate_email,
                nominations::nominator_email,
                nominations::giver_email,
            ))
            .filter(nominations::nominator.eq(person))
            .or_filter(nominations::candidacy.eq_any(candidacies.to_vec()))
            .into_boxed();
        if let Some(email) = &email {
            // Spellings of one mailbox have the domain in common, which holds no wildcard.
            let pattern = format!("%@{}", email.parts().1);
            query = query
                .or_filter(nominations::candidate_email.like(pattern.clone()))
                .or_filter(nominations::nominator_email.like(pattern.clone()))
                .or_filter(nominations::giver_email.like(pattern));
        }
        let rows: Vec<NominationRow> = query.load(conn)?;
        let theirs = |text: Option<&str>| {
            let typed = text.and_then(|text| EmailAddress::parse(text).ok());
            mailbox.is_some() && typed.map(|typed| typed.key()) == mailbox
        };
        let mut named = Self::default();
        for (id, status, candidacy, nominator, candidate, nominating, giver) in rows {
            let of = candidacy.is_some_and(|id| candidacies.contains(&id))
                || theirs(candidate.as_deref());
            let by = nominator == Some(person) || theirs(nominating.as_deref());
            if status == "unconfirmed" && (of || by) {
                named.unconfirmed.push(id);
                continue;
            }
            if of {
                named.nominated.push(id);
            }
            if by {
                named.nominating.push(id);
            }
            if theirs(giver.as_deref()) {
                named.proposed.push(id);
            }
        }
        Ok(named)
    }
}
