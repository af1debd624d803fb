//! The body of knowledge over HTTP (T2, N7, K1, K4).

mod dto;
mod handlers;
mod problems;
mod referral;
mod suggestions;
mod transitions;

use crate::mounts::Mounts;

/// Mounts the operations on knowledge items, and those of intakes that need them.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::create_knowledge_item)
        .service(handlers::list_knowledge_items)
        .service(handlers::get_knowledge_item)
        .service(handlers::change_knowledge_item)
        .service(handlers::list_knowledge_item_history)
        .service(handlers::list_knowledge_item_spreads)
        .service(transitions::publish_knowledge_item)
        .service(transitions::retire_knowledge_item)
        .service(referral::refer_intake)
        .service(referral::get_intake_referral)
        .service(suggestions::list_suggested_items);
}
