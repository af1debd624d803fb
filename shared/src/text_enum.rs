//! Closed sets of words: one macro for every status, kind and role.
//!
//! A word is stored as text, sent as text and shown in the glossary, so the text is written
//! next to the variant once and everything else follows from it.

use std::fmt;

/// A text that is none of the words of the set it was read as.
///
/// Carries the set and its words, never the text itself: bad input is not echoed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownWord {
    /// The name of the set, such as `MeetingKind`.
    pub set: &'static str,
    /// The words that would have been accepted.
    pub expected: &'static [&'static str],
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not one of: {}", self.expected.join(", "))
    }
}

impl std::error::Error for UnknownWord {}

/// Defines an enum whose variants each stand for one word.
///
/// Generates `Debug`, `Clone`, `Copy`, `PartialEq`, `Eq`, `PartialOrd`, `Ord` (in the order
/// written), `Hash`, `ALL`, `WORDS`, `as_str`, `Display`, `FromStr` with [`UnknownWord`], and
/// serde as the word. Further attributes, such as `#[derive(Default)]`, pass through.
///
/// ```
/// koplopers_shared::text_enum! {
///     /// Where a date poll stands.
///     pub enum PollStatus {
///         /// Answers are welcome.
///         Open => "open",
///         /// A date was chosen.
///         Closed => "closed",
///     }
/// }
/// assert_eq!(PollStatus::Open.as_str(), "open");
/// assert_eq!("closed".parse(), Ok(PollStatus::Closed));
/// assert_eq!(PollStatus::ALL.len(), 2);
/// ```
#[macro_export]
macro_rules! text_enum {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident => $word:literal ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name {
            $( $(#[$variant_meta])* $variant ),+
        }

        impl $name {
            /// Every variant, in the order written.
            pub const ALL: &'static [Self] = &[$( Self::$variant ),+];

            /// The word of every variant, in the same order.
            pub const WORDS: &'static [&'static str] = &[$( $word ),+];

            /// The word that is stored and sent.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $word ),+
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::text_enum::UnknownWord;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                match text {
                    $( $word => Ok(Self::$variant), )+
                    _ => Err($crate::text_enum::UnknownWord {
                        set: stringify!($name),
                        expected: Self::WORDS,
                    }),
                }
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                let text = <::std::borrow::Cow<'de, str> as ::serde::Deserialize<'de>>::deserialize(
                    deserializer,
                )?;
                text.parse().map_err(<D::Error as ::serde::de::Error>::custom)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    text_enum! {
        /// A set for these tests.
        #[derive(Default)]
        enum Light {
            /// Stop.
            #[default]
            Red => "red",
            /// Go.
            DarkGreen => "dark_green",
        }
    }

    #[test]
    fn every_word_reads_back_as_its_variant() {
        for light in Light::ALL {
            assert_eq!(light.as_str().parse::<Light>().unwrap(), *light);
            assert_eq!(light.to_string(), light.as_str());
        }
        assert_eq!(Light::WORDS, ["red", "dark_green"]);
        assert_eq!(Light::default(), Light::Red);
    }

    #[test]
    fn an_unknown_word_names_the_accepted_words_and_not_the_text() {
        let error = "purple".parse::<Light>().unwrap_err();
        assert_eq!(error.set, "Light");
        assert_eq!(error.to_string(), "not one of: red, dark_green");
    }

    #[test]
    fn json_and_toml_carry_the_word() {
        assert_eq!(
            serde_json::to_string(&Light::DarkGreen).unwrap(),
            "\"dark_green\""
        );
        assert_eq!(
            serde_json::from_slice::<Light>(b"\"dark_green\"").unwrap(),
            Light::DarkGreen
        );
        let error = serde_json::from_str::<Light>("\"purple\"").unwrap_err();
        assert!(error.to_string().starts_with("not one of: red, dark_green"));
        assert!(serde_json::from_str::<Light>("1").is_err());
        let table: std::collections::BTreeMap<Light, Light> =
            toml::from_str("red = \"dark_green\"").unwrap();
        assert_eq!(table[&Light::Red], Light::DarkGreen);
    }
}
