//! A reply of the server (RFC 5321 §4.2), read with limits.

use super::super::one_line;

/// The longest reply, all its lines together, in bytes.
pub(super) const REPLY_LIMIT: usize = 16 * 1024;

/// A whole reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    /// 200 to 599.
    pub code: u16,
    /// All lines as one, cleaned and bounded.
    pub text: String,
    /// The lines as they came, without code: for EHLO and AUTH.
    pub lines: Vec<String>,
}

/// Bytes that are no reply.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Garbage;

/// A reply that is still coming in.
#[derive(Debug, Default)]
pub(super) struct ReplyReader {
    code: Option<u16>,
    lines: Vec<String>,
}

impl ReplyReader {
    /// Takes one line, without its end; gives the reply when it was the last.
    pub(super) fn line(&mut self, line: &[u8]) -> Result<Option<Reply>, Garbage> {
        let (digits, rest) = line.split_at_checked(3).ok_or(Garbage)?;
        if !matches!(digits, [b'2'..=b'5', b'0'..=b'9', b'0'..=b'9']) {
            return Err(Garbage);
        }
        let code = digits
            .iter()
            .fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
        if self.code.is_some_and(|first| first != code) {
            return Err(Garbage);
        }
        self.code = Some(code);
        let (more, text) = match rest {
            [] => (false, rest),
            [b' ', text @ ..] => (false, text),
            [b'-', text @ ..] => (true, text),
            _ => return Err(Garbage),
        };
        self.lines.push(String::from_utf8_lossy(text).into_owned());
        if more {
            return Ok(None);
        }
        let lines = std::mem::take(&mut self.lines);
        self.code = None;
        Ok(Some(Reply {
            code,
            text: one_line(&lines.join(" ")),
            lines,
        }))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn read(lines: &[&str]) -> Result<Option<Reply>, Garbage> {
        let mut reader = ReplyReader::default();
        let mut last = Ok(None);
        for line in lines {
            last = reader.line(line.as_bytes());
        }
        last
    }

    #[test]
    fn lines_of_one_code_are_one_reply() {
        let reply = read(&["250-relay.example", "250-SIZE 1000", "250 AUTH PLAIN"])
            .unwrap()
            .unwrap();
        assert_eq!(reply.code, 250);
        assert_eq!(reply.lines, ["relay.example", "SIZE 1000", "AUTH PLAIN"]);
        assert_eq!(read(&["354"]).unwrap().unwrap().code, 354);
        assert_eq!(read(&["250-more to come"]), Ok(None));
    }

    #[test]
    fn what_is_no_reply_is_garbage() {
        for bad in [
            "",
            "25",
            "250x",
            "650 no",
            "abc def",
            "HTTP/1.1 400 Bad Request",
        ] {
            assert_eq!(read(&[bad]), Err(Garbage), "{bad}");
        }
        assert_eq!(read(&["250-one", "550 two"]), Err(Garbage));
    }
}
