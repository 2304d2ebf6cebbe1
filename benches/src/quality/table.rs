//! [`Table`]: scores for people to read; [`Detail`]: each false report and each miss.

use std::fmt;

use chrono::{SecondsFormat, TimeDelta};
use insights_datasets::account::{Class, Kind};

use super::{
    Benchmark,
    score::{Outcome, Score},
};

/// The scores of one or more accounts.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a>(pub &'a [(u64, Score)]);

/// One line of numbers: its name, how many decimals, and the number of a score.
type Measure = (&'static str, usize, fn(&Score) -> f64);

const MEASURES: [Measure; 13] = [
    ("reports", 0, |score| score.outcomes.len() as f64),
    ("labels", 0, |score| score.labels.len() as f64),
    ("recall %", 1, |score| percent(score.found())),
    ("macro recall %", 1, |score| 100.0 * score.macro_recall()),
    ("incidents found %", 1, |score| percent(score.incidents())),
    ("false a day", 2, |score| score.wrong() as f64 / f64::from(score.days)),
    ("incidents of false a day", 2, |score| score.wrong_incidents as f64 / f64::from(score.days)),
    ("again", 0, |score| score.again() as f64),
    ("delay of Start p50, min", 1, |score| minutes(quantile(delays(score), 0.5))),
    ("delay of Start p90, min", 1, |score| minutes(quantile(delays(score), 0.9))),
    ("error of Start p50, min", 1, |score| {
        minutes(quantile(score.hits().map(|(_, hit)| i64::from(hit.start_error)), 0.5))
    }),
    ("error of End p50, min", 1, |score| minutes(quantile(end_errors(score), 0.5))),
    ("error of End p90, min", 1, |score| minutes(quantile(end_errors(score), 0.9))),
];

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.measures(f)?;
        self.classes(f)?;
        self.kinds(f)
    }
}

impl Table<'_> {
    fn measures(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:26}", "seed")?;
        for (seed, _) in self.0 {
            write!(f, "{seed:>9}")?;
        }
        writeln!(f, "{:>20}", if self.0.len() > 1 { "mean ± deviation" } else { "" })?;
        for (name, decimals, measure) in MEASURES {
            let values: Vec<f64> = self.0.iter().map(|(_, score)| measure(score)).collect();
            write!(f, "{name:26}")?;
            for value in &values {
                write!(f, "{value:9.decimals$}")?;
            }
            let all =
                spread(&values).map(|(mean, sd)| format!("{mean:.decimals$} ± {sd:.decimals$}"));
            writeln!(f, "{:>20}", all.unwrap_or_default())?;
        }
        writeln!(f)
    }

    fn classes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:20}{:>8}{:>8}{:>16}{:>14}",
            "class", "labels", "hits", "recall %", "delay p50"
        )?;
        for class in Class::ALL {
            let found = || self.0.iter().map(|(_, score)| score.found_of(class));
            let (hits, all) = found().fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
            let shares: Vec<f64> = found().map(percent).collect();
            let recall = format!("{:.1}", percent((hits, all)));
            let recall = match spread(&shares) {
                Some((_, sd)) => format!("{recall} ± {sd:.1}"),
                None => recall,
            };
            let delays = self.0.iter().flat_map(|(_, score)| score.hits());
            let delays = delays.filter(|hit| hit.0 == class).map(|(_, hit)| hit.delay);
            let delay = quantile(delays, 0.5).map_or("none".into(), |delay| delay.to_string());
            writeln!(f, "{class:20}{all:8}{hits:8}{recall:>16}{delay:>14}")?;
        }
        writeln!(f)
    }

    fn kinds(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:20}{:>8}{:>8}{:>24}",
            "kind of series", "series", "false", "a series and 100 days"
        )?;
        for kind in Kind::ALL {
            let rows = self.0.iter().flat_map(|(_, score)| {
                let own = score.kinds.iter().filter(|row| row.0 == kind);
                own.map(|row| (row.1, row.2, row.1 * score.days as usize))
            });
            let (series, wrong, days) =
                rows.fold((0, 0, 0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2));
            let rate = 100.0 * wrong as f64 / days.max(1) as f64;
            writeln!(f, "{kind:20}{series:8}{wrong:8}{rate:24.2}")?;
        }
        Ok(())
    }
}

/// Each false report and each label that was missed, one a line.
#[derive(Clone, Copy, Debug)]
pub struct Detail<'a> {
    /// The account and its reports.
    pub benchmark: &'a Benchmark,
    /// What became of them.
    pub score: &'a Score,
}

impl fmt::Display for Detail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let account = &self.benchmark.account;
        let time = |minute: u32| {
            let time = account.start + TimeDelta::minutes(i64::from(minute));
            time.to_rfc3339_opts(SecondsFormat::Secs, true)
        };
        let reports = self.benchmark.reports.iter().zip(&self.score.outcomes);
        for (report, _) in reports.filter(|(_, outcome)| **outcome == Outcome::False) {
            let (series, finding) = (&account.series[report.series], &report.finding);
            let direction = if report.is_fall() { "fall" } else { "rise" };
            writeln!(
                f,
                "false\t{}\t{direction}\t{} in {}, not {:.3}, score {:.1}\t{}\t{series}",
                time(report.decided),
                finding.observed,
                finding.window,
                finding.expected,
                finding.score,
                series.kind
            )?;
        }
        for (label, own) in account.labels.iter().zip(&self.score.labels) {
            if own.hit.is_none() {
                let series = &account.series[label.series];
                let inside = series.cells.iter().filter(|c| label.minutes.contains(&c.minute));
                writeln!(
                    f,
                    "missed\t{}\t{}\t{} in {} min\t{}\t{series}",
                    time(label.minutes.start),
                    label.class,
                    inside.map(|cell| cell.count).sum::<u32>(),
                    label.minutes.len(),
                    series.kind
                )?;
            }
        }
        Ok(())
    }
}

fn percent((part, all): (usize, usize)) -> f64 {
    100.0 * part as f64 / all.max(1) as f64
}

fn delays(score: &Score) -> impl Iterator<Item = i64> {
    score.hits().map(|(_, hit)| hit.delay)
}

fn end_errors(score: &Score) -> impl Iterator<Item = i64> {
    score.hits().filter_map(|(_, hit)| Some(i64::from(hit.end_error?)))
}

/// Returns the value that a share of the values does not exceed, if there are values.
fn quantile(values: impl Iterator<Item = i64>, share: f64) -> Option<i64> {
    let mut values: Vec<i64> = values.collect();
    values.sort_unstable();
    let rank = (0..values.len()).find(|&rank| (rank + 1) as f64 >= share * values.len() as f64);
    rank.map(|rank| values[rank])
}

/// Returns minutes as a number to average.
fn minutes(value: Option<i64>) -> f64 {
    value.map_or(f64::NAN, |minutes| minutes as f64)
}

/// Returns the mean and the standard deviation of two values or more.
fn spread(values: &[f64]) -> Option<(f64, f64)> {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
    (values.len() > 1).then(|| (mean, (squares / (count - 1.0)).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_one_of_the_values() {
        let of = |share| quantile([5, 1, 9, 3].into_iter(), share);
        assert_eq!([0.0, 0.5, 0.75, 0.9, 1.0].map(of), [1, 3, 5, 9, 9].map(Some));
        assert_eq!(quantile([].into_iter(), 0.5), None);
    }

    #[test]
    fn the_deviation_is_that_of_a_sample() {
        assert_eq!(spread(&[1.0]), None);
        let (mean, deviation) = spread(&[2.0, 4.0, 6.0]).unwrap();
        assert!((mean - 4.0).abs() < 1e-12 && (deviation - 2.0).abs() < 1e-12);
    }
}
