//! The pages behind signed links.

mod answer;
mod bad_link;
mod consent;
mod leave;
mod offer;
mod stage;
