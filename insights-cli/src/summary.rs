//! [`Summary`]: what became of everything, for people on stderr and for machines as JSON.

use std::{
    fmt,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context;
use indicatif::HumanCount;
use insights_core::{Engine, Hole, Insight, InsightState, LogKey, Minute, Minutes, Stats};
use serde::{Serialize, Serializer};

use crate::{
    color::{LABEL, TIP, WARNING},
    input::{archive::Tally, series::Spread, skipped::Skipped},
    output::OutputFile,
    printable::printable,
};

/// What became of every file, record and insight of a run.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Summary {
    #[serde(flatten)]
    pub(crate) tally: Tally,
    pub(crate) skipped_files: Skipped,
    /// Rows of counts that were read; none for logs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rows: Option<u64>,
    /// How rows became counts of minutes; only of plain series.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(crate) spread: Option<Spread>,
    /// Calls that count for a series.
    pub(crate) counted: u64,
    /// Calls that count for none.
    pub(crate) not_selected: u64,
    pub(crate) duplicates: u64,
    pub(crate) late: u64,
    /// Calls after the end of the log: their times are broken or alone.
    pub(crate) ahead: u64,
    pub(crate) series: usize,
    /// Spans in which a log is missing.
    pub(crate) holes: Vec<LogHole>,
    /// What was asked for by names that no call has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) unmatched: Vec<String>,
    pub(crate) starts: u64,
    pub(crate) ends: u64,
    #[serde(serialize_with = "text")]
    pub(crate) first: Option<Minute>,
    #[serde(serialize_with = "text")]
    pub(crate) end: Option<Minute>,
    #[serde(serialize_with = "seconds")]
    pub(crate) elapsed: Duration,
    /// Whether the run was asked to stop: the rest tells of what was done before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) interrupted: bool,
    /// The file that is missing for that reason.
    #[serde(skip)]
    pub(crate) unwritten: Option<PathBuf>,
}

/// What the counts in brackets are called that somebody should look into.
const DOUBTFUL: [&str; 5] = [" damaged", " unreadable", " late", " ahead of the log", " malformed"];

/// A span in which nothing was logged, though that log is never silent so long.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LogHole {
    account: String,
    /// Empty where the management events of all Regions are missing at once.
    #[serde(skip_serializing_if = "String::is_empty")]
    region: String,
    category: &'static str,
    from: String,
    to: String,
}

impl LogHole {
    pub(crate) fn new(log: &LogKey, hole: Hole) -> Self {
        Self {
            account: log.account_id.to_string(),
            region: log.region.to_string(),
            category: log.category.as_str(),
            from: hole.start.to_string(),
            to: hole.end.to_string(),
        }
    }
}

impl fmt::Display for LogHole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { account, region, category, from, to } = self;
        let space = if region.is_empty() { "" } else { " " };
        write!(f, "{from} to {to} in {account}{space}{region} ({category})")
    }
}

#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference to the field"
)]
fn text<S: Serializer>(minute: &Option<Minute>, serializer: S) -> Result<S::Ok, S::Error> {
    minute.map(|minute| minute.to_string()).serialize(serializer)
}

fn seconds<S: Serializer>(elapsed: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(elapsed.as_secs_f64())
}

impl Summary {
    /// Takes over where the engine or the counter put the events.
    pub(crate) fn take(&mut self, stats: Stats) {
        let Stats { counted, not_selected, duplicates, late, open } = stats;
        self.counted = counted;
        self.not_selected = not_selected;
        self.duplicates = duplicates;
        self.late = late;
        self.ahead = open;
    }

    /// Takes over what an engine knows, and what it reported.
    pub(crate) fn report(&mut self, engine: &Engine, insights: &[Insight]) {
        let of = |state| insights.iter().filter(|insight| insight.state == state).count() as u64;
        self.series = engine.series();
        (self.starts, self.ends) = (of(InsightState::Start), of(InsightState::End));
    }

    /// Returns whether part of the input could not be read.
    pub(crate) const fn partly_read(&self) -> bool {
        self.tally.malformed > 0 || self.tally.unreadable_files > 0
    }

    /// Says what a run that was asked to stop has done, and that a file of it is missing.
    pub(crate) fn interruption(&self) -> String {
        let done = match self.end.filter(|_| self.first.is_some()) {
            Some(end) => format!("this is of the log up to {end} and no later"),
            None => "nothing was read to its end".into(),
        };
        let unwritten = self.unwritten.as_ref().map(|path| {
            let path = printable(&path.to_string_lossy());
            format!("; {path} is not written, as it would not be whole")
        });
        format!("interrupted: {done}{}", unwritten.unwrap_or_default())
    }

    /// Returns whether nothing at all could be read.
    pub(crate) const fn nothing_read(&self) -> bool {
        self.tally.files == 0 && self.tally.unreadable_files > 0
    }

    /// Returns what people are told, each line with its label; without how long it took.
    pub(crate) fn lines(&self) -> Vec<(String, String)> {
        /// How wide labels are.
        const LABEL: usize = 10;
        let text = self.to_string();
        let lines = text.lines().filter(|line| !line.starts_with("time "));
        let lines = lines.filter_map(|line| line.split_at_checked(LABEL));
        lines.map(|(label, text)| (label.trim_end().to_owned(), text.to_owned())).collect()
    }

    /// Returns the summary for people, with colours for what each line is about and for what is
    /// doubtful.
    pub(crate) fn colored(&self) -> String {
        /// Where the labels end.
        const LABELS: usize = 10;
        let colored = |line: &str| {
            let (label, rest) = line.split_at_checked(LABELS).unwrap_or((line, ""));
            let style = match label.trim_end() {
                "hint" => TIP,
                "lacking" | "malformed" | "missing" | "rounded" => WARNING,
                _ => LABEL,
            };
            let counts = rest.split_once("  (").zip(rest.strip_suffix(')'));
            let Some(((before, _), whole)) = counts else {
                return format!("{style}{label}{style:#}{rest}");
            };
            let mark = |count: &str| {
                if DOUBTFUL.iter().any(|what| count.ends_with(what)) {
                    format!("{WARNING}{count}{WARNING:#}")
                } else {
                    count.to_owned()
                }
            };
            let counts = whole[before.len() + 3..].split(", ").map(mark).collect::<Vec<_>>();
            format!("{style}{label}{style:#}{before}  ({})", counts.join(", "))
        };
        self.to_string().lines().map(colored).collect::<Vec<_>>().join("\n")
    }

    /// Writes the summary as JSON.
    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let mut file = OutputFile::create(path)?;
        serde_json::to_writer_pretty(&mut file, self)
            .map_err(Into::into)
            .and_then(|()| writeln!(file))
            .and_then(|()| file.finish())
            .with_context(|| format!("cannot write {}", path.display()))
    }
}

impl Summary {
    /// Writes what became of files and records.
    fn write_input(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = HumanCount;
        let t = &self.tally;
        write!(f, "files     {}", n(t.files))?;
        let s = self.skipped_files;
        list(
            f,
            &[
                (t.damaged_files, "damaged"),
                (t.unreadable_files, "unreadable"),
                (s.digest, "skipped: digests"),
                (s.insight, "skipped: Insights"),
                (s.aggregated, "skipped: aggregated events"),
                (s.network_activity, "skipped: network activity"),
                (s.other, "skipped: no logs"),
                (s.outside, "skipped: not looked for"),
                (s.folders, "folders skipped: of other things"),
                (s.outside_folders, "folders skipped: not looked for"),
            ],
        )?;
        if let Some(rows) = self.rows {
            write!(f, "\nrows      {}", n(rows))?;
        } else {
            write!(f, "\nrecords   {}", n(t.seen.records))?;
        }
        let calls = self.rows.is_some() && self.spread.is_none();
        list(
            f,
            &[
                (self.counted, if calls { "calls and failures" } else { "counted" }),
                (self.not_selected, "not selected"),
                (self.duplicates, "duplicates"),
                (self.late, "late"),
                (self.ahead, if self.interrupted { "not judged yet" } else { "ahead of the log" }),
                (t.malformed, "malformed"),
                (t.insight_records, "Insights"),
                (t.aggregated, "aggregated events"),
                (t.network_activity, "network activity"),
                (t.seen.digests, "digests"),
                (t.seen.control_messages, "control messages"),
                (t.seen.continued_rows, "rows that go on with a list"),
            ],
        )?;
        if t.malformed > 0 {
            f.write_str("\nmalformed ")?;
            for (place, (count, label)) in t.malformed_by_kind.labels().enumerate() {
                write!(f, "{}{} {label}", if place == 0 { "" } else { ", " }, n(count))?;
            }
        }
        for (place, (count, label)) in t.seen.lacking.labels().enumerate() {
            f.write_str(if place == 0 { "\nlacking   " } else { "; " })?;
            write!(f, "{label} in {} of the records", n(count))?;
        }
        Ok(())
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_input(f)?;
        let n = HumanCount;
        let t = &self.tally;
        if let Some(spread) = &self.spread {
            spread.fmt(f)?;
        }
        if t.inferred > 0 {
            write!(
                f,
                "\ninferred  {} records do not say whether they read or of what category they are",
                n(t.inferred)
            )?;
        }
        for unmatched in &self.unmatched {
            write!(f, "\nhint      {unmatched}")?;
        }
        if self.late > 0 {
            write!(
                f,
                "\nhint      {} calls came too late for their day; --allowed-lateness keeps days open longer",
                n(self.late)
            )?;
        }
        if self.ahead > 0 && !self.interrupted {
            write!(
                f,
                "\nhint      a lone call more than a day after all others has a doubtful time and is not judged"
            )?;
        }
        if let (Some(first), Some(end)) = (self.first, self.end) {
            write!(f, "\nspan      {first} to {end}")?;
        }
        if let Some(first) = self.holes.first() {
            write!(f, "\nmissing   no events at all from {first}")?;
            match self.holes.len() - 1 {
                0 => {}
                1 => write!(f, " and in one other span")?,
                others => write!(f, " and in {} other spans", n(others as u64))?,
            }
            write!(f, ": neither silence nor baseline")?;
        }
        write!(f, "\nseries    {} in the baselines at the end", n(self.series as u64))?;
        let open = self.starts - self.ends;
        write!(f, "\ninsights  {} episodes", n(self.starts))?;
        if open > 0 {
            write!(f, ", {} still open at the end: a Start without an End", n(open))?;
        }
        let seconds = self.elapsed.as_secs_f64();
        let units = self.rows.unwrap_or(t.seen.records);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate to look at"
        )]
        let rate = (units as f64 / seconds.max(1e-3)) as u64;
        let unit = if self.rows.is_some() { "rows" } else { "records" };
        write!(f, "\ntime      {seconds:.2} s, {} {unit}/s", n(rate))
    }
}

impl fmt::Display for Spread {
    /// Writes the lines of a summary, each after a line break.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = HumanCount;
        let one = self.steps.len() == 1;
        for (place, (&step, &series)) in self.steps.iter().enumerate() {
            f.write_str(if place == 0 { "\nstep      " } else { ", " })?;
            write!(f, "{}", Minutes::new(step))?;
            if !one {
                write!(f, " in {} series", n(series))?;
            }
        }
        if !self.steps.is_empty() {
            f.write_str(if self.step_given { ", as given" } else { ", found in the times" })?;
        }
        if self.irregular > 0 {
            write!(
                f,
                "\nhint      {} series: less than half of the rows lie that step after the one before; step= sets it",
                n(self.irregular)
            )?;
        }
        if self.rounded > 0 {
            write!(
                f,
                "\nrounded   {} values to whole numbers; what is taken for counts should be counts",
                n(self.rounded)
            )?;
        }
        Ok(())
    }
}

/// Writes the counts that are not zero, in brackets.
fn list(f: &mut fmt::Formatter<'_>, counts: &[(u64, &str)]) -> fmt::Result {
    let mut before = "  (";
    for (count, what) in counts.iter().filter(|(count, _)| *count > 0) {
        write!(f, "{before}{} {what}", HumanCount(*count))?;
        before = ", ";
    }
    f.write_str(if before == ", " { ")" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_change_no_word_and_mark_what_is_doubtful() {
        let mut summary =
            Summary { late: 3_000, unmatched: vec!["--x, y".into()], ..Summary::default() };
        (summary.counted, summary.tally.unreadable_files) = (1_200, 2);
        let colored = summary.colored();
        assert_eq!(anstream::adapter::strip_str(&colored).to_string(), summary.to_string());
        for marked in ["2 unreadable", "3,000 late"] {
            let marked = format!("{WARNING}{marked}{WARNING:#}");
            assert!(colored.contains(&marked), "{colored:?}");
        }
        assert!(colored.contains("(1,200 counted, "), "{colored:?}");
        assert!(colored.contains(&format!("{TIP}hint      {TIP:#}--x, y\n")), "{colored:?}");
        assert!(colored.starts_with(&format!("{LABEL}files     {LABEL:#}0")), "{colored:?}");
    }
}
