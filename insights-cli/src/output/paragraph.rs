//! [`paragraph`]: text in lines that are not too long.

use std::io::{self, Write};

/// Writes a text, broken between words into lines of at most `width`.
pub(super) fn paragraph(out: &mut impl Write, text: &str, width: usize) -> io::Result<()> {
    indented(out, 0, text, width)
}

/// Writes the same with so many spaces before each line, which count.
pub(super) fn indented(
    out: &mut impl Write,
    indent: usize,
    text: &str,
    width: usize,
) -> io::Result<()> {
    let mut length = 0;
    for word in text.split(' ') {
        let word_length = word.chars().count();
        if length > 0 && indent + length + 1 + word_length > width {
            writeln!(out)?;
            length = 0;
        }
        if length == 0 {
            write!(out, "{:indent$}", "")?;
        } else {
            write!(out, " ")?;
            length += 1;
        }
        write!(out, "{word}")?;
        length += word_length;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words_and_a_long_word_is_whole() {
        let mut out = Vec::new();
        indented(&mut out, 2, "one two three four-and-twenty five", 10).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "  one two\n  three\n  four-and-twenty\n  five\n");
    }
}
