#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use super::*;

fn read(pairs: &[(&str, &str)], file: Option<&str>) -> Result<Settings, SettingsError> {
    let pairs = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Settings::read(pairs, file)
}

fn faulty_keys(pairs: &[(&str, &str)], file: Option<&str>) -> Vec<String> {
    let error = read(pairs, file).expect_err("refused");
    error.0.into_iter().map(|fault| fault.key).collect()
}

#[test]
fn nothing_set_gives_the_documented_defaults() {
    let settings = read(&[], None).unwrap();
    assert_eq!(settings.http.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.http.public_url.as_str(), "http://127.0.0.1:8080/");
    assert_eq!(
        settings.database_url,
        DatabaseUrl::parse("sqlite://data/koplopers.db").unwrap()
    );
    assert_eq!(settings.mail.url.expose(), "maildir://data/mail");
    assert!(!settings.http.behind_tls());
}

#[test]
fn the_environment_wins_from_the_file() {
    let file = "listen = '127.0.0.1:1'\ntime_zone = 'Europe/Paris'\nrate_per_minute = 5\ncors_origins = ['https://a.example.nl', 'https://b.example.nl']";
    let settings = read(
        &[("KOPLOPERS_LISTEN", "127.0.0.1:2"), ("PATH", "/bin")],
        Some(file),
    )
    .unwrap();
    assert_eq!(settings.http.listen.port(), 2);
    assert_eq!(settings.time_zone.iana_name(), Some("Europe/Paris"));
    assert_eq!(settings.http.rate_per_minute, 5);
    assert_eq!(settings.http.cors_origins.len(), 2);
}

// security: 67
#[test]
fn every_unknown_or_bad_setting_is_named_and_no_value_shown() {
    let pairs = [
        ("KOPLOPERS_LISTEM", "geheim1"),
        ("KOPLOPERS_LISTEN", "geheim2"),
        ("DATABASE_URL", "mysql://geheim3"),
        ("KOPLOPERS_MAIL_URL", "geheim4://"),
        ("KOPLOPERS_REQUEST_TIMEOUT", "geheim5"),
        ("KOPLOPERS_DB_POOL", "0"),
        ("KOPLOPERS_TRUSTED_PROXIES", "10.0.0.0/8,geheim6"),
        ("KOPLOPERS_PUBLIC_URL", "https://a:geheim7@example.nl"),
        ("KOPLOPERS_CORS_ORIGINS", "*"),
    ];
    let error = read(&pairs, Some("lissen = 'geheim8'\n[log]\nx = 1")).expect_err("refused");
    let text = format!("{error} {error:?}");
    assert!(!text.contains("geheim"), "{text}");
    for key in pairs
        .map(|(key, _)| key)
        .into_iter()
        .chain(["lissen", "log"])
    {
        assert!(text.contains(key), "{key}: {text}");
    }
    assert_eq!(
        faulty_keys(&[], Some("listen = 'geheim\n")),
        ["KOPLOPERS_CONFIG"]
    );
}

// security: 18
#[test]
fn postgresql_needs_a_strong_master_key() {
    let url = ("DATABASE_URL", "postgres://localhost/koplopers");
    assert_eq!(faulty_keys(&[url], None), ["KOPLOPERS_MASTER_KEY"]);
    let demo = "6q72I0v0lBUqLXPyMzcLFbCbuP20D6vdz8QSryC9n8o=";
    for weak in [
        "secret",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        demo,
    ] {
        assert_eq!(
            faulty_keys(&[url, ("KOPLOPERS_MASTER_KEY", weak)], None),
            ["KOPLOPERS_MASTER_KEY"]
        );
    }
    let made = MasterKey::generate().unwrap();
    assert!(read(&[url, ("KOPLOPERS_MASTER_KEY", &made)], None).is_ok());
}

#[test]
fn on_sqlite_the_master_key_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    let settings = read(&[("KOPLOPERS_DATA_DIR", path.to_str().unwrap())], None).unwrap();
    assert!(!path.exists());
    settings.master_key().unwrap();
    let text = std::fs::read_to_string(path.join("master.key")).unwrap();
    settings.master_key().unwrap();
    assert_eq!(
        text,
        std::fs::read_to_string(path.join("master.key")).unwrap()
    );
}

// security: 66
#[test]
fn secrets_do_not_show_in_debug_output() {
    let settings = read(
        &[
            ("DATABASE_URL", "postgres://u:geheim1@localhost/koplopers"),
            ("KOPLOPERS_MASTER_KEY", &MasterKey::generate().unwrap()),
            ("KOPLOPERS_MAIL_URL", "smtp://u:geheim2@relay.example.nl"),
            ("KOPLOPERS_MAIL_FROM", "koplopers@example.nl"),
        ],
        None,
    )
    .unwrap();
    let text = format!("{settings:?}");
    assert!(!text.contains("geheim"), "{text}");
}

#[test]
fn issuers_are_tables_in_the_file() {
    let issuer = "[[issuer]]\nissuer = 'https://login.example.nl'\naudience = 'koplopers'\nalgorithms = ['RS256']\n";
    let good = format!("{issuer}jwks_url = 'https://login.example.nl/keys'");
    assert_eq!(read(&[], Some(&good)).unwrap().issuers.len(), 1);
    assert_eq!(faulty_keys(&[], Some(issuer)), ["issuer 1"]);
    let unknown = format!("{good}\ngeheim = 1");
    assert_eq!(faulty_keys(&[], Some(&unknown)), ["issuer"]);
}

#[test]
fn the_dev_mailbox_refuses_a_relay() {
    let pairs = [
        ("KOPLOPERS_MAIL_URL", "smtp://relay.example.nl"),
        ("KOPLOPERS_DEV_MAILBOX", "true"),
    ];
    assert_eq!(
        faulty_keys(&pairs, None),
        ["KOPLOPERS_MAIL_FROM", "KOPLOPERS_DEV_MAILBOX"]
    );
}

#[test]
fn the_operations_page_shows_the_table_of_keys() {
    let page = include_str!("../../../docs/operations.md");
    let (_, rest) = page.split_once("<!-- settings:begin -->\n").unwrap();
    let (table, _) = rest.split_once("<!-- settings:end -->").unwrap();
    assert_eq!(
        table,
        keys::table(),
        "write the table of keys::table() into docs/operations.md"
    );
}

#[test]
fn an_inbound_address_leaves_room_for_the_mark_of_a_delivery() {
    let of = |local: usize| format!("{}@example.org", "k".repeat(local));
    assert!(read(&[("KOPLOPERS_INBOUND_ADDRESS", &of(19))], None).is_ok());
    let too_long = faulty_keys(&[("KOPLOPERS_INBOUND_ADDRESS", &of(20))], None);
    assert_eq!(too_long, ["KOPLOPERS_INBOUND_ADDRESS"]);
}

// mission: S2, K2
#[test]
fn the_days_of_the_digest_and_the_chasers_can_be_set_within_bounds() {
    let usual = read(&[], None).unwrap();
    assert_eq!(usual.digest, DigestLimits::default());
    assert_eq!(usual.chasers, ChaserDays::default());
    assert_eq!(usual.app_url, None);
    let set = read(
        &[
            ("KOPLOPERS_DIGEST_SUBMITTED_DAYS", "5"),
            ("KOPLOPERS_OFFER_CHASER_DAYS", "0"),
            ("KOPLOPERS_END_PRODUCT_CHASER_DAYS", "60"),
            ("KOPLOPERS_APP_URL", "https://app.example.nl"),
        ],
        None,
    )
    .unwrap();
    assert_eq!(set.digest.submitted, 5);
    let (offer, end_product) = (set.chasers.offer, set.chasers.end_product);
    assert_eq!((offer, end_product), (None, Some(60)));
    assert!(set.app_url.is_some());
    for (key, wrong) in [
        ("KOPLOPERS_DIGEST_SUBMITTED_DAYS", "0"),
        ("KOPLOPERS_DIGEST_ASSESSING_DAYS", "366"),
        ("KOPLOPERS_DIGEST_MATCHED_DAYS", "twee"),
        ("KOPLOPERS_OFFER_CHASER_DAYS", "-1"),
        ("KOPLOPERS_END_PRODUCT_CHASER_DAYS", "10000"),
        ("KOPLOPERS_APP_URL", "app.example.nl"),
    ] {
        assert_eq!(faulty_keys(&[(key, wrong)], None), [key]);
    }
}
