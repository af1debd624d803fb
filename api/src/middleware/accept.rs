//! Which forms a caller accepts (RFC 9110 §12.5.1).

use actix_web::http::header::{ACCEPT, HeaderMap};

/// What the last segment of a path is called of which the answer can also be a page.
const HAS_PAGE: &str = "/participants";

/// Whether something that the API answers with at `path` is acceptable. Without the header,
/// everything is.
#[must_use]
pub fn accepts_our_forms(headers: &HeaderMap, path: &str) -> bool {
    !headers.contains_key(ACCEPT)
        || ranges(headers).any(|(media, quality)| quality > 0.0 && is_ours(&media, path))
}

/// Whether the caller would rather have a page than a list for a spreadsheet: only who asks for
/// pages by name does.
#[must_use]
pub fn prefers_page(headers: &HeaderMap) -> bool {
    let best = |wanted: &str| {
        let qualities = ranges(headers)
            .filter(|(media, _)| media == wanted)
            .map(|(_, quality)| quality);
        qualities.fold(0.0, f32::max)
    };
    let page = best("text/html");
    page > 0.0 && page >= best("text/csv")
}

/// The media ranges that are asked for, each with its weight.
fn ranges(headers: &HeaderMap) -> impl Iterator<Item = (String, f32)> {
    headers
        .get_all(ACCEPT)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let media = parts.next().unwrap_or_default().to_ascii_lowercase();
            let quality = parts
                .find_map(|parameter| parameter.strip_prefix("q="))
                .and_then(|quality| quality.parse().ok());
            (media, quality.unwrap_or(1.0))
        })
}

fn is_ours(media: &str, path: &str) -> bool {
    let json = media.starts_with("application/") && media.ends_with("json");
    json || matches!(
        media,
        "*/*" | "application/*" | "text/calendar" | "text/csv"
    ) || (media == "text/html" && path.ends_with(HAS_PAGE))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn asking_for(text: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(text));
        headers
    }

    #[test]
    fn json_in_any_form_is_acceptable_and_xml_is_not() {
        let accepts = |text| accepts_our_forms(&asking_for(text), "/v1/meetings");
        assert!(accepts_our_forms(&HeaderMap::new(), "/v1/meetings"));
        for good in [
            "*/*",
            "application/json",
            "text/html, application/problem+json;q=0.1",
            "application/*;q=0.8",
        ] {
            assert!(accepts(good), "{good}");
        }
        for bad in ["application/xml", "text/html", "application/json;q=0", ""] {
            assert!(!accepts(bad), "{bad}");
        }
    }

    #[test]
    fn a_page_is_for_who_asks_for_one_where_there_is_one() {
        let page = asking_for("text/html");
        assert!(accepts_our_forms(&page, "/v1/meetings/1/participants"));
        assert!(!accepts_our_forms(&page, "/v1/meetings/1"));
        for (asked, preferred) in [
            ("text/html", true),
            ("text/html,application/xml;q=0.9,*/*;q=0.8", true),
            ("text/csv, text/html", true),
            ("text/csv, text/html;q=0.5", false),
            ("text/html;q=0", false),
            ("*/*", false),
            ("text/csv", false),
        ] {
            assert_eq!(prefers_page(&asking_for(asked)), preferred, "{asked}");
        }
        assert!(!prefers_page(&HeaderMap::new()));
    }
}
