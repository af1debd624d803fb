//! Nominations and candidacies over HTTP.

mod candidate;
mod coordinating;
mod importing;
mod life;
mod making;
mod officials;
pub mod open;
mod seeing;

use koplopers_shared::access::Role;
use koplopers_shared::catalogue::words::Language;
use koplopers_shared::ids::PersonId;
use koplopers_shared::people::{self, NewPerson};
use koplopers_shared::testing::given;
use serde_json::{Value, json};

use crate::app::{Answer, Caller, TestApp};

pub const NOMINATIONS: &str = "/v1/nominations";
pub const CANDIDACIES: &str = "/v1/candidacies";

/// A text that shows up nowhere by accident.
pub const MOTIVATION: &str =
    "Zij brengt bewoners en ambtenaren aan één tafel, en houdt vol als het lastig wordt.";

/// A nomination by a machine, of somebody who works for Amsterdam.
pub fn body(name: &str, email: &str) -> Value {
    json!({
        "nominator": { "name": "Noor Nominator", "email": "noor@example.org" },
        "candidate": {
            "name": name, "email": email,
            "kind": "municipal_professional", "municipality": "GM0363"
        },
        "relation": "Wij werken samen in de wijk.",
        "motivation": MOTIVATION,
        "innovation": "Bewoners leiden de gesprekken zelf.",
        "impact": "Veertig gezinnen minder met schulden.",
        "giver": {
            "name": "Gerda Gever", "email": "gerda@example.nl", "role": "gemeentesecretaris"
        }
    })
}

/// The same with other values at these pointers; `null` takes a value away.
pub fn with(mut body: Value, changes: &[(&str, Value)]) -> Value {
    for (pointer, value) in changes {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        if value.is_null() {
            parent.remove(key);
        } else {
            parent.insert(key.to_owned(), value.clone());
        }
    }
    body
}

pub async fn nominate(caller: &Caller<'_>, body: &Value) -> Answer {
    caller.post(NOMINATIONS, body).await
}

/// The candidacy that a nomination belongs to, as staff see it.
pub async fn candidacy_of(app: &TestApp, nomination: &str) -> String {
    app.as_coordinator()
        .get(&format!("{NOMINATIONS}/{nomination}"))
        .await
        .expect(200)
        .text_at("/candidacy")
}

/// Somebody with an address and without a role.
pub async fn person(app: &TestApp, name: &'static str, email: &'static str) -> PersonId {
    let granted = given::granted(&given::staff(Role::Coordinator));
    let made = app.db.write(move |conn| {
        let new = NewPerson {
            name: name.to_owned(),
            email: email.parse().ok(),
            phone: None,
            language: Language::Nl,
            roles: Vec::new(),
        };
        people::actions::create(conn, &granted, given::now().at, new)
    });
    made.await.unwrap().0.id
}

pub fn field(name: &str, code: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), code.to_owned())]
}
