//! Learning groups over HTTP: practices, members, and the plan check (L2-L8, N5).

mod dto;
mod handlers;
mod members;
mod plan_view;
mod plans;
mod practices;
mod problems;
mod requests;

use crate::mounts::Mounts;

/// Mounts the operations on learning groups and plans.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::create_learning_group)
        .service(handlers::list_learning_groups)
        .service(handlers::get_learning_group)
        .service(handlers::change_learning_group)
        .service(handlers::close_learning_group)
        .service(handlers::list_learning_group_history)
        .service(practices::create_practice)
        .service(practices::list_practices)
        .service(practices::get_practice)
        .service(practices::change_practice)
        .service(practices::end_practice)
        .service(members::create_group_member)
        .service(members::list_group_members)
        .service(members::end_group_membership)
        .service(plans::check_learning_group_plan)
        .service(plans::propose_learning_group_dates)
        .service(plans::check_trajectory_plan)
        .service(plans::check_network_year_plan)
        .service(plans::propose_network_year_dates);
}
