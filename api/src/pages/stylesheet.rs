//! The one stylesheet of the pages.

use actix_web::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpResponse, get, web};
use koplopers_shared::mail::institute::Colour;

use crate::state::AppState;

const STYLES: &str = include_str!("pages.css");

/// The styles, with the institute's colour and the text colour that can be read on it.
pub(super) fn of(colour: Colour) -> String {
    format!(
        ":root {{ --institute: {colour}; --on-institute: {}; }}\n{STYLES}",
        colour.text()
    )
}

/// The stylesheet of the pages behind the links in mails.
#[utoipa::path(responses((status = 200, description = "The stylesheet", content_type = "text/css")))]
#[get("/pages.css")]
pub(super) async fn show_stylesheet(state: web::Data<AppState>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(state.process.pages.stylesheet.clone())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::collections::HashMap;

    use super::*;

    /// The variables of the light and of the dark `:root`.
    fn schemes() -> [HashMap<&'static str, &'static str>; 2] {
        let (light, dark) = STYLES.split_once("prefers-color-scheme: dark").unwrap();
        [light, dark].map(|text| {
            text.lines()
                .filter_map(|line| line.trim().strip_prefix("--")?.split_once(": "))
                .map(|(name, value)| (name, value.trim_end_matches(';')))
                .collect()
        })
    }

    /// Relative luminance (WCAG 2.2).
    fn luminance(colour: &str) -> f64 {
        let number = u32::from_str_radix(colour.strip_prefix('#').unwrap(), 16).unwrap();
        let [_, red, green, blue] = number.to_be_bytes().map(|channel| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    // WCAG 2.2 §1.4.3 asks 4.5 to 1 of text, §1.4.11 asks 3 to 1 of the edges of fields.
    #[test]
    fn every_colour_can_be_read_on_what_lies_below_it_in_light_and_in_dark() {
        for scheme in schemes() {
            for below in ["page", "box"] {
                for text in ["text", "quiet", "link", "wrong", "done"] {
                    let ratio = contrast(scheme[text], scheme[below]);
                    assert!(ratio >= 4.5, "{text} on {below}: {ratio:.2}");
                }
                assert!(contrast(scheme["line"], scheme[below]) >= 3.0);
            }
        }
    }

    #[test]
    fn the_institutes_colour_comes_with_a_text_colour_for_it() {
        let styles = of("#ffd700".parse().unwrap());
        assert!(styles.starts_with(":root { --institute: #ffd700; --on-institute: #000000; }"));
    }
}
