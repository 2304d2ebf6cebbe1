//! A file has its name when it is whole, and not before.

use std::{fs, io::Write, path::Path, process::Stdio};

use crate::{
    archive::{at, demo, log, steady, varied},
    folder::Folder,
    program::{Args, command, insights},
};

/// Returns the names in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_run_that_reads_nothing_leaves_the_files_of_the_one_before() {
    let folder = Folder::new();
    let old = folder.file("old", "old");
    let nowhere = folder.join("nowhere.json");
    let commands: [&Args<'_>; 5] = [
        &[&"replay", &nowhere, &"-o", &old],
        &[&"count", &nowhere, &"-o", &old],
        &[&"detect", &nowhere, &"-o", &old],
        &[&"replay", &nowhere, &"--format", &"json", &"-o", &old],
        &[&"detect", &nowhere, &"--format", &"csv", &"-o", &old],
    ];
    for args in commands {
        let _ = insights(args).exited(4);
        assert_eq!(fs::read_to_string(&old).unwrap(), "old");
    }
    assert_eq!(names(folder.path()), ["old"]);
}

#[test]
fn a_killed_run_leaves_the_file_of_the_one_before() {
    for subcommand in ["replay", "count"] {
        let folder = Folder::new();
        let old = folder.file("insights.json", "old");
        let mut child = command(&[&subcommand, &"-", &"-o", &old])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // More than a pipe holds: once it is all taken, the run reads, and its output is open.
        child.stdin.as_mut().unwrap().write_all(&vec![b' '; 1 << 20]).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(fs::read_to_string(&old).unwrap(), "old");

        // What it leaves beside it is taken for a log by nobody.
        let left = names(folder.path());
        let [unfinished, name] = &left[..] else { panic!("{left:?}") };
        assert!(unfinished.starts_with(".insights-") && name == "insights.json", "{left:?}");
        fs::remove_file(&old).unwrap();
        folder.file("a.json", log(&steady(at("2026-03-02T00:00:00Z"), "CreateTags", 5)));
        let run = insights(&[&"replay", &folder.path()]).exited(0);
        assert_eq!((run.number("files"), run.number("records")), (1, 5));
        assert_eq!(run.summary["skipped_files"]["other"], 1);
    }
}

#[test]
fn an_output_among_the_logs_of_a_day_is_not_read() {
    let archive = varied().write();
    let replay = insights(&[&"replay", &archive.path()]).exited(0);
    let day = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/03";
    let (output, summary) =
        (archive.join(day).join("out.json"), archive.join(day).join("sum.json"));
    let run = command(&[&"replay", &archive.path(), &"-o", &output, &"--summary", &summary]);
    let run = { run }.output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(fs::read_to_string(&output).unwrap() == replay.stdout);
    let summary: serde_json::Value = serde_json::from_slice(&fs::read(summary).unwrap()).unwrap();
    for name in ["files", "records", "malformed", "unreadable_files"] {
        assert_eq!(summary[name], replay.summary[name], "{name}");
    }
}

#[test]
fn files_are_replaced_and_nothing_is_left_beside_them() {
    let folder = Folder::new();
    let old = folder.file("insights.jsonl", "x".repeat(1_000_000));
    let (counts, summary) = (folder.file("counts.csv", ""), folder.file("summary.json", "x"));
    let replay = insights(&[&"replay", &demo()]).exited(0);
    let run = command(&[&"replay", &demo(), &"-o", &old, &"--summary", &summary]).status();
    assert!(run.unwrap().success());
    insights(&[&"count", &demo(), &"-o", &counts]).exited(0);
    assert_eq!(fs::read_to_string(&old).unwrap(), replay.stdout);
    let summary = fs::read_to_string(&summary).unwrap();
    assert!(summary.starts_with('{') && summary.ends_with("}\n"), "{summary}");
    assert_eq!(insights(&[&"detect", &counts]).exited(0).stdout, replay.stdout);
    assert_eq!(names(folder.path()), ["counts.csv", "insights.jsonl", "summary.json"]);
}

#[cfg(unix)]
mod unix {
    use std::{
        fs::Permissions,
        os::unix::fs::{PermissionsExt, symlink},
        process::Command,
        thread,
    };

    use super::*;

    #[test]
    fn an_output_that_fails_halfway_leaves_what_was_there() {
        let folder = Folder::new();
        let old = folder.file("old", "old");
        let tree = folder.join("tree");
        // No file may have more than a block; writing more is an error instead of a signal.
        let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"";
        let program = env!("CARGO_BIN_EXE_insights");
        for args in [["replay", "-o"], ["count", "-o"], ["replay", "--output-tree"]] {
            let [subcommand, option] = args;
            let path = if option == "-o" { &old } else { &tree };
            let mut command = Command::new("sh");
            command.args(["-c", script, program, subcommand]).arg(demo()).arg(option).arg(path);
            let output = command.output().unwrap();
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(4), "{args:?}: {stderr}");
            assert!(stderr.contains("cannot write"), "{args:?}: {stderr}");
            assert_eq!(fs::read_to_string(&old).unwrap(), "old");
        }
        assert_eq!(names(folder.path()), ["old", "tree"]);
        let found = Command::new("find").arg(&tree).args(["-type", "f"]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&found.stdout), "");
    }

    #[test]
    fn devices_and_pipes_are_written_to_as_they_are() {
        if Path::new("/dev/full").exists() {
            for subcommand in ["replay", "count"] {
                let full = insights(&[&subcommand, &demo(), &"-o", &"/dev/full"]).exited(4);
                assert!(full.stderr.contains("cannot write"), "{}", full.stderr);
            }
            let full = command(&[&"replay", &demo(), &"--summary", &"/dev/full"]).output().unwrap();
            assert_eq!(full.status.code(), Some(4));
        }
        insights(&[&"replay", &demo(), &"-o", &"/dev/null"]).exited(0);
        let replay = insights(&[&"replay", &demo()]).exited(0);
        let piped = insights(&[&"replay", &demo(), &"-o", &"/dev/stdout"]).exited(0);
        assert_eq!(piped.stdout, replay.stdout);

        // Stdout that is a file stays that file, whatever its name.
        let folder = Folder::new();
        let path = folder.join("out");
        let file = fs::File::create(&path).unwrap();
        let run = command(&[&"replay", &demo(), &"-o", &"/dev/stdout", &"-q"])
            .stdout(file.try_clone().unwrap())
            .status();
        assert!(run.unwrap().success());
        assert_eq!(file.metadata().unwrap().len(), replay.stdout.len() as u64);

        let fifo = folder.join("fifo");
        let made = Command::new("mkfifo").arg(&fifo).status();
        assert!(made.is_ok_and(|status| status.success()), "there is no mkfifo");
        let reader = thread::spawn({
            let fifo = fifo.clone();
            move || fs::read_to_string(fifo).unwrap()
        });
        insights(&[&"replay", &demo(), &"-o", &fifo]).exited(0);
        assert_eq!(reader.join().unwrap(), replay.stdout);
        assert_eq!(names(folder.path()), ["fifo", "out"]);
    }

    #[test]
    fn a_link_stays_and_what_it_leads_to_is_replaced() {
        let replay = insights(&[&"replay", &demo()]).exited(0);
        let folder = Folder::new();
        folder.file("there/old", "old");
        symlink("there/old", folder.join("link")).unwrap();
        symlink("link", folder.join("link to link")).unwrap();
        symlink("there/new", folder.join("leads nowhere yet")).unwrap();
        for (link, target) in
            [("link", "old"), ("link to link", "old"), ("leads nowhere yet", "new")]
        {
            let link = folder.join(link);
            insights(&[&"replay", &demo(), &"-o", &link]).exited(0);
            assert!(link.is_symlink());
            let target = folder.join("there").join(target);
            assert_eq!(fs::read_to_string(&target).unwrap(), replay.stdout);
            fs::write(&target, "old").unwrap();
        }
        assert_eq!(names(&folder.join("there")), ["new", "old"]);
    }

    #[test]
    fn permissions_are_those_of_any_file() {
        let folder = Folder::new();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        let plain = mode(&folder.file("plain", ""));
        let (new, tree) = (folder.join("new"), folder.join("tree"));
        insights(&[&"replay", &demo(), &"-o", &new, &"--output-tree", &tree]).exited(0);
        assert_eq!(mode(&new), plain);
        let found = Command::new("find").arg(&tree).args(["-type", "f"]).output().unwrap();
        let found = String::from_utf8(found.stdout).unwrap();
        assert!(found.lines().count() > 5);
        assert!(found.lines().all(|path| mode(Path::new(path)) == plain));

        // What was there keeps its own.
        let old = folder.file("old", "");
        for kept in [0o600, 0o640, 0o666] {
            fs::set_permissions(&old, Permissions::from_mode(kept)).unwrap();
            insights(&[&"replay", &demo(), &"-o", &old]).exited(0);
            assert_eq!(mode(&old), kept);
        }
    }
}
