//! Actors and the permissions granted to them.

use std::marker::PhantomData;
use std::net::IpAddr;
use std::sync::Arc;

use super::{Permission, Permit, PermitSet, Scope};
use crate::ids::{PersonId, RequestId};

/// Who stands behind a request or a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// A machine, by its OAuth client id.
    Client {
        /// The `client_id` of the token.
        client_id: Arc<str>,
    },
    /// A human, linked to a row in `people`.
    Person {
        /// The person.
        person: PersonId,
    },
    /// A human whose login is not linked to a person; may do what their token's scopes allow
    /// except what only a known person can do.
    Login {
        /// Issuer and subject of the token, joined by `#`.
        subject: Arc<str>,
    },
    /// The holder of a signed link, on a public page.
    LinkHolder {
        /// The person the link was sent to.
        recipient: PersonId,
    },
    /// A job of the service itself.
    System {
        /// The job's name, such as `expire-links`.
        job: &'static str,
    },
}

impl Who {
    /// The word for the kind of actor in events and the audit trail.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Client { .. } => "client",
            Self::Person { .. } | Self::Login { .. } => "person",
            Self::LinkHolder { .. } => "link",
            Self::System { .. } => "system",
        }
    }

    /// The identifier next to that word; never a name or an address.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Client { client_id } => client_id.to_string(),
            Self::Person { person } | Self::LinkHolder { recipient: person } => person.to_string(),
            Self::Login { subject } => subject.to_string(),
            Self::System { job } => (*job).to_owned(),
        }
    }
}

/// Where a request came from, for the audit trail and the mails it causes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Trace {
    /// The id of the request, as in its answer and its log lines.
    pub request_id: Option<RequestId>,
    /// The network address of the caller.
    pub origin: Option<IpAddr>,
}

/// Somebody or something that acts, with the permissions they hold.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Who it is.
    pub who: Who,
    /// Whose rows they see.
    pub scope: Scope,
    /// Where the request came from.
    pub trace: Trace,
    permits: PermitSet,
}

impl Actor {
    /// An actor with the given permissions.
    #[must_use]
    pub const fn new(who: Who, scope: Scope, permits: PermitSet) -> Self {
        let trace = Trace {
            request_id: None,
            origin: None,
        };
        Self {
            who,
            scope,
            trace,
            permits,
        }
    }

    /// The same actor, in the request that `trace` tells of.
    #[must_use]
    pub fn traced(mut self, trace: Trace) -> Self {
        self.trace = trace;
        self
    }

    /// A job of the service itself: sees everything, holds every permission.
    #[must_use]
    pub const fn system(job: &'static str) -> Self {
        Self::new(Who::System { job }, Scope::Institute, PermitSet::ALL)
    }

    /// The holder of a signed link: sees what the link is about, may do the one thing that its
    /// purpose says and nothing else.
    #[must_use]
    pub const fn link_holder(recipient: PersonId, may: Permit) -> Self {
        let permits = PermitSet::of(&[may]);
        Self::new(Who::LinkHolder { recipient }, Scope::Institute, permits)
    }

    /// The permissions held.
    #[must_use]
    pub const fn permits(&self) -> PermitSet {
        self.permits
    }

    /// Proof that the actor holds `P`.
    pub fn grant<P: Permission>(self: &Arc<Self>) -> Result<Granted<P>, NotGranted> {
        if self.permits.contains(P::PERMIT) {
            Ok(Granted {
                actor: Arc::clone(self),
                permission: PhantomData,
            })
        } else {
            Err(NotGranted { needed: P::PERMIT })
        }
    }
}

/// The actor lacks a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the scope {} is needed", needed.as_str())]
pub struct NotGranted {
    /// What was missing.
    pub needed: Permit,
}

/// The operation needs a human who is linked to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a person is needed")]
pub struct PersonRequired;

/// Proof that an actor holds the permission `P`.
#[derive(Debug)]
pub struct Granted<P> {
    actor: Arc<Actor>,
    permission: PhantomData<P>,
}

// Derived `Clone` would ask `P: Clone`.
impl<P> Clone for Granted<P> {
    fn clone(&self) -> Self {
        Self {
            actor: Arc::clone(&self.actor),
            permission: PhantomData,
        }
    }
}

impl<P> Granted<P> {
    /// The actor.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Who acts.
    #[must_use]
    pub fn who(&self) -> &Who {
        &self.actor.who
    }

    /// Whose rows the actor sees.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.actor.scope
    }

    /// The human behind the actor, for operations that a machine cannot do.
    pub fn person(&self) -> Result<PersonId, PersonRequired> {
        match &self.actor.who {
            Who::Person { person } | Who::LinkHolder { recipient: person } => Ok(*person),
            Who::Client { .. } | Who::Login { .. } | Who::System { .. } => Err(PersonRequired),
        }
    }

    /// Whether the same actor also holds `permit`.
    #[must_use]
    pub fn also(&self, permit: Permit) -> bool {
        self.actor.permits.contains(permit)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{IntakesDecide, IntakesRead, Role};
    use super::*;

    #[test]
    fn a_grant_is_made_only_from_a_permission_that_is_held() {
        let who = Who::Client {
            client_id: "zaaksysteem".into(),
        };
        let actor = Arc::new(Actor::new(
            who,
            Scope::Institute,
            Role::Municipality.permits(),
        ));
        assert!(actor.grant::<IntakesRead>().is_ok());
        assert_eq!(
            actor.grant::<IntakesDecide>().map(|_| ()),
            Err(NotGranted {
                needed: Permit::IntakesDecide
            })
        );
    }

    #[test]
    fn a_link_holder_may_only_answer() {
        let actor = Arc::new(Actor::link_holder(
            PersonId::generate(),
            Permit::InvitationsAnswer,
        ));
        assert!(actor.grant::<IntakesRead>().is_err());
        assert_eq!(actor.permits(), PermitSet::of(&[Permit::InvitationsAnswer]));
    }
}
