//! Settings from a file and from the command line, and what is printed of them.

use std::fs;

use crate::{
    archive::demo,
    folder::Folder,
    program::{Args, command, insights},
};

/// Runs `insights config` to its end and returns code, stdout and stderr.
fn config(args: &Args<'_>) -> (i32, String, String) {
    let output = command(&[&[&"config" as _], args].concat()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn what_is_printed_is_a_file_of_the_defaults() {
    let (code, printed, _) = config(&[]);
    assert_eq!(code, 0);
    for line in ["profile = \"balanced\"", "threshold = 4.5", "baseline = \"7d\"", "# from = \""] {
        assert!(printed.lines().any(|found| found.starts_with(line)), "{line}\n{printed}");
    }
    let folder = Folder::new();
    let file = folder.file("insights.toml", &printed);
    let (code, again, _) = config(&[&"--config", &file]);
    assert_eq!((code, again), (0, printed));
    let plain = insights(&[&"replay", &demo()]).exited(0);
    let run = insights(&[&"replay", &demo(), &"--config", &file]).exited(0);
    assert_eq!(run.stdout, plain.stdout);
}

#[test]
fn a_file_counts_for_all_commands_and_the_command_line_over_it() {
    let folder = Folder::new();
    let file = folder.file(
        "insights.toml",
        "event_names = [\"GetObject\"]\nprofile = \"quiet\"\nleast_calls = 1000\nwarm_up_calls = 1000\n",
    );
    let run = |args: &Args<'_>| {
        let first: &Args<'_> = &[&"replay", &demo(), &"--config", &file];
        insights(&[first, args].concat()).exited(0).told()
    };
    assert!(run(&[]).is_empty(), "no burst of the demo has a thousand calls");
    assert_eq!(run(&[&"--profile", &"balanced"]).len(), 2, "the profile sets what it names anew");
    assert_eq!(run(&[&"--set", &"least_calls=3"]).len(), 2);
    let more: &Args<'_> =
        &[&"--profile", &"aws", &"--set", &"warm_up_calls=1000", &"--set", &"least_calls=1000"];
    assert!(run(more).is_empty());
    let others = run(&[&"--profile", &"balanced", &"--event-name", &"CreateAccessKey"]);
    assert!(others.len() == 2 && others[0].ends_with("CreateAccessKey"), "{others:?}");

    let counts = folder.join("counts.csv");
    insights(&[&"count", &demo(), &"--config", &file, &"-o", &counts]).exited(0);
    let csv = fs::read_to_string(&counts).unwrap();
    assert!(csv.contains(",GetObject,") && !csv.contains(",CreateAccessKey,"), "{csv}");
    let detect = insights(&[&"detect", &counts, &"--config", &file, &"--profile", &"balanced"]);
    assert_eq!(detect.exited(0).told().len(), 2);
}

#[test]
fn the_environment_names_a_file() {
    let folder = Folder::new();
    let file = folder.file("insights.toml", "threshold = \"high\"\n");
    let output = command(&[&"config"]).env("INSIGHTS_CONFIG", &file).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.lines().any(|line| line == "threshold = 2.8"), "{printed}");
}

#[test]
fn what_is_wrong_in_a_file_is_2_with_its_place() {
    let folder = Folder::new();
    for (name, text, error) in [
        (
            "a.toml",
            "baseline = \"7d\"\nleast_call = 3\n",
            "a.toml: line 2, column 1: there is no setting \"least_call\", did you mean \"least_calls\"?",
        ),
        ("b.toml", "threshold = \n", "b.toml: line 1, column 13: "),
        (
            "c.toml",
            "threshold = \"loud\"",
            "c.toml: line 1, column 13: threshold must be one of \"low\", \"medium\", \"high\"",
        ),
        ("d.toml", "quiet = \"2d\"", "d.toml: these settings do not fit: "),
    ] {
        let file = folder.file(name, text);
        let run = insights(&[&"replay", &demo(), &"--config", &file]).exited(2);
        assert!(run.stderr.contains(error), "{}", run.stderr);
        assert!(run.stdout.is_empty());
    }
    let missing = folder.join("missing.toml");
    let run = insights(&[&"replay", &demo(), &"--config", &missing]).exited(2);
    assert!(run.stderr.contains("missing.toml: "), "{}", run.stderr);
    let (code, _, stderr) = config(&[&"--set", &"least_calls=1000"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("least calls 1000 are not between 1 and"), "{stderr}");
    let (code, _, stderr) = config(&[&"--set", &"warmup=2d"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("did you mean \"warm_up\"?"), "{stderr}");
}
