//! [`Progress`]: what a long run shows on the terminal while it works.

use std::{
    io::{self, IsTerminal, Write},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// One line on stderr: the share of files done, records a second, the time left.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    records: AtomicU64,
    began: Instant,
    /// The first warnings, and how many more there were.
    warned: Mutex<(Vec<String>, usize)>,
}

impl Progress {
    /// Returns the progress of reading `files` files, shown on a terminal only.
    pub(crate) fn new(files: usize, shown: bool) -> Self {
        Self::of("files", files, shown)
    }

    /// Returns the progress of trying configurations, shown likewise.
    pub(crate) fn of_configurations(count: usize, shown: bool) -> Self {
        Self::of("configurations", count, shown)
    }

    fn of(what: &str, count: usize, shown: bool) -> Self {
        let target = if shown && io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(count as u64), target);
        let style = format!(
            "{{bar:30}} {{percent:>3}} %  {{human_pos}}/{{human_len}} {what}  {{msg}}  {{eta}} left"
        );
        if let Ok(style) = ProgressStyle::with_template(&style) {
            bar.set_style(style.progress_chars("━━ "));
        }
        Self { bar, records: AtomicU64::new(0), began: Instant::now(), warned: Mutex::default() }
    }

    #[cfg(feature = "s3")]
    /// Takes note of how many folders were found while it is not known yet what is in them.
    pub(crate) fn look(&self, folders: usize) {
        self.bar.set_message(format!("{} folders found", HumanCount(folders as u64)));
    }

    /// Takes note of more files that there are.
    pub(crate) fn expect(&self, files: usize) {
        self.bar.inc_length(files as u64);
    }

    /// Takes note of a file that is done and of the records in it.
    pub(crate) fn advance(&self, records: u64) {
        let records = self.records.fetch_add(records, Ordering::Relaxed) + records;
        if !self.bar.is_hidden() {
            let seconds = self.began.elapsed().as_secs_f64().max(1e-3);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a rate to look at"
            )]
            let rate = (records as f64 / seconds) as u64;
            self.bar.set_message(format!("{} records/s", HumanCount(rate)));
        }
        self.bar.inc(1);
    }

    /// Takes note of one more that is done, of which there are no records.
    pub(crate) fn advance_one(&self) {
        self.bar.inc(1);
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
            let _ = writeln!(io::stderr().lock(), "{line}");
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
