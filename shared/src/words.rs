//! Words with rules: parsed at the edge, trusted inside.

mod email;
mod municipality;
mod text;

pub use email::{EmailAddress, InvalidEmail};
pub use municipality::{InvalidMunicipalityCode, MunicipalityCode};
pub use text::{InvalidSlug, Slug};
