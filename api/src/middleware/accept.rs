//! Which forms a caller accepts (RFC 9110 §12.5.1).

use actix_web::http::header::{ACCEPT, HeaderMap};

/// Whether something that the API answers with is acceptable. Without the header, everything is.
#[must_use]
pub fn accepts_our_forms(headers: &HeaderMap) -> bool {
    let mut given = headers.get_all(ACCEPT).peekable();
    given.peek().is_none()
        || given
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(is_ours)
}

fn is_ours(range: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default().to_ascii_lowercase();
    let refused = parts.any(|parameter| {
        parameter
            .strip_prefix("q=")
            .and_then(|quality| quality.parse::<f32>().ok())
            .is_some_and(|quality| quality <= 0.0)
    });
    let json = media.starts_with("application/") && media.ends_with("json");
    !refused
        && (json
            || matches!(
                media.as_str(),
                "*/*" | "application/*" | "text/calendar" | "text/csv"
            ))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn json_in_any_form_is_acceptable_and_xml_is_not() {
        let accepts = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(text));
            accepts_our_forms(&headers)
        };
        assert!(accepts_our_forms(&HeaderMap::new()));
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
}
