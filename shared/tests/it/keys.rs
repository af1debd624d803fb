use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use jiff::{SignedDuration, Timestamp};
use koplopers_shared::db::Db;
use koplopers_shared::ids::KeyId;
use koplopers_shared::keys::{KeyError, KeyPurpose, KeyRing, MasterKey, actions};
use koplopers_shared::on_both_databases;

fn master() -> MasterKey {
    MasterKey::parse(&MasterKey::generate().unwrap()).unwrap()
}

fn start() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

async fn ensure(db: &Db, master: &MasterKey) -> Result<(), KeyError> {
    let master = master.clone();
    db.write(move |conn| actions::ensure(conn, &master, start()))
        .await
}

async fn ring(db: &Db, master: &MasterKey, now: Timestamp) -> Result<KeyRing, KeyError> {
    let master = master.clone();
    db.read(move |conn| KeyRing::load(conn, &master, now)).await
}

async fn reload(db: &Db, ring: &KeyRing, now: Timestamp) {
    let ring = ring.clone();
    db.read(move |conn| ring.reload(conn, now)).await.unwrap();
}

async fn rotate(db: &Db, master: &MasterKey, purpose: KeyPurpose, now: Timestamp) -> KeyId {
    let master = master.clone();
    db.write(move |conn| actions::rotate(conn, &master, purpose, now))
        .await
        .unwrap()
}

fn verifies(ring: &KeyRing, id: KeyId, signature: &[u8]) -> bool {
    ring.token_key(id).is_some_and(|key| {
        UnparsedPublicKey::new(&ED25519, key)
            .verify(b"token", signature)
            .is_ok()
    })
}

on_both_databases! {
    async fn two_processes_that_start_at_once_share_their_keys(db: TestDb) {
        let master = master();
        let mut starts = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (db, master) = (db.db().clone(), master.clone());
            starts.spawn(async move { ensure(&db, &master).await });
        }
        for started in starts.join_all().await {
            started.unwrap();
        }
        let (one, two) = (
            ring(&db, &master, start()).await.unwrap(),
            ring(&db, &master, start()).await.unwrap(),
        );
        assert_eq!(one.token_keys().len(), 1);
        let signer = one.token_signer();
        assert!(verifies(&two, signer.id(), &signer.sign(b"token")));
        let (id, mac) = one.sign_link(b"link");
        assert!(two.verify_link(id, b"link", &mac));
        assert!(!two.verify_link(id, b"other link", &mac));
        assert!(!two.verify_link(KeyId::generate(), b"link", &mac));
        let sealed = one.seal(b"mail bytes").unwrap();
        assert!(!sealed.windows(4).any(|part| part == b"mail"));
        assert_eq!(two.open(&sealed).unwrap(), b"mail bytes");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(two.open(&changed).is_err(), "{at}");
        }
        assert!(two.open(&[]).is_err());
    }

    async fn another_master_key_stops_the_start(db: TestDb) {
        ensure(&db, &master()).await.unwrap();
        let other = master();
        assert!(matches!(ensure(&db, &other).await, Err(KeyError::WrongMasterKey)));
        assert!(matches!(
            ring(&db, &other, start()).await,
            Err(KeyError::WrongMasterKey)
        ));
    }

    // security: 7, 64
    async fn a_new_key_verifies_at_once_signs_later_and_spares_what_the_old_one_made(db: TestDb) {
        let master = master();
        ensure(&db, &master).await.unwrap();
        let ring = ring(&db, &master, start()).await.unwrap();
        let old = ring.token_signer();
        let (old_link, mac) = ring.sign_link(b"link");
        let sealed = ring.seal(b"mail").unwrap();

        let rotated = start() + SignedDuration::from_hours(1);
        let token_key = rotate(&db, &master, KeyPurpose::TokenSigning, rotated).await;
        let link_key = rotate(&db, &master, KeyPurpose::Link, rotated).await;
        rotate(&db, &master, KeyPurpose::Sealing, rotated).await;
        reload(&db, &ring, rotated + SignedDuration::from_secs(59)).await;
        assert_eq!(ring.token_signer().id(), old.id());
        assert!(ring.token_key(token_key).is_some());

        let later = rotated + SignedDuration::from_mins(3);
        reload(&db, &ring, later).await;
        assert_eq!(ring.token_signer().id(), token_key);
        assert_eq!(ring.sign_link(b"link").0, link_key);
        assert!(verifies(&ring, old.id(), &old.sign(b"token")));
        assert!(ring.verify_link(old_link, b"link", &mac));
        assert_eq!(ring.open(&sealed).unwrap(), b"mail");

        let (id, at) = (old.id(), later);
        db.write(move |conn| actions::remove(conn, id, at)).await.unwrap();
        reload(&db, &ring, later).await;
        assert!(ring.token_key(old.id()).is_none());
        let only = token_key;
        let last = db.write(move |conn| actions::remove(conn, only, at)).await;
        assert!(matches!(last, Err(KeyError::LastOfItsPurpose)));
    }

    async fn keys_sealed_anew_open_with_the_new_master_key_only(db: TestDb) {
        let (old, new) = (master(), master());
        ensure(&db, &old).await.unwrap();
        let before = ring(&db, &old, start()).await.unwrap();
        let (from, to) = (old.clone(), new.clone());
        db.write(move |conn| actions::reseal(conn, &from, &to, start()))
            .await
            .unwrap();
        assert!(ring(&db, &old, start()).await.is_err());
        let after = ring(&db, &new, start()).await.unwrap();
        assert_eq!(after.token_keys(), before.token_keys());
    }
}
