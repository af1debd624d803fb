//! The pages behind signed links.

mod answer;
mod bad_link;
mod leave;
mod stage;
