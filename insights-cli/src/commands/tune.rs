//! `insights tune`: calls or counts in, how well each configuration finds what labels tell.

use std::{
    collections::BTreeSet, fmt::Write as _, fs, io::Write, path::Path, sync::Mutex, time::Instant,
};

use anyhow::Context;
use comfy_table::{CellAlignment, presets};
use insights_core::{Config, Engine, EventCategory, Selection, SeriesKey};
use rayon::prelude::*;

use crate::{
    args,
    commands::{
        counted::{Counted, Keep},
        refuse_overwriting, start_threads,
    },
    episodes::Episode,
    exit::{Exit, UsageError},
    labels::{self, Label},
    matching::against_labels,
    output::{OutputFile, score::percent},
    plan::{InputPlan, RunPlan, TunePlan},
    printable::printable,
    progress::Progress,
    scoring::{Figures, Scored, Share},
    settings::{Key, Settings},
    subject::Subject,
    tuning::{
        configurations::{self, Choice, Configuration, Configurations},
        fingerprint,
        front::{best, pareto},
        plot::{Plot, svg},
        results::{Brief, Layout, Results, Row},
        space::Space,
        split::Split,
    },
};

pub(super) fn run(args: args::Tune) -> anyhow::Result<Exit> {
    let began = Instant::now();
    let given = Settings::new(&args.settings, Some(&args.model))?;
    let settings = given.clone().select(args.select)?.input(&args.input)?;
    let input = InputPlan::new(args.input, &settings)?;
    let plan = TunePlan::new(args.tuning, &args.output)?;
    let run = RunPlan::new(args.common, false)?;
    let config = settings.config()?;
    let space = Space::read(plan.space.as_deref())?;
    let chosen = Configurations::new(&space, &settings, plan.choice)?;
    let labels = wanted(labels::read(&plan.labels)?, &config, &plan.labels)?;
    let outputs = [&plan.results, &plan.picture, &plan.best].map(|path| Some(path.as_path()));
    refuse_overwriting([outputs[0], outputs[2]], |path| labels::is_at(&plan.labels, path))?;
    start_threads(&run)?;

    let progress = Progress::new(0, run.progress);
    let files = [outputs[0], run.summary.as_deref()];
    let mut counted =
        Counted::read(&input, settings.selection(), &run, files, Keep::Counts, &progress)?;
    progress.finish();
    let told = |line: &str| {
        if !run.quiet {
            progress.warn(line);
        }
    };
    let data = Data::new(&counted, labels, &plan)?;
    data.tell(&plan, &told);

    if let Some(folder) = plan.results.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let layout = Layout::new(data.classes(), data.fingerprint(&counted, &config, &plan));
    let results = Results::read(&plan.results, layout.clone())?;
    chosen.tell(&plan, &results, &told);
    let rows = try_all(&chosen.all, results, &layout, &data, &counted, &plan, &run)?;

    let report = Report { rows: &rows, data: &data, plan: &plan, given: &given };
    report.draw()?;
    report.write()?;
    let saved = report.save_best()?;
    told(&format!("written   {}", plan.results.display()));
    told(&format!("written   {}", plan.picture.display()));
    if saved.is_none() {
        anyhow::bail!(
            "no configuration has at most {} in the tuned part, so {} is not written",
            report.limit(),
            plan.best.display()
        );
    }
    told(&format!("written   {}", plan.best.display()));
    counted.summary.elapsed = began.elapsed();
    told(&format!("time      {:.1} s", counted.summary.elapsed.as_secs_f64()));
    if let Some(path) = &run.summary {
        counted.summary.write(path)?;
    }
    Ok(if counted.summary.partly_read() { Exit::PartlyRead } else { Exit::Done })
}

/// Returns the labels that these settings can find at all.
fn wanted(labels: Vec<Label>, config: &Config, path: &Path) -> Result<Vec<Label>, UsageError> {
    let labels: Vec<Label> = labels
        .into_iter()
        .filter(|label| config.wants(label.subject.insight_type()))
        .filter(|label| selects(config.selection(), &label.subject))
        .collect();
    if labels.is_empty() {
        let path = printable(&path.to_string_lossy());
        return Err(UsageError(format!("{path}: no label is of what is selected")));
    }
    Ok(labels)
}

/// Returns whether a series belongs to a selection, in one category or the other.
fn selects(selection: &Selection, subject: &Subject) -> bool {
    let Subject { account_id, region, event_source, event_name, error_code } = subject.clone();
    let category = EventCategory::Management;
    let mut series =
        SeriesKey { account_id, region, event_source, event_name, category, error_code };
    if selection.admits_series(&series) {
        return true;
    }
    series.category = EventCategory::Data;
    selection.admits_series(&series)
}

/// What configurations are judged by.
struct Data {
    labels: Vec<Label>,
    split: Split,
    /// The labels of each part.
    inside: [usize; 2],
    /// The labels of series that were never called.
    unknown: usize,
}

impl Data {
    /// Holds labels against the counts they are of.
    ///
    /// # Errors
    ///
    /// Returns an error if nothing is left to score, or to tune on.
    fn new(counted: &Counted, labels: Vec<Label>, plan: &TunePlan) -> anyhow::Result<Self> {
        let path = printable(&plan.labels.to_string_lossy());
        let (first, end) = (counted.first()?, counted.end.minute());
        let from = first.midnight() + plan.skip;
        if from >= end {
            let what = format!(
                "the data reach from {first} to {end}: nothing of them is left to score behind the \
                 first {} (--skip)",
                plan.skip
            );
            return Err(UsageError(what).into());
        }
        let rows = || counted.days.iter().flat_map(|(sealed, _)| sealed.rows());
        let mut series = BTreeSet::new();
        let mut last = None;
        for row in rows() {
            // Rows of a series follow each other, and so do equal keys.
            if last != Some(row.series) {
                last = Some(row.series);
                if !series.contains(row.series) {
                    series.insert(row.series.clone());
                }
            }
        }
        let accounts: BTreeSet<&str> = series.iter().map(|own| &*own.account_id).collect();
        let accounts = u32::try_from(accounts.len()).unwrap_or(u32::MAX);
        let subjects: BTreeSet<Subject> = series.iter().map(Subject::from).collect();
        let unknown = labels.iter().filter(|label| !subjects.contains(&label.subject)).count();
        if unknown == labels.len() {
            let example = printable(&labels[0].subject.to_string());
            let what = format!(
                "{path}: no label is of a series in the data; the first one is of {example}, the \
                 data have {} series of {accounts} accounts",
                subjects.len()
            );
            return Err(UsageError(what).into());
        }
        let split = Split::new(from, end, accounts, plan.holdout);
        let inside = [split.tuned, split.held_out]
            .map(|part| labels.iter().filter(|label| part.holds(label.start)).count());
        if inside[0] == 0 {
            let (first, last) = (
                labels.iter().map(|label| label.start).min().unwrap_or(from),
                labels.iter().map(|label| label.start).max().unwrap_or(from),
            );
            let Scored { from, to, .. } = split.tuned;
            let what = format!(
                "{path}: no label begins from {from} to {to}, which is tuned on (behind --skip and \
                 before --holdout): they begin from {first} to {last}"
            );
            return Err(UsageError(what).into());
        }
        Ok(Self { labels, split, inside, unknown })
    }

    /// Says what is scored.
    fn tell(&self, plan: &TunePlan, told: &impl Fn(&str)) {
        let path = printable(&plan.labels.to_string_lossy());
        for (name, part, labels) in [
            ("tuned on  ", self.split.tuned, self.inside[0]),
            ("held out  ", self.split.held_out, self.inside[1]),
        ] {
            let Scored { from, to, .. } = part;
            let days = part.account_days();
            told(&format!("{name}{from} to {to}, {days:.1} account-days, {labels} labels"));
        }
        let outside = self.labels.len() - self.inside[0] - self.inside[1];
        for (count, what) in [
            (outside, "begin outside the time that is scored and do not count"),
            (self.unknown, "are of series without a single call and cannot be found"),
        ] {
            if count > 0 {
                let all = self.labels.len();
                told(&format!("warning: {path}: {count} of {all} labels {what}"));
            }
        }
    }

    fn classes(&self) -> Vec<Box<str>> {
        let classes: BTreeSet<&Box<str>> = self.labels.iter().map(|label| &label.class).collect();
        classes.into_iter().filter(|class| !class.is_empty()).cloned().collect()
    }

    fn fingerprint(&self, counted: &Counted, config: &Config, plan: &TunePlan) -> String {
        use insights_core::InsightType::{CallRate, ErrorRate};
        let wanted = [CallRate, ErrorRate].map(|insight_type| config.wants(insight_type));
        let scoring = format!("{:?} {} {wanted:?}", self.split, plan.tolerance);
        let counts = counted.days.iter().map(|(sealed, _)| sealed);
        fingerprint::of(counts, &self.labels, &scoring)
    }

    /// Detects with a configuration and scores what it reports.
    fn judge(&self, counted: &Counted, config: &Config, plan: &TunePlan) -> [(Figures, Scored); 2] {
        let insights = counted.replay(&mut Engine::new(config.clone()));
        let episodes = Episode::of_engine(&insights);
        let judgement = against_labels(&self.labels, &episodes, plan.tolerance);
        [self.split.tuned, self.split.held_out]
            .map(|part| (Figures::new(&self.labels, &episodes, &judgement, part), part))
    }
}

impl Configurations {
    /// Says what is tried.
    fn tell(&self, plan: &TunePlan, results: &Results, told: &impl Fn(&str)) {
        let there = self.all.iter().filter(|own| results.holds(&own.values)).count();
        let mut line = format!("trying    {} configurations", self.all.len());
        match plan.choice {
            Choice::Grid => line += ", a grid",
            Choice::Trials { seed, .. } => {
                let _ = write!(line, ", seed {seed}");
            }
        }
        if there > 0 {
            let _ = write!(line, ", of which {there} were tried before");
        }
        told(&line);
        if self.unfit > 0 {
            told(&format!("left out  {} draws that do not fit together", self.unfit));
        }
        if let Choice::Trials { count, .. } = plan.choice
            && self.all.len() < count
        {
            told(&format!("hint      the space has no {count} configurations"));
        }
        if results.cut {
            let path = plan.results.display();
            told(&format!("hint      {path}: its last row was cut off and is tried again"));
        }
    }
}

/// Tries what was not tried before, in parallel, and returns the rows of all.
fn try_all(
    all: &[Configuration],
    mut results: Results,
    layout: &Layout,
    data: &Data,
    counted: &Counted,
    plan: &TunePlan,
    run: &RunPlan,
) -> anyhow::Result<Vec<Row>> {
    let new: Vec<(usize, &Configuration)> =
        all.iter().enumerate().filter(|(_, own)| !results.holds(&own.values)).collect();
    let progress = Progress::of_configurations(new.len(), run.progress);
    let appender = Mutex::new(results.append()?);
    let rows: Vec<Row> = new
        .into_par_iter()
        .with_max_len(1)
        .map(|(id, own)| {
            let parts = data.judge(counted, &own.config, plan);
            let [tuned, held_out] = &parts;
            let mut row = layout.row(&own.values, [(&tuned.0, tuned.1), (&held_out.0, held_out.1)]);
            // What another thread left when it panicked is a whole file.
            let mut appender = appender.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            appender.add(id, &mut row)?;
            progress.advance_one();
            Ok(row)
        })
        .collect::<anyhow::Result<_>>()?;
    progress.finish();
    results.extend(rows);
    results.finish(all)
}

/// What was found, to be shown.
struct Report<'r> {
    rows: &'r [Row],
    data: &'r Data,
    plan: &'r TunePlan,
    given: &'r Settings,
}

impl Report<'_> {
    fn best(&self) -> Option<usize> {
        let days = self.data.split.tuned.account_days();
        let given = self.rows.first().map_or(0.0, |row| row.tuned.wrong as f64);
        best(self.rows, self.plan.max_false_per_day.map_or(given, |limit| limit * days))
    }

    /// Returns how many false Insights are too many, for people.
    fn limit(&self) -> String {
        match self.plan.max_false_per_day {
            Some(limit) => format!("{limit} false Insights an account-day"),
            None => "as many false Insights as the settings as they were given".to_owned(),
        }
    }

    /// Draws the configurations.
    fn draw(&self) -> anyhow::Result<()> {
        let Split { tuned, held_out } = self.data.split;
        let points: Vec<(f64, f64)> =
            self.rows.iter().map(|row| point(row.tuned, tuned).unwrap_or_default()).collect();
        let front: Vec<(usize, Option<(f64, f64)>)> = pareto(self.rows)
            .into_iter()
            .map(|at| (at, point(self.rows[at].held_out, held_out)))
            .collect();
        let title = format!("{} configurations on the labels they were tuned on", points.len());
        let plot = Plot { title: &title, points: &points, front: &front, best: self.best() };
        let path = &self.plan.picture;
        let mut file = OutputFile::create(path)?;
        file.write_all(svg(&plot).as_bytes())
            .and_then(|()| file.finish())
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// Writes the front and the best configuration to stdout.
    fn write(&self) -> anyhow::Result<()> {
        let Split { tuned, held_out } = self.data.split;
        let best = self.best();
        let mut table = comfy_table::Table::new();
        table.load_style(presets::NOTHING).set_header([
            "",
            "id",
            "recall",
            "false/day",
            "held out: recall",
            "false/day",
            "delay",
            "settings",
        ]);
        for at in pareto(self.rows) {
            let row = &self.rows[at];
            let delay = match row.tuned_cell("delay_median_minutes") {
                "" => "-".to_owned(),
                minutes => format!("{minutes} min"),
            };
            table.add_row([
                if best == Some(at) { "*" } else { "" }.to_owned(),
                at.to_string(),
                percent(recall(row.tuned)),
                per_day(row.tuned, tuned),
                percent(recall(row.held_out)),
                per_day(row.held_out, held_out),
                delay,
                self.settings(at),
            ]);
        }
        for (place, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, 2));
            if (1..7).contains(&place) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let mut out = OutputFile::stdout();
        for line in table.to_string().lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        writeln!(out)?;
        let mut tell = |what: &str, at: usize| {
            let row = &self.rows[at];
            let both = [(row.tuned, tuned), (row.held_out, held_out)].map(|(brief, part)| {
                let Brief { labels, found, .. } = brief;
                let (share, wrong) = (percent(recall(brief)), per_day(brief, part));
                format!("recall {share} ({found} of {labels}), {wrong} false an account-day")
            });
            writeln!(out, "{what}: configuration {at}")?;
            writeln!(out, "  tuned on  {}", both[0])?;
            writeln!(out, "  held out  {}", both[1])
        };
        if let Some(best) = best {
            tell(&format!("best with at most {} (*)", self.limit()), best)?;
        }
        tell("the settings as they were given", 0)?;
        Ok(out.finish()?)
    }

    /// Returns what differs from the settings as they were given.
    fn settings(&self, at: usize) -> String {
        let values = self.rows[at].values().iter().zip(self.rows[0].values());
        let differ = configurations::names().zip(values).filter(|(_, (own, given))| own != given);
        let told: Vec<String> = differ.map(|(name, (own, _))| format!("{name}={own}")).collect();
        if told.is_empty() { "as given".to_owned() } else { told.join(" ") }
    }

    /// Writes the best configuration as a file of settings, if there is one.
    fn save_best(&self) -> anyhow::Result<Option<usize>> {
        let Some(best) = self.best() else { return Ok(None) };
        let row = &self.rows[best];
        let path = &self.plan.best;
        let mut settings = self.given.clone();
        for (key, value) in Key::tunable().zip(row.values()) {
            let name = self.plan.results.display();
            settings.change_to(key, value).map_err(|what| UsageError(format!("{name}: {what}")))?;
        }
        let mut file = OutputFile::create(path)?;
        file.write_all(settings.to_toml().as_bytes())
            .and_then(|()| file.finish())
            .with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Some(best))
    }
}

fn recall(brief: Brief) -> Option<f64> {
    Share { found: brief.found, all: brief.labels }.part()
}

fn false_per_day(brief: Brief, part: Scored) -> Option<f64> {
    let days = part.account_days();
    (days > 0.0).then(|| brief.wrong as f64 / days)
}

fn per_day(brief: Brief, part: Scored) -> String {
    false_per_day(brief, part).map_or("-".into(), |rate| format!("{rate:.2}"))
}

/// Returns where figures lie in the picture, if there are any.
fn point(brief: Brief, part: Scored) -> Option<(f64, f64)> {
    false_per_day(brief, part).zip(recall(brief))
}
