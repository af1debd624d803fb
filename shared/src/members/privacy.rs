//! Who sees what of a member.

use super::{Member, MemberStatus, Part, Visibility, queries};
use crate::access::{Actor, Permit, Scope, Who};
use crate::db::{DbConn, DbResult};
use crate::ids::PersonId;

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Anybody.
    Public,
    /// A municipality, or another member; of the latter, who it is.
    Municipalities {
        /// The member who looks, and sees all of themselves.
        member: Option<PersonId>,
    },
    /// The staff of the institute.
    Staff,
}

/// As whom an actor looks at members. Staff reads people anyway; a person counts as a member only
/// while they are one, whatever their login says (security 26).
pub fn audience_of(conn: &mut DbConn, actor: &Actor) -> DbResult<Audience> {
    if actor.scope != Scope::Institute {
        return Ok(Audience::Municipalities { member: None });
    }
    if actor.permits().contains(Permit::PeopleRead) {
        return Ok(Audience::Staff);
    }
    let Who::Person { person } = actor.who else {
        return Ok(Audience::Public);
    };
    Ok(match queries::open_of(conn, person)? {
        Some(_) => Audience::Municipalities {
            member: Some(person),
        },
        None => Audience::Public,
    })
}

impl Audience {
    /// Whether it sees a part that is shown to `visibility`.
    #[must_use]
    pub const fn sees(self, visibility: Visibility) -> bool {
        match (self, visibility) {
            (Self::Staff, _)
            | (_, Visibility::Public)
            | (Self::Municipalities { .. }, Visibility::Municipalities) => true,
            (Self::Public, Visibility::Municipalities | Visibility::Staff)
            | (Self::Municipalities { .. }, Visibility::Staff) => false,
        }
    }

    /// Whether it sees all of a member: staff does, and the member themselves.
    #[must_use]
    pub fn sees_all_of(self, member: &Member) -> bool {
        match self {
            Self::Staff => true,
            Self::Municipalities { member: own } => own == Some(member.person),
            Self::Public => false,
        }
    }

    /// Whether it sees a part of a member. Who sees no profile sees nothing; who left is seen by
    /// the staff alone.
    #[must_use]
    pub fn sees_part(self, member: &Member, part: Part) -> bool {
        self.sees_all_of(member)
            || (member.status != MemberStatus::Left
                && self.sees(member.visible.profile)
                && self.sees(member.visible.of(part)))
    }

    /// The visibilities that it sees, for queries.
    #[must_use]
    pub fn seen(self) -> Vec<Visibility> {
        Visibility::ALL
            .iter()
            .copied()
            .filter(|visibility| self.sees(*visibility))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_audience_sees_what_the_ones_before_see_and_more() {
        let seen = |audience: Audience| audience.seen();
        assert_eq!(seen(Audience::Public), [Visibility::Public]);
        assert_eq!(
            seen(Audience::Municipalities { member: None }),
            [Visibility::Public, Visibility::Municipalities]
        );
        assert_eq!(seen(Audience::Staff), Visibility::ALL);
    }
}
