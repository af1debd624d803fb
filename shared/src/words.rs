//! Words with rules: parsed at the edge, trusted inside.

pub mod bsn;
mod cents;
mod email;
mod https_url;
mod municipality;
mod text;

pub use cents::{Cents, InvalidCents};
pub use email::{EmailAddress, InvalidEmail};
pub use https_url::{HttpsUrl, InvalidHttpsUrl};
pub use municipality::{InvalidMunicipalityCode, MunicipalityCode};
pub use text::{InvalidSlug, Slug};
