//! Mails about a learning network, to one member.

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::{ComposeError, ComposedMail, Composer, Looked, notice};
use crate::access::Scope;
use crate::db::DbConn;
use crate::deliveries::DroppedReason;
use crate::ids::NetworkMembershipId;
use crate::links::{self, LinkPurpose};
use crate::mail::clean::{Line, Paragraphs};
use crate::mail::network::{BroughtBy, FreshLeaveLink, NetworkNames, NetworkWelcome};
use crate::networks::{self, Membership, MembershipStatus, Network};
use crate::{programmes, trajectories};

/// How long the way out in a mail works: two years, longer than a trajectory's mails are kept at
/// hand. After that its page offers a fresh one.
const LINK_LIVES: SignedDuration = SignedDuration::from_hours(2 * 365 * 24);

/// A membership with its network.
pub(super) struct NetworkFacts {
    membership: Membership,
    network: Network,
}

/// Who left in the meantime wants no more mails of the network.
pub(super) fn look(conn: &mut DbConn, id: NetworkMembershipId) -> Looked<NetworkFacts> {
    let missing = |what| ComposeError::Incomplete { what };
    let membership = networks::membership_by_id(conn, id)?.ok_or(missing("membership"))?;
    let network = networks::find(conn, membership.network)?.ok_or(missing("learning network"))?;
    Ok(match membership.status() {
        MembershipStatus::Active => Ok(NetworkFacts {
            membership,
            network,
        }),
        MembershipStatus::Left => Err(DroppedReason::Cancelled),
    })
}

impl Composer<'_> {
    pub(super) fn network_welcome(
        &mut self,
        facts: &NetworkFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let (leave_url, _) = self.leave_link(&facts.membership)?;
        let contents = NetworkWelcome {
            network: in_words(&facts.network),
            brought_by: self.brought_by(&facts.membership)?,
            leave_url: leave_url.clone(),
            notice: notice::for_member(self, &facts.membership)?,
        };
        let mut mail = self.write(&contents)?;
        mail.unsubscribe_url = Some(leave_url);
        Ok(mail)
    }

    pub(super) fn fresh_leave_link(
        &mut self,
        facts: &NetworkFacts,
    ) -> Result<ComposedMail, ComposeError> {
        let (leave_url, expires_at) = self.leave_link(&facts.membership)?;
        let zone = self.letterhead.institute.usual_zone.time_zone();
        let contents = FreshLeaveLink {
            network: in_words(&facts.network),
            leave_url,
            // The day before: on its last day the link dies at some hour.
            works_until_on: zone
                .to_datetime(expires_at - SignedDuration::from_hours(24))
                .date(),
        };
        self.write(&contents)
    }

    /// The trajectory because of which somebody is a member.
    fn brought_by(&mut self, membership: &Membership) -> Result<Option<BroughtBy>, ComposeError> {
        let Some(id) = membership.trajectory else {
            return Ok(None);
        };
        let found = trajectories::find(self.conn, &Scope::Institute, id)?;
        let trajectory = found.ok_or(ComposeError::Incomplete { what: "trajectory" })?;
        let (slug, number) = (&trajectory.programme, trajectory.programme_number);
        let content = programmes::queries::content(self.conn, slug, number)?
            .ok_or(ComposeError::Incomplete { what: "programme" })?;
        let language = self.reader.person.language;
        Ok(Some(BroughtBy {
            programme: Line::new(content.name.in_language(language)),
            municipality: Line::new(&notice::name_of(self, trajectory.municipality)?),
        }))
    }

    /// A working way out of the network, and when it ends.
    fn leave_link(&mut self, membership: &Membership) -> Result<(Url, Timestamp), ComposeError> {
        let expires_at = self.now + LINK_LIVES;
        let purpose = LinkPurpose::Unsubscribe;
        let token = links::make(
            self.conn,
            self.keys,
            purpose,
            membership.id.0,
            membership.person,
            expires_at,
            self.now,
        )?;
        Ok((self.letterhead.page(purpose, &token)?, expires_at))
    }
}

fn in_words(network: &Network) -> NetworkNames {
    NetworkNames {
        name: Line::new(&network.name),
        about: network.description.as_deref().and_then(Paragraphs::new),
    }
}
