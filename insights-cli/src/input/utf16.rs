//! [`Utf16`]: text in UTF-16 as UTF-8.

use std::io::{self, Read};

use crate::input::{packing::Endian, problem::Fault, unpack::Damage};

/// The bytes that are read at once.
const CHUNK: usize = 1 << 15;

/// Reads UTF-16 and gives UTF-8. What is no text becomes U+FFFD, and an error at the end tells
/// where the first of it is.
pub(super) struct Utf16<R> {
    units: R,
    endian: Endian,
    /// Bytes that are not turned into text yet: half a unit, or the first half of a pair.
    left: Vec<u8>,
    text: String,
    /// How much of `text` was handed out.
    given: usize,
    /// The bytes of text before `text`.
    before: usize,
    damage: Option<Damage>,
    /// Why no more can be read, told once all text was handed out.
    failed: Option<io::Error>,
}

impl<R: Read> Utf16<R> {
    pub(super) const fn new(units: R, endian: Endian) -> Self {
        Self {
            units,
            endian,
            left: Vec::new(),
            text: String::new(),
            given: 0,
            before: 0,
            damage: None,
            failed: None,
        }
    }

    /// Turns the next bytes into text. Returns whether there were any.
    fn advance(&mut self) -> io::Result<bool> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let kept = self.left.len();
        let read = self.units.by_ref().take(CHUNK as u64).read_to_end(&mut self.left);
        let more = self.left.len() > kept;
        self.before += self.text.len();
        self.text.clear();
        self.given = 0;
        let Self { endian, left, text, .. } = self;
        let unit = |&bytes: &[u8; 2]| match endian {
            Endian::Little => u16::from_le_bytes(bytes),
            Endian::Big => u16::from_be_bytes(bytes),
        };
        let (mut units, _) = left.as_chunks::<2>();
        if let Some((last, others)) = units.split_last()
            && (0xd800..0xdc00).contains(&unit(last))
        {
            units = others;
        }
        let mut damaged = None;
        for c in char::decode_utf16(units.iter().map(unit)) {
            text.push(c.unwrap_or_else(|_| {
                damaged.get_or_insert(text.len());
                char::REPLACEMENT_CHARACTER
            }));
        }
        let done = 2 * units.len();
        left.drain(..done);
        if let Some(at) = damaged {
            let at = self.before + at;
            self.note(format!("is not UTF-16 at byte {at}; what is not is replaced"));
        }
        if let Err(error) = read {
            self.failed = Some(error);
            return Ok(true);
        }
        if !more && !self.left.is_empty() {
            self.left.clear();
            self.note("is cut off in the middle of a character of UTF-16".to_owned());
        }
        Ok(more)
    }

    fn note(&mut self, what: String) {
        self.damage.get_or_insert(Damage { fault: Fault::Encoding, what });
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            if !self.advance()? {
                return self.damage.take().map_or(Ok(0), |damage| Err(damage.into()));
            }
        }
        let read = (&self.text.as_bytes()[self.given..]).read(room)?;
        self.given += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], endian: Endian) -> (String, Option<String>) {
        let mut text = Vec::new();
        let damage = Utf16::new(bytes, endian).read_to_end(&mut text).err();
        (String::from_utf8(text).unwrap(), damage.map(|damage| damage.to_string()))
    }

    #[test]
    fn text_of_any_length_comes_through_whole() {
        let text = "a\u{e9}\u{1f600}".repeat(CHUNK / 3 + 1);
        for shift in 0..4 {
            let text = format!("{}{text}", "x".repeat(shift));
            let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            assert!(read(&little, Endian::Little) == (text.clone(), None));
            assert!(read(&big, Endian::Big) == (text, None));
        }
    }

    #[test]
    fn what_is_no_text_is_told() {
        let units = |units: &[u16]| units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let told = |bytes: Vec<u8>| read(&bytes, Endian::Little);
        let (text, damage) = told(units(&[0x61, 0xdc00, 0x62]));
        assert_eq!(text, "a\u{fffd}b");
        assert!(damage.unwrap().contains("byte 1"));
        let (text, damage) = told(units(&[0x61, 0xd83d]));
        assert_eq!(text, "a");
        assert!(damage.unwrap().contains("cut off in the middle"));
        let (text, damage) = told(vec![0x61, 0, 0x62]);
        assert_eq!(text, "a");
        assert!(damage.unwrap().contains("cut off in the middle"));
        assert_eq!(told(vec![]), (String::new(), None));
    }
}
