//! Makes text of files: [`Decoder`].

use std::{
    fmt,
    fs::File,
    io::{self, Read, Seek},
};

use crate::input::{
    batch::Source,
    cut::cut,
    inflate::Inflater,
    packing::Packing,
    problem::{Fault, Passed, Place, Problems},
    skipped::Skipped,
    unpack::{Damage, Unpacked},
    zipped,
};

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
}

/// How much is held at once, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Of a file: what is larger is read bit by bit.
    raw: usize,
    /// Of a text that can be taken apart.
    piece: usize,
    /// Of a text that cannot.
    most: usize,
}

impl Bounds {
    /// CloudTrail's own files stay below 50 MB; what passes this was made to fill memory.
    pub(crate) const MOST: usize = 2 << 30;

    /// Returns the bounds that keep a text from taking more than `most` bytes.
    pub(crate) fn new(most: usize) -> Self {
        Self { raw: most.min(16 << 20), piece: most.min(64 << 20), most }
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self::new(Self::MOST)
    }
}

/// What was not read of a source yet.
#[derive(Debug)]
enum Rest {
    Stdin,
    File(File),
}

impl Read for Rest {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stdin => io::stdin().lock().read(room),
            Self::File(file) => file.read(room),
        }
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

impl Decoder {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self { bounds, ..Self::default() }
    }

    /// Reads the bytes of a source, or of a large one the first of them.
    ///
    /// # Errors
    ///
    /// Returns an error if the source cannot be opened or read at all.
    pub(crate) fn load(&mut self, source: &Source) -> io::Result<()> {
        self.raw.clear();
        self.rest = None;
        // What a large document took is not kept for small ones.
        for buffer in [&mut self.raw, &mut self.unpacked] {
            if buffer.capacity() > 2 * self.bounds.piece {
                *buffer = Vec::new();
            }
        }
        let mut whole = match source.path() {
            None => Rest::Stdin,
            Some(path) => Rest::File(File::open(path)?),
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
        self.raw = bytes;
        self.rest = None;
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
        let Self { bounds, raw, rest, unpacked, inflater } = self;
        let mut texts = Texts { bounds: *bounds, entry: None, problems, take: &mut take };
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

/// Where pieces go.
struct Texts<'t, F> {
    bounds: Bounds,
    entry: Option<&'t str>,
    problems: &'t mut Problems,
    take: &'t mut F,
}

impl<F: FnMut(Piece<'_>, &mut Problems)> Texts<'_, F> {
    /// Hands out the entries of a zip archive.
    fn entries(&mut self, archive: impl Read + Seek, buffer: &mut Vec<u8>) -> Skipped {
        let Self { bounds, problems, take, .. } = self;
        zipped::entries(archive, problems, |name, packed, problems| {
            let entry = Some(name);
            Texts { bounds: *bounds, entry, problems, take }.unpack(packed, buffer);
        })
    }

    /// Unpacks a document and hands it out.
    fn unpack(&mut self, packed: impl Read, buffer: &mut Vec<u8>) {
        match Unpacked::open(packed) {
            Ok(bytes) => self.pieces(bytes, buffer),
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
                    if goal <= self.bounds.most {
                        goal = goal.saturating_mul(2).min(self.bounds.most + 1);
                        continue;
                    }
                    buffer.truncate(self.bounds.most);
                    let most = Size(self.bounds.most);
                    let what = format!(
                        "is longer than {most} in one piece; the rest is left out (--max-unpacked)"
                    );
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
    fn whole(&mut self, bytes: &mut [u8]) {
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

/// A number of bytes, for people.
struct Size(usize);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes % (1 << 30) == 0 => write!(f, "{} GiB", bytes >> 30),
            bytes if bytes % (1 << 20) == 0 => write!(f, "{} MiB", bytes >> 20),
            bytes => write!(f, "{bytes} bytes"),
        }
    }
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
mod tests {
    use std::io::Write;

    use flate2::{Compression, GzBuilder, write::GzEncoder};

    use super::*;
    use crate::input::packed::{gzip, utf16, zip, zstd};

    /// Returns the texts of a file with their entries and offsets, the problems, and how many
    /// entries were passed over.
    fn texts(raw: &[u8], bounds: Bounds) -> (Vec<(String, usize, String)>, Vec<String>, Skipped) {
        let mut problems = Problems::default();
        let rest = (raw.len() > bounds.raw).then(|| {
            // The rest comes from a file, as it does outside of tests.
            let mut file = tempfile();
            file.write_all(raw).unwrap();
            file.seek(io::SeekFrom::Start(bounds.raw as u64)).unwrap();
            Rest::File(file)
        });
        let raw = raw[..raw.len().min(bounds.raw)].to_vec();
        let mut decoder = Decoder { raw, rest, ..Decoder::new(bounds) };
        let mut texts: Vec<(String, usize, String)> = Vec::new();
        let mut ended = true;
        let skipped = decoder.each(&mut problems, |piece, _| {
            assert_eq!(piece.first, ended, "a document begins when the one before ended");
            ended = piece.last;
            let entry = piece.entry.unwrap_or_default().to_owned();
            texts.push((entry, piece.offset, piece.text.to_owned()));
        });
        assert!(ended);
        (texts, problems.lines("f").collect(), skipped)
    }

    fn tempfile() -> File {
        let name = format!("insights-{}-{:?}", std::process::id(), std::thread::current().id());
        let path = std::env::temp_dir().join(name.replace(['(', ')'], "-"));
        let file = File::options().read(true).write(true).create(true).truncate(true).open(&path);
        std::fs::remove_file(path).unwrap();
        file.unwrap()
    }

    fn unpacked(raw: impl AsRef<[u8]>) -> (String, Vec<String>) {
        let (texts, problems, _) = texts(raw.as_ref(), Bounds::default());
        (texts.into_iter().map(|(_, _, text)| text).collect(), problems)
    }

    fn fine(text: &str) -> (String, Vec<String>) {
        (text.to_owned(), vec![])
    }

    /// Returns a text that does not pack well.
    fn numbers() -> String {
        let numbers: Vec<String> = (0..20_000).map(|i| (i * 7919 % 10_007).to_string()).collect();
        numbers.join("\n")
    }

    #[test]
    fn members_and_frames_are_joined_and_marks_dropped() {
        assert_eq!(unpacked([gzip("\u{feff}{}"), gzip("[]")].concat()), fine("{}[]"));
        assert_eq!(unpacked("plain"), fine("plain"));
        let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3][..], &zstd("[]")].concat();
        assert_eq!(unpacked([zstd("\u{feff}{}"), skippable].concat()), fine("{}[]"));
        assert_eq!(unpacked(""), fine(""));
        for text in [numbers(), "x".repeat(1_000_000)] {
            assert!(unpacked(gzip(&text)) == fine(&text));
            assert!(unpacked(zstd(&text)) == fine(&text));
            assert!(unpacked(gzip(zstd(&text))) == fine(&text));
            assert!(unpacked(gzip(gzip(&text))) == fine(&text));
        }
    }

    #[test]
    fn utf_16_is_read_in_whatever_it_is_packed() {
        let text = "{\"\u{e9}\":\"\u{1f600}\"}";
        for bytes in [utf16(text, u16::to_le_bytes), utf16(text, u16::to_be_bytes)] {
            assert_eq!(unpacked(&bytes), fine(text));
            assert_eq!(unpacked(gzip(&bytes)), fine(text));
            assert_eq!(unpacked(zstd(&bytes)), fine(text));
            assert_eq!(unpacked(zip(&[("a.json", &bytes)])), fine(text));
            let (cut, problems) = unpacked(&bytes[..bytes.len() - 1]);
            assert_eq!(cut, &text[..text.len() - 1]);
            assert!(problems[0].contains("f: is cut off in the middle of"), "{problems:?}");
        }
    }

    #[test]
    fn what_is_not_read_is_told() {
        for (bytes, told) in [
            (gzip(gzip(gzip("{}"))), "f: is packed once more inside gzip inside gzip"),
            (gzip(zip(&[("a", b"{}")])), "f: is a zip archive inside gzip"),
            (zstd("BZh91AY"), "f: is packed with bzip2 inside zstd"),
            (b"PAR1....PAR1".to_vec(), "f: is a Parquet file"),
            (b"\xff\xfe\0\0{\0\0\0".to_vec(), "f: is text in UTF-32"),
            (zip(&[("a", &zip(&[("b", b"{}")]))]), "f: entry a: is a zip archive"),
        ] {
            let (texts, problems, _) = texts(&bytes, Bounds::default());
            assert_eq!((texts.len(), problems.len()), (0, 1), "{problems:?}");
            assert!(problems[0].contains(told), "{problems:?}");
        }
    }

    #[test]
    fn what_was_unpacked_before_the_damage_is_kept() {
        let whole = numbers();
        for (packed, name) in [(gzip(&whole), "gzip"), (zstd(&whole), "zstd")] {
            for end in [packed.len() / 2, packed.len() * 9 / 10, packed.len() - 1] {
                let (text, problems) = unpacked(&packed[..end]);
                // The last block of zstd may be lost as a whole.
                assert!(text.len() + (200_000 / 2) > whole.len() * end / packed.len(), "{end}");
                assert!(whole.starts_with(&text));
                let told = format!("f: byte {}: {name} is damaged here", text.len());
                assert!(problems[0].contains(&told) && problems.len() == 1, "{problems:?}");
            }
            let (text, problems) = unpacked([packed, b"garbage".to_vec()].concat());
            assert!((text, problems.len()) == (whole.clone(), 1));
        }
        for (mut packed, crc) in [(gzip("{}"), 8), (zstd("{}"), 4)] {
            let crc = packed.len() - crc;
            packed[crc] ^= 1;
            let (text, problems) = unpacked(packed);
            assert_eq!((text.as_str(), problems.len()), ("{}", 1));
        }
    }

    #[test]
    fn only_a_whole_plain_member_is_inflated_at_once() {
        let text = "{\"Records\":[]}".repeat(100);
        let plain = gzip(&text);
        let mut named = Vec::new();
        let mut encoder = GzBuilder::new().filename("log").write(&mut named, Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap();
        let at_once = |raw: &[u8]| {
            let mut unpacked = vec![0; text.len()];
            inflate_at_once(&mut Inflater::default(), raw, &mut unpacked).map(|()| unpacked)
        };
        assert_eq!(at_once(&plain), Some(text.clone().into_bytes()));
        let mut flipped = plain.clone();
        flipped[plain.len() - 8] ^= 1;
        let [empty_behind, twice] =
            [gzip(""), plain.clone()].map(|end| [plain.clone(), end].concat());
        for other in [&named, &flipped, &empty_behind, &twice, &plain[1..].to_vec()] {
            assert_eq!(at_once(other), None);
        }
        assert_eq!(unpacked(named), fine(&text));
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced_where_they_are() {
        let (text, problems) = unpacked(b"{\"a\":\"\xff\xf0\x9f\x98!\"}\xc3");
        assert_eq!(text, "{\"a\":\"????!\"}?");
        assert!(problems[0].contains("byte 6: not UTF-8") && problems.len() == 1);
        // Half a character at the end of what is cut off is no more damage than that.
        let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
        encoder.write_all("{\u{e9}".as_bytes()).unwrap();
        let stored = encoder.finish().unwrap();
        let half = stored.iter().position(|&byte| byte == 0xc3).unwrap() + 1;
        let (text, problems) = unpacked(&stored[..half]);
        assert_eq!((text.as_str(), problems.len()), ("{", 1), "{problems:?}");
    }

    #[test]
    fn the_entries_of_a_zip_come_in_order_of_name() {
        let archive = zip(&[
            ("b/2.json.gz", &gzip("[2]")),
            ("b/", b""),
            ("a.jsonl", "\u{feff}[1]".as_bytes()),
            ("c.zst", &zstd("[3]")),
            ("__MACOSX/a.json", b"junk"),
            (".DS_Store", b"junk"),
            ("picture.png", b"junk"),
            ("AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/x.json", b"{}"),
            ("../../etc/d", b"[4]"),
        ]);
        let (texts, problems, skipped) = texts(&archive, Bounds::default());
        let told: Vec<_> = texts.iter().map(|(name, _, text)| format!("{name} {text}")).collect();
        assert_eq!(told, ["../../etc/d [4]", "a.jsonl [1]", "b/2.json.gz [2]", "c.zst [3]"]);
        assert_eq!(problems, [""; 0]);
        assert_eq!((skipped.other, skipped.digest, skipped.total()), (3, 1, 4));
    }

    #[test]
    fn a_damaged_zip_gives_the_entries_before_the_damage() {
        let texts_of = [numbers(), numbers(), "[3]".to_owned()];
        let names = ["a.json", "b.json", "c\u{1b}.json"];
        let entries: Vec<_> =
            names.iter().zip(&texts_of).map(|(&name, text)| (name, text.as_bytes())).collect();
        let archive = zip(&entries);
        // Without its list.
        let list = archive.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
        let (found, problems, _) = texts(&archive[..list], Bounds::default());
        assert!(found.iter().map(|(_, _, text)| text).eq(&texts_of));
        assert!(problems[0].contains("f: zip has no list"), "{problems:?}");
        assert_eq!(problems.len(), 1);
        // Cut off in the second entry.
        let (found, problems, _) = texts(&archive[..list - 20_000], Bounds::default());
        assert!(found.len() == 2 && found[0].2 == texts_of[0]);
        assert!(found[1].2.len() > 10_000 && texts_of[1].starts_with(&found[1].2));
        assert!(problems[1].contains("entry b.json: byte "), "{problems:?}");
        // Damaged in the second entry.
        let mut damaged = archive.clone();
        damaged[list - 10_000] ^= 1;
        let (found, problems, _) = texts(&damaged, Bounds::default());
        assert!((found.len(), &found[0].2, &found[2].2) == (3, &texts_of[0], &texts_of[2]));
        assert!(problems.len() == 1 && problems[0].contains("entry b.json: byte "), "{problems:?}");
    }

    #[test]
    fn entries_that_are_not_read_do_not_hide_the_others() {
        // Whether it is encrypted is a bit of the header and of the list.
        let mut archive = zip(&[("a.json", b"[1]"), ("b\n.json", b"[2]")]);
        for (at, start) in [(6, b"PK\x03\x04"), (8, b"PK\x01\x02")] {
            let place = archive.windows(4).rposition(|bytes| bytes == start).unwrap();
            archive[place + at] |= 1;
        }
        let (found, problems, _) = texts(&archive, Bounds::default());
        assert_eq!((found.len(), found[0].2.as_str()), (1, "[1]"));
        assert_eq!(problems, ["warning: f: entry b\u{fffd}.json: is encrypted, which is not read"]);
        // A method that is not read.
        for (at, start) in [(8, b"PK\x03\x04"), (10, b"PK\x01\x02")] {
            let place = archive.windows(4).position(|bytes| bytes == start).unwrap();
            archive[place + at] = 93;
        }
        let (_, problems, _) = texts(&archive, Bounds::default());
        assert!(
            problems[0].contains("entry a.json: is packed by the zip with zstd"),
            "{problems:?}"
        );
    }

    #[test]
    fn entries_that_share_bytes_are_read_once() {
        let one = zip(&[("a.json", b"[1]")]);
        let list = one.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
        let end = one.windows(4).position(|bytes| bytes == b"PK\x05\x06").unwrap();
        // A list in which another name stands for the same bytes.
        let mut again = one[list..end].to_vec();
        let name = again.windows(6).position(|bytes| bytes == b"a.json").unwrap();
        again[name] = b'b';
        let mut archive = [&one[..end], &again, &one[end..]].concat();
        let end = end + again.len();
        archive[end + 8] = 2;
        archive[end + 10] = 2;
        archive[end + 12] += u8::try_from(again.len()).unwrap();
        let (found, problems, _) = texts(&archive, Bounds::default());
        assert_eq!(found.len(), 1);
        assert!(problems[0].contains("entry b.json: begins inside another"), "{problems:?}");
    }

    /// Little room, so that little text is much.
    const SMALL: Bounds = Bounds { raw: 1_000, piece: 1_000, most: 10_000 };

    #[test]
    fn long_texts_come_in_pieces_that_are_whole() {
        let line = |i: usize| format!("{{\"a\":{}}}\n", "7".repeat(i % 300));
        let lines: String = (0..1_000).map(line).collect();
        for packed in [
            lines.clone().into_bytes(),
            gzip(&lines),
            zstd(&lines),
            utf16(&lines, u16::to_be_bytes),
            zip(&[("a", lines.as_bytes())]),
        ] {
            let (pieces, problems, _) = texts(&packed, SMALL);
            assert_eq!(problems, [""; 0]);
            assert!(pieces.len() > 100);
            let mut text = String::new();
            for (_, offset, piece) in &pieces {
                assert!(piece.is_empty() || piece.ends_with("}\n"));
                assert_eq!(*offset, pieces[0].1 + text.len());
                text.push_str(piece);
            }
            assert!(text == lines);
        }
        let rows = format!("a,b\n{}", "1,\"x\ny\"\n".repeat(1_000));
        let (pieces, problems, _) = texts(rows.as_bytes(), SMALL);
        assert!(problems.is_empty() && pieces.len() > 5);
        assert!(pieces.iter().all(|(_, _, piece)| piece.is_empty() || piece.ends_with("\"\n")));
    }

    #[test]
    fn one_long_value_is_held_up_to_the_limit() {
        let value = |length: usize| format!("{{\"a\":[{}]}}", "7,\n".repeat(length / 3));
        let (pieces, problems, _) = texts(value(9_900).as_bytes(), SMALL);
        assert_eq!((pieces.len(), problems.len()), (1, 0));
        for packed in [value(20_000).into_bytes(), gzip(value(20_000)), zstd("x".repeat(20_000))] {
            let (pieces, problems, _) = texts(&packed, SMALL);
            assert_eq!((pieces.len(), pieces[0].2.len()), (1, 10_000));
            let told = "warning: f: is longer than 10000 bytes in one piece; the rest is left out \
                        (--max-unpacked)";
            assert_eq!(problems, [told]);
        }
        // It costs only the entry it is in.
        let archive = zip(&[("a", value(20_000).as_bytes()), ("b", b"[2]")]);
        let (pieces, problems, _) = texts(&archive, SMALL);
        assert_eq!((pieces.len(), pieces[1].2.as_str(), problems.len()), (2, "[2]", 1));
    }
}
