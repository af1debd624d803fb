//! The digest over HTTP: what the daily mail tells, at any moment (S2).

use actix_web::{HttpResponse, get, web};
use jiff::Timestamp;
use jiff::civil::Date;
use koplopers_shared::access::DigestRead;
use koplopers_shared::db::DbError;
use koplopers_shared::overviews::digest::{
    self, Digest, DigestLine, DigestQuestion, DigestSection, DigestTopic, Share,
};
use koplopers_shared::programmes::queries;
use koplopers_shared::settings::Settings;
use koplopers_shared::words::Slug;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::auth::Authorized;
use crate::mounts::Mounts;
use crate::problem::document::ReadErrors;
use crate::problem::{Problem, kinds};
use crate::query::Query;
use crate::reply::{self, Reply};
use crate::state::AppState;
use crate::text::BilingualTextView;
use crate::words::DigestTopicWord;

/// What the digest tells of.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct DigestParams {
    /// Only what belongs to this programme; what belongs to none is left out.
    #[param(value_type = Option<String>, max_length = 60, example = "inclusief")]
    programme: Option<Slug>,
}

/// What is overdue, stuck or near.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Digest)]
pub struct DigestView {
    /// The day it tells of.
    #[schema(value_type = String, format = Date)]
    on: Date,
    /// When it was read.
    #[schema(value_type = String, format = DateTime)]
    read_at: Timestamp,
    /// The programme that was asked for.
    #[schema(value_type = Option<String>)]
    programme: Option<Slug>,
    /// How many things wait for somebody.
    #[schema(example = 3)]
    to_do: i64,
    /// What there is to tell, the most urgent topics first; empty when there is nothing to report.
    sections: Vec<DigestSectionView>,
}

/// All there is on one topic.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DigestSection)]
pub struct DigestSectionView {
    /// The topic.
    #[schema(value_type = DigestTopicWord)]
    topic: DigestTopic,
    /// Its heading.
    title: BilingualTextView,
    /// Whether its lines wait for somebody to do something.
    asks: bool,
    /// How many things there are.
    #[schema(example = 3)]
    count: i64,
    /// How many of them have no line here.
    #[schema(example = 0)]
    more: i64,
    /// The most urgent ones, at most some twenty.
    lines: Vec<DigestLineView>,
}

/// One thing to know.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DigestLine)]
pub struct DigestLineView {
    /// The kind of thing it is about; null when it is about several.
    #[schema(example = "intake")]
    subject_type: Option<&'static str>,
    /// That thing.
    subject: Option<Uuid>,
    /// In words; nobody is named.
    text: BilingualTextView,
    /// Where it is dealt with: at the front end when one is set, else at this API.
    #[schema(example = "https://koplopers.example.nl/v1/delivery-queue")]
    link: Option<String>,
    /// How much of something is there, where that can be counted.
    share: Option<DigestShareView>,
}

/// So many of so many.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DigestShare)]
pub struct DigestShareView {
    /// How many are there.
    #[schema(example = 5)]
    part: i64,
    /// Of how many.
    #[schema(example = 8)]
    whole: i64,
}

impl DigestView {
    fn new(
        found: Digest,
        programme: Option<Slug>,
        read_at: Timestamp,
        settings: &Settings,
    ) -> Self {
        Self {
            on: found.on,
            read_at,
            programme,
            to_do: found.to_do(),
            sections: (found.sections.into_iter())
                .map(|section| DigestSectionView::new(section, settings))
                .collect(),
        }
    }
}

impl DigestSectionView {
    fn new(section: DigestSection, settings: &Settings) -> Self {
        Self {
            topic: section.topic,
            title: section.topic.title().into(),
            asks: section.topic.asks(),
            count: section.count,
            more: section.more(),
            lines: (section.lines.into_iter())
                .map(|line| DigestLineView::new(line, settings))
                .collect(),
        }
    }
}

impl DigestLineView {
    fn new(line: DigestLine, settings: &Settings) -> Self {
        let (app, public) = (settings.app_url.as_ref(), &settings.http.public_url);
        let (subject_type, subject) = line.subject.unzip();
        Self {
            subject_type,
            subject,
            link: digest::link(app, public, &line.path).map(String::from),
            text: line.text.into(),
            share: (line.share).map(|Share { part, whole }| DigestShareView { part, whole }),
        }
    }
}

/// Get the digest
///
/// What is overdue, stuck or near: intakes that wait too long, talks without an outcome, parties
/// not heard, consents and date polls without answers, offers that expire, end products that are
/// due, plans that fall short, mails that came back or are stuck, and the meetings of the next 14
/// days with their answers. On working days at 07:30 the same goes by mail to ops, and to the
/// contact persons of each programme what belongs to it. For the institute.
#[utoipa::path(
    operation_id = "get_digest",
    tag = "digest",
    security(("bearer" = ["digest:read"])),
    params(DigestParams),
    responses((status = 200, description = "The digest", body = DigestView), ReadErrors),
)]
#[get("/digest")]
pub async fn get_digest(
    auth: Authorized<DigestRead>,
    params: Query<DigestParams>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    if auth.into_granted().scope().bound_to().is_some() {
        return Err(Problem::of(&kinds::FORBIDDEN).detail("the digest is the institute's"));
    }
    let (now, programme) = (state.local_now(), params.0.programme);
    let question = DigestQuestion {
        limits: state.settings.digest,
        zone: state.settings.time_zone.clone(),
        programmes: programme.clone().map(|slug| vec![slug]),
    };
    let found = state
        .db
        .read(move |conn| {
            if let Some([slug]) = question.programmes.as_deref()
                && queries::find(conn, slug)?.is_none()
            {
                let reason = "there is no such programme";
                return Ok(Err(Problem::invalid_field("programme", "unknown", reason)));
            }
            digest::digest(conn, now, &question).map(Ok::<_, Problem>)
        })
        .await
        .map_err(|error: DbError| Problem::from(error))??;
    let view = DigestView::new(found, programme, now.at, &state.settings);
    Ok(reply::send(Reply::plain(&view)))
}

/// Mounts the digest.
pub fn routes(mounts: &mut Mounts<'_>) {
    mounts.service(get_digest);
}
