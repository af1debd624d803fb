//! Codes of Dutch municipalities.

use std::fmt;
use std::str::FromStr;

/// The code that Statistics Netherlands (CBS) gives a municipality, such as `GM0363`.
///
/// The type vouches for the form; whether such a municipality exists is for the list to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MunicipalityCode([u8; 6]);

/// A text that does not have the form of a municipality code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a municipality code such as GM0363")]
pub struct InvalidMunicipalityCode;

impl MunicipalityCode {
    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for MunicipalityCode {
    type Err = InvalidMunicipalityCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let code: [u8; 6] = text
            .as_bytes()
            .try_into()
            .map_err(|_| InvalidMunicipalityCode)?;
        if code.starts_with(b"GM") && code.iter().skip(2).all(u8::is_ascii_digit) {
            Ok(Self(code))
        } else {
            Err(InvalidMunicipalityCode)
        }
    }
}

impl fmt::Display for MunicipalityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl serde::Serialize for MunicipalityCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for MunicipalityCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<str>::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

crate::text_column!(MunicipalityCode);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_gm_and_four_digits_make_a_code() {
        assert_eq!(
            "GM0363"
                .parse()
                .map(|code: MunicipalityCode| code.to_string()),
            Ok("GM0363".to_owned())
        );
        for bad in [
            "", "GM363", "gm0363", "GM03631", "GM036a", "*", "GM０３", "0363GM",
        ] {
            assert!(bad.parse::<MunicipalityCode>().is_err(), "{bad}");
        }
    }
}
