//! Tokens, good and forged.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use koplopers_api::auth::{issue, subject_of_role};
use koplopers_shared::access::Role;
use serde_json::{Map, Value, json};

use crate::app::TestApp;

/// A token before it is signed.
#[derive(Clone)]
pub struct Draft {
    pub header: Value,
    pub claims: Value,
}

impl Draft {
    /// A token like those that the app makes for a coordinator.
    pub fn own(app: &TestApp) -> Self {
        let now = app.now().as_second();
        let name = app.state.auth.issuer();
        Self {
            header: json!({
                "alg": "EdDSA",
                "typ": "at+jwt",
                "kid": app.state.auth.keys().token_signer().id(),
            }),
            claims: json!({
                "iss": name,
                "aud": name,
                "sub": "role:coordinator",
                "exp": now + 900,
                "iat": now,
                "jti": "1",
                "scope": "clients:manage intakes:read",
            }),
        }
    }

    /// The same with another member in its header.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        set(&mut self.header, name, value.into());
        self
    }

    /// The same with another claim.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        set(&mut self.claims, name, value.into());
        self
    }

    /// The same without a member in its header or among its claims.
    pub fn without(mut self, name: &str) -> Self {
        for part in [&mut self.header, &mut self.claims] {
            part.as_object_mut()
                .map(|part: &mut Map<_, _>| part.remove(name));
        }
        self
    }

    /// What a signature is over.
    pub fn content(&self) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}", part(&self.header), part(&self.claims))
    }

    /// The token, signed by `sign`.
    pub fn signed(&self, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
        let content = self.content();
        let signature = sign(content.as_bytes());
        format!("{content}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The token, signed by the app's own key.
    pub fn signed_by(&self, app: &TestApp) -> String {
        let signer = app.state.auth.keys().token_signer();
        self.signed(|content| signer.sign(content))
    }
}

fn set(part: &mut Value, name: &str, value: Value) {
    part.as_object_mut().unwrap().insert(name.to_owned(), value);
}

/// A good token for a role; `municipality` for the role that needs one.
pub fn token(app: &TestApp, role: Role, municipality: Option<&str>) -> String {
    let municipality = municipality.map(|code| code.parse().unwrap());
    let subject = subject_of_role(role, municipality).unwrap();
    let auth = &app.state.auth;
    let lifetime = SignedDuration::from_hours(12);
    issue(auth.keys(), auth.issuer(), &subject, app.now(), lifetime).unwrap()
}
