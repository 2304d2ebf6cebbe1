//! [`Detail`]: what a page tells of an episode when it is looked at.

use insights_core::{InsightRecord, Ordinary, SeriesKey};
use serde::Serialize;

use crate::{
    commands::report::{Case, Report},
    shell::quoted,
};

/// What a page tells of an episode when it is looked at.
#[derive(Debug, Serialize)]
pub(super) struct Detail<'r> {
    sentences: &'r [String],
    band: Option<Band>,
    records: &'r [InsightRecord],
    /// What each does, and the command line.
    commands: Vec<(&'static str, String)>,
}

/// What is ordinary in a minute, by time of day.
#[derive(Debug, Serialize)]
struct Band {
    /// Minutes between two values, of which the first is of midnight (UTC).
    step: u32,
    expected: Vec<f64>,
    low: Vec<u64>,
    high: Vec<u64>,
}

impl<'r> Detail<'r> {
    pub(super) fn new(case: &'r Case, report: &Report) -> Self {
        Self {
            sentences: &case.paragraphs,
            band: Band::of(&case.ordinary),
            records: &case.records,
            commands: commands(case, report),
        }
    }
}

impl Band {
    fn of(ordinary: &[Ordinary]) -> Option<Self> {
        let [first, second, ..] = ordinary else { return None };
        Some(Self {
            step: second.minute.since(first.minute).count(),
            expected: ordinary.iter().map(|own| drawn(own.expected)).collect(),
            low: ordinary.iter().map(|own| own.calls.0).collect(),
            high: ordinary.iter().map(|own| own.calls.1).collect(),
        })
    }
}

/// Returns a number with four digits that count, which is more than a line shows.
fn drawn(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

/// Returns a number with seven digits that count: more are not seen, nor in what is made of two.
pub(super) fn short(value: f64) -> f64 {
    format!("{value:.6e}").parse().unwrap_or(value)
}

/// Returns the commands that tell more of an episode.
fn commands(case: &Case, report: &Report) -> Vec<(&'static str, String)> {
    let input = &report.same_input;
    let question = if case.is_read {
        let SeriesKey { account_id, region, event_source, event_name, error_code, .. } =
            &case.series;
        let code = error_code.as_ref().map_or(String::new(), |code| format!(":{code}"));
        let series = format!("{account_id}/{region}/{event_source}:{event_name}{code}");
        format!("--series {} --at {}", quoted(&series), case.start)
    } else {
        format!("--id {}", case.id)
    };
    let explain = format!("insights explain {input} {question}");
    let mut commands = vec![("Explain it", explain.clone())];
    if !report.from_tables {
        commands.push(("Its records", format!("{explain} --events")));
    }
    commands
}
