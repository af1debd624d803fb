//! Intakes over HTTP (I1, I2).

mod dto;
mod expand;
mod handlers;
mod problems;
mod talk;
mod transitions;

use crate::mounts::Mounts;

pub use dto::IntakeView;

/// Mounts the operations on intakes.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::create_intake)
        .service(handlers::list_intakes)
        .service(handlers::get_intake)
        .service(handlers::change_intake)
        .service(handlers::list_intake_history)
        .service(transitions::submit_intake)
        .service(transitions::withdraw_intake)
        .service(talk::plan_intake_talk);
}
