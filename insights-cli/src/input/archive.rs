//! Reads an archive day by day, files in parallel: [`read`].

use std::{collections::BTreeSet, fmt, io, ops, path::Path};

use anyhow::bail;
use chrono::{Days, NaiveDate, NaiveTime};
use insights_core::{
    Content, Event, Minute, Minutes, PartialCounts, Record, Selection, Watermark, WatermarkTracker,
};
use rayon::prelude::*;
use serde::Serialize;

use crate::{
    input::{
        batch::{Batch, Listed, Source},
        container::{Container, Intake, Origin, Seen},
        decode::Decoder,
        key::ObjectKey,
        logged::{Logged, Wanted},
        names::Names,
        problem::{Fault, Faults, Passed, Place, Problems},
        s3::{self, Fetched},
        skipped::Skipped,
        texts::{Bounds, Piece},
        walk::Found,
    },
    interrupt,
    nearest::unreadable,
    plan::{InputPlan, RunPlan},
    progress::Progress,
};

/// Takes the counts of an archive in the order of its days.
pub(crate) trait Sink {
    /// Adds counts.
    fn add(&mut self, counts: PartialCounts);

    /// Seals the minutes before `watermark`.
    fn advance(&mut self, watermark: Watermark) -> anyhow::Result<()>;
}

/// What was met while reading, each record in exactly one number of its own or, if it is a
/// call, in one of the engine's.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub(crate) struct Tally {
    /// Sources read, wholly or partly.
    pub(crate) files: u64,
    /// Sources of which some part could not be used.
    pub(crate) damaged_files: u64,
    /// Sources that could not be opened or read at all.
    pub(crate) unreadable_files: u64,
    /// Bytes of unpacked text.
    pub(crate) bytes: u64,
    /// What was met in them.
    #[serde(flatten)]
    pub(crate) seen: Seen,
    /// Records, and stretches of text, that cannot be used.
    pub(crate) malformed: u64,
    /// The same by what is wrong with them.
    pub(crate) malformed_by_kind: Faults,
    /// Insights events of CloudTrail's own.
    pub(crate) insight_records: u64,
    /// Counts of data events.
    pub(crate) aggregated: u64,
    /// Events of VPC endpoints.
    pub(crate) network_activity: u64,
    /// Calls whose category, or whether they read, had to be inferred.
    pub(crate) inferred: u64,
}

impl Tally {
    /// Takes note of a file that was read and of what is wrong with it.
    pub(crate) fn file(&mut self, problems: &Problems) {
        self.files += 1;
        self.damaged_files += u64::from(problems.are_there());
        self.malformed += problems.faults.total();
        self.malformed_by_kind += problems.faults;
    }
}

impl ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.files += other.files;
        self.damaged_files += other.damaged_files;
        self.unreadable_files += other.unreadable_files;
        self.bytes += other.bytes;
        self.seen += other.seen;
        self.malformed += other.malformed;
        self.malformed_by_kind += other.malformed_by_kind;
        self.insight_records += other.insight_records;
        self.aggregated += other.aggregated;
        self.network_activity += other.network_activity;
        self.inferred += other.inferred;
    }
}

/// What is known after an archive was read.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) tally: Tally,
    /// What was left out when the days were listed, and entries of archives.
    pub(crate) skipped: Skipped,
    pub(crate) times: WatermarkTracker,
    /// The first minute with a call.
    pub(crate) first: Option<Minute>,
    /// Whether the run was asked to stop: only the days before are told of.
    pub(crate) interrupted: bool,
    pub(crate) names: Names,
}

/// What a batch is read for.
#[derive(Clone, Copy, Debug)]
enum Task<'a> {
    /// To count what is selected.
    Count(&'a Selection),
    /// To keep the records that are looked for.
    Keep(&'a Wanted<'a>),
}

/// The part of a batch that one thread read.
#[derive(Debug, Default)]
struct Part {
    counts: PartialCounts,
    records: Vec<Logged>,
    outcome: Outcome,
    problems: Vec<(String, Problems)>,
}

/// Reads one source after the other.
#[derive(Debug)]
struct Reader {
    decoder: Decoder,
    part: Part,
}

/// Reads all sources and feeds their counts to `sink`.
///
/// Sources without a day in their key are read whole first. Then each day is read and sealed
/// up to its end less the allowed lateness, so memory holds one day of the archive and not all
/// of it; the next day is read while one is sealed. At the end everything up to the last believed
/// minute is sealed.
///
/// # Errors
///
/// Returns an error if the sink does, and in a strict run for the first problem: of the first
/// batch that has one, in the file that comes first by its name.
pub(crate) fn read(
    found: &Found,
    selection: &Selection,
    plan: &InputPlan,
    run: &RunPlan,
    progress: &Progress,
    sink: &mut impl Sink,
) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::default();
    for (path, error) in &found.unreadable {
        if run.strict {
            bail!("{path}: {error}");
        }
        outcome.tally.unreadable_files += 1;
        progress.warn(&format!("warning: {path}: {error}"));
    }
    let mut feed = |(day, parts): (Option<NaiveDate>, Vec<Part>)| {
        let mut problems = Vec::new();
        for mut part in parts {
            problems.append(&mut part.problems);
            outcome.join(&part.outcome);
            sink.add(part.counts);
        }
        problems.sort_by(|a, b| a.0.cmp(&b.0));
        for line in problems.iter().flat_map(|(file, problems)| problems.lines(file)) {
            if run.strict {
                bail!("{}", line.trim_start_matches("warning: "));
            }
            progress.warn(&line);
        }
        day.map_or(Ok(()), |day| {
            sink.advance(sealed_by(day, plan.allowed_lateness).min(outcome.end(selection)))
        })
    };
    let mut waiting = None;
    let task = Task::Count(selection);
    for batch in found.batches.values() {
        let feed_last = || waiting.take().map_or(Ok(()), &mut feed);
        let (parts, done) =
            while_reading(|| read_batch(batch, task, plan.bounds, progress), feed_last);
        done?;
        if interrupt::requested() {
            // What was read of the day is not all of it.
            outcome.interrupted = true;
            return Ok(outcome);
        }
        waiting = Some((batch.day, parts));
    }
    waiting.map_or(Ok(()), &mut feed)?;
    sink.advance(outcome.end(selection))?;
    Ok(outcome)
}

/// Reads all sources and returns the records that are looked for, in the order of their times, each
/// once: of all deliveries of an event the one that comes first.
///
/// What cannot be read was told when it was counted.
pub(crate) fn records(
    found: &Found,
    wanted: &Wanted<'_>,
    plan: &InputPlan,
    progress: &Progress,
) -> Vec<Logged> {
    let read = |batch| read_batch(batch, Task::Keep(wanted), plan.bounds, progress);
    let parts = found.batches.values().flat_map(read);
    let mut records: Vec<Logged> = parts.flat_map(|part| part.records).collect();
    records.sort();
    let mut seen = BTreeSet::new();
    records.retain(|record| record.id.as_ref().is_none_or(|id| seen.insert(id.clone())));
    records
}

/// Does something here while other threads read, or before that if there are no others.
pub(super) fn while_reading<R: Default + Send, T>(
    read: impl FnOnce() -> R + Send,
    here: impl FnOnce() -> T,
) -> (R, T) {
    if rayon::current_num_threads() == 1 {
        let done = here();
        return (read(), done);
    }
    let mut what = R::default();
    let done = rayon::in_place_scope(|scope| {
        scope.spawn(|_| what = read());
        here()
    });
    (what, done)
}

/// Reads a batch, its files in parallel.
fn read_batch(batch: &Batch, task: Task<'_>, bounds: Bounds, progress: &Progress) -> Vec<Part> {
    let Listed { sources, gone, skipped } = batch.list();
    progress.expect(sources.len().saturating_sub(batch.len()));
    let (mut objects, mut local) = (Vec::new(), Vec::new());
    for source in sources {
        match source {
            Source::Object(object) => objects.push(object),
            source => local.push(source),
        }
    }
    let readers = local.par_iter().fold(
        || Reader::new(bounds, progress),
        |mut reader, source| {
            if interrupt::requested() {
                return reader;
            }
            let loaded = reader.decoder.load(source);
            reader.read(source, loaded, task, progress);
            reader
        },
    );
    let mut parts: Vec<Part> = readers.map(|reader| reader.part).collect();
    let fetched = s3::fetch(objects).par_bridge();
    let readers = fetched.fold(
        || Reader::new(bounds, progress),
        |mut reader, fetched| {
            if interrupt::requested() {
                return reader;
            }
            let Fetched { object, bytes, .. } = fetched;
            let loaded = bytes.map(|bytes| reader.decoder.take(bytes));
            reader.read(&Source::Object(object), loaded, task, progress);
            reader
        },
    );
    parts.extend(readers.map(|reader| reader.part).collect::<Vec<_>>());
    parts.push(Part { outcome: Outcome { skipped, ..Outcome::default() }, ..Part::default() });
    parts.extend(gone.into_iter().map(|(folder, files, why)| {
        let mut part = Part::default();
        part.outcome.tally.unreadable_files += files as u64;
        let mut problems = Problems::default();
        problems.add(Fault::Unreadable, Place::File, why);
        part.problems.push((folder, problems));
        part
    }));
    parts
}

/// Returns the watermark of an archive that was read to the end of `day`.
fn sealed_by(day: NaiveDate, allowed_lateness: Minutes) -> Watermark {
    let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
    let midnight = Minute::containing(next.and_time(NaiveTime::MIN).and_utc());
    Watermark::at(midnight - allowed_lateness)
}

impl Outcome {
    fn join(&mut self, other: &Self) {
        self.tally += other.tally;
        self.skipped += other.skipped;
        self.times.merge(&other.times);
        self.first = self.first.into_iter().chain(other.first).min();
        self.names.join(&other.names);
    }

    /// Returns the end of the log, or of the span looked at if that is earlier.
    pub(crate) fn end(&self, selection: &Selection) -> Watermark {
        let end = self.times.end();
        selection.to.map_or(end, |to| end.min(Watermark::at(to)))
    }
}

impl Reader {
    fn new(bounds: Bounds, progress: &Progress) -> Self {
        let decoder = Decoder::new(bounds).metered(progress.meter());
        Self { decoder, part: Part::default() }
    }

    /// Reads what was loaded of a source.
    fn read(
        &mut self,
        source: &Source,
        loaded: io::Result<()>,
        task: Task<'_>,
        progress: &Progress,
    ) {
        let Self { decoder, part } = self;
        let records = part.outcome.tally.seen.records;
        let mut problems = Problems::default();
        match loaded {
            Ok(()) if source.is_doubtful() && !decoder.begins_like_a_log() => {
                part.outcome.skipped.other += 1;
            }
            Ok(()) => {
                let of_source = source.key();
                let mut container = Container::default();
                let skipped = decoder.each(&mut problems, |piece, problems| {
                    if interrupt::requested() {
                        return;
                    }
                    if piece.first {
                        container = Container::default();
                    }
                    let of_entry = piece.entry.map(ObjectKey::parse).unwrap_or_default();
                    part.outcome.tally.bytes += piece.text.len() as u64;
                    let key = of_entry.or(&of_source);
                    part.take(piece, &mut container, &key, task, problems);
                });
                part.outcome.skipped += skipped;
                part.outcome.tally.file(&problems);
            }
            Err(error) => {
                part.outcome.tally.unreadable_files += 1;
                let what = unreadable(Path::new(&source.name()), &error);
                problems.add(Fault::Unreadable, Place::File, what);
            }
        }
        if problems.are_there() {
            part.problems.push((source.name(), problems));
        }
        progress.advance(part.outcome.tally.seen.records - records);
    }
}

impl Part {
    fn take(
        &mut self,
        piece: Piece<'_>,
        container: &mut Container,
        key: &ObjectKey,
        task: Task<'_>,
        problems: &mut Problems,
    ) {
        let Self { counts, records, outcome: Outcome { tally, times, first, names, .. }, .. } =
            self;
        let mut number = 0;
        let repaired = problems.faults.count(Fault::Encoding) > 0;
        let mut each = |record: &Record<'_>,
                        origin: &Origin,
                        text: &dyn fmt::Display,
                        problems: &mut Problems| {
            number += 1;
            let around = [&origin.account_id, &origin.region];
            let [account, region] = [(around[0], &key.account_id), (around[1], &key.region)]
                .map(|(said, of_path)| said.as_deref().or(of_path.as_deref()).unwrap_or_default());
            match record.content(account, region) {
                Ok(Content::Call { event, .. }) if repaired && is_misnamed(&event) => {
                    let what = "has bytes that are not UTF-8 in its names";
                    problems.add(Fault::Record, Place::Record(number), what);
                }
                Ok(Content::Call { event, inferred }) => {
                    let selection = match task {
                        Task::Count(selection) => selection,
                        Task::Keep(wanted) => return records.extend(wanted.keep(&event, text)),
                    };
                    tally.inferred += u64::from(inferred);
                    let minute = event.minute();
                    if selection.spans(minute) {
                        times.observe(&event);
                        *first = first.iter().copied().chain([minute]).min();
                    }
                    let Event { account_id, region, event_source, event_name, .. } = event;
                    names.enter(selection, [account_id, region, event_source, event_name]);
                    counts.record_selected(&event, selection);
                }
                Ok(Content::Insight) => tally.insight_records += 1,
                Ok(Content::Aggregated) => tally.aggregated += 1,
                Ok(Content::NetworkActivity) => tally.network_activity += 1,
                Ok(_) => {
                    problems.add(Fault::Record, Place::Record(number), "is of an unknown kind");
                }
                Err(error) => problems.add(Fault::Record, Place::Record(number), error),
            }
        };
        let mut intake = Intake::new(problems, &mut each).cut(piece.broken);
        container.read(piece.text, &mut intake);
        let seen = intake.seen();
        tally.seen += seen;
        problems.pass(Passed { records: seen.records, ..Passed::default() });
    }
}

/// Returns whether there are question marks in the names of a call, where none are but those that
/// replace bytes that are no text.
fn is_misnamed(event: &Event<'_>) -> bool {
    [event.event_source, event.event_name, event.account_id, event.region]
        .into_iter()
        .chain(event.error_code)
        .any(|name| name.contains('?'))
}
