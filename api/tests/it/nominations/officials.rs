//! Members of a learning network nominated with one call.

use koplopers_shared::catalogue::words::PersonRole;
use koplopers_shared::ids::PersonId;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use serde_json::{Value, json};

use super::{CANDIDACIES, MOTIVATION, NOMINATIONS, candidacy_of, field};
use crate::app::{Caller, TestApp};

const NETWORKS: &str = "/v1/learning-networks";

/// A network with these people of Amsterdam in it.
async fn network_of(app: &TestApp, people: &[PersonId]) -> String {
    let coordinator = app.as_coordinator();
    let new = json!({ "name": "Netwerk eenzaamheid", "description": "Eerder helpen.", "theme": "loneliness" });
    let network = coordinator
        .post(NETWORKS, &new)
        .await
        .expect(201)
        .text_at("/id");
    for person in people {
        let path = format!("{NETWORKS}/{network}/memberships");
        let joined = app
            .as_municipality("GM0363")
            .post(&path, &json!({ "person": person }))
            .await;
        joined.expect(201);
    }
    network
}

async fn official(app: &TestApp, email: &'static str) -> PersonId {
    given::official(&app.db, given::amsterdam(), PersonRole::Ambtenaar, email).await
}

fn body(people: &[PersonId]) -> Value {
    json!({
        "people": people,
        "nominator": { "name": "Noor Nominator", "email": "noor@example.org" },
        "relation": "Wij leren samen in het netwerk.",
        "motivation": MOTIVATION,
        "innovation": "Zij gaan zelf de wijk in.",
        "impact": "Minder huisuitzettingen."
    })
}

async fn open_candidacies(caller: &Caller<'_>) -> usize {
    let found = caller.get(CANDIDACIES).await.expect(200).json();
    found["items"].as_array().unwrap().len()
}

on_both_databases! {
    async fn officials_of_a_network_are_nominated_with_one_call(db: TestDb) {
        // mission: B4
        let app = TestApp::start(db).await;
        let people = [official(&app, "anna@example.nl").await, official(&app, "bas@example.nl").await];
        let network = network_of(&app, &people).await;
        let path = format!("{NETWORKS}/{network}/nominations");
        let made = app.as_municipality("GM0363").post(&path, &body(&people)).await.expect(201);
        for (at, person) in people.iter().enumerate() {
            assert_eq!(made.text_at(&format!("/nominations/{at}/person")), person.to_string());
            let nomination = made.text_at(&format!("/nominations/{at}/nomination"));
            let seen = app.as_coordinator().get(&format!("{NOMINATIONS}/{nomination}")).await.expect(200);
            assert_eq!(seen.text_at("/channel"), "network");
            let candidacy = candidacy_of(&app, &nomination).await;
            let seen = app.as_coordinator().get(&format!("{CANDIDACIES}/{candidacy}")).await.expect(200);
            // The official themselves, not a second person of the same name.
            assert_eq!(seen.text_at("/person"), person.to_string());
            assert_eq!(seen.text_at("/municipality"), "GM0363");
        }
        assert_eq!(open_candidacies(&app.as_coordinator()).await, 2);
    }

    async fn one_who_cannot_be_nominated_holds_up_all_of_them(db: TestDb) {
        let app = TestApp::start(db).await;
        let member = official(&app, "anna@example.nl").await;
        let outsider = official(&app, "bas@example.nl").await;
        let network = network_of(&app, &[member]).await;
        let path = format!("{NETWORKS}/{network}/nominations");
        let municipality = app.as_municipality("GM0363");
        let fields = municipality.post(&path, &body(&[member, outsider])).await.invalid();
        assert_eq!(fields, field("/people/1", "unknown"));
        // Being in another network is not being in this one.
        let elsewhere = official(&app, "cor@example.nl").await;
        network_of(&app, &[elsewhere]).await;
        let fields = municipality.post(&path, &body(&[elsewhere, member])).await.invalid();
        assert_eq!(fields, field("/people/0", "unknown"));
        let twice = municipality.post(&path, &body(&[member, member])).await.invalid();
        assert_eq!(twice, field("/people/1", "duplicate"));
        // Another municipality does not see who is in it.
        let foreign = app.as_municipality("GM0344").post(&path, &body(&[member])).await.invalid();
        assert_eq!(foreign, field("/people/0", "unknown"));
        let nowhere = format!("{NETWORKS}/{member}/nominations");
        municipality.post(&nowhere, &body(&[member])).await.problem(404, "not-found");
        assert_eq!(open_candidacies(&app.as_coordinator()).await, 0);
    }
}
