//! [`Examination`]: why a minute of a series is reported, or why it is not.

use std::ops::Range;

use crate::{
    attribution::Attribution,
    detector::{
        Circumstances, Detector, Direction,
        pattern::Pattern,
        rate::RateDetector,
        test::{Account, Ordinary},
    },
    engine::Engine,
    history::Shift,
    insight::Average,
    logs::Logs,
    sealed::SealedCounts,
    series::SeriesKey,
    time::{Minute, Minutes},
    watch::{Standing, View, Watch},
};

const ONE: Minutes = Minutes::new(1);

/// What is made of one minute of a series, and by what.
#[derive(Clone, Debug, PartialEq)]
pub struct Examination {
    /// The minute.
    pub minute: Minute,
    /// Whether it is judged at all.
    pub standing: Standing,
    /// The episode that is open when the minute comes.
    pub episode: Option<OpenEpisode>,
    /// Where the log begins: from there on a missing call is a zero.
    pub log_began: Minute,
    /// What was tested, if anything was.
    pub look: Option<LookedAt>,
    /// The spans that were reported in the last five weeks, in order: not taken for normal.
    pub reported: Vec<Range<Minute>>,
    /// The levels that were accepted as normal and still last, in order.
    pub levels: Vec<Shift>,
    /// The holes of the log in the last five weeks, in order.
    pub holes: Vec<Range<Minute>>,
}

/// The tests of a minute, and what they are made with.
#[derive(Clone, Debug, PartialEq)]
pub struct LookedAt {
    /// What is normal was learnt from the minutes before this one.
    pub fitted: Minute,
    /// The rhythm of the series, learnt from the same minutes.
    pub pattern: Pattern,
    /// The first minute that windows may reach back to: the beginning of the log, or the end of
    /// its last hole or of the last episode.
    pub windows_from: Minute,
    /// What the rest of the log tells.
    pub circumstances: Circumstances,
    /// What was tested and found.
    pub account: Account,
    /// Whether what was found is only the return to the level before the last one that was
    /// accepted, which is no news.
    pub returns: bool,
}

/// An episode that has begun and not ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OpenEpisode {
    /// The first unusual minute.
    pub start: Minute,
    /// The minute whose sealing opened it.
    pub detected_at: Minute,
    /// Whether there are more calls than normal, or fewer.
    pub direction: Direction,
}

/// A span of a series beside its baseline, as an insight reports them.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The span.
    pub during: Range<Minute>,
    /// The span of the baseline: see [`Insight::baseline`](crate::Insight::baseline).
    pub before: Range<Minute>,
    /// The calls of the span.
    pub insight: Average,
    /// The calls of the baseline.
    pub baseline: Average,
    /// Who and what is behind both.
    pub attributions: Vec<Attribution>,
}

impl Engine<RateDetector> {
    /// Examines how the minute at the watermark will be judged of a series, which may be new.
    ///
    /// Its counts are taken from `sealed`. The engine itself does not go on:
    /// [`replay`](Self::replay) does, and finds what the examination finds.
    ///
    /// ```
    /// use insights_core::{Config, Engine, Watermark};
    /// # use insights_core::{EventCategory, Minute, MinuteBucket, Minutes, PartialCounts, SeriesKey};
    /// # let series = SeriesKey {
    /// #     account_id: "111122223333".into(),
    /// #     region: "us-east-1".into(),
    /// #     event_source: "ec2.amazonaws.com".into(),
    /// #     event_name: "CreateTags".into(),
    /// #     category: EventCategory::Management,
    /// #     error_code: None,
    /// # };
    /// # let mut counts = PartialCounts::default();
    /// # let begin = Minute::from_epoch(29_540_160);
    /// # for minute in 0..3 * 1_440 {
    /// #     let calls = if minute == 4_000 { 500 } else { 2 };
    /// #     counts.insert(&series, begin + Minutes::new(minute), MinuteBucket::new(calls));
    /// # }
    /// # let burst = begin + Minutes::new(4_000);
    /// let sealed = counts.seal();
    /// let mut engine = Engine::new(Config::default());
    /// let _ = engine.replay(&sealed, Watermark::at(burst));
    /// let examination = engine.examine(&series, &sealed);
    /// let look = examination.look.expect("it is judged");
    /// assert_eq!(look.account.finding.map(|finding| finding.onset), Some(burst));
    /// ```
    #[must_use]
    pub fn examine(&self, series: &SeriesKey, sealed: &SealedCounts) -> Examination {
        let now = self.watermark().minute();
        let mut logs = self.logs_with(sealed, now);
        let mut watch = self.watch_with(series, sealed, now, &mut logs);
        let rules = Self::rules((&self.detector, &self.config, &logs), &watch, now);
        let standing = watch.standing(now, &rules);
        let mut look = None;
        if standing == Standing::Watched
            && let Some(View { fitted, model, from, recent, circumstances }) =
                watch.view(now, &rules)
        {
            let account = rules.detector.account(model, recent, circumstances);
            let pattern = watch.learn(fitted, &rules, |past| rules.detector.pattern(past));
            let found = account.finding;
            let returns = found.is_some_and(|finding| watch.returns(now, &finding, &rules));
            let windows_from = from;
            look =
                Some(LookedAt { fitted, pattern, windows_from, circumstances, account, returns });
        }
        let episode = watch.open.as_ref().map(|open| OpenEpisode {
            start: open.episode.start,
            detected_at: open.episode.detected_at,
            direction: open.episode.direction,
        });
        Examination {
            minute: now,
            standing,
            episode,
            log_began: rules.origin,
            look,
            reported: watch.marks().reported_by(now),
            levels: watch.marks().shifts_at(now),
            holes: rules.log.holes_before(now),
        }
    }

    /// Returns what is expected of some minutes by what is normal at the watermark; of minutes more
    /// than a day away by the same minute of the next day.
    ///
    /// It is empty for a series that is not known, and before a first model.
    #[must_use]
    pub fn ordinary(
        &self,
        series: &SeriesKey,
        minutes: impl IntoIterator<Item = Minute>,
    ) -> Vec<Ordinary> {
        let now = self.watermark().minute();
        let Some(slot) = self.find(series) else { return Vec::new() };
        let mut watch = self.watches[slot as usize].clone();
        let rules = Self::rules((&self.detector, &self.config, &self.logs), &watch, now);
        if watch.standing(now, &rules) == Standing::Unknown {
            return Vec::new();
        }
        let Some(View { model, .. }) = watch.view(now, &rules) else { return Vec::new() };
        minutes.into_iter().map(|minute| self.detector.ordinary(model, minute)).collect()
    }

    /// Returns a span of sealed minutes of a series beside its baseline; nothing for a series that
    /// is not known.
    #[must_use]
    pub fn compare(&self, series: &SeriesKey, during: Range<Minute>) -> Option<Comparison> {
        let report = self.report_of(self.find(series)?);
        let before = report.before(during.start);
        Some(Comparison {
            insight: report.average(&during, Minutes::default()),
            baseline: report.baseline(&before),
            attributions: report.attributions(&during, &before),
            during,
            before,
        })
    }

    /// Returns the logs as they are when the counts of `now` are known.
    fn logs_with(&self, sealed: &SealedCounts, now: Minute) -> Logs {
        let mut logs = self.logs.clone();
        let rows = sealed.between(now..now + ONE);
        for life in rows.activity {
            let log = logs.number(sealed.keys.logs.get(life.log));
            logs.show(log, now);
            if life.counted == 0 {
                logs.call(log, "", "");
            }
        }
        // Cells of one series follow each other.
        for cells in rows.cells.chunk_by(|a, b| a.series == b.series) {
            let key = sealed.keys.series.get(cells[0].series);
            let log = logs.number(&key.log());
            if let Some(slot) = self.find(key)
                && key.error_code.is_none()
            {
                logs.wake(log, now, &self.watches[slot as usize].baseline);
            }
            logs.call(log, &key.event_source, &key.event_name);
        }
        logs
    }

    /// Returns a series as it is when the counts of `now` are known.
    fn watch_with(
        &self,
        series: &SeriesKey,
        sealed: &SealedCounts,
        now: Minute,
        logs: &mut Logs,
    ) -> Watch<<RateDetector as Detector>::Model> {
        let known = self.find(series).map(|slot| self.watches[slot as usize].clone());
        let judged = self.config.judges(series);
        let mut watch =
            known.unwrap_or_else(|| Watch::new(series.clone(), logs.number(&series.log()), judged));
        for cell in sealed.between(now..now + ONE).cells {
            if sealed.keys.series.get(cell.series) == series {
                watch.baseline.push(now, cell.count);
            }
        }
        watch
    }
}
