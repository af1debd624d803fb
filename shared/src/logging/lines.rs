//! Log lines on their way out: gathered for a moment and written together. On a busy server one
//! call to the kernel for each line costs more than making the line.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line may wait for company; a process that is killed loses what waits.
const PAUSE: Duration = Duration::from_millis(50);
/// More than this, in bytes, waits for nothing.
const ENOUGH: usize = 64 * 1024;

/// Lines that wait for `out`.
pub(super) struct Lines<W>(Arc<Shared<W>>);

struct Shared<W> {
    waiting: Mutex<Waiting<W>>,
    filled: Condvar,
}

struct Waiting<W> {
    lines: Vec<u8>,
    out: W,
}

impl<W> Clone for Lines<W> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<W: Write + Send + 'static> Lines<W> {
    /// Gathers lines for `out`. Unless a thread runs [`Self::write_forever`] only warnings,
    /// errors and crowds of lines go out.
    pub fn to(out: W) -> Self {
        let lines = Vec::with_capacity(ENOUGH * 2);
        Self(Arc::new(Shared {
            waiting: Mutex::new(Waiting { lines, out }),
            filled: Condvar::new(),
        }))
    }

    /// Writes whatever comes, for as long as the process lives.
    pub fn write_forever(&self) -> ! {
        loop {
            let waiting = self.lock();
            let waiting = self
                .0
                .filled
                .wait_while(waiting, |waiting| waiting.lines.is_empty());
            drop(waiting);
            std::thread::sleep(PAUSE);
            self.write_out();
        }
    }

    /// Writes what waits.
    pub fn write_out(&self) {
        self.lock().write_out();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<W>> {
        self.0
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Write> Waiting<W> {
    fn write_out(&mut self) {
        // Nobody can be told that the log cannot be written.
        let _ = self.out.write_all(&self.lines);
        self.lines.clear();
    }
}

/// Takes one line.
pub(super) struct Line<'a, W> {
    lines: &'a Lines<W>,
    at_once: bool,
}

impl<W: Write + Send + 'static> Write for Line<'_, W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut waiting = self.lines.lock();
        if waiting.lines.is_empty() {
            self.lines.0.filled.notify_one();
        }
        waiting.lines.extend_from_slice(line);
        if self.at_once || waiting.lines.len() >= ENOUGH {
            waiting.write_out();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a, W: Write + Send + 'static> MakeWriter<'a> for Lines<W> {
    type Writer = Line<'a, W>;

    fn make_writer(&'a self) -> Self::Writer {
        Line {
            lines: self,
            at_once: true,
        }
    }

    fn make_writer_for(&'a self, meta: &Metadata<'_>) -> Self::Writer {
        Line {
            lines: self,
            at_once: *meta.level() <= Level::WARN,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    /// Keeps what is written to it in sight.
    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Sends on what is written to it.
    struct Sender(std::sync::mpsc::Sender<Vec<u8>>);

    impl Write for Sender {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.send(bytes.to_vec()).map_err(io::Error::other)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Page {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    fn line(lines: &Lines<Page>, text: &str, at_once: bool) {
        Line { lines, at_once }.write_all(text.as_bytes()).unwrap();
    }

    #[test]
    fn lines_wait_for_each_other_and_go_out_in_order() {
        let page = Page::default();
        let lines = Lines::to(page.clone());
        line(&lines, "one\n", false);
        line(&lines, "two\n", false);
        assert_eq!(page.text(), "");
        line(&lines, "trouble\n", true);
        assert_eq!(page.text(), "one\ntwo\ntrouble\n");
        line(&lines, "last\n", false);
        lines.write_out();
        assert_eq!(page.text(), "one\ntwo\ntrouble\nlast\n");
    }

    #[test]
    fn a_crowd_of_lines_does_not_wait() {
        let page = Page::default();
        let lines = Lines::to(page.clone());
        line(&lines, &"x".repeat(ENOUGH), false);
        assert_eq!(page.text().len(), ENOUGH);
    }

    #[test]
    fn a_line_alone_goes_out_after_a_moment() {
        let (sent, seen) = std::sync::mpsc::channel();
        let lines = Lines::to(Sender(sent));
        let writing = lines.clone();
        std::thread::spawn(move || writing.write_forever());
        let mut one = Line {
            lines: &lines,
            at_once: false,
        };
        one.write_all(b"alone\n").unwrap();
        assert_eq!(seen.recv().unwrap(), b"alone\n");
    }
}
