//! Makes text of files: [`Decoder`].

use std::{
    fs::File,
    io::{self, Read},
};

use crate::input::{
    batch::Source,
    inflate::Inflater,
    metered::Metered,
    packing::Packing,
    problem::{Fault, Place, Problems},
    skipped::Skipped,
    sniff,
    texts::{Bounds, Piece, Size, Texts},
    waiting::Waiting,
};
use crate::progress::Meter;

/// Reads sources and makes text of them, one after the other in the same memory.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    bounds: Bounds,
    /// The beginning of a source, and mostly all of it.
    raw: Vec<u8>,
    /// The rest of a large one.
    rest: Option<Rest>,
    unpacked: Vec<u8>,
    inflater: Inflater,
    meter: Meter,
}

/// What was not read of a source yet.
#[derive(Debug)]
enum Rest {
    Waiting(Waiting),
    File(Metered<File>),
}

impl Read for Rest {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Waiting(waiting) => waiting.read(room),
            Self::File(file) => file.read(room),
        }
    }
}

impl Decoder {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self { bounds, ..Self::default() }
    }

    /// Shows what it reads from then on.
    pub(crate) fn metered(self, meter: Meter) -> Self {
        Self { meter, ..self }
    }

    /// Reads the bytes of a source, or of a large one the first of them.
    ///
    /// # Errors
    ///
    /// Returns an error if the source cannot be opened or read at all.
    pub(crate) fn load(&mut self, source: &Source) -> io::Result<()> {
        self.let_go();
        let mut whole = match (source, source.path()) {
            (Source::Stdin, _) => Rest::Waiting(Waiting::stdin()?),
            (source, Some(path)) if source.is_named() && Waiting::is_for(&path) => {
                Rest::Waiting(Waiting::file(path.into_owned())?)
            }
            (_, Some(path)) => Rest::File(Metered::new(File::open(path)?, self.meter.clone())),
            (_, None) => return Err(io::ErrorKind::Unsupported.into()),
        };
        // With a limit the size of a file is not asked for, which would take longer.
        let read = whole.by_ref().take(self.bounds.raw as u64).read_to_end(&mut self.raw)?;
        if read == self.bounds.raw {
            self.rest = Some(whole);
        }
        Ok(())
    }

    /// Takes the bytes of a source that were read elsewhere.
    pub(crate) fn take(&mut self, bytes: Vec<u8>) {
        self.let_go();
        self.raw = bytes;
    }

    /// Returns whether what was loaded begins like a log.
    pub(crate) fn begins_like_a_log(&self) -> bool {
        sniff::begins(&*self.raw)
    }

    /// Makes room for another source. What a large document took is not kept for small ones.
    fn let_go(&mut self) {
        self.raw.clear();
        self.rest = None;
        for buffer in [&mut self.raw, &mut self.unpacked] {
            if buffer.capacity() > 2 * self.bounds.piece {
                *buffer = Vec::new();
            }
        }
    }

    /// Hands out the texts of what was loaded, whatever they are packed in, and returns how many
    /// entries of an archive were passed over.
    ///
    /// What comes before damage is kept; the damage is noted in `problems` before the piece is
    /// handed out that ends there.
    pub(crate) fn each(
        &mut self,
        problems: &mut Problems,
        mut take: impl FnMut(Piece<'_>, &mut Problems),
    ) -> Skipped {
        let Self { bounds, raw, rest, unpacked, inflater, .. } = self;
        let left = bounds.total;
        let mut texts = Texts { bounds: *bounds, left, entry: None, problems, take: &mut take };
        match (Packing::of(raw), rest) {
            (Packing::Gzip, None) if inflate(inflater, raw, unpacked, bounds.piece) => {
                texts.whole(unpacked);
            }
            (Packing::Plain, None) if raw.len() <= bounds.most => texts.whole(raw),
            (Packing::Zip, Some(Rest::File(file))) => return texts.entries(file, unpacked),
            (Packing::Zip, rest) => {
                if let Some(rest) = rest
                    && let Err(what) = read_all(rest, raw, bounds.most)
                {
                    texts.problems.add(Fault::Limit, Place::File, what);
                }
                return texts.entries(io::Cursor::new(raw), unpacked);
            }
            (_, Some(rest)) => texts.unpack(raw.chain(rest), unpacked),
            (_, None) => texts.unpack(&**raw, unpacked),
        }
        Skipped::default()
    }
}

/// Reads all that is left of a source, or says that it is more than `most` bytes.
fn read_all(rest: &mut Rest, raw: &mut Vec<u8>, most: usize) -> Result<(), String> {
    let read = rest.take((most - raw.len()) as u64 + 1).read_to_end(raw);
    match read {
        Err(error) => Err(format!("cannot be read to its end: {error}")),
        Ok(_) if raw.len() > most => {
            raw.truncate(most);
            let most = Size(most);
            Err(format!("a zip archive of more than {most} is read from a file only"))
        }
        Ok(_) => Ok(()),
    }
}

/// Unpacks what is gzip of one member around text, as CloudTrail writes it. Returns whether it is.
fn inflate(inflater: &mut Inflater, raw: &[u8], unpacked: &mut Vec<u8>, most: usize) -> bool {
    // The last four bytes of gzip tell the size of its last member; they may lie.
    let told = raw.last_chunk().map_or(0, |&size| u32::from_le_bytes(size)) as usize;
    if told > raw.len().saturating_mul(20) || told > most {
        return false;
    }
    // Zeros are written only where there was no room before.
    unpacked.resize(told.max(unpacked.len()), 0);
    let whole = inflate_at_once(inflater, raw, &mut unpacked[..told]).is_some();
    unpacked.truncate(told);
    whole && Packing::of(unpacked) == Packing::Plain
}

/// Unpacks one whole member without names and comments, as CloudTrail writes them, into the room
/// it says to need: a window to copy from is not needed then. Returns nothing if it is anything
/// else.
fn inflate_at_once(inflater: &mut Inflater, raw: &[u8], unpacked: &mut [u8]) -> Option<()> {
    /// Magic number, method and flags; time and system follow.
    const PLAIN: [u8; 4] = [0x1f, 0x8b, 8, 0];
    const HEADER: usize = 10;
    const TRAILER: usize = 8;
    let body = raw.strip_prefix(&PLAIN)?.get(HEADER - PLAIN.len()..)?;
    let (body, trailer) = body.split_last_chunk::<TRAILER>()?;
    inflater.fill(unpacked, body)?;
    let [a, b, c, d, ..] = *trailer;
    (crc32fast::hash(unpacked) == u32::from_le_bytes([a, b, c, d])).then_some(())
}

#[cfg(test)]
mod tests;
