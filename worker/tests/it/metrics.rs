//! What the worker shows of its work, and that of others.

use koplopers_shared::deliveries::DeliveryState;
use koplopers_shared::on_both_databases;
use koplopers_shared::testing::smtp::{Act, Script, Step};
use koplopers_shared::testing::{Running, program};
use koplopers_worker::metrics::WorkerMetrics;
use prometheus_client::registry::Registry;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::office::Office;

/// What the listener at `address` answers.
async fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

on_both_databases! {
async fn what_became_of_deliveries_is_counted(db: TestDb) {
    let refusing = Script::new()
        .once(Step::Recipient, Act::reply("550 5.1.1 nobody of that name"))
        .once(Step::Final, Act::reply("451 4.3.0 later"));
    let office = Office::open(&db, refusing).await;
    office.talk_with(&["p1@example.nl", "p2@example.nl"]).await;
    office.send().await;
    let states: Vec<DeliveryState> = office.outbox().await.iter().map(|row| row.state).collect();
    for state in [DeliveryState::Buried, DeliveryState::Queued, DeliveryState::Sent] {
        assert!(states.contains(&state), "{states:?}");
    }
    let mut registry = Registry::default();
    office.metrics.register(&mut registry);
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
    for line in [
        r#"deliveries_reached_total{state="sent"} 1"#,
        r#"deliveries_reached_total{state="buried"} 1"#,
        r#"deliveries_reached_total{state="unknown"} 0"#,
        r#"delivery_attempts_total{outcome="accepted",smtp="2xx"} 1"#,
        r#"delivery_attempts_total{outcome="rejected",smtp="5xx"} 1"#,
        r#"delivery_attempts_total{outcome="deferred",smtp="4xx"} 1"#,
        "delivery_attempt_seconds_count 3",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

// security: 73, 84
async fn the_worker_process_has_a_listener_for_metrics_and_drains_on_sigterm(db: TestDb) {
    let data = tempfile::tempdir().unwrap();
    let key = koplopers_shared::keys::MasterKey::generate().unwrap();
    std::fs::write(data.path().join("master.key"), key).unwrap();
    let mut worker = Running::start(program(
        env!("CARGO_BIN_EXE_koplopers-worker"),
        &db,
        data.path(),
    ));
    let address = worker.logged("showing metrics", "metrics");
    worker.logged("worker started", "worker");
    let answer = ask(&address, "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    for name in [
        "koplopers_build_info{version=",
        "koplopers_db_threads{",
        "koplopers_deliveries_oldest_due_seconds",
        r#"koplopers_deliveries_reached_total{state="buried"} 0"#,
        "# EOF",
    ] {
        assert!(answer.contains(name), "{name} in {answer}");
    }
    for (request, status) in [
        ("GET /metrics?x=1 HTTP/1.0\r\n\r\n", "200"),
        ("GET / HTTP/1.1\r\n\r\n", "404"),
        ("POST /metrics HTTP/1.1\r\n\r\n", "405"),
        ("nonsense\r\n\r\n", "400"),
    ] {
        let answer = ask(&address, request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request}: {answer}");
    }
    worker.signal("TERM");
    assert!(worker.ended().success());
}

// security: 45
async fn a_slow_reader_of_metrics_is_cut_off(db: TestDb) {
    let office = Office::open(&db, Script::new()).await;
    let metrics = WorkerMetrics::new(&office.metrics, db.db().clone(), office.clock.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let serving = tokio::spawn(std::sync::Arc::new(metrics).serve(listener));
    let mut slow = TcpStream::connect(&address).await.unwrap();
    slow.write_all(b"GET /metrics HTT").await.unwrap();
    let mut nothing = String::new();
    assert_eq!(slow.read_to_string(&mut nothing).await.unwrap(), 0);
    serving.abort();
}
}
