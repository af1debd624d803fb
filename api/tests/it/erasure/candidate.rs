//! A candidate of whom everything was said, and who is erased.

use diesel::prelude::*;
use koplopers_shared::access::Role;
use koplopers_shared::catalogue::words::PersonRole;
use koplopers_shared::db::columns::{At, On};
use koplopers_shared::db::schema::{
    candidacies, cohorts, consents, member_practices, member_topics, members, nominations, reviews,
    theme_proposals, theme_rounds,
};
use koplopers_shared::db::{DbConn, DbResult};
use koplopers_shared::ids::{
    CandidacyId, CohortId, ConsentId, MemberId, MemberTopicId, NominationId, PersonId, ReviewId,
    ThemeProposalId, ThemeRoundId,
};
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use reqwest::Method;
use serde_json::{Value, json};

use super::search::places;
use crate::app::TestApp;
use crate::mail_room::MailRoom;

const MARKER: &str = "Zwaluwstaart";

/// Says the marker in every text there is about a candidate and a member.
#[expect(clippy::too_many_lines, reason = "one statement per table")]
fn everything_said(conn: &mut DbConn, person: PersonId, giver: PersonId) -> DbResult<CandidacyId> {
    let (now, today) = (At(given::now().at), On(given::now().today));
    let text = format!("Wat {MARKER} doet.");
    let (cohort, candidacy) = (CohortId::generate(), CandidacyId::generate());
    diesel::insert_into(cohorts::table)
        .values((
            cohorts::id.eq(cohort),
            cohorts::version.eq(1_i64),
            cohorts::name.eq("Lichting 1"),
            cohorts::target.eq(40),
            cohorts::starts_on.eq(today),
            cohorts::created_at.eq(now),
            cohorts::updated_at.eq(now),
        ))
        .execute(conn)?;
    diesel::insert_into(candidacies::table)
        .values((
            candidacies::id.eq(candidacy),
            candidacies::version.eq(1_i64),
            candidacies::status.eq("consent_requested"),
            candidacies::person.eq(person),
            candidacies::kind.eq("municipal_professional"),
            candidacies::tell_by.eq(now),
            candidacies::prepared_outcome.eq("reject"),
            candidacies::prepared_reason.eq(&text),
            candidacies::closed_reason.eq(&text),
            candidacies::created_at.eq(now),
            candidacies::updated_at.eq(now),
        ))
        .execute(conn)?;
    for (status, of) in [("submitted", Some(candidacy)), ("unconfirmed", None)] {
        diesel::insert_into(nominations::table)
            .values((
                (
                    nominations::id.eq(NominationId::generate()),
                    nominations::version.eq(1_i64),
                    nominations::status.eq(status),
                    nominations::channel.eq("open"),
                    nominations::candidacy.eq(of),
                    nominations::nominator_name.eq("Bram Buur"),
                    nominations::nominator_email.eq("bram@example.org"),
                    nominations::language.eq("nl"),
                    nominations::relation.eq(&text),
                    nominations::candidate_name.eq(MARKER),
                    nominations::candidate_email.eq("ZWALUWSTAART+werk@example.nl"),
                    nominations::candidate_kind.eq("municipal_professional"),
                ),
                nominations::organisation_name.eq(&text),
                nominations::motivation.eq(&text),
                nominations::innovation.eq(&text),
                nominations::impact.eq(&text),
                nominations::giver_name.eq(&text),
                nominations::giver_email.eq("zwaluwstaart.baas@example.nl"),
                nominations::withdrawn_reason.eq(&text),
                nominations::created_at.eq(now),
                nominations::updated_at.eq(now),
            ))
            .execute(conn)?;
    }
    diesel::insert_into(consents::table)
        .values((
            consents::id.eq(ConsentId::generate()),
            consents::version.eq(1_i64),
            consents::status.eq("requested"),
            consents::person.eq(person),
            consents::candidacy.eq(candidacy),
            consents::giver.eq(giver),
            consents::giver_role.eq("gemeentesecretaris"),
            consents::wording.eq("2026-1"),
            consents::requested_at.eq(now),
            consents::evidence.eq(&text),
            consents::reason.eq(&text),
            consents::created_at.eq(now),
            consents::updated_at.eq(now),
        ))
        .execute(conn)?;
    diesel::insert_into(reviews::table)
        .values((
            reviews::id.eq(ReviewId::generate()),
            reviews::version.eq(1_i64),
            reviews::candidacy.eq(candidacy),
            reviews::reviewer.eq(giver),
            reviews::assigned_at.eq(now),
            reviews::innovation.eq(4),
            reviews::impact.eq(4),
            reviews::remark.eq(&text),
            reviews::updated_at.eq(now),
        ))
        .execute(conn)?;
    let member = MemberId::generate();
    diesel::insert_into(members::table)
        .values((
            members::id.eq(member),
            members::version.eq(1_i64),
            members::status.eq("active"),
            members::person.eq(person),
            members::cohort.eq(cohort),
            members::kind.eq("municipal_professional"),
            members::availability.eq(&text),
            members::introduction.eq(&text),
            members::profile_visibility.eq("public"),
            members::employer_visibility.eq("public"),
            members::expertise_visibility.eq("public"),
            members::contact_visibility.eq("public"),
            members::status_reason.eq(&text),
            members::joined_at.eq(now),
            members::created_at.eq(now),
            members::updated_at.eq(now),
        ))
        .execute(conn)?;
    diesel::insert_into(member_topics::table)
        .values((
            member_topics::id.eq(MemberTopicId::generate()),
            member_topics::member.eq(member),
            member_topics::kind.eq("issue"),
            member_topics::position.eq(0),
            member_topics::description.eq(&text),
            member_topics::level.eq(3),
            member_topics::interest.eq(3),
        ))
        .execute(conn)?;
    diesel::insert_into(member_practices::table)
        .values((
            member_practices::member.eq(member),
            member_practices::practice.eq("living_lab"),
        ))
        .execute(conn)?;
    let round = ThemeRoundId::generate();
    diesel::insert_into(theme_rounds::table)
        .values((
            theme_rounds::id.eq(round),
            theme_rounds::version.eq(1_i64),
            theme_rounds::status.eq("open"),
            theme_rounds::name.eq("Ronde"),
            theme_rounds::closes_on.eq(today),
            theme_rounds::weights.eq("{}"),
            theme_rounds::created_at.eq(now),
            theme_rounds::updated_at.eq(now),
        ))
        .execute(conn)?;
    diesel::insert_into(theme_proposals::table)
        .values((
            theme_proposals::id.eq(ThemeProposalId::generate()),
            theme_proposals::round.eq(round),
            theme_proposals::theme.eq("loneliness"),
            theme_proposals::proposed_by.eq(member),
            theme_proposals::motivation.eq(&text),
            theme_proposals::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(candidacy)
}

/// A person with a kept answer, a mail that was sent, an invitation with a remark, and a login.
async fn known_to_all(app: &TestApp) -> PersonId {
    let coordinator = app.as_coordinator();
    let body = json!({
        "name": format!("Anna {MARKER}"), "email": "zwaluwstaart@example.nl", "phone": "+31 20 555 01 23",
        "roles": [{ "role": "ambtenaar", "municipality": "GM0363", "validFromOn": "2026-01-01" }]
    });
    let made = coordinator
        .call(Method::POST, "/v1/people")
        .header("idempotency-key", "nieuw")
        .json(&body)
        .send()
        .await
        .expect(201);
    let id = made.text_at("/id");
    let networks = coordinator
        .get("/v1/learning-networks?kind=general")
        .await
        .expect(200);
    assert!(!networks.text_at("/items/0/id").is_empty());
    let themed = json!({ "name": "Netwerk schulden", "theme": "loneliness" });
    let network = coordinator
        .post("/v1/learning-networks", &themed)
        .await
        .expect(201)
        .text_at("/id");
    coordinator
        .call(
            Method::POST,
            &format!("/v1/learning-networks/{network}/memberships"),
        )
        .header("idempotency-key", "lid")
        .json(&json!({ "person": id }))
        .send()
        .await
        .expect(201);
    let links = format!("/v1/people/{id}/identity-links");
    coordinator
        .call(Method::POST, &links)
        .send()
        .await
        .expect(201);
    id.parse().unwrap()
}

on_both_databases! {
    async fn nothing_is_found_of_an_erased_candidate(db: TestDb) {
        // security: 78; mission: N3
        let app = TestApp::start(db).await;
        let post = MailRoom::open().await;
        let person = known_to_all(&app).await;
        let giver = given::official(
            &app.db, given::amsterdam(), PersonRole::Gemeentesecretaris, "secretaris@example.nl",
        ).await;
        let candidacy = app.db.write(move |conn| everything_said(conn, person, giver)).await.unwrap();
        post.send(&app).await;
        assert!(!post.mails().is_empty());
        let before = places(&app, MARKER);
        for place in [
            "people.name", "people.email_key", "nominations.motivation", "nominations.giver_name",
            "candidacies.closed_reason", "consents.evidence", "reviews.remark", "members.introduction",
            "member_topics.description", "theme_proposals.motivation", "idempotency_keys.body",
            "deliveries.mime opened",
        ] {
            assert!(before.iter().any(|found| found == place), "{place} is not in {before:?}");
        }
        let coordinator = app.as_coordinator();
        let erasure = format!("/v1/people/{person}/erasure");
        let done = coordinator
            .call(Method::POST, &erasure)
            .header("idempotency-key", "wissen")
            .send()
            .await
            .expect(200);
        assert_eq!(done.text_at("/name"), "");
        assert_eq!(places(&app, MARKER), Vec::<String>::new());
        // What was decided keeps its time and role; a key that was used stays used.
        for rows in [
            "candidacies WHERE status = 'withdrawn' AND closed_at IS NOT NULL",
            "consents WHERE status = 'withdrawn' AND giver_role = 'gemeentesecretaris' AND wording = '2026-1'",
            "reviews WHERE innovation = 4",
            "nominations WHERE nominator_name = 'Bram Buur' AND status = 'submitted'",
            "members WHERE status = 'left'",
        ] {
            let table: &'static str = rows;
            assert_eq!(given::count(&app.db, table).await, 1, "{rows}");
        }
        assert_eq!(given::count(&app.db, "nominations WHERE status = 'unconfirmed'").await, 0);
        assert_eq!(given::count(&app.db, "network_memberships WHERE left_at IS NULL").await, 0);
        let again = coordinator
            .call(Method::POST, "/v1/people")
            .header("idempotency-key", "nieuw")
            .json(&json!({ "name": "Een ander" }))
            .send()
            .await;
        again.problem(422, "idempotency-key-reused");
        let left = coordinator.get(&format!("/v1/people/{person}/export")).await.expect(200).json();
        assert_eq!(left["sections"]["candidacies"][0]["id"], candidacy.to_string());
        assert_eq!(left["sections"]["person"][0]["name"], Value::from(""));
        // Whoever of the institute looks afterwards finds an id.
        app.as_role(Role::Adviser).get(&format!("/v1/people/{person}")).await.expect(200);
        post.send(&app).await;
        assert_eq!(places(&app, MARKER), Vec::<String>::new());
    }
}
