//! `insights tune`: every configuration a row, the same ones whatever happens on the way.

use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use crate::{
    archive::demo,
    folder::Folder,
    program::{Run, insights},
};

const SPACE: &str = "threshold = [2.8, 4.5, 6.5]\nquiet = [\"3m\", \"20m\"]\n";

/// Returns a table of the counts of the demo, made once.
fn counts() -> &'static Path {
    static COUNTS: OnceLock<(Folder, PathBuf)> = OnceLock::new();
    let (_, path) = COUNTS.get_or_init(|| {
        let folder = Folder::new();
        let path = folder.join("counts.csv");
        insights(&[&"count", &demo(), &"-o", &path]).exited(0);
        (folder, path)
    });
    path
}

/// A folder with labels and a space to tune in.
struct Tuning {
    folder: Folder,
    labels: PathBuf,
    space: PathBuf,
}

impl Tuning {
    fn new() -> Self {
        let folder = Folder::new();
        let labels = fs::read_to_string(demo().join("labels.csv")).unwrap();
        let mut lines = labels.lines();
        let mut classed = format!("{},class\n", lines.next().unwrap());
        for (line, class) in lines.zip(["burst", "failures", "burst", "burst", "failures", "slow"])
        {
            let _ = writeln!(classed, "{line},{class}");
        }
        let labels = folder.file("labels.csv", classed);
        let space = folder.file("space.toml", SPACE);
        Self { folder, labels, space }
    }

    fn run(&self, input: &Path, more: &[&str]) -> Run {
        let out = self.folder.join("out");
        let mut args: Vec<&dyn AsRef<std::ffi::OsStr>> =
            vec![&"tune", &input, &"--labels", &self.labels, &"--space", &self.space, &"-o", &out];
        args.extend(more.iter().map(|arg| arg as &dyn AsRef<std::ffi::OsStr>));
        insights(&args)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join("out").join(name)).unwrap()
    }

    /// Returns the rows of the results, their cells by name.
    fn rows(&self) -> Vec<BTreeMap<String, String>> {
        let text = self.read("results.csv");
        let mut csv = csv::Reader::from_reader(text.as_bytes());
        csv.deserialize().map(Result::unwrap).collect()
    }
}

#[test]
fn every_configuration_is_a_row_and_the_given_one_the_first() {
    let tuning = Tuning::new();
    let run = tuning.run(counts(), &["--grid"]).exited(0);
    let rows = tuning.rows();
    let settings: Vec<String> = rows
        .iter()
        .map(|row| format!("{} {} {}", row["id"], row["threshold"], row["quiet"]))
        .collect();
    assert_eq!(
        settings,
        ["0 4.5 3m", "1 2.8 3m", "2 2.8 20m", "3 4.5 20m", "4 6.5 3m", "5 6.5 20m"]
    );
    let first = &rows[0];
    for (column, expected) in [
        ("baseline", "7d"),
        ("tuned_labels", "4"),
        ("tuned_found", "4"),
        ("tuned_recall", "1.0000"),
        ("tuned_precision", "1.0000"),
        ("tuned_f1", "1.0000"),
        ("tuned_false", "0"),
        ("tuned_false_per_account_day", "0.0000"),
        ("tuned_insights", "4"),
        ("tuned_delay_median_minutes", "5"),
        ("tuned_end_error_median_minutes", "0"),
        ("tuned_recall_burst", "1.0000"),
        ("tuned_recall_slow", ""),
        ("held_out_labels", "2"),
        ("held_out_recall", "1.0000"),
        ("held_out_recall_slow", "1.0000"),
        ("held_out_delay_p95_minutes", "61"),
    ] {
        assert_eq!(first[column], expected, "{column}");
    }
    let told = |text: &str| assert!(run.stderr.contains(text), "{text}\n{}", run.stderr);
    told("trying    6 configurations, a grid");
    told("tuned on  2026-03-09T00:00:00Z to 2026-03-11T06:00:00Z, 2.2 account-days, 4 labels");
    let shown = |text: &str| assert!(run.stdout.contains(text), "{text}\n{}", run.stdout);
    shown("best with at most as many false Insights as the settings as they were given (*): ");
    shown("the settings as they were given: configuration 0");
    shown("  held out  recall 100.0 % (2 of 2), ");
}

#[test]
fn tuning_scores_as_score_does() {
    let tuning = Tuning::new();
    tuning.run(counts(), &["--grid", "--holdout", "0%"]).exited(0);
    for row in tuning.rows() {
        let (threshold, quiet) =
            (format!("threshold={}", row["threshold"]), format!("quiet={}", row["quiet"]));
        let told = tuning.folder.join("told.jsonl");
        insights(&[
            &"detect",
            &counts(),
            &"--explain",
            &"--set",
            &threshold,
            &"--set",
            &quiet,
            &"-o",
            &told,
        ])
        .exited(0);
        let run = insights(&[
            &"score",
            &told,
            &"--labels",
            &tuning.labels,
            &"--from",
            &"2026-03-09",
            &"--format",
            &"json",
        ])
        .exited(0);
        let figures: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        for (name, column) in [
            ("insights", "tuned_insights"),
            ("found", "tuned_found"),
            ("false", "tuned_false"),
            ("again", "tuned_again"),
            ("delay_median_minutes", "tuned_delay_median_minutes"),
            ("delay_p95_minutes", "tuned_delay_p95_minutes"),
            ("end_error_p95_minutes", "tuned_end_error_p95_minutes"),
        ] {
            assert_eq!(figures[name].to_string(), row[column], "{column} of {row:?}");
        }
    }
}

#[test]
fn an_archive_is_tuned_on_like_its_counts() {
    let (archive, table) = (Tuning::new(), Tuning::new());
    let choice = ["--trials", "2"];
    archive.run(&demo(), &choice).exited(0);
    table.run(counts(), &choice).exited(0);
    assert_eq!(archive.read("results.csv"), table.read("results.csv"));
}

#[test]
fn neither_threads_nor_a_run_before_show_in_the_results() {
    let (one, four) = (Tuning::new(), Tuning::new());
    one.run(counts(), &["--trials", "5", "--seed", "3", "--threads", "1"]).exited(0);
    let first = four.run(counts(), &["--trials", "2", "--seed", "3", "--threads", "4"]).exited(0);
    assert!(first.stderr.contains("trying    2 configurations, seed 3\n"), "{}", first.stderr);
    let more = four.run(counts(), &["--trials", "5", "--seed", "3", "--threads", "4"]).exited(0);
    let there = "trying    5 configurations, seed 3, of which 2 were tried before";
    assert!(more.stderr.contains(there), "{}", more.stderr);
    for file in ["results.csv", "pareto.svg", "best.toml"] {
        assert_eq!(one.read(file), four.read(file), "{file}");
    }
}

#[test]
fn a_run_that_was_killed_is_gone_on_with() {
    let tuning = Tuning::new();
    let whole = tuning.run(counts(), &["--grid"]).exited(0);
    let (results, picture) = (tuning.read("results.csv"), tuning.read("pareto.svg"));
    let path = tuning.folder.join("out/results.csv");
    let lines: Vec<&str> = results.split_inclusive('\n').collect();
    // Rows are added as they are done, in any order; the last one may be cut off.
    let killed = [lines[0], lines[4], lines[2], &lines[3][..lines[3].len() / 2]].concat();
    fs::write(&path, killed).unwrap();
    let run = tuning.run(counts(), &["--grid"]).exited(0);
    assert!(run.stderr.contains("of which 2 were tried before"), "{}", run.stderr);
    assert!(run.stderr.contains("its last row was cut off and is tried again"), "{}", run.stderr);
    assert_eq!(tuning.read("results.csv"), results);
    assert_eq!(tuning.read("pareto.svg"), picture);
    assert_eq!(run.stdout, whole.stdout);
    // Cut off within the header, or before it.
    for cut in [0, 10] {
        fs::write(&path, &results[..cut]).unwrap();
        tuning.run(counts(), &["--grid"]).exited(0);
        assert_eq!(tuning.read("results.csv"), results);
    }
    // What is there is not computed again: a figure that was changed stays.
    let changed = results.replace("4,4,1.0000", "4,1,0.2500");
    assert_ne!(changed, results);
    fs::write(&path, &changed).unwrap();
    tuning.run(counts(), &["--grid"]).exited(0);
    assert_eq!(tuning.read("results.csv"), changed);
}

#[test]
fn another_space_adds_its_configurations_to_those_before() {
    let tuning = Tuning::new();
    tuning.run(counts(), &["--grid"]).exited(0);
    fs::write(&tuning.space, "least_calls = [2, 50]\n").unwrap();
    tuning.run(counts(), &["--grid"]).exited(0);
    let told: Vec<String> = tuning
        .rows()
        .iter()
        .map(|row| {
            format!("{} {} {} {}", row["id"], row["threshold"], row["quiet"], row["least_calls"])
        })
        .collect();
    assert_eq!(
        told,
        [
            "0 4.5 3m 3",
            "1 4.5 3m 2",
            "2 4.5 3m 50",
            "3 2.8 3m 3",
            "4 2.8 20m 3",
            "5 4.5 20m 3",
            "6 6.5 3m 3",
            "7 6.5 20m 3",
        ]
    );
}

#[test]
fn results_of_other_data_labels_or_scoring_are_refused() {
    let tuning = Tuning::new();
    tuning.run(counts(), &["--trials", "1"]).exited(0);
    let before = tuning.read("results.csv");
    let refused = |run: Run, what: &str| {
        let run = run.exited(2);
        assert!(run.stderr.contains("results.csv: line "), "{}", run.stderr);
        assert!(run.stderr.contains(what), "{what}\n{}", run.stderr);
        assert_eq!(tuning.read("results.csv"), before);
    };
    let other = "line 2, column data: these are results of other data, labels or scoring";
    refused(tuning.run(counts(), &["--trials", "1", "--holdout", "50%"]), other);
    refused(tuning.run(counts(), &["--trials", "1", "--tolerance", "20"]), other);
    refused(tuning.run(counts(), &["--trials", "1", "--to", "2026-03-11T20:00:00Z"]), other);
    let labels = fs::read_to_string(&tuning.labels).unwrap();
    fs::write(&tuning.labels, labels.replace("02:34", "02:35")).unwrap();
    refused(tuning.run(counts(), &["--trials", "1"]), other);
    fs::write(&tuning.labels, labels.replace(",slow", ",late")).unwrap();
    refused(tuning.run(counts(), &["--trials", "1"]), "line 1, column ");
}

#[test]
fn the_best_within_the_limit_is_a_file_of_settings_for_replay() {
    let tuning = Tuning::new();
    fs::write(&tuning.space, "least_calls = [3, 100000]\nwarm_up_calls = [100000]\n").unwrap();
    // As it is given, all that is found are the failures; the space finds more.
    let sets = ["least_calls=99999", "warm_up_calls=99999", "event_names=[]", "max_unpacked=2GiB"];
    let mut given = vec!["--grid"];
    given.extend(sets.iter().flat_map(|set| ["--set", set]));
    let run = tuning.run(counts(), &given).exited(0);
    let rows = tuning.rows();
    assert!(rows[0]["tuned_found"] < rows[1]["tuned_found"], "{rows:#?}");
    assert!(run.stdout.contains("(*): configuration 1\n"), "{}", run.stdout);
    assert!(run.stdout.contains("least_calls=3 warm_up_calls=100000"), "{}", run.stdout);
    let best = tuning.read("best.toml");
    assert!(best.contains("\nleast_calls = 3\n") && best.contains("\nwarm_up_calls = 100000\n"));
    assert!(best.contains("\nmax_unpacked = \"2GiB\"\n"), "what is not tuned stays as given");
    let path = tuning.folder.join("out/best.toml");
    let told = insights(&[&"replay", &demo(), &"--config", &path]).exited(0);
    assert_eq!(told.number("starts"), 6);
}

#[test]
fn a_selection_is_tuned_on_and_stays_out_of_the_settings() {
    let tuning = Tuning::new();
    let run = tuning.run(counts(), &["--trials", "1", "--region", "eu-west-1"]).exited(0);
    assert_eq!(tuning.rows()[0]["tuned_labels"], "1");
    assert!(run.stdout.contains("(1 of 1)"), "{}", run.stdout);
    assert!(!tuning.read("best.toml").contains("eu-west-1"));
    let none = Tuning::new();
    let run = none.run(counts(), &["--trials", "1", "--account", "999999999999"]).exited(2);
    assert!(run.stderr.contains("labels.csv: no label is of what is selected"), "{}", run.stderr);
    let run = none.run(counts(), &["--trials", "1", "--type", "error-rate"]).exited(0);
    assert_eq!(none.rows()[0]["tuned_labels"], "1", "{}", run.stderr);
}

#[test]
fn a_limit_that_nothing_keeps_to_is_told_and_the_results_stay() {
    let tuning = Tuning::new();
    // Label something else, so that what is reported is false.
    let labels = fs::read_to_string(&tuning.labels).unwrap();
    let labels = labels.replace("T02:34", "T12:34").replace("T02:44", "T12:44");
    fs::write(&tuning.labels, labels).unwrap();
    let run = tuning.run(counts(), &["--trials", "1", "--max-false-per-day", "0.1"]).exited(4);
    assert!(run.stderr.contains("no configuration has at most 0.1 false"), "{}", run.stderr);
    assert!(run.stderr.contains("the fewest are "), "{}", run.stderr);
    assert_eq!(tuning.rows()[0]["tuned_false"], "1");
    assert!(!tuning.folder.join("out/best.toml").exists());
    let run = tuning.run(counts(), &["--trials", "1", "--max-false-per-day", "1"]).exited(0);
    let told = "best with at most 1 false Insights an account-day (*): configuration 0\n";
    assert!(run.stdout.contains(told), "{}", run.stdout);
    assert!(tuning.folder.join("out/best.toml").exists());
}

#[test]
fn labels_that_have_nothing_in_common_with_the_data_are_an_error_and_no_recall_of_zero() {
    let tuning = Tuning::new();
    let labels = fs::read_to_string(&tuning.labels).unwrap();
    let refused = |what: &str, more: &[&str]| {
        let run = tuning.run(counts(), more).exited(2);
        assert!(run.stderr.contains(what), "{what}\n{}", run.stderr);
        assert_eq!(run.stdout, "");
        assert!(!tuning.folder.join("out/results.csv").exists());
    };
    fs::write(&tuning.labels, labels.replace("111122223333", "999999999999")).unwrap();
    refused("labels.csv: no label is of a series in the data; the first one is of 9999", &[]);
    fs::write(&tuning.labels, labels.replace("2026-", "2025-")).unwrap();
    refused("labels.csv: no label begins from 2026-03-09T00:00:00Z to ", &[]);
    fs::write(&tuning.labels, &labels).unwrap();
    refused("no label begins from 2026-03-09T00:00:00Z to ", &["--holdout", "90%", "--skip", "7d"]);
    refused("nothing of them is left to score behind the first", &["--skip", "30d"]);
    fs::write(&tuning.labels, labels.replace("event_name", "event")).unwrap();
    refused("labels.csv: line 1, column \"event\": labels have no such column", &[]);

    // Some of a series that is never called cannot be found, which is told.
    fs::write(&tuning.labels, labels.replace("CreateAccessKey", "CreateNothing")).unwrap();
    let run = tuning.run(counts(), &["--trials", "1"]).exited(0);
    let told = "1 of 6 labels are of series without a single call and cannot be found";
    assert!(run.stderr.contains(told), "{}", run.stderr);
}

#[test]
fn a_command_line_or_space_that_makes_no_sense_is_2() {
    let tuning = Tuning::new();
    for more in [
        &["--trials", "0"][..],
        &["--trials", "5", "--grid"],
        &["--grid", "--seed", "4"],
        &["--holdout", "95%"],
        &["--max-false-per-day", "-1"],
        &["--max-false-per-day", "NaN"],
        &["--tolerance", "soon"],
        &["--set", "quiet=2d"],
    ] {
        tuning.run(counts(), more).exited(2);
    }
    for (space, what) in [
        (
            "treshold = [4]",
            "space.toml: line 1, column 1: \"treshold\" is no setting, did you mean",
        ),
        ("quiet = [\"soon\"]", "space.toml: line 1, column 10: quiet must be minutes"),
        ("", "space.toml: names no setting to try"),
    ] {
        fs::write(&tuning.space, space).unwrap();
        let run = tuning.run(counts(), &[]).exited(2);
        assert!(run.stderr.contains(what), "{what}\n{}", run.stderr);
    }
    assert!(!tuning.folder.join("out").exists());
}

#[test]
fn counts_that_are_negative_are_told_and_the_rest_is_tuned_on() {
    let tuning = Tuning::new();
    let table = fs::read_to_string(counts()).unwrap();
    let line = table.lines().nth(1).unwrap();
    let cells: Vec<&str> = line.split(',').collect();
    let mut bad = cells.clone();
    bad[7] = "-3";
    let input = tuning.folder.file("counts.csv", format!("{table}{}\n", bad.join(",")));
    let run = tuning.run(&input, &["--trials", "1"]).exited(3);
    let number = table.lines().count() + 1;
    let told = format!("counts.csv: line {number}: count \"-3\" is no whole number");
    assert!(run.stderr.contains(&told), "{told}\n{}", run.stderr);
    assert_eq!(run.number("malformed"), 1);
}

#[test]
fn nothing_that_is_read_is_overwritten() {
    let tuning = Tuning::new();
    let out = tuning.folder.join("in");
    fs::create_dir(&out).unwrap();
    let input = out.join("results.csv");
    fs::copy(counts(), &input).unwrap();
    let run = insights(&[&"tune", &input, &"--labels", &tuning.labels, &"-o", &out]).exited(2);
    assert!(run.stderr.contains("is one of the inputs"), "{}", run.stderr);
    let labels = out.join("best.toml");
    fs::copy(&tuning.labels, &labels).unwrap();
    let run = insights(&[&"tune", &counts(), &"--labels", &labels, &"-o", &out]).exited(2);
    assert!(run.stderr.contains("is one of the inputs"), "{}", run.stderr);
}
