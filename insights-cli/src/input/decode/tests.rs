use std::io::{Seek, Write};

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
        Rest::File(Metered::new(file, Meter::default()))
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
    let [empty_behind, twice] = [gzip(""), plain.clone()].map(|end| [plain.clone(), end].concat());
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
    assert!(problems[0].contains("entry a.json: is packed by the zip with zstd"), "{problems:?}");
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
const SMALL: Bounds =
    Bounds { raw: 1_000, piece: 1_000, most: 10_000, row: 4_000, total: 1_000_000 };

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
    for packed in [value(20_000).into_bytes(), gzip(value(20_000)), zstd(value(20_000))] {
        let (pieces, problems, _) = texts(&packed, SMALL);
        assert_eq!((pieces.len(), pieces[0].2.len()), (1, 10_000));
        let told = "warning: f: is longer than 10000 bytes in one piece; the rest is left out";
        assert_eq!(problems, [told]);
    }
    // What is no JSON is no value, and a row is shorter.
    let (pieces, problems, _) = texts(&gzip("x".repeat(20_000)), SMALL);
    assert_eq!((pieces.len(), pieces[0].2.len()), (1, 4_000));
    assert!(problems[0].ends_with("is longer than 4000 bytes in one piece; the rest is left out"));
    // It costs only the entry it is in.
    let archive = zip(&[("a", value(20_000).as_bytes()), ("b", b"[2]")]);
    let (pieces, problems, _) = texts(&archive, SMALL);
    assert_eq!((pieces.len(), pieces[1].2.as_str(), problems.len()), (2, "[2]", 1));
}

#[test]
fn a_file_unpacks_to_so_much_and_no_more() {
    let bounds = Bounds { total: 3_000, ..SMALL };
    let lines = "{\"a\":7}\n".repeat(1_000);
    for packed in [gzip(&lines), zstd(&lines), gzip(zstd(&lines)), zip(&[("a", lines.as_bytes())])]
    {
        let (pieces, problems, _) = texts(&packed, bounds);
        let length: usize = pieces.iter().map(|(_, _, text)| text.len()).sum();
        assert_eq!((length, problems.len()), (3_000, 1), "{problems:?}");
        let told = "unpacks to more than 3000 bytes; the rest is left out (--max-unpacked)";
        assert!(problems[0].ends_with(told), "{problems:?}");
    }
    // The entries of an archive count together.
    let entries: Vec<String> = (0..9).map(|i| i.to_string()).collect();
    let entries: Vec<_> =
        entries.iter().map(|name| (name.as_str(), &lines.as_bytes()[..999])).collect();
    let (pieces, problems, _) = texts(&zip(&entries), bounds);
    let length: usize = pieces.iter().map(|(_, _, text)| text.len()).sum();
    assert_eq!((length, problems.len()), (3_000, 6), "{problems:?}");
    // What is not packed takes as much room on the disk.
    let (pieces, problems, _) = texts(lines.as_bytes(), bounds);
    let length: usize = pieces.iter().map(|(_, _, text)| text.len()).sum();
    assert_eq!((length, problems.len()), (lines.len(), 0));
    let (_, problems, _) = texts(&gzip(&lines[..2_997]), bounds);
    assert_eq!(problems, [""; 0]);
}
