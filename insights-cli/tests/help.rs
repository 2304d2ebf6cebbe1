//! Help, completions and manual pages: all of them from the same definitions.

use std::{fs, process::Command};

use crate::{
    folder::Folder,
    program::command,
    snapshot::{assert_snapshot, printed},
};

/// The order of the groups of options, wherever they are.
const GROUPS: [&str; 14] = [
    "Question",
    "Truth",
    "Scoring",
    "Tuning",
    "Account",
    "Input",
    "S3",
    "Selection",
    "Detection",
    "Settings",
    "Output",
    "Run",
    "Global options",
    "Examples",
];

/// Returns the subcommands as the help lists them.
fn commands() -> Vec<String> {
    let [help, _] = printed(&["-h"], 100);
    let list = help.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    let names = list.lines().filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// Returns the help of a command, without what only some builds have.
fn help(command: &str, option: &str, columns: usize) -> String {
    let [help, _] = printed(&[command, option], columns);
    let mut inside = false;
    let kept = help.lines().filter(|line| {
        if !line.is_empty() && !line.starts_with(' ') {
            inside = *line == "S3:";
        }
        !inside
    });
    kept.flat_map(|line| [line, "\n"]).collect::<String>().replace("csv, parquet]", "csv]")
}

/// Returns the lines without indentation that end with a colon.
fn headings(help: &str) -> Vec<&str> {
    let heads = help.lines().filter_map(|line| line.strip_suffix(':'));
    heads.filter(|head| head.starts_with(char::is_alphabetic)).collect()
}

#[test]
fn the_main_jobs_come_first_and_all_is_listed_in_a_line_each() {
    let [short, _] = printed(&["-h"], 100);
    let [long, _] = printed(&["--help"], 100);
    let names = commands();
    let of = |name: &str| names.iter().position(|found| found == name).unwrap();
    let order = ["replay", "report", "explain", "tune", "score", "count", "detect", "config"];
    assert!(order.windows(2).all(|pair| of(pair[0]) < of(pair[1])), "{names:?}");
    assert!(of("config") < of("synth") && of("man") == names.len() - 1, "{names:?}");
    for job in ["insights replay AWSLogs/", "insights explain ", "--help", "insights completions"] {
        assert!(short.contains(job), "{job}: {short}");
    }
    // Each exit code is told where there is room.
    assert!(
        long.contains("Exit status:") && long.contains("\n  3  ") && long.contains("\n  130  "),
        "{long}"
    );
    assert!(!short.contains("Exit status"));
    for line in short.split_once("Commands:\n").unwrap().1.lines().take(names.len()) {
        assert!(line.len() <= 100 && !line.starts_with("    "), "{line}");
    }
    assert_snapshot("help.txt", &short);
    assert_snapshot("help-long.txt", &long);
}

#[test]
fn every_command_has_examples_and_groups_in_the_same_order() {
    for name in commands() {
        let (short, long) = (help(&name, "-h", 100), help(&name, "--help", 100));
        let told = headings(&short);
        let places: Vec<usize> = told
            .iter()
            .filter(|head| !["Arguments", "Options"].contains(head))
            .map(|head| GROUPS.iter().position(|group| group == head))
            .map(|place| place.unwrap_or_else(|| panic!("{name}: a new group in {told:?}")))
            .collect();
        assert!(places.is_sorted(), "{name}: {told:?}");
        assert!(!told.contains(&"Options"), "{name} has options of no group: {short}");
        assert!(short.contains(&format!("\n  insights {name}")), "{name}: {short}");
        assert!(long.len() > short.len(), "{name}");
        assert_snapshot(&format!("help-{name}.txt"), &short);
        assert_snapshot(&format!("help-{name}-long.txt"), &long);
    }
}

#[test]
fn global_options_are_the_same_everywhere() {
    let of = |name: &str| {
        let help = help(name, "-h", 100);
        help.split_once("Global options:\n").unwrap().1.split_once("\n\n").unwrap().0.to_owned()
    };
    let expected = of("replay");
    assert!(expected.contains("--color") && expected.contains("--help"), "{expected}");
    for name in commands() {
        assert_eq!(of(&name), expected, "{name}");
    }
}

#[test]
fn help_is_as_wide_as_the_terminal() {
    for columns in [60, 80, 100] {
        for name in ["replay", "tune", "detect"] {
            let help = help(name, "--help", columns);
            // Examples are typed or copied, and stay as they are.
            let prose = help.split_once("\nExamples:").unwrap().0;
            let width = |line: &&str| line.chars().count();
            // A word is not broken.
            let lines = prose.lines().filter(|line| line.split_whitespace().count() > 1);
            let longest = lines.max_by_key(width).unwrap();
            assert!(width(&longest) <= columns, "{name} at {columns}: {longest}");
            assert!(width(&longest) > columns - 8, "{name} at {columns}: {longest}");
        }
    }
}

#[test]
fn completions_come_for_every_shell_and_bash_completes_with_them() {
    let folder = Folder::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = command(&[&"completions", &shell]).output().unwrap();
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{shell}");
        for word in commands().iter().map(String::as_str).chain(["allowed-lateness"]) {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
        folder.file(shell, script);
    }

    // Asks as the shell does: the words so far, of which the last is to be completed.
    let driver = r#"
        source "$1"
        shift
        function=$(complete -p insights | sed 's/.* -F \([^ ]*\) .*/\1/')
        COMP_WORDS=(insights "$@")
        COMP_CWORD=$#
        "$function" insights "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    for (words, expected) in [
        (&["expl"][..], "explain\n"),
        (&["replay", "--form"], "--format\n"),
        (&["replay", "--format", "e"], "eventbridge\n"),
        (&["replay", "--profile", "q"], "quiet\n"),
        (&["score", "--color", "al"], "always\n"),
    ] {
        let mut bash = Command::new("bash");
        let bash = bash.args(["-euo", "pipefail", "-c", driver, "bash"]);
        let Ok(output) = bash.arg(folder.join("bash")).args(words).output() else {
            println!("skipped: there is no bash");
            return;
        };
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{words:?}: {stderr}");
    }
}

#[test]
fn there_is_a_manual_page_of_the_program_and_of_each_command() {
    let folder = Folder::new();
    let pages = folder.join("man");
    assert!(command(&[&"man", &"-o", &pages]).status().unwrap().success());
    let mut expected: Vec<String> =
        commands().iter().map(|name| format!("insights-{name}.1")).collect();
    expected.push("insights.1".into());
    expected.sort();
    let mut found: Vec<String> = fs::read_dir(&pages)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    assert_eq!(found, expected);

    let version = env!("CARGO_PKG_VERSION");
    for (name, args) in [("insights", &["man"][..]), ("insights-replay", &["man", "replay"])] {
        let page = fs::read_to_string(pages.join(format!("{name}.1"))).unwrap();
        let printed = command(&[]).args(args).output().unwrap().stdout;
        assert_eq!(page, String::from_utf8(printed).unwrap());
        let title = format!(".TH {name} 1 \" \" \"insights {version}\" \"Manual of insights\"\n");
        assert!(page.contains(&title), "{page}");
        assert!(page.contains("\n  insights replay AWSLogs/"), "{page}");
    }
    // Where an argument stands is told before the groups of options.
    let page = fs::read_to_string(pages.join("insights-tune.1")).unwrap();
    let options = page.split_once(".SH OPTIONS").unwrap().1.split_once(".SH TUNING").unwrap().0;
    assert!(options.contains("INPUT") && !options.contains("labels"), "{page}");
    assert!(page.contains(".SH EXAMPLES") && page.contains("\\-\\-labels"), "{page}");

    let output = command(&[&"man", &"tine"]).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("\"tune\""), "{stderr}");
}
