//! Hands out unpacked documents as text, piece by piece: [`Texts`].

use std::{
    fmt,
    io::{Read, Seek},
};

use crate::input::{
    cut::{cut, is_json},
    problem::{Fault, Passed, Place, Problems},
    skipped::Skipped,
    unpack::{Damage, Unpacked},
    zipped,
};

/// How much is held at once, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Of a file: what is larger is read bit by bit.
    pub(crate) raw: usize,
    /// Of a text that can be taken apart.
    pub(crate) piece: usize,
    /// Of a value of JSON, which cannot.
    pub(crate) most: usize,
    /// Of a row of anything else. As cells it takes several times as much.
    pub(crate) row: usize,
    /// Of all that is unpacked from one file, one after the other.
    pub(crate) total: usize,
}

impl Bounds {
    /// CloudTrail's own files stay below 50 MB; a value that passes this was made to fill memory.
    const MOST: usize = 2 << 30;

    /// Returns the bounds of files that may unpack to `total` bytes.
    pub(crate) fn new(total: usize) -> Self {
        let most = total.min(Self::MOST);
        let [raw, piece, row] = [16 << 20, 64 << 20, 256 << 20].map(|size| most.min(size));
        Self { raw, piece, most, row, total }
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self::new(64 << 30)
    }
}

/// A piece of a document, which is a file or an entry of an archive.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'a> {
    /// The name of the entry.
    pub(crate) entry: Option<&'a str>,
    pub(crate) text: &'a str,
    /// Where the text begins in the document.
    pub(crate) offset: usize,
    /// The document begins here.
    pub(crate) first: bool,
    /// The document ends here.
    pub(crate) last: bool,
    /// The document should go on, and it was told why it does not.
    pub(crate) broken: bool,
}

/// Where pieces go.
pub(super) struct Texts<'t, F> {
    pub(super) bounds: Bounds,
    /// How much may still be unpacked.
    pub(super) left: usize,
    pub(super) entry: Option<&'t str>,
    pub(super) problems: &'t mut Problems,
    pub(super) take: &'t mut F,
}

impl<F: FnMut(Piece<'_>, &mut Problems)> Texts<'_, F> {
    /// Hands out the entries of a zip archive.
    pub(super) fn entries(&mut self, archive: impl Read + Seek, buffer: &mut Vec<u8>) -> Skipped {
        let Self { bounds, left, problems, take, .. } = self;
        zipped::entries(archive, problems, |name, packed, problems| {
            let entry = Some(name);
            let mut texts = Texts { bounds: *bounds, left: *left, entry, problems, take };
            texts.unpack(packed, buffer);
            *left = texts.left;
        })
    }

    /// Unpacks a document and hands it out.
    pub(super) fn unpack(&mut self, packed: impl Read, buffer: &mut Vec<u8>) {
        match Unpacked::open(packed) {
            Ok(bytes) if bytes.was_packed() || self.entry.is_some() => {
                // One more byte than may be unpacked tells that there is more.
                let mut bytes = bytes.take(self.left as u64 + 1);
                let room = bytes.limit();
                self.pieces(&mut bytes, buffer);
                let unpacked = usize::try_from(room - bytes.limit()).unwrap_or(usize::MAX);
                self.left = self.left.saturating_sub(unpacked);
            }
            Ok(bytes) => {
                self.left = usize::MAX;
                self.pieces(bytes, buffer);
            }
            Err(Damage { fault, what }) => self.problems.add(fault, Place::File, what),
        }
    }

    /// Hands out a document that is read bit by bit, in pieces if it can be cut.
    fn pieces(&mut self, mut bytes: impl Read, buffer: &mut Vec<u8>) {
        buffer.clear();
        let (mut offset, mut searched) = (0, 0);
        let mut goal = self.bounds.piece;
        loop {
            let missing = goal - buffer.len();
            let read = bytes.by_ref().take(missing as u64).read_to_end(buffer);
            let broken = match read {
                Ok(read) if read < missing && offset + buffer.len() > self.left => {
                    buffer.truncate(self.left.saturating_sub(offset));
                    let most = Size(self.bounds.total);
                    let what = format!(
                        "unpacks to more than {most}; the rest is left out (--max-unpacked)"
                    );
                    Damage { fault: Fault::Limit, what }
                }
                Ok(read) if read < missing => {
                    return self.hand(buffer, Piece { last: true, ..Piece::at(offset) });
                }
                Ok(_) => {
                    if let Some(end) = cut(buffer, searched) {
                        self.hand(&mut buffer[..end], Piece::at(offset));
                        buffer.drain(..end);
                        offset += end;
                        searched = buffer.trim_ascii_end().len();
                        goal = buffer.len().saturating_mul(2);
                        goal = goal.clamp(self.bounds.piece, self.bounds.most + 1);
                        continue;
                    }
                    // A line break at the end is looked at again when it is known what follows.
                    searched = buffer.trim_ascii_end().len();
                    let Bounds { most, row, .. } = self.bounds;
                    let most = if is_json(buffer) { most } else { row };
                    if goal <= most {
                        goal = goal.saturating_mul(2).min(most + 1);
                        continue;
                    }
                    buffer.truncate(most);
                    let most = Size(most);
                    let what = format!("is longer than {most} in one piece; the rest is left out");
                    Damage { fault: Fault::Limit, what }
                }
                Err(error) => Damage::of(&error),
            };
            let place = match broken.fault {
                Fault::Packing => Place::Byte(buffer.len()),
                _ => Place::File,
            };
            self.problems.add(broken.fault, place, broken.what);
            return self.hand(buffer, Piece { last: true, broken: true, ..Piece::at(offset) });
        }
    }

    /// Hands out a document that is all there.
    pub(super) fn whole(&mut self, bytes: &mut [u8]) {
        self.hand(bytes, Piece { last: true, ..Piece::at(0) });
    }

    /// Hands out a piece with the text that these bytes are.
    fn hand(&mut self, bytes: &mut [u8], piece: Piece<'_>) {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        let mark = if piece.first && bytes.starts_with(MARK) { MARK.len() } else { 0 };
        self.problems.pass(Passed { bytes: mark, ..Passed::default() });
        let bytes = &mut bytes[mark..];
        let piece = Piece { entry: self.entry, offset: piece.offset + mark, ..piece };
        if let Ok(text) = str::from_utf8(bytes) {
            (self.take)(Piece { text, ..piece }, self.problems);
        } else {
            let (end, damage) = repair(bytes, piece.broken);
            if let Some(at) = damage {
                let what = "not UTF-8; each byte that is not becomes a question mark";
                self.problems.add(Fault::Encoding, Place::Byte(at), what);
            }
            let text = str::from_utf8(&bytes[..end]).unwrap_or_default();
            (self.take)(Piece { text, ..piece }, self.problems);
        }
        if !piece.last {
            let lines = memchr::memchr_iter(b'\n', bytes).count() as u64;
            self.problems.pass(Passed { bytes: bytes.len(), lines, records: 0 });
        }
    }
}

impl Piece<'_> {
    /// Returns a piece without text.
    const fn at(offset: usize) -> Self {
        let first = offset == 0;
        Piece { entry: None, text: "", offset, first, last: false, broken: false }
    }
}

/// Replaces bytes that are no text, in place, so that all others stay where they are. Returns
/// where the text ends, as half a character is dropped at the end of a broken one, and the first
/// byte that was replaced.
fn repair(bytes: &mut [u8], broken: bool) -> (usize, Option<usize>) {
    let (mut at, mut damage) = (0, None);
    while let Err(error) = str::from_utf8(&bytes[at..]) {
        let start = at + error.valid_up_to();
        let end = match error.error_len() {
            Some(length) => start + length,
            None if broken => return (start, damage),
            None => bytes.len(),
        };
        bytes[start..end].fill(b'?');
        damage.get_or_insert(start);
        at = end;
    }
    (bytes.len(), damage)
}

/// A number of bytes, for people.
pub(super) struct Size(pub(super) usize);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes % (1 << 30) == 0 => write!(f, "{} GiB", bytes >> 30),
            bytes if bytes % (1 << 20) == 0 => write!(f, "{} MiB", bytes >> 20),
            bytes => write!(f, "{bytes} bytes"),
        }
    }
}
