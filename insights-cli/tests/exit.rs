//! How a run ends, as the shell sees it.

use std::{
    io::{Read, Write},
    process::Stdio,
};

use crate::{
    archive::{at, demo, gzip, log, steady, varied},
    folder::Folder,
    program::{Args, command, insights},
};

#[test]
fn insights_are_told_by_the_code_only_on_request() {
    let folder = Folder::new();
    let quiet = folder.file("a.json", log(&steady(at("2026-03-02T00:00:00Z"), "CreateTags", 60)));
    insights(&[&"replay", &demo()]).exited(0);
    insights(&[&"replay", &demo(), &"--exit-code"]).exited(1);
    insights(&[&"replay", &quiet, &"--exit-code"]).exited(0);
    let csv = folder.join("counts.csv");
    insights(&[&"count", &demo(), &"-o", &csv]).exited(0);
    insights(&[&"detect", &csv]).exited(0);
    insights(&[&"detect", &csv, &"--exit-code"]).exited(1);

    // That part of the input could not be read goes before.
    let bad = folder.file("bad.json", "oops");
    insights(&[&"replay", &demo(), &bad, &"--exit-code"]).exited(3);
}

#[test]
fn a_command_line_that_makes_no_sense_is_2() {
    let demo = demo();
    let demo = demo.to_str().unwrap();
    for args in [
        &[][..],
        &["replay"],
        &["detect"],
        &["reply", demo],
        &["replay", demo, "--no-such-option"],
        &["replay", demo, "--format", "xml"],
        &["replay", demo, "--profile", "best"],
        &["replay", demo, "--type", "calls"],
        &["replay", demo, "--category", "insight"],
        &["replay", demo, "--threads", "0"],
        &["replay", demo, "--threads", "-1"],
        &["replay", demo, "--threads", "many"],
        &["replay", demo, "--from", "yesterday"],
        &["replay", demo, "--from", "2026-02-30"],
        &["replay", demo, "--from", ""],
        &["replay", demo, "--to", "14:05"],
        &["replay", demo, "--from", "2026-03-03", "--to", "2026-03-02"],
        &["replay", demo, "--from", "2026-03-03", "--to", "2026-03-03"],
        &["replay", demo, "--allowed-lateness", "soon"],
        &["replay", demo, "--allowed-lateness", "-1d"],
        &["replay", demo, "--max-unpacked", "much"],
        &["replay", demo, "--max-unpacked", "1000"],
        &["count", demo, "--format", "jsonl"],
        &["detect", demo, "--allowed-lateness", "1d"],
    ] {
        let mut command = command(&[]);
        let output = command.args(args).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {stderr}");
        assert!(output.stdout.is_empty() && !stderr.is_empty(), "{args:?}");
        assert!(!stderr.contains("panicked"), "{args:?}: {stderr}");
    }
}

#[test]
fn help_and_version_are_results() {
    for args in [&["--help"][..], &["--version"], &["replay", "--help"], &["detect", "-h"]] {
        let output = command(&[]).args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert!(!output.stdout.is_empty() && output.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn what_cannot_be_written_is_4_and_named() {
    let folder = Folder::new();
    let nowhere = folder.join("no/such/folder/out");
    for args in [["replay", "-o"], ["count", "-o"], ["replay", "--summary"]] {
        let output = command(&[&args[0], &demo(), &args[1], &nowhere]).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{args:?}: {stderr}");
        assert!(stderr.contains("no/such/folder/out"), "{args:?}: {stderr}");
        assert!(!stderr.contains("panicked"), "{stderr}");
    }
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let folder = varied().write();
    let mut child = command(&[&"count", &folder.path()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // More is written than a pipe holds, so that the writer meets the closed end.
    let mut stdout = child.stdout.take().unwrap();
    let mut first = [0; 6];
    stdout.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"minute");
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(!stderr.contains("panicked") && !stderr.contains("error"), "{stderr}");

    let whole = insights(&[&"count", &folder.path()]).exited(0);
    assert!(whole.stdout.len() > 200_000, "the output fits into a pipe");
}

#[test]
fn no_command_minds_a_reader_that_has_gone() {
    let folder = Folder::new();
    let csv = folder.join("counts.csv");
    let jsonl = folder.join("insights.jsonl");
    insights(&[&"count", &demo(), &"-o", &csv]).exited(0);
    insights(&[&"replay", &demo(), &"-o", &jsonl]).exited(0);
    let commands: [&Args<'_>; 13] = [
        &[&"--help"],
        &[&"--version"],
        &[&"tune", &"--help"],
        &[&"completions", &"bash"],
        &[&"man"],
        &[&"config"],
        &[&"synth", &"--print-mix"],
        &[&"replay", &demo(), &"--format", &"table", &"-v"],
        &[&"detect", &csv],
        &[&"baseline", &csv],
        &[&"explain", &csv, &"--id", &"0d6b0543"],
        &[&"report", &csv],
        &[&"score", &jsonl, &"--aws", &jsonl],
    ];
    for args in commands {
        let mut child =
            command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        let typed: Vec<_> = args.iter().map(AsRef::as_ref).collect();
        assert_eq!(output.status.code(), Some(0), "{typed:?}: {stderr}");
        assert!(!stderr.contains("error") && !stderr.contains("panicked"), "{typed:?}: {stderr}");
    }
}

#[test]
fn no_reader_at_all_is_no_error() {
    for format in ["jsonl", "json", "csv", "table"] {
        let mut child = command(&[&"replay", &"-", &"--format", &format])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        // Nothing is written before stdin has ended, and by then nobody reads.
        let lines = varied().json_lines();
        child.stdin.take().unwrap().write_all(&gzip(lines)).unwrap();
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{format}: {stderr}");
        assert!(!stderr.contains("panicked"), "{format}: {stderr}");
    }
}
