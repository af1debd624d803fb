//! E-mail addresses.

use std::fmt;
use std::str::FromStr;

/// An address that mail can be sent to: one mailbox, no display name.
///
/// Parsed by the mailbox grammar of RFC 5321 without its obsolete and quoted forms. Its `Debug`
/// form hides it, so that it cannot reach a log by accident.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

/// A text that is not a usable e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct InvalidEmail;

/// RFC 5321 §4.5.3.1: at most 64 octets before the `@` and 254 in all.
const MAX_LOCAL: usize = 64;
const MAX_TOTAL: usize = 254;

impl EmailAddress {
    /// Reads an address, in ASCII or with Unicode letters (RFC 6531).
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmail)?;
        let ascii_domain = ascii_domain(domain)?;
        if local.len() > MAX_LOCAL || local.len() + 1 + ascii_domain.len() > MAX_TOTAL {
            return Err(InvalidEmail);
        }
        if local
            .split('.')
            .any(|atom| atom.is_empty() || !atom.chars().all(is_atom_char))
        {
            return Err(InvalidEmail);
        }
        Ok(Self(format!("{local}@{}", domain.to_lowercase())))
    }

    /// The address as it was given, with its domain in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address with its domain in A-labels (RFC 5890), as SMTP wants it.
    #[must_use]
    pub fn to_ascii(&self) -> String {
        let (local, domain) = self.parts();
        match ascii_domain(domain) {
            Ok(ascii) => format!("{local}@{ascii}"),
            Err(InvalidEmail) => self.0.clone(),
        }
    }

    /// The domain in A-labels, in lower case.
    #[must_use]
    pub fn domain(&self) -> String {
        let domain = self.parts().1;
        ascii_domain(domain).unwrap_or_else(|InvalidEmail| domain.to_owned())
    }

    /// A form in which two spellings of one mailbox are equal: lower case, without a `+tag`.
    #[must_use]
    pub fn key(&self) -> String {
        let local = self.parts().0.to_lowercase();
        let mailbox = local.split('+').next().unwrap_or_default();
        format!("{mailbox}@{}", self.domain())
    }

    /// What stands before and after the `@`.
    #[must_use]
    pub fn parts(&self) -> (&str, &str) {
        self.0.rsplit_once('@').unwrap_or((&self.0, ""))
    }
}

/// RFC 5322 `atext`, with Unicode letters and digits of RFC 6532.
fn is_atom_char(c: char) -> bool {
    c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c)
}

fn ascii_domain(domain: &str) -> Result<String, InvalidEmail> {
    let ascii = idna::domain_to_ascii_strict(domain).map_err(|_| InvalidEmail)?;
    let labels: Vec<&str> = ascii.split('.').collect();
    let top = labels.last().ok_or(InvalidEmail)?;
    let numeric_top = top.chars().all(|c| c.is_ascii_digit());
    if labels.len() < 2 || labels.iter().any(|label| label.is_empty()) || numeric_top {
        return Err(InvalidEmail);
    }
    Ok(ascii)
}

impl FromStr for EmailAddress {
    type Err = InvalidEmail;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

// Only read, never written: an address leaves through the one field that is meant to show it.
impl<'de> serde::Deserialize<'de> for EmailAddress {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<str>::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(hidden)")
    }
}

crate::text_column!(EmailAddress);

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn addresses_are_parsed_and_not_guessed() {
        for good in [
            "a@example.nl",
            "j.de-vries+tag@zorg.example.org",
            "o'neill@example.nl",
            "zoë@example.nl",
            "info@café.example.nl",
        ] {
            assert!(EmailAddress::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "@example.nl",
            "a@",
            "a@b",
            "a b@example.nl",
            "a@example..nl",
            ".a@example.nl",
            "a..b@example.nl",
            "a@-example.nl",
            "a@example.nl\r\nBcc: b@example.nl",
            "Anna <a@example.nl>",
            "a@[127.0.0.1]",
            "a@10.0.0.1",
            "\"a b\"@example.nl",
            "a@exa mple.nl",
        ] {
            assert_eq!(EmailAddress::parse(bad), Err(InvalidEmail), "{bad:?}");
        }
        assert!(EmailAddress::parse(&format!("{}@example.nl", "a".repeat(65))).is_err());
    }

    #[test]
    fn two_spellings_of_one_mailbox_share_a_key() {
        let plain = EmailAddress::parse("anna@example.nl").unwrap();
        let tagged = EmailAddress::parse("Anna+koplopers@EXAMPLE.nl").unwrap();
        assert_eq!(plain.key(), tagged.key());
        assert_eq!(tagged.as_str(), "Anna+koplopers@example.nl");
    }

    #[test]
    fn a_unicode_domain_is_sent_in_a_labels() {
        let address = EmailAddress::parse("info@café.example.nl").unwrap();
        assert_eq!(address.to_ascii(), "info@xn--caf-dma.example.nl");
    }

    #[test]
    fn an_address_hides_itself_in_debug_output() {
        let address = EmailAddress::parse("anna@example.nl").unwrap();
        assert!(!format!("{address:?}").contains("anna"));
    }
}
