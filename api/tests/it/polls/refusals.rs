//! What a date poll refuses.

use koplopers_shared::access::Role;
use koplopers_shared::on_both_databases;
use reqwest::Method;
use serde_json::{Value, json};

use super::{END, draft, official, options, polled, vote, with_tag};
use crate::app::TestApp;

fn named(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(name, code): &(&str, &str)| ((*name).to_owned(), (*code).to_owned());
    fields.iter().map(own).collect()
}

on_both_databases! {
    async fn a_poll_that_cannot_be_is_refused_with_every_fault(db: TestDb) {
        // mission: L9
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let coordinator = app.as_coordinator();
        let made = draft(&app, &[anna]).await;
        let poll = format!("{}/poll", made.header("location"));
        let open = |body: Value| {
            let (coordinator, poll) = (coordinator.clone(), poll.clone());
            async move { with_tag(&coordinator, Method::POST, &poll, "*", &body).await }
        };
        let day = options(3);
        let one = json!({ "options": [day[0]], "closesAt": END });
        assert_eq!(open(one).await.invalid(), named(&[("/options", "too-few")]));
        let past = json!({ "localStart": "2026-02-02T13:00", "localEnd": "2026-02-02T17:00" });
        let faults = json!({
            "options": [day[0], past, day[0]],
            "closesAt": END,
            "requiredMunicipalities": ["GM0363", "GM0344", "GM0363"],
        });
        assert_eq!(open(faults).await.invalid(), named(&[
            ("/closesAt", "order"),
            ("/options/1/localStart", "past"),
            ("/options/2", "duplicate"),
            ("/requiredMunicipalities/1", "nobody-invited"),
            ("/requiredMunicipalities/2", "duplicate"),
        ]));
        // security: 38: the night the clocks go forward, and a zone that is none.
        let gap = json!({ "localStart": "2027-03-28T02:30", "localEnd": "2027-03-28T04:00" });
        let backwards = json!({ "localStart": "2026-04-09T13:00", "localEnd": "2026-04-09T12:00" });
        let faults = json!({ "options": [gap, backwards], "closesAt": END });
        assert_eq!(open(faults).await.invalid(), named(&[
            ("/options/0/localStart", "clock-change"),
            ("/options/1/localEnd", "order"),
        ]));
        let late = json!({ "options": &day[..2], "closesAt": "2026-04-09T11:00:01Z" });
        assert_eq!(open(late).await.invalid(), named(&[("/closesAt", "order")]));
        let over = json!({ "options": &day[..2], "closesAt": "2026-03-02T09:00:00Z" });
        assert_eq!(open(over).await.invalid(), named(&[("/closesAt", "past")]));
        let many: Vec<Value> = (0..41).map(|_| day[0].clone()).collect();
        let many = json!({ "options": many, "closesAt": END });
        assert_eq!(open(many).await.invalid(), named(&[("/options", "too-many")]));
        let zone = json!({ "localStart": "2026-04-09T13:00", "localEnd": "2026-04-09T14:00", "timeZone": "Mars/Base" });
        let zone = json!({ "options": [day[0], zone], "closesAt": END });
        assert_eq!(open(zone).await.invalid()[0].0, "/options/1/timeZone");
        coordinator.get(&poll).await.problem(404, "not-found");
        let good = json!({ "options": &day[..2], "closesAt": END });
        coordinator.post(&poll, &good).await.problem(428, "precondition-required");
        with_tag(&coordinator, Method::POST, &poll, "\"9-0\"", &good).await.problem(412, "stale");
        open(good.clone()).await.expect(201);
        open(good.clone()).await.problem(409, "invalid-transition");
        let empty = draft(&app, &[]).await;
        let poll = format!("{}/poll", empty.header("location"));
        with_tag(&coordinator, Method::POST, &poll, "*", &good).await.problem(409, "nobody-invited");
    }

    async fn only_invitees_vote_and_on_every_option(db: TestDb) {
        // mission: L9
        let app = TestApp::start(db).await;
        let anna = official(&app, "GM0363", "anna@example.nl").await;
        let bert = official(&app, "GM0344", "bert@example.nl").await;
        let polled = polled(&app, &[anna], 2).await;
        let votes = format!("{}/votes", polled.poll);
        vote(&app, bert, &polled, &["yes", "yes"]).await.problem(403, "forbidden");
        let machine = app.as_coordinator();
        super::vote_as(&machine, &polled, &["yes", "yes"]).await.problem(403, "person-required");
        let own = app.as_person(anna, Role::Member);
        let put = |body: Value, etag: &'static str| {
            let call = own.call(Method::PUT, &votes).header("if-match", etag);
            async move { call.json(&body).send().await }
        };
        let [first, second] = &polled.options[..] else { panic!("two options") };
        let faults = json!({ "votes": [
            { "option": first, "vote": "yes" },
            { "option": first, "vote": "no" },
            { "option": anna, "vote": "no" },
        ] });
        assert_eq!(put(faults, "*").await.invalid(), named(&[
            ("/votes", "incomplete"),
            ("/votes/1/option", "duplicate"),
            ("/votes/2/option", "unknown"),
        ]));
        let word = json!({ "votes": [{ "option": first, "vote": "maybe" }, { "option": second, "vote": "no", "remark": "x".repeat(501) }] });
        let fields: Vec<String> = put(word, "*").await.invalid().into_iter().map(|(name, _)| name).collect();
        assert_eq!(fields, ["/votes/0/vote", "/votes/1/remark"]);
        let good = json!({ "votes": [{ "option": first, "vote": "yes", "remark": "Liever later." }, { "option": second, "vote": "no" }] });
        put(good.clone(), "\"9-0\"").await.problem(412, "stale");
        let said = put(good, "*").await.expect(200).json();
        assert_eq!(said["votes"][0]["remark"], "Liever later.");
    }
}
