//! Offers over HTTP (T3, T4, T5).

mod dto;
mod expand;
mod handlers;
mod problems;
mod transitions;
mod view;

use crate::mounts::Mounts;

pub use view::OfferView;

/// Mounts the operations on offers.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts
        .service(handlers::create_offer)
        .service(handlers::list_intake_offers)
        .service(handlers::list_offers)
        .service(handlers::get_offer)
        .service(handlers::change_offer)
        .service(handlers::list_offer_history)
        .service(transitions::send_offer)
        .service(transitions::withdraw_offer);
}
