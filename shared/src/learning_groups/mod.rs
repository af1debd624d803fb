//! Learning groups: practices that learn together (L2, L3), and their meetings (L4-L8).
//!
//! | group is | action | to | who |
//! | --- | --- | --- | --- |
//! | – | create | active | adviser, coordinator |
//! | active | change; add, change and end practices; add and take out members; plan its meetings | active | adviser, coordinator |
//! | active | close | closed | adviser, coordinator |
//!
//! A practice is one municipality's part in a group, with an issue of its own and the kinds of
//! party around its table. It is ended, not deleted: its meetings stay, and the plan check minds
//! it no more. A member belongs to one practice, or guides the group as a whole.
//!
//! A municipality sees the groups in which it has or had a practice, with all their practices; of
//! the members it sees its own people. The institute writes.

mod actions;
mod errors;
mod life_cycle;
mod members;
mod model;
mod practice_actions;
mod practices;
mod queries;
mod trace;

pub use actions::{GroupChange, NewGroup, change, close, create};
pub use errors::{
    AddMemberError, ChangeGroupError, ChangePracticeError, CreateGroupError, GroupProblem,
    PracticeProblem,
};
pub use life_cycle::{GroupAction, GroupStatus, InvalidGroupTransition};
pub use members::{
    GroupMemberFilter, add_member, member_count, members, of_person, people_of, take_out_member,
};
pub use model::{GroupMember, LearningGroup, Practice};
pub use practice_actions::{
    NewPractice, PracticeChange, add_practice, change_practice, end_practice,
};
pub use practices::{find_practice, of_trajectory, practices};
pub use queries::{GroupFilter, find, list};
