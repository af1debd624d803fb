//! Tests that kill a process: the child is this test binary again, told to run one test of it.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use super::environment;

const ARGUMENT: &str = "KOPLOPERS_TEST_CHILD";

/// What the parent told this process; `None` in a process that was not started by a test.
#[must_use]
pub fn child_argument() -> Option<String> {
    environment(ARGUMENT)
}

/// How often a test that tries its luck goes round: `few`, or twenty times that in a soak.
#[must_use]
pub fn rounds(few: usize) -> usize {
    match environment("KOPLOPERS_SOAK") {
        Some(_) => few * 20,
        None => few,
    }
}

fn this_program() -> PathBuf {
    std::env::current_exe().expect("this program")
}

/// A child that says on its output what it has done.
#[derive(Debug)]
pub struct Victim {
    child: Child,
    output: BufReader<ChildStdout>,
    word: &'static str,
}

impl Victim {
    /// Starts the ignored test `name` in a process of its own. What it says is a line that
    /// starts with `word` and a space.
    #[must_use]
    pub fn start(name: &str, argument: &str, word: &'static str) -> Self {
        Self::start_by(Command::new(this_program()), name, argument, word)
    }

    /// As [`Victim::start`], through a `wrapper` that runs the program and arguments it is given
    /// after its own.
    #[must_use]
    pub fn start_through(
        mut wrapper: Command,
        name: &str,
        argument: &str,
        word: &'static str,
    ) -> Self {
        wrapper.arg(this_program());
        Self::start_by(wrapper, name, argument, word)
    }

    fn start_by(mut command: Command, name: &str, argument: &str, word: &'static str) -> Self {
        let mut child = command
            .args([name, "--exact", "--ignored", "--nocapture"])
            .env(ARGUMENT, argument)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a child");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        Self {
            child,
            output,
            word,
        }
    }

    /// The next thing it says; `None` when it has ended.
    pub fn next_said(&mut self) -> Option<String> {
        loop {
            let mut line = String::new();
            self.output.read_line(&mut line).expect("its output");
            // Killed halfway through a line, it has not said it.
            let line = line.strip_suffix('\n')?;
            if let Some(said) = line.strip_prefix(self.word) {
                return Some(said.trim_start().to_owned());
            }
        }
    }

    /// Kills it, as `kill -9` does, and gives what it had said and nobody had read.
    #[must_use]
    pub fn kill(mut self) -> Vec<String> {
        self.child.kill().expect("a killed child");
        self.child.wait().expect("an end");
        std::iter::from_fn(|| self.next_said()).collect()
    }
}
