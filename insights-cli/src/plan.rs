//! What was typed, checked: nothing of the command line's own types goes beyond this point.

mod score;
mod tune;

use std::{
    io::{IsTerminal, stdout},
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use insights_core::{Minute, Minutes};

pub(crate) use self::{
    score::{ScorePlan, Truth},
    tune::TunePlan,
};
use crate::{
    args::{self, CountFormat, Format},
    exit::UsageError,
    input::{globs, s3, texts::Bounds},
    settings::Settings,
};

/// Where logs come from.
#[derive(Debug)]
pub(crate) struct InputPlan {
    /// Files, folders and stdin.
    pub(crate) inputs: Vec<PathBuf>,
    pub(crate) remote: s3::Plan,
    pub(crate) allowed_lateness: Minutes,
    pub(crate) bounds: Bounds,
}

/// Which columns of a plain series hold what.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct SeriesPlan {
    pub(crate) time: String,
    pub(crate) value: String,
    /// The column with the name of the series; without one it is that of the file.
    pub(crate) name: Option<String>,
    /// How much time a row stands for; without one it is found in the times.
    pub(crate) step: Option<Minutes>,
}

/// How Insights are written.
#[derive(Debug)]
pub(crate) struct ResultsPlan {
    pub(crate) output: Option<PathBuf>,
    /// None where only the tree is asked for.
    pub(crate) format: Option<Format>,
    pub(crate) tree: Option<PathBuf>,
    pub(crate) explain: bool,
    /// Whether the table explains itself.
    pub(crate) verbose: bool,
    pub(crate) event_version: String,
    pub(crate) insight_source: Option<String>,
    pub(crate) exit_code: bool,
}

/// How a run goes.
#[derive(Debug)]
pub(crate) struct RunPlan {
    pub(crate) threads: Option<NonZeroUsize>,
    pub(crate) quiet: bool,
    pub(crate) progress: bool,
    /// Whether to stop at the first problem of the input.
    pub(crate) strict: bool,
    pub(crate) summary: Option<PathBuf>,
}

impl InputPlan {
    /// Checks where logs come from.
    pub(crate) fn new(args: args::Input, settings: &Settings) -> anyhow::Result<Self> {
        let (remote, inputs): (Vec<_>, _) =
            args.inputs.into_iter().partition(|input| s3::is_address(input));
        let remote = s3::Plan::new(
            &remote,
            #[cfg(feature = "s3")]
            args.s3,
        )?;
        Ok(Self {
            inputs: globs::expand(inputs)?,
            remote,
            allowed_lateness: settings.allowed_lateness(),
            bounds: settings.bounds(),
        })
    }
}

impl InputPlan {
    /// Returns whether some of the input can be read only once.
    pub(crate) fn is_stdin(&self) -> bool {
        self.inputs.iter().any(|input| input.as_os_str() == "-")
    }
}

impl SeriesPlan {
    /// The longest time that a row can stand for: what is known of a day at most says nothing of
    /// its minutes.
    pub(crate) const LONGEST_STEP: Minutes = Minutes::days(1);

    /// Reads `time=COLUMN,value=COLUMN[,name=COLUMN][,step=TIME]`, in any order.
    pub(crate) fn parse(text: &str) -> Result<Self, UsageError> {
        let error = |what: String| UsageError(format!("--series-csv {text:?}: {what}"));
        let [mut time, mut value, mut name, mut step] = [None, None, None, None];
        for part in text.split(',') {
            let (key, found) = part.split_once('=').unwrap_or((part, ""));
            let place = match key {
                "time" => &mut time,
                "value" => &mut value,
                "name" => &mut name,
                "step" => &mut step,
                other => {
                    return Err(error(format!("{other:?} is not one of time, value, name, step")));
                }
            };
            if found.is_empty() {
                return Err(error(format!("{key}= is empty")));
            }
            if place.replace(found.to_owned()).is_some() {
                return Err(error(format!("{key}= is there twice")));
            }
        }
        let step = match step.as_deref().map(|step| span_of("step=", step)).transpose()? {
            Some(step) if step == Minutes::default() || step > Self::LONGEST_STEP => {
                return Err(error("step= must be from a minute to a day".into()));
            }
            step => step,
        };
        let needed = |column: Option<String>, key| {
            column.ok_or_else(|| error(format!("which column is the {key}? Add {key}=COLUMN")))
        };
        Ok(Self { time: needed(time, "time")?, value: needed(value, "value")?, name, step })
    }
}

impl ResultsPlan {
    /// Checks how Insights are to be written.
    pub(crate) fn new(args: args::Results) -> Result<Self, UsageError> {
        let people = args.output.is_none() && stdout().is_terminal();
        let usual = if people { Format::Table } else { Format::Jsonl };
        let tree_alone = args.output_tree.is_some() && args.output.is_none();
        let format = args.format.or((!tree_alone).then_some(usual));
        if args.verbose && format != Some(Format::Table) {
            return Err(UsageError(
                "-v explains the lines of a table (--format table); to explain the records of other \
                 formats, use --explain"
                    .into(),
            ));
        }
        Ok(Self {
            format,
            output: args.output,
            tree: args.output_tree,
            explain: args.explain,
            verbose: args.verbose,
            event_version: args.event_version,
            insight_source: args.insight_source,
            exit_code: args.exit_code,
        })
    }

    /// Returns whether results appear on the terminal while the run goes on.
    pub(crate) fn streams_to_terminal(&self) -> bool {
        let lines = self.format.is_some_and(|format| format != Format::Table);
        self.output.is_none() && lines && stdout().is_terminal()
    }
}

impl RunPlan {
    /// Checks how a run is to go; progress would be torn apart by results between its lines.
    pub(crate) fn new(args: args::Common, results_on_terminal: bool) -> Result<Self, UsageError> {
        let threads = match args.threads {
            None => None,
            Some(threads) => Some(
                NonZeroUsize::new(threads)
                    .filter(|threads| threads.get() <= 1_024)
                    .ok_or_else(|| UsageError("--threads must be from 1 to 1024".into()))?,
            ),
        };
        Ok(Self {
            threads,
            quiet: args.quiet,
            progress: !args.quiet && !args.no_progress && !results_on_terminal,
            strict: args.strict,
            summary: args.summary,
        })
    }
}

/// Returns how counts are written.
pub(crate) fn count_format(
    asked: Option<CountFormat>,
    output: Option<&Path>,
) -> Result<CountFormat, UsageError> {
    let ending = output.and_then(Path::extension);
    let named = ending.is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"));
    #[cfg(feature = "parquet")]
    {
        let usual = if named { CountFormat::Parquet } else { CountFormat::Csv };
        let format = asked.unwrap_or(usual);
        if format == CountFormat::Parquet && output.is_none() && stdout().is_terminal() {
            return Err(UsageError(
                "Parquet is not for a terminal: write it to a file (-o)".into(),
            ));
        }
        Ok(format)
    }
    #[cfg(not(feature = "parquet"))]
    match asked {
        None if named => Err(UsageError(
            "this program was built without Parquet (feature parquet): name a .csv, or ask for \
             --format csv"
                .into(),
        )),
        asked => Ok(asked.unwrap_or(CountFormat::Csv)),
    }
}

/// Reads `2026-03-02`, `2026-03-02T14:05:00Z`, and times as they are printed: `2026-03-02 14:05`,
/// which are UTC.
pub(crate) fn instant(option: &str, text: &str) -> Result<Minute, UsageError> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let midnight = date.and_then(|date| date.and_hms_opt(0, 0, 0)).map(|time| time.and_utc());
    let exact = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc()).ok();
    let bare = text.strip_suffix('Z').or(text.strip_suffix(" UTC")).unwrap_or(text);
    let printed = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S"]
        .into_iter()
        .find_map(|format| NaiveDateTime::parse_from_str(bare, format).ok());
    let time = midnight.or(exact).or(printed.map(|time| time.and_utc()));
    time.map(Minute::containing).ok_or_else(|| {
        UsageError(format!(
            "{option} {text:?} is neither a date such as 2026-03-02 nor a time such as \
             2026-03-02T14:05:00Z or \"2026-03-02 14:05\" (UTC)"
        ))
    })
}

/// Reads `30`, `30m`, `2h` or `7d`.
pub(crate) fn span(text: &str) -> Result<Minutes, UsageError> {
    let (digits, unit) =
        text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let count: Option<u32> = digits.parse().ok().filter(|&count| count <= 1_000_000);
    let span = count.and_then(|count| match unit {
        "" | "m" | "min" => Some(Minutes::new(count)),
        "h" => Some(Minutes::hours(count)),
        "d" => Some(Minutes::days(count)),
        _ => None,
    });
    span.ok_or_else(|| UsageError(format!("{text:?} is not a time such as 30m, 2h or 7d")))
}

/// Reads the time that was given to an option.
pub(crate) fn span_of(option: &str, text: &str) -> Result<Minutes, UsageError> {
    span(text).map_err(|error| UsageError(format!("{option} {error}")))
}

/// Reads a number of bytes, such as `512MiB` or `4G`: units are powers of 1024.
pub(crate) fn size(option: &str, text: &str) -> Result<usize, UsageError> {
    /// Less would refuse ordinary logs.
    const LEAST: usize = 1 << 20;
    let (digits, unit) =
        text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let shift = match unit.trim_start().to_ascii_lowercase().as_str() {
        "" | "b" => Some(0),
        "k" | "kb" | "kib" => Some(10),
        "m" | "mb" | "mib" => Some(20),
        "g" | "gb" | "gib" => Some(30),
        _ => None,
    };
    let size = digits.parse::<usize>().ok().zip(shift);
    // Doubled, as buffers are, it must still be a number.
    let size = size.and_then(|(count, shift)| count.checked_mul(1 << shift));
    size.filter(|&size| (LEAST..=usize::MAX >> 2).contains(&size)).ok_or_else(|| {
        UsageError(format!(
            "{option} {text:?} is not a size of 1 MiB or more, such as 512MiB or 4GiB"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_dates_or_rfc_3339_or_as_printed() {
        let minute = |text| instant("--from", text).map(|minute| minute.to_string());
        assert_eq!(minute("2026-03-02").unwrap(), "2026-03-02T00:00:00Z");
        assert_eq!(minute("2026-03-02T10:30:59+02:00").unwrap(), "2026-03-02T08:30:00Z");
        for printed in ["2026-03-02 08:30", "2026-03-02T08:30Z", "2026-03-02 08:30 UTC"] {
            assert_eq!(minute(printed).unwrap(), "2026-03-02T08:30:00Z", "{printed}");
        }
        for bad in ["yesterday", "08:30", "2026-03-02 8h", "2026-02-30 08:30", "2026-03-02T"] {
            assert!(minute(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_columns_of_a_series_come_in_any_order_and_once() {
        let plan = SeriesPlan::parse("value=a=b,step=1h,time=at").unwrap();
        let expected = SeriesPlan {
            time: "at".into(),
            value: "a=b".into(),
            name: None,
            step: Some(Minutes::hours(1)),
        };
        assert_eq!(plan, expected);
        for (bad, what) in [
            ("", "\"\" is not one of"),
            ("time", "time= is empty"),
            ("time=t", "Add value=COLUMN"),
            ("value=v", "Add time=COLUMN"),
            ("time=t,value=v,", "\"\" is not one of"),
            ("time=t,value=v,value=w", "value= is there twice"),
            ("time=t,value=v,name=", "name= is empty"),
            ("time=t,value=v,steps=5m", "\"steps\" is not one of"),
            ("time=t,value=v,step=0", "from a minute to a day"),
            ("time=t,value=v,step=1441m", "from a minute to a day"),
            ("time=t,value=v,step=30s", "\"30s\" is not a time"),
        ] {
            let error = SeriesPlan::parse(bad).unwrap_err().to_string();
            assert!(error.contains(what), "{bad}: {error}");
        }
    }

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in
            [("2GiB", 2 << 30), ("512mib", 512 << 20), ("4 G", 4 << 30), ("2048k", 2 << 20)]
        {
            assert_eq!(size("--x", text).unwrap(), bytes);
        }
        for bad in ["", "G", "1.5G", "-1", "0", "1000", "9999999999999999999", "99999999999G", "2T"]
        {
            assert!(size("--x", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn spans_have_units() {
        assert_eq!(span("45").unwrap(), Minutes::new(45));
        assert_eq!(span("2h").unwrap(), Minutes::hours(2));
        assert_eq!(span("7d").unwrap(), Minutes::days(7));
        for bad in ["", "h", "2 h", "-3m", "2w", "99999999d"] {
            assert!(span(bad).is_err(), "{bad}");
        }
    }
}
