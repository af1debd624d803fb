//! Associate members (N1): what they know and want to work on (M2), and who sees what of them.
//!
//! | from | action | to | who |
//! | --- | --- | --- | --- |
//! | – | admit | active | the candidate who accepts (`flows::admit_candidate`) |
//! | active, paused | change, change expertise | the same | the member, coordinator |
//! | active | pause | paused | the member, coordinator |
//! | paused | resume | active | the member, coordinator; the service after the last day |
//! | active, paused | change employer | the same | the member, coordinator |
//! | active, paused | leave | left | the member, coordinator |
//!
//! Who changes employer stays a member, with a review: the highest executive of the new employer
//! is asked for consent (N8), and the review ends when consent is given.
//!
//! A member chooses per part of the profile who sees it. At first that is the staff of the
//! institute alone.
//!
//! | part | holds |
//! | --- | --- |
//! | profile | name, kind, cohort, introduction; who sees no profile sees no member |
//! | employer | municipality or organisation |
//! | expertise | themes and issues with level and interest, learning practices |
//! | contact | address and telephone |
//!
//! How much time a member has, and why a membership paused or ended, is for the member and the
//! staff. Other members see what municipalities see.

mod actions;
mod admit;
mod errors;
mod life_cycle;
mod model;
mod moves;
mod privacy;
mod queries;
mod topics;

pub use actions::{MemberChange, change};
pub use admit::admit;
pub use errors::ChangeMemberError;
pub use life_cycle::{InvalidMemberTransition, MemberAction, MemberStatus};
pub use model::{Expertise, Issue, Member, Part, Profile, Visibilities, Visibility};
pub use moves::{change_employer, end_consent_review, leave, pause, resume, resume_due};
pub use privacy::{Audience, audience_of};
pub use queries::{MemberFilter, Spread, find, list, of_people, open_of, seen, spreads};
pub use topics::{Topics, change_topics, levels_on, topics_of};
