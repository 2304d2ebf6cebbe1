//! How a [`Comparison`] of Insights with somebody else's is written.

use std::io::{self, Write};

use insights_core::{Minute, Minutes};
use serde::Serialize;

use super::{
    Columns, Score,
    lines::{self, percent},
    named,
};
use crate::{
    comparison::{ATTRIBUTES, Comparison, Pair, average},
    episodes::Episode,
    scoring::{Scored, Share},
};

/// A comparison and what was compared.
#[derive(Debug)]
pub(crate) struct ComparisonScore<'e> {
    pub(crate) comparison: Comparison<'e>,
    pub(crate) scored: Scored,
    pub(crate) tolerance: Minutes,
}

/// An episode of one side or of both.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    outcome: &'static str,
    insight_type: &'static str,
    account_id: String,
    aws_region: String,
    event_source: String,
    event_name: String,
    error_code: String,
    aws_start: Option<String>,
    our_start: Option<String>,
    start_difference_minutes: Option<i64>,
    aws_end: Option<String>,
    our_end: Option<String>,
    end_difference_minutes: Option<i64>,
    aws_baseline_average: Option<f64>,
    our_baseline_average: Option<f64>,
    aws_start_average: Option<f64>,
    our_start_average: Option<f64>,
    aws_end_average: Option<f64>,
    our_end_average: Option<f64>,
    /// Attributes whose first value is the same, separated by blanks, and those where it differs.
    same_top: String,
    other_top: String,
    shared_values: Option<u64>,
    all_values: Option<u64>,
}

/// The figures by name.
#[derive(Debug, Serialize)]
pub(crate) struct Named {
    from: String,
    to: String,
    tolerance_minutes: u32,
    both: usize,
    only_aws: usize,
    only_ours: usize,
    /// The part of AWS's Insights that are ours too.
    recall: Option<f64>,
    start_difference_minutes: Option<Spread>,
    end_difference_minutes: Option<Spread>,
    baseline_average: Option<Apart>,
    start_average: Option<Apart>,
    end_average: Option<Apart>,
    attributions: Vec<NamedAgreement>,
}

/// Ours less AWS's.
#[derive(Debug, Serialize)]
struct Spread {
    least: i64,
    median: i64,
    greatest: i64,
    pairs: usize,
}

/// How far averages differ, as parts of the greater of the two.
#[derive(Debug, Serialize)]
struct Apart {
    median: f64,
    greatest: f64,
    pairs: usize,
}

#[derive(Debug, Serialize)]
struct NamedAgreement {
    attribute: &'static str,
    pairs: u64,
    same_top: u64,
    shared_values: u64,
    all_values: u64,
}

impl<'e> ComparisonScore<'e> {
    fn minutes(&self, difference: fn(&Pair<'e>) -> Option<i64>) -> Option<Spread> {
        let (least, median, greatest, pairs) = self.comparison.minutes(difference)?;
        Some(Spread { least, median, greatest, pairs })
    }

    fn averages(&self, of: fn(&Episode) -> Option<f64>) -> Option<Apart> {
        let (median, greatest, pairs) = self.comparison.averages(of)?;
        Some(Apart { median, greatest, pairs })
    }
}

impl Score for ComparisonScore<'_> {
    type Row = Row;
    type Figures = Named;

    fn rows(&self) -> Vec<Row> {
        let Comparison { both, only_theirs, only_ours } = &self.comparison;
        let both = both.iter().map(|pair| (Some(pair.theirs), Some(pair.ours)));
        let theirs = only_theirs.iter().map(|&theirs| (Some(theirs), None));
        let ours = only_ours.iter().map(|&ours| (None, Some(ours)));
        let mut rows: Vec<(Minute, Row)> = both
            .chain(theirs)
            .chain(ours)
            .filter_map(|(theirs, ours)| Some((theirs.or(ours)?.span().0, row(theirs, ours)?)))
            .collect();
        rows.sort_by_key(|(start, _)| *start);
        rows.into_iter().map(|(_, row)| row).collect()
    }

    fn figures(&self) -> Named {
        let Comparison { both, only_theirs, only_ours } = &self.comparison;
        let attributions = ATTRIBUTES.map(|(attribute, name)| {
            let own = self.comparison.agreement(attribute);
            NamedAgreement {
                attribute: name,
                pairs: own.pairs,
                same_top: own.same_top,
                shared_values: own.shared,
                all_values: own.values,
            }
        });
        let found = both.len() as u64;
        let all = found + only_theirs.len() as u64;
        Named {
            from: self.scored.from.to_string(),
            to: self.scored.to.to_string(),
            tolerance_minutes: self.tolerance.count(),
            both: both.len(),
            only_aws: only_theirs.len(),
            only_ours: only_ours.len(),
            recall: Share { found, all }.part(),
            start_difference_minutes: self.minutes(Pair::start_difference),
            end_difference_minutes: self.minutes(Pair::end_difference),
            baseline_average: self.averages(Episode::baseline),
            start_average: self.averages(|episode| average(episode.opening)),
            end_average: self.averages(|episode| average(episode.whole)),
            attributions: attributions.into_iter().filter(|own| own.pairs > 0).collect(),
        }
    }

    fn write_table(&self, out: &mut impl Write) -> io::Result<()> {
        let named_figures = self.figures();
        let Named { from, to, both, only_aws, only_ours, recall, .. } = &named_figures;
        let minutes = |spread: &Option<Spread>| match spread {
            None => "told by no pair".to_owned(),
            Some(Spread { least, median, greatest, pairs }) => {
                format!("median {median:+} min, from {least:+} to {greatest:+} (pairs: {pairs})")
            }
        };
        let averages = |apart: &Option<Apart>| match apart {
            None => "told by no pair".to_owned(),
            Some(Apart { median, greatest, pairs }) => format!(
                "{} apart in the median, {} at most (pairs: {pairs})",
                percent(Some(*median)),
                percent(Some(*greatest))
            ),
        };
        writeln!(out, "compared           {from} to {to}")?;
        writeln!(out, "found by both      {both}, {} of AWS's", percent(*recall))?;
        writeln!(out, "only by AWS        {only_aws}")?;
        writeln!(out, "only by us         {only_ours}")?;
        let Named { start_difference_minutes: start, end_difference_minutes: end, .. } =
            &named_figures;
        writeln!(out, "our Start later    {}", minutes(start))?;
        writeln!(out, "our End later      {}", minutes(end))?;
        writeln!(out, "baseline average   {}", averages(&named_figures.baseline_average))?;
        writeln!(out, "average of Start   {}", averages(&named_figures.start_average))?;
        writeln!(out, "average of End     {}", averages(&named_figures.end_average))?;
        for own in &named_figures.attributions {
            let shared = Share { found: own.shared_values, all: own.all_values };
            writeln!(
                out,
                "{:<18} same first value in {} of {}, {} of all values shared",
                own.attribute,
                own.same_top,
                own.pairs,
                percent(shared.part())
            )?;
        }
        lines::write(out, "only by AWS", &told(&self.comparison.only_theirs))?;
        lines::write(out, "only by us", &told(&self.comparison.only_ours))
    }
}

/// Returns a line for each episode.
fn told(episodes: &[&Episode]) -> Vec<String> {
    let told = |episode: &&Episode| {
        let [start, end] = [episode.start, episode.end]
            .map(|minute| minute.map_or("unknown".to_owned(), |minute| minute.to_string()));
        format!("{start} to {end}  {}", named(&episode.subject))
    };
    episodes.iter().map(told).collect()
}

fn row(theirs: Option<&Episode>, ours: Option<&Episode>) -> Option<Row> {
    let pair = theirs.zip(ours).map(|(theirs, ours)| Pair { theirs, ours });
    let outcome = match (theirs, ours) {
        (Some(_), Some(_)) => "both",
        (Some(_), None) => "only-aws",
        (None, _) => "only-ours",
    };
    let Columns { insight_type, account_id, aws_region, event_source, event_name, error_code } =
        Columns::from(&theirs.or(ours)?.subject);
    let text = |minute: Option<Minute>| minute.map(|minute| minute.to_string());
    let agreements = ATTRIBUTES.map(|(attribute, name)| {
        pair.and_then(|pair| pair.agreement(attribute)).map(|own| (name, own))
    });
    let told = || agreements.iter().flatten();
    let tops = |same: u64| {
        let of = told().filter(|(_, own)| own.same_top == same).map(|(name, _)| *name);
        of.collect::<Vec<_>>().join(" ")
    };
    let any = told().next().is_some();
    let shared = told().map(|(_, own)| own.shared).sum();
    let values = told().map(|(_, own)| own.values).sum();
    Some(Row {
        outcome,
        insight_type,
        account_id,
        aws_region,
        event_source,
        event_name,
        error_code,
        aws_start: text(theirs.and_then(|own| own.start)),
        our_start: text(ours.and_then(|own| own.start)),
        start_difference_minutes: pair.and_then(|pair| pair.start_difference()),
        aws_end: text(theirs.and_then(|own| own.end)),
        our_end: text(ours.and_then(|own| own.end)),
        end_difference_minutes: pair.and_then(|pair| pair.end_difference()),
        aws_baseline_average: theirs.and_then(Episode::baseline),
        our_baseline_average: ours.and_then(Episode::baseline),
        aws_start_average: average(theirs.and_then(|own| own.opening)),
        our_start_average: average(ours.and_then(|own| own.opening)),
        aws_end_average: average(theirs.and_then(|own| own.whole)),
        our_end_average: average(ours.and_then(|own| own.whole)),
        same_top: tops(1),
        other_top: tops(0),
        shared_values: any.then_some(shared),
        all_values: any.then_some(values),
    })
}
