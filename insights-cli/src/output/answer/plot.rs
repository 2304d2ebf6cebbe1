//! [`Plot`]: the minutes around, as columns of blocks.

use std::fmt;

use super::words::{clock, time_of_day};
use crate::commands::explain::Minutely;

/// The rows of a plot, and the steps of a block.
const ROWS: usize = 7;
const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// The most calls that are ordinary, where no column covers it.
const ORDINARY: char = '·';

/// Calls by minute, or by several of them, with what is ordinary and what is explained.
pub(super) struct Plot {
    columns: Vec<Column>,
    /// The minutes of a column.
    step: usize,
}

/// One column: the busiest of its minutes.
struct Column {
    first: Minutely,
    calls: u64,
    ordinary: u64,
    in_question: bool,
}

impl Plot {
    /// Returns a plot of minutes that is not wider than `width`.
    pub(super) fn new(minutes: &[Minutely], width: usize) -> Self {
        let step = minutes.len().div_ceil(width.saturating_sub(12).max(1)).max(1);
        let columns = minutes.chunks(step).map(|minutes| Column {
            first: minutes[0],
            calls: minutes.iter().map(|minute| minute.calls).max().unwrap_or_default(),
            ordinary: minutes.iter().filter_map(most).max().unwrap_or_default(),
            in_question: minutes.iter().any(|minute| minute.in_question),
        });
        Self { columns: columns.collect(), step }
    }

    fn row(&self, row: usize, most: u64) -> String {
        let height = |calls: u64| calls as f64 / most as f64 * (8 * ROWS) as f64;
        let below = (8 * row) as f64;
        let cell = |column: &Column| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 8")]
            let eighths = (height(column.calls) - below).clamp(0.0, 8.0).ceil() as usize;
            let ordinary = height(column.ordinary) - below;
            let marks = eighths == 0 && ordinary > 0.0 && ordinary <= 8.0;
            if marks { ORDINARY } else { BLOCKS[eighths] }
        };
        self.columns.iter().map(cell).collect()
    }

    /// Returns the times below the columns: of the first, and of the first that is explained.
    fn times(&self) -> String {
        let mut line = String::new();
        let explained = self.columns.iter().position(|column| column.in_question);
        for place in [Some(0), explained].into_iter().flatten() {
            let label = time_of_day(self.columns[place].first.minute);
            if place >= line.chars().count() + usize::from(place > 0) {
                let gap = place - line.chars().count();
                line.push_str(&" ".repeat(gap));
                line.push_str(&label);
            }
        }
        line
    }
}

fn most(minute: &Minutely) -> Option<u64> {
    minute.ordinary.map(|ordinary| ordinary.calls.1)
}

impl fmt::Display for Plot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.columns.first() else { return Ok(()) };
        let calls = self.columns.iter().map(|column| column.calls).max().unwrap_or_default();
        // What is ordinary is shown if it does not dwarf the calls.
        let ordinary = self.columns.iter().map(|column| column.ordinary).max().unwrap_or_default();
        let top = calls.max(ordinary.min(2 * calls.max(5))).max(1);
        let minutes = match self.step {
            1 => "a minute".to_owned(),
            step => format!("in the busiest of {step} minutes"),
        };
        writeln!(f, "calls {minutes} from {} UTC on", clock(first.first.minute))?;
        for row in (0..ROWS).rev() {
            let label = if row + 1 == ROWS { top.to_string() } else { String::new() };
            writeln!(f, "{label:>8} {}", self.row(row, top).trim_end())?;
        }
        let mark = |column: &Column| if column.in_question { '▀' } else { '─' };
        let axis: String = self.columns.iter().map(mark).collect();
        writeln!(f, "{:>8} {axis}", 0)?;
        writeln!(f, "{:>8} {}", "", self.times())?;
        write!(
            f,
            "{:>8} ▀ what is explained   {ORDINARY} the most that is ordinary in a minute",
            ""
        )
    }
}

#[cfg(test)]
mod tests {
    use insights_core::{Minute, Minutes, Ordinary};

    use super::*;

    fn minutes(count: u32) -> Vec<Minutely> {
        let minutely = |i: u32| {
            let minute = Minute::from_epoch(29_540_160) + Minutes::new(i);
            Minutely {
                minute,
                calls: if (10..15).contains(&i) { 80 } else { u64::from(i % 2) },
                ordinary: Some(Ordinary { minute, expected: 1.0, calls: (0, 20) }),
                in_question: (10..15).contains(&i),
            }
        };
        (0..count).map(minutely).collect()
    }

    #[test]
    fn a_burst_stands_out_and_is_marked() {
        let plot = Plot::new(&minutes(30), 80).to_string();
        let lines: Vec<&str> = plot.lines().collect();
        assert_eq!(lines[0], "calls a minute from 2026-03-02 00:00 UTC on");
        assert_eq!(lines[1], "      80           █████");
        // 20 of 80 calls are two of seven rows.
        assert_eq!(lines[6], "         ··········█████···············");
        assert_eq!(
            lines[7],
            "         ▁ ▁".replace("▁ ▁", " ▁ ▁ ▁ ▁ ▁█████▁ ▁ ▁ ▁ ▁ ▁ ▁ ▁").as_str()
        );
        assert_eq!(lines[8], "       0 ──────────▀▀▀▀▀───────────────");
        assert_eq!(lines[9], "         00:00     00:10");
    }

    #[test]
    fn what_does_not_fit_is_joined_and_peaks_stay() {
        let plot = Plot::new(&minutes(300), 72).to_string();
        assert!(plot.starts_with("calls in the busiest of 5 minutes"), "{plot}");
        assert!(plot.lines().nth(1).unwrap().starts_with("      80   █"), "{plot}");
        assert!(plot.lines().all(|line| line.chars().count() <= 72), "{plot}");
    }

    #[test]
    fn no_minutes_are_no_plot() {
        assert_eq!(Plot::new(&[], 80).to_string(), "");
    }
}
