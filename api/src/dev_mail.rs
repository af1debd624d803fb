//! The dev mailbox: what the maildir holds, for whoever looks. Only in the demo or when it is
//! switched on, and never with a relay; otherwise these addresses do not exist.
//!
//! `/dev/mail` lists; `/dev/mail/{id}` shows one mail as text, and `latest` is the newest.
//! `?part=ics` is its calendar part and `?part=eml` the mail as it left.

use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::{HttpResponse, get, web};
use askama::Template;
use koplopers_worker::transport::{MailUrl, Maildir, StoredMail};
use mail_parser::{MessageParser, MimeHeaders as _};
use serde::Deserialize;

use crate::problem::Problem;
use crate::state::AppState;

/// How many mails the list shows at most.
const SHOWN: usize = 100;

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/// Mounts the pages.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(list).service(show);
}

struct Line {
    id: String,
    to: String,
    subject: String,
    received: String,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Dev mailbox</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
td,th{text-align:left;padding:.25rem .75rem .25rem 0;vertical-align:top}</style></head>
<body><h1>Dev mailbox</h1>
{% if lines.is_empty() %}<p>No mail yet.</p>{% else %}
<table><thead><tr><th scope="col">Received</th><th scope="col">To</th><th scope="col">Subject</th>
<th scope="col">More</th></tr></thead><tbody>
{% for line in lines %}<tr><td>{{ line.received }}</td><td>{{ line.to }}</td>
<td><a href="/dev/mail/{{ line.id }}">{{ line.subject }}</a></td>
<td><a href="/dev/mail/{{ line.id }}?part=ics">calendar</a>
<a href="/dev/mail/{{ line.id }}?part=eml">source</a></td></tr>
{% endfor %}</tbody></table>{% endif %}</body></html>"#
)]
struct ListPage {
    lines: Vec<Line>,
}

#[get("/dev/mail")]
async fn list(state: web::Data<AppState>) -> Result<HttpResponse, Problem> {
    let maildir = mailbox(&state)?;
    let lines = web::block(move || lines(&maildir))
        .await
        .map_err(|error| Problem::internal(&error))?
        .map_err(|error| Problem::internal(&error))?;
    let page = ListPage { lines };
    let html = page.render().map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .content_type("text/html; charset=utf-8")
        .body(html))
}

fn lines(maildir: &Maildir) -> std::io::Result<Vec<Line>> {
    let mut lines = Vec::new();
    for stored in maildir.list()?.into_iter().take(SHOWN) {
        let bytes = maildir.read(&stored.id)?.unwrap_or_default();
        lines.push(line(stored, &bytes));
    }
    Ok(lines)
}

fn line(stored: StoredMail, bytes: &[u8]) -> Line {
    let mail = MessageParser::default().parse(bytes);
    let received = jiff::Timestamp::try_from(stored.received_at);
    Line {
        id: stored.id,
        to: mail
            .as_ref()
            .and_then(|mail| mail.to()?.first()?.address())
            .unwrap_or_default()
            .to_owned(),
        subject: mail
            .as_ref()
            .and_then(|mail| mail.subject())
            .unwrap_or("(no subject)")
            .to_owned(),
        received: received.map_or_else(|_| String::new(), |at| format!("{at:.0}")),
    }
}

/// Which part of a mail.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Part {
    /// Who, what, and the text.
    #[default]
    Text,
    /// The calendar.
    Ics,
    /// The whole mail as it left.
    Eml,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShowQuery {
    #[serde(default)]
    part: Part,
}

#[get("/dev/mail/{id}")]
async fn show(
    id: web::Path<String>,
    query: web::Query<ShowQuery>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let maildir = mailbox(&state)?;
    let id = id.into_inner();
    let bytes = web::block(move || read(&maildir, &id))
        .await
        .map_err(|error| Problem::internal(&error))?
        .map_err(|error| Problem::internal(&error))?
        .ok_or_else(Problem::not_found)?;
    let content = match query.part {
        Part::Text => text(&bytes),
        Part::Ics => calendar(&bytes),
        Part::Eml => Some(String::from_utf8_lossy(&bytes).into_owned()),
    };
    let content = content.ok_or_else(Problem::not_found)?;
    // Plain text whatever the part, so that a browser shows it and runs nothing.
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .body(content))
}

fn read(maildir: &Maildir, id: &str) -> std::io::Result<Option<Vec<u8>>> {
    if id != "latest" {
        return maildir.read(id);
    }
    match maildir.list()?.first() {
        Some(newest) => maildir.read(&newest.id),
        None => Ok(None),
    }
}

fn text(bytes: &[u8]) -> Option<String> {
    let mail = MessageParser::default().parse(bytes)?;
    let to = mail
        .to()
        .and_then(|to| to.first()?.address())
        .unwrap_or_default();
    let subject = mail.subject().unwrap_or_default();
    let body = mail.body_text(0).unwrap_or_default();
    Some(format!("To: {to}\nSubject: {subject}\n\n{body}"))
}

fn calendar(bytes: &[u8]) -> Option<String> {
    let mail = MessageParser::default().parse(bytes)?;
    let part = mail.parts.iter().find(|part| {
        part.content_type()
            .is_some_and(|kind| kind.ctype() == "text" && kind.subtype() == Some("calendar"))
    })?;
    part.text_contents().map(str::to_owned)
}

/// The maildir, when it may be shown.
fn mailbox(state: &AppState) -> Result<Maildir, Problem> {
    let mail = &state.settings.mail;
    if !mail.dev_mailbox {
        return Err(Problem::not_found());
    }
    match MailUrl::parse(mail.url.expose()) {
        Ok(MailUrl::Maildir(path)) => {
            Maildir::open(path).map_err(|error| Problem::internal(&error))
        }
        Ok(MailUrl::Smtp(_)) | Err(_) => Err(Problem::not_found()),
    }
}
