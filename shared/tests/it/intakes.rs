//! The first part of an intake's life: written, sent in, taken back.

use koplopers_shared::access::{IntakesRead, IntakesWrite, Role, Scope};
use koplopers_shared::db::{Db, DbError};
use koplopers_shared::events::{self, Subject};
use koplopers_shared::ids::IntakeId;
use koplopers_shared::intakes::{
    self, CreateIntakeError, DraftProblem, Intake, IntakeAction, IntakeChange, IntakeFilter,
    IntakeStatus, Missing, MunicipalityProblem, NotWelcome, SubmitIntakeError,
};
use koplopers_shared::on_both_databases;
use koplopers_shared::paging::{PageSpec, Paged, Position, Seek};
use koplopers_shared::testing::given;

on_both_databases! {
    // mission: I1
    async fn a_draft_is_made_under_the_current_version_and_sent_in(db: TestDb) {
        given::catalogue(&db).await;
        let submitted = given::submitted(&db, given::amsterdam(), "versnelling").await;
        assert_eq!(submitted.status, IntakeStatus::Submitted);
        assert_eq!(submitted.programme_number, 1);
        assert_eq!(submitted.submitted_at, Some(given::now().at));
        let subject = Subject { kind: "intake", id: submitted.id.0 };
        let history = db
            .read(move |conn| {
                let actor = given::municipality(given::amsterdam());
                events::history(conn, &actor.scope, subject, &PageSpec::first(10))
            })
            .await
            .unwrap();
        let types: Vec<_> = history.items.iter().map(|event| event.event_type.as_str()).collect();
        assert_eq!(types, ["intake.created", "intake.submitted"]);
        // The contact person hears of it, once.
        assert_eq!(given::count(&db, "deliveries").await, 1);
    }

    async fn an_intake_reads_back_as_it_was_written(db: TestDb) {
        // mission: I2
        given::catalogue(&db).await;
        let draft = given::draft(&db, given::amsterdam(), "versnelling").await;
        let id = draft.id;
        let granted = given::granted::<IntakesRead>(&given::municipality(given::amsterdam()));
        let found = db.read(move |conn| intakes::find(conn, granted.scope(), id)).await.unwrap();
        assert_eq!(found, Some(draft));
    }

    async fn another_municipality_sees_nothing_of_it(db: TestDb) {
        // security: 20, 22
        given::catalogue(&db).await;
        let draft = given::draft(&db, given::amsterdam(), "versnelling").await;
        let other = given::municipality(given::utrecht());
        let scope = other.scope.clone();
        let found = db.read(move |conn| intakes::find(conn, &scope, draft.id)).await.unwrap();
        assert_eq!(found, None);
        let scope = other.scope.clone();
        let listed = db
            .read(move |conn| {
                intakes::list(conn, &scope, &IntakeFilter::default(), &PageSpec::first(10))
            })
            .await
            .unwrap();
        assert!(listed.items.is_empty());
        let granted = given::granted::<IntakesWrite>(&other);
        let refused = db
            .write(move |conn| intakes::submit(conn, &granted, given::now(), draft.id, Some(99)))
            .await;
        assert!(matches!(refused, Err(SubmitIntakeError::NotFound)));
    }

    async fn a_second_open_intake_for_one_programme_is_refused(db: TestDb) {
        given::catalogue(&db).await;
        let draft = given::draft(&db, given::amsterdam(), "versnelling").await;
        let again = given::complete_intake(&db, given::amsterdam(), "versnelling").await;
        let granted = given::granted::<IntakesWrite>(&given::municipality(given::amsterdam()));
        let (again_granted, again_new) = (granted.clone(), again.clone());
        let refused = db
            .write(move |conn| {
                intakes::create(conn, &again_granted, given::now(), again_new.clone())
            })
            .await;
        assert!(matches!(
            refused,
            Err(CreateIntakeError::NotWelcome(NotWelcome::OpenIntakeExists))
        ));
        // A closed one makes room.
        let (withdraw, id) = (granted.clone(), draft.id);
        db.write(move |conn| {
            koplopers_shared::flows::withdraw_intake(conn, &withdraw, given::now(), id, None, None)
        })
        .await
        .unwrap();
        db.write(move |conn| intakes::create(conn, &granted, given::now(), again.clone()))
            .await
            .unwrap();
    }

    async fn a_submission_names_everything_that_is_missing(db: TestDb) {
        // mission: I2, C5, C7
        given::catalogue(&db).await;
        let granted = given::granted::<IntakesWrite>(&given::municipality(given::amsterdam()));
        let mut bare = given::complete_intake(&db, given::amsterdam(), "versnelling").await;
        bare.contact_person = None;
        bare.sponsor = None;
        bare.issues.clear();
        let required = bare.answers.len();
        bare.answers.clear();
        let create = granted.clone();
        let draft = db
            .write(move |conn| intakes::create(conn, &create, given::now(), bare.clone()))
            .await
            .unwrap();
        let refused = db
            .write(move |conn| intakes::submit(conn, &granted, given::now(), draft.id, None))
            .await;
        let Err(SubmitIntakeError::Incomplete(missing)) = refused else {
            panic!("{refused:?}");
        };
        assert!(missing.contains(&Missing::Issue));
        assert!(missing.contains(&Missing::ContactPerson));
        assert!(missing.contains(&Missing::Sponsor));
        assert_eq!(missing.len(), 3 + required);
        assert_eq!(given::count(&db, "deliveries").await, 0);
    }

    async fn a_draft_names_every_reference_that_does_not_exist(db: TestDb) {
        // security: 23
        given::catalogue(&db).await;
        let strangers = given::complete_intake(&db, given::utrecht(), "versnelling").await;
        let mut new = given::complete_intake(&db, given::amsterdam(), "versnelling").await;
        new.contact_person = strangers.contact_person;
        new.sponsor = strangers.sponsor;
        new.issues[0].themes = vec![given::slug("bestaat-niet")];
        new.answers.insert("nope".to_owned(), "x".to_owned());
        let granted = given::granted::<IntakesWrite>(&given::municipality(given::amsterdam()));
        let refused = db
            .write(move |conn| intakes::create(conn, &granted, given::now(), new.clone()))
            .await;
        let Err(CreateIntakeError::Invalid(problems)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(problems, [
            DraftProblem::UnknownQuestion { key: "nope".to_owned() },
            DraftProblem::UnknownTheme { issue: 0, theme: 0 },
            DraftProblem::UnknownContactPerson,
            DraftProblem::UnknownSponsor,
        ]);
        assert_eq!(given::count(&db, "intakes").await, 0);
    }

    async fn only_the_institute_names_the_municipality(db: TestDb) {
        // security: 24
        given::catalogue(&db).await;
        let mut new = given::complete_intake(&db, given::amsterdam(), "versnelling").await;
        new.municipality = Some(given::amsterdam());
        let bound = given::granted::<IntakesWrite>(&given::municipality(given::amsterdam()));
        let staff = given::granted::<IntakesWrite>(&given::staff(Role::Coordinator));
        let named = new.clone();
        let refused = db
            .write(move |conn| intakes::create(conn, &bound, given::now(), named.clone()))
            .await;
        assert!(matches!(
            refused,
            Err(CreateIntakeError::Municipality(MunicipalityProblem::Named))
        ));
        let made = db
            .write(move |conn| intakes::create(conn, &staff, given::now(), new.clone()))
            .await
            .unwrap();
        assert_eq!(made.municipality, given::amsterdam());
    }

    async fn a_programme_with_rounds_takes_intakes_only_while_one_is_open(db: TestDb) {
        given::catalogue(&db).await;
        let new = given::complete_intake(&db, given::amsterdam(), "inclusief").await;
        let granted = given::granted::<IntakesWrite>(&given::municipality(given::amsterdam()));
        let refused = db
            .write(move |conn| intakes::create(conn, &granted, given::now(), new.clone()))
            .await;
        assert!(matches!(
            refused,
            Err(CreateIntakeError::NotWelcome(NotWelcome::NoOpenRound))
        ));
    }

    async fn a_stale_version_changes_nothing(db: TestDb) {
        // security: 55
        given::catalogue(&db).await;
        let draft = given::draft(&db, given::amsterdam(), "versnelling").await;
        let granted = given::granted::<IntakesWrite>(&given::municipality(given::amsterdam()));
        let change = IntakeChange { sponsor: Some(None), ..IntakeChange::default() };
        let (first, first_change) = (granted.clone(), change.clone());
        let changed = db
            .write(move |conn| {
                intakes::change(conn, &first, given::now(), draft.id, Some(1), first_change.clone())
            })
            .await
            .unwrap();
        assert_eq!((changed.version, changed.sponsor), (2, None));
        let stale = db
            .write(move |conn| {
                intakes::change(conn, &granted, given::now(), draft.id, Some(1), change.clone())
            })
            .await;
        assert!(matches!(stale, Err(intakes::ChangeIntakeError::Stale)));
    }

    async fn every_action_is_refused_where_the_table_says_so(db: TestDb) {
        given::catalogue(&db).await;
        let submitted = given::submitted(&db, given::amsterdam(), "versnelling").await;
        let granted = given::granted::<IntakesWrite>(&given::municipality(given::amsterdam()));
        let (again, id) = (granted.clone(), submitted.id);
        let refused = db
            .write(move |conn| intakes::submit(conn, &again, given::now(), id, None))
            .await;
        let Err(SubmitIntakeError::State(invalid)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(invalid.from, IntakeStatus::Submitted);
        assert_eq!(invalid.action, IntakeAction::Submit);
        let refused = db
            .write(move |conn| {
                intakes::change(conn, &granted, given::now(), id, None, IntakeChange::default())
            })
            .await;
        assert!(matches!(refused, Err(intakes::ChangeIntakeError::State(_))));
    }

    async fn a_list_walks_forwards_and_back_over_every_intake_once(db: TestDb) {
        given::catalogue(&db).await;
        for programme in ["versnelling", "uitvoering", "clientenparticipatie"] {
            given::draft(&db, given::amsterdam(), programme).await;
        }
        let walk = |page: PageSpec| {
            db.read(move |conn| {
                let actor = given::municipality(given::amsterdam());
                intakes::list(conn, &actor.scope, &IntakeFilter::default(), &page)
            })
        };
        let first = walk(PageSpec::first(2)).await.unwrap();
        let rest = walk(PageSpec {
            limit: 2,
            seek: koplopers_shared::paging::Seek::After(first.next.unwrap()),
        })
        .await
        .unwrap();
        assert_eq!((first.items.len(), rest.items.len()), (2, 1));
        assert!(first.items.iter().all(|intake| intake.id != rest.items[0].id));
        let back = walk(PageSpec {
            limit: 2,
            seek: koplopers_shared::paging::Seek::Before(rest.prev.unwrap()),
        })
        .await
        .unwrap();
        assert_eq!(back.items, first.items);
        assert!(first.items.iter().all(|intake| intake.issues.len() == 1));
    }

    async fn changed_after_skips_nothing(db: TestDb) {
        given::catalogue(&db).await;
        let first = given::draft(&db, given::amsterdam(), "versnelling").await;
        db.write(events::number_committed).await.unwrap();
        let seen = db
            .read(|conn| {
                events::since(conn, &koplopers_shared::access::Scope::Institute, 0, 100)
            })
            .await
            .unwrap();
        let last = seen.iter().filter_map(|event| event.seq).max().unwrap();
        let second = given::draft(&db, given::amsterdam(), "uitvoering").await;
        db.write(events::number_committed).await.unwrap();
        let filter = IntakeFilter { changed_after: Some(last), ..IntakeFilter::default() };
        let changed = db
            .read(move |conn| {
                let actor = given::municipality(given::amsterdam());
                intakes::list(conn, &actor.scope, &filter, &PageSpec::first(10))
            })
            .await
            .unwrap();
        let ids: Vec<_> = changed.items.iter().map(|intake| intake.id).collect();
        assert_eq!(ids, [second.id]);
        assert_ne!(first.id, second.id);
    }

    async fn the_version_of_an_intake_survives_a_newer_programme(db: TestDb) {
        // mission: P1
        given::catalogue(&db).await;
        let draft = given::draft(&db, given::amsterdam(), "versnelling").await;
        let publish = given::granted(&given::staff(Role::Coordinator));
        let content = koplopers_shared::catalogue::shipped().programme("versnelling").cloned().unwrap();
        db.write(move |conn| {
            let slug = content.slug.clone();
            let version = koplopers_shared::programmes::queries::find(conn, &slug)?
                .ok_or(DbError::Conflict)?
                .version;
            koplopers_shared::programmes::actions::publish(
                conn, &publish, given::now().at, &slug, Some(version), content.clone(),
            )
        })
        .await
        .unwrap();
        let again = db
            .read(move |conn| {
                let actor = given::municipality(given::amsterdam());
                intakes::find(conn, &actor.scope, draft.id)
            })
            .await
            .unwrap()
            .unwrap();
        assert_eq!(again.programme_number, 1);
    }
}

/// Those shown by page after page of two, from `seek` on, as long as `onward` leads to another.
async fn walked(
    db: &Db,
    mut seek: Option<Seek>,
    onward: fn(&Paged<Intake>) -> Option<Seek>,
) -> Vec<Vec<IntakeId>> {
    let mut pages = Vec::new();
    while let Some(from) = seek {
        let page = PageSpec {
            limit: 2,
            seek: from,
        };
        let filter = IntakeFilter::default();
        let found = db
            .read(move |conn| intakes::list(conn, &Scope::Institute, &filter, &page))
            .await
            .unwrap();
        seek = onward(&found);
        pages.push(found.items.into_iter().map(|intake| intake.id).collect());
    }
    pages
}

on_both_databases! {
    // api: a list is walked to its end and back, also through what was made in one instant
    async fn pages_neither_skip_nor_repeat_intakes_of_one_instant(db: TestDb) {
        given::catalogue(&db).await;
        let mut ids = Vec::new();
        for code in [given::amsterdam(), given::utrecht()] {
            for programme in ["versnelling", "uitvoering"] {
                ids.push(given::draft(&db, code, programme).await.id);
            }
        }
        let rotterdam = "GM0599".parse().unwrap();
        ids.push(given::draft(&db, rotterdam, "versnelling").await.id);
        // The newest first, and of one instant the highest id.
        ids.sort_by(|a, b| b.cmp(a));
        let pages: Vec<_> = ids.chunks(2).map(<[IntakeId]>::to_vec).collect();
        assert_eq!(walked(&db, Some(Seek::Start), |it| it.next.map(Seek::After)).await, pages);
        let end = Seek::Before(Position { at: given::now().at, id: ids[4].0 });
        let mut back = walked(&db, Some(end), |it| it.prev.map(Seek::Before)).await;
        back.reverse();
        assert_eq!(back, pages[..2]);
    }
}
