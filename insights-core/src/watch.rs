//! [`Watch`]: all that is known of one series, and what it makes of the next minute.

use std::ops::Range;

use crate::{
    baseline::{Baseline, Recent},
    config::Config,
    detector::{Detector, Finding, Verdict, WarmUp},
    episode::Episode,
    insight::InsightState,
    series::SeriesKey,
    time::{Minute, Minutes},
};

const ONE: Minutes = Minutes::new(1);

/// Some of the calls of a minute: when, the number of their attributes, how many.
pub(crate) type MadeOf = (Minute, u32, u32);

/// One series under watch.
#[derive(Clone, Debug)]
pub(crate) struct Watch<M> {
    pub(crate) key: SeriesKey,
    /// The number of its log.
    pub(crate) log: u32,
    pub(crate) baseline: Baseline,
    pub(crate) made_of: Vec<MadeOf>,
    pub(crate) marks: Marks,
    pub(crate) open: Option<Open>,
    /// When the series is looked at again even if nothing is called; derived, never stored.
    pub(crate) due: Option<Minute>,
    /// What is normal and as of when: derived, never stored.
    model: Option<(Minute, M)>,
}

/// From where on the minutes of a series may be used, and for what.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
pub(crate) struct Marks {
    /// The end of the last episode: no window of a test reaches behind it.
    pub(crate) tests_from: Minute,
    /// The beginning of the level that was last accepted as normal: no fit reaches behind it.
    pub(crate) level_from: Minute,
    /// When that level was accepted: fits are not older.
    pub(crate) level_accepted: Minute,
}

impl Marks {
    /// Everything may be used.
    pub(crate) const NONE: Self =
        Self { tests_from: Minute::MIN, level_from: Minute::MIN, level_accepted: Minute::MIN };
}

/// An open episode and why it was opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Open {
    pub(crate) episode: Episode,
    /// Derived from the minutes at the time: never stored.
    pub(crate) finding: Finding,
}

/// An episode that began or ended with the minute just sealed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    pub(crate) state: InsightState,
    pub(crate) open: Open,
    pub(crate) end: Option<Minute>,
}

/// By what a minute of a series is judged.
#[derive(Debug)]
pub(crate) struct Rules<'a, D> {
    pub(crate) detector: &'a D,
    pub(crate) config: &'a Config,
    /// Where the log of the series begins.
    pub(crate) origin: Minute,
}

impl<M: Clone> Watch<M> {
    pub(crate) const fn new(key: SeriesKey, log: u32) -> Self {
        Self {
            key,
            log,
            baseline: Baseline::NONE,
            made_of: Vec::new(),
            marks: Marks::NONE,
            open: None,
            due: None,
            model: None,
        }
    }

    /// Judges the minute just sealed, which is in the baseline already.
    ///
    /// What happened goes to `turns`. Returns the minute at which the series has to be looked at
    /// again even if nothing is called until then.
    pub(crate) fn seal<D: Detector<Model = M>>(
        &mut self,
        now: Minute,
        rules: &Rules<'_, D>,
        turns: &mut Vec<Turn>,
    ) -> Option<Minute> {
        if self.fitted(now, rules.origin) <= rules.origin {
            // Nothing is known yet.
            return Some(now.hour() + Minutes::hours(1));
        }
        if self.open.is_none() {
            match self.judge(now, rules) {
                Verdict::Normal { look_again } => {
                    return self.next_look(now, look_again, rules);
                }
                Verdict::Unusual(finding) => self.begin(now, finding, rules),
            }
        } else {
            self.follow(now..now + ONE, rules);
        }
        self.turn(now, rules, turns);
        Some(now + ONE)
    }

    /// Returns what the detector makes of the minutes up to `now`, fitting it first if need be.
    fn judge<D: Detector<Model = M>>(&mut self, now: Minute, rules: &Rules<'_, D>) -> Verdict {
        let model = self.model(self.fitted(now, rules.origin), rules);
        let from = self.marks.tests_from.max(rules.origin);
        let warm_up = if now.since(rules.origin) < rules.config.warm_up() {
            WarmUp::Running
        } else {
            WarmUp::Over
        };
        rules.detector.judge(&model, Recent::new(&self.baseline, from, now), warm_up)
    }

    /// Returns what is normal by the minutes before `as_of`.
    fn model<D: Detector<Model = M>>(&mut self, as_of: Minute, rules: &Rules<'_, D>) -> M {
        match &self.model {
            Some((fitted, model)) if *fitted == as_of => model.clone(),
            _ => {
                let from =
                    (as_of - rules.config.baseline()).max(rules.origin).max(self.marks.level_from);
                let model = rules.detector.fit(&self.baseline, from..as_of);
                self.model = Some((as_of, model.clone()));
                model
            }
        }
    }

    /// Returns when the model in force at `now` was fitted: at midnight, hourly while the log is
    /// less than two days old, and whenever a new level was accepted.
    fn fitted(&self, now: Minute, origin: Minute) -> Minute {
        let young = now.since(origin) < Minutes::days(2);
        let due = if young { now.hour() } else { now.midnight() };
        due.max(self.marks.level_accepted).max(origin)
    }

    fn next_look<D>(
        &self,
        now: Minute,
        look_again: Option<Minute>,
        rules: &Rules<'_, D>,
    ) -> Option<Minute> {
        let young = now.since(rules.origin) < Minutes::days(2);
        let refit =
            if young { now.hour() + Minutes::hours(1) } else { now.midnight() + Minutes::days(1) };
        // Calls since the last fit can make a silence unusual that is not so yet.
        let fitted = self.fitted(now, rules.origin);
        let news = self.baseline.last().is_some_and(|last| last >= fitted);
        // Nothing falls during the warm-up, and what is silent at its end is judged right there.
        let warm = rules.origin + rules.config.warm_up();
        let look = match look_again {
            Some(_) if now < warm => warm,
            None if news && now < warm => warm,
            Some(look) => look.min(refit),
            None if news => refit,
            None => return None,
        };
        Some(look.max(now + ONE))
    }

    fn begin<D: Detector<Model = M>>(
        &mut self,
        now: Minute,
        finding: Finding,
        rules: &Rules<'_, D>,
    ) {
        let start = finding.onset.max(self.marks.tests_from).max(rules.origin).min(now);
        let episode = Episode::new(finding.direction, start, now);
        self.open = Some(Open { episode, finding });
        self.follow(start..now + ONE, rules);
    }

    fn follow<D: Detector<Model = M>>(&mut self, span: Range<Minute>, rules: &Rules<'_, D>) {
        let Some(mut open) = self.open else { return };
        // No refit while the episode lasts, and none of its minutes in what is normal.
        let fitted = self.fitted(open.episode.detected_at, rules.origin);
        let as_of = fitted.min(open.episode.start);
        let model = self.model(as_of, rules);
        let mut minute = span.start;
        while minute < span.end {
            open.episode.follow(rules.detector, &model, minute, self.baseline.at(minute));
            minute = minute + ONE;
        }
        self.open = Some(open);
    }

    /// Reports what is due with `now` of the open episode, and closes it when it is over.
    fn turn<D: Detector<Model = M>>(
        &mut self,
        now: Minute,
        rules: &Rules<'_, D>,
        turns: &mut Vec<Turn>,
    ) {
        let Some(open) = &mut self.open else { return };
        let episode = &mut open.episode;
        if !episode.announced {
            if now < episode.opening_ends() {
                return;
            }
            episode.announced = true;
            turns.push(Turn { state: InsightState::Start, open: *open, end: None });
        }
        let episode = open.episode;
        let over = episode.end(now, rules.detector.enough(), rules.config.quiet());
        let accepted = (now + ONE).since(episode.start) >= rules.config.longest();
        if over.is_none() && !accepted {
            return;
        }
        let end = over.unwrap_or(now + ONE);
        turns.push(Turn { state: InsightState::End, open: *open, end: Some(end) });
        self.marks.tests_from = end;
        if over.is_none() {
            self.marks.level_from = episode.start;
            self.marks.level_accepted = now + ONE;
        }
        self.open = None;
    }

    /// Reports the Start of an episode whose first minutes the log does not hold in full.
    pub(crate) fn announce(&mut self) -> Option<Turn> {
        let open = self.open.as_mut().filter(|open| !open.episode.announced)?;
        open.episode.announced = true;
        Some(Turn { state: InsightState::Start, open: *open, end: None })
    }

    /// Resumes an episode: finds again why it was opened. Returns whether it was found.
    pub(crate) fn resume<D: Detector<Model = M>>(
        &mut self,
        episode: Episode,
        rules: &Rules<'_, D>,
    ) -> bool {
        let Verdict::Unusual(finding) = self.judge(episode.detected_at, rules) else {
            return false;
        };
        self.open = Some(Open { episode, finding });
        true
    }

    /// Forgets the minutes before `minute`.
    pub(crate) fn forget_before(&mut self, minute: Minute) {
        self.baseline.forget_before(minute);
        let kept = self.made_of.partition_point(|&(m, ..)| m < minute);
        self.made_of.drain(..kept);
    }

    /// Returns whether nothing of it matters any more.
    pub(crate) fn is_idle(&self) -> bool {
        self.baseline.is_empty() && self.open.is_none()
    }

    /// Returns what the calls in `span` are made of.
    pub(crate) fn made_of(&self, span: &Range<Minute>) -> &[MadeOf] {
        let from = self.made_of.partition_point(|&(minute, ..)| minute < span.start);
        let to = self.made_of.partition_point(|&(minute, ..)| minute < span.end);
        self.made_of.get(from..to).unwrap_or_default()
    }
}
