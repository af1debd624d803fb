//! Nominations over HTTP (N2).

mod dto;
mod handlers;
mod import;
mod open;
mod problems;
mod view;

use crate::mounts::Mounts;

pub use dto::NominatorRequest;
pub use view::NominationView;

/// Mounts the operations on nominations.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::create_nomination)
        .service(handlers::list_nominations)
        .service(handlers::get_nomination)
        .service(handlers::withdraw_nomination)
        .service(open::create_open_nomination)
        .service(import::import_nominations);
}
