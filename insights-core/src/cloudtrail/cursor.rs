//! [`Cursor`]: a place in JSON text, moved over tokens and whole values without building anything.

/// A place in JSON text.
///
/// It is as strict as `serde_json`, and reads less: every method returns nothing where the text
/// is no JSON and also where it is out of the ordinary, and the caller then leaves the text to
/// `serde_json`. After that the place means nothing.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

/// What a value is that stands for a field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Scalar<'a> {
    Null,
    Truth(bool),
    /// Text without escapes.
    Text(&'a str),
}

#[expect(clippy::inline_always, reason = "calls cost a sixth of the time to skim a record")]
impl<'a> Cursor<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Returns the bytes passed.
    pub(crate) const fn passed(&self) -> usize {
        self.at
    }

    /// Returns the byte at the place, zero at the end of the text: zero is no token either.
    pub(crate) fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    /// Passes white space.
    #[inline(always)]
    pub(crate) fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
    }

    /// Passes a byte if it stands here.
    pub(crate) fn pass(&mut self, byte: u8) -> Option<()> {
        (self.peek() == byte).then(|| self.at += 1)
    }

    /// Passes the beginning of an object or list, and white space. Returns whether it goes on
    /// and does not end at once.
    pub(crate) fn open(&mut self, begin: u8, end: u8) -> Option<bool> {
        self.pass(begin)?;
        self.space();
        Some(self.pass(end).is_none())
    }

    /// Passes what stands behind a member of an object or list, and white space. Returns whether
    /// another follows.
    #[inline(always)]
    pub(crate) fn goes_on(&mut self, end: u8) -> Option<bool> {
        self.space();
        if self.pass(b',').is_some() {
            self.space();
            return Some(true);
        }
        self.pass(end).map(|()| false)
    }

    /// Passes the key of a member, without escapes, and what lies between it and its value.
    #[inline(always)]
    pub(crate) fn key(&mut self) -> Option<&'a str> {
        self.pass(b'"')?;
        let key = self.plain_text()?;
        self.colon()?;
        Some(key)
    }

    /// Passes a value that is no number, list or object.
    #[inline(always)]
    pub(crate) fn scalar(&mut self) -> Option<Scalar<'a>> {
        match self.peek() {
            b'"' => {
                self.at += 1;
                self.plain_text().map(Scalar::Text)
            }
            b't' => self.word("true").map(|()| Scalar::Truth(true)),
            b'f' => self.word("false").map(|()| Scalar::Truth(false)),
            b'n' => self.word("null").map(|()| Scalar::Null),
            _ => None,
        }
    }

    /// Passes any value.
    pub(crate) fn skip_value(&mut self) -> Option<()> {
        match self.peek() {
            b'{' | b'[' => self.skip_nested(),
            _ => self.skip_scalar(),
        }
    }

    #[inline(always)]
    fn skip_scalar(&mut self) -> Option<()> {
        match self.peek() {
            b'"' => {
                self.at += 1;
                self.skip_text()
            }
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => self.skip_number(),
        }
    }

    /// Passes an object or a list with all that is inside.
    fn skip_nested(&mut self) -> Option<()> {
        /// The outermost level, which nothing encloses.
        const OUTSIDE: u64 = 1;
        // One bit for each level that is open, set for objects, behind the bit of the outside.
        let mut levels = OUTSIDE;
        loop {
            // A value begins here.
            let opened = match self.peek() {
                b'{' => self.open(b'{', b'}')?.then_some(1),
                b'[' => self.open(b'[', b']')?.then_some(0),
                _ => {
                    self.skip_scalar()?;
                    None
                }
            };
            if let Some(object) = opened {
                // Deeper than this is out of the ordinary.
                if levels.leading_zeros() == 0 {
                    return None;
                }
                levels = levels << 1 | object;
            } else {
                while levels != OUTSIDE {
                    let end = if levels & 1 == 1 { b'}' } else { b']' };
                    if self.goes_on(end)? {
                        break;
                    }
                    levels >>= 1;
                }
                if levels == OUTSIDE {
                    return Some(());
                }
            }
            if levels & 1 == 1 {
                self.pass(b'"')?;
                self.skip_text()?;
                self.colon()?;
            }
        }
    }

    /// Passes the rest of a text without escapes and returns it.
    #[inline(always)]
    fn plain_text(&mut self) -> Option<&'a str> {
        let from = self.at;
        self.find_special()?;
        let text = self.text.get(from..self.at)?;
        self.pass(b'"')?;
        Some(text)
    }

    /// Passes the rest of a text.
    #[inline(always)]
    fn skip_text(&mut self) -> Option<()> {
        loop {
            self.find_special()?;
            if self.pass(b'"').is_some() {
                return Some(());
            }
            self.skip_escape()?;
        }
    }

    fn skip_escape(&mut self) -> Option<()> {
        self.pass(b'\\')?;
        let escaped = self.peek();
        self.at += 1;
        match escaped {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => {
                let digits = self.text.as_bytes().get(self.at..self.at + 4)?;
                self.at += 4;
                digits.iter().all(u8::is_ascii_hexdigit).then_some(())
            }
            _ => None,
        }
    }

    /// Goes to the next byte that may not simply stand in a text: a quote, a backslash or a
    /// control character.
    ///
    /// Eight bytes at a time, by the arithmetic on the bytes of a word in "Hacker's Delight"
    /// (Warren, 2nd edition 2012, section 6-1): the lowest byte that is found is right, and those
    /// above it may not be.
    #[inline(always)]
    fn find_special(&mut self) -> Option<()> {
        const ONES: u64 = u64::from_le_bytes([0x01; 8]);
        const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);
        let bytes = self.text.as_bytes();
        while let Some(eight) = bytes.get(self.at..).and_then(|rest| rest.first_chunk()) {
            let word = u64::from_le_bytes(*eight);
            // Exclusive or with 2 puts the quote right above the control characters.
            let quote_or_control = (word ^ (ONES * 0x02)).wrapping_sub(ONES * 0x21) & !word;
            let other = word ^ (ONES * u64::from(b'\\'));
            let backslash = other.wrapping_sub(ONES) & !other;
            let found = (quote_or_control | backslash) & HIGHS;
            if found != 0 {
                self.at += found.trailing_zeros() as usize / 8;
                return Some(());
            }
            self.at += 8;
        }
        let special = |&byte: &u8| matches!(byte, 0..0x20 | b'"' | b'\\');
        self.at += bytes.get(self.at..)?.iter().position(special)?;
        Some(())
    }

    /// Passes a number.
    fn skip_number(&mut self) -> Option<()> {
        let _ = self.pass(b'-');
        // A zero at the beginning stands alone.
        if self.pass(b'0').is_none() {
            self.skip_digits()?;
        }
        if self.pass(b'.').is_some() {
            self.skip_digits()?;
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
            }
            self.skip_digits()?;
        }
        Some(())
    }

    fn skip_digits(&mut self) -> Option<()> {
        let from = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        (self.at > from).then_some(())
    }

    fn colon(&mut self) -> Option<()> {
        self.space();
        self.pass(b':')?;
        self.space();
        Some(())
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let rest = self.text.as_bytes().get(self.at..)?;
        rest.starts_with(word.as_bytes()).then(|| self.at += word.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, Strategy, prop_oneof, proptest};
    use serde::de::IgnoredAny;

    use super::*;

    /// Returns the bytes of the value that `serde_json` reads at the beginning of a text.
    fn length(text: &str) -> Option<usize> {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        Some(values.byte_offset())
    }

    fn skipped(text: &str) -> Option<usize> {
        let mut cursor = Cursor::new(text);
        cursor.space();
        cursor.skip_value()?;
        Some(cursor.passed())
    }

    #[test]
    fn a_value_ends_where_serde_json_ends_it() {
        for text in [
            "null",
            "true ,",
            "false]",
            "\"\"",
            "\"a\\\"b\\\\\" x",
            "\"\\u12aF\\n\\/\"",
            "0",
            "-0.50e+10,",
            "12E3}",
            "{}",
            "[ ]",
            " {\"a\" : [1, {\"b\\u0020\":\"\u{e9}\u{7f}\"} ,[]],\"\":-1}\n}",
            "[[[[\"123456789012345\\\\\"]]]]]",
        ] {
            assert!(skipped(text).is_some() && skipped(text) == length(text), "{text}");
        }
    }

    #[test]
    fn what_serde_json_refuses_is_no_value() {
        for text in [
            "",
            " ",
            "nul",
            "tru e",
            "\"",
            "\"\\\"",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\\u123",
            "\"\n\"",
            "\"\u{0}\"",
            "-",
            "+1",
            ".5",
            "1.",
            "1e",
            "1e+",
            "{",
            "{]",
            "[}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{1:1}",
            "[1,]",
            "[,]",
            "[1 2]",
            "{\"a\":1 \"b\":2}",
            "[",
        ] {
            assert!(skipped(text).is_none() && length(text).is_none(), "{text}");
        }
    }

    #[test]
    fn depth_has_a_limit_and_the_stack_is_not_used() {
        let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(skipped(&nested(64)), Some(128));
        assert_eq!(skipped(&nested(65)), None);
        assert_eq!(skipped(&nested(1_000_000)), None);
    }

    #[test]
    fn only_plain_keys_and_values_are_given_out() {
        assert_eq!(Cursor::new("\"a\" : 1").key(), Some("a"));
        assert_eq!(Cursor::new("\"a\\n\":1").key(), None);
        assert_eq!(Cursor::new("\"\u{e9}\" ").scalar(), Some(Scalar::Text("\u{e9}")));
        assert_eq!(Cursor::new("\"\\u0041\"").scalar(), None);
        assert_eq!(Cursor::new("true").scalar(), Some(Scalar::Truth(true)));
        assert_eq!(Cursor::new("null").scalar(), Some(Scalar::Null));
        assert_eq!(Cursor::new("7").scalar(), None);
    }

    /// Text of JSON, whole or with some of its characters taken out or put in.
    fn nearly_json() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            "-?(0|[1-9][0-9]{0,3})(\\.[0-9]{1,2})?([eE][+-]?[0-9])?",
            "\"([ -!#-\\[\\]-~é€😀]|\\\\[\"\\\\/bfnrtu]|\\\\u[0-9a-fA-F]{4}){0,20}\"",
        ];
        let value = leaf.prop_recursive(4, 24, 4, |inner| {
            let key = "\"[a-z\\\\\"]{0,9}\"";
            let member = (key, " ?", inner.clone()).prop_map(|(k, s, v)| format!("{k}{s}:{s}{v}"));
            prop_oneof![
                proptest::collection::vec(inner, 0..4)
                    .prop_map(|values| format!("[{}]", values.join(","))),
                proptest::collection::vec(member, 0..4)
                    .prop_map(|members| format!("{{{}}}", members.join(" , "))),
            ]
        });
        let edits = proptest::collection::vec((0.0..1.0, "[\\[\\]{}\",:0-9a\\\\ \n]?"), 0..2);
        (value, edits).prop_map(|(value, edits)| {
            let mut text: Vec<char> = value.chars().collect();
            for (place, with) in edits {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a place within the text"
                )]
                let at = (place * text.len() as f64) as usize;
                text.splice(at..(at + 1).min(text.len()), with.chars());
            }
            text.into_iter().collect()
        })
    }

    proptest! {
        #[test]
        fn any_text_is_a_value_where_it_is_one_for_serde_json(text in nearly_json()) {
            // In a list, as what may follow a number is for the caller to see.
            let text = format!("[{text}] ");
            proptest::prop_assert_eq!(skipped(&text), length(&text), "{}", text);
        }
    }
}
