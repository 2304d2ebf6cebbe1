//! How what is printed looks: colours, which go nowhere but to a terminal unless they are asked for,
//! and lines of its width.

use std::{fs, process::Stdio};

use crate::{
    archive::demo,
    folder::Folder,
    program::{Args, command},
    snapshot::assert_snapshot,
};

const ESCAPE: char = '\u{1b}';

/// Runs the program with variables and returns what came to stdout and stderr.
fn printed(args: &Args<'_>, variables: &[(&str, &str)]) -> [String; 2] {
    let mut command = command(args);
    let output = command.envs(variables.iter().copied()).stdin(Stdio::null()).output().unwrap();
    [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap())
}

#[test]
fn no_colour_reaches_a_pipe_unless_it_is_asked_for() {
    let demo = demo();
    let replay: [&dyn AsRef<std::ffi::OsStr>; 2] = [&"replay", &demo];
    for args in [
        &replay[..],
        &[&"replay", &demo, &"--color", &"never"],
        &[&"--color=auto", &"replay", &demo],
        &[&"--help"],
        &[&"replay", &"-h"],
        &[&"replay", &"--no-such"],
        &[&"replay", &demo, &"--set", &"x=1"],
        &[&"replay", &"nowhere"],
    ] {
        let told = printed(args, &[]);
        assert!(!told.concat().is_empty() && !told.concat().contains(ESCAPE), "{told:?}");
        // What asks for none counts over what asks for some.
        let told = printed(args, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]);
        assert!(!told.concat().contains(ESCAPE), "{told:?}");
    }

    // stdout: help. stderr: the parser's errors, ours, warnings, and the summary.
    for (stream, args) in [
        (0, &[&"--help" as &dyn AsRef<std::ffi::OsStr>][..]),
        (0, &[&"replay", &"-h"]),
        (1, &[&"replay", &"--no-such"]),
        (1, &[&"replay", &demo, &"--set", &"x=1"]),
        (1, &[&"replay", &"nowhere", &"-q"]),
        (1, &replay),
    ] {
        let plain = &printed(args, &[])[stream];
        let mut always = args.to_vec();
        always.push(&"--color=always");
        let mut early: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![&"--color", &"always"];
        early.extend_from_slice(args);
        for colored in [
            printed(&always, &[]),
            printed(&early, &[("NO_COLOR", "1")]),
            printed(args, &[("CLICOLOR_FORCE", "1")]),
        ] {
            let colored = &colored[stream];
            assert!(colored.contains(ESCAPE), "{colored:?}");
            let stripped = anstream::adapter::strip_str(colored).to_string();
            let words = |text: &str| {
                let words = text.split_whitespace().filter(|word| !word.contains(['.', ',']));
                words.map(str::to_owned).collect::<Vec<_>>()
            };
            // The usage names the options that were given; times differ.
            if !stripped.contains("Usage:") || stream == 0 {
                assert_eq!(words(&stripped), words(plain));
            }
        }
    }
}

#[test]
fn records_and_files_are_never_coloured() {
    let folder = Folder::new();
    let (out, summary) = (folder.join("out.jsonl"), folder.join("summary.json"));
    let demo = demo();
    for format in ["jsonl", "json", "csv"] {
        let args: &Args<'_> = &[&"replay", &demo, &"--color=always", &"--format", &format];
        assert!(!printed(args, &[])[0].contains(ESCAPE), "{format}");
    }
    for format in ["jsonl", "table"] {
        let args: &Args<'_> = &[
            &"replay",
            &demo,
            &"-o",
            &out,
            &"--summary",
            &summary,
            &"--color=auto",
            &"--format",
            &format,
        ];
        printed(args, &[]);
        for path in [&out, &summary] {
            let text = fs::read_to_string(path).unwrap();
            assert!(!text.is_empty() && !text.contains(ESCAPE), "{text:?}");
        }
    }
}

#[test]
fn the_table_of_the_demo_has_a_line_for_each_episode() {
    let of_width = |columns| {
        printed(&[&"replay", &demo(), &"--format", &"table"], &[("COLUMNS", columns)])[0].clone()
    };
    let longest = |table: &str| table.lines().map(|line| line.chars().count()).max().unwrap();
    let table = of_width("100");
    assert!((80..=100).contains(&longest(&table)), "{table}");
    assert!((100..=130).contains(&longest(&of_width("130"))), "{table}");
    let days = table.lines().filter(|line| line.starts_with("03-1")).count();
    assert_eq!(days, 6, "{table}");
    assert!(table.contains("iam:CreateAccessKey"), "{table}");
    assert_snapshot("table.txt", &table);
}

#[test]
fn an_explanation_is_as_wide_as_the_terminal_within_reason() {
    let demo = demo();
    let args: &Args<'_> =
        &[&"explain", &demo, &"--series", &"s3:GetObject", &"--at", &"2026-03-10T17:00"];
    for (columns, least, most) in
        [("20", 45, 60), ("80", 65, 80), ("120", 100, 120), ("500", 120, 140)]
    {
        let [text, _] = printed(args, &[("COLUMNS", columns)]);
        let sentences = text.split("\n\n").nth(1).unwrap();
        let longest = sentences.lines().map(|line| line.chars().count()).max().unwrap();
        assert!((least..=most).contains(&longest), "{longest} of {columns}: {text}");
    }
}
