//! Associate members over HTTP (N1, N8, M2).

mod directory;
mod dto;
mod handlers;
mod problems;
mod transitions;
mod view;

use crate::mounts::Mounts;

/// Mounts the operations on members.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::list_members)
        .service(handlers::get_member)
        .service(handlers::change_member)
        .service(handlers::replace_member_expertise)
        .service(transitions::replace_member_employer)
        .service(transitions::pause_member)
        .service(transitions::resume_member)
        .service(transitions::end_membership)
        .service(handlers::list_member_history)
        .service(directory::list_directory);
}
