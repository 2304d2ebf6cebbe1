//! Unpacks files to text: [`Decoder`].

use std::{
    fs::File,
    io::{self, Read},
};

use flate2::read::MultiGzDecoder;

use crate::input::{
    batch::Source,
    inflate::Inflater,
    problem::{Fault, Place, Problems},
};

/// The most that one file may unpack to. CloudTrail's own files stay below 50 MB; what passes
/// this was made to fill memory.
const MOST: u64 = 2 << 30;

/// Reads sources and unpacks them, one after the other in the same memory.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    raw: Vec<u8>,
    unpacked: Vec<u8>,
    inflater: Inflater,
}

impl Decoder {
    /// Reads the bytes of a source.
    ///
    /// # Errors
    ///
    /// Returns an error if the source cannot be opened or read at all.
    pub(crate) fn load(&mut self, source: &Source) -> io::Result<()> {
        self.raw.clear();
        // A limit that is none: the size of a file is not asked for then, which would take longer.
        match source.path() {
            None => io::stdin().lock().take(u64::MAX).read_to_end(&mut self.raw)?,
            Some(path) => File::open(path)?.take(u64::MAX).read_to_end(&mut self.raw)?,
        };
        Ok(())
    }

    /// Takes the bytes of a source that were read elsewhere.
    pub(crate) fn take(&mut self, bytes: Vec<u8>) {
        self.raw = bytes;
    }

    /// Unpacks what was loaded, told by its first bytes.
    ///
    /// What was unpacked before damage is kept; the damage is noted in `problems`.
    pub(crate) fn unpack(&mut self, problems: &mut Problems) -> &str {
        let packed = self.raw.starts_with(&[0x1f, 0x8b]);
        if packed {
            self.gunzip(problems);
        }
        let unpacked = if packed { &mut self.unpacked } else { &mut self.raw };
        if let Err(error) = str::from_utf8(unpacked) {
            let at = error.valid_up_to();
            problems.add(
                Fault::Encoding,
                Place::Byte(at),
                "not UTF-8; the bytes that are not are replaced",
            );
            *unpacked = String::from_utf8_lossy(unpacked).into_owned().into_bytes();
        }
        let text = str::from_utf8(unpacked).unwrap_or_default();
        text.strip_prefix('\u{feff}').unwrap_or(text)
    }

    /// Unpacks gzip, of several members too.
    fn gunzip(&mut self, problems: &mut Problems) {
        let Self { raw, unpacked, inflater } = self;
        // The last four bytes of gzip tell the size of its last member; they may lie.
        let told = raw.last_chunk().map_or(0, |&size| u32::from_le_bytes(size)) as usize;
        if told <= raw.len().saturating_mul(20) && (told as u64) < MOST {
            // Zeros are written only where there was no room before.
            unpacked.resize(told.max(unpacked.len()), 0);
            if inflate_at_once(inflater, raw, &mut unpacked[..told]).is_some() {
                unpacked.truncate(told);
                return;
            }
        }
        unpacked.clear();
        if let Err(error) = MultiGzDecoder::new(&**raw).take(MOST).read_to_end(unpacked) {
            problems.add(
                Fault::Packing,
                Place::Byte(unpacked.len()),
                format_args!("gzip is damaged here: {error}"),
            );
        } else if unpacked.len() as u64 == MOST {
            problems.add(
                Fault::Limit,
                Place::Byte(unpacked.len()),
                "unpacks to more than 2 GiB; the rest is left out",
            );
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

    fn gzip(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn unpacked(raw: Vec<u8>) -> (String, Vec<String>) {
        let mut problems = Problems::default();
        let mut decoder = Decoder { raw, ..Decoder::default() };
        let text = decoder.unpack(&mut problems).to_owned();
        (text, problems.lines("f").collect())
    }

    #[test]
    fn members_are_joined_and_marks_dropped() {
        let members = [gzip("\u{feff}{}"), gzip("[]")].concat();
        assert_eq!(unpacked(members), ("{}[]".to_owned(), vec![]));
        assert_eq!(unpacked(b"plain".to_vec()), ("plain".to_owned(), vec![]));
    }

    #[test]
    fn what_was_unpacked_before_the_damage_is_kept() {
        let numbers: Vec<String> = (0..20_000).map(|i| (i * 7919 % 10_007).to_string()).collect();
        let whole = numbers.join(
            "
",
        );
        let mut cut = gzip(&whole);
        cut.truncate(cut.len() / 2);
        let (text, problems) = unpacked(cut);
        assert!(text.len() > 1_000 && whole.starts_with(&text));
        assert!(problems[0].contains(&format!("byte {}: gzip is damaged", text.len())));

        let mut garbage = gzip("{}");
        garbage.extend(b"garbage");
        let (text, problems) = unpacked(garbage);
        assert_eq!((text.as_str(), problems.len()), ("{}", 1));

        let mut flipped = gzip("{}");
        let crc = flipped.len() - 8;
        flipped[crc] ^= 1;
        assert_eq!(unpacked(flipped).1.len(), 1);
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
        assert_eq!(unpacked(named), (text, vec![]));
    }

    #[test]
    fn other_encodings_are_told() {
        let (text, problems) = unpacked(b"{\"a\":\"\xff\"}".to_vec());
        assert_eq!(text, "{\"a\":\"\u{fffd}\"}");
        assert!(problems[0].contains("byte 6: not UTF-8"));
    }
}
