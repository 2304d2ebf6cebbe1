//! [`Table`]: counts that stood in tables.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read, Seek},
    path::{Path, PathBuf},
};

use anyhow::bail;
use indicatif::HumanCount;
use insights_core::{
    AttributesRef, Minute, PartialCounts, Selection, SeriesRef, WatermarkTracker, event_time,
};

use crate::{
    columns::STATED,
    input::{
        archive::Tally,
        metered::Metered,
        names::Names,
        packing::Packing,
        problem::{Fault, Place, Problems},
        skipped::Skipped,
        texts::{Bounds, Size},
        unpack::{Damage, Unpacked},
        waiting::Waiting,
        zipped,
    },
    interrupt,
    nearest::unreadable,
    printable::printable,
    progress::{Meter, Phase, Progress},
};

/// How a Parquet file begins.
pub(super) const PARQUET: &[u8] = b"PAR1";

/// The byte order mark that spreadsheets put before a table.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// The counts of one or more tables, or of a part of one.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) counts: PartialCounts,
    pub(crate) times: WatermarkTracker,
    pub(crate) first: Option<Minute>,
    pub(crate) tally: Tally,
    pub(crate) rows: u64,
    /// Entries of archives that are no tables.
    pub(crate) skipped: Skipped,
    pub(crate) names: Names,
}

/// What the rows of a table mean.
pub(crate) trait Layout {
    /// Reads the rows of the CSV at `path`.
    fn read_csv(
        &mut self,
        text: &mut dyn Read,
        path: &Path,
        table: &mut Table,
        problems: &mut Problems,
    );

    /// Reads the rows of the Parquet file.
    fn read_parquet(&mut self, file: ParquetFile<'_>, table: &mut Table, problems: &mut Problems);
}

/// Where a Parquet file is.
#[cfg_attr(not(feature = "parquet"), expect(dead_code, reason = "it is told and not read"))]
pub(crate) enum ParquetFile<'p> {
    Path(&'p Path, Meter),
    /// Stdin, all of it: a Parquet file is read from its end.
    Bytes(Vec<u8>),
}

impl Table {
    /// Reads all tables; rows may come in any order and in any of them. A table that is named
    /// twice is read once.
    ///
    /// A row that cannot be used is named and counted, and the rows around it are kept.
    ///
    /// # Errors
    ///
    /// Returns an error for the first problem of a `strict` run.
    pub(crate) fn read(
        paths: &[PathBuf],
        layout: &mut impl Layout,
        strict: bool,
        progress: &Progress,
    ) -> anyhow::Result<Self> {
        let mut table = Self::default();
        let mut read = BTreeSet::new();
        let sizes = paths.iter().map(|path| fs::metadata(path).ok().map(|file| file.len()));
        progress.begin(Phase::ReadingTables, sizes.sum());
        for path in paths {
            if !read.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())) {
                continue;
            }
            let name = if path.as_os_str() == "-" {
                "stdin".into()
            } else {
                printable(&path.to_string_lossy())
            };
            let mut problems = Problems::default();
            match table.read_one(path, layout, &mut problems, progress) {
                Ok(()) => table.tally.file(&problems),
                Err(error) => {
                    table.tally.unreadable_files += 1;
                    problems.add(Fault::Unreadable, Place::File, why(path, &error));
                }
            }
            // What is cut short looks damaged.
            interrupt::check(|| format!("{} rows were read", HumanCount(table.rows)))?;
            for line in problems.lines(&name) {
                if strict {
                    bail!("{}", line.trim_start_matches("warning: "));
                }
                progress.warn(&line);
            }
        }
        Ok(table)
    }

    /// Reads what is in a file, whatever it is packed in.
    fn read_one(
        &mut self,
        path: &Path,
        layout: &mut impl Layout,
        problems: &mut Problems,
        progress: &Progress,
    ) -> io::Result<()> {
        let mut file = Opened::of(path, progress.meter())?;
        let mut head = Vec::new();
        file.by_ref().take(Packing::TELLING as u64).read_to_end(&mut head)?;
        if head.starts_with(PARQUET) {
            match file {
                Opened::File(_) => {
                    let file = ParquetFile::Path(path, progress.meter());
                    layout.read_parquet(file, self, problems);
                }
                Opened::Waiting(_) => match whole(head, file, "a Parquet file") {
                    Ok(bytes) => layout.read_parquet(ParquetFile::Bytes(bytes), self, problems),
                    Err(what) => problems.add(Fault::Limit, Place::File, what),
                },
            }
        } else if Packing::of(&head) == Packing::Zip {
            let read = |_: &str, packed: &mut dyn Read, problems: &mut Problems| {
                self.read_packed(packed, path, layout, problems);
            };
            let skipped = match file {
                Opened::File(mut file) => {
                    file.rewind()?;
                    zipped::entries(file, problems, read)
                }
                Opened::Waiting(_) => match whole(head, file, "a zip archive") {
                    Ok(bytes) => zipped::entries(io::Cursor::new(bytes), problems, read),
                    Err(what) => {
                        problems.add(Fault::Limit, Place::File, what);
                        Skipped::default()
                    }
                },
            };
            self.skipped += skipped;
        } else {
            self.read_packed(&mut io::Cursor::new(head).chain(file), path, layout, problems);
        }
        Ok(())
    }

    fn read_packed(
        &mut self,
        packed: &mut dyn Read,
        path: &Path,
        layout: &mut impl Layout,
        problems: &mut Problems,
    ) {
        let mut mark = Vec::new();
        let opened = Unpacked::open(packed).and_then(|mut text| {
            let read = text.by_ref().take(MARK.len() as u64).read_to_end(&mut mark);
            read.map(|_| text).map_err(|error| Damage::of(&error))
        });
        if mark == MARK {
            mark.clear();
        }
        match opened {
            Ok(text) => layout.read_csv(&mut mark.as_slice().chain(text), path, self, problems),
            Err(Damage { fault, what }) => problems.add(fault, Place::File, what),
        }
    }

    /// Adds the count of a series in a minute; a count of zero says that the log was alive.
    pub(crate) fn add(
        &mut self,
        series: &SeriesRef<'_>,
        minute: Minute,
        attributes: &AttributesRef<'_>,
        count: u32,
        selection: &Selection,
    ) {
        if !selection.spans(minute) {
            return;
        }
        let seen = if count == 0 { STATED } else { count };
        self.times.observe_count(minute, seen);
        self.first = Some(self.first.map_or(minute, |first| first.min(minute)));
        let SeriesRef { account_id, region, event_source, event_name, .. } = *series;
        self.names.enter(selection, [account_id, region, event_source, event_name]);
        if selection.admits_series(*series) {
            self.counts.insert_row(series, minute, attributes, count);
        } else {
            self.counts.pass_over(&series.log(), minute, seen);
        }
    }

    /// Adds all of another part.
    pub(super) fn join(&mut self, other: Self) {
        self.counts.merge(other.counts);
        self.times.merge(&other.times);
        self.first = self.first.into_iter().chain(other.first).min();
        self.tally += other.tally;
        self.rows += other.rows;
        self.skipped += other.skipped;
        self.names.join(&other.names);
    }
}

/// Returns why a table cannot be read.
fn why(path: &Path, error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::IsADirectory {
        "is a folder: name its tables one by one, or by a pattern such as 'folder/*.csv'".into()
    } else {
        unreadable(path, error)
    }
}

/// Opens the text of a table that is read whole or not at all, plain or packed.
pub(crate) fn open(path: &Path) -> io::Result<impl Read> {
    Unpacked::open(Opened::of(path, Meter::default())?)
        .map_err(|damage| io::Error::other(damage.what))
}

/// A file, or stdin and other pipes.
enum Opened {
    File(Metered<File>),
    Waiting(Metered<Waiting>),
}

impl Opened {
    fn of(path: &Path, meter: Meter) -> io::Result<Self> {
        if path.as_os_str() == "-" {
            return Ok(Self::Waiting(Metered::new(Waiting::stdin()?, meter)));
        }
        if Waiting::is_for(path) {
            return Ok(Self::Waiting(Metered::new(Waiting::file(path.to_owned())?, meter)));
        }
        Ok(Self::File(Metered::new(File::open(path)?, meter)))
    }
}

impl Read for Opened {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(room),
            Self::Waiting(waiting) => waiting.read(room),
        }
    }
}

/// Reads all of something that has to be held as a whole, or says why that is not done.
fn whole(head: Vec<u8>, rest: impl Read, what: &str) -> Result<Vec<u8>, String> {
    let most = Bounds::default().most;
    let mut bytes = head;
    match rest.take(most as u64).read_to_end(&mut bytes) {
        Err(error) => Err(format!("cannot be read to its end: {error}")),
        Ok(_) if bytes.len() > most => {
            Err(format!("{what} of more than {} is read from a file only", Size(most)))
        }
        Ok(_) => Ok(bytes),
    }
}

/// Reads the minute of a row, from any way to write a time.
pub(super) fn minute(text: &str) -> Option<Minute> {
    event_time(text).map(Minute::containing)
}
