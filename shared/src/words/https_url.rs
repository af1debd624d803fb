//! Addresses of pages that we send people to.

use std::fmt;
use std::str::FromStr;

use url::Url;

/// The most characters of an address.
const LONGEST: usize = 2_000;

/// The address of a page that may stand in a mail: https, and without a user name, which makes
/// an address read as another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpsUrl(Url);

/// A text that is not such an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a URL that starts with https://")]
pub struct InvalidHttpsUrl;

impl HttpsUrl {
    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The address.
    #[must_use]
    pub const fn as_url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for HttpsUrl {
    type Err = InvalidHttpsUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|_| InvalidHttpsUrl)?;
        let named = !url.username().is_empty() || url.password().is_some();
        // Escaping makes an address longer than what was typed, so both are measured.
        let longest = text.chars().count().max(url.as_str().len());
        if url.scheme() == "https" && url.has_host() && !named && longest <= LONGEST {
            Ok(Self(url))
        } else {
            Err(InvalidHttpsUrl)
        }
    }
}

impl fmt::Display for HttpsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl serde::Serialize for HttpsUrl {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for HttpsUrl {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<str>::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

crate::text_column!(HttpsUrl);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_without_a_user_name_is_taken() {
        let good: Result<HttpsUrl, _> = "https://kennis.example.nl/gids?deel=1#b".parse();
        assert_eq!(
            good.map(|url| url.to_string()),
            Ok("https://kennis.example.nl/gids?deel=1#b".to_owned())
        );
        let long = format!("https://example.nl/{}", "é".repeat(400));
        for bad in [
            "",
            "kennis.example.nl",
            "http://kennis.example.nl",
            "javascript:alert(1)",
            "data:text/html,x",
            "mailto:a@example.nl",
            "https://example.nl@example.org/",
            "https://a:b@example.org/",
            "https://",
            &long,
        ] {
            assert_eq!(bad.parse::<HttpsUrl>(), Err(InvalidHttpsUrl), "{bad}");
        }
    }
}
