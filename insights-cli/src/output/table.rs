//! [`Table`]: one line an episode, for people.

mod grid;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
};

use anstyle::{AnsiColor, Style};
use insights_core::{
    Attribute, Direction, Expectations, Insight, Minute, Minutes, SeriesKey, TestKind,
};

use self::grid::{Grid, Row};
use crate::{
    output::{
        Output, OutputFile,
        answer::words::{clock, direction, saw, score, subject, unexplained},
        paragraph::{indented, paragraph},
        sparkline::Sparklines,
        top,
    },
    printable::printable,
    severity::Severity,
};

/// How a table looks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Look {
    /// The characters of a line.
    pub(super) width: usize,
    pub(super) colored: bool,
    /// Whether each line is followed by its explanation.
    pub(super) verbose: bool,
}

impl Look {
    /// Returns the columns of a sparkline: the same in all lines.
    const fn sparkline(self) -> usize {
        match self.width {
            ..120 => 16,
            120..160 => 20,
            _ => 24,
        }
    }

    /// Returns a style, which is none without colors.
    const fn style(self, style: Style) -> Style {
        if self.colored { style } else { Style::new() }
    }
}

/// Keeps the latest Insight of each episode and writes them all at the end.
pub(super) struct Table {
    out: OutputFile,
    look: Look,
    episodes: BTreeMap<(Minute, SeriesKey), Insight>,
    sparklines: Sparklines,
}

impl Table {
    pub(super) fn new(out: OutputFile, look: Look) -> Self {
        let sparklines = Sparklines::new(look.sparkline());
        Self { out, look, episodes: BTreeMap::new(), sparklines }
    }

    fn write_all(&mut self) -> io::Result<()> {
        let Self { out, look, episodes, sparklines } = self;
        if episodes.is_empty() {
            return writeln!(out, "no Insights");
        }
        let rows = episodes.values().map(|episode| Row::new(episode, sparklines.of(episode)));
        let grid = Grid::new(rows.collect(), look.sparkline(), look.width);
        grid.write_header(out, look.style(Style::new().bold()))?;
        for (number, episode) in episodes.values().enumerate() {
            let severity = Severity::of(episode.explanation.finding.score);
            grid.write_row(out, number, *look, look.style(style(severity)))?;
            if look.verbose {
                for sentences in why(episode) {
                    indented(out, 2, &sentences, look.width)?;
                }
                writeln!(out)?;
            }
        }
        let mut legend = Vec::new();
        let sentences = self::legend(&grid, episodes.keys().map(|key| &key.1), *look);
        paragraph(&mut legend, &sentences, look.width)?;
        let faint = look.style(Style::new().dimmed());
        for line in String::from_utf8_lossy(&legend).lines() {
            writeln!(out, "{faint}{line}{faint:#}")?;
        }
        Ok(())
    }
}

impl Output for Table {
    fn write(&mut self, insight: &Insight) -> anyhow::Result<()> {
        self.episodes.insert((insight.start, insight.series.clone()), insight.clone());
        Ok(())
    }

    fn sparklines(&mut self) -> Option<&mut Sparklines> {
        Some(&mut self.sparklines)
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<()> {
        self.write_all()?;
        Ok(self.out.finish()?)
    }
}

/// Returns how a severity stands out.
const fn style(severity: Severity) -> Style {
    match severity {
        Severity::Low => Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Cyan))),
        Severity::Medium => Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow))),
        Severity::High => Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red))).bold(),
    }
}

/// Returns what the columns mean, and what of them there was no room for.
fn legend<'a>(grid: &Grid, series: impl Iterator<Item = &'a SeriesKey>, look: Look) -> String {
    let [medium, high] = [Severity::Medium, Severity::High].map(Severity::least);
    let mut sentences = vec![
        "Times are UTC.".to_owned(),
        format!(
            "Severity is medium from a score of {medium} (once in 10^{medium} days of a series), \
             high from {high}."
        ),
        "Plots are of calls a minute around it, · for none.".to_owned(),
    ];
    if grid.has_rates() {
        sentences.push("Baseline and insight are calls a minute.".to_owned());
    }
    if !grid.has_places() {
        let places: BTreeSet<String> = series.map(place).collect();
        if let Some(place) = places.first().filter(|_| places.len() == 1) {
            sentences.push(format!("All are of {}.", printable(place)));
        }
    }
    if let Some(missing) = grid.left_out() {
        sentences.push(format!("No room for {missing}: widen the terminal, or --format csv."));
    }
    if !look.verbose {
        sentences.push("-v says why.".to_owned());
    }
    sentences.join(" ")
}

/// Returns the account and the Region of a series.
fn place(series: &SeriesKey) -> String {
    format!("{} {}", series.account_id, series.region)
}

/// Returns why an episode was reported, and how to learn more of it.
fn why(episode: &Insight) -> [String; 2] {
    let explanation = &episode.explanation;
    let finding = &explanation.finding;
    let kind = match (finding.missed, finding.direction) {
        (Some(_), _) => TestKind::MissedRun,
        (None, Direction::Rise) => TestKind::Rise,
        (None, Direction::Fall) => TestKind::Fall,
    };
    let expectations: Expectations = finding.expectations;
    let mut sentences = vec![
        format!(
            "{}, {}: {} from {} UTC on.",
            subject(&episode.series),
            place(&episode.series),
            direction(finding.direction),
            clock(episode.start)
        ),
        saw(
            kind,
            (finding.window, explanation.detected_at),
            finding.observed,
            finding.expected,
            finding.ordinary,
        ),
        unexplained(kind, expectations),
        score(kind, finding.score, finding.threshold),
    ];
    if let Some(who) = top(episode, Attribute::UserIdentityArn) {
        let calls = if episode.insight.count > 0 { "calls" } else { "calls before" };
        sentences.push(format!("Most {calls} are of {who}."));
    }
    let id = episode.shared_event_id().to_string();
    let more = format!("More: insights explain … --id {}", id.split('-').next().unwrap_or(&id));
    [printable(&sentences.join(" ")), more]
}

/// Returns `45m`, `2h05m` or `1d03h`.
pub(super) fn lasted(span: Minutes) -> String {
    let minutes = span.count();
    match (minutes / 1_440, minutes / 60) {
        (0, 0) => format!("{minutes}m"),
        (0, hours) => format!("{hours}h{:02}m", minutes % 60),
        (days, hours) => format!("{days}d{:02}h", hours % 24),
    }
}

pub(super) fn rate(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        v if v < 0.01 => format!("{v:.5}"),
        v if v < 10.0 => format!("{v:.2}"),
        v => format!("{v:.1}"),
    }
}

fn change(before: f64, during: f64) -> String {
    match during / before {
        _ if before == 0.0 => "new".to_owned(),
        0.0 => "gone".to_owned(),
        ratio if ratio >= 9_999.5 => format!("×{:.0}k", ratio / 1_000.0),
        ratio if ratio >= 10.0 => format!("×{ratio:.0}"),
        ratio => format!("×{ratio:.1}"),
    }
}

/// Returns the part of an ARN that tells people apart: what follows the account.
fn short(arn: &str) -> &str {
    if arn.starts_with("arn:") { arn.splitn(6, ':').nth(5).unwrap_or(arn) } else { arn }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_short_and_harmless() {
        assert_eq!(lasted(Minutes::new(45)), "45m");
        assert_eq!(lasted(Minutes::new(125)), "2h05m");
        assert_eq!(lasted(Minutes::new(1_620)), "1d03h");
        assert_eq!(change(0.0, 4.0), "new");
        assert_eq!(change(20.0, 0.0), "gone");
        assert_eq!(change(20.0, 100.0), "×5.0");
        assert_eq!(change(0.001, 9.999), "×9999");
        assert_eq!(change(0.001, 9.9996), "×10k");
        assert_eq!(short("arn:aws:sts::1:assumed-role/Admin/me:too"), "assumed-role/Admin/me:too");
        assert_eq!(short("ec2.amazonaws.com"), "ec2.amazonaws.com");
    }

    #[test]
    fn a_severity_is_colored_only_where_colors_are_on() {
        let look = Look { width: 80, colored: false, verbose: false };
        let red = style(Severity::High);
        assert_eq!(look.style(red).to_string(), "");
        assert!(Look { colored: true, ..look }.style(red).to_string().contains("31m"));
    }
}
