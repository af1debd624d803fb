//! `/n`: anybody nominates somebody, without an account (N2). What is sent is held until its
//! nominator confirms it on the page behind the link in a mail ([`confirm`]).
//!
//! The answer is the same for whoever is nominated and whoever nominates: nothing is looked up
//! (`security: 80`).

mod confirm;
mod fields;
mod form;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use koplopers_shared::candidacies::CandidateKind;
use koplopers_shared::catalogue::{PersonRole, described, shipped};
use koplopers_shared::clock::LocalNow;
use koplopers_shared::db::{DbError, DbResult};
use koplopers_shared::flows;
use koplopers_shared::idempotency::{IdempotencyKey, Outcome, WriteOnceError};
use koplopers_shared::municipalities::queries::{MunicipalityFilter, list};
use koplopers_shared::nominations::NominateError;
use koplopers_shared::paging::PageSpec;

use super::form::{Form, new_nonce, unreadable};
use super::layout::{Layout, Words, html, message};
use super::saving;
use super::visit::Visit;
use crate::state::AppState;
use fields::{FIELDS, Field, Kind, SECTIONS};
use form::{NominateForm, Parsed};

pub(super) use confirm::{confirm_nomination, show_nomination};

/// The most bytes of the form: some 11,000 characters, each of which takes up to twelve of them.
const MAX_FORM: usize = 160 * 1024;

/// More than there are municipalities.
const ALL: u16 = 1_000;

#[derive(Template)]
#[template(path = "nominate.html")]
struct NominatePage<'a> {
    layout: &'a Layout<'a>,
    sections: Vec<Section>,
    form: &'a NominateForm,
    nonce: String,
}

/// Some fields under one heading.
struct Section {
    heading: Words,
    fields: Vec<FieldView>,
}

/// A field as it stands on the page.
struct FieldView {
    field: &'static Field,
    value: String,
    error: Option<Words>,
    choices: Vec<Choice>,
}

/// Something to choose.
struct Choice {
    value: String,
    label: String,
}

impl FieldView {
    fn is(&self, kind: &str) -> bool {
        kind == match self.field.kind {
            Kind::Line => "line",
            Kind::Email => "email",
            Kind::Paragraphs => "paragraphs",
            Kind::Radios => "radios",
            Kind::Select => "select",
        }
    }

    /// The ids of what describes the field, for `aria-describedby`.
    fn described_by(&self) -> Option<String> {
        let name = self.field.name;
        let hint = self.field.hint.map(|_| format!("{name}-hint"));
        let error = self.error.map(|_| format!("{name}-error"));
        let ids: Vec<String> = hint.into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    const fn rows(&self) -> u8 {
        if self.field.longest > 2_000 { 10 } else { 4 }
    }
}

/// The open form.
#[utoipa::path(responses((status = 200, description = "The page", content_type = "text/html")))]
#[get("/n")]
pub(super) async fn show_open_nomination(
    req: HttpRequest,
    state: web::Data<AppState>,
) -> HttpResponse {
    let visit = Visit::of(&req, &state);
    if let Err(refusal) = state.process.pages.limits.open_visit(visit.address) {
        return visit.too_often(refusal);
    }
    if req.query_string() == saving::SAVED {
        return message(StatusCode::OK, &visit.layout, LOOK_AT_MAIL, CONFIRM_FIRST);
    }
    page(&state, &visit, StatusCode::OK, &NominateForm::default()).await
}

const LOOK_AT_MAIL: Words = Words {
    nl: "Kijk in uw mail",
    en: "Look at your mail",
};

const CONFIRM_FIRST: Words = Words {
    nl: "Bedankt voor uw voordracht. U krijgt binnen een paar minuten een mail met een link. Op die pagina bevestigt u de voordracht. Doet u dat niet binnen zeven dagen? Dan wissen wij alles. Krijgt u niets? Kijk dan ook bij de ongewenste mail, of mail ons.",
    en: "Thank you for your nomination. Within a few minutes you get a mail with a link. On that page you confirm the nomination. If you do not do that within seven days, we erase everything. Nothing there? Look among your unwanted mail too, or write to us.",
};

const SENT_BEFORE: Words = Words {
    nl: "U hebt dit formulier al eerder verstuurd met een andere inhoud. Kijk of alles klopt en verstuur het nog een keer",
    en: "You sent this form before with other contents. Check your answers and send it again",
};

/// Takes a nomination.
#[utoipa::path(responses((status = 303, description = "Held until it is confirmed; see the page")))]
#[post("/n")]
pub(super) async fn submit_open_nomination(
    req: HttpRequest,
    state: web::Data<AppState>,
    payload: web::Payload,
) -> HttpResponse {
    let visit = Visit::of(&req, &state);
    if let Err(refusal) = state.process.pages.limits.open_visit(visit.address) {
        return visit.too_often(refusal);
    }
    let sent = match Form::read_within(&req, &mut payload.into_inner(), MAX_FORM).await {
        Ok(sent) => sent,
        Err(error) => return unreadable(&visit.layout, error),
    };
    let parsed = match form::parse(&sent, visit.layout.language) {
        Ok(parsed) => parsed,
        Err(form) => return page(&state, &visit, StatusCode::BAD_REQUEST, &form).await,
    };
    if let Err(refusal) = state.process.pages.limits.nominate(visit.address) {
        return visit.too_often(refusal);
    }
    let nominator = parsed
        .new
        .nominator
        .as_ref()
        .and_then(|it| it.email.clone());
    let too_many =
        nominator.is_some_and(|mailbox| state.process.pages.limits.nominate_as(&mailbox).is_err());
    if too_many {
        // Dropped without a word: the answer would tell that somebody else nominated as them.
        return saving::see_saved();
    }
    match saving::patiently(async || save(&state, &visit, &parsed).await).await {
        Ok(Outcome::Fresh(_) | Outcome::Replayed(_)) => saving::see_saved(),
        Err(WriteOnceError::Action(NominateError::Invalid(problems))) => {
            let form = parsed.form.refused(&problems);
            page(&state, &visit, StatusCode::BAD_REQUEST, &form).await
        }
        Err(WriteOnceError::Action(NominateError::Db(error))) => visit.failed(&error),
        Err(
            WriteOnceError::BodyDiffers
            | WriteOnceError::StillRunning
            | WriteOnceError::Action(NominateError::ReferenceTaken),
        ) => {
            let form = parsed.form.wrong(None, SENT_BEFORE);
            page(&state, &visit, StatusCode::CONFLICT, &form).await
        }
    }
}

/// Holds the nomination; the same form again changes nothing.
async fn save(
    state: &AppState,
    visit: &Visit<'_>,
    parsed: &Parsed,
) -> Result<Outcome, WriteOnceError<NominateError>> {
    let key = IdempotencyKey::new(
        "page",
        "open_nomination_page",
        &parsed.nonce,
        parsed.form.contents().as_bytes(),
        visit.now,
    );
    let (new, trace) = (parsed.new.clone(), visit.trace);
    let now = LocalNow::new(visit.now, &state.settings.time_zone);
    state
        .db
        .write_once(Some(key), move |conn| {
            flows::receive_open_nomination(conn, &trace, now, new.clone())?;
            Ok(saving::kept())
        })
        .await
}

/// The page with its form, as it was typed.
async fn page(
    state: &AppState,
    visit: &Visit<'_>,
    status: StatusCode,
    form: &NominateForm,
) -> HttpResponse {
    let municipalities = match municipalities(state).await {
        Ok(found) => found,
        Err(error) => return visit.failed(&error),
    };
    let Ok(nonce) = new_nonce() else {
        tracing::error!("no random number for a form");
        return HttpResponse::InternalServerError().finish();
    };
    let page = NominatePage {
        layout: &visit.layout,
        sections: sections(&visit.layout, form, &municipalities),
        form,
        nonce,
    };
    html(status, &visit.layout, &page)
}

/// Code and name of every municipality of today, by name.
async fn municipalities(state: &AppState) -> Result<Vec<(String, String)>, DbError> {
    let today = state.local_now().today;
    state
        .db
        .read(move |conn| -> DbResult<Vec<(String, String)>> {
            let filter = MunicipalityFilter {
                on: Some(today),
                ..MunicipalityFilter::default()
            };
            let found = list(conn, &filter, &PageSpec::first(ALL))?.items;
            let mut named: Vec<(String, String)> = found
                .into_iter()
                .map(|it| (it.code.to_string(), it.name))
                .collect();
            named.sort_by(|one, two| one.1.cmp(&two.1));
            Ok(named)
        })
        .await
}

fn sections(
    layout: &Layout<'_>,
    form: &NominateForm,
    municipalities: &[(String, String)],
) -> Vec<Section> {
    let view = |field: &'static Field| FieldView {
        value: form.value(field.name).to_owned(),
        error: form.error(field.name),
        choices: choices(layout, field, municipalities),
        field,
    };
    SECTIONS
        .iter()
        .enumerate()
        .map(|(number, heading)| Section {
            heading: *heading,
            fields: FIELDS
                .iter()
                .filter(|field| field.section == number)
                .map(view)
                .collect(),
        })
        .collect()
}

fn choices(layout: &Layout<'_>, field: &Field, municipalities: &[(String, String)]) -> Vec<Choice> {
    let choice = |value: &str, label: &str| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
    };
    match field.name {
        "candidate_kind" => CandidateKind::ALL
            .iter()
            .map(|kind| choice(kind.as_str(), kind_words(*kind).say(layout)))
            .collect(),
        "municipality" => municipalities
            .iter()
            .map(|(code, name)| choice(code, name))
            .collect(),
        "giver_role" => PersonRole::ALL
            .iter()
            .filter(|role| role.is_highest_executive())
            .map(|role| {
                let known = described(&shipped().roles, *role);
                let name = known.map_or(role.as_str(), |it| it.name.in_language(layout.language));
                choice(role.as_str(), name)
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// A kind of candidate, as people read it.
pub(super) const fn kind_words(kind: CandidateKind) -> Words {
    match kind {
        CandidateKind::MunicipalProfessional => Words {
            nl: "Iemand die voor een gemeente werkt",
            en: "Somebody who works for a municipality",
        },
        CandidateKind::Ervaringsdeskundige => Words {
            nl: "Ervaringsdeskundige",
            en: "Expert by experience",
        },
        CandidateKind::SocialProfessional => Words {
            nl: "Sociaal professional",
            en: "Social professional",
        },
    }
}
