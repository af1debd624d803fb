//! Colleagues who come or vote instead, and what invitees need to take part.

use koplopers_shared::access::Role;
use koplopers_shared::ids::PersonId;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;
use koplopers_shared::testing::smtp::ReceivedMail;
use mail_parser::{MessageParser, MimeHeaders as _};
use reqwest::Method;
use serde_json::{Value, json};

use super::{MEETINGS, choose, draft_of, missing, official, polled, vote};
use crate::app::{Answer, TestApp};
use crate::mail_room::{MailRoom, page_in, text_of};
use crate::nominations::open::{nonce, submit};

/// A scheduled meeting with these invitees.
async fn scheduled(app: &TestApp, invitees: &[PersonId]) -> String {
    let mut body = draft_of(invitees);
    body.as_object_mut().unwrap().remove("draft");
    let made = app.as_coordinator().post(MEETINGS, &body).await.expect(201);
    made.header("location").to_owned()
}

async fn invitations(app: &TestApp, path: &str) -> Vec<Value> {
    let list = app
        .as_coordinator()
        .get(&format!("{path}/invitations"))
        .await;
    list.expect(200).json()["items"].as_array().unwrap().clone()
}

async fn invitation_of(app: &TestApp, path: &str, person: PersonId) -> Value {
    let all = invitations(app, path).await;
    let own = all.iter().find(|it| it["person"] == person.to_string());
    own.expect("an invitation").clone()
}

/// Somebody says who comes in their place.
async fn delegate(app: &TestApp, path: &str, person: PersonId, to: &Value) -> Answer {
    let id = invitation_of(app, path, person).await["id"].clone();
    let path = format!("{path}/invitations/{}/delegate", id.as_str().unwrap());
    let caller = app.as_person(person, Role::Member);
    caller.call(Method::PUT, &path).json(to).send().await
}

fn bo() -> Value {
    json!({ "name": "Bo de Boer", "email": "bo@example.nl" })
}

/// To whom a mail went, and METHOD, SEQUENCE, STATUS and PARTSTAT of its calendar.
fn calendar_line(mail: &ReceivedMail) -> String {
    let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
    let mut parts = parsed.parts.iter();
    let part = parts.find(|part| part.is_content_type("text", "calendar"));
    let text = part.unwrap().text_contents().unwrap().replace("\r\n ", "");
    let value = |start: &str| {
        let found = text.lines().find_map(|line| line.strip_prefix(start));
        found.unwrap_or("-").to_owned()
    };
    let attendee = value("ATTENDEE;");
    let partstat = attendee
        .split(';')
        .find_map(|it| it.strip_prefix("PARTSTAT="));
    format!(
        "{} {} {} {} {}",
        mail.to[0],
        value("METHOD:"),
        value("SEQUENCE:"),
        value("STATUS:"),
        partstat.unwrap()
    )
}

fn both(code: &str) -> Vec<(String, String)> {
    ["/email", "/person"]
        .map(|name| (name.to_owned(), code.to_owned()))
        .to_vec()
}

/// The newest page of this kind in the mails.
async fn page_of(app: &TestApp, start: &str) -> String {
    let room = MailRoom::open().await;
    room.send(app).await;
    let mails = room.mails();
    let mut links = mails
        .iter()
        .rev()
        .filter_map(|mail| page_in(mail, app, start));
    links.next().expect("a link")
}

on_both_databases! {
    async fn a_colleague_comes_instead_with_an_invitation_of_their_own(db: TestDb) {
        // mission: S1, L9
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let path = scheduled(&app, &[anna]).await;
        let room = MailRoom::open().await;
        room.send(&app).await;
        let sent = delegate(&app, &path, anna, &bo()).await.expect(200).json();
        assert_eq!(sent["answer"], "delegated");
        let all = invitations(&app, &path).await;
        assert_eq!(all.len(), 2);
        assert_eq!(sent["delegatedTo"], all[1]["id"]);
        assert_eq!((&all[1]["answer"], &all[1]["required"]), (&json!("needs_action"), &json!(true)));
        let person = all[1]["person"].as_str().unwrap().to_owned();
        let roles = app.as_coordinator().get(&format!("/v1/people/{person}")).await.expect(200).json();
        assert_eq!(roles["roles"][0]["municipality"], "GM0363");
        room.send(&app).await;
        let mails = room.mails();
        assert_eq!(mails.len(), 3);
        let mail = mails.iter().find(|mail| mail.to[0] == "bo@example.nl").unwrap();
        let text = text_of(mail);
        assert!(text.contains("omdat Anna Voorbeeld uw gegevens aan ons gaf"), "{text}");
        // Who has sent somebody neither answers nor sends another.
        delegate(&app, &path, anna, &bo()).await.problem(409, "invalid-transition");
        let id = sent["id"].as_str().unwrap();
        let answer = format!("{path}/invitations/{id}/answer");
        let own = app.as_person(anna, Role::Member);
        own.call(Method::PUT, &answer).json(&json!({ "answer": "accepted" })).send().await.problem(409, "invalid-transition");
        let history = app.as_coordinator().get(&format!("{path}/history")).await.expect(200).json();
        assert_eq!(history["items"].as_array().unwrap().last().unwrap()["type"], "invitation.delegated");
        // The delegate may send somebody in turn, who is known by name and address.
        let bo: PersonId = person.parse().unwrap();
        let again = json!({ "person": anna });
        assert_eq!(delegate(&app, &path, bo, &again).await.invalid(), both("duplicate"));
    }

    async fn who_sends_a_colleague_has_the_meeting_taken_out_of_their_calendar(db: TestDb) {
        // mission: S1; delivery: a removed attendee gets a CANCEL of their own
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let path = scheduled(&app, &[anna]).await;
        let room = MailRoom::open().await;
        room.send(&app).await;
        delegate(&app, &path, anna, &bo()).await.expect(200);
        room.send(&app).await;
        let seen = |from: usize| -> Vec<String> {
            let mails = room.mails();
            let mut lines: Vec<String> = mails[from..].iter().map(calendar_line).collect();
            lines.sort();
            lines
        };
        assert_eq!(seen(1), ["anna@example.nl CANCEL 1 - DELEGATED", "bo@example.nl REQUEST 1 CONFIRMED NEEDS-ACTION"]);
        let mails = room.mails();
        let told = mails.iter().rfind(|mail| mail.to[0] == "anna@example.nl").unwrap();
        assert!(text_of(told).contains("Bo de Boer komt in uw plaats"), "{}", text_of(told));
        // No more mails to Anna: not of a move, not when she is taken off the list, not of the end.
        let change = async |body: Value| {
            let coordinator = app.as_coordinator();
            let call = coordinator.call(Method::POST, &format!("{path}/changes"));
            call.header("if-match", "*").json(&body).send().await.expect(200).json()
        };
        change(json!({ "place": "Stadhuis" })).await;
        room.send(&app).await;
        assert_eq!(seen(3), ["bo@example.nl REQUEST 2 CONFIRMED NEEDS-ACTION"]);
        let id = invitation_of(&app, &path, anna).await["id"].clone();
        let removed = change(json!({ "removeInvitations": [id] })).await;
        assert_eq!(removed["mails"]["cancellations"], 0);
        room.send(&app).await;
        assert_eq!(room.mails().len(), 4);
        let again = change(json!({ "addInvitees": [{ "person": anna }] })).await;
        assert_eq!(again["mails"]["invitations"], 1);
        room.send(&app).await;
        assert_eq!(seen(4), ["anna@example.nl REQUEST 4 CONFIRMED NEEDS-ACTION"]);
    }

    async fn nobody_is_told_of_a_meeting_that_they_never_heard_of(db: TestDb) {
        // mission: S1; delivery: nothing goes out when the invitation never did
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let path = scheduled(&app, &[anna]).await;
        // Over the API, before the first mail left.
        delegate(&app, &path, anna, &bo()).await.expect(200);
        let room = MailRoom::open().await;
        room.send(&app).await;
        let mails = room.mails();
        let lines: Vec<String> = mails.iter().map(calendar_line).collect();
        assert_eq!(lines, ["bo@example.nl REQUEST 1 CONFIRMED NEEDS-ACTION"]);
        let off = app.as_coordinator().call(Method::POST, &format!("{path}/cancellation"));
        off.header("if-match", "*").json(&json!({})).send().await.expect(200);
        room.send(&app).await;
        assert_eq!(calendar_line(&room.mails()[1]), "bo@example.nl CANCEL 2 CANCELLED NEEDS-ACTION");
        assert_eq!(room.mails().len(), 2);
    }

    async fn nobody_of_another_organisation_comes_instead(db: TestDb) {
        // mission: S1; security: 80
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let path = scheduled(&app, &[anna]).await;
        let bert = official(&app, "GM0344", "bert@example.nl").await;
        let known = json!({ "person": bert });
        assert_eq!(delegate(&app, &path, anna, &known).await.invalid(), both("elsewhere"));
        for (name, email) in [
            ("Anna Voorbeeld", "bert@example.nl"),
            ("Een Ander", "een.ander@example.org"),
        ] {
            let other = json!({ "name": name, "email": email });
            assert_eq!(delegate(&app, &path, anna, &other).await.invalid(), both("elsewhere"), "{email}");
        }
        let oneself = json!({ "person": anna });
        assert_eq!(delegate(&app, &path, anna, &oneself).await.invalid(), both("oneself"));
        for (body, wrong) in [
            (json!({}), vec!["/email", "/name"]),
            (json!({ "name": "Bo" }), vec!["/email"]),
            (json!({ "person": anna, "name": "Bo" }), vec!["/person"]),
            (json!({ "name": " ", "email": "bo" }), vec!["/email", "/name"]),
        ] {
            let fields = delegate(&app, &path, anna, &body).await.invalid();
            let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, wrong);
        }
        let id = invitation_of(&app, &path, anna).await["id"].clone();
        let to = format!("{path}/invitations/{}/delegate", id.as_str().unwrap());
        let put = |caller: crate::app::Caller<'_>| caller.call(Method::PUT, &to).json(&bo()).send();
        put(app.as_coordinator()).await.problem(403, "person-required");
        put(app.as_person(bert, Role::Member)).await.problem(404, "not-found");
        let colleague = official(&app, "GM0363", "alie@example.org").await;
        app.clock.turn_to("2026-04-09T11:00:00Z".parse().unwrap());
        delegate(&app, &path, anna, &json!({ "person": colleague })).await.problem(409, "answers-closed");
        assert_eq!(given::count(&app.db, "invitations").await, 1);
    }

    async fn a_delegate_votes_for_their_municipality(db: TestDb) {
        // mission: L9
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let bert = official(&app, "GM0344", "bert@example.nl").await;
        let polled = polled(&app, &[anna, bert], 2).await;
        vote(&app, bert, &polled, &["yes", "yes"]).await.expect(200);
        vote(&app, anna, &polled, &["yes", "no"]).await.expect(200);
        delegate(&app, &polled.path, anna, &bo()).await.expect(200);
        let coordinator = app.as_coordinator();
        let poll = coordinator.get(&polled.poll).await.expect(200).json();
        // What Anna said counts no more: Amsterdam speaks through Bo.
        let amsterdam = vec![("GM0363".to_owned(), "not_voted".to_owned())];
        assert_eq!(missing(&poll), [amsterdam.clone(), amsterdam]);
        vote(&app, anna, &polled, &["yes", "yes"]).await.problem(403, "forbidden");
        let page = page_of(&app, "/d/").await;
        assert!(app.anonymous().get(&page).await.expect(200).text.contains("Bo de Boer"));
        let bo: PersonId = poll["voters"][1]["person"].as_str().unwrap().parse().unwrap();
        vote(&app, bo, &polled, &["no", "if_need_be"]).await.expect(200);
        let poll = coordinator.get(&polled.poll).await.expect(200).json();
        assert_eq!(poll["winner"], polled.options[1].as_str());
        choose(&app, &polled, &polled.options[1]).await.expect(200);
        let room = MailRoom::open().await;
        room.send(&app).await;
        // Anna has the meeting in no calendar.
        let mut to: Vec<String> = room.mails().iter().map(|mail| mail.to[0].clone()).collect();
        to.sort();
        assert_eq!(to, ["bert@example.nl", "bo@example.nl"]);
    }

    async fn both_pages_send_somebody_else(db: TestDb) {
        // mission: S1, L9; security: 62
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let path = scheduled(&app, &[anna]).await;
        let answer = page_of(&app, "/r/").await;
        let polled = polled(&app, &[anna], 2).await;
        let poll = page_of(&app, "/d/").await;
        for (page, path) in [(&answer, &path), (&poll, &polled.path)] {
            let shown = app.anonymous().get(page).await.expect(200);
            assert!(shown.text.contains("Kunt u zelf niet?"));
            let last = shown.text.rsplit_once("name=\"nonce\" value=\"").unwrap().1;
            let nonce = last.split_once('"').unwrap().0.to_owned();
            let send = async |name: &str, email: &str| {
                let fields = [("act", "delegate"), ("nonce", &*nonce), ("delegate_name", name), ("delegate_email", email)];
                submit(&app, page, &fields).await
            };
            let wrong = send("", "bo").await.expect(400);
            for id in ["delegate_name-error", "delegate_email-error"] {
                assert!(wrong.text.contains(&format!("id=\"{id}\"")), "{}", wrong.text);
            }
            assert!(wrong.text.contains("<title>Nog niet goed: "));
            let elsewhere = send("<b>Bo</b>", "bo@example.org").await.expect(409);
            assert!(elsewhere.text.contains("van uw eigen organisatie") && elsewhere.text.contains("&#60;b&#62;Bo"));
            let sent = send("Bo de Boer", "bo@example.nl").await;
            assert_eq!((sent.status, sent.header("location")), (303, "?saved"));
            send("Bo de Boer", "bo@example.nl").await.expect(303);
            assert_eq!(invitations(&app, path).await.len(), 2);
            let shown = app.anonymous().get(page).await.expect(200);
            assert!(!shown.text.contains("<form") && shown.text.contains("in uw plaats"), "{}", shown.text);
        }
        let shown = app.anonymous().get(&answer).await.expect(200);
        assert!(shown.text.contains("Uw vervanger: Bo de Boer"));
    }

    async fn wishes_are_for_the_organisers_and_gone_when_nobody_comes(db: TestDb) {
        // mission: S1; security: 25
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let path = scheduled(&app, &[anna]).await;
        let page = page_of(&app, "/r/").await;
        let nonce_of = async || nonce(&app.anonymous().get(&page).await.expect(200));
        let first = nonce_of().await;
        let long = "é".repeat(501);
        let wrong = submit(&app, &page, &[("nonce", &first), ("answer", "accepted"), ("dietary", &long)]).await.expect(400);
        assert!(wrong.text.contains("id=\"dietary-error\"") && wrong.text.contains(&long));
        let fields = [("nonce", &*first), ("answer", "accepted"), ("dietary", " Geen noten "), ("accessibility", "Rolstoel")];
        submit(&app, &page, &fields).await.expect(303);
        let shown = app.anonymous().get(&page).await.expect(200);
        assert!(shown.text.contains("value=\"Geen noten\"") && shown.text.contains("value=\"Rolstoel\""));
        let seen = invitation_of(&app, &path, anna).await;
        assert_eq!((&seen["dietaryWishes"], &seen["accessibilityWishes"]), (&json!("Geen noten"), &json!("Rolstoel")));
        for caller in [app.as_municipality("GM0363"), app.as_person(anna, Role::Member)] {
            let list = caller.get(&format!("{path}/invitations")).await.expect(200).json();
            assert_eq!(list["items"][0]["dietaryWishes"], Value::Null);
        }
        let answer = format!("{path}/invitations/{}/answer", seen["id"].as_str().unwrap());
        let own = app.as_person(anna, Role::Member);
        let put = |body: Value| {
            let call = own.call(Method::PUT, &answer);
            async move { call.json(&body).send().await }
        };
        let said = put(json!({ "answer": "tentative", "dietaryWishes": "Vegetarisch" })).await.expect(200).json();
        assert_eq!((&said["dietaryWishes"], &said["accessibilityWishes"]), (&json!("Vegetarisch"), &Value::Null));
        assert_eq!(put(json!({ "answer": "accepted", "dietaryWishes": long })).await.invalid()[0].0, "/dietaryWishes");
        let declined = put(json!({ "answer": "declined", "dietaryWishes": "Vegetarisch" })).await.expect(200).json();
        assert_eq!(declined["dietaryWishes"], Value::Null);
    }

    async fn what_was_said_is_handed_out_and_blanked_on_request(db: TestDb) {
        // security: 77, 78
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let path = scheduled(&app, &[anna]).await;
        let polled = polled(&app, &[anna], 2).await;
        let own = app.as_person(anna, Role::Member);
        let id = invitation_of(&app, &path, anna).await["id"].clone();
        let answer = format!("{path}/invitations/{}/answer", id.as_str().unwrap());
        let said = json!({ "answer": "accepted", "dietaryWishes": "Zwaluwstaart", "accessibilityWishes": "Zwaluwstaart" });
        own.call(Method::PUT, &answer).json(&said).send().await.expect(200);
        let votes: Vec<Value> = polled.options.iter().map(|option| json!({ "option": option, "vote": "no", "remark": "Zwaluwstaart" })).collect();
        let cast = json!({ "votes": votes });
        own.call(Method::PUT, &format!("{}/votes", polled.poll)).json(&cast).send().await.expect(200);
        let coordinator = app.as_coordinator();
        let export = coordinator.get(&format!("/v1/people/{anna}/export")).await.expect(200).json();
        assert_eq!(export["sections"]["datePolls"][0]["remark"], "Zwaluwstaart");
        let wishes = export["sections"]["invitations"].to_string();
        assert_eq!(wishes.matches("Zwaluwstaart").count(), 2, "{wishes}");
        assert!(crate::erasure::places(&app, "Zwaluwstaart").contains(&"invitations.dietary_wishes".to_owned()));
        coordinator.call(Method::POST, &format!("/v1/people/{anna}/erasure")).send().await.expect(200);
        assert_eq!(crate::erasure::places(&app, "Zwaluwstaart"), Vec::<String>::new());
        assert_eq!(given::count(&app.db, "date_poll_votes WHERE vote = 'no'").await, 2);
    }
}
