//! Trajectories over HTTP (T4, B3, K2, K6).

mod dto;
mod expand;
mod handlers;
mod problems;
mod requests;
mod steps;
mod transitions;

use crate::mounts::Mounts;

pub use dto::TrajectoryView;

/// Mounts the operations on trajectories.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::start_trajectory)
        .service(handlers::list_trajectories)
        .service(handlers::get_trajectory)
        .service(handlers::list_trajectory_history)
        .service(transitions::set_trajectory_officials)
        .service(transitions::commence_trajectory)
        .service(transitions::set_trajectory_end_product)
        .service(transitions::complete_trajectory)
        .service(transitions::stop_trajectory)
        .service(steps::list_trajectory_steps)
        .service(steps::create_trajectory_step)
        .service(steps::get_trajectory_step)
        .service(steps::change_trajectory_step);
}
