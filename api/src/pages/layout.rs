//! What every page has in common: its language, its frame and its headers.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, HeaderMap,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use askama::Template;
use koplopers_shared::catalogue::words::Language;
use koplopers_shared::mail::institute::Institute;

/// No script, no frame, nothing from elsewhere; forms go to us only.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What the frame around each page shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout<'a> {
    pub(super) language: Language,
    pub(super) institute: &'a Institute,
}

impl Layout<'_> {
    /// The one of two wordings that is in the language of the page.
    pub(super) const fn say<'t>(&self, nl: &'t str, en: &'t str) -> &'t str {
        match self.language {
            Language::Nl => nl,
            Language::En => en,
        }
    }
}

/// A sentence in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) nl: &'static str,
    pub(super) en: &'static str,
}

impl Words {
    pub(super) const fn say(&self, layout: &Layout<'_>) -> &'static str {
        layout.say(self.nl, self.en)
    }
}

/// The language that the browser asks for, of those we write in; Dutch when it asks for neither.
///
/// For pages that must not show whether we know the visitor.
pub(super) fn asked_language(headers: &HeaderMap) -> Language {
    let wishes = headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let mut best = (Language::default(), 0.0);
    for wish in wishes.split(',') {
        let mut parts = wish.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default();
        let primary = tag.split('-').next().unwrap_or_default();
        let Ok(language) = primary.to_ascii_lowercase().parse::<Language>() else {
            continue;
        };
        let weight = parts
            .find_map(|part| part.strip_prefix("q="))
            .map_or(1.0, |weight| weight.parse::<f32>().unwrap_or(0.0));
        if weight > best.1 {
            best = (language, weight);
        }
    }
    best.0
}

/// The answer that shows `template`.
pub(super) fn html(
    status: StatusCode,
    layout: &Layout<'_>,
    template: &impl Template,
) -> HttpResponse {
    let body = match template.render() {
        Ok(body) => body,
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            // The envelope makes a problem of this.
            return HttpResponse::InternalServerError().finish();
        }
    };
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_LANGUAGE, layout.language.as_str()))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header(("x-robots-tag", "noindex, nofollow"))
        .body(body)
}

/// A page with one thing to say.
#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage<'a> {
    layout: &'a Layout<'a>,
    heading: &'static str,
    text: &'static str,
}

/// The answer that says one thing.
pub(super) fn message(
    status: StatusCode,
    layout: &Layout<'_>,
    heading: Words,
    text: Words,
) -> HttpResponse {
    let page = MessagePage {
        layout,
        heading: heading.say(layout),
        text: text.say(layout),
    };
    html(status, layout, &page)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn the_language_is_the_one_the_browser_likes_best_or_dutch() {
        for (asked, language) in [
            ("", Language::Nl),
            ("de, fr;q=0.5", Language::Nl),
            ("en-GB,nl;q=0.8", Language::En),
            ("en;q=0.5, nl-NL;q=0.9", Language::Nl),
            ("fr, EN;q=0.1", Language::En),
            ("en;q=zero", Language::Nl),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_str(asked).unwrap());
            assert_eq!(asked_language(&headers), language, "{asked}");
        }
    }
}
