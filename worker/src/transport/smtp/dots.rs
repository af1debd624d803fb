//! What the protocol asks of the bytes of a mail.

/// The mail as it goes over the wire, final dot included (RFC 5321 §4.5.2).
///
/// A line end that is not CRLF becomes one: relays disagree on whether a bare LF before a dot ends the mail, and then the
/// rest of a text would be read as commands.
// security: 36
pub(super) fn dot_stuffed(mail: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(mail.len() + mail.len() / 64 + 5);
    let mut line_start = true;
    let mut bytes = mail.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\r' | b'\n' => {
                if byte == b'\r' {
                    bytes.next_if_eq(&b'\n');
                }
                out.extend_from_slice(b"\r\n");
                line_start = true;
            }
            b'.' if line_start => {
                out.extend_from_slice(b"..");
                line_start = false;
            }
            byte => {
                out.push(byte);
                line_start = false;
            }
        }
    }
    if !line_start {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_at_line_starts_are_doubled_and_line_ends_made_whole() {
        let cases: [(&[u8], &[u8]); 6] = [
            (b"a\r\n", b"a\r\n.\r\n"),
            (b"a", b"a\r\n.\r\n"),
            (b"", b".\r\n"),
            (b".\r\n..b\r\nc.d\r\n", b"..\r\n...b\r\nc.d\r\n.\r\n"),
            (
                b"a\n.\nMAIL FROM:<x@example.org>\r.\r\n",
                b"a\r\n..\r\nMAIL FROM:<x@example.org>\r\n..\r\n.\r\n",
            ),
            (b"a\r\r\n\n", b"a\r\n\r\n\r\n.\r\n"),
        ];
        for (mail, wire) in cases {
            assert_eq!(
                dot_stuffed(mail).escape_ascii().to_string(),
                wire.escape_ascii().to_string()
            );
        }
    }
}
