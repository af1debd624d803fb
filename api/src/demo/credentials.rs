//! The demo's machine client, with a secret that is made anew at every start: it cannot be read
//! back.

use std::sync::Arc;

use jiff::Timestamp;
use koplopers_shared::access::{Actor, Role};
use koplopers_shared::clients::{NewClient, actions, new_secret, queries};
use koplopers_shared::db::Db;

use super::{DemoError, cast, grant, refused};

/// Gives the demo's client a fresh secret.
pub async fn fresh(db: &Db, now: Timestamp) -> Result<String, DemoError> {
    let secret = new_secret().map_err(refused)?;
    let shown = secret.expose().to_owned();
    db.write(move |conn| {
        let granted = grant(&Arc::new(Actor::system("demo")))?;
        match queries::find_by_client_id(conn, cast::MUNICIPAL_CLIENT)? {
            None => {
                let new = NewClient {
                    client_id: Some(cast::MUNICIPAL_CLIENT.parse().map_err(refused)?),
                    name: "Zaaksysteem van de demo".to_owned(),
                    municipality: Some(cast::MUNICIPALITY.parse().map_err(refused)?),
                    role: Role::Municipality,
                };
                actions::create(conn, &granted, now, new, &secret).map_err(refused)?;
            }
            // The oldest makes room for it.
            Some(client) => {
                actions::add_secret(conn, &granted, now, client.id, &secret).map_err(refused)?;
            }
        }
        Ok::<_, DemoError>(())
    })
    .await?;
    Ok(shown)
}
