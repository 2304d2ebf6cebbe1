//! [`printable`]: text from logs and of file names, for terminals.

/// Returns text that can neither move the cursor nor colour the terminal nor end the line.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_replaced_and_nothing_else() {
        assert_eq!(printable("a\u{1b}[31mb\n\u{9b}é"), "a\u{fffd}[31mb\u{fffd}\u{fffd}é");
    }
}
