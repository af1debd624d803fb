//! W3C Trace Context: the trace that a request is part of.

use actix_web::http::header::HeaderMap;
use koplopers_shared::ids::RequestId;

/// A trace, and our own step in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// 32 hexadecimal digits.
    pub trace_id: String,
    span_id: String,
    flags: String,
}

impl Trace {
    /// The caller's trace when it is well formed, else a new one; our step is named after the
    /// request.
    #[must_use]
    pub fn of(headers: &HeaderMap, id: RequestId) -> Self {
        let own = id.0.simple().to_string();
        let span_id = own.get(16..).unwrap_or_default().to_owned();
        let given = headers
            .get("traceparent")
            .and_then(|value| value.to_str().ok())
            .and_then(read);
        let (trace_id, flags) = given.unwrap_or_else(|| (own, "00".to_owned()));
        Self {
            trace_id,
            span_id,
            flags,
        }
    }

    /// What is passed on.
    #[must_use]
    pub fn to_header(&self) -> String {
        format!("00-{}-{}-{}", self.trace_id, self.span_id, self.flags)
    }
}

/// The trace id and flags of `00-{32}-{16}-{2}`; a later version may say more after that.
fn read(header: &str) -> Option<(String, String)> {
    let mut parts = header.split('-');
    let version = hex(parts.next()?, 2)?;
    let trace_id = hex(parts.next()?, 32)?;
    let span_id = hex(parts.next()?, 16)?;
    let flags = hex(parts.next()?, 2)?;
    let zero = |text: &str| text.bytes().all(|b| b == b'0');
    let ends = version != "00" || parts.next().is_none();
    if version == "ff" || zero(trace_id) || zero(span_id) || !ends {
        return None;
    }
    Some((trace_id.to_owned(), flags.to_owned()))
}

fn hex(text: &str, length: usize) -> Option<&str> {
    let digits = text
        .bytes()
        .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    (text.len() == length && digits).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_well_formed_trace_goes_on_and_others_start_anew() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(
            read(good),
            Some(("4bf92f3577b34da6a3ce929d0e0e4736".into(), "01".into()))
        );
        for bad in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
