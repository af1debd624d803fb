//! Links on both databases: made, opened, refused.

use jiff::{SignedDuration, Timestamp};
use koplopers_shared::db::{Db, DbError, DbResult};
use koplopers_shared::ids::{KeyId, PersonId};
use koplopers_shared::keys::{self, KeyError, KeyPurpose, KeyRing, MasterKey};
use koplopers_shared::links::{
    self, FreshLinkFor, Link, LinkPurpose, LinkRefused, LinkToken, fresh_link_for,
};
use koplopers_shared::on_both_databases;
use uuid::Uuid;

const PURPOSE: LinkPurpose = LinkPurpose::Answer;

fn now() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn later(days: i64) -> Timestamp {
    now() + SignedDuration::from_hours(24 * days)
}

fn master() -> MasterKey {
    MasterKey::parse(&MasterKey::generate().unwrap()).unwrap()
}

async fn ring(db: &Db, master: &MasterKey) -> KeyRing {
    let master = master.clone();
    db.write(move |conn| {
        keys::actions::ensure(conn, &master, now())?;
        KeyRing::load(conn, &master, now())
    })
    .await
    .unwrap()
}

/// A link that dies after ten days, and its token.
async fn made(db: &Db, ring: &KeyRing) -> (LinkToken, Uuid, PersonId) {
    let (object, recipient) = (PersonId::generate().0, PersonId::generate());
    let ring = ring.clone();
    let token = db
        .write(move |conn| links::make(conn, &ring, PURPOSE, object, recipient, later(10), now()))
        .await
        .unwrap();
    (token, object, recipient)
}

async fn opened(
    db: &Db,
    ring: &KeyRing,
    purpose: LinkPurpose,
    token: &str,
    at: Timestamp,
) -> Result<Link, LinkRefused> {
    let (ring, token) = (ring.clone(), token.to_owned());
    db.read(move |conn| links::open(conn, &ring, purpose, &token, at))
        .await
}

async fn fresh(db: &Db, ring: &KeyRing, token: &str) -> Option<FreshLinkFor> {
    let (ring, token) = (ring.clone(), token.to_owned());
    db.read(move |conn| fresh_link_for(conn, &ring, PURPOSE, &token))
        .await
        .unwrap()
}

on_both_databases! {
    async fn a_link_opens_what_it_was_made_for_until_it_expires(db: TestDb) {
        let ring = ring(&db, &master()).await;
        let (token, object, recipient) = made(&db, &ring).await;
        let link = opened(&db, &ring, PURPOSE, token.as_str(), now()).await.unwrap();
        assert_eq!((link.object, link.recipient, link.purpose), (object, recipient, PURPOSE));
        let just_before = later(10) - SignedDuration::from_micros(1);
        assert!(opened(&db, &ring, PURPOSE, token.as_str(), just_before).await.is_ok());
        let expired = opened(&db, &ring, PURPOSE, token.as_str(), later(10)).await;
        assert!(matches!(expired, Err(LinkRefused::Expired(known)) if known == link));
    }

    // security: 61, 63
    async fn a_token_with_any_byte_changed_opens_nothing(db: TestDb) {
        let ring = ring(&db, &master()).await;
        let (token, ..) = made(&db, &ring).await;
        let (_other, ..) = made(&db, &ring).await;
        let text = token.as_str();
        for at in 0..text.len() {
            for with in ["A", "B", "-", "=", "!"] {
                if &text[at..=at] == with {
                    continue;
                }
                let tampered = format!("{}{with}{}", &text[..at], &text[at + 1..]);
                let refused = opened(&db, &ring, PURPOSE, &tampered, now()).await;
                assert!(matches!(refused, Err(LinkRefused::NotValid)), "byte {at}");
            }
        }
        for other in ["", "x", &text[..65], &format!("{text}A"), &format!("{text}=")] {
            let refused = opened(&db, &ring, PURPOSE, other, now()).await;
            assert!(matches!(refused, Err(LinkRefused::NotValid)));
        }
    }

    // security: 61
    async fn a_link_whose_row_was_changed_opens_nothing(db: TestDb) {
        let ring = ring(&db, &master()).await;
        for change in [
            "purpose = 'consent'".to_owned(),
            "recipient = object_id".to_owned(),
            "object_id = recipient".to_owned(),
            format!("expires_at = {}", match db.kind() {
                koplopers_shared::db::DatabaseKind::Sqlite => "expires_at + 1",
                koplopers_shared::db::DatabaseKind::Postgres => "expires_at + interval '1 hour'",
            }),
        ] {
            let (token, ..) = made(&db, &ring).await;
            let statement = format!("UPDATE links SET {change}");
            db.write(move |conn| -> DbResult<()> {
                use diesel::connection::SimpleConnection as _;
                Ok(conn.batch_execute(&statement)?)
            })
            .await
            .unwrap();
            for purpose in [PURPOSE, LinkPurpose::Consent] {
                let refused = opened(&db, &ring, purpose, token.as_str(), now()).await;
                assert!(matches!(refused, Err(LinkRefused::NotValid)), "{change}");
            }
        }
    }

    // security: 63
    async fn a_link_for_one_page_opens_no_other(db: TestDb) {
        let ring = ring(&db, &master()).await;
        let (token, ..) = made(&db, &ring).await;
        for purpose in LinkPurpose::ALL {
            let open = opened(&db, &ring, *purpose, token.as_str(), now()).await;
            assert_eq!(open.is_ok(), *purpose == PURPOSE, "{purpose}");
            let expired = opened(&db, &ring, *purpose, token.as_str(), later(11)).await;
            let known = matches!(expired, Err(LinkRefused::Expired(_)));
            assert_eq!(known, *purpose == PURPOSE, "{purpose}");
        }
    }

    // security: 63
    async fn a_link_of_another_installation_opens_nothing(db: TestDb) {
        let ring = ring(&db, &master()).await;
        let elsewhere = koplopers_shared::testing::TestDb::sqlite();
        let their_ring = self::ring(&elsewhere, &master()).await;
        let (token, ..) = made(&elsewhere, &their_ring).await;
        let refused = opened(&db, &ring, PURPOSE, token.as_str(), now()).await;
        assert!(matches!(refused, Err(LinkRefused::NotValid)));
        assert_eq!(fresh(&db, &ring, token.as_str()).await, None);
    }

    // security: 64
    async fn a_link_dies_with_its_object(db: TestDb) {
        let ring = ring(&db, &master()).await;
        let (token, object, _) = made(&db, &ring).await;
        let (other, ..) = made(&db, &ring).await;
        let ended = db
            .write(move |conn| links::revoke_object(conn, object, now()))
            .await
            .unwrap();
        assert_eq!(ended, 1);
        let refused = opened(&db, &ring, PURPOSE, token.as_str(), now()).await;
        assert!(matches!(refused, Err(LinkRefused::NotValid)));
        assert_eq!(fresh(&db, &ring, token.as_str()).await, None);
        assert!(opened(&db, &ring, PURPOSE, other.as_str(), now()).await.is_ok());
    }

    async fn one_recipients_links_end_and_anothers_live(db: TestDb) {
        let ring = ring(&db, &master()).await;
        let (token, object, recipient) = made(&db, &ring).await;
        let (another, for_another) = (PersonId::generate(), ring.clone());
        let other = db
            .write(move |conn| {
                links::make(conn, &for_another, PURPOSE, object, another, later(10), now())
            })
            .await
            .unwrap();
        let ended = db
            .write(move |conn| links::revoke(conn, PURPOSE, object, recipient, now()))
            .await
            .unwrap();
        assert_eq!(ended, 1);
        assert!(opened(&db, &ring, PURPOSE, token.as_str(), now()).await.is_err());
        assert!(opened(&db, &ring, PURPOSE, other.as_str(), now()).await.is_ok());
    }

    async fn a_newer_link_leaves_the_older_alive(db: TestDb) {
        let ring = ring(&db, &master()).await;
        let (token, object, recipient) = made(&db, &ring).await;
        let again = ring.clone();
        let newer = db
            .write(move |conn| {
                links::make(conn, &again, PURPOSE, object, recipient, later(20), now())
            })
            .await
            .unwrap();
        assert_ne!(newer, token);
        for token in [token, newer] {
            assert!(opened(&db, &ring, PURPOSE, token.as_str(), now()).await.is_ok());
        }
    }

    // security: 64
    async fn a_rotated_key_keeps_old_links_until_it_is_removed(db: TestDb) {
        let master = master();
        let ring = ring(&db, &master).await;
        let (old, ..) = made(&db, &ring).await;
        let with = master.clone();
        db.write(move |conn| keys::actions::rotate(conn, &with, KeyPurpose::Link, later(1)))
            .await
            .unwrap();
        let reloaded = ring.clone();
        db.read(move |conn| reloaded.reload(conn, later(2))).await.unwrap();
        let (new, ..) = made(&db, &ring).await;
        for token in [&old, &new] {
            assert!(opened(&db, &ring, PURPOSE, token.as_str(), later(2)).await.is_ok());
        }
        assert!(opened(&db, &ring, PURPOSE, old.as_str(), later(9)).await.is_ok());

        let first: KeyId = key_of(&db, &old).await;
        assert_ne!(first, key_of(&db, &new).await);
        let reloaded = ring.clone();
        db.write(move |conn| -> Result<(), KeyError> {
            keys::actions::remove(conn, first, later(3))?;
            reloaded.reload(conn, later(3))
        })
        .await
        .unwrap();
        let refused = opened(&db, &ring, PURPOSE, old.as_str(), later(3)).await;
        assert!(matches!(refused, Err(LinkRefused::NotValid)));
        assert!(opened(&db, &ring, PURPOSE, new.as_str(), later(3)).await.is_ok());
    }

    // security: 63
    async fn an_expired_or_shortened_token_still_names_whom_to_send_a_fresh_link(db: TestDb) {
        let ring = ring(&db, &master()).await;
        let (token, ..) = made(&db, &ring).await;
        let link = opened(&db, &ring, PURPOSE, token.as_str(), now()).await.unwrap();
        assert_eq!(fresh(&db, &ring, token.as_str()).await, Some(FreshLinkFor::Proven(link)));
        for damaged in [&token.as_str()[..40], &format!("{}>", token.as_str())] {
            assert_eq!(fresh(&db, &ring, damaged).await, Some(FreshLinkFor::Named(link)));
        }
        assert_eq!(fresh(&db, &ring, &token.as_str()[..20]).await, None);
        assert_eq!(fresh(&db, &ring, "é".repeat(33).as_str()).await, None);
    }

    // security: 66
    async fn neither_debug_nor_an_error_shows_a_token(db: TestDb) {
        let ring = ring(&db, &master()).await;
        let (token, ..) = made(&db, &ring).await;
        let expired = opened(&db, &ring, PURPOSE, token.as_str(), later(11)).await.unwrap_err();
        for shown in [format!("{token:?}"), format!("{expired:?}"), expired.to_string()] {
            assert!(!shown.contains(token.as_str()), "{shown}");
        }
    }
}

async fn key_of(db: &Db, token: &LinkToken) -> KeyId {
    use base64::Engine as _;
    use diesel::prelude::*;
    use koplopers_shared::db::schema::links as table;
    use koplopers_shared::ids::LinkId;

    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(token.as_str())
        .unwrap();
    let id = LinkId(Uuid::from_slice(&bytes[1..17]).unwrap());
    db.read(move |conn| -> Result<KeyId, DbError> {
        Ok(table::table.find(id).select(table::key_id).first(conn)?)
    })
    .await
    .unwrap()
}
