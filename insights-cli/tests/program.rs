//! Runs the binary: [`insights`], [`insights_fed`], [`run`].

use std::{
    ffi::OsStr,
    fs,
    io::Write,
    process::{Command, Stdio},
    thread,
};

use serde_json::Value;

use crate::folder::Folder;

/// What is typed: texts and paths.
pub(crate) type Args<'a> = [&'a dyn AsRef<OsStr>];

/// What a run left.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// What `--summary` says, null where none was written.
    pub(crate) summary: Value,
}

/// Runs the binary to its end.
///
/// No run may panic or be killed, whatever it is fed.
pub(crate) fn insights(args: &Args<'_>) -> Run {
    insights_fed(args, b"")
}

/// Runs the binary with `input` on stdin.
pub(crate) fn insights_fed(args: &Args<'_>, input: &[u8]) -> Run {
    run(command(args), input)
}

/// Runs a command with `input` on stdin.
pub(crate) fn run(mut command: Command, input: &[u8]) -> Run {
    let folder = Folder::new();
    let summary = folder.join("summary.json");
    if command.get_args().len() > 0 {
        command.arg("--summary").arg(&summary);
    }
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = thread::scope(|scope| {
        // A run that does not read stdin closes it.
        scope.spawn(move || {
            let _ = stdin.write_all(input);
        });
        child.wait_with_output().unwrap()
    });
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!stderr.contains("panicked"), "{stderr}");
    Run {
        code: output
            .status
            .code()
            .unwrap_or_else(|| panic!("killed: {:?}\n{stderr}", output.status)),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr,
        summary: fs::read(summary)
            .map(|json| serde_json::from_slice(&json).unwrap())
            .unwrap_or_default(),
    }
}

/// Returns the binary, ready to run.
pub(crate) fn command(args: &Args<'_>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_insights"));
    // The settings of whoever runs the tests are no part of them.
    command.args(args);
    for name in ["INSIGHTS_CONFIG", "COLUMNS", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command
}

impl Run {
    /// Returns the run if it ended with `code`.
    #[track_caller]
    pub(crate) fn exited(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.stderr);
        self
    }

    /// Returns a number of the summary.
    #[track_caller]
    pub(crate) fn number(&self, name: &str) -> u64 {
        self.summary[name]
            .as_u64()
            .unwrap_or_else(|| panic!("no number {name} in {}\n{}", self.summary, self.stderr))
    }

    /// Returns the Insights: one record a line.
    pub(crate) fn insights(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Returns the Insights in brief: state, time, source, name and error code.
    pub(crate) fn told(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let told = |record: &Value| {
            let details = &record["insightDetails"];
            let source = text(&details["eventSource"]);
            [
                text(&details["state"]),
                text(&record["eventTime"]),
                source.trim_end_matches(".amazonaws.com").to_owned(),
                text(&details["eventName"]),
                text(&details["errorCode"]),
            ]
            .join(" ")
            .trim_end()
            .to_owned()
        };
        self.insights().iter().map(told).collect()
    }
}
