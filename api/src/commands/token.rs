//! `koplopers-api token`: a token for demo and development.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use jiff::SignedDuration;
use koplopers_shared::access::Role;
use koplopers_shared::ids::PersonId;
use koplopers_shared::settings::Settings;
use koplopers_shared::words::MunicipalityCode;

use super::{print, process};
use crate::auth::{TokenSubject, issue, subject_of_person, subject_of_role};
use crate::state::AppState;

/// Whose token.
#[derive(Debug, Args)]
pub(super) struct TokenArguments {
    /// What the token allows: municipality, adviser, coordinator, member, ops or auditor.
    #[arg(long, value_name = "ROLE", default_value = "coordinator")]
    role: Role,
    /// The municipality it is bound to, such as GM0363; for the role municipality only.
    #[arg(long, value_name = "CODE")]
    municipality: Option<MunicipalityCode>,
    /// The person it stands for; nobody in particular when left out.
    #[arg(long, value_name = "ID")]
    person: Option<PersonId>,
    /// How many minutes it lives, at most 720.
    #[arg(long, value_name = "MINUTES", default_value_t = 720)]
    minutes: u16,
}

pub(super) fn run(arguments: &TokenArguments) -> anyhow::Result<ExitCode> {
    let settings = Arc::new(Settings::load()?);
    let subject = match arguments.person {
        Some(person) => subject_of_person(person, arguments.role, arguments.municipality),
        None => subject_of_role(arguments.role, arguments.municipality),
    }?;
    let lifetime = SignedDuration::from_mins(arguments.minutes.into());
    actix_web::rt::System::new().block_on(async {
        let state = process::start(settings).await?;
        let token = token(&state, &subject, lifetime)?;
        state.db.stop().await;
        print(&format!("{token}\n")).context("printing the token")
    })?;
    Ok(ExitCode::SUCCESS)
}

/// A token of our own issuer.
pub(super) fn token(
    state: &AppState,
    subject: &TokenSubject,
    lifetime: SignedDuration,
) -> anyhow::Result<String> {
    let (auth, now) = (&state.auth, state.clock.now());
    Ok(issue(auth.keys(), auth.issuer(), subject, now, lifetime)?)
}
