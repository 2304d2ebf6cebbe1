//! Stops an [`Engine`] and lets it go on: its state to and from a [`Checkpoint`].

use crate::{
    checkpoint::{Checkpoint, RestoreError, SeriesState},
    counts::PartialCounts,
    detector::Detector,
    engine::Engine,
    open::OpenMinutes,
    watch::{MadeOf, Watch},
};

impl<D: Detector> Engine<D> {
    /// Returns the whole state, to go on from later or elsewhere.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        let mut watches: Vec<&Watch<D::Model>> = self.watches.iter().collect();
        watches.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        let made_of = watches.iter().flat_map(|watch| &watch.made_of);
        let mut used: Vec<u32> = made_of.map(|&(_, id, _)| id).collect();
        used.sort_unstable();
        used.dedup();
        used.sort_by_key(|&id| self.attributes.get(id));
        let mut places = vec![0; self.attributes.values().len()];
        for (place, &id) in (0_u32..).zip(&used) {
            places[id as usize] = place;
        }
        let state = |watch: &&Watch<D::Model>| {
            let renumber = |&(minute, id, count): &MadeOf| (minute, places[id as usize], count);
            let mut made_of: Vec<MadeOf> = watch.made_of.iter().map(renumber).collect();
            made_of.sort_unstable();
            SeriesState {
                key: watch.key.clone(),
                baseline: watch.baseline.clone(),
                made_of,
                marks: watch.marks().clone(),
                episode: watch.open.as_ref().map(|open| open.episode),
                incident: watch.incident,
                due: watch.due,
            }
        };
        Checkpoint {
            version: Checkpoint::VERSION,
            config: self.config.clone(),
            watermark: self.open.watermark,
            stats: self.open.stats,
            logs: self
                .logs
                .states()
                .map(|(key, life, waves)| (key.clone(), life.clone(), waves.clone()))
                .collect(),
            incidents: self.incidents.clone(),
            attributes: used.iter().map(|&id| self.attributes.get(id).clone()).collect(),
            series: watches.iter().map(state).collect(),
            open: self.open.counts.to_rows(),
        }
    }

    /// Returns an engine that goes on where `checkpoint` was taken.
    ///
    /// # Errors
    ///
    /// Returns an error if the checkpoint has another version, contradicts itself, or holds an
    /// episode that `detector` does not find.
    pub fn restore(checkpoint: Checkpoint, detector: D) -> Result<Self, RestoreError> {
        checkpoint.check()?;
        let Checkpoint {
            config, watermark, stats, logs, incidents, attributes, series, open, ..
        } = checkpoint;

        let mut engine = Self::with_detector(config, detector);
        engine.open = OpenMinutes {
            selection: engine.config.selection().clone(),
            counts: PartialCounts::from_rows(open).ok_or(RestoreError::OpenMinutes)?,
            watermark,
            stats,
        };
        for (key, life, waves) in logs {
            engine.logs.restore(&key, life, waves);
        }
        engine.incidents = incidents;
        let ids: Vec<u32> =
            attributes.iter().map(|key| engine.attributes.intern_owned(key)).collect();
        for SeriesState { key, baseline, made_of, marks, episode, incident, due } in series {
            let slot = engine.slot(&key);
            let watch = &mut engine.watches[slot as usize];
            watch.baseline = baseline;
            watch.made_of =
                made_of.iter().map(|&(minute, id, n)| (minute, ids[id as usize], n)).collect();
            watch.restore_marks(marks);
            watch.incident = incident;
            if let Some(episode) = episode
                && !engine.resume(slot, episode)
            {
                return Err(RestoreError::Episode { series: Box::new(key) });
            }
            engine.look_at(slot, due.map(|due| due.max(watermark.minute())));
        }
        Ok(engine)
    }
}
