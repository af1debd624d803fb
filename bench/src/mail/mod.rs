//! Mails: written and handed over on the worker's own connections, against a bare conversation
//! and against lettre's pool.

mod bare;
mod sample;
mod sink;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use koplopers_worker::transport::{Envelope, MailUrl, Outcome, Transport};
use lettre::address::Envelope as LettreEnvelope;
use lettre::transport::smtp::PoolConfig;
use lettre::{SmtpTransport, Transport as _};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

pub use self::sink::Sink;

use self::sample::Sample;
use crate::Options;
use crate::report::{Report, Row, Target, rate};
use crate::rounds::{count, medians};

/// Connections that are used at once.
const CONNECTIONS: usize = 4;

const FROM: &str = "koplopers@example.org";
const TO: &str = "sam@voorbeeldstad.example.nl";

/// The rows of mail.
pub fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let (sink, sample) = (Sink::start()?, Arc::new(Sample::new()?));
    let mail: Arc<[u8]> = sample.build(0)?.into();
    let time = options.time();
    let [bare, own, pool] = medians(
        options.rounds,
        [
            &mut || runtime.block_on(bare::per_second(&sink, &mail, time)),
            &mut || own(&runtime, &sink, &sample, time),
            &mut || by_pool(&sink, &mail, time),
        ],
    )?;
    let size = mail.len().div_ceil(1000);
    report.add(Row {
        measured: "mail written and handed over",
        limit: format!(
            "bare conversation, {size} KB, {CONNECTIONS} connections: {}",
            rate(bare)
        ),
        figure: rate(own),
        ratio: Some((own / bare, Target::None)),
    });
    report.add(Row {
        measured: "– by 6,000/s",
        limit: String::new(),
        figure: rate(own),
        ratio: Some((own / 6000.0, Target::AtLeast(1.0))),
    });
    report.add(Row {
        measured: "– by lettre's pool, mails ready-made",
        limit: rate(pool),
        figure: rate(own),
        ratio: Some((own / pool, Target::AtLeast(50.0))),
    });
    Ok(())
}

/// On connections of the worker's transport, each mail written anew.
fn own(
    runtime: &Runtime,
    sink: &Sink,
    sample: &Arc<Sample>,
    time: Duration,
) -> anyhow::Result<f64> {
    let url = format!(
        "smtp://{}?tls=none&connections={CONNECTIONS}",
        sink.address()
    );
    let url = MailUrl::parse(&url).context("an address")?;
    let transport = Arc::new(Transport::open(&url)?);
    let start = Instant::now();
    let sent = runtime.block_on(async {
        let mut senders = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let (sample, transport) = (Arc::clone(sample), Arc::clone(&transport));
            senders.spawn(async move {
                let envelope = Envelope::new(FROM, TO)?;
                let mut sent = 0;
                while start.elapsed() < time {
                    let outcome = transport.send(&envelope, sample.build(sent)?.into()).await;
                    ensure!(
                        matches!(outcome, Outcome::Accepted { .. }),
                        "a mail that is taken"
                    );
                    sent += 1;
                }
                anyhow::Ok(sent)
            });
        }
        let mut sent = 0;
        while let Some(sender) = senders.join_next().await {
            sent += sender??;
        }
        anyhow::Ok(sent)
    })?;
    Ok(count(sent) / start.elapsed().as_secs_f64())
}

/// By lettre's pool of as many connections, on as many threads.
fn by_pool(sink: &Sink, mail: &[u8], time: Duration) -> anyhow::Result<f64> {
    let transport = SmtpTransport::builder_dangerous(sink.address().ip().to_string())
        .port(sink.address().port())
        .pool_config(PoolConfig::new().max_size(u32::try_from(CONNECTIONS)?))
        .build();
    let envelope = LettreEnvelope::new(Some(FROM.parse()?), vec![TO.parse()?])?;
    let (start, taken) = (Instant::now(), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let work = || {
            while start.elapsed() < time {
                transport.send_raw(&envelope, mail)?;
                taken.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(())
        };
        let threads = [(); CONNECTIONS].map(|()| scope.spawn(work));
        for thread in threads {
            let ended = thread.join();
            ended.map_err(|_| anyhow::anyhow!("a sender panicked"))??;
        }
        anyhow::Ok(())
    })?;
    Ok(count(taken.into_inner()) / start.elapsed().as_secs_f64())
}
