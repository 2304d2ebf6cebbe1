//! Where a long text can be taken apart: [`cut`].

/// Returns behind which byte the last whole value or row of the beginning of a text ends, if
/// there is such a place at or behind `from`.
///
/// JSON: no line break stands inside a string, and inside a list or an object there is a comma
/// between two values. So where `}` or `]` and then `{` or `[` follow one another with nothing but
/// white space between, of which a line break, one value at the top has ended and another begins;
/// whatever the text was before, damage included. A text that is one value has no such place.
///
/// Anything else is taken for rows as of CSV: a line break ends one if the quotes before it come
/// in pairs.
pub(super) fn cut(text: &[u8], from: usize) -> Option<usize> {
    match first(text) {
        None => Some(text.len()).filter(|_| !text.is_empty()),
        Some(b'{' | b'[') => between_values(text, from),
        Some(_) => between_rows(text, from),
    }
}

/// Returns whether a text is taken for JSON.
pub(super) fn is_json(text: &[u8]) -> bool {
    matches!(first(text), Some(b'{' | b'['))
}

/// Returns the first byte of a text that is neither its mark nor white space.
fn first(text: &[u8]) -> Option<u8> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    text.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}

fn between_values(text: &[u8], from: usize) -> Option<usize> {
    let mut end = text.len();
    while let Some(at) = memchr::memrchr(b'\n', &text[from..end]) {
        let at = from + at;
        let last = text[..at].iter().rposition(|byte| !byte.is_ascii_whitespace());
        let next = text[at..].iter().find(|byte| !byte.is_ascii_whitespace());
        if let (Some(last), Some(b'{' | b'[')) = (last, next)
            && matches!(text[last], b'}' | b']')
        {
            return Some(at + 1);
        }
        // A stretch of white space is looked at once.
        end = last.map_or(from, |last| at.min(last + 1)).max(from);
    }
    None
}

fn between_rows(text: &[u8], from: usize) -> Option<usize> {
    let mut inside = !memchr::memchr_iter(b'"', text).count().is_multiple_of(2);
    for (at, &byte) in text.iter().enumerate().skip(from).rev() {
        match byte {
            b'"' => inside = !inside,
            b'\n' if !inside => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_cut_between_values_only() {
        let before = |text: &str| cut(text.as_bytes(), 0).map(|at| text[..at].to_owned());
        assert_eq!(before("{\"a\":1}\n{\"b\":2}\n{\"c\""), Some("{\"a\":1}\n{\"b\":2}\n".into()));
        assert_eq!(before("[1]\r\n \n [2"), Some("[1]\r\n \n".into()));
        assert_eq!(before("\u{feff}{}\n{"), Some("\u{feff}{}\n".into()));
        assert_eq!(before(" \n\n"), Some(" \n\n".into()));
        // Damage does not hide the next place.
        assert_eq!(before("{\"a\":\"\n{\"b\":2}\n{"), Some("{\"a\":\"\n{\"b\":2}\n".into()));
        for one in [
            "{\"Records\":[\n{\"a\":[\n]\n},\n{\"b\":{\n}\n}\n]\n}\n",
            "[\n{},\n{}\n]",
            "{\"Records\":[{},{}]}",
            "{}",
            "",
        ] {
            assert_eq!(before(one), None, "{one}");
        }
    }

    #[test]
    fn rows_are_cut_outside_quotes_only() {
        let before = |text: &str| cut(text.as_bytes(), 0).map(|at| text[..at].to_owned());
        assert_eq!(before("a,b\n1,\"x\ny\"\n2,\"z\n"), Some("a,b\n1,\"x\ny\"\n".into()));
        assert_eq!(
            before("a,b\n1,\"{\"\"c\"\":1}\"\n2,"),
            Some("a,b\n1,\"{\"\"c\"\":1}\"\n".into())
        );
        assert_eq!(before("a,\"b\nc"), None);
    }

    #[test]
    fn what_was_looked_at_is_left_alone() {
        assert_eq!(cut(b"{}\n{}", 3), None);
        assert_eq!(cut(b"{}\n{}\n{", 3), Some(6));
        assert_eq!(cut(b"a\nb\n", 4), None);
    }
}
