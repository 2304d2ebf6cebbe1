//! [`Engine`]: counts in, insights out.

use std::{collections::BTreeMap, mem, ops::Range};

use crate::{
    attribution::Attributes,
    baseline,
    config::Config,
    counts::PartialCounts,
    detector::{Detector, rate::RateDetector},
    entries::{Activity, Cell, Keys, NONE},
    episode::Episode,
    event::Event,
    incident::Incidents,
    index::Index,
    insight::{Insight, InsightState},
    interner::Interner,
    log_life::Hole,
    logs::Logs,
    open::{Disposition, OpenMinutes, Stats},
    report::Report,
    sealed::SealedCounts,
    series::{LogKey, SeriesKey},
    time::{Minute, Minutes, Watermark},
    watch::{Rules, Turn, Watch},
};

/// Learns the rates of all series and reports when one leaves its baseline.
///
/// Between two calls of [`advance_to`](Self::advance_to) the order of events and how they are
/// split over calls do not matter, bit for bit. The engine reads no clock: who feeds it moves
/// the watermark, for a stream with a [`WatermarkTracker`](crate::WatermarkTracker).
///
/// ```
/// use chrono::{DateTime, TimeDelta};
/// use insights_core::{Config, Engine, Event, InsightState, Watermark};
///
/// let mut engine = Engine::new(Config::default());
/// let monday = DateTime::from_timestamp(1_772_409_600, 0).unwrap();
/// let mut time = monday;
/// while time < monday + TimeDelta::days(2) {
///     engine.observe(&Event::new(time, "ec2.amazonaws.com", "CreateTags"));
///     time += TimeDelta::seconds(30);
/// }
/// for _ in 0..100 {
///     engine.observe(&Event::new(time, "ec2.amazonaws.com", "CreateTags"));
/// }
/// let insights = engine.advance_to(Watermark::before(time + TimeDelta::minutes(5)));
/// assert_eq!(insights[0].state, InsightState::Start);
/// assert_eq!(insights[0].start.instant(), time);
/// assert_eq!(insights[0].baseline.per_minute(), 2.0);
/// ```
#[derive(Clone, Debug)]
pub struct Engine<D: Detector = RateDetector> {
    pub(crate) config: Config,
    pub(crate) detector: D,
    pub(crate) open: OpenMinutes,
    pub(crate) logs: Logs,
    index: Index,
    pub(crate) watches: Vec<Watch<D::Model>>,
    pub(crate) attributes: Interner<Attributes>,
    pub(crate) incidents: Incidents,
    /// The series to look at again even if nothing is called, by minute, and some that are not:
    /// each series knows when it is due.
    due: BTreeMap<Minute, Vec<u32>>,
}

impl Engine<RateDetector> {
    /// Returns an engine that has seen nothing, with the default detector.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let detector = *config.detector();
        Self::with_detector(config, detector)
    }
}

impl<D: Detector> Engine<D> {
    /// Returns an engine that has seen nothing, with a detector of your own.
    #[must_use]
    pub fn with_detector(config: Config, detector: D) -> Self {
        let open = OpenMinutes::new(config.selection().clone());
        Self {
            config,
            detector,
            open,
            logs: Logs::default(),
            index: Index::default(),
            watches: Vec::new(),
            attributes: Interner::default(),
            incidents: Incidents::default(),
            due: BTreeMap::new(),
        }
    }

    /// Counts an event.
    pub fn observe(&mut self, event: &Event<'_>) -> Disposition {
        self.open.observe(event)
    }

    /// Adds counts made elsewhere; what lies before the watermark is late.
    pub fn merge(&mut self, counts: PartialCounts) {
        self.open.merge(counts);
    }

    /// Seals the minutes before `watermark` and returns the insights of these minutes, ordered
    /// by the minute that decided them, then by series.
    ///
    /// A Start waits for the first five minutes of its episode, which it averages over. The
    /// watermark never moves back: an earlier one seals nothing.
    #[must_use]
    pub fn advance_to(&mut self, watermark: Watermark) -> Vec<Insight> {
        // Cheap, as a stream may call this after each event.
        if watermark <= self.open.watermark() {
            return Vec::new();
        }
        let from = self.open.watermark().minute();
        let sealed = self.open.seal(watermark);
        self.detect(&sealed.keys, &sealed.cells, &sealed.activity, from)
    }

    /// Takes the counts of the minutes from the watermark up to `watermark` out of `sealed` and
    /// returns the insights of these minutes, as [`advance_to`](Self::advance_to) does.
    ///
    /// Counting is the dear half: counts that were sealed once can be replayed by any number of
    /// engines, here day by day, so memory holds no more than the baselines. Events that the
    /// engine itself has counted in these minutes come too late, and are counted as that.
    ///
    /// ```
    /// use insights_core::{Config, Engine, OpenMinutes, Selection, Watermark};
    /// # use insights_core::{EventCategory, Minute, MinuteBucket, PartialCounts, SeriesKey};
    /// # let series = SeriesKey {
    /// #     account_id: "111122223333".into(),
    /// #     region: "us-east-1".into(),
    /// #     event_source: "ec2.amazonaws.com".into(),
    /// #     event_name: "CreateTags".into(),
    /// #     category: EventCategory::Management,
    /// #     error_code: None,
    /// # };
    /// # let mut counts = PartialCounts::default();
    /// # for minute in 0..3 * 1_440 {
    /// #     let calls = if minute == 4_000 { 500 } else { 2 };
    /// #     counts.insert(&series, Minute::from_epoch(29_540_160 + minute), MinuteBucket::new(calls));
    /// # }
    /// # let end = Watermark::at(Minute::from_epoch(29_540_160 + 3 * 1_440));
    /// let sealed = counts.seal();
    /// for threshold in [3.0, 5.0] {
    ///     let config = Config::builder().threshold(threshold).build()?;
    ///     let insights = Engine::new(config).replay(&sealed, end);
    ///     assert_eq!(insights.len(), 2, "a Start and an End");
    /// }
    /// # Ok::<(), insights_core::ConfigError>(())
    /// ```
    #[must_use]
    pub fn replay(&mut self, sealed: &SealedCounts, watermark: Watermark) -> Vec<Insight> {
        let mut insights = Vec::new();
        loop {
            let from = self.watermark().minute();
            let rows = sealed.between(from..watermark.minute());
            let due = self.due.first_key_value().map(|(&minute, _)| minute);
            let next = rows.first_minute().into_iter().chain(due).min();
            let midnight = next.map(|next| Watermark::at(next.midnight() + Minutes::days(1)));
            let step = midnight.map_or(watermark, |midnight| midnight.min(watermark));
            if step <= self.watermark() {
                return insights;
            }
            let rows = sealed.between(from..step.minute());
            self.open.take(&rows, step);
            insights.extend(self.detect(&sealed.keys, rows.cells, rows.activity, from));
        }
    }

    /// Detects in the minutes from `from` up to the watermark, which these rows are of.
    fn detect(
        &mut self,
        keys: &Keys,
        cells: &[Cell],
        activity: &[Activity],
        from: Minute,
    ) -> Vec<Insight> {
        let to = self.open.watermark().minute();
        let mut numbers = Numbers::of(keys);
        let mut cells = cells.iter().peekable();
        let mut lives = activity.iter().peekable();
        let mut touched = Vec::new();
        let mut insights = Vec::new();
        loop {
            let next = [
                cells.peek().map(|cell| cell.minute),
                lives.peek().map(|life| life.minute),
                self.due.first_key_value().map(|(&minute, _)| minute),
            ];
            let Some(now) = next.into_iter().flatten().min().filter(|&now| now < to) else {
                break;
            };
            while let Some(life) = lives.next_if(|life| life.minute == now) {
                let log = &mut numbers.logs[life.log as usize];
                if *log == NONE {
                    *log = self.logs.number(keys.logs.get(life.log));
                }
                self.logs.show(*log, now);
                if life.counted == 0 {
                    self.logs.call(*log, "", "");
                }
            }
            let mut last = None;
            while let Some(cell) = cells.next_if(|cell| cell.minute == now) {
                let slot = self.count(cell, keys, &mut numbers);
                touched.push(slot);
                // Cells of one series follow each other.
                if last.replace(slot) != Some(slot) {
                    let watch = &self.watches[slot as usize];
                    let SeriesKey { event_source, event_name, .. } = &watch.key;
                    self.logs.call(watch.log, event_source, event_name);
                }
            }
            while let Some(due) = self.due.first_entry().filter(|due| *due.key() <= now) {
                let (minute, slots) = due.remove_entry();
                for slot in slots {
                    if self.watches[slot as usize].due.take_if(|due| *due == minute).is_some() {
                        touched.push(slot);
                    }
                }
            }
            touched.sort_unstable();
            touched.dedup();
            self.judge(touched.drain(..), now, &mut insights);
        }
        if to.midnight() > from.midnight() {
            self.sweep(to.midnight());
        }
        insights
    }

    /// Returns the Start of every episode that still waits for its first five minutes, as no
    /// more of them will come. Its average is over five minutes all the same.
    #[must_use]
    pub fn finish(&mut self) -> Vec<Insight> {
        let waiting = |(slot, watch): (_, &mut Watch<_>)| Some((slot, watch.announce()?));
        let turns = (0..).zip(&mut self.watches).filter_map(waiting).collect();
        let mut insights = Vec::new();
        let now = self.watermark().minute();
        self.report_all(turns, now, now, &mut insights);
        insights
    }

    /// Returns how many events ended where.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.open.stats()
    }

    /// Returns the watermark.
    #[must_use]
    pub const fn watermark(&self) -> Watermark {
        self.open.watermark()
    }

    /// Returns the number of series with calls that still matter, of those in its part.
    #[must_use]
    pub fn series(&self) -> usize {
        self.watches.iter().filter(|watch| self.config.part().has(&watch.key)).count()
    }

    /// Returns the number of episodes that have begun and not ended.
    #[must_use]
    pub fn open_episodes(&self) -> usize {
        self.watches.iter().filter(|watch| watch.open.is_some()).count()
    }

    /// Returns the sealed minutes of `span` in which a series had calls, and how many, in order.
    ///
    /// What is older than an engine needs is forgotten: minutes are known for at least the length
    /// of the baseline and of the longest episode, together, before the midnight (UTC) that was
    /// sealed last.
    #[must_use]
    pub fn calls(&self, series: &SeriesKey, span: Range<Minute>) -> &[(Minute, u32)] {
        let slot = self.find(series);
        slot.map_or(&[], |slot| self.watches[slot as usize].baseline.range(span))
    }

    /// Adds a cell to the baseline of its series and returns the number of that.
    fn count(&mut self, cell: &Cell, keys: &Keys, numbers: &mut Numbers) -> u32 {
        let slot = &mut numbers.series[cell.series as usize];
        if *slot == NONE {
            *slot = self.slot(keys.series.get(cell.series));
        }
        let watch = &mut self.watches[*slot as usize];
        if watch.key.error_code.is_none() {
            self.logs.wake(watch.log, cell.minute, &watch.baseline);
        }
        watch.baseline.push(cell.minute, cell.count);
        let made_of = keys.attributes.get(cell.attributes);
        // Who calls is held only where it can be reported.
        if !made_of.is_empty() && watch.judged {
            let attributes = &mut numbers.attributes[cell.attributes as usize];
            if *attributes == NONE {
                *attributes = self.attributes.intern_owned(made_of);
            }
            baseline::make_room(&mut watch.made_of);
            watch.made_of.push((cell.minute, *attributes, cell.count));
        }
        *slot
    }

    fn judge(
        &mut self,
        slots: impl Iterator<Item = u32>,
        now: Minute,
        insights: &mut Vec<Insight>,
    ) {
        let mut turns = Vec::new();
        let mut reported = Vec::new();
        for slot in slots {
            let watch = &mut self.watches[slot as usize];
            if !watch.judged {
                continue;
            }
            let rules = Self::rules((&self.detector, &self.config, &self.logs), watch, now);
            let look = watch.seal(now, &rules, &mut turns);
            reported.extend(turns.drain(..).map(|turn| (slot, turn)));
            self.look_at(slot, look);
        }
        self.report_all(reported, now, now + Minutes::new(1), insights);
    }

    /// Puts a series down for another look, unless it is down for an earlier one.
    pub(crate) fn look_at(&mut self, slot: u32, look: Option<Minute>) {
        let Some(look) = look else { return };
        let due = &mut self.watches[slot as usize].due;
        if due.is_some_and(|due| due <= look) {
            return;
        }
        *due = Some(look);
        self.due.entry(look).or_default().push(slot);
    }

    /// Reports the turns of series that were decided at `now` and can be known from `known_at` on.
    fn report_all(
        &mut self,
        mut turns: Vec<(u32, Turn)>,
        now: Minute,
        known_at: Minute,
        insights: &mut Vec<Insight>,
    ) {
        // The numbers of series follow their arrival; reports follow their keys.
        turns.sort_by(|a, b| self.watches[a.0 as usize].key.cmp(&self.watches[b.0 as usize].key));
        let report = |(slot, turn): &(u32, Turn)| self.report(*slot, turn, now, known_at);
        insights.extend(turns.iter().map(report));
    }

    /// Returns the insight of a turn that was decided at `now` and can be known from `known_at` on.
    fn report(&mut self, slot: u32, turn: &Turn, now: Minute, known_at: Minute) -> Insight {
        let mut insight = self.report_of(slot).insight(turn, known_at);
        if turn.state == InsightState::Start {
            let incident = self.incidents.of(&insight, now);
            self.watches[slot as usize].incident = Some(incident);
            insight.explanation.incident = incident;
        }
        insight
    }

    /// Returns a series with all that can be told of it.
    pub(crate) fn report_of(&self, slot: u32) -> Report<'_, D::Model> {
        let watch = &self.watches[slot as usize];
        let failures = self.index.failures(&watch.key, key_in(&self.watches)).iter();
        let failure = |&slot: &u32| {
            let failed = &self.watches[slot as usize];
            Some((failed.key.error_code.as_deref()?, &failed.baseline))
        };
        Report {
            watch,
            failures: failures.filter_map(failure).collect(),
            attributes: &self.attributes,
            log: self.logs.log(watch.log),
            reach: self.config.baseline(),
        }
    }

    /// Returns the number of a series that is known.
    pub(crate) fn find(&self, key: &SeriesKey) -> Option<u32> {
        self.index.get(key, key_in(&self.watches))
    }

    /// Returns the numbers of all series.
    pub(crate) fn slots(&self) -> Range<u32> {
        0..number(self.watches.len())
    }

    /// Returns by what a minute of a series is judged.
    pub(crate) fn rules<'a>(
        (detector, config, logs): (&'a D, &'a Config, &'a Logs),
        watch: &Watch<D::Model>,
        now: Minute,
    ) -> Rules<'a, D> {
        let log = logs.log(watch.log);
        let in_wave = watch.key.error_code.is_none() && logs.in_wave(watch.log, now);
        Rules { detector, config, origin: log.origin().unwrap_or(now), log, in_wave }
    }

    /// Returns the holes of all logs in the last five weeks, the ones that still last with the
    /// watermark for their end: spans in which nothing at all was logged though the log is never
    /// silent so long. They count neither as silence of every API nor as baseline.
    ///
    /// A Region that is missing while the log is missing as a whole has no hole of its own.
    pub fn holes(&self) -> impl Iterator<Item = (&LogKey, Hole)> {
        self.logs.holes(self.watermark().minute())
    }

    /// Returns the number of a series, a new one for a new series.
    pub(crate) fn slot(&mut self, key: &SeriesKey) -> u32 {
        if let Some(slot) = self.index.get(key, key_in(&self.watches)) {
            return slot;
        }
        let log = self.logs.number(&key.log());
        let slot = number(self.watches.len());
        let judged = self.config.judges(key);
        self.watches.push(Watch::new(key.clone(), log, judged));
        self.index.insert(slot, key_in(&self.watches));
        slot
    }

    /// Goes on with an episode of a restored series. Returns whether its reason was found.
    pub(crate) fn resume(&mut self, slot: u32, episode: Episode) -> bool {
        let watch = &mut self.watches[slot as usize];
        let log = self.logs.log(watch.log);
        let origin = log.origin().unwrap_or(Minute::MIN);
        let in_wave = episode.in_wave;
        let rules = Rules { detector: &self.detector, config: &self.config, origin, log, in_wave };
        watch.resume(episode, &rules)
    }

    /// Forgets what can matter no more: old minutes, silent series, attributes nobody has.
    ///
    /// A model may be as old as the longest episode and a day, and reaches back from there; an
    /// onset may lie some hours back. An episode stays open while its log is silent: what it was
    /// told from stays as long.
    fn sweep(&mut self, midnight: Minute) {
        let reach = self.config.baseline() + self.config.longest() + Minutes::days(2);
        let longest = self.config.longest() + Minutes::days(1);
        for watch in &mut self.watches {
            let now = watch
                .open
                .as_ref()
                .map_or(midnight, |open| midnight.min((open.episode.start + longest).midnight()));
            watch.forget_before(now - reach, now - Minutes::days(38));
        }
        if self.watches.iter().any(Watch::is_idle) {
            self.watches.retain(|watch| !watch.is_idle());
            self.due.clear();
            self.index = Index::default();
            for (slot, watch) in (0..).zip(&self.watches) {
                self.index.insert(slot, key_in(&self.watches));
                if let Some(due) = watch.due {
                    self.due.entry(due).or_default().push(slot);
                }
            }
        }
        let used: usize = self.watches.iter().map(|watch| watch.made_of.len()).sum();
        if self.attributes.values().len() > 2 * used + 4_096 {
            let old = mem::take(&mut self.attributes);
            let made_of = self.watches.iter_mut().flat_map(|watch| &mut watch.made_of);
            for (_, id, _) in made_of {
                *id = self.attributes.intern_owned(old.get(*id));
            }
        }
    }
}

/// The numbers that series and attributes of sealed counts have in the engine, as far as met.
struct Numbers {
    logs: Vec<u32>,
    series: Vec<u32>,
    attributes: Vec<u32>,
}

impl Numbers {
    fn of(keys: &Keys) -> Self {
        Self {
            logs: vec![NONE; keys.logs.values().len()],
            series: vec![NONE; keys.series.values().len()],
            attributes: vec![NONE; keys.attributes.values().len()],
        }
    }
}

/// Finds the key of a series by its number.
fn key_in<'a, M>(watches: &'a [Watch<M>]) -> impl Fn(u32) -> &'a SeriesKey {
    |slot| &watches[slot as usize].key
}

fn number(length: usize) -> u32 {
    u32::try_from(length).expect("fewer than 2^32 keys fit in memory")
}
