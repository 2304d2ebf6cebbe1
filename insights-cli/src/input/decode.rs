//! Unpacks a file to text: [`text`].

use std::{
    fs::File,
    io::{self, Read},
};

use flate2::{Decompress, FlushDecompress, Status, read::MultiGzDecoder};

use crate::input::{
    problem::{Place, Problems},
    walk::Location,
};

/// The most that one file may unpack to. CloudTrail's own files stay below 50 MB; what passes
/// this was made to fill memory.
const MOST: u64 = 2 << 30;

/// Reads a source and unpacks it, told by its first bytes.
///
/// What was unpacked before damage is kept; the damage is noted in `problems`.
///
/// # Errors
///
/// Returns an error if the source cannot be opened or read at all.
pub(crate) fn text(place: &Location, problems: &mut Problems) -> io::Result<String> {
    let mut raw = Vec::new();
    match place {
        Location::Stdin => io::stdin().lock().read_to_end(&mut raw)?,
        Location::File(path) => File::open(path)?.read_to_end(&mut raw)?,
    };
    Ok(unpack(raw, problems))
}

fn unpack(raw: Vec<u8>, problems: &mut Problems) -> String {
    let unpacked = if raw.starts_with(&[0x1f, 0x8b]) { gunzip(&raw, problems) } else { raw };
    let mut text = String::from_utf8(unpacked).unwrap_or_else(|error| {
        let at = error.utf8_error().valid_up_to();
        problems.add(Place::Byte(at), "not UTF-8; the bytes that are not are replaced");
        String::from_utf8_lossy(error.as_bytes()).into_owned()
    });
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    text
}

/// Unpacks gzip, of several members too.
fn gunzip(raw: &[u8], problems: &mut Problems) -> Vec<u8> {
    // The last four bytes of gzip tell the size of its last member; they may lie.
    let told = raw.last_chunk().map_or(0, |&size| u32::from_le_bytes(size)) as usize;
    // The end of the stream takes room of its own to be seen.
    let room = told.min(raw.len().saturating_mul(20)) + 64;
    let mut unpacked = Vec::with_capacity(room);
    if (told as u64) < MOST && inflate_at_once(raw, told, &mut unpacked).is_some() {
        return unpacked;
    }
    unpacked.clear();
    if let Err(error) = MultiGzDecoder::new(raw).take(MOST).read_to_end(&mut unpacked) {
        problems.add(Place::Byte(unpacked.len()), format_args!("gzip is damaged here: {error}"));
    } else if unpacked.len() as u64 == MOST {
        problems
            .add(Place::Byte(unpacked.len()), "unpacks to more than 2 GiB; the rest is left out");
    }
    unpacked
}

/// Unpacks one whole member without names and comments, as CloudTrail writes them, into the room
/// there is: a window to copy from is not needed then. Returns nothing if it is anything else.
fn inflate_at_once(raw: &[u8], told: usize, unpacked: &mut Vec<u8>) -> Option<()> {
    /// Magic number, method and flags; time and system follow.
    const PLAIN: [u8; 4] = [0x1f, 0x8b, 8, 0];
    const HEADER: usize = 10;
    const TRAILER: usize = 8;
    let body = raw.strip_prefix(&PLAIN)?.get(HEADER - PLAIN.len()..)?;
    let (body, trailer) = body.split_last_chunk::<TRAILER>()?;
    let mut inflate = Decompress::new(false);
    let status = inflate.decompress_vec(body, unpacked, FlushDecompress::Finish).ok()?;
    let [a, b, c, d, ..] = *trailer;
    let whole = status == Status::StreamEnd
        && inflate.total_in() == body.len() as u64
        && unpacked.len() == told
        && crc32fast::hash(unpacked) == u32::from_le_bytes([a, b, c, d]);
    whole.then_some(())
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
        let text = unpack(raw, &mut problems);
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
            let mut unpacked = Vec::with_capacity(text.len() + 64);
            inflate_at_once(raw, text.len(), &mut unpacked).map(|()| unpacked)
        };
        assert_eq!(at_once(&plain), Some(text.clone().into_bytes()));
        let mut flipped = plain.clone();
        flipped[plain.len() - 8] ^= 1;
        for other in [&named, &flipped, &[plain.clone(), gzip("")].concat(), &plain[1..].to_vec()] {
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
