//! [`Report`]: what is told of the configurations that were tried.

use std::io::Write;

use anyhow::Context;
use comfy_table::{CellAlignment, presets};

use super::data::Data;
use crate::{
    exit::UsageError,
    output::{OutputFile, score::percent},
    plan::TunePlan,
    scoring::{Scored, Share},
    settings::{Key, Settings},
    tuning::{
        configurations,
        front::{best, pareto},
        plot::{Plot, svg},
        results::{Brief, Row},
        split::Split,
    },
};

/// What was found, to be shown.
pub(super) struct Report<'r> {
    pub(super) rows: &'r [Row],
    pub(super) data: &'r Data,
    pub(super) plan: &'r TunePlan,
    pub(super) given: &'r Settings,
}

impl Report<'_> {
    fn best(&self) -> Option<usize> {
        let days = self.data.split.tuned.account_days();
        let given = self.rows.first().map_or(0.0, |row| row.tuned.wrong as f64);
        best(self.rows, self.plan.max_false_per_day.map_or(given, |limit| limit * days))
    }

    /// Returns how many false Insights are too many, for people.
    pub(super) fn limit(&self) -> String {
        match self.plan.max_false_per_day {
            Some(limit) => format!("{limit} false Insights an account-day"),
            None => "as many false Insights as the settings as they were given".to_owned(),
        }
    }

    /// Returns how few false Insights an account-day there are at least, and where.
    pub(super) fn fewest(&self) -> String {
        let Some(&at) = pareto(self.rows).first() else { return "none".to_owned() };
        let row = &self.rows[at];
        let a_day = row.tuned.wrong as f64 / self.data.split.tuned.account_days();
        // A limit of what is told must do.
        format!("{:.2} (configuration {at})", (a_day * 100.0).ceil() / 100.0)
    }

    /// Draws the configurations.
    pub(super) fn draw(&self) -> anyhow::Result<()> {
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
    pub(super) fn write(&self) -> anyhow::Result<()> {
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
    pub(super) fn save_best(&self) -> anyhow::Result<Option<usize>> {
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
