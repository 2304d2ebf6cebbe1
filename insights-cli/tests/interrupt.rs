//! Runs that are asked to stop, by Ctrl-C or from outside, while they wait for input.

use std::{
    fs::{File, OpenOptions},
    io::Read,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use crate::{
    archive::demo,
    folder::Folder,
    program::{Args, command, insights},
};

/// A run may take as long to stop, on a busy machine too.
const SOON: Duration = Duration::from_secs(5);

/// A log of the day after the demo, which ends when its writer says so.
pub(crate) struct Endless(PathBuf);

impl Endless {
    pub(crate) fn new(folder: &Folder) -> Self {
        let path =
            folder.join("111122223333_CloudTrail_us-east-1_20260312T0005Z_PuB7iR3DhRDZc4dh.json");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Waits until the run reads it. It ends when what is returned is dropped.
    pub(crate) fn reached(&self) -> File {
        OpenOptions::new().write(true).open(&self.0).unwrap()
    }
}

fn start(args: &Args<'_>) -> Child {
    command(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Asks a run to stop and returns what it left.
fn stopped(child: Child, signal: &str) -> (Output, String) {
    let asked = Instant::now();
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
    let stderr = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(!stderr.contains("panicked"), "{stderr}");
    (output, stderr)
}

#[test]
fn what_was_found_before_is_told_and_how_far_the_log_was_read() {
    let folder = Folder::new();
    let endless = Endless::new(&folder);
    let whole = insights(&[&"replay", &demo()]).exited(0).stdout;
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let summary = folder.join("summary.json");
        let child = start(&[&"replay", &demo(), &endless.path(), &"--summary", &summary]);
        let _writer = endless.reached();
        let (output, stderr) = stopped(child, signal);
        assert_eq!(output.status.code(), Some(code), "{stderr}");
        let stdout = String::from_utf8(output.stdout).unwrap();
        // The last day of the demo could still have changed.
        assert!(whole.starts_with(&stdout) && stdout.ends_with('\n'), "{stdout}");
        assert_eq!(stdout.lines().count(), 7, "{stdout}");
        let told = "interrupted: this is of the log up to 2026-03-11T00:00:00Z and no later";
        assert!(stderr.contains(told), "{stderr}");
        // What was read of the last day, and of that alone, does not count.
        let records = "records   12,172  (9,595 counted, 1,190 not selected, 54 duplicates, 1,333 not \
                       judged yet)";
        assert!(stderr.contains(records), "{stderr}");
        let summary = std::fs::read_to_string(summary).unwrap();
        assert!(summary.contains("\"interrupted\": true"), "{summary}");
    }
}

#[test]
fn a_table_has_what_was_found_before_and_a_file_stays_as_it_was() {
    let folder = Folder::new();
    let endless = Endless::new(&folder);
    let child = start(&[&"replay", &demo(), &endless.path(), &"--format", &"table"]);
    let writer = endless.reached();
    let (output, stderr) = stopped(child, "INT");
    drop(writer);
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.contains("iam:CreateAccessKey") && table.contains("Times are UTC"), "{table}");
    assert!(!table.contains("ssm:UpdateInstance"), "it comes later: {table}");

    let results = Folder::new();
    for (command, name) in [("replay", "out.jsonl"), ("count", "out.csv")] {
        let file = results.file(name, "of an earlier run");
        let child = start(&[&command, &demo(), &endless.path(), &"-o", &file]);
        let writer = endless.reached();
        let (output, stderr) = stopped(child, "INT");
        drop(writer);
        assert_eq!(output.status.code(), Some(130), "{stderr}");
        let told = format!("{name} is not written, as it would not be whole");
        assert!(stderr.contains(&told), "{stderr}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "of an earlier run");
    }
    // Nothing else is left.
    assert_eq!(results.path().read_dir().unwrap().count(), 2);
}

#[test]
fn counts_of_whole_days_are_told() {
    let folder = Folder::new();
    let endless = Endless::new(&folder);
    let whole = insights(&[&"count", &demo()]).exited(0).stdout;
    // A file takes all that a pipe would not hold until it is read.
    let results = Folder::new();
    let told = results.join("counts.csv");
    let child = command(&[&"count", &demo(), &endless.path()])
        .stdout(File::create(&told).unwrap())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _writer = endless.reached();
    let (output, stderr) = stopped(child, "INT");
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    let told = std::fs::read_to_string(told).unwrap();
    let told: Vec<&str> = told.lines().collect();
    let before: Vec<&str> =
        whole.lines().take_while(|line| !line.starts_with("2026-03-11")).collect();
    assert!(before.len() > 5_000 && told.starts_with(&before), "{}", told.len());
    // One row may say how far the log goes.
    assert!(told.len() <= before.len() + 1, "{:?}", &told[before.len()..]);
}

#[test]
fn a_run_that_waits_for_stdin_stops() {
    let folder = Folder::new();
    let labels = folder.file(
        "labels.csv",
        "insight_type,account_id,aws_region,event_source,event_name,error_code,start,end\n\
         ApiCallRateInsight,1,r,s3.amazonaws.com,A,,2026-03-10T00:00:00Z,2026-03-10T01:00:00Z\n",
    );
    let csv = folder.join("counts.csv");
    insights(&[&"count", &demo(), &"-o", &csv]).exited(0);
    let commands: [(&Args<'_>, bool); 7] = [
        (&[&"replay", &"-"], true),
        (&[&"count", &"-"], true),
        (&[&"detect", &csv, &"-"], false),
        (&[&"baseline", &"-"], true),
        (&[&"explain", &"-", &"--id", &"0"], true),
        (&[&"score", &"-", &"--labels", &labels], false),
        (&[&"tune", &"-", &"--labels", &labels, &"-o", &folder.path()], true),
    ];
    for (args, logs) in commands {
        let mut child = start(args);
        // Enough that nothing waits to see what it is, and no end: it is known to be read when a
        // pipe holds no more.
        let mut stdin = child.stdin.take().unwrap();
        let piece = if logs { " ".repeat(1 << 10) } else { "\n".repeat(1 << 10) };
        for _ in 0..1 << 10 {
            std::io::Write::write_all(&mut stdin, piece.as_bytes()).unwrap();
        }
        let (output, stderr) = stopped(child, "INT");
        drop(stdin);
        assert_eq!(output.status.code(), Some(130), "{:?}: {stderr}", args[0].as_ref());
        assert!(stderr.contains("interrupted: "), "{stderr}");
        assert!(!stderr.contains("ended while waiting"), "{stderr}");
    }
}

#[test]
fn a_second_request_ends_a_run_at_once() {
    // Nobody takes what it writes, so it waits for that and cannot end by itself.
    let mut child = start(&[&"count", &demo()]);
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 6]).unwrap();
    let id = child.id().to_string();
    let ask = || assert!(Command::new("kill").args(["-s", "INT", &id]).status().unwrap().success());
    ask();
    ask();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "it had no time to say anything");
}

#[test]
fn what_waits_for_others_is_ended_soon() {
    let mut child = start(&[&"count", &demo()]);
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 6]).unwrap();
    let (output, stderr) = stopped(child, "INT");
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert_eq!(stderr.trim(), "interrupted: ended while waiting");
}
