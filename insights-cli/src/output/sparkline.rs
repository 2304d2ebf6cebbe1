//! [`Sparkline`]: the minutes of an episode and around it, in one line; [`Sparklines`]: those of all.

use std::{collections::BTreeMap, ops::Range};

use insights_core::{Engine, Insight, InsightState, Minute, Minutes, SeriesKey};

/// From the least calls to the most; nothing for none.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// A column without a call, and one that the log does not reach.
const NONE: char = '·';
const UNKNOWN: char = ' ';

/// Calls, column by column: of a minute, or of the busiest of several.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Sparkline {
    /// None where the log has ended.
    columns: Vec<Option<u32>>,
    /// The columns of the episode itself.
    inside: Range<usize>,
}

impl Sparkline {
    /// Returns the three parts of the line: before, inside and after the episode.
    ///
    /// All of them are scaled to the highest column.
    pub(crate) fn parts(&self) -> [String; 3] {
        let most = self.columns.iter().flatten().max().copied().unwrap_or_default().max(1);
        // The least calls there are can be seen.
        let reached = |calls: u32, eighth: u64| 8 * u64::from(calls) > eighth * u64::from(most);
        let block = |column: &Option<u32>| match *column {
            None => UNKNOWN,
            Some(calls) => {
                let eighths = (0..8).take_while(|&eighth| reached(calls, eighth)).count();
                eighths.checked_sub(1).map_or(NONE, |block| BLOCKS[block])
            }
        };
        let Range { start, end } = self.inside;
        [0..start, start..end, end..self.columns.len()]
            .map(|part| self.columns[part].iter().map(block).collect())
    }
}

/// How the minutes around an episode become columns.
///
/// An episode takes up to half of them, so that what is normal can be seen beside it, and shares
/// none with the minutes around it.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Frame {
    episode: Range<Minute>,
    /// The minutes of a column; the last of the episode may have fewer.
    step: u32,
    inside: Range<usize>,
    /// All columns.
    count: usize,
}

impl Frame {
    fn new(episode: &Range<Minute>, count: usize) -> Self {
        let minutes = episode.end.since(episode.start).count().max(1);
        let half = u32::try_from(count / 2).unwrap_or(u32::MAX).max(1);
        let step = minutes.div_ceil(half);
        let own = minutes.div_ceil(step) as usize;
        // More before than after: a level that is left is known from before.
        let before = (count - own) * 3 / 5;
        Self { episode: episode.clone(), step, inside: before..before + own, count }
    }

    /// Returns the minutes that are shown.
    fn span(&self) -> Range<Minute> {
        self.first(0)..self.first(self.count)
    }

    /// Returns the first minute of a column.
    fn first(&self, column: usize) -> Minute {
        let minutes = |columns: usize| {
            Minutes::new(u32::try_from(columns).unwrap_or(u32::MAX).saturating_mul(self.step))
        };
        let Range { start, end } = self.inside;
        match column.checked_sub(end) {
            Some(after) => self.episode.end + minutes(after),
            None if column < start => self.episode.start - minutes(start - column),
            None => self.episode.start + minutes(column - start),
        }
    }

    /// Joins the minutes of each column by their maximum.
    fn draw(&self, calls: &[(Minute, u32)], known: Minute) -> Sparkline {
        let column = |column: usize| {
            let (first, end) = (self.first(column), self.first(column + 1));
            let from = calls.partition_point(|&(minute, _)| minute < first);
            let own = calls[from..].iter().take_while(|&&(minute, _)| minute < end);
            (first < known).then(|| own.map(|&(_, calls)| calls).max().unwrap_or_default())
        };
        Sparkline { columns: (0..self.count).map(column).collect(), inside: self.inside.clone() }
    }
}

/// An episode, as its Start and its End name it.
type Key = (Minute, SeriesKey);

/// The sparklines of episodes, drawn as soon as all minutes of them are sealed: an engine forgets
/// them after some days.
#[derive(Clone, Debug)]
pub(crate) struct Sparklines {
    columns: usize,
    /// Those that are not drawn yet, with the end of the episode if it is over.
    waiting: BTreeMap<Key, Option<Minute>>,
    drawn: BTreeMap<Key, Sparkline>,
}

impl Sparklines {
    pub(crate) fn new(columns: usize) -> Self {
        Self { columns, waiting: BTreeMap::new(), drawn: BTreeMap::new() }
    }

    /// Returns others that look the same and are of nothing yet.
    pub(crate) fn fresh(&self) -> Self {
        Self::new(self.columns)
    }

    /// Takes note of Insights, and draws what can be drawn now.
    pub(crate) fn take(&mut self, insights: &[Insight], engine: &Engine) {
        for insight in insights {
            let key = (insight.start, insight.series.clone());
            match insight.state {
                InsightState::Start => self.waiting.entry(key).or_default(),
                InsightState::End => self.waiting.entry(key).insert_entry(insight.end).into_mut(),
            };
        }
        self.draw(engine, false);
    }

    /// Draws the rest, up to where the log ends.
    pub(crate) fn finish(&mut self, engine: &Engine) {
        self.draw(engine, true);
    }

    fn draw(&mut self, engine: &Engine, all: bool) {
        let Self { columns, waiting, drawn } = self;
        let known = engine.watermark().minute();
        waiting.retain(|key, end| {
            if end.is_none() && !all {
                return true;
            }
            let (start, series) = key;
            let last = end.unwrap_or(known).max(*start + Minutes::new(1));
            let frame = Frame::new(&(*start..last), *columns);
            let span = frame.span();
            if span.end > known && !all {
                return true;
            }
            let calls = engine.calls(series, span);
            drawn.insert(key.clone(), frame.draw(calls, known));
            false
        });
    }

    /// Adds those that another engine drew.
    pub(crate) fn join(&mut self, other: Self) {
        self.waiting.extend(other.waiting);
        self.drawn.extend(other.drawn);
    }

    /// Returns that of an episode.
    pub(crate) fn of(&self, episode: &Insight) -> Option<&Sparkline> {
        self.drawn.get(&(episode.start, episode.series.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Minute = Minute::from_epoch(29_540_880);

    fn after(minutes: u32) -> Minute {
        NOON + Minutes::new(minutes)
    }

    fn line(lasted: u32, columns: usize, calls: &[(Minute, u32)], known: Minute) -> String {
        Frame::new(&(NOON..after(lasted)), columns).draw(calls, known).parts().join("|")
    }

    #[test]
    fn a_short_episode_has_a_column_a_minute_and_more_before_than_after() {
        let calls = [(NOON - Minutes::new(1), 1), (NOON, 80), (after(1), 40), (after(4), 10)];
        let known = after(99);
        assert_eq!(line(2, 12, &calls, known), "·····▁|█▄|··▁·");
        assert_eq!(line(2, 12, &calls[..1], known), "·····█|··|····", "scaled to its own peak");
        assert_eq!(line(2, 12, &[], known), "······|··|····");
    }

    #[test]
    fn a_long_episode_is_joined_by_its_peaks_and_takes_half() {
        // Every column is of 20 minutes; the peak of each counts.
        let calls: Vec<(Minute, u32)> =
            (0..100).map(|i| (after(i), if i % 20 == 7 { 80 } else { 1 })).collect();
        assert_eq!(line(100, 10, &calls, after(500)), "···|█████|··");
        // One minute more, and a column is of 21 minutes; what comes after is in one of its own.
        let calls = [(after(20), 5), (after(101), 10)];
        assert_eq!(line(101, 10, &calls, after(500)), "···|▄····|█·");
    }

    #[test]
    fn what_the_log_does_not_reach_is_left_blank() {
        assert_eq!(line(2, 12, &[(NOON, 5)], after(3)), "······|█·|·   ");
    }

    #[test]
    fn all_lines_are_as_long_as_was_asked_for() {
        for columns in 2..30 {
            for lasted in [0, 1, 7, 59, 60, 61, 1_440, 40_320] {
                let length = line(lasted, columns, &[], after(90_000)).chars().count();
                assert_eq!(length, columns + 2, "{lasted} minutes in {columns}");
            }
        }
    }
}
