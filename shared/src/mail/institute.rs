//! The institute that a mail comes from; all of it is configuration.

use std::fmt;
use std::str::FromStr;

use url::Url;

use super::calendar::MeetingZone;
use super::clean::Line;
use crate::words::EmailAddress;

/// The sender as every mail shows it.
#[derive(Debug, Clone)]
pub struct Institute {
    /// Its name.
    pub name: Line,
    /// Where a reply to a mail, or a question about privacy, goes.
    pub reply_to: EmailAddress,
    /// The colour of the heading and the buttons.
    pub colour: Colour,
    /// The zone its readers live in: only other zones are named in a mail.
    pub usual_zone: MeetingZone,
    /// Its privacy statement, if it has one on the web.
    pub privacy_statement: Option<Url>,
}

/// A colour, as `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// A text that is not of the form `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a colour of the form #rrggbb")]
pub struct InvalidColour;

impl Colour {
    /// A blue that is readable with white.
    pub const DEFAULT: Self = Self([0x0b, 0x4f, 0x8a]);

    /// Black or white, whichever is easier to read on this colour (WCAG 2.2 §1.4.3: at least 4.5 to 1 with any colour).
    #[must_use]
    pub fn text(self) -> Self {
        let [red, green, blue] = self.0.map(linear);
        let luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        // At this luminance black and white have the same contrast.
        if luminance > 0.179 {
            Self([0; 3])
        } else {
            Self([0xff; 3])
        }
    }
}

/// A channel of an sRGB colour as light (WCAG 2.2, relative luminance).
fn linear(channel: u8) -> f64 {
    let value = f64::from(channel) / 255.0;
    if value <= 0.040_45 {
        value / 12.92
    } else {
        ((value + 0.055) / 1.055).powf(2.4)
    }
}

impl FromStr for Colour {
    type Err = InvalidColour;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix('#').ok_or(InvalidColour)?;
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(InvalidColour);
        }
        let number = u32::from_str_radix(digits, 16).map_err(|_| InvalidColour)?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_six_hexadecimal_digits() {
        assert_eq!("#0B4f8a".parse(), Ok(Colour::DEFAULT));
        for bad in ["", "0b4f8a", "#0b4f8", "#0b4f8a;", "#+b4f8a", "blue"] {
            assert_eq!(bad.parse::<Colour>(), Err(InvalidColour), "{bad}");
        }
    }

    #[test]
    fn text_on_a_colour_is_the_one_that_can_be_read() {
        for (colour, text) in [
            ("#0b4f8a", "#ffffff"),
            ("#ffd700", "#000000"),
            ("#000000", "#ffffff"),
            ("#ffffff", "#000000"),
        ] {
            assert_eq!(
                colour
                    .parse()
                    .map(|colour: Colour| colour.text().to_string()),
                Ok(text.to_owned())
            );
        }
    }
}
