//! The pages behind signed links.

mod answer;
mod bad_link;
mod leave;
mod offer;
mod stage;
