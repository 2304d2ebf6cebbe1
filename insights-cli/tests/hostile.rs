//! Odd paths and inputs made to hurt.
#![cfg(unix)]

use std::{
    ffi::OsStr,
    fs,
    os::unix::{ffi::OsStrExt, fs::symlink},
    path::Path,
};

use crate::{
    archive::{at, gzip, log, steady},
    folder::Folder,
    program::{command, insights},
};

fn three() -> String {
    log(&steady(at("2026-03-02T12:00:00Z"), "CreateTags", 3))
}

#[test]
fn names_that_are_no_text_are_read() {
    let folder = Folder::new();
    folder.file(OsStr::from_bytes(b"caf\xe9.json"), three());
    folder.file(OsStr::from_bytes(b"\xff\xfe/x.json.gz"), gzip(three()));
    folder.file("with space/and\nline.json", three());
    folder.file("-", three());
    folder.file("--quiet.json", three());
    let run = insights(&[&"replay", &folder.path()]).exited(0);
    // The same records in every file.
    assert_eq!((run.number("files"), run.number("counted")), (5, 3));
    assert_eq!(run.number("duplicates"), 12);

    let named = folder.join(OsStr::from_bytes(b"caf\xe9.json"));
    assert_eq!(insights(&[&"replay", &named]).exited(0).number("counted"), 3);
    fs::write(&named, "oops").unwrap();
    assert!(insights(&[&"replay", &named]).stderr.contains("caf"));
}

#[test]
fn hostile_names_reach_no_terminal() {
    let folder = Folder::new();
    folder.file("good.json", three());
    folder.file("\u{1b}[31m\nwarning: fine.json", "oops");
    symlink("nowhere", folder.join("\u{1b}]0;x\u{7}.json")).unwrap();
    let run = insights(&[&"replay", &folder.path()]).exited(3);
    assert!(!run.stderr.chars().any(|c| c.is_control() && c != '\n'), "{:?}", run.stderr);
    let warnings = run.stderr.lines().filter(|line| line.starts_with("warning: ")).count();
    assert_eq!(warnings, 2, "{}", run.stderr);
}

#[test]
fn links_that_go_in_circles_end() {
    let folder = Folder::new();
    folder.file("logs/good.json", three());
    symlink("..", folder.join("logs/up")).unwrap();
    symlink(".", folder.join("logs/here")).unwrap();
    symlink("loop.json", folder.join("logs/loop.json")).unwrap();
    let run = insights(&[&"replay", &folder.path()]).exited(3);
    assert_eq!((run.number("counted"), run.number("duplicates")), (3, 0));
    assert!(run.stderr.contains("loop.json: "), "{}", run.stderr);
}

#[test]
fn a_file_and_links_to_it_are_read_once() {
    let folder = Folder::new();
    let file = folder.file("logs/a.json", three());
    symlink(&file, folder.join("logs/b.json")).unwrap();
    symlink("logs", folder.join("same")).unwrap();
    let run = insights(&[&"replay", &folder.join("same"), &folder.join("logs"), &file]).exited(0);
    assert_eq!((run.number("files"), run.number("records")), (1, 3));
}

#[test]
fn a_pipe_in_a_folder_does_not_stop_the_world() {
    let folder = Folder::new();
    folder.file("good.json", three());
    let made = std::process::Command::new("mkfifo").arg(folder.join("pipe.json")).status();
    if !made.is_ok_and(|status| status.success()) {
        println!("skipped: there is no mkfifo");
        return;
    }
    let run = insights(&[&"replay", &folder.path()]).exited(0);
    assert_eq!(run.number("records"), 3);
}

#[test]
fn an_endless_row_of_beginnings_comes_to_an_end() {
    let folder = Folder::new();
    for text in ["{", "{\"", "[{", "{\"eventTime\":\"", "{}", "\"{", "{\"a\":1,", "{\n"] {
        is_read_to_the_end(&folder.file("a.json", text.repeat(1_000_000 / text.len())), text);
    }
}

#[test]
fn nesting_in_fields_that_do_not_matter_comes_to_an_end() {
    let folder = Folder::new();
    for text in ["{\"a\":", "{\"a\":[", "{\"eventTime\":\"\",\"a\":{\"b\":["] {
        is_read_to_the_end(&folder.file("a.json", text.repeat(100_000 / text.len())), text);
    }
}

/// Runs to its end: tried level by level, such a text would take minutes.
#[track_caller]
fn is_read_to_the_end(file: &Path, text: &str) {
    let run = insights(&[&"replay", &file, &"--quiet"]);
    assert!([0, 3, 4].contains(&run.code), "{text}: {}", run.stderr);
}

#[test]
fn the_input_is_not_the_output() {
    let folder = Folder::new();
    let file = folder.file("a.json", three());
    let _ = insights(&[&"replay", &file, &"-o", &file]);
    let output = command(&[&"replay", &file, &"--summary", &file]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(fs::read_to_string(&file).unwrap() == three(), "the input was overwritten");
}

#[test]
fn what_is_named_is_read_wherever_it_lies() {
    let folder = Folder::new();
    let file = folder.file("AWSLogs/1/CloudTrail-Digest/eu-west-1/a.json", three());
    assert_eq!(insights(&[&"replay", &file]).exited(0).number("records"), 3);
    let inside = folder.join("AWSLogs/1/CloudTrail-Digest/eu-west-1");
    assert_eq!(insights(&[&"replay", &inside]).exited(0).number("records"), 3);
    // Found on the way, it is known for what it is.
    assert_eq!(insights(&[&"replay", &folder.path()]).exited(4).code, 4);
}
