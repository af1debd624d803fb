//! Versions, rounds, contact persons and partners of programmes (P1, P2).

use jiff::civil::{Date, date};
use koplopers_shared::access::Scope;
use koplopers_shared::catalogue::{Language, OrganisationKind, shipped};
use koplopers_shared::ids::PersonId;
use koplopers_shared::on_both_databases;
use koplopers_shared::organisations::queries as organisations;
use koplopers_shared::paging::PageSpec;
use koplopers_shared::people::{NewPerson, actions as people};
use koplopers_shared::programmes::actions::{
    ChangeProgrammeError, WrongEntry, publish, set_contacts, set_open, set_partners,
};
use koplopers_shared::programmes::round_actions::{self, NewRound, RoundChanges, RoundError};
use koplopers_shared::programmes::rules::WrongRound;
use koplopers_shared::programmes::{Origin, queries, rounds};

use crate::catalogue::{coordinator, load, now, slug, write};

fn spring(programme: &str, closes_on: Date) -> NewRound {
    NewRound {
        programme: slug(programme),
        name: "Voorjaar 2026".to_owned(),
        opens_on: date(2026, 3, 1),
        closes_on,
        capacity: None,
    }
}

on_both_databases! {
    // mission: P1
    async fn a_published_version_is_the_next_and_the_former_stays(db: TestDb) {
        load(&db).await;
        let mut content = shipped().programme("inclusief").unwrap().clone();
        content.summary.nl = String::from("Een nieuwe tekst.");
        let (wrong, late) = (content.clone(), content.clone());
        let published = write(&db, move |conn| {
            publish(conn, &coordinator(), now(), &slug("inclusief"), Some(1), content.clone())
        });
        let (programme, version) = published.await.unwrap();
        assert_eq!((programme.current_number, programme.version), (2, 2));
        assert_eq!((version.number, version.origin), (2, Origin::Published));
        let former = write(&db, |conn| queries::content(conn, &slug("inclusief"), 1));
        assert_eq!(former.await.unwrap().as_ref(), shipped().programme("inclusief"));

        let stale = write(&db, move |conn| {
            publish(conn, &coordinator(), now(), &slug("inclusief"), Some(1), late.clone())
        });
        assert!(matches!(stale.await, Err(ChangeProgrammeError::Stale)));
        let refused = write(&db, move |conn| {
            let mut content = wrong.clone();
            content.name.en = String::from(" ");
            content.partners = vec!["niemand".to_owned()];
            publish(conn, &coordinator(), now(), &slug("inclusief"), Some(2), content)
        });
        match refused.await {
            Err(ChangeProgrammeError::Content(problems)) => {
                let at: Vec<_> = problems.iter().map(|it| it.pointer.as_str()).collect();
                assert_eq!(at, ["/name/en", "/partners/0"]);
            }
            other => panic!("{other:?}"),
        }
        let numbers = write(&db, |conn| {
            queries::versions(conn, &slug("inclusief"), &PageSpec::first(10))
        });
        let numbers: Vec<_> = numbers.await.unwrap().items.iter().map(|it| it.number).collect();
        assert_eq!(numbers, [2, 1]);
    }

    // mission: P2, A4
    async fn contact_persons_and_partners_are_kept_in_order(db: TestDb) {
        load(&db).await;
        let contact = |name: &str, email: Option<&str>| {
            let new = NewPerson {
                name: name.to_owned(),
                email: email.map(|it| it.parse().unwrap()),
                phone: None,
                language: Language::Nl,
                roles: Vec::new(),
            };
            write(&db, move |conn| people::create(conn, &coordinator(), now(), new.clone()))
        };
        let (hanna, _) = contact("Hanna Kok", Some("hanna@example.org")).await.unwrap();
        let (ivo, _) = contact("Ivo Prins", Some("ivo@example.org")).await.unwrap();
        let (silent, _) = contact("Jet Post", None).await.unwrap();
        let set = |ids: Vec<PersonId>, expected| {
            write(&db, move |conn| {
                set_contacts(conn, &coordinator(), now(), &slug("inclusief"), Some(expected), &ids)
            })
        };
        set(vec![ivo.id, hanna.id], 1).await.unwrap();
        let contacts = write(&db, |conn| queries::contacts(conn, &[slug("inclusief")]));
        let contacts: Vec<_> = contacts.await.unwrap().into_iter().map(|(_, id)| id).collect();
        assert_eq!(contacts, [ivo.id, hanna.id]);
        let wrong = vec![ivo.id, ivo.id, silent.id, PersonId::generate()];
        match set(wrong, 2).await {
            Err(ChangeProgrammeError::Entries(entries)) => assert_eq!(entries, [
                WrongEntry::Twice { at: 1 },
                WrongEntry::Unknown { at: 2 },
                WrongEntry::Unknown { at: 3 },
            ]),
            other => panic!("{other:?}"),
        }

        let joint = write(&db, |conn| queries::partners(conn, &[slug("versnelling")]));
        let (_, vng) = joint.await.unwrap().remove(0);
        let vng = write(&db, move |conn| organisations::find(conn, vng)).await.unwrap().unwrap();
        assert_eq!(vng.kind, OrganisationKind::MunicipalAssociation);
        let moved = write(&db, move |conn| {
            set_partners(conn, &coordinator(), now(), &slug("inclusief"), Some(2), &[vng.id])
        });
        assert_eq!(moved.await.unwrap().version, 3);
        let seen = write(&db, move |conn| {
            koplopers_shared::people::queries::find(conn, &Scope::Institute, ivo.id)
        });
        assert!(seen.await.unwrap().is_some());
    }

    // mission: P1, L1
    async fn a_round_takes_its_capacity_from_the_programme(db: TestDb) {
        load(&db).await;
        let create = |new: NewRound| {
            write(&db, move |conn| {
                round_actions::create(conn, &coordinator(), now(), new.clone())
            })
        };
        let round = create(spring("inclusief", date(2026, 4, 30))).await.unwrap();
        assert_eq!(round.capacity, 5);
        assert!(matches!(
            create(spring("inclusief", date(2026, 3, 1))).await,
            Err(RoundError::Wrong(WrongRound::Overlaps { with })) if with == round.id
        ));
        assert!(matches!(
            create(spring("versnelling", date(2026, 4, 30))).await,
            Err(RoundError::Wrong(WrongRound::NoRounds))
        ));
        assert!(matches!(
            create(spring("onbekend", date(2026, 4, 30))).await,
            Err(RoundError::NotFound)
        ));
        for (day, open) in [(date(2026, 4, 30), true), (date(2026, 5, 1), false)] {
            let found = write(&db, move |conn| {
                rounds::open_round(conn, &slug("inclusief"), day)
            });
            assert_eq!(found.await.unwrap().is_some(), open, "{day}");
        }
        let longer = RoundChanges {
            closes_on: Some(date(2026, 5, 31)),
            ..RoundChanges::default()
        };
        let id = round.id;
        let changed = write(&db, move |conn| {
            let inclusief = slug("inclusief");
            round_actions::change(conn, &coordinator(), now(), (&inclusief, id), Some(1), longer.clone())
        });
        assert_eq!(changed.await.unwrap().version, 2);
        let listed = write(&db, |conn| {
            rounds::list(conn, &slug("inclusief"), &PageSpec::first(1))
        });
        assert_eq!(listed.await.unwrap().items.len(), 1);
    }

    async fn a_programme_is_closed_and_opened_again(db: TestDb) {
        load(&db).await;
        let set = |open: bool, expected: i64| {
            write(&db, move |conn| {
                set_open(conn, &coordinator(), now(), &slug("uitvoering"), Some(expected), open)
            })
        };
        assert!(!set(false, 1).await.unwrap().open);
        let open = write(&db, |conn| queries::list(conn, Some(true), &PageSpec::first(10)));
        assert_eq!(open.await.unwrap().items.len(), 3);
        assert!(set(true, 2).await.unwrap().open);
    }
}
