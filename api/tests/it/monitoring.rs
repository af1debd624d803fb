//! The alarms and the dashboard ask for metrics that there are.

use std::collections::BTreeSet;

use koplopers_shared::on_both_databases;
use koplopers_shared::testing::given;

use crate::app::TestApp;
use crate::mail_room::MailRoom;

const ALERTS: &str = include_str!("../../../docs/monitoring/alerts.yml");
const DASHBOARD: &str = include_str!("../../../docs/monitoring/dashboard.json");
const OPERATIONS: &str = include_str!("../../../docs/operations.md");

/// Every name of a metric of ours in a text, without the ending of a histogram's buckets.
fn names(text: &str) -> BTreeSet<&str> {
    let words = text.split(|it: char| !(it.is_ascii_alphanumeric() || it == '_'));
    words
        .filter(|word| word.starts_with("koplopers_"))
        .map(|word| word.strip_suffix("_bucket").unwrap_or(word))
        .collect()
}

on_both_databases! {
    async fn alarms_and_dashboard_ask_for_metrics_that_there_are(db: TestDb) {
        let app = TestApp::start(db).await;
        // A mail has gone, so that every family has a member.
        given::submitted(&app.db, given::amsterdam(), "versnelling").await;
        MailRoom::open().await.send(&app).await;
        app.as_coordinator().get("/v1/me").await.expect(200);
        let url = format!("http://{}/metrics", app.metrics_address);
        let shown = reqwest::get(url).await.unwrap().text().await.unwrap();
        let dashboard: serde_json::Value = serde_json::from_str(DASHBOARD).unwrap();
        assert!(dashboard["panels"].as_array().unwrap().len() > 5);
        let asked: BTreeSet<&str> = names(ALERTS).union(&names(DASHBOARD)).copied().collect();
        assert!(asked.len() > 10, "{asked:?}");
        for name in asked {
            // The family of a counter is named without its ending.
            let family = name.strip_suffix("_total").unwrap_or(name);
            assert!(shown.contains(&format!("# TYPE {family} ")), "{name} is not in {shown}");
            assert!(OPERATIONS.contains(name), "{name} is not explained");
        }
    }
}
