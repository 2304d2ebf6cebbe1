//! `insights explain`: why something was reported, or why not.

mod answer;
mod question;

pub(super) use self::answer::nearest;
pub(crate) use self::answer::{Answer, Asked, Minutely};

use std::{
    io::{IsTerminal, stdout},
    time::Instant,
};

use anyhow::Context;

use self::question::Question;
use crate::{
    args::explain::{AnswerFormat, Explain},
    commands::{
        archive, conclude,
        counted::{Counted, Keep},
        start_threads,
    },
    exit::{Exit, UsageError},
    interrupt,
    output::{self, answer as written},
    plan::{InputPlan, RunPlan},
    progress::Progress,
    settings::Settings,
};

pub(super) fn run(args: Explain) -> anyhow::Result<Exit> {
    let began = Instant::now();
    let question = Question::new(args.id, args.series, args.at)?;
    let settings = Settings::new(&args.settings, Some(&args.model))?
        .select(args.select)?
        .input(&args.input)?;
    let input = InputPlan::new(args.input, &settings)?;
    if args.events && input.is_stdin() {
        let what = "--events reads the logs a second time, which stdin cannot be: give their files";
        return Err(UsageError(what.into()).into());
    }
    let config = settings.config()?;
    let run = RunPlan::new(args.common, false)?;
    start_threads(&run)?;

    let progress = Progress::new(run.progress);
    let outputs = [args.output.as_deref(), run.summary.as_deref()];
    let selection = settings.selection();
    let counted = Counted::read(&input, selection, &run, outputs, Keep::All, &progress)?;
    if args.events && counted.from_tables {
        let what = "--events: tables of counts have no records; give the logs they were made of";
        return Err(UsageError(what.into()).into());
    }
    let (answer, summary) = match answer::find(&counted, &config, &question, &progress)? {
        Ok(found) => found,
        Err(unknown) => {
            let why = question::missing(&unknown, &input, selection, &run, &progress)?;
            return Err(why);
        }
    };
    interrupt::check(|| "the log was read, and nothing is explained yet".into())?;
    let to_terminal = args.output.is_none() && stdout().is_terminal();
    let mut out = output::sink(args.output.as_deref())?;
    let context = "cannot write the explanation";
    if args.events {
        let records =
            archive::records(&input, selection, &answer.series, answer.span(), &progress)?;
        progress.finish();
        written::write_events(&mut out, to_terminal, &records).context(context)?;
    } else {
        progress.finish();
        match args.format {
            AnswerFormat::Text => written::write_text(&mut out, &answer).context(context)?,
            AnswerFormat::Json => written::write_json(&mut out, &answer).context(context)?,
        }
    }
    out.finish().context(context)?;
    conclude(summary, began, &run, &progress, false)
}
