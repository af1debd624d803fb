//! `koplopers-api client`: machine clients without the API, such as the very first one.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use koplopers_shared::access::{Actor, ClientsManage, Granted, Role};
use koplopers_shared::clients::{NewClient, actions, new_secret, queries};
use koplopers_shared::ids::ClientId;
use koplopers_shared::settings::Settings;
use koplopers_shared::words::{MunicipalityCode, Slug};

use super::{print, process};
use crate::state::AppState;

/// What to do with a client.
#[derive(Debug, Subcommand)]
pub(super) enum ClientCommand {
    /// Make a client and print its id and secret; the secret is not shown again.
    Create(CreateArguments),
    /// Print a new secret; the one before stays good until it is ended over the API.
    Rotate(NamedClient),
    /// Shut a client out; its tokens stop within a minute.
    Disable(NamedClient),
}

#[derive(Debug, Args)]
pub(super) struct CreateArguments {
    /// What people call it.
    #[arg(long)]
    name: String,
    /// Its OAuth client id: lower-case words joined by hyphens.
    #[arg(long, value_name = "ID")]
    client_id: Option<Slug>,
    /// What it may do: municipality, adviser, coordinator, member, ops or auditor.
    #[arg(long)]
    role: Role,
    /// The municipality it is bound to, such as GM0363.
    #[arg(long, value_name = "CODE")]
    municipality: Option<MunicipalityCode>,
}

#[derive(Debug, Args)]
pub(super) struct NamedClient {
    /// The OAuth client id.
    client_id: String,
}

pub(super) fn run(command: &ClientCommand) -> anyhow::Result<ExitCode> {
    let settings = Arc::new(Settings::load()?);
    let said = actix_web::rt::System::new().block_on(async {
        let state = process::start(settings).await?;
        let said = match command {
            ClientCommand::Create(arguments) => create(&state, arguments).await,
            ClientCommand::Rotate(client) => rotate(&state, &client.client_id).await,
            ClientCommand::Disable(client) => disable(&state, &client.client_id).await,
        };
        state.db.stop().await;
        said
    })?;
    print(&said)?;
    Ok(ExitCode::SUCCESS)
}

fn granted() -> anyhow::Result<Granted<ClientsManage>> {
    Ok(Arc::new(Actor::system("command-line")).grant()?)
}

async fn create(state: &AppState, arguments: &CreateArguments) -> anyhow::Result<String> {
    let new = NewClient {
        client_id: arguments.client_id.clone(),
        name: arguments.name.clone(),
        municipality: arguments.municipality,
        role: arguments.role,
    };
    let (client_id, secret) = make(state, new).await?;
    Ok(format!("client_id={client_id}\nclient_secret={secret}\n"))
}

/// Makes a client; its OAuth client id and its secret.
pub(super) async fn make(state: &AppState, new: NewClient) -> anyhow::Result<(String, String)> {
    let (granted, now, secret) = (granted()?, state.clock.now(), new_secret()?);
    let shown = secret.expose().to_owned();
    let (client, _) = state
        .db
        .write(move |conn| actions::create(conn, &granted, now, new.clone(), &secret))
        .await?;
    Ok((client.client_id.to_string(), shown))
}

async fn rotate(state: &AppState, client_id: &str) -> anyhow::Result<String> {
    let id = find(state, client_id).await?;
    let (granted, now, secret) = (granted()?, state.clock.now(), new_secret()?);
    let shown = secret.expose().to_owned();
    state
        .db
        .write(move |conn| actions::add_secret(conn, &granted, now, id, &secret))
        .await?;
    Ok(format!("client_secret={shown}\n"))
}

async fn disable(state: &AppState, client_id: &str) -> anyhow::Result<String> {
    let id = find(state, client_id).await?;
    let (granted, now) = (granted()?, state.clock.now());
    state
        .db
        .write(move |conn| actions::disable(conn, &granted, now, id, None))
        .await?;
    Ok("disabled\n".to_owned())
}

async fn find(state: &AppState, client_id: &str) -> anyhow::Result<ClientId> {
    let wanted = client_id.to_owned();
    let client = state
        .db
        .read(move |conn| queries::find_by_client_id(conn, &wanted))
        .await?;
    Ok(client.context("there is no client with this id")?.id)
}
