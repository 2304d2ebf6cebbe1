//! What a person sees: runs on a terminal.

use std::{io::Read, process::Child};

use pty_process::{
    Size,
    blocking::{Command, Pty, open},
};

use crate::{archive::demo, folder::Folder, interrupt::Endless, program::Args};

/// A run on a terminal of its own.
struct Session {
    pty: Pty,
    child: Child,
    shown: String,
}

impl Session {
    fn start(columns: u16, args: &Args<'_>) -> Self {
        let (pty, terminal) = open().unwrap();
        pty.resize(Size::new(24, columns)).unwrap();
        let command = Command::new(env!("CARGO_BIN_EXE_insights"))
            .args(args)
            .env("TERM", "xterm-256color")
            .env_remove("NO_COLOR")
            .env_remove("INSIGHTS_CONFIG");
        let child = command.spawn(terminal).unwrap();
        Self { pty, child, shown: String::new() }
    }

    /// Reads until something was shown.
    fn wait_for(&mut self, what: &str) {
        while !self.shown.contains(what) {
            assert!(self.read(), "{what:?} is not in {}", self.shown);
        }
    }

    /// Reads some more, if there is any.
    fn read(&mut self) -> bool {
        let mut piece = [0; 4_096];
        // Linux ends what a terminal shows with an error.
        let read = self.pty.read(&mut piece).unwrap_or_default();
        self.shown.push_str(&String::from_utf8_lossy(&piece[..read]));
        read > 0
    }

    /// Returns all that was shown and the exit code.
    fn end(mut self) -> (String, Option<i32>) {
        while self.read() {}
        (self.shown, self.child.wait().unwrap().code())
    }
}

/// Returns what a line looks like without what colors it.
fn plain(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once(|c: char| c.is_ascii_alphabetic()).map_or("", |(_, rest)| rest);
    }
    plain + rest
}

#[test]
fn the_table_follows_the_width_of_the_terminal_and_severity_is_colored() {
    for columns in [80, 100, 140, 200] {
        let (shown, code) = Session::start(columns, &[&"replay", &demo(), &"--quiet"]).end();
        assert_eq!(code, Some(0));
        let lines: Vec<String> = shown.lines().map(plain).collect();
        let widest = lines.iter().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= usize::from(columns), "{columns}: {shown}");
        assert_eq!(lines[0].contains("lasted"), columns > 80, "{columns}: {}", lines[0]);
        assert_eq!(lines[0].contains("baseline"), columns > 100, "{columns}: {}", lines[0]);
        assert_eq!(lines[0].contains("where"), columns > 140, "{columns}: {}", lines[0]);
        assert!(shown.contains("\u{1b}[33mmedium"), "{shown}");
        let (bare, _) =
            Session::start(columns, &[&"replay", &demo(), &"--quiet", &"--color", &"never"]).end();
        assert!(!bare.contains('\u{1b}'), "{bare}");
        assert_eq!(bare.lines().collect::<Vec<_>>(), lines);
    }
}

#[test]
fn progress_is_shown_of_a_run_that_takes_long_and_is_gone_at_its_end() {
    let folder = Folder::new();
    let endless = Endless::new(&folder);
    // One file is a pipe that goes on until all was seen.
    let mut session = Session::start(100, &[&"replay", &demo(), &endless.path()]);
    let writer = endless.reached();
    session.wait_for("reading");
    session.wait_for(" left");
    let line = session.shown.rsplit('\r').find(|line| line.contains(" left")).unwrap().to_owned();
    assert!(plain(&line).chars().count() <= 100, "{line}");
    assert!(line.contains("files") && line.contains(" %") && line.contains("records/s"), "{line}");
    drop(writer);
    let (shown, code) = session.end();
    assert_eq!(code, Some(0), "{shown}");
    // The line is erased before anything else is printed.
    let (before, _) = shown.split_once("start (UTC)").or(shown.split_once("2026 (UTC)")).unwrap();
    assert!(before.trim_end_matches("\u{1b}[1m").ends_with("\u{1b}[2K"), "{before:?}");
    assert!(!shown.rsplit("\u{1b}[2K").next().unwrap().contains("reading"), "{shown}");
}

#[test]
fn a_short_run_shows_no_progress() {
    let (shown, _) = Session::start(100, &[&"config"]).end();
    assert!(!shown.contains('\u{1b}'), "{shown}");
}

#[test]
fn ctrl_c_stops_a_run_and_what_was_found_is_shown() {
    let folder = Folder::new();
    let endless = Endless::new(&folder);
    let mut session = Session::start(100, &[&"replay", &demo(), &endless.path()]);
    let _writer = endless.reached();
    session.wait_for("reading");
    std::io::Write::write_all(&mut session.pty, b"\x03").unwrap();
    let (shown, code) = session.end();
    assert_eq!(code, Some(130), "{shown}");
    assert!(shown.contains("iam:CreateAccessKey"), "{shown}");
    assert!(
        shown.contains("interrupted: this is of the log up to 2026-03-11T00:00:00Z"),
        "{shown}"
    );
}
