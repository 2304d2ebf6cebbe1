//! [`input`]: what a command line without an input is told.

use std::{
    ffi::OsString,
    fmt::Write,
    path::{Path, PathBuf},
};

use clap::{
    CommandFactory,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::{args::Args, input::nearby, printable::printable, shell::quoted};

/// An input that a command cannot do without.
struct Needed {
    /// As help calls it.
    name: &'static str,
    what: &'static str,
    examples: &'static [&'static str],
    nearby: fn(&Path) -> Vec<PathBuf>,
}

const NEEDED: [Needed; 3] = [
    Needed {
        name: "INPUT",
        what: "folders of any depth, files, s3://BUCKET/PREFIX, or - for stdin",
        examples: &["AWSLogs/", "s3://my-trail/AWSLogs/", "one.json.gz two.json.gz"],
        nearby: nearby::logs,
    },
    Needed {
        name: "COUNTS",
        what: "tables as `insights count` writes them, CSV or Parquet, or - for stdin",
        examples: &["counts.csv", "january.parquet february.csv.gz"],
        nearby: nearby::counts,
    },
    Needed {
        name: "INSIGHTS",
        what: "files as `insights replay` writes them, folders of CloudTrail's own, or - for stdin",
        examples: &["insights.jsonl", "AWSLogs/111122223333/CloudTrail-Insight/"],
        nearby: nearby::insights,
    },
];

/// Returns what to say, if that is what is wrong with a command line: what could be meant of what
/// is in the folder `here`, or what can be given at all.
pub(crate) fn input(error: &clap::Error, typed: &[OsString], here: &Path) -> Option<String> {
    if error.kind() != ErrorKind::MissingRequiredArgument {
        return None;
    }
    let Some(ContextValue::Strings(missing)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    let is = |needed: &Needed, missing: &str| *missing == format!("<{}>...", needed.name);
    let needed = NEEDED.iter().find(|needed| missing.iter().any(|missing| is(needed, missing)))?;
    let typed: Vec<String> =
        typed.iter().map(|word| quoted(&printable(&word.to_string_lossy()))).collect();
    let commands = Args::command();
    let command = typed.iter().find(|word| commands.find_subcommand(word).is_some())?;

    let mut text = format!("what is {command} to read? Give {}: {}", needed.name, needed.what);
    // Clap's own names of what else is missing stand for it in the command.
    let others: Vec<&str> =
        missing.iter().filter(|other| !is(needed, other)).map(String::as_str).collect();
    let found = (needed.nearby)(here);
    let found: Vec<String> =
        found.iter().map(|path| quoted(&printable(&path.to_string_lossy()))).collect();
    let (title, inputs): (_, Vec<&str>) = if found.is_empty() {
        ("Examples", needed.examples.to_vec())
    } else {
        ("In this folder, try", found.iter().map(String::as_str).collect())
    };
    // Writing to a text cannot fail.
    let _ = write!(text, "\n\n{title}:");
    for input in inputs {
        let words = typed.iter().map(String::as_str).chain([input]).chain(others.iter().copied());
        let _ = write!(text, "\n  insights {}", words.collect::<Vec<_>>().join(" "));
    }
    let _ = write!(text, "\n\nFor more information, try 'insights {command} --help'.");
    Some(text)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use clap::Parser;

    use super::*;

    fn told(typed: &str, here: &Path) -> Option<String> {
        let error = Args::try_parse_from(["insights"].into_iter().chain(typed.split(' ')));
        let typed: Vec<OsString> = typed.split(' ').map(Into::into).collect();
        input(&error.unwrap_err(), &typed, here)
    }

    #[test]
    fn what_is_in_the_folder_is_offered_and_else_examples() {
        let here = tempfile::tempdir().unwrap();
        let here = here.path();
        for (typed, expected) in [
            ("replay", "\n  insights replay AWSLogs/\n"),
            ("detect --quiet", "\n  insights detect --quiet counts.csv\n"),
            ("score --labels a", "\n  insights score --labels a insights.jsonl\n"),
            ("tune", "\n  insights tune AWSLogs/ --labels <FILE>\n"),
        ] {
            let told = told(typed, here).unwrap();
            assert!(told.contains("Examples:") && told.contains(expected), "{told}");
        }
        assert_eq!(told("replay --nonsense", here), None);
        assert_eq!(told("synth", here), None, "it takes no input");

        let event = r#"{"eventVersion":"1.08","eventTime":"2026-03-02T14:05:00Z","eventSource":"s3.amazonaws.com","eventName":"A","awsRegion":"r"}"#;
        fs::write(here.join("a b.json"), format!("{{\"Records\":[{event}]}}")).unwrap();
        fs::write(here.join("package.json"), "{\"name\":\"x\"}").unwrap();
        fs::write(here.join("c.csv"), "minute,event_source,event_name,count\n").unwrap();
        let replay = told("replay --csv", here);
        assert_eq!(replay, None, "there is no such option");
        let replay = told("replay --format csv", here).unwrap();
        let offered: Vec<&str> = replay.lines().filter(|line| line.starts_with("  ")).collect();
        assert_eq!(offered, ["  insights replay --format csv 'a b.json'"]);
        let detect = told("detect", here).unwrap();
        assert!(detect.contains("\n  insights detect c.csv\n"), "{detect}");

        // A whole archive goes before single files, and one here before one below.
        fs::create_dir_all(here.join("bucket/AWSLogs")).unwrap();
        let replay = told("replay", here).unwrap();
        assert!(replay.contains("try:\n  insights replay bucket/AWSLogs\n"), "{replay}");
        fs::create_dir_all(here.join("AWSLogs")).unwrap();
        let replay = told("replay", here).unwrap();
        assert!(replay.contains("try:\n  insights replay AWSLogs\n"), "{replay}");
    }
}
