//! [`Weeks`]: the counts of many series over weeks, with labels, to time sweeps with.

use std::{
    f64::consts::TAU,
    io::{self, Write},
    ops::Range,
};

use insights_core::{EventCategory, MinuteBucket, Minutes, PartialCounts, SeriesKey};

use crate::stream::{BEGIN, Random};

const DAY: u32 = 1_440;
/// The days before the first anomaly, and the minutes of one.
const LEARNT: u32 = 8;
const BURST: u32 = 10;

/// The counts of one account by minute: of eight series one is busy, one follows the day and the
/// week, one is a job that runs every hour or every night, and five are called now and then.
///
/// A quarter of all minutes have calls. From the ninth day on each series has a labelled anomaly a
/// week: calls come in a burst of ten minutes, twice to twenty times as many as there are at most.
#[derive(Clone, Copy, Debug)]
pub struct Weeks {
    series: u32,
    days: u32,
}

impl Weeks {
    /// Returns so many series over so many days.
    #[must_use]
    pub const fn new(series: u32, days: u32) -> Self {
        Self { series, days }
    }

    /// Returns all counts.
    #[must_use]
    pub fn counts(self) -> PartialCounts {
        let mut counts = PartialCounts::default();
        self.each(|number, minute, count| {
            counts.insert(&key(number), BEGIN + Minutes::new(minute), MinuteBucket::new(count));
        });
        counts
    }

    /// Writes the counts as the table that `insights detect` reads, and returns how many rows there are.
    ///
    /// # Errors
    ///
    /// Returns the error of the writer.
    pub fn write_counts(self, mut to: impl Write) -> io::Result<u64> {
        writeln!(
            to,
            "minute,account_id,aws_region,event_source,event_name,event_category,error_code,count"
        )?;
        let mut by_minute = vec![Vec::new(); (self.days * DAY) as usize];
        self.each(|number, minute, count| by_minute[minute as usize].push((number, count)));
        let mut rows = 0;
        for (minute, cells) in (0..).zip(by_minute) {
            let time = BEGIN + Minutes::new(minute);
            rows += cells.len() as u64;
            for (number, count) in cells {
                let SeriesKey { account_id, region, event_source, event_name, .. } = key(number);
                writeln!(
                    to,
                    "{time},{account_id},{region},{event_source},{event_name},Management,,{count}"
                )?;
            }
        }
        Ok(rows)
    }

    /// Writes the labels of the anomalies.
    ///
    /// # Errors
    ///
    /// Returns the error of the writer.
    pub fn write_labels(self, mut to: impl Write) -> io::Result<()> {
        writeln!(
            to,
            "insight_type,account_id,aws_region,event_source,event_name,error_code,start,end,class"
        )?;
        for number in 0..self.series {
            let SeriesKey { account_id, region, event_source, event_name, .. } = key(number);
            for Range { start, end } in self.bursts(number) {
                let [start, end] = [start, end].map(|minute| BEGIN + Minutes::new(minute));
                writeln!(
                    to,
                    "ApiCallRateInsight,{account_id},{region},{event_source},{event_name},,{start},{end},{}",
                    Kind::of(number).name()
                )?;
            }
        }
        Ok(())
    }

    /// Hands over each count that is not zero: series by series, minute by minute.
    fn each(self, mut take: impl FnMut(u32, u32, u32)) {
        for number in 0..self.series {
            let kind = Kind::of(number);
            let mut random = Random(u64::from(number) << 32);
            let level = random.unit();
            let bursts: Vec<Range<u32>> = self.bursts(number).collect();
            for minute in 0..self.days * DAY {
                let mut count = random.poisson(kind.rate(level, minute));
                if bursts.iter().any(|burst| burst.contains(&minute)) {
                    count += random.poisson((kind.most(level) + 0.5) * (2.0 + 18.0 * level));
                }
                if count > 0 {
                    take(number, minute, count);
                }
            }
        }
    }

    /// Returns when the anomalies of a series are.
    fn bursts(self, number: u32) -> impl Iterator<Item = Range<u32>> {
        let mut random = Random(u64::from(number) << 32 | 1);
        (LEARNT..self.days.saturating_sub(1)).step_by(7).map(move |day| {
            let start = (day + random.below(6)).min(self.days - 1) * DAY + random.below(1_200);
            start..start + BURST
        })
    }
}

/// What a series is like.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Busy,
    Daily,
    Job,
    Rare,
}

impl Kind {
    const fn of(number: u32) -> Self {
        match number % 8 {
            0 => Self::Busy,
            1 => Self::Daily,
            2 => Self::Job,
            _ => Self::Rare,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Daily => "daily",
            Self::Job => "job",
            Self::Rare => "rare",
        }
    }

    /// Returns the calls expected in a minute of a series on its level between 0 and 1.
    fn rate(self, level: f64, minute: u32) -> f64 {
        match self {
            Self::Busy => 2.0 + 40.0 * level * level,
            Self::Daily => {
                let hour = f64::from(minute % DAY) / f64::from(DAY);
                let weekend = if minute / DAY % 7 >= 5 { 0.4 } else { 1.0 };
                self.most(level) * weekend * (0.55 - 0.45 * (TAU * hour).cos())
            }
            Self::Job => {
                let every = if level < 0.5 { 60 } else { DAY };
                if minute % every < 3 { self.most(level) } else { 0.0 }
            }
            Self::Rare => self.most(level),
        }
    }

    fn most(self, level: f64) -> f64 {
        match self {
            Self::Busy => self.rate(level, 0),
            Self::Daily => 0.2 + 5.0 * level,
            Self::Job => 5.0 + 20.0 * level,
            Self::Rare => 0.3 * level * level,
        }
    }
}

fn key(number: u32) -> SeriesKey {
    SeriesKey {
        account_id: "111122223333".into(),
        region: "eu-west-1".into(),
        event_source: format!("service{}.amazonaws.com", number % 20).into(),
        event_name: format!("UpdateResource{number}").into(),
        category: EventCategory::Management,
        error_code: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_the_minutes_have_calls() {
        let weeks = Weeks::new(400, 7);
        let mut cells = 0;
        weeks.each(|_, _, count| {
            assert!(count > 0);
            cells += 1;
        });
        let share = f64::from(cells) / f64::from(400 * 7 * DAY);
        assert!((0.22..0.28).contains(&share), "{share}");
    }

    #[test]
    fn the_table_says_what_the_counts_say() {
        let weeks = Weeks::new(16, 2);
        let mut table = Vec::new();
        let rows = weeks.write_counts(&mut table).expect("memory takes everything");
        assert_eq!(rows, weeks.counts().seal().rows().count() as u64);
        assert_eq!(String::from_utf8(table).map(|text| text.lines().count() as u64), Ok(rows + 1));
    }

    #[test]
    fn labels_are_where_the_bursts_are() {
        let weeks = Weeks::new(8, 28);
        let mut labels = Vec::new();
        weeks.write_labels(&mut labels).expect("memory takes everything");
        let labels = String::from_utf8(labels).expect("text");
        assert_eq!(labels.lines().count(), 1 + 8 * 3);
        assert!(labels.contains("UpdateResource7,,"));
    }
}
