//! `--strict` ends at the first problem of the input and leaves no output.

use std::fs;

use crate::{
    archive::{at, gzip, log, steady},
    folder::Folder,
    program::{Run, insights},
};

fn three() -> String {
    log(&steady(at("2026-03-02T12:00:00Z"), "CreateTags", 3))
}

/// Ends with the problem as an error, says it once, and writes nothing.
#[track_caller]
fn refused(run: &Run, told: &str) {
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.starts_with("error: ") && run.stderr.contains(told), "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    assert_eq!(run.stdout, "");
}

#[test]
fn the_first_file_with_a_problem_is_told_whatever_the_threads() {
    let folder = Folder::new();
    for number in 0..40 {
        folder.file(format!("{number:02}.json"), three());
    }
    for bad in ["17.json", "09.json", "31.json"] {
        folder.file(bad, &three()[20..]);
    }
    for threads in ["1", "2", "7"] {
        let run = insights(&[&"replay", &folder.path(), &"--strict", &"--threads", &threads]);
        refused(&run, "09.json: byte 0: ");
    }
    let loose = insights(&[&"replay", &folder.path()]).exited(3);
    assert_eq!(loose.number("damaged_files"), 3);
}

#[test]
fn an_output_that_is_not_whole_is_not_there() {
    let folder = Folder::new();
    let output = folder.join("out");
    // The first day is sound, so something is written before the second is read.
    folder.file("in/2026/03/02/a.json.gz", gzip(three()));
    let bad = folder.file("in/2026/03/03/a.json.gz", &gzip(three())[..200]);
    for command in ["replay", "count"] {
        let run = insights(&[&command, &folder.join("in"), &"--strict", &"-o", &output]);
        refused(&run, "a.json.gz: byte ");
        assert!(!output.exists());
        // What was there before stays.
        fs::write(&output, "before").unwrap();
        let run = insights(&[&command, &folder.join("in"), &"--strict", &"-o", &output]);
        refused(&run, "a.json.gz: byte ");
        assert_eq!(fs::read_to_string(&output).unwrap(), "before");
        fs::remove_file(&output).unwrap();
    }
    fs::write(bad, gzip(three())).unwrap();
    insights(&[&"count", &folder.join("in"), &"--strict", &"-o", &output]).exited(0);
    assert!(fs::read_to_string(&output).unwrap().contains("CreateTags"));
    let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.count(), 2, "nothing but the input and the output is left");
}

#[test]
fn what_cannot_be_opened_is_a_problem_too() {
    let folder = Folder::new();
    let good = folder.file("good.json", three());
    let missing = folder.join("missing.json");
    refused(&insights(&[&"replay", &good, &missing, &"--strict"]), "missing.json: ");
    insights(&[&"replay", &good, &"--strict"]).exited(0);
}

#[test]
fn a_bad_row_of_counts_is_told_by_its_line() {
    let folder = Folder::new();
    let header = "minute,event_source,event_name,count\n";
    let good = format!("{header}2026-03-02T14:05:00Z,s,A,3\n");
    let bad = folder.file("bad.csv", format!("{good}noon,s,A,4\nnight,s,A,4\n"));
    let good = folder.file("good.csv", good);
    let output = folder.join("out");
    let run = insights(&[&"detect", &good, &bad, &"--strict", &"-o", &output]);
    refused(&run, "bad.csv: line 3: minute \"noon\" is no time");
    assert!(!output.exists());
    insights(&[&"detect", &good, &"--strict", &"-o", &output]).exited(0);
    assert!(output.exists());
}

#[test]
fn a_device_is_written_to_as_it_is() {
    let folder = Folder::new();
    let good = folder.file("good.json", three());
    if fs::metadata("/dev/null").is_ok_and(|null| !null.is_file()) {
        insights(&[&"replay", &good, &"--strict", &"-o", &"/dev/null"]).exited(0);
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
