//! [`LabelScore`]: how well Insights tell what labels do, as it is written.

use std::io::{self, Write};

use comfy_table::{CellAlignment, presets};
use insights_core::{Minute, Minutes};
use serde::Serialize;

use super::{
    Columns, Score,
    lines::{self, percent},
    named,
};
use crate::{
    episodes::Episode,
    labels::Label,
    matching::{Judgement, Outcome},
    printable::printable,
    scoring::{Figures, Scored, Share, difference},
};

/// Insights that were held against labels.
#[derive(Debug)]
pub(crate) struct LabelScore<'a> {
    pub(crate) labels: &'a [Label],
    pub(crate) episodes: &'a [Episode],
    pub(crate) judgement: &'a Judgement,
    pub(crate) scored: Scored,
    pub(crate) tolerance: Minutes,
}

/// A label, an Insight, or both.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    outcome: &'static str,
    insight_type: &'static str,
    account_id: String,
    aws_region: String,
    event_source: String,
    event_name: String,
    error_code: String,
    class: String,
    label_start: Option<String>,
    label_end: Option<String>,
    insight_start: Option<String>,
    insight_end: Option<String>,
    known_at: Option<String>,
    delay_minutes: Option<i64>,
    start_error_minutes: Option<i64>,
    end_error_minutes: Option<i64>,
}

/// The figures by name.
#[derive(Debug, Serialize)]
pub(crate) struct Named {
    from: String,
    to: String,
    accounts: u32,
    account_days: f64,
    tolerance_minutes: u32,
    labels: u64,
    found: u64,
    recall: Option<f64>,
    classes: Vec<ClassRecall>,
    insights: u64,
    again: u64,
    #[serde(rename = "false")]
    wrong: u64,
    precision: Option<f64>,
    f1: Option<f64>,
    false_per_account_day: Option<f64>,
    delay_median_minutes: Option<i64>,
    delay_p95_minutes: Option<i64>,
    end_error_median_minutes: Option<u32>,
    end_error_p95_minutes: Option<u32>,
}

/// How many labels of a class were found.
#[derive(Debug, Serialize)]
struct ClassRecall {
    class: String,
    labels: u64,
    found: u64,
    recall: Option<f64>,
}

impl LabelScore<'_> {
    fn counted(&self) -> Figures {
        Figures::new(self.labels, self.episodes, self.judgement, self.scored)
    }

    /// Returns the labels of the span with what found them.
    fn labels(&self) -> impl Iterator<Item = (&Label, Option<&Episode>)> {
        let all = self.labels.iter().zip(&self.judgement.found);
        all.filter(|(label, _)| self.scored.holds(label.start))
            .map(|(label, found)| (label, found.map(|found| &self.episodes[found])))
    }

    /// Returns the Insights of the span that found nothing, with the label they tell of again.
    fn others(&self) -> impl Iterator<Item = (&Episode, Option<&Label>)> {
        let all = self.episodes.iter().zip(&self.judgement.outcomes);
        all.filter(|(episode, _)| self.scored.holds(episode.span().0)).filter_map(
            |(episode, outcome)| match outcome {
                Outcome::Found(_) => None,
                Outcome::Again(label) => Some((episode, Some(&self.labels[*label]))),
                Outcome::False => Some((episode, None)),
            },
        )
    }
}

impl Score for LabelScore<'_> {
    type Row = Row;
    type Figures = Named;

    fn rows(&self) -> Vec<Row> {
        let labels = self.labels().map(|(label, found)| {
            let outcome = if found.is_some() { "found" } else { "missed" };
            (label.start, row(outcome, Some(label), found))
        });
        let others = self.others().map(|(episode, label)| {
            let outcome = if label.is_some() { "again" } else { "false" };
            (episode.span().0, row(outcome, label, Some(episode)))
        });
        let mut rows: Vec<(Minute, Row)> = labels.chain(others).collect();
        rows.sort_by_key(|(start, _)| *start);
        rows.into_iter().map(|(_, row)| row).collect()
    }

    fn figures(&self) -> Named {
        let figures = self.counted();
        let classes = figures.classes.iter().map(|(class, share)| ClassRecall {
            class: class.to_string(),
            labels: share.all,
            found: share.found,
            recall: share.part(),
        });
        Named {
            from: self.scored.from.to_string(),
            to: self.scored.to.to_string(),
            accounts: self.scored.accounts,
            account_days: self.scored.account_days(),
            tolerance_minutes: self.tolerance.count(),
            labels: figures.labels.all,
            found: figures.labels.found,
            recall: figures.labels.part(),
            classes: classes.collect(),
            insights: figures.insights,
            again: figures.again,
            wrong: figures.wrong,
            precision: figures.precision(),
            f1: figures.f1(),
            false_per_account_day: figures.false_per_day(self.scored),
            delay_median_minutes: figures.delay(50),
            delay_p95_minutes: figures.delay(95),
            end_error_median_minutes: figures.end_error(50),
            end_error_p95_minutes: figures.end_error(95),
        }
    }

    fn write_table(&self, out: &mut impl Write) -> io::Result<()> {
        let figures = self.counted();
        let Scored { from, to, .. } = self.scored;
        let days = self.scored.account_days();
        let some = |value: Option<f64>| value.map_or("-".into(), |value| format!("{value:.3}"));
        let minutes = |middle: Option<i64>, most: Option<i64>| match (middle, most) {
            (Some(middle), Some(most)) => {
                format!("median {middle} min, 95 % within {most} min")
            }
            _ => "not told".into(),
        };
        let untold = figures.labels.found - figures.delays() as u64;
        let untold = match untold {
            0 => String::new(),
            untold => format!(" (when they became known is not told by {untold} of them)"),
        };
        let end = |percent| figures.end_error(percent).map(i64::from);
        let wrong = some(figures.false_per_day(self.scored));
        writeln!(out, "scored           {from} to {to}, {days:.1} account-days")?;
        writeln!(
            out,
            "recall           {}, {} of {} labels",
            percent(figures.labels.part()),
            figures.labels.found,
            figures.labels.all
        )?;
        writeln!(out, "precision        {}", percent(figures.precision()))?;
        writeln!(out, "F1               {}", some(figures.f1()))?;
        writeln!(
            out,
            "Insights         {}: {} found a label, {} told again, {} false",
            figures.insights, figures.labels.found, figures.again, figures.wrong
        )?;
        writeln!(out, "false Insights   {wrong} an account-day")?;
        let delay = minutes(figures.delay(50), figures.delay(95));
        writeln!(out, "delay of Start   {delay}{untold}")?;
        writeln!(out, "error of End     {}", minutes(end(50), end(95)))?;
        write_classes(out, figures.classes.iter().map(|(class, share)| (&**class, *share)))?;
        let missed = self.labels().filter(|(_, found)| found.is_none());
        let missed: Vec<String> = missed
            .map(|(label, _)| {
                let Label { subject, start, end, class } = label;
                let class = if class.is_empty() { "" } else { &format!("  {}", printable(class)) };
                format!("{start} to {end}  {}{class}", named(subject))
            })
            .collect();
        lines::write(out, "missed", &missed)?;
        let wrong = self.others().filter(|(_, label)| label.is_none());
        let wrong: Vec<String> = wrong
            .map(|(episode, _)| {
                let end = episode.end.map_or("no end".to_owned(), |end| end.to_string());
                format!("{} to {end}  {}", episode.span().0, named(&episode.subject))
            })
            .collect();
        lines::write(out, "false", &wrong)
    }
}

/// Writes how many labels of each class were found, if labels have classes.
pub(crate) fn write_classes<'c>(
    out: &mut impl Write,
    classes: impl Iterator<Item = (&'c str, Share)>,
) -> io::Result<()> {
    let mut table = comfy_table::Table::new();
    table.load_style(presets::NOTHING).set_header(["class", "labels", "found", "recall"]);
    for (class, share) in classes {
        table.add_row([
            printable(class),
            share.all.to_string(),
            share.found.to_string(),
            percent(share.part()),
        ]);
    }
    if table.is_empty() {
        return Ok(());
    }
    for (place, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if place > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    writeln!(out)?;
    for line in table.to_string().lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn row(outcome: &'static str, label: Option<&Label>, episode: Option<&Episode>) -> Row {
    let subject = label.map(|own| &own.subject).or(episode.map(|own| &own.subject));
    let subject = subject.cloned().unwrap_or_default();
    let Columns { insight_type, account_id, aws_region, event_source, event_name, error_code } =
        Columns::from(&subject);
    let text = |minute: Minute| minute.to_string();
    let known_at = episode.and_then(|episode| episode.known_at);
    let apart = |told: Option<Minute>, known: Option<Minute>| Some(difference(told?, known?));
    let [label_start, label_end] = [label.map(|label| label.start), label.map(|label| label.end)];
    let [start, end] = [episode.and_then(|own| own.start), episode.and_then(|own| own.end)];
    Row {
        outcome,
        insight_type,
        account_id,
        aws_region,
        event_source,
        event_name,
        error_code,
        class: label.map(|label| crate::output::csv::text(&label.class)).unwrap_or_default(),
        label_start: label_start.map(text),
        label_end: label_end.map(text),
        insight_start: start.map(text),
        insight_end: end.map(text),
        known_at: known_at.map(text),
        delay_minutes: apart(known_at, label_start),
        start_error_minutes: apart(start, label_start),
        end_error_minutes: apart(end, label_end),
    }
}
