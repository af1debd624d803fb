use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use koplopers_shared::access::{Actor, ClientsManage, Granted, PermitSet, Role, Scope, Who};
use koplopers_shared::clients::{
    Client, ClientChangeError, ClientStatus, CreateClientError, NewClient, actions, new_secret,
    queries,
};
use koplopers_shared::db::{Db, DbError};
use koplopers_shared::ids::ClientSecretId;
use koplopers_shared::on_both_databases;
use koplopers_shared::paging::PageSpec;
use koplopers_shared::secrets::Secret;

fn now() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn institute() -> Granted<ClientsManage> {
    Arc::new(Actor::system("test")).grant().unwrap()
}

fn adviser(client_id: Option<&str>) -> NewClient {
    NewClient {
        client_id: client_id.map(|text| text.parse().unwrap()),
        name: "Planning".into(),
        municipality: None,
        role: Role::Adviser,
    }
}

async fn create(db: &Db, new: NewClient) -> Result<(Client, Secret), CreateClientError> {
    let secret = new_secret().unwrap();
    let kept = secret.clone();
    let made = db
        .write(move |conn| actions::create(conn, &institute(), now(), new.clone(), &kept))
        .await?;
    Ok((made.0, secret))
}

async fn add_secret(db: &Db, client: &Client, at: Timestamp) -> (ClientSecretId, Secret) {
    let (id, secret) = (client.id, new_secret().unwrap());
    let kept = secret.clone();
    let (_, made) = db
        .write(move |conn| actions::add_secret(conn, &institute(), at, id, &kept))
        .await
        .unwrap();
    (made, secret)
}

async fn let_in(db: &Db, client_id: &str, secret: &Secret, at: Timestamp) -> bool {
    let (client_id, secret) = (client_id.to_owned(), secret.clone());
    let found: Result<_, DbError> = db
        .read(move |conn| actions::authenticate(conn, &client_id, secret.expose(), at))
        .await;
    found.unwrap().is_some()
}

on_both_databases! {
    async fn a_client_is_let_in_by_its_own_secret_only(db: TestDb) {
        let (client, secret) = create(&db, adviser(Some("planning"))).await.unwrap();
        let (other, other_secret) = create(&db, adviser(None)).await.unwrap();
        assert_eq!(other.client_id.as_str(), other.id.to_string());
        assert!(let_in(&db, "planning", &secret, now()).await);
        assert!(let_in(&db, other.client_id.as_str(), &other_secret, now()).await);
        assert!(!let_in(&db, "planning", &other_secret, now()).await);
        assert!(!let_in(&db, "nobody", &secret, now()).await);
        assert!(!format!("{secret:?} {client:?}").contains(secret.expose()));
    }

    async fn two_secrets_are_valid_during_a_rotation_and_a_third_ends_the_oldest(db: TestDb) {
        let (client, first) = create(&db, adviser(Some("planning"))).await.unwrap();
        let (second_id, second) = add_secret(&db, &client, now()).await;
        assert!(let_in(&db, "planning", &first, now()).await);
        assert!(let_in(&db, "planning", &second, now()).await);
        let later = now() + SignedDuration::from_secs(1);
        let (_, third) = add_secret(&db, &client, later).await;
        assert!(!let_in(&db, "planning", &first, later).await);
        assert!(let_in(&db, "planning", &second, later).await);

        let id = client.id;
        let end = |secret| {
            db.write(move |conn| actions::end_secret(conn, &institute(), later, id, secret))
        };
        end(second_id).await.unwrap();
        assert!(matches!(end(second_id).await, Err(ClientChangeError::NotFound)));
        drop(third);
    }

    async fn the_last_secret_cannot_be_ended(db: TestDb) {
        let (client, _) = create(&db, adviser(None)).await.unwrap();
        let id = client.id;
        let live = db
            .read(move |conn| queries::live_secrets(conn, id, now()))
            .await
            .unwrap();
        let only = live[0].id;
        let ended = db
            .write(move |conn| actions::end_secret(conn, &institute(), now(), id, only))
            .await;
        assert!(matches!(ended, Err(ClientChangeError::LastSecret)));
    }

    async fn a_disabled_client_stays_out_and_cannot_be_changed(db: TestDb) {
        let (client, secret) = create(&db, adviser(Some("planning"))).await.unwrap();
        let id = client.id;
        let disable = || {
            db.write(move |conn| actions::disable(conn, &institute(), now(), id, Some(1)))
        };
        assert_eq!(disable().await.unwrap().status, ClientStatus::Disabled);
        assert!(!let_in(&db, "planning", &secret, now()).await);
        assert!(matches!(disable().await, Err(ClientChangeError::Stale)));
        let again = db
            .write(move |conn| actions::disable(conn, &institute(), now(), id, None))
            .await;
        assert!(matches!(again, Err(ClientChangeError::State(_))));
        let renamed = db
            .write(move |conn| {
                actions::change(conn, &institute(), now(), id, None, Some("Other".into()))
            })
            .await;
        assert!(matches!(renamed, Err(ClientChangeError::State(_))));
    }

    async fn a_client_fits_its_role_and_has_an_id_of_its_own(db: TestDb) {
        create(&db, adviser(Some("planning"))).await.unwrap();
        assert!(matches!(
            create(&db, adviser(Some("planning"))).await,
            Err(CreateClientError::ClientIdTaken)
        ));
        let unbound = NewClient { role: Role::Municipality, ..adviser(None) };
        assert!(matches!(
            create(&db, unbound).await,
            Err(CreateClientError::MunicipalityNeeded)
        ));
        let code = "GM0363".parse().unwrap();
        let bound = NewClient { municipality: Some(code), ..adviser(None) };
        assert!(matches!(
            create(&db, bound).await,
            Err(CreateClientError::MunicipalityNotAllowed)
        ));
        let unknown = NewClient {
            role: Role::Municipality,
            municipality: Some("GM9999".parse().unwrap()),
            ..adviser(None)
        };
        assert!(matches!(
            create(&db, unknown).await,
            Err(CreateClientError::UnknownMunicipality)
        ));
    }

    // security: 22
    async fn a_bound_caller_sees_none_of_the_institutes_clients(db: TestDb) {
        let (client, _) = create(&db, adviser(None)).await.unwrap();
        let code = "GM0363".parse().unwrap();
        let scope = Scope::municipality(code, &[]);
        let who = Who::Client { client_id: "x".into() };
        let actor = Arc::new(Actor::new(who, scope.clone(), PermitSet::ALL));
        let granted: Granted<ClientsManage> = actor.grant().unwrap();
        let id = client.id;
        let seen = db
            .read(move |conn| queries::list(conn, &scope, &PageSpec::first(10)))
            .await
            .unwrap();
        assert!(seen.items.is_empty());
        let disabled = db
            .write(move |conn| actions::disable(conn, &granted, now(), id, None))
            .await;
        assert!(matches!(disabled, Err(ClientChangeError::NotFound)));
    }
}
