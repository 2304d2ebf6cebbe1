//! `insights synth`: a labelled account to try things on, as counts or as an archive.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use indicatif::HumanCount;
use insights_datasets::{
    Sink,
    account::{Account, Class, Settings},
};

use crate::{
    args::{Form, Synth},
    document::Document,
    exit::{Exit, UsageError},
    interrupt, mix, output,
    output::OutputFile,
    progress::{Phase, Progress},
};

/// A folder whose files get their names when they are whole.
struct Folder<'a> {
    root: &'a Path,
    progress: &'a Progress,
}

impl Folder<'_> {
    /// Begins a file, in folders that need not be there yet.
    fn create(&self, key: &str) -> anyhow::Result<(PathBuf, OutputFile)> {
        let path = self.root.join(key);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot create {}", folder.display()))?;
        }
        let file = OutputFile::create(&path)?;
        Ok((path, file))
    }
}

impl Sink for Folder<'_> {
    fn put(&mut self, key: &str, content: &[u8]) -> anyhow::Result<()> {
        interrupt::check(|| format!("not all of {} is written", self.root.display()))?;
        let (path, mut file) = self.create(key)?;
        let written = file.write_all(content).and_then(|()| file.finish());
        written.with_context(|| format!("cannot write {}", path.display()))
    }

    fn told(&mut self, records: u64) {
        self.progress.advance(records);
    }
}

pub(super) fn run(args: Synth) -> anyhow::Result<Exit> {
    let settings = settings(&args)?;
    let root = match args.output {
        Some(root) if !args.print_mix => root,
        _ => return print(&settings),
    };
    let root = root.as_path();
    if !args.force && !is_empty(root)? {
        let what = UsageError(format!("{} is not empty", root.display()));
        return Err(what.tip("name another folder, or write into this one with --force"));
    }
    let progress = Progress::new(!args.quiet && !args.no_progress);
    progress.begin(Phase::Inventing, None);
    let account =
        Account::new(&settings).map_err(|error| UsageError(format!("no account: {error}")))?;
    let steps = match args.format {
        Form::Archive => (Phase::WritingFiles, account.file_count()),
        Form::Counts => (Phase::WritingRows, rows(&account)),
    };
    progress.begin(steps.0, Some(steps.1 as u64));
    let mut folder = Folder { root, progress: &progress };
    let written = write(&account, &settings, args.format, &mut folder)?;
    account.write_labels(&mut folder)?;
    progress.finish();
    for line in missing(&account, &settings) {
        progress.warn(&line);
    }
    if !args.quiet {
        progress.warn(&format!("wrote   {written}"));
        progress.warn(&told(&account, root));
        progress.warn(&next(args.format, root));
    }
    Ok(Exit::Done)
}

/// Writes the calls and returns what that came to.
fn write(
    account: &Account,
    settings: &Settings,
    form: Form,
    folder: &mut Folder<'_>,
) -> anyhow::Result<String> {
    let root = folder.root;
    Ok(match form {
        Form::Counts => {
            let (path, mut file) = folder.create("counts.csv")?;
            let mut rows_of = Rows { out: &mut file, progress: folder.progress };
            let written = account.write_counts(&mut rows_of);
            interrupt::check(|| format!("{} is not written", path.display()))?;
            let written = written.and_then(|()| file.finish());
            written.with_context(|| format!("cannot write {}", path.display()))?;
            format!("{}: {} counts", path.display(), HumanCount(rows(account) as u64))
        }
        Form::Archive => {
            let summary = account.write_archive(settings.seed, folder)?;
            format!(
                "{}: {} records ({} of them duplicates) in {} files, {} MB",
                root.join("AWSLogs").display(),
                HumanCount(summary.records),
                HumanCount(summary.duplicates),
                HumanCount(summary.files),
                HumanCount(summary.compressed_bytes.div_ceil(1_000_000)),
            )
        }
    })
}

/// Returns the rows of its table.
fn rows(account: &Account) -> usize {
    account.series.iter().map(|series| series.cells.len()).sum()
}

/// Shows the rows that are written, until the run is asked to stop.
struct Rows<'a> {
    out: &'a mut OutputFile,
    progress: &'a Progress,
}

impl Write for Rows<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if interrupt::requested() {
            return Err(io::Error::other("interrupted"));
        }
        let written = self.out.write(bytes)?;
        self.progress.step(memchr::memchr_iter(b'\n', &bytes[..written]).count() as u64);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Prints the file that says the same.
fn print(settings: &Settings) -> anyhow::Result<Exit> {
    let mut out = output::sink(None)?;
    out.write_all(mix::to_toml(settings).as_bytes()).context("cannot write the mix")?;
    out.finish().context("cannot write the mix")?;
    Ok(Exit::Done)
}

/// Returns what the file says, and the command line over it.
fn settings(args: &Synth) -> Result<Settings, UsageError> {
    let mut settings = match &args.mix {
        Some(path) => mix::read(&Document::read(path)?)?,
        None => Settings::default(),
    };
    settings.seed = args.seed.unwrap_or(settings.seed);
    settings.days = args.days.unwrap_or(settings.days);
    if !Settings::DAYS.contains(&settings.days) {
        return Err(UsageError(mix::days_error("--days")));
    }
    Ok(settings)
}

/// Returns true for a folder without entries and for one that does not exist.
fn is_empty(folder: &Path) -> anyhow::Result<bool> {
    if !folder.exists() {
        return Ok(true);
    }
    let entries = folder.read_dir().with_context(|| format!("cannot read {}", folder.display()));
    Ok(entries?.next().is_none())
}

/// Returns how many labels of a class there are.
fn labels(account: &Account, class: Class) -> usize {
    account.labels.iter().filter(|label| label.class == class).count()
}

/// Returns a warning for each class with fewer labels than asked for.
fn missing<'a>(account: &'a Account, settings: &'a Settings) -> impl Iterator<Item = String> + 'a {
    Class::ALL.into_iter().filter_map(|class| {
        let (found, asked) = (labels(account, class), settings.mix.labels(class, settings.days));
        (found < asked as usize).then(|| {
            format!(
                "warning: {found} of {asked} labels of {class}: these series and days have no room \
                 for more"
            )
        })
    })
}

/// Returns what is in the account.
fn told(account: &Account, root: &Path) -> String {
    let calls = account.series.iter().filter(|series| series.error_code.is_none());
    let calls: u64 = calls.flat_map(|series| &series.cells).map(|cell| u64::from(cell.count)).sum();
    let classes = Class::ALL.into_iter().map(|class| (class, labels(account, class)));
    let classes: Vec<String> = classes
        .filter(|(_, count)| *count > 0)
        .map(|(class, count)| format!("{class} {count}"))
        .collect();
    format!(
        "        {}: {} labels ({})\n\
         account {} series, {} calls in {} days",
        root.join("labels.csv").display(),
        account.labels.len(),
        classes.join(", "),
        account.series.len(),
        HumanCount(calls),
        account.days,
    )
}

/// Returns what to do with it.
fn next(form: Form, root: &Path) -> String {
    let labels = root.join("labels.csv");
    let (find, input) = match form {
        Form::Counts => ("detect", root.join("counts.csv").display().to_string()),
        // Most labels are of calls that only read.
        Form::Archive => ("replay --include-reads", root.display().to_string()),
    };
    let tune = find.replace("detect", "tune").replace("replay", "tune");
    format!(
        "next    insights {find} {input} --format table\n        insights {tune} {input} --labels {}",
        labels.display()
    )
}
