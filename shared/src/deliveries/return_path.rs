//! The envelope sender of a mail (RFC 5321 §4.4): it names the delivery and proves that we made
//! it, so that a forged bounce suppresses nobody.
//!
//! `{local}+b-{delivery and MAC}@{domain}` of the inbound address, the middle in base32 without
//! capitals, since some mail servers change those.

use data_encoding::BASE32_DNSSEC;
use uuid::Uuid;

use crate::ids::DeliveryId;
use crate::keys::KeyRing;
use crate::words::EmailAddress;

const MARK: &str = "+b-";
/// Characters of a delivery's id (16 bytes) and a MAC (10 bytes) in base32.
const TOKEN: usize = 42;
/// RFC 5321 §4.5.3.1.1.
const LONGEST_LOCAL_PART: usize = 64;

/// How long the local part of the inbound address may be.
pub const LONGEST_INBOUND: usize = LONGEST_LOCAL_PART - MARK.len() - TOKEN;

/// The address to which what cannot be delivered returns.
#[must_use]
pub fn address(keys: &KeyRing, inbound: &EmailAddress, delivery: DeliveryId) -> String {
    let mac = keys.sign_return_path(&contents(delivery));
    let token = [delivery.0.as_bytes().as_slice(), &mac].concat();
    let (local, domain) = inbound.parts();
    format!("{local}{MARK}{}@{domain}", BASE32_DNSSEC.encode(&token))
}

/// Which delivery a return address names; `None` for any address that is not ours.
#[must_use]
pub fn delivery_of(keys: &KeyRing, address: &str) -> Option<DeliveryId> {
    let (local, _) = address.rsplit_once('@')?;
    let local = local.to_ascii_lowercase();
    let (_, token) = local.rsplit_once(MARK)?;
    if token.len() != TOKEN {
        return None;
    }
    let bytes = BASE32_DNSSEC.decode(token.as_bytes()).ok()?;
    let (id, mac) = bytes.split_first_chunk()?;
    let delivery = DeliveryId(Uuid::from_bytes(*id));
    let genuine = keys.verify_return_path(&contents(delivery), mac.try_into().ok()?);
    genuine.then_some(delivery)
}

/// What the MAC covers; no link's contents begin like this.
fn contents(delivery: DeliveryId) -> Vec<u8> {
    [b"koplopers return path\0", delivery.0.as_bytes().as_slice()].concat()
}
