//! [`Watch`]: all that is known of one series, and what it makes of the next minute.

use std::ops::Range;

use serde::Serialize;
use uuid::Uuid;

use crate::{
    baseline::{Baseline, Recent},
    config::Config,
    detector::{Circumstances, Detector, Finding, Missed, Verdict, WarmUp},
    episode::Episode,
    history::History,
    insight::InsightState,
    log::Log,
    marks::{Ended, Marks, Reported},
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
    /// Whether its insights are wanted; if not it only tells of its log and of other series.
    pub(crate) judged: bool,
    pub(crate) baseline: Baseline,
    pub(crate) made_of: Vec<MadeOf>,
    /// None as long as nothing was ever reported, as of most series.
    marks: Option<Box<Marks>>,
    pub(crate) open: Option<Box<Open>>,
    /// The incident of the last Start reported.
    pub(crate) incident: Option<Uuid>,
    /// When the series is looked at again even if nothing is called.
    pub(crate) due: Option<Minute>,
    /// What is normal and as of when: derived, never stored. Most series are not called today,
    /// and have none.
    model: Option<Box<(Minute, M)>>,
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

/// Whether a minute of a series is judged, or why it is not.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Standing {
    /// The log has just begun: nothing is known yet.
    Unknown,
    /// The log is missing: nothing is known of the minute.
    Missing,
    /// The log may be missing, which is known soon.
    InDoubt,
    /// An episode is open, and is followed.
    Open,
    /// It is judged.
    Watched,
}

/// What a minute is judged by.
#[derive(Debug)]
pub(crate) struct View<'a, M> {
    /// When the model was fitted: it knows the minutes before.
    pub(crate) fitted: Minute,
    pub(crate) model: &'a M,
    /// The first minute that windows may reach back to.
    pub(crate) from: Minute,
    pub(crate) recent: Recent<'a>,
    pub(crate) circumstances: Circumstances,
}

/// By what a minute of a series is judged.
#[derive(Debug)]
pub(crate) struct Rules<'a, D> {
    pub(crate) detector: &'a D,
    pub(crate) config: &'a Config,
    /// Where the log of the series begins.
    pub(crate) origin: Minute,
    /// That log, with its holes.
    pub(crate) log: Log<'a>,
    /// Whether other rare series wake as they did before: see [`Waves`](crate::waves::Waves).
    pub(crate) in_wave: bool,
}

impl<M: Clone> Watch<M> {
    /// Episodes that begin so soon after the end of another one may all be one new level.
    const FOLLOWS: Minutes = Minutes::new(45);

    pub(crate) fn new(key: SeriesKey, log: u32, judged: bool) -> Self {
        Self {
            key,
            log,
            judged,
            baseline: Baseline::NONE,
            made_of: Vec::new(),
            marks: None,
            open: None,
            incident: None,
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
        match self.standing(now, rules) {
            Standing::Unknown => return Some(now.hour() + Minutes::hours(1)),
            Standing::Missing | Standing::InDoubt => return Some(now + ONE),
            Standing::Open => self.follow(now..now + ONE, rules),
            Standing::Watched => match self.judge(now, rules) {
                Verdict::Normal { look_again } => {
                    return self.next_look(now, look_again, rules);
                }
                Verdict::Unusual(finding) if self.returns(now, &finding, rules) => {
                    return Some(now + ONE);
                }
                Verdict::Unusual(finding) => self.begin(now, finding, rules),
            },
        }
        self.turn(now, rules, turns);
        Some(now + ONE)
    }

    /// Returns whether a minute is judged, or why it is not.
    pub(crate) fn standing<D>(&self, now: Minute, rules: &Rules<'_, D>) -> Standing {
        if self.fitted(now, rules.origin) <= rules.origin {
            Standing::Unknown
        } else if rules.log.is_silent(now) {
            Standing::Missing
        } else if self.open.is_some() {
            Standing::Open
        } else if rules.log.is_in_doubt(now) {
            Standing::InDoubt
        } else {
            Standing::Watched
        }
    }

    /// Returns what the detector makes of the minutes up to `now`, fitting it first if need be.
    fn judge<D: Detector<Model = M>>(&mut self, now: Minute, rules: &Rules<'_, D>) -> Verdict {
        match self.view(now, rules) {
            Some(View { model, recent, circumstances, .. }) => {
                rules.detector.judge(model, recent, circumstances)
            }
            None => Verdict::Normal { look_again: None },
        }
    }

    /// Returns what the minutes up to `now` are judged by, fitting the detector first if need be.
    pub(crate) fn view<D: Detector<Model = M>>(
        &mut self,
        now: Minute,
        rules: &Rules<'_, D>,
    ) -> Option<View<'_, M>> {
        self.refit(self.fitted(now, rules.origin), rules);
        let (fitted, model) = self.model.as_deref()?;
        let tests_from = self.marks().tests_from.unwrap_or(Minute::MIN);
        let from = tests_from.max(rules.origin).max(rules.log.whole_since(now));
        let warm_up = if now.since(rules.origin) < rules.config.warm_up() {
            WarmUp::Running
        } else {
            WarmUp::Over
        };
        Some(View {
            fitted: *fitted,
            model,
            from,
            recent: Recent::new(&self.baseline, from, now),
            circumstances: Circumstances { warm_up, in_wave: rules.in_wave },
        })
    }

    /// Learns what is normal by the minutes before `as_of`, if that is not known already.
    fn refit<D: Detector<Model = M>>(&mut self, as_of: Minute, rules: &Rules<'_, D>) {
        if self.model.as_ref().is_none_or(|model| model.0 != as_of) {
            self.model = Some(Box::new((as_of, self.fit(as_of, rules))));
        }
    }

    fn fit<D: Detector<Model = M>>(&self, as_of: Minute, rules: &Rules<'_, D>) -> M {
        self.learn(as_of, rules, |history| rules.detector.fit(history))
    }

    /// Returns what is learnt from the minutes before `as_of`.
    pub(crate) fn learn<D, T>(
        &self,
        as_of: Minute,
        rules: &Rules<'_, D>,
        learn: impl FnOnce(&History<'_>) -> T,
    ) -> T {
        // The runs of a job that are missing now are missing by a report too.
        let missing = self.open.as_ref().filter(|open| open.episode.missed.is_some());
        let missing = missing.map(|open| open.episode.start..as_of);
        let reported: Vec<_> = self.marks().reported_by(as_of).into_iter().chain(missing).collect();
        learn(&History {
            baseline: &self.baseline,
            from: rules.origin,
            until: as_of,
            reach: rules.config.baseline(),
            holes: &rules.log.holes_before(as_of),
            reported: &reported,
            shifts: &self.marks().shifts_at(as_of),
        })
    }

    /// Returns when a model is due at `now` and when the next one will be: hourly on the first
    /// day of a series, four times a day on the next two, and then at midnight.
    fn fits_around(&self, now: Minute) -> (Minute, Minute) {
        let midnight = now.midnight();
        let first = self.baseline.first_five_from(midnight - Minutes::days(35));
        let apart = match first.map(|first| now.since(first)) {
            Some(age) if age < Minutes::days(1) => Minutes::hours(1),
            Some(age) if age < Minutes::days(3) => Minutes::hours(6),
            _ => Minutes::days(1),
        };
        let since = now.since(midnight).count();
        let due = midnight + Minutes::new(since - since % apart.count());
        (due, due + apart)
    }

    /// Returns when the model in force at `now` was fitted: when one was due, or a new level was
    /// accepted.
    fn fitted(&self, now: Minute, origin: Minute) -> Minute {
        let (due, _) = self.fits_around(now);
        due.max(self.marks().level_changed()).max(origin)
    }

    fn next_look<D>(
        &self,
        now: Minute,
        look_again: Option<Minute>,
        rules: &Rules<'_, D>,
    ) -> Option<Minute> {
        let (_, refit) = self.fits_around(now);
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
        let tests_from = self.marks().tests_from.unwrap_or(Minute::MIN);
        let start = finding.onset.max(tests_from).max(rules.origin).min(now);
        let mut episode = Episode::new(finding.direction, start, now);
        episode.missed = finding.missed;
        episode.in_wave = rules.in_wave;
        if let Some(last) = self.marks().last
            && last.direction == episode.direction
            && start.since(last.end) < Self::FOLLOWS
        {
            episode.chain = last.chain;
        }
        self.open = Some(Box::new(Open { episode, finding }));
        self.follow(start..now + ONE, rules);
    }

    fn follow<D: Detector<Model = M>>(&mut self, span: Range<Minute>, rules: &Rules<'_, D>) {
        let Some(open) = &self.open else { return };
        if let Some(missed) = open.episode.missed {
            self.miss_again(missed, span.end - ONE, rules);
            return;
        }
        // No refit while the episode lasts, and none of its minutes in what is normal.
        let fitted = self.fitted(open.episode.detected_at, rules.origin);
        let as_of = if open.episode.start < fitted { open.episode.start.hour() } else { fitted };
        self.refit(as_of, rules);
        let (Some((_, model)), Some(open)) = (self.model.as_deref(), &mut self.open) else {
            return;
        };
        let mut minute = span.start;
        while minute < span.end {
            open.episode.follow(rules.detector, model, minute, self.baseline.at(minute));
            minute = minute + ONE;
        }
    }

    /// Goes on with an episode about a job if the job's next run failed too.
    fn miss_again<D: Detector<Model = M>>(
        &mut self,
        missed: Missed,
        now: Minute,
        rules: &Rules<'_, D>,
    ) {
        if missed.next.is_none_or(|next| next < now) {
            return;
        }
        let again = match self.judge(now, rules) {
            Verdict::Unusual(finding) => finding.missed.filter(|again| again.end > missed.end),
            Verdict::Normal { .. } => None,
        };
        let came = Missed { next: missed.next.filter(|&next| now < next), ..missed };
        if let Some(open) = &mut self.open {
            open.episode.missed = Some(again.unwrap_or(came));
        }
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
            turns.push(Turn { state: InsightState::Start, open: **open, end: None });
        }
        let episode = open.episode;
        let over = match episode.missed {
            Some(missed) if missed.next.is_some_and(|next| now < next) => None,
            Some(missed) => Some(missed.end.max(episode.start + ONE)),
            None => episode.end(now, rules.detector, rules.config.quiet()),
        };
        let accepted = (now + ONE).since(episode.chain) >= rules.config.longest();
        if over.is_none() && !accepted {
            return;
        }
        let end = over.unwrap_or(now + ONE);
        turns.push(Turn { state: InsightState::End, open: **open, end: Some(end) });
        let Episode { direction, chain, .. } = episode;
        let marks = self.marks.get_or_insert_default();
        marks.tests_from = Some(end);
        marks.last =
            over.filter(|_| episode.missed.is_none()).map(|_| Ended { direction, end, chain });
        if over.is_none() {
            marks.reported.retain(|reported| reported.start < chain);
            // A job that has ended leaves what else is called as it is.
            if episode.missed.is_none() {
                self.accept(chain, now + ONE, rules);
            }
        } else {
            marks.reported.push(Reported { start: episode.start, end });
        }
        self.open = None;
        // What began before the model was fitted is told from what is normal only now.
        self.model.take_if(|model| episode.start < model.0);
    }

    /// Takes the level since `from` for the new normal.
    fn accept<D: Detector<Model = M>>(
        &mut self,
        from: Minute,
        accepted: Minute,
        rules: &Rules<'_, D>,
    ) {
        let Some((_, model)) = self.model.as_deref() else { return };
        let minutes = (0..accepted.since(from).count()).map(|i| from + Minutes::new(i));
        let expected: f64 = minutes.map(|i| rules.detector.expected(model, i)).sum();
        let calls = self.baseline.sum(from..accepted);
        let ratio = (calls as f64 + 0.5) / (expected + 0.5);
        self.marks.get_or_insert_default().accept(from, accepted, ratio);
    }

    /// Takes note if a series returns to the level before the last one that was accepted.
    pub(crate) fn returns<D>(
        &mut self,
        now: Minute,
        finding: &Finding,
        rules: &Rules<'_, D>,
    ) -> bool {
        let reach = rules.config.baseline();
        self.marks.as_mut().is_some_and(|marks| marks.returns(now, finding, reach))
    }

    /// Reports the Start of an episode whose first minutes the log does not hold in full.
    pub(crate) fn announce(&mut self) -> Option<Turn> {
        let open = self.open.as_mut().filter(|open| !open.episode.announced)?;
        open.episode.announced = true;
        Some(Turn { state: InsightState::Start, open: **open, end: None })
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
        self.open = Some(Box::new(Open { episode, finding }));
        finding.direction == episode.direction
    }

    /// Returns what was reported and accepted.
    pub(crate) fn marks(&self) -> &Marks {
        self.marks.as_deref().unwrap_or_else(|| Marks::none())
    }

    /// Puts what was reported and accepted in place.
    pub(crate) fn restore_marks(&mut self, marks: Marks) {
        self.marks = (marks != *Marks::none()).then(|| Box::new(marks));
    }

    /// Forgets the minutes before `minute`.
    pub(crate) fn forget_before(&mut self, minute: Minute, five: Minute) {
        self.baseline.forget_before(minute, five);
        if let Some(marks) = &mut self.marks {
            marks.forget_before(five);
        }
        if self.made_of.first().is_some_and(|&(first, ..)| first < minute) {
            let kept = self.made_of.partition_point(|&(m, ..)| m < minute);
            self.made_of.drain(..kept);
        }
        if self.open.is_none() {
            self.model = None;
        }
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
