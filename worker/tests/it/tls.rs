//! Encryption and authentication, with certificates made for the test.

use std::{path::PathBuf, sync::Arc};

use koplopers_shared::testing::smtp::{Act, BoxWire, Handshake, Script, SmtpServer, Step};
use koplopers_worker::transport::{Envelope, MailUrl, Outcome, Phase, Transport};
use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    ec::{EcGroup, EcKey},
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private},
    x509::{
        X509, X509NameBuilder,
        extension::{BasicConstraints, SubjectAlternativeName},
    },
};
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio_rustls::TlsAcceptor;

use crate::smtp::phase_of;

/// A certificate authority of our own with one certificate for a server.
struct Certificates {
    folder: tempfile::TempDir,
    acceptor: TlsAcceptor,
}

fn key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

fn certificate(name: &str, key: &PKey<Private>, issuer: Option<(&X509, &PKey<Private>)>) -> X509 {
    let mut subject = X509NameBuilder::new().unwrap();
    subject.append_entry_by_text("CN", name).unwrap();
    let subject = subject.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    let serial = BigNum::from_u32(if issuer.is_some() { 2 } else { 1 }).unwrap();
    builder
        .set_serial_number(&serial.to_asn1_integer().unwrap())
        .unwrap();
    builder.set_subject_name(&subject).unwrap();
    builder
        .set_not_before(&Asn1Time::days_from_now(0).unwrap())
        .unwrap();
    builder
        .set_not_after(&Asn1Time::days_from_now(2).unwrap())
        .unwrap();
    builder.set_pubkey(key).unwrap();
    if let Some((authority, authority_key)) = issuer {
        builder.set_issuer_name(authority.subject_name()).unwrap();
        let mut names = SubjectAlternativeName::new();
        if name.parse::<std::net::IpAddr>().is_ok() {
            names.ip(name);
        } else {
            names.dns(name);
        }
        let names = names
            .build(&builder.x509v3_context(Some(authority), None))
            .unwrap();
        builder.append_extension(names).unwrap();
        builder
            .sign(authority_key, MessageDigest::sha256())
            .unwrap();
    } else {
        builder.set_issuer_name(&subject).unwrap();
        builder
            .append_extension(BasicConstraints::new().critical().ca().build().unwrap())
            .unwrap();
        builder.sign(key, MessageDigest::sha256()).unwrap();
    }
    builder.build()
}

impl Certificates {
    fn for_server(name: &str) -> Self {
        let (authority_key, server_key) = (key(), key());
        let authority = certificate("test authority", &authority_key, None);
        let server = certificate(name, &server_key, Some((&authority, &authority_key)));
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), authority.to_pem().unwrap()).unwrap();
        let key = PrivatePkcs8KeyDer::from(server_key.private_key_to_pkcs8().unwrap());
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![CertificateDer::from(server.to_der().unwrap())],
                PrivateKeyDer::from(key),
            )
            .unwrap();
        Self {
            folder,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        }
    }

    fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    fn handshake(&self) -> Handshake {
        let acceptor = self.acceptor.clone();
        Arc::new(move |wire: BoxWire| {
            let acceptor = acceptor.clone();
            Box::pin(async move {
                let stream = acceptor.accept(wire).await?;
                Ok(Box::new(stream) as BoxWire)
            })
        })
    }
}

fn open(url: &str) -> Transport {
    Transport::open(&MailUrl::parse(url).unwrap()).unwrap()
}

async fn send(transport: &Transport) -> Outcome {
    let envelope = Envelope::new("bounce@example.org", "sam@example.nl").unwrap();
    transport
        .send(&envelope, Arc::from(*b"Subject: x\r\n\r\nx\r\n"))
        .await
}

#[tokio::test]
async fn start_tls_encrypts_and_the_password_goes_inside() {
    let certificates = Certificates::for_server("127.0.0.1");
    for method in ["AUTH PLAIN LOGIN", "AUTH LOGIN"] {
        let script = Script::new()
            .with_start_tls(certificates.handshake())
            .offering(method)
            .knowing("robot@example.org", "p:a ss");
        let server = SmtpServer::start(script).await.unwrap();
        let transport = open(&format!(
            "smtp://robot%40example.org:p%3Aa%20ss@{}?ca={}",
            server.address(),
            certificates.ca().display()
        ));
        for _ in 0..2 {
            assert_eq!(send(&transport).await.as_str(), "accepted", "{method}");
        }
        let record = server.record();
        assert_eq!(record.opened, 1);
        assert!(record.mails.iter().all(|mail| mail.encrypted));
        assert_eq!(record.mails[1].user.as_deref(), Some("robot@example.org"));
        let first: Vec<_> = record
            .commands
            .iter()
            .map(|(_, line)| line.as_str())
            .take(2)
            .collect();
        assert_eq!(first, ["EHLO [127.0.0.1]", "STARTTLS"]);
    }
}

#[tokio::test]
async fn smtps_encrypts_from_the_first_byte() {
    let certificates = Certificates::for_server("127.0.0.1");
    let script = Script::new().with_implicit_tls(certificates.handshake());
    let server = SmtpServer::start(script).await.unwrap();
    let transport = open(&format!(
        "smtps://{}?ca={}",
        server.address(),
        certificates.ca().display()
    ));
    assert_eq!(send(&transport).await.as_str(), "accepted");
    assert!(server.received(1).await[0].encrypted);
}

#[tokio::test]
async fn a_certificate_that_does_not_verify_gets_no_mail() {
    let other_name = Certificates::for_server("mail.example.org");
    let stranger = Certificates::for_server("127.0.0.1");
    for (certificates, ca) in [
        (&other_name, Some(other_name.ca())),
        (&stranger, Some(other_name.ca())),
        (&stranger, None),
    ] {
        for (scheme, mode) in [
            ("smtp", "required"),
            ("smtp", "opportunistic"),
            ("smtps", ""),
        ] {
            let script = if scheme == "smtps" {
                Script::new().with_implicit_tls(certificates.handshake())
            } else {
                Script::new().with_start_tls(certificates.handshake())
            };
            let server = SmtpServer::start(script).await.unwrap();
            let mode = if mode.is_empty() {
                String::new()
            } else {
                format!("&tls={mode}")
            };
            let ca = ca
                .as_ref()
                .map(|ca| format!("&ca={}", ca.display()))
                .unwrap_or_default();
            let url = format!("{scheme}://{}?timeout=5s{mode}{ca}", server.address());
            let outcome = send(&open(&url)).await;
            assert_eq!(outcome.as_str(), "relay-unavailable", "{url}");
            assert_eq!(phase_of(&outcome), Some(Phase::Tls), "{url}: {outcome:?}");
            assert!(server.record().mails.is_empty());
        }
    }
}

#[tokio::test]
async fn required_encryption_that_is_not_offered_ends_it_and_optional_goes_on() {
    let server = SmtpServer::start(Script::new()).await.unwrap();
    let outcome = send(&open(&format!("smtp://{}?tls=required", server.address()))).await;
    assert_eq!(phase_of(&outcome), Some(Phase::Tls));
    let outcome = send(&open(&format!("smtp://{}", server.address()))).await;
    assert_eq!(outcome.as_str(), "accepted");
}

// security: 66
#[tokio::test]
async fn no_password_travels_in_the_clear_unless_encryption_is_switched_off() {
    let script = Script::new().offering("AUTH PLAIN").knowing("u", "geheim");
    let server = SmtpServer::start(script).await.unwrap();
    let url = |mode| format!("smtp://u:geheim@{}?tls={mode}", server.address());
    for mode in ["required", "opportunistic"] {
        assert_eq!(send(&open(&url(mode))).await.as_str(), "relay-unavailable");
    }
    let said = |server: &SmtpServer| {
        server
            .record()
            .commands
            .iter()
            .any(|(_, line)| line.starts_with("AUTH"))
    };
    assert!(!said(&server));
    assert_eq!(send(&open(&url("none"))).await.as_str(), "accepted");
    assert!(said(&server));
}

// security: 66
#[tokio::test]
async fn a_wrong_password_is_about_the_relay_and_is_not_repeated() {
    let script = Script::new()
        .offering("AUTH PLAIN")
        .knowing("u", "other")
        .always(Step::Auth, Act::reply("535 5.7.8 u geheim is wrong"));
    let server = SmtpServer::start(script).await.unwrap();
    let outcome = send(&open(&format!(
        "smtp://u:geheim@{}?tls=none",
        server.address()
    )))
    .await;
    assert_eq!(
        outcome,
        Outcome::RelayUnavailable {
            phase: Phase::Auth,
            code: Some(535),
            reason: "authentication refused with 535".into()
        }
    );
}

// security: 88
#[tokio::test]
async fn commands_slipped_in_before_the_handshake_are_not_believed() {
    let certificates = Certificates::for_server("127.0.0.1");
    let script = Script::new().with_start_tls(certificates.handshake()).once(
        Step::StartTls,
        Act::Raw(b"220 go ahead\r\n250 ok\r\n".to_vec()),
    );
    let server = SmtpServer::start(script).await.unwrap();
    let url = format!(
        "smtp://{}?ca={}",
        server.address(),
        certificates.ca().display()
    );
    let outcome = send(&open(&url)).await;
    assert_eq!(phase_of(&outcome), Some(Phase::Tls));
}

#[tokio::test]
async fn a_stalled_handshake_or_authentication_ends_at_its_deadline() {
    let certificates = Certificates::for_server("127.0.0.1");
    for (step, phase) in [(Step::StartTls, Phase::Tls), (Step::Auth, Phase::Auth)] {
        let script = Script::new()
            .with_start_tls(certificates.handshake())
            .offering("AUTH PLAIN")
            .knowing("u", "p")
            .once(step, Act::Stall);
        let server = SmtpServer::start(script).await.unwrap();
        let url = format!(
            "smtp://u:p@{}?timeout=500ms&ca={}",
            server.address(),
            certificates.ca().display()
        );
        let outcome = send(&open(&url)).await;
        assert_eq!(outcome.as_str(), "relay-unavailable");
        assert_eq!(phase_of(&outcome), Some(phase));
        server.closed(1).await;
    }
}

#[test]
fn a_bad_file_of_certificates_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, "nothing here").unwrap();
    for path in [file, folder.path().join("missing.pem")] {
        let url = format!("smtps://relay.example?ca={}", path.display());
        assert!(Transport::open(&MailUrl::parse(&url).unwrap()).is_err());
    }
}
