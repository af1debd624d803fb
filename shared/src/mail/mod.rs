//! What a mail says: subject, text, HTML and calendar as plain strings. The worker turns them into a message and sends it.
//!
//! Every kind of mail is a struct with exactly the values its templates may use ([`invitation`], [`intake`], [`decision`], [`offer`]); all typed
//! text in it is a [`clean::Line`] or [`clean::Paragraphs`]. [`render`] makes a [`RenderedMail`] of it for one recipient.
//!
//! To add a mail:
//! 1. Write a struct for its values and `impl Contents` for it: the kind, the subject in both languages (first what is
//!    asked: "Uitnodiging:", "Actie nodig:") and, if it has one, the calendar.
//! 2. Write `templates/{kind}/{nl,en}.{txt,html}` on top of the base of that language. Text and HTML hold the same
//!    sentences in the same order; Dutch at B1 level. Name the four in a `written!` line.
//! 3. Add a sample to `tests.rs`: the snapshots, and the tests that hold for all mails, take it from there.

pub mod calendar;
pub mod clean;
pub mod consent;
pub mod decision;
pub mod digest;
pub mod institute;
pub mod intake;
pub mod invitation;
pub mod member;
pub mod membership;
pub mod money_words;
pub mod network;
pub mod nomination;
pub mod notice;
pub mod offer;
pub mod poll;
pub mod referral;
mod render;
pub mod time_words;
pub mod trajectory;
mod zone;

pub use render::{CalendarPart, Contents, Page, Recipient, RenderError, RenderedMail, render};

#[cfg(test)]
mod tests;
