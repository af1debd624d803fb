//! Organisations by kind (A2, A4).

use koplopers_shared::catalogue::OrganisationKind;
use koplopers_shared::on_both_databases;
use koplopers_shared::organisations::actions::{OrganisationError, change, create, delete};
use koplopers_shared::organisations::{OrganisationChanges, OrganisationFields, queries};
use koplopers_shared::paging::{PageSpec, Seek};

use crate::catalogue::{code, coordinator, load, municipality, now, write};

fn fields(kind: OrganisationKind) -> OrganisationFields {
    OrganisationFields {
        name: "Buurtkamer De Linde".to_owned(),
        kind,
        website: None,
    }
}

on_both_databases! {
    // mission: A2, A4
    async fn organisations_are_kept_by_kind(db: TestDb) {
        load(&db).await;
        let made = write(&db, |conn| {
            create(conn, &coordinator(), now(), fields(OrganisationKind::Bewonersinitiatief))
        });
        let made = made.await.unwrap();
        let listed = |kinds: &[OrganisationKind]| {
            let kinds = kinds.to_vec();
            let page = PageSpec { limit: 100, seek: Seek::Start };
            write(&db, move |conn| queries::list(conn, &kinds, &page))
        };
        let initiatives = listed(&[OrganisationKind::Bewonersinitiatief]).await.unwrap();
        assert_eq!(initiatives.items, std::slice::from_ref(&made));
        let ministries = listed(&[OrganisationKind::Ministry]).await.unwrap().items;
        assert!(!ministries.is_empty() && ministries.iter().all(|it| it.kind.is_partner()));

        let changes = OrganisationChanges {
            website: Some(Some("https://delinde.example.nl/".to_owned())),
            ..OrganisationChanges::default()
        };
        let id = made.id;
        let again = changes.clone();
        let changed = write(&db, move |conn| {
            change(conn, &coordinator(), now(), id, Some(1), changes.clone())
        });
        assert_eq!(changed.await.unwrap().version, 2);
        let stale = write(&db, move |conn| {
            change(conn, &coordinator(), now(), id, Some(1), again.clone())
        });
        assert!(matches!(stale.await, Err(OrganisationError::Stale)));
        write(&db, move |conn| delete(conn, &coordinator(), now(), id, Some(2))).await.unwrap();
        let gone = write(&db, move |conn| queries::find(conn, id)).await.unwrap();
        assert_eq!(gone, None);
    }

    async fn a_municipality_is_no_organisation_and_keeps_none(db: TestDb) {
        load(&db).await;
        let as_kind = write(&db, |conn| {
            create(conn, &coordinator(), now(), fields(OrganisationKind::Municipality))
        });
        assert!(matches!(as_kind.await, Err(OrganisationError::Municipality)));
        let bound = write(&db, |conn| {
            let granted = municipality(code("GM0363"));
            create(conn, &granted, now(), fields(OrganisationKind::Aanbieder))
        });
        assert!(matches!(bound.await, Err(OrganisationError::InstituteOnly)));
    }

    // mission: A4
    async fn a_shipped_partner_stays(db: TestDb) {
        load(&db).await;
        let partner = write(&db, queries::shipped).await.unwrap().remove(0);
        let removed = write(&db, move |conn| {
            delete(conn, &coordinator(), now(), partner.id, None)
        });
        assert!(matches!(removed.await, Err(OrganisationError::Shipped)));
    }
}
