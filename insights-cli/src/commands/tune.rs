//! `insights tune`: calls or counts in, how well each configuration finds what labels tell.

mod data;
mod report;

use std::{fmt::Write, fs, sync::Mutex, time::Instant};

use anyhow::Context;
use rayon::prelude::*;

use self::{
    data::{Data, wanted},
    report::Report,
};
use crate::{
    args,
    commands::{
        counted::{Counted, Keep},
        refuse_overwriting, start_threads,
    },
    exit::Exit,
    interrupt, labels,
    plan::{InputPlan, RunPlan, TunePlan},
    printable::printable,
    progress::{Phase, Progress},
    settings::Settings,
    tuning::{
        configurations::{Choice, Configuration, Configurations},
        results::{Layout, Results, Row},
        space::Space,
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

    let progress = Progress::new(run.progress);
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
            "no configuration has at most {} in the tuned part, so {} is not written; the fewest are \
             {}: allow as many, or try a space that reaches higher thresholds",
            report.limit(),
            plan.best.display(),
            report.fewest()
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
    let progress = Progress::new(run.progress);
    progress.begin(Phase::TryingConfigurations, Some(new.len() as u64));
    let appender = Mutex::new(results.append()?);
    let rows: Vec<Row> = new
        .into_par_iter()
        .with_max_len(1)
        .map(|(id, own)| {
            let parts = data.judge(counted, &own.config, plan);
            interrupt::check(|| {
                let path = printable(&plan.results.to_string_lossy());
                format!("what was tried is in {path}; the same command goes on with it")
            })?;
            let [tuned, held_out] = &parts;
            let mut row = layout.row(&own.values, [(&tuned.0, tuned.1), (&held_out.0, held_out.1)]);
            // What another thread left when it panicked is a whole file.
            let mut appender = appender.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            appender.add(id, &mut row)?;
            progress.step(1);
            Ok(row)
        })
        .collect::<anyhow::Result<_>>()?;
    progress.finish();
    results.extend(rows);
    results.finish(all)
}
