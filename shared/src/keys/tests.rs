#![expect(clippy::unwrap_used, reason = "tests")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

// security: 18
#[test]
fn a_master_key_that_is_not_random_is_refused() {
    let series: Vec<u8> = (0..32).collect();
    let downwards: Vec<u8> = (0..32).map(|n| 250_u8.wrapping_sub(n * 7)).collect();
    for (bad, why) in [
        (String::new(), WeakMasterKey::Form),
        ("secret".to_owned(), WeakMasterKey::Form),
        (STANDARD.encode([7; 16]), WeakMasterKey::Form),
        (STANDARD.encode([7; 33]), WeakMasterKey::Form),
        (STANDARD.encode([0; 32]), WeakMasterKey::NotRandom),
        (hex(&[0xff; 32]), WeakMasterKey::NotRandom),
        ("deadbeef".repeat(8), WeakMasterKey::NotRandom),
        (STANDARD.encode(&series), WeakMasterKey::NotRandom),
        (STANDARD.encode(downwards), WeakMasterKey::NotRandom),
        (
            STANDARD.encode("correct horse battery staple pls"),
            WeakMasterKey::NotRandom,
        ),
        (
            "changemechangemechangemechangemechangemechg=".to_owned(),
            WeakMasterKey::NotRandom,
        ),
        (
            "please/change/this/key/before/production/xw=".to_owned(),
            WeakMasterKey::NotRandom,
        ),
    ] {
        assert_eq!(MasterKey::parse(&bad).map(|_| ()), Err(why), "{bad}");
    }
}

// security: 18
#[test]
fn a_published_key_is_refused() {
    assert_eq!(
        MasterKey::parse(master::EXAMPLE).map(|_| ()),
        Err(WeakMasterKey::Example)
    );
}

#[test]
fn generated_keys_are_accepted_and_hide_themselves() {
    for _ in 0..2_000 {
        let text = MasterKey::generate().unwrap();
        assert!(MasterKey::parse(&text).is_ok(), "{text}");
        let bytes = STANDARD.decode(&text).unwrap();
        assert!(MasterKey::parse(&hex(&bytes)).is_ok());
    }
    let key = MasterKey::parse(&MasterKey::generate().unwrap()).unwrap();
    assert_eq!(format!("{key:?}"), "MasterKey(hidden)");
}

#[test]
fn a_missing_master_key_file_is_made_once_and_read_by_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    MasterKey::read_or_create(&path).unwrap();
    let made = std::fs::read_to_string(&path).unwrap();
    MasterKey::read_or_create(&path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), made);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let bits = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(bits & 0o777, 0o600);
    }
    std::fs::write(&path, "secret").unwrap();
    assert!(MasterKey::read_or_create(&path).is_err());
}
