//! `koplopers-api demo`: everything in one process, with data to look at.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use jiff::SignedDuration;
use koplopers_shared::access::Role;
use koplopers_shared::flows;
use koplopers_shared::logging;
use koplopers_shared::settings::Settings;
use koplopers_shared::words::EmailAddress;

use super::token::token;
use super::{print, process};
use crate::auth::{subject_of_person, subject_of_role};
use crate::demo::{self, Cast, credentials};
use crate::state::AppState;

/// Where front ends under construction usually run.
const FRONT_ENDS: [&str; 2] = ["http://localhost:3000", "http://localhost:5173"];

/// Who gets the digest, unless somebody is set.
const OPS: &str = "beheer@example.org";

pub(super) fn run() -> anyhow::Result<ExitCode> {
    let mut settings = Settings::load()?;
    settings
        .http
        .cors_origins
        .extend(FRONT_ENDS.map(str::to_owned));
    settings.mail.show_in_dev_mailbox()?;
    if settings.ops_email.is_none() {
        settings.ops_email = Some(EmailAddress::parse(OPS)?);
    }
    settings.log.as_text = true;
    let _log = logging::start(&settings.log)?;
    actix_web::rt::System::new().block_on(play(Arc::new(settings)))?;
    Ok(ExitCode::SUCCESS)
}

async fn play(settings: Arc<Settings>) -> anyhow::Result<()> {
    let state = process::start(settings).await?;
    let now = state.local_now();
    let cast = state.db.write(move |conn| demo::fill(conn, now)).await?;
    // A hundred mails tell how everything came about; those of whoever tries the demo come next.
    process::send_due(&state).await?;
    state
        .db
        .write(move |conn| flows::send_digest_now(conn, now))
        .await?;
    process::send_due(&state).await?;
    let secret = credentials::fresh(&state.db, now.at).await?;
    let told = state.clone();
    process::serve(state, true, move |address| {
        print(&introduction(&told, address, &cast, &secret)?)?;
        Ok(())
    })
    .await
}

fn introduction(
    state: &AppState,
    address: SocketAddr,
    cast: &Cast,
    secret: &str,
) -> anyhow::Result<String> {
    let lifetime = SignedDuration::from_hours(12);
    let coordinator = subject_of_person(cast.coordinator, Role::Coordinator, None)?;
    let municipality = subject_of_role(Role::Municipality, Some(cast.applicant.municipality))?;
    let coordinator = token(state, &coordinator, lifetime)?;
    let official = token(state, &municipality, lifetime)?;
    Ok(format!(
        "\n\
         Koplopers demo\n\
         \n\
         Docs          http://{address}/docs\n\
         Dev mailbox   http://{address}/dev/mail\n\
         \n\
         Tokens, good for 12 hours:\n\
         \n\
         COORDINATOR={coordinator}\n\
         \n\
         MUNICIPALITY={official}\n\
         \n\
         Machine client of municipality {code}:\n\
         \n\
         CLIENT_ID={client}\n\
         CLIENT_SECRET={secret}\n\
         \n\
         Ctrl-C stops.\n\n",
        code = cast.applicant.municipality,
        client = demo::MUNICIPAL_CLIENT,
    ))
}
