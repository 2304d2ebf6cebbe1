//! [`Packing`]: what bytes are, told by how they begin.

/// What bytes are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Packing {
    Gzip,
    Zstd,
    Zip,
    /// Text in UTF-8, as far as the beginning tells.
    Plain,
    /// Text in UTF-16 that begins with its mark.
    Utf16(Endian),
    /// Something that is not read, and what it is.
    Foreign(&'static str),
}

/// Which byte of a unit comes first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Endian {
    Little,
    Big,
}

/// What is known by its first bytes and not read. The name completes "is …".
const FOREIGN: [(&[u8], &str); 18] = [
    (b"BZh", "packed with bzip2"),
    (b"\xfd7zXZ\0", "packed with xz"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\xff\x06\0\0sNaPpY", "packed with snappy"),
    (b"\x04\x22\x4d\x18", "packed with lz4"),
    (b"\x1f\x9d", "packed with compress"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"PAR1", "a Parquet file"),
    (b"ORC\x0a", "an ORC file"),
    (b"ORC\x08", "an ORC file"),
    (b"ORC\x12", "an ORC file"),
    (b"Obj\x01", "an Avro file"),
    (b"ARROW1\0\0", "an Arrow file"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"%PDF-", "a PDF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document"),
    // These two begin like UTF-16, so they are looked for before it.
    (b"\xff\xfe\0\0", "text in UTF-32"),
    (b"\0\0\xfe\xff", "text in UTF-32"),
];

impl Packing {
    /// How many bytes of a beginning tell all there is to tell.
    pub(super) const TELLING: usize = 512;

    pub(super) fn of(bytes: &[u8]) -> Self {
        /// Where a tar archive says what it is.
        const TAR: usize = 257;
        match bytes {
            [0x1f, 0x8b, ..] => return Self::Gzip,
            // A frame, or one that is to be skipped.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
                return Self::Zstd;
            }
            // An entry, an archive without any, one of several parts.
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] | [b'P', b'K', 7, 8, ..] => {
                return Self::Zip;
            }
            _ => {}
        }
        if let Some((_, what)) = FOREIGN.iter().find(|(magic, _)| bytes.starts_with(magic)) {
            return Self::Foreign(what);
        }
        match bytes {
            [0xff, 0xfe, ..] => Self::Utf16(Endian::Little),
            [0xfe, 0xff, ..] => Self::Utf16(Endian::Big),
            _ if bytes.get(TAR..).is_some_and(|rest| rest.starts_with(b"ustar")) => {
                Self::Foreign("a tar archive")
            }
            _ => Self::Plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_read_is_known_for_what_it_is() {
        for (magic, what) in FOREIGN {
            assert_eq!(Packing::of(&[magic, b"1AY"].concat()), Packing::Foreign(what));
            assert_ne!(Packing::of(&magic[..magic.len() - 1]), Packing::Foreign(what));
        }
        let mut tar = [0; Packing::TELLING];
        tar[257..262].copy_from_slice(b"ustar");
        assert_eq!(Packing::of(&tar), Packing::Foreign("a tar archive"));
        for text in ["", "{", "[", "\u{feff}{", "ORCA", "minute,count", "\0"] {
            assert_eq!(Packing::of(text.as_bytes()), Packing::Plain, "{text}");
        }
    }
}
