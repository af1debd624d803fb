//! A service with one invitation, as its invitee meets it.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use koplopers_api::app::build_app;
use koplopers_api::state::AppState;
use koplopers_shared::access::{Actor, Scope};
use koplopers_shared::catalogue::words::{Language, MeetingKind};
use koplopers_shared::clock::Clock;
use koplopers_shared::db::{DbConn, DbError, DbResult};
use koplopers_shared::ids::{InvitationId, MeetingId, PersonId};
use koplopers_shared::invitations::{self, Invitation, Invitee};
use koplopers_shared::keys::KeyRing;
use koplopers_shared::links::{self, LinkPurpose};
use koplopers_shared::meetings::{self, LocalPeriod, MeetingExtras, NewMeeting, Venue};
use koplopers_shared::people::{self, NewPerson};
use koplopers_shared::settings::Settings;
use koplopers_shared::testing::TestDb;
use koplopers_shared::words::EmailAddress;

/// Two days before the meeting of every invitation.
pub(crate) const NOW: &str = "2026-03-03T09:00:00Z";

/// The invitee's address on file.
pub(crate) const ADDRESS: &str = "sam@example.nl";

pub(crate) struct Stage {
    pub(crate) db: TestDb,
    pub(crate) keys: KeyRing,
    pub(crate) clock: Clock,
    pub(crate) state: AppState,
    _folder: tempfile::TempDir,
}

/// Somebody who was invited.
#[derive(Debug, Clone)]
pub(crate) struct Invited {
    pub(crate) meeting: MeetingId,
    pub(crate) invitation: InvitationId,
    pub(crate) person: PersonId,
}

/// An answer of the service.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Page {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The nonce of the form.
    pub(crate) fn nonce(&self) -> String {
        let (_, rest) = self.body.split_once("name=\"nonce\" value=\"").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    }

    pub(crate) fn has_form(&self) -> bool {
        self.body.contains("<form")
    }
}

impl Stage {
    pub(crate) async fn new(db: TestDb) -> Self {
        let clock = Clock::manual(NOW.parse().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::for_tests(folder.path());
        let state = AppState::start((*db).clone(), clock.clone(), Arc::new(settings))
            .await
            .unwrap();
        let keys = state.keys.clone();
        Self {
            db,
            keys,
            clock,
            state,
            _folder: folder,
        }
    }

    /// Invites Sam to a talk in Amsterdam on 5 March at two.
    pub(crate) async fn invite(&self, language: Language, title: &str) -> Invited {
        let (title, now) = (title.to_owned(), self.clock.now());
        self.db
            .write(move |conn| -> Result<Invited, DbError> {
                let actor = Arc::new(Actor::system("test"));
                let granted = actor.grant().unwrap();
                let mut person = |name: &str, address: &str| {
                    let new = NewPerson {
                        name: name.to_owned(),
                        email: Some(EmailAddress::parse(address).unwrap()),
                        phone: None,
                        language,
                        roles: Vec::new(),
                    };
                    let (person, _) = people::actions::create(conn, &granted, now, new).unwrap();
                    person.id
                };
                let organiser = person("Kim Voorbeeld", "kim@example.org");
                let person = person("Sam de Tester", ADDRESS);
                let new = NewMeeting {
                    kind: MeetingKind::IntakeTalk,
                    title: title.clone(),
                    agenda: Some("Kennismaken\nVervolg".to_owned()),
                    programme: None,
                    intake: None,
                    municipality: None,
                    organiser: Some(organiser),
                    period: LocalPeriod::new(
                        "2026-03-05T14:00".parse().unwrap(),
                        "2026-03-05T15:30".parse().unwrap(),
                        TimeZone::get("Europe/Amsterdam").unwrap(),
                    )
                    .unwrap(),
                    venue: Venue::Both {
                        place: "Stadhuis, zaal 3".to_owned(),
                        online_url: "https://video.example.org/talk".to_owned(),
                    },
                    knowledge_source: None,
                    learning_practice: None,
                    extras: MeetingExtras::default(),
                };
                let meeting = meetings::schedule(conn, &actor, now, new)?;
                let invitee = Invitee {
                    person,
                    required: true,
                    chair: false,
                };
                let invitation = invitations::invite(conn, &actor, now, &meeting, invitee)?;
                Ok(Invited {
                    meeting: meeting.id,
                    invitation: invitation.id,
                    person,
                })
            })
            .await
            .unwrap()
    }

    /// The path of a page for the invitee, dead after `days`.
    pub(crate) async fn link(&self, invited: &Invited, purpose: LinkPurpose, days: i64) -> String {
        let (keys, now, invited) = (self.keys.clone(), self.clock.now(), invited.clone());
        let expires_at = now + SignedDuration::from_hours(24 * days);
        let object = invited.invitation.0;
        let token = self
            .db
            .write(move |conn| {
                links::make(
                    conn,
                    &keys,
                    purpose,
                    object,
                    invited.person,
                    expires_at,
                    now,
                )
            })
            .await
            .unwrap();
        LinkPurpose::Answer.path(&token)
    }

    pub(crate) async fn answer_link(&self, invited: &Invited) -> String {
        self.link(invited, LinkPurpose::Answer, 30).await
    }

    pub(crate) async fn call(&self, request: TestRequest) -> Page {
        let app = init_service(build_app(self.state.clone())).await;
        let response = call_service(&app, request.to_request()).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = read_body(response).await;
        Page {
            status,
            headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Page {
        self.call(TestRequest::get().uri(path)).await
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.post_from("192.0.2.1", path, fields).await
    }

    pub(crate) async fn post_from(&self, from: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let peer: SocketAddr = format!("{from}:40000").parse().unwrap();
        let request = TestRequest::post()
            .uri(path)
            .peer_addr(peer)
            .insert_header((ACCEPT_LANGUAGE, "nl"))
            .set_form(fields);
        self.call(request).await
    }

    /// Opens the page and sends its form with this answer.
    pub(crate) async fn answer(&self, path: &str, answer: &str, remark: &str) -> Page {
        let nonce = self.get(path).await.nonce();
        let fields = [("nonce", &*nonce), ("answer", answer), ("remark", remark)];
        self.post(path, &fields).await
    }

    pub(crate) async fn invitation(&self, invited: &Invited) -> Invitation {
        let id = invited.invitation;
        self.db
            .read(move |conn| invitations::find(conn, id))
            .await
            .unwrap()
            .unwrap()
    }

    pub(crate) async fn cancel(&self, invited: &Invited) {
        let (id, now) = (invited.meeting, self.clock.now());
        self.db
            .write(move |conn| -> Result<(), meetings::CancelMeetingError> {
                let actor = Actor::system("test");
                let meeting = meetings::find(conn, &Scope::Institute, id)?.unwrap();
                let reason = Some("De spreker is ziek.".to_owned());
                meetings::cancel(conn, &actor, now, meeting, reason)?;
                Ok(())
            })
            .await
            .unwrap();
    }

    pub(crate) async fn execute(&self, sql: &str) {
        let sql = sql.to_owned();
        self.db
            .write(move |conn: &mut DbConn| -> DbResult<()> {
                use diesel::connection::SimpleConnection as _;
                Ok(conn.batch_execute(&sql)?)
            })
            .await
            .unwrap();
    }

    pub(crate) async fn count(&self, from: &str) -> i64 {
        use diesel::RunQueryDsl as _;
        let sql = format!("SELECT count(*) FROM {from}");
        self.db
            .read(move |conn| -> DbResult<i64> {
                Ok(diesel::dsl::sql::<diesel::sql_types::BigInt>(&sql).get_result(conn)?)
            })
            .await
            .unwrap()
    }

    /// How many rows there are of everything that a page could write.
    pub(crate) async fn written(&self) -> Vec<i64> {
        let mut counts = Vec::new();
        for table in [
            "events",
            "audit_events",
            "deliveries",
            "links",
            "idempotency_keys",
        ] {
            counts.push(self.count(table).await);
        }
        counts
    }
}

pub(crate) fn is(page: &Page, status: StatusCode) {
    assert_eq!(page.status, status.as_u16(), "{}", page.body);
}
