//! [`Progress`]: what a long run shows on the terminal while it works.

use std::{
    fmt,
    io::{self, IsTerminal, Write},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::Duration,
};

use indicatif::{
    HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle,
};

use crate::color;

/// What is shown: one line on stderr of what is being done, the share that is done, the rate and
/// the time left.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    /// Records or rows, whatever the share is one of.
    records: Arc<AtomicU64>,
    /// Whether the share is one of bytes.
    by_bytes: AtomicBool,
    /// The first warnings, and how many more there were.
    warned: Mutex<(Vec<String>, usize)>,
    /// Dropped, it keeps the line from appearing.
    _due: Sender<()>,
}

/// What a run is doing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Phase {
    /// Looking into folders; how many there are is not known.
    Finding,
    /// Reading many files.
    ReadingFiles,
    /// Reading logs that are few and may be large, by their bytes.
    ReadingLogs,
    /// Reading tables, by their bytes.
    ReadingTables,
    /// Judging days, in several parts at once.
    Detecting { parts: u64 },
    /// Looking again at what decided, and trying what it takes to start an Insight.
    Explaining,
    /// Trying what it takes to start an Insight, series by series.
    TryingSeries,
    /// Trying settings.
    TryingConfigurations,
    /// Inventing an account.
    Inventing,
    /// Writing logs.
    WritingFiles,
    /// Writing a table.
    WritingRows,
}

/// A run that ends sooner shows nothing, and the line is drawn anew so often.
const SHORT: Duration = Duration::from_millis(500);
const TICK: Duration = Duration::from_millis(200);

impl Phase {
    /// Returns what is being done.
    const fn verb(self) -> &'static str {
        match self {
            Self::Finding => "finding",
            Self::ReadingFiles | Self::ReadingLogs | Self::ReadingTables => "reading",
            Self::Detecting { .. } => "detecting",
            Self::Explaining => "explaining",
            Self::TryingSeries | Self::TryingConfigurations => "trying",
            Self::Inventing => "inventing",
            Self::WritingFiles | Self::WritingRows => "writing",
        }
    }

    /// Returns what the share is one of; bytes have their own units.
    const fn unit(self) -> &'static str {
        match self {
            Self::Finding => "folders",
            Self::ReadingFiles | Self::WritingFiles => "files",
            Self::ReadingLogs | Self::ReadingTables => "",
            Self::Detecting { .. } | Self::Inventing => "days",
            Self::Explaining => "looks",
            Self::TryingSeries => "series",
            Self::TryingConfigurations => "configurations",
            Self::WritingRows => "rows",
        }
    }

    /// Returns what the rate is one of, where that is not the share.
    const fn counted(self) -> Option<&'static str> {
        match self {
            Self::ReadingFiles | Self::WritingFiles => Some("records"),
            _ => None,
        }
    }

    /// Returns whether the share is one of bytes.
    const fn by_bytes(self) -> bool {
        matches!(self, Self::ReadingLogs | Self::ReadingTables)
    }

    /// Returns how far a number of steps is.
    fn amount(self, steps: u64) -> String {
        match self {
            _ if self.by_bytes() => HumanBytes(steps).to_string(),
            Self::Detecting { parts } => HumanCount(steps / parts.max(1)).to_string(),
            _ => HumanCount(steps).to_string(),
        }
    }

    /// Writes how much is done, of how much if that is known.
    fn write_done(self, state: &ProgressState, out: &mut dyn fmt::Write) {
        let done = self.amount(state.pos());
        let unit = self.unit();
        let space = if unit.is_empty() { "" } else { " " };
        // A line that cannot be drawn is none.
        let _ = match state.len() {
            Some(all) => write!(out, "{done}/{}{space}{unit}", self.amount(all)),
            None if state.pos() > 0 => write!(out, "{done}{space}{unit}"),
            None => Ok(()),
        };
    }

    /// Writes how fast it goes.
    fn write_rate(self, records: u64, state: &ProgressState, out: &mut dyn fmt::Write) {
        let seconds = state.elapsed().as_secs_f64().max(1e-3);
        let (done, unit) = match (self, self.counted()) {
            (_, Some(counted)) => (records as f64, counted),
            (Self::Detecting { parts }, None) => (state.pos() as f64 / parts.max(1) as f64, "days"),
            (_, None) => (state.pos() as f64, self.unit()),
        };
        let rate = done / seconds;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate to look at"
        )]
        let _ = match rate {
            0.0 => Ok(()),
            _ if self.by_bytes() => write!(out, "{}/s", HumanBytes(rate as u64)),
            rate if rate < 10.0 => write!(out, "{rate:.1} {unit}/s"),
            rate => write!(out, "{} {unit}/s", HumanCount(rate as u64)),
        };
    }
}

impl Progress {
    /// Returns progress that is shown, if at all, on a terminal only, and if the run takes long.
    pub(crate) fn new(shown: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let (sender, due) = channel();
        if shown && io::stderr().is_terminal() {
            let bar = bar.clone();
            // Where no thread can be started, nothing is shown.
            let _ = thread::Builder::new().name("progress".into()).spawn(move || show(&bar, &due));
        }
        Self {
            bar,
            records: Arc::default(),
            by_bytes: AtomicBool::new(false),
            warned: Mutex::default(),
            _due: sender,
        }
    }

    /// Begins something that takes so many steps, if it is known how many.
    pub(crate) fn begin(&self, phase: Phase, steps: Option<u64>) {
        self.by_bytes.store(phase.by_bytes(), Ordering::Relaxed);
        self.records.store(0, Ordering::Relaxed);
        let records = Arc::clone(&self.records);
        let template = match steps {
            Some(_) => "{prefix} {wide_bar} {percent:>3} %  {done}  {rate}  {eta} left",
            None => "{prefix} {spinner} {done}  {rate}",
        };
        // What is drawn meanwhile would mix both phases.
        if let Ok(style) = ProgressStyle::with_template("{prefix}") {
            self.bar.set_style(style);
        }
        self.bar.set_prefix(phase.verb());
        match steps {
            Some(steps) => self.bar.set_length(steps),
            None => self.bar.unset_length(),
        }
        self.bar.set_position(0);
        self.bar.reset_elapsed();
        self.bar.reset_eta();
        if let Ok(style) = ProgressStyle::with_template(template) {
            let style = style
                .progress_chars("━━ ")
                .with_key("done", move |state: &ProgressState, out: &mut dyn fmt::Write| {
                    phase.write_done(state, out);
                })
                .with_key("rate", move |state: &ProgressState, out: &mut dyn fmt::Write| {
                    phase.write_rate(records.load(Ordering::Relaxed), state, out);
                });
            self.bar.set_style(style);
        }
    }

    /// Takes note of how many folders were found while it is not known yet what is in them.
    #[cfg(feature = "s3")]
    pub(crate) fn look(&self, folders: usize) {
        self.bar.set_position(folders as u64);
    }

    /// Takes note of more files that there are.
    pub(crate) fn expect(&self, files: usize) {
        if !self.by_bytes.load(Ordering::Relaxed) {
            self.bar.inc_length(files as u64);
        }
    }

    /// Takes note of a file that is done and of the records in it.
    pub(crate) fn advance(&self, records: u64) {
        self.records.fetch_add(records, Ordering::Relaxed);
        if !self.by_bytes.load(Ordering::Relaxed) {
            self.bar.inc(1);
        }
    }

    /// Takes note of steps that are done, of which there are no records.
    pub(crate) fn step(&self, steps: u64) {
        self.bar.inc(steps);
    }

    /// Takes note of how many steps are done in all.
    pub(crate) fn reach(&self, steps: u64) {
        self.bar.set_position(steps);
    }

    /// Returns what takes note of bytes, where the share is one of them.
    pub(crate) fn meter(&self) -> Meter {
        Meter(self.by_bytes.load(Ordering::Relaxed).then(|| self.bar.clone()))
    }

    /// Writes a line above the bar.
    pub(crate) fn warn(&self, line: &str) {
        /// As many warnings are kept.
        const KEPT: usize = 100;
        if let Some(problem) = line.strip_prefix("warning: ") {
            let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
            if warned.0.len() < KEPT { warned.0.push(problem.to_owned()) } else { warned.1 += 1 }
        }
        self.bar.suspend(|| {
            // Nothing is left to tell it to if stderr is closed.
            let _ = writeln!(io::stderr().lock(), "{}", color::for_stderr(&color::warning(line)));
        });
    }

    /// Returns the first warnings, and how many more there were.
    pub(crate) fn problems(&self) -> (Vec<String>, usize) {
        self.warned.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Shows a bar if the run has not ended by then.
fn show(bar: &ProgressBar, due: &Receiver<()>) {
    if due.recv_timeout(SHORT) == Err(RecvTimeoutError::Timeout) && !bar.is_finished() {
        bar.set_draw_target(ProgressDrawTarget::stderr());
        bar.enable_steady_tick(TICK);
    }
}

/// Takes note of bytes that were read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter(Option<ProgressBar>);

impl Meter {
    pub(crate) fn add(&self, bytes: u64) {
        if let Some(bar) = &self.0 {
            bar.inc(bytes);
        }
    }
}
