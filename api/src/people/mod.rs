//! People and their roles.

mod dto;
mod handlers;
mod personal_data;
mod problems;
mod roles;

use crate::mounts::Mounts;

pub use handlers::tell_read;

/// The operations on people.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::create_person)
        .service(handlers::list_people)
        .service(handlers::search_people)
        .service(handlers::get_person)
        .service(handlers::change_person)
        .service(personal_data::export_person)
        .service(personal_data::erase_person)
        .service(roles::create_person_role)
        .service(roles::end_person_role);
}
