//! Words with rules: parsed at the edge, trusted inside.

mod email;
mod https_url;
mod municipality;
mod text;

pub use email::{EmailAddress, InvalidEmail};
pub use https_url::{HttpsUrl, InvalidHttpsUrl};
pub use municipality::{InvalidMunicipalityCode, MunicipalityCode};
pub use text::{InvalidSlug, Slug};
