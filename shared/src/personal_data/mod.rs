//! Everything that is stored about one person, wherever it is: handed out on request, and blanked
//! when they are erased.
//!
//! Like `overviews`, this looks into every feature, so that there is one place to see what is known
//! of somebody. [`Trail`] finds their things, [`erase`] blanks them, [`export`] tells them.
//! `inventory.rs` names every column of the database that holds text or bytes and what becomes of
//! it; a column that is not in it fails a test.
//!
//! | of an erased person | becomes |
//! | --- | --- |
//! | name, address, phone, logins, links | gone; the row keeps its id |
//! | roles | end today |
//! | texts by or about them: nominations, consents, reviews, remarks, evidence, reasons, profile | blank |
//! | stored mails to them or about them | bytes gone; who got what when stays |
//! | mails to them that wait | dropped |
//! | kept answers of `Idempotency-Key` that show them | the body is blanked: the key still holds |
//! | decisions and consents | keep time, role and wording version |
//! | the audit trail | stays: it holds ids only |
//!
//! [`forget`] does the same to what was kept long enough, whoever it is of.

pub mod erase;
pub mod export;
pub mod forget;
#[cfg(test)]
mod inventory;
mod trail;

pub use trail::Trail;
